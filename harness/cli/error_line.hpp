// How an error is said on stderr: one line that begins with the program's name. Used by the program and its engine.
#pragma once

#include <string>
#include <string_view>

namespace vbench::cli {

/// "vbench: compare: ..." of "vbench compare: ...": errors name their command in full, and one name of the program is enough.
[[nodiscard]] inline std::string error_line(std::string_view message) {
  constexpr std::string_view kProgram = "vbench";
  if (message.substr(0, kProgram.size()) == kProgram) {
    const auto rest = message.substr(kProgram.size());
    if (rest.substr(0, 1) == " ") return "vbench:" + std::string(rest);
    if (rest.substr(0, 2) == ": ") return std::string(message);
  }
  return "vbench: " + std::string(message);
}

}  // namespace vbench::cli
