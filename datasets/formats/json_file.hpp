// JSON files that may hold anything. Used by the readers and writers of annotations, graphs, sets, lengths and indices.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"

namespace vbench {

/// What a JSON exception says, without the library's prefix.
[[nodiscard]] inline std::string json_reason(const nlohmann::json::exception& error) {
  const std::string text = error.what();
  const size_t prefix = text.find("] ");
  return prefix == std::string::npos ? text : text.substr(prefix + 2);
}

[[nodiscard]] inline Error json_error(const nlohmann::json::exception& error, const std::filesystem::path& path) {
  return input_error("not valid JSON: " + json_reason(error), path.string());
}

/// @tparam Json  nlohmann::json (sorted keys) or nlohmann::ordered_json (keys as in the file)
/// @throws Error kInput if the file cannot be read, is not JSON or not an object
template <class Json>
[[nodiscard]] Json read_json_object(const std::filesystem::path& path) {
  Json value;
  try {
    value = Json::parse(read_file(path));
  } catch (const nlohmann::json::exception& error) {
    throw json_error(error, path);
  }
  if (!value.is_object()) throw input_error("the file does not hold a JSON object", path.string());
  return value;
}

/// As Python's json.dump: characters outside ASCII escaped; bytes that are not UTF-8 become the replacement character.
template <class Json>
[[nodiscard]] std::string json_text(const Json& value, int indent = -1) {
  return value.dump(indent, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace vbench
