// What this machine and build are: stored with every run, printed by `vbench doctor`.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace vbench {

/// cpu, cpu_abilities, cores, threads, memory_gib, load_1min, blas, openblas_core (OpenBLAS only), libtorch, onednn, cuda, compiler,
/// revision, build.
[[nodiscard]] std::map<std::string, std::string> describe_environment();

/// One finding of the doctor.
struct Finding {
  bool good = true;
  std::string subject, fact, advice;  ///< advice is empty when good
};

/// What slows runs down or makes them fail here.
[[nodiscard]] std::vector<Finding> diagnose(const std::map<std::string, std::string>& environment);

}  // namespace vbench
