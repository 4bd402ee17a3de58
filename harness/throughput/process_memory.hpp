// How much memory this process has had resident at most, since the last reset. Used by the throughput programs.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

namespace vbench::throughput {

/// From now on peak_memory() starts from what is resident now. Where the kernel does not let it, the peak is that of the whole process.
inline void reset_peak_memory() { std::ofstream("/proc/self/clear_refs") << 5; }

/// Bytes; 0 if the kernel does not say.
inline int64_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return 1024 * std::strtoll(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

}  // namespace vbench::throughput
