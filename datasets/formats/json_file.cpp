#include "datasets/formats/json_file.hpp"

#include "harness/core/files.hpp"

namespace vbench {

namespace {

template <class Json>
Json read_json(const std::filesystem::path& path) {
  try {
    return Json::parse(read_file(path));
  } catch (const nlohmann::json::exception& error) {
    throw json_error(error, path);
  }
}

}  // namespace

template <class Json>
Json read_json_object(const std::filesystem::path& path) {
  auto value = read_json<Json>(path);
  if (!value.is_object()) throw input_error("the file does not hold a JSON object", path.string());
  return value;
}

template <class Json>
Json read_json_array(const std::filesystem::path& path) {
  auto value = read_json<Json>(path);
  if (!value.is_array()) throw input_error("the file does not hold a JSON array", path.string());
  return value;
}

template <class Json>
std::string json_text(const Json& value, int indent) {
  return value.dump(indent, ' ', true, nlohmann::json::error_handler_t::replace);
}

template nlohmann::json read_json_object(const std::filesystem::path& path);
template nlohmann::ordered_json read_json_object(const std::filesystem::path& path);
template nlohmann::json read_json_array(const std::filesystem::path& path);
template std::string json_text(const nlohmann::json& value, int indent);
template std::string json_text(const nlohmann::ordered_json& value, int indent);

}  // namespace vbench
