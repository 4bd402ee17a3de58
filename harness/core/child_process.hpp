// Starts another program without a shell and waits for it. Used by `vbench throughput`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vbench {

struct ChildResult {
  int exit_code = 0;       ///< 128 + signal if one ended it
  std::string error;       ///< the end of what it said on stderr
  int64_t peak_bytes = 0;  ///< resident in it at most, looked at all the time; 0: it was too short for that
};

/// Its stdin is empty and its stdout is thrown away. It dies with a stop request to us: SIGTERM, then SIGKILL after some seconds.
/// @throws Error kInput if it cannot be started, kInterrupted after a stop request
[[nodiscard]] ChildResult run_program(const std::filesystem::path& program, const std::vector<std::string>& arguments);

}  // namespace vbench
