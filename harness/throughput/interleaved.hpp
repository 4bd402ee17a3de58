// The start of a benchmark program that compares two sides. Used by coot.cpp, sam.cpp and srtg.cpp.
#pragma once

#include <string>
#include <vector>

#include "harness/throughput/fitting_blas.hpp"

namespace vbench::throughput {

/// Chooses the BLAS kernels of this CPU, lets the sides take turns (a machine that becomes busy slows all of them), runs. @return for
/// main()
inline int run_interleaved(int argc, char** argv, void (*run)(int, char**)) {
  use_fitting_blas(argv);
  std::string interleave = "--benchmark_enable_random_interleaving=true";
  std::vector<char*> arguments(argv, argv + argc);
  arguments.insert(arguments.begin() + 1, interleave.data());
  run(static_cast<int>(arguments.size()), arguments.data());
  return 0;
}

}  // namespace vbench::throughput
