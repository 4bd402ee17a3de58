#!/usr/bin/env bash
# Builds the program in a tree of its own with a method from outside the source tree, and runs that method.
# Arguments: source folder, build folder to use.
set -euo pipefail
source_folder=$1
build_folder=$2
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
# Really from outside: the method's folder is copied away from the tree first.
cp -r "$source_folder/tests/extra_methods/mean_pooling" "$copy/mean_pooling"
cmake -S "$source_folder" -B "$build_folder" -G Ninja -DCMAKE_BUILD_TYPE=Release -DVBENCH_METHODS= -DVBENCH_EXTRA_METHODS="$copy/mean_pooling" \
  -DVBENCH_BUILD_TESTS=OFF -DVBENCH_BUILD_BENCHMARKS=OFF > "$copy/configure.log" || { cat "$copy/configure.log"; exit 1; }
cmake --build "$build_folder" -j2 --target vbench > "$copy/build.log" || { tail -50 "$copy/build.log"; exit 1; }
"$build_folder/vbench" list methods --format csv | tee "$copy/methods"
grep -q '^mean_pooling,' "$copy/methods"
! grep -q '^coot,' "$copy/methods"
cd "$copy"
"$build_folder/vbench" --method mean_pooling --dataset youcook2 --epochs 2 --format json -q | tee "$copy/result"
grep -q '"v2p_r1"' "$copy/result"
echo "extra method: passed"
