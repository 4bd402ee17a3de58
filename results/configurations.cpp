#include "results/configurations.hpp"

#include <algorithm>
#include <string_view>

namespace vbench {

std::set<std::string> differing_keys(const std::vector<const SettingValues*>& all) {
  std::set<std::string> keys, differing;
  for (const auto* settings : all) {
    for (const auto& [key, value] : *settings) keys.insert(key);
  }
  for (const auto& key : keys) {
    std::set<std::string> values;
    for (const auto* settings : all) values.insert(settings->count(key) > 0 ? "=" + settings->at(key) : "");
    if (values.size() > 1) differing.insert(key);
  }
  return differing;
}

std::string configuration_text(const SettingValues& settings, const std::set<std::string>& differing) {
  std::string text;
  for (const auto& key : differing) {
    const auto found = settings.find(key);
    text += (text.empty() ? "" : " ") + key + "=" + (found == settings.end() ? "(none)" : found->second);
  }
  return text;
}

std::string shortened(const std::string& text, size_t most) {
  constexpr const char* kMark = "...";
  if (text.size() <= most) return text;
  size_t end = most - std::min(most, std::string_view(kMark).size());
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + kMark;
}

}  // namespace vbench
