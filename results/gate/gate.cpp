#include "results/gate/gate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

namespace vbench::gate {
namespace {

using Sides = std::vector<const Configuration*>;

constexpr size_t kLongestDifference = 300;  // bytes of a note on settings

/// What both sides of a pair must have in common.
auto group_of(const Configuration& configuration) {
  return std::tuple(configuration.dataset, configuration.source, configuration.split, configuration.method, configuration.variant);
}
using Group = decltype(group_of(Configuration()));

/// Leaderboards have but the settings that differ, where there are several configurations.
bool same_settings(const Configuration& a, const Configuration& b) {
  if (a.settings && b.settings) return *a.settings == *b.settings;
  return !a.board_text.empty() && a.board_text == b.board_text;
}

std::string differing_settings(const Configuration& base, const Configuration& candidate) {
  if (!base.settings || !candidate.settings) return "settings are not compared: not both sides say theirs";
  const auto keys = differing_keys({&*base.settings, &*candidate.settings});
  if (keys.empty()) return "";
  const auto text = [&](const Configuration& side) { return shortened(configuration_text(*side.settings, keys), kLongestDifference); };
  return fmt::format("settings differ: {} in BASE, {} in CANDIDATE", text(base), text(candidate));
}

std::string why_not_comparable(const Configuration& base, const Configuration& candidate) {
  const auto protocol = [](const Configuration& side) { return fmt::format("{} version {}", side.protocol.name, side.protocol.version); };
  if (protocol(base) != protocol(candidate)) return fmt::format("protocol {} and {}", protocol(base), protocol(candidate));
  if (base.data_hash != candidate.data_hash)
    return fmt::format("evaluated on different data: fingerprints {} and {}", base.data_hash, candidate.data_hash);
  if (base.settings && candidate.settings && base.train_data != candidate.train_data)
    return fmt::format("trained on different data: fingerprints {} and {}", base.train_data, candidate.train_data);
  for (const auto* side : {&base, &candidate}) {
    if (side->runs == 0)
      return fmt::format("{} has no valid run: {}", side == &base ? "BASE" : "CANDIDATE", fmt::join(side->invalid, "; "));
  }
  return "";
}

/// Seeds whose training breaks down must not vanish behind those that are left. More valid runs than BASE has are enough.
std::string lost_runs(const Configuration& base, const Configuration& candidate) {
  if (candidate.invalid.empty() || candidate.runs >= base.runs) return "";
  return fmt::format("{} valid run(s) in BASE, {} in CANDIDATE; INVALID there: {}", base.runs, candidate.runs,
                     fmt::join(candidate.invalid, "; "));
}

GatedPair pair_of(const Configuration& base, const Configuration& candidate) {
  GatedPair pair{base, candidate};
  pair.not_comparable = why_not_comparable(base, candidate);
  if (pair.not_comparable.empty()) pair.lost_runs = lost_runs(base, candidate);
  if (base.method != candidate.method || base.variant != candidate.variant)
    pair.notes.push_back(fmt::format("BASE is {}, CANDIDATE is {}", name_of(base), name_of(candidate)));
  if (const auto settings = differing_settings(base, candidate); !settings.empty()) pair.notes.push_back(settings);
  for (const auto* side : {&base, &candidate}) {
    if (side->runs > 0 && !side->invalid.empty())
      pair.notes.push_back(
          fmt::format("INVALID runs of {} are left out: {}", side == &base ? "BASE" : "CANDIDATE", fmt::join(side->invalid, "; ")));
  }
  return pair;
}

/// Takes out of both lists what `fits` says belongs together.
template <class Fits>
void take_pairs(Sides& base, Sides& candidate, std::vector<GatedPair>& pairs, const Fits& fits) {
  std::erase_if(base, [&](const Configuration* left) {
    const auto found = std::find_if(candidate.begin(), candidate.end(), [&](const Configuration* right) { return fits(*left, *right); });
    if (found == candidate.end()) return false;
    pairs.push_back(pair_of(*left, **found));
    candidate.erase(found);
    return true;
  });
}

void pair_up(Sides& base, Sides& candidate, std::vector<GatedPair>& pairs) {
  take_pairs(base, candidate, pairs, [](const auto& a, const auto& b) { return same_settings(a, b) && why_not_comparable(a, b).empty(); });
  take_pairs(base, candidate, pairs, [](const auto& a, const auto& b) { return same_settings(a, b); });
  if (base.size() == 1 && candidate.size() == 1) take_pairs(base, candidate, pairs, [](const auto&, const auto&) { return true; });
}

void find_pairs(const std::vector<Configuration>& base, const std::vector<Configuration>& candidate, GateReport& report) {
  if (base.size() == 1 && candidate.size() == 1 && base[0].source == candidate[0].source && base[0].dataset == candidate[0].dataset &&
      base[0].split == candidate[0].split) {
    report.pairs.push_back(pair_of(base[0], candidate[0]));
    return;
  }
  std::map<Group, std::pair<Sides, Sides>> groups;
  for (const auto& side : base) groups[group_of(side)].first.push_back(&side);
  for (const auto& side : candidate) groups[group_of(side)].second.push_back(&side);
  for (auto& [group, sides] : groups) {
    pair_up(sides.first, sides.second, report.pairs);
    for (const auto* side : sides.first) report.unpaired.push_back({true, *side});
    for (const auto* side : sides.second) report.unpaired.push_back({false, *side});
  }
}

/// Keys of a side's scores whose direction is known, in the order of tables; then those that boards do not list.
std::vector<std::string> keys_of(const Configuration& side) {
  std::vector<std::string> keys;
  for (const auto& metric : all_metrics()) {
    if (side.scores.contains(metric.key)) keys.push_back(metric.key);
  }
  const std::set<std::string> listed(keys.begin(), keys.end());
  for (const auto& [key, sample] : side.scores) {
    if (!listed.contains(key) && find_metric(key)) keys.push_back(key);
  }
  return keys;
}

/// The metrics of a pair that are judged, in the order of tables.
std::vector<GatedMetric> metrics_of(const GatedPair& pair, const GateRequest& request) {
  std::vector<GatedMetric> all;
  for (const auto& key : keys_of(pair.base)) {
    const auto metric = *find_metric(key);
    if (request.metrics.empty() && !metric.detail) all.push_back({"", key, default_tolerance(metric.unit)});
    const GatedMetric* wanted = nullptr;  // what names the method goes before what does not
    for (const auto& gated : request.metrics) {
      const bool fits = gated.key == key && (gated.method.empty() || gated.method == pair.base.method);
      if (fits && (wanted == nullptr || wanted->method.empty())) wanted = &gated;
    }
    if (wanted != nullptr) all.push_back(*wanted);
  }
  return all;
}

/// The least distance of two values that both are possible.
double step_of(const MetricInfo& metric, const GatedPair& pair) {
  if (metric.unit == Unit::kFraction && pair.base.items > 0) return 1 / static_cast<double>(pair.base.items);
  return metric.key.ends_with("_medr") ? 0.5 : 0;
}

/// Seeds make no difference where nothing was trained: what is left to chance are the items.
std::optional<TestResult> by_item(const GatedPair& pair, const GateRequest& request, const std::string& key) {
  const auto single = [](const Configuration& side) { return !side.trained && side.runs == 1 && side.run_ids.size() == 1; };
  if (!request.by_item || !single(pair.base) || !single(pair.candidate)) return std::nullopt;
  return request.by_item(pair.base.run_ids[0], pair.candidate.run_ids[0], key, request.rules.level);
}

/// Valid runs that have no value, or none that is a number.
int64_t runs_without(const Configuration& side, const std::string& key) {
  const auto found = side.scores.find(key);
  return found == side.scores.end() ? 0 : side.runs - found->second.summarised().runs;
}

void add_scores(GatedPair& pair, const GateRequest& request, std::vector<Question>& questions) {
  for (const auto& gated : metrics_of(pair, request)) {
    const auto candidate = pair.candidate.scores.find(gated.key);
    pair.scores.push_back({.key = gated.key, .tolerance = gated.tolerance, .gone = candidate == pair.candidate.scores.end()});
    if (pair.scores.back().gone) continue;
    const auto metric = *find_metric(gated.key);
    questions.push_back({.base = pair.base.scores.at(gated.key),
                         .candidate = candidate->second,
                         .direction = metric.direction,
                         .tolerance = gated.tolerance,
                         .step = step_of(metric, pair),
                         .by_item = by_item(pair, request, gated.key)});
  }
  for (const auto& score : pair.scores) {
    const auto base = runs_without(pair.base, score.key), candidate = runs_without(pair.candidate, score.key);
    if (base > 0) pair.notes.push_back(fmt::format("{} of {} runs of BASE have no {}", base, pair.base.runs, score.key));
    if (candidate == 0 || score.gone) continue;
    const auto text = fmt::format("{} of {} runs of CANDIDATE have no {}", candidate, pair.candidate.runs, score.key);
    if (base > 0) {
      pair.notes.push_back(text);
    } else {
      pair.lost_runs += (pair.lost_runs.empty() ? "" : "; ") + text;
    }
  }
  std::vector<std::string> fresh;
  for (const auto& [key, sample] : pair.candidate.scores) {
    if (!pair.base.scores.contains(key)) fresh.push_back(key);
  }
  if (!fresh.empty()) pair.notes.push_back(fmt::format("only CANDIDATE has {}", fmt::join(fresh, ", ")));
}

/// Why two lists of speeds say nothing about each other; empty: they do.
std::string why_speeds_differ(const std::vector<MeasuredSpeed>& base, const std::vector<MeasuredSpeed>& candidate) {
  std::set<std::string> machines;
  std::vector<std::string> ids_of_base, ids_of_candidate;
  for (const auto* side : {&base, &candidate}) {
    for (const auto& speed : *side) {
      if (!speed.doubt.empty()) return fmt::format("speeds of an unreliable run are not compared: {}", speed.doubt);
      machines.insert(speed.machine);
      (side == &base ? ids_of_base : ids_of_candidate).push_back(speed.run_id);
    }
  }
  if (machines.size() > 1) return fmt::format("speeds of different machines are not compared: {}", fmt::join(machines, " | "));
  if (!interleaved(ids_of_base, ids_of_candidate))
    return "the runs did not take turns, so that a machine that changed looks like a changed program";
  return "";
}

void add_speeds(GatedPair& pair, const GateRequest& request, std::vector<SpeedQuestion>& questions) {
  std::set<std::string> reasons;
  for (const auto& [key, base] : pair.base.speeds) {
    const auto candidate = pair.candidate.speeds.find(key);
    if (candidate == pair.candidate.speeds.end()) continue;
    const auto why = why_speeds_differ(base, candidate->second);
    if (!why.empty() && !request.metrics.empty()) {
      reasons.insert(why);
      continue;
    }
    pair.scores.push_back({.key = key, .speed = true, .tolerance = request.speed_tolerance});
    SpeedQuestion question{.tolerance = request.speed_tolerance};
    for (const auto& speed : base) question.base.push_back(speed.value);
    for (const auto& speed : candidate->second) question.candidate.push_back(speed.value);
    auto& judgement = pair.scores.back().judgement;
    if (why.empty()) {
      questions.push_back(std::move(question));
    } else {
      judgement = judge_speeds(std::vector<SpeedQuestion>{question}, request.rules).front();
      judgement.verdict = Verdict::kCannotTell;
      judgement.basis = Basis::kNone;
      judgement.interval = {};
      judgement.p_worse = judgement.p_better = judgement.adjusted_p = std::nan("");
      judgement.reason = why;
    }
  }
  for (const auto& reason : reasons) pair.notes.push_back("speeds are not judged: " + reason);
}

/// Hands the judgements to the scores that asked, in the same order.
template <class Wants>
void hand_out(std::vector<GatedPair>& pairs, const std::vector<Judgement>& judgements, const Wants& wants) {
  size_t next = 0;
  for (auto& pair : pairs) {
    for (auto& score : pair.scores) {
      if (wants(score)) score.judgement = judgements[next++];
    }
  }
}

}  // namespace

double default_tolerance(Unit unit) {
  switch (unit) {
    case Unit::kRank:
      return 1;
    case Unit::kCorrelation:
      return 0.01;
    case Unit::kEdges:
      return 0.05;
    case Unit::kLoss:
    case Unit::kNats:
      return 0.02;
    case Unit::kCount:
      return 1;
    default:
      return 0.01;  // a point of a share
  }
}

GateReport run_gate(const std::vector<Configuration>& base, const std::vector<Configuration>& candidate, const GateRequest& request) {
  GateReport report;
  find_pairs(told_apart(base), told_apart(candidate), report);
  std::vector<Question> questions;
  std::vector<SpeedQuestion> speed_questions;
  for (auto& pair : report.pairs) {
    if (!pair.not_comparable.empty()) continue;
    add_scores(pair, request, questions);
    add_speeds(pair, request, speed_questions);
  }
  report.rules = request.rules;
  const bool speeds = std::any_of(speed_questions.begin(), speed_questions.end(), [](const SpeedQuestion& question) {
    return std::min(question.base.size(), question.candidate.size()) >= kFewestRepetitions;
  });
  if (!questions.empty() && speeds) report.rules.false_alarms /= 2;
  hand_out(report.pairs, judge(questions, report.rules), [](const GatedScore& score) { return !score.speed && !score.gone; });
  hand_out(report.pairs, judge_speeds(speed_questions, report.rules),
           [](const GatedScore& score) { return score.speed && score.judgement.reason.empty(); });
  for (const auto& pair : report.pairs) {
    for (const auto& score : pair.scores) {
      if (!score.gone && score.judgement.basis != Basis::kNone) ++(score.speed ? report.judged_speeds : report.judged_scores);
    }
  }
  return report;
}

int64_t count_of(const GateReport& report, Verdict verdict) {
  int64_t count = 0;
  for (const auto& pair : report.pairs) {
    count += std::count_if(pair.scores.begin(), pair.scores.end(),
                           [verdict](const GatedScore& score) { return !score.gone && score.judgement.verdict == verdict; });
  }
  return count;
}

bool has_scores(const GatedPair& pair) {
  return std::any_of(pair.scores.begin(), pair.scores.end(), [](const GatedScore& score) { return !score.speed; });
}

bool judges_nothing(const GateReport& report) {
  return std::none_of(report.pairs.begin(), report.pairs.end(),
                      [](const GatedPair& pair) { return !pair.not_comparable.empty() || has_scores(pair); });
}

int64_t incomparable(const GateReport& report) {
  int64_t count = 0;
  for (const auto& pair : report.pairs) {
    count += !pair.not_comparable.empty() + !pair.lost_runs.empty();
    count += std::count_if(pair.scores.begin(), pair.scores.end(), [](const GatedScore& score) { return score.gone; });
  }
  return count;
}

}  // namespace vbench::gate
