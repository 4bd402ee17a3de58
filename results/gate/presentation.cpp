#include "results/gate/presentation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "harness/core/text.hpp"
#include "results/score_cells.hpp"

namespace vbench::gate {
namespace {

Unit unit_of(const GatedScore& score) {
  const auto metric = find_metric(score.key);
  return metric ? metric->unit : Unit::kIndex;
}

/// "4.20", "12.3%" for a relative speed.
std::string amount(const GatedScore& score, double value) {
  return score.speed ? fmt::format("{:.1f}%", 100 * value) : format_score(score.key, value);
}

std::string signed_amount(const GatedScore& score, double value) {
  return fmt::format("{}{}", value >= 0 ? "+" : "", amount(score, value));
}

std::string unit_text(const GatedScore& score) {
  if (score.speed) return "";
  switch (unit_of(score)) {
    case Unit::kFraction:
      return " points";
    case Unit::kRank:
      return " ranks";
    case Unit::kNats:
      return " nats";
    case Unit::kEdges:
      return " edges";
    default:
      return "";
  }
}

std::string interval_text(const GatedScore& score) {
  const auto& [low, high] = score.judgement.interval;
  if (std::isnan(low) || std::isnan(high)) return "";
  return fmt::format("{} .. {}", signed_amount(score, low), signed_amount(score, high));
}

std::string p_text(double p) { return std::isnan(p) ? "" : p < 1e-4 ? "<0.0001" : fmt::format("{:.4f}", p); }

std::string runs_text(const Judgement& judgement) {
  if (judgement.pairs > 0) return fmt::format("{}", judgement.pairs);
  return fmt::format("{} / {}", judgement.base_runs, judgement.candidate_runs);
}

/// "paired t over 5 seeds"
std::string basis_text(const Judgement& judgement) {
  switch (judgement.basis) {
    case Basis::kPairs:
      return fmt::format("paired t over {} seeds", judgement.pairs);
    case Basis::kIdentical:
      if (judgement.pairs == 0) return fmt::format("identical means and deviations over {} run(s)", judgement.base_runs);
      return fmt::format("{} of {} seed(s)", to_string(judgement.basis), judgement.pairs);
    case Basis::kItems:
      return "paired by item";
    default:
      return fmt::format("{} over {} and {} runs", to_string(judgement.basis), judgement.base_runs, judgement.candidate_runs);
  }
}

Cell text_cell(const std::string& text) { return {.text = printable(text)}; }

Cell number_cell(std::string text, double value) {
  return {.text = std::move(text), .numeric = true, .value = std::isnan(value) ? std::nullopt : std::optional(value)};
}

Cell side_cell(const GatedScore& score, const Configuration& side) {
  const auto found = side.scores.find(score.key);
  if (found == side.scores.end()) return {.numeric = true};
  const auto summary = found->second.summarised();
  return score_cell(score.key, summary.mean, summary.runs > 1 ? std::optional(summary.deviation) : std::nullopt);
}

std::vector<Cell> row_of(const GateReport& report, const GatedPair& pair, const GatedScore& score) {
  const Judgement& judgement = score.judgement;
  const Cell none{.numeric = true};
  const auto speed_cell = [&](double value) { return std::isnan(value) ? none : number_cell(fmt::format("{:.4g}", value), value); };
  const auto count_cell = [&](const std::string& text, int64_t count) {
    return Cell{.text = text, .numeric = true, .whole = std::to_string(count)};
  };
  const int64_t base_runs = score.gone ? pair.base.scores.at(score.key).summarised().runs : judgement.base_runs;
  // What people see of an interval and of runs stands for one of its numbers in what programs read; the others follow.
  return {text_cell(score.key),
          score.speed ? speed_cell(judgement.base) : side_cell(score, pair.base),
          score.speed ? speed_cell(judgement.candidate) : side_cell(score, pair.candidate),
          score.gone ? none : number_cell(signed_amount(score, judgement.difference), judgement.difference),
          number_cell(interval_text(score), judgement.interval.low),
          number_cell(score.gone ? std::string() : amount(score, score.tolerance), score.tolerance),
          count_cell(score.gone ? std::string() : runs_text(judgement), base_runs),
          text_cell(score.gone ? "gone" : to_string(judgement.verdict)),
          score.gone ? none : number_cell(p_text(judgement.adjusted_p), judgement.adjusted_p),
          number_cell("", judgement.interval.high),
          count_cell("", judgement.candidate_runs),
          judgement.pairs > 0 ? count_cell("", judgement.pairs) : none,
          text_cell(score.gone ? "" : to_string(judgement.basis)),
          text_cell(judgement.reason),
          text_cell(sentence(report, score))};
}

std::string title_of(const GatedPair& pair) {
  const auto& side = pair.base;
  const std::string data = side.data_hash.empty() ? "unknown" : side.data_hash.substr(0, 8);
  return printable(fmt::format("{}: {}, split {} (data {}), protocol {} version {}", name_of(side), source_title(side.source), side.split,
                               data, side.protocol.name, side.protocol.version));
}

std::string verdict_of(const GatedPair& pair) {
  if (!pair.not_comparable.empty()) return "not comparable";
  if (!pair.lost_runs.empty()) return "worse";
  bool doubt = !has_scores(pair);
  for (const auto& score : pair.scores) {
    if (score.gone || score.judgement.verdict == Verdict::kWorse) return "worse";
    doubt = doubt || (!score.speed && score.judgement.verdict == Verdict::kCannotTell);
  }
  return doubt ? "cannot tell" : "not worse";
}

/// "cannot tell v2p_r1, v2p_r5: ..." for every reason.
void add_reasons(const GatedPair& pair, std::vector<std::string>& notes) {
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  for (const auto& score : pair.scores) {
    if (score.gone) {
      notes.push_back(fmt::format("{} is gone: only BASE has it", score.key));
    } else if (score.judgement.verdict == Verdict::kCannotTell) {
      const auto same = [&](const auto& entry) { return entry.first == score.judgement.reason; };
      auto found = std::find_if(reasons.begin(), reasons.end(), same);
      if (found == reasons.end()) found = reasons.insert(reasons.end(), {score.judgement.reason, {}});
      found->second.push_back(score.key);
    }
  }
  for (const auto& [reason, keys] : reasons) notes.push_back(fmt::format("cannot tell {}: {}", fmt::join(keys, ", "), reason));
}

std::string legend(const GateReport& report) {
  return fmt::format(
      "Difference: CANDIDATE - BASE, of shares in points; interval: {:g}% for each; p: of no change, corrected (Holm) for the {} scores "
      "and {} speeds that were judged. "
      "Worse: the interval lies beyond the tolerance and p is at most {:g}.",
      100 * report.rules.level, report.judged_scores, report.judged_speeds, report.rules.false_alarms);
}

Table table_of(const GateReport& report, const GatedPair& pair) {
  Table table;
  table.title = title_of(pair);
  const auto& side = pair.base;
  table.facts = {{"method", side.method},
                 {"variant", side.variant},
                 {"configuration", side.distinction},
                 {"dataset", side.dataset},
                 {"source", to_string(side.source)},
                 {"split", side.split},
                 {"protocol", side.protocol.name},
                 {"protocol_version", std::to_string(side.protocol.version)},
                 {"data_hash", side.data_hash},
                 {"pair_verdict", verdict_of(pair)}};
  table.header = {"metric", "base", "candidate",      "difference", "interval", "tolerance", "runs",    "verdict",
                  "p",      "high", "candidate_runs", "pairs",      "test",     "reason",    "sentence"};
  table.columns.resize(table.header.size());
  table.columns[4].key = "low";
  table.columns[6].key = "base_runs";
  for (size_t i = 9; i < table.columns.size(); ++i) table.columns[i].detail = true;
  for (const auto& score : pair.scores) table.rows.push_back(row_of(report, pair, score));
  if (!pair.not_comparable.empty()) table.notes.push_back("NOT COMPARABLE: " + pair.not_comparable + ".");
  if (!pair.lost_runs.empty()) table.notes.push_back("RUNS WERE LOST: " + pair.lost_runs + ".");
  table.notes.insert(table.notes.end(), pair.notes.begin(), pair.notes.end());
  if (pair.not_comparable.empty() && !has_scores(pair)) table.notes.emplace_back("BASE has none of the metrics that are judged.");
  add_reasons(pair, table.notes);
  if (side.source == Source::kSynthetic) table.notes.push_back(synthetic_note());
  for (auto& note : table.notes) note = printable(note);  // names in it come from files
  return table;
}

Table table_of(const std::vector<Unpaired>& unpaired) {
  Table table;
  table.title = "Without a counterpart";
  table.header = {"side", "method", "variant", "configuration", "dataset", "source", "split", "runs"};
  for (const auto& [in_base, side] : unpaired) {
    table.rows.push_back({text_cell(in_base ? "BASE" : "CANDIDATE"),
                          text_cell(side.method),
                          text_cell(side.variant),
                          text_cell(side.distinction),
                          text_cell(side.dataset),
                          text_cell(to_string(side.source)),
                          text_cell(side.split),
                          {.text = std::to_string(side.runs), .numeric = true}});
  }
  return table;
}

}  // namespace

bool fails(const GatedScore& score, bool strict) {
  const auto verdict = score.judgement.verdict;
  return score.gone || verdict == Verdict::kWorse || (strict && !score.speed && verdict == Verdict::kCannotTell);
}

bool passed(const GateReport& report, bool strict) {
  if (judges_nothing(report)) return false;
  for (const auto& pair : report.pairs) {
    const auto failing = [strict](const GatedScore& score) { return fails(score, strict); };
    if (!pair.not_comparable.empty() || !pair.lost_runs.empty()) return false;
    if (std::any_of(pair.scores.begin(), pair.scores.end(), failing)) return false;
  }
  return !strict || std::none_of(report.unpaired.begin(), report.unpaired.end(), [](const Unpaired& side) { return side.in_base; });
}

std::string headline(const GateReport& report) {
  std::vector<std::string> parts;
  for (const auto verdict : {Verdict::kWorse, Verdict::kCannotTell, Verdict::kBetter, Verdict::kSame}) {
    if (const auto count = count_of(report, verdict); count > 0) parts.push_back(fmt::format("{} {}", count, to_string(verdict)));
  }
  if (const auto count = incomparable(report); count > 0) parts.push_back(fmt::format("{} not comparable or lost", count));
  if (!report.unpaired.empty()) parts.push_back(fmt::format("{} without a counterpart", report.unpaired.size()));
  return parts.empty() ? "nothing was judged" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string sentence(const GateReport& report, const GatedScore& score) {
  if (score.gone) return fmt::format("{} is gone: only BASE has it", score.key);
  const Judgement& judgement = score.judgement;
  if (judgement.basis == Basis::kNone) return fmt::format("{} cannot be told: {}", score.key, judgement.reason);
  const bool told = judgement.verdict != Verdict::kCannotTell;
  std::string text =
      told ? fmt::format("{} is {}", score.key, judgement.verdict == Verdict::kSame ? "the same" : to_string(judgement.verdict))
           : fmt::format("{} cannot be told", score.key);
  text += fmt::format(": {}{} ({:g}% interval {}, tolerance {})", signed_amount(score, judgement.difference), unit_text(score),
                      100 * report.rules.level, interval_text(score), amount(score, score.tolerance));
  return fmt::format("{}, {}, p {} over the gate{}", text, basis_text(judgement), p_text(judgement.adjusted_p),
                     told ? std::string() : ": " + judgement.reason);
}

std::vector<Table> tables(const GateReport& report) {
  std::vector<Table> all;
  for (const auto& pair : report.pairs) all.push_back(table_of(report, pair));
  if (!all.empty()) all.back().notes.push_back(legend(report));
  if (!report.unpaired.empty()) all.push_back(table_of(report.unpaired));
  return all;
}

}  // namespace vbench::gate
