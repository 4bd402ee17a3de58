// JSON files that may hold anything. Used by the readers of annotations, sentence lengths and indices of this folder.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"

namespace vbench::video_text {

/// What a JSON exception says, without the library's prefix.
[[nodiscard]] inline std::string json_reason(const nlohmann::json::exception& error) {
  const std::string text = error.what();
  const size_t prefix = text.find("] ");
  return prefix == std::string::npos ? text : text.substr(prefix + 2);
}

/// @tparam Json  nlohmann::json (sorted keys) or nlohmann::ordered_json (keys as in the file)
/// @throws Error kInput if the file cannot be read, is not JSON or not an object
template <class Json>
[[nodiscard]] Json read_json_object(const std::filesystem::path& path) {
  Json value;
  try {
    value = Json::parse(read_file(path));
  } catch (const nlohmann::json::exception& error) {
    throw input_error("not valid JSON: " + json_reason(error), path.string());
  }
  if (!value.is_object()) throw input_error("the file does not hold a JSON object", path.string());
  return value;
}

}  // namespace vbench::video_text
