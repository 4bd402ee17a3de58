#include "harness/core/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench {
namespace {

std::string range_text(const char* type, const Range& range) {
  if (std::isinf(range.low) && std::isinf(range.high)) return type;
  if (std::isinf(range.high)) return fmt::format("{} >= {:g}", type, range.low);
  if (std::isinf(range.low)) return fmt::format("{} <= {:g}", type, range.high);
  return fmt::format("{} in [{:g}, {:g}]", type, range.low, range.high);
}

template <class T>
T checked(const std::string& key, const std::string& value, const std::optional<T>& parsed, const std::string& type, const Range& range) {
  const bool inside = parsed && static_cast<double>(*parsed) >= range.low && static_cast<double>(*parsed) <= range.high;
  if (!inside) throw usage_error(fmt::format("'{}' is not {}", value, type), "--set " + key, "see 'vbench show' for every setting");
  return *parsed;
}

}  // namespace

void Settings::add(const std::string& key, const std::string& doc, const std::string& type, std::function<void(const std::string&)> write,
                   std::function<std::string()> read) {
  if (std::any_of(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; })) {
    throw Error(ErrorKind::kInternal, "setting '" + key + "' is bound twice");
  }
  Entry entry{key, doc, type, read(), std::move(write), std::move(read)};
  entries_.push_back(std::move(entry));
}

void Settings::number(const std::string& key, double& field, const std::string& doc, Range range) {
  const std::string type = range_text("number", range);
  add(
      key, doc, type, [=, &field](const std::string& value) { field = checked(key, value, parse_double(value), type, range); },
      [&field] { return fmt::format("{}", field); });
}

void Settings::integer(const std::string& key, int64_t& field, const std::string& doc, Range range) {
  const std::string type = range_text("integer", range);
  add(
      key, doc, type, [=, &field](const std::string& value) { field = checked(key, value, parse_int(value), type, range); },
      [&field] { return fmt::format("{}", field); });
}

void Settings::integers(const std::string& key, std::span<int64_t> field, const std::string& doc) {
  const std::string type = fmt::format("up to {} positive integers", field.size());
  add(
      key, doc, type,
      [=](const std::string& value) {
        const auto pieces = trim(value).empty() ? std::vector<std::string>() : split(value, ',');
        if (pieces.size() > field.size()) throw usage_error(fmt::format("'{}' is not {}", value, type), "--set " + key);
        std::vector<int64_t> numbers;
        for (const auto& piece : pieces) numbers.push_back(checked(key, value, parse_int(trim(piece)), type, {1, 1e15}));
        std::fill(std::copy(numbers.begin(), numbers.end(), field.begin()), field.end(), 0);
      },
      [field] { return fmt::format("{}", fmt::join(field.begin(), std::find(field.begin(), field.end(), 0), ",")); });
}

void Settings::flag(const std::string& key, bool& field, const std::string& doc) {
  add(
      key, doc, "true|false",
      [=, &field](const std::string& value) {
        if (value == "true" || value == "1" || value == "on" || value == "yes") {
          field = true;
        } else if (value == "false" || value == "0" || value == "off" || value == "no") {
          field = false;
        } else {
          reject_choice(key, value, {"true", "false"});
        }
      },
      [&field] { return field ? "true" : "false"; });
}

void Settings::text(const std::string& key, std::string& field, const std::string& doc, const std::vector<std::string>& choices) {
  add(
      key, doc, choices.empty() ? "text" : join_choices(choices),
      [=, &field](const std::string& value) {
        if (!choices.empty() && std::find(choices.begin(), choices.end(), value) == choices.end()) reject_choice(key, value, choices);
        field = value;
      },
      [&field] { return field; });
}

std::string Settings::join_choices(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, "|")); }

void Settings::reject_choice(const std::string& key, const std::string& value, const std::vector<std::string>& names) {
  throw usage_error(fmt::format("unknown value '{}'", value), "--set " + key, suggest(value, names));
}

void Settings::set(const std::string& key, const std::string& value) {
  std::vector<std::string> keys;
  for (const auto& entry : entries_) {
    if (entry.key == key) return entry.write(value);
    keys.push_back(entry.key);
  }
  throw usage_error(fmt::format("unknown setting '{}'", key), "--set", suggest(key, keys));
}

void Settings::preset(const std::string& key, const std::string& value) {
  set(key, value);
  for (auto& entry : entries_) {
    if (entry.key == key) entry.default_value = entry.read();
  }
}

void Settings::set_assignment(const std::string& assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string::npos) throw usage_error(fmt::format("'{}' has no '='", assignment), "--set", "write --set key=value");
  set(trim(assignment.substr(0, equals)), trim(assignment.substr(equals + 1)));
}

std::vector<SettingInfo> Settings::list() const {
  std::vector<SettingInfo> infos;
  for (const auto& entry : entries_) infos.push_back({entry.key, entry.read(), entry.default_value, entry.type, entry.doc});
  return infos;
}

std::map<std::string, std::string> Settings::values() const {
  std::map<std::string, std::string> all;
  for (const auto& entry : entries_) all[entry.key] = entry.read();
  return all;
}

}  // namespace vbench
