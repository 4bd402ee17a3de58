#!/usr/bin/env bash
# Installs the build into an empty folder and uses the installed program from another place. Arguments: build folder.
set -euo pipefail
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
cmake --install "$1" --prefix "$prefix" > /dev/null
cd /
"$prefix/bin/vbench" --version
"$prefix/bin/vbench" list methods --format csv | grep '^coot,'
echo "installed program: passed"
