// What stands in a page: texts and data. For the tests of pages.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace vbench::report {

/// How often a text stands in another one.
inline size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// What the script gets to read; null if there is no such element.
inline nlohmann::json data_of(const std::string& page, const std::string& id) {
  const std::string begin = "<script type=\"application/json\" id=\"" + id + "\">";
  const size_t at = page.find(begin);
  if (at == std::string::npos) return {};
  return nlohmann::json::parse(page.substr(at + begin.size(), page.find("</script>", at) - at - begin.size()));
}

}  // namespace vbench::report
