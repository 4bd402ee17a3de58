// JSON files that may hold anything. Used by the readers and writers of annotations, graphs, sets, lengths and indices.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/core/error.hpp"

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
[[nodiscard]] Json read_json_object(const std::filesystem::path& path);

/// @throws Error kInput if the file cannot be read, is not JSON or not an array
template <class Json>
[[nodiscard]] Json read_json_array(const std::filesystem::path& path);

/// As Python's json.dump: characters outside ASCII escaped; bytes that are not UTF-8 become the replacement character.
template <class Json>
[[nodiscard]] std::string json_text(const Json& value, int indent = -1);

// Compiled once for both kinds, in json_file.cpp: the parser costs every file seconds.
extern template nlohmann::json read_json_object(const std::filesystem::path& path);
extern template nlohmann::ordered_json read_json_object(const std::filesystem::path& path);
extern template nlohmann::json read_json_array(const std::filesystem::path& path);
extern template std::string json_text(const nlohmann::json& value, int indent);
extern template std::string json_text(const nlohmann::ordered_json& value, int indent);

}  // namespace vbench
