// How much memory a process has had resident at most. Used by the throughput programs and for programs that are started.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

namespace vbench {

/// From now on peak_memory() of this process starts from what is resident now. Where the kernel does not let it, it stays that since the
/// process began.
inline void reset_peak_memory() { std::ofstream("/proc/self/clear_refs") << 5; }

/// Bytes; 0 if the kernel does not say. @param process  its number, or "self"
inline int64_t peak_memory(const std::string& process = "self") {
  std::ifstream status("/proc/" + process + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return 1024 * std::strtoll(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

}  // namespace vbench
