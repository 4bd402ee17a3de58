#!/usr/bin/env bash
# Trains and evaluates the method from outside the tree. Arguments: a program that was built with it and without COOT.
set -euo pipefail
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$program" list methods --format csv | tee methods
grep -q '^mean_pooling,' methods
if grep -q '^coot,' methods; then
  echo "COOT is registered although it was not built" >&2
  exit 1
fi
"$program" --method mean_pooling --dataset youcook2 --epochs 2 --format json -q | tee result
grep -q '"v2p_r1"' result
echo "extra method: passed"
