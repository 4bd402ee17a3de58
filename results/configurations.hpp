// In which settings runs of one method differ, and how such a difference is written. Used by leaderboards and reports.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace vbench {

using SettingValues = std::map<std::string, std::string>;

/// Keys that not all of them have with the same value.
[[nodiscard]] std::set<std::string> differing_keys(const std::vector<const SettingValues*>& all);

/// "key=value key=value" of these keys; "(none)" for one that is not there.
[[nodiscard]] std::string configuration_text(const SettingValues& settings, const std::set<std::string>& differing);

/// The text if it has `most` bytes at most, else its first whole characters (UTF-8) and "...", in as many bytes.
[[nodiscard]] std::string shortened(const std::string& text, size_t most);

}  // namespace vbench
