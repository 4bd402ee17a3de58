#include "results/report/groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "harness/core/text.hpp"

namespace vbench::report {
namespace {

constexpr size_t kLongestName = 48;

/// Runs with equal keys belong to one group. What tells apart comes last.
auto group_key(const RunRecord& run) {
  return std::tuple(run.source, run.dataset, run.method, run.protocol.name, run.protocol.version, run.data.split, run.data.hash);
}
using GroupKey = decltype(group_key(RunRecord()));

/// Letters, digits and dashes, whatever the text.
std::string slug(const std::string& text) {
  std::string made;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) made += c;
    if (!plain && !made.empty() && made.back() != '-') made += '-';
  }
  return made;
}

void name_configurations(std::vector<Configuration>& configurations) {
  std::map<std::string, std::vector<const SettingValues*>> by_variant;
  for (const auto& each : configurations) by_variant[each.variant].push_back(&each.settings);
  std::set<std::string> taken;
  for (auto& each : configurations) {
    const std::string text = configuration_text(each.settings, differing_keys(by_variant.at(each.variant)));
    each.name = fmt::format("{}{}{}{}", each.variant, text.empty() ? "" : " ", text, each.valid ? "" : " (INVALID)");
    each.brief = shortened(each.name, kLongestName);
    for (int number = 2; !taken.insert(each.brief).second; ++number)
      each.brief = fmt::format("{} #{}", shortened(each.name, kLongestName), number);
  }
}

std::vector<Configuration> configurations_of(const Runs& runs, int64_t& superseded) {
  std::map<std::tuple<bool, std::string, SettingValues>, Runs> grouped;  // valid ones first
  for (const auto* run : runs) grouped[{!run->verdict.valid, run->variant, run->settings}].push_back(run);
  std::vector<Configuration> all;
  for (const auto& [key, members] : grouped) {
    const auto& [invalid, variant, settings] = key;
    all.push_back({variant, "", "", settings, !invalid, newest_of_each_seed(members, superseded)});
  }
  name_configurations(all);
  return all;
}

std::string title_of(const RunRecord& run, bool alone) {
  const auto title = fmt::format("{} on {}", run.method, run.dataset);
  if (alone) return title;
  return fmt::format("{}, {} {} (data {}, protocol version {})", title, run.source == Source::kSynthetic ? "SYNTHETIC" : "real",
                     run.data.split, run.data.hash.substr(0, 8), run.protocol.version);
}

}  // namespace

Runs Group::runs() const {
  Runs all;
  for (const auto& each : configurations) all.insert(all.end(), each.runs.begin(), each.runs.end());
  return all;
}

std::vector<Group> groups_of(const std::vector<RunRecord>& runs) {
  std::map<GroupKey, Runs> grouped;
  std::map<std::string, int> of_name;
  for (const auto& run : runs) {
    auto& members = grouped[group_key(run)];
    if (members.empty()) ++of_name[slug(run.method + " " + run.dataset)];
    members.push_back(&run);
  }
  std::vector<Group> groups;
  std::set<std::string> taken;
  for (const auto& [key, members] : grouped) {
    const RunRecord& sample = *members.front();
    const auto name = slug(sample.method + " " + sample.dataset);
    Group group;
    group.id = "runs-" + name;
    for (int number = 2; !taken.insert(group.id).second; ++number) group.id = fmt::format("runs-{}-{}", name, number);
    group.title = title_of(sample, of_name.at(name) == 1);
    group.sample = &sample;
    group.configurations = configurations_of(members, group.superseded);
    groups.push_back(std::move(group));
  }
  return groups;
}

std::string counted(int64_t number, const std::string& what) { return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s"); }

}  // namespace vbench::report
