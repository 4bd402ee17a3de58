// Settings: the runtime hyper-parameters behind `--set key=value`. One description gives parsing, checking, `show`, `--help` and the docs.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vbench {

/// Closed range of a numeric setting.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

/// What `show` prints of one setting.
struct SettingInfo {
  std::string key, value, default_value, type, doc;
};

/// Names bound to fields of option structs. The fields must outlive this object; a field's value when it is bound is its default.
class Settings {
 public:
  void number(const std::string& key, double& field, const std::string& doc, Range range = {});
  void integer(const std::string& key, int64_t& field, const std::string& doc, Range range = {});
  /// "15,30,40": positive numbers into the front of `field`, the rest becomes 0; empty: none. `field` must outlive this object.
  void integers(const std::string& key, std::span<int64_t> field, const std::string& doc);
  void flag(const std::string& key, bool& field, const std::string& doc);
  /// Free text; `choices` empty means anything.
  void text(const std::string& key, std::string& field, const std::string& doc, const std::vector<std::string>& choices = {});

  /// An enum by the names of its values.
  template <class Enum>
  void choice(const std::string& key, Enum& field, const std::string& doc, std::vector<std::pair<std::string, Enum>> values) {
    std::vector<std::string> names;
    for (const auto& [name, value] : values) names.push_back(name);
    add(
        key, doc, join_choices(names),
        [&field, values, key, names](const std::string& text) {
          for (const auto& [name, value] : values) {
            if (name == text) {
              field = value;
              return;
            }
          }
          reject_choice(key, text, names);
        },
        [&field, values] {
          for (const auto& [name, value] : values) {
            if (value == field) return name;
          }
          return std::string("?");
        });
  }

  /// @throws Error kUsage for an unknown key (with the nearest ones), a value of the wrong type or out of range
  void set(const std::string& key, const std::string& value);
  /// "key=value", as on the command line.
  void set_assignment(const std::string& assignment);

  /// As set(), and the value becomes the default: for variants that differ from another one in a setting.
  void preset(const std::string& key, const std::string& value);

  [[nodiscard]] std::vector<SettingInfo> list() const;              ///< in the order of binding
  [[nodiscard]] std::map<std::string, std::string> values() const;  ///< resolved configuration

 private:
  struct Entry {
    std::string key, doc, type, default_value;
    std::function<void(const std::string&)> write;
    std::function<std::string()> read;
  };
  void add(const std::string& key, const std::string& doc, const std::string& type, std::function<void(const std::string&)> write,
           std::function<std::string()> read);
  static std::string join_choices(const std::vector<std::string>& names);
  [[noreturn]] static void reject_choice(const std::string& key, const std::string& value, const std::vector<std::string>& names);

  std::vector<Entry> entries_;
};

}  // namespace vbench
