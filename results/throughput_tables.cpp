// Medians of measured speeds as tables.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "harness/core/text.hpp"
#include "metrics/significance.hpp"
#include "metrics/statistics.hpp"
#include "results/throughput.hpp"

namespace vbench {
namespace {

constexpr double kLevel = 0.05;  // of what counts as shown

/// What repetitions share.
struct Kind {
  std::string method, variant, precision;
  int64_t threads = 0;
  std::string settings;  ///< that --set made other than the variant's
  size_t stage = 0;      ///< place among throughput_stages()
  int64_t batch = 0;
  auto operator<=>(const Kind&) const = default;
};

Kind kind_of(const ThroughputRow& row) {
  const auto& stages = throughput_stages();
  const auto place = std::find(stages.begin(), stages.end(), row.stage) - stages.begin();
  const auto settings = row.environment.find("settings");
  return {row.method,
          row.variant,
          row.precision,
          row.threads,
          settings == row.environment.end() ? "" : settings->second,
          static_cast<size_t>(place),
          row.batch};
}

/// @param Row  ThroughputRow or KernelSpeed
template <class Row>
std::string fact_of(const Row& row, const std::string& name) {
  const auto found = row.environment.find(name);
  return found == row.environment.end() ? "unknown" : found->second;
}

/// Why figures are not to be believed; empty: no reason.
std::string doubt_of(const std::map<std::string, std::string>& environment) {
  const auto doubt = environment.find("speed_unreliable");
  return doubt == environment.end() ? "" : fmt::format("Unreliable: {}.", doubt->second);
}

/// Of which a table tells: real and synthetic never share one, nor do machines.
using Board = std::tuple<std::string, Source, std::string>;
using Rows = std::vector<const ThroughputRow*>;

std::map<Board, std::map<Kind, Rows>> sorted(const std::vector<ThroughputRow>& rows) {
  std::map<Board, std::map<Kind, Rows>> boards;
  for (const auto& row : rows) boards[{row.dataset, row.source, fact_of(row, "cpu")}][kind_of(row)].push_back(&row);
  return boards;
}

/// What a dataset's reading has no part of gets a row without figures: it shall be seen that nothing was measured.
void add_missing_stages(std::map<Kind, Rows>& kinds) {
  constexpr size_t kLoad = 3;  // of throughput_stages(); its parts stand before it
  std::map<Kind, Rows> missing;
  for (const auto& [kind, rows] : kinds) {
    for (size_t part = 0; kind.stage == kLoad && part < kLoad; ++part) {
      Kind absent = kind;
      absent.stage = part;
      if (!kinds.contains(absent)) missing[absent] = {};
    }
  }
  kinds.merge(missing);
}

/// Repetitions of the newest measurement; ids sort by time.
Rows newest(const Rows& rows) {
  std::string last;
  for (const auto* row : rows) last = std::max(last, row->measurement);
  Rows kept;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(kept), [&](const auto* row) { return row->measurement == last; });
  return kept;
}

template <class Field>
std::vector<double> values_of(const Rows& rows, Field field) {
  std::vector<double> values;
  for (const auto* row : rows) values.push_back(static_cast<double>(row->*field));
  return values;
}

template <class Field>
double median_of(const Rows& rows, Field field) {
  return median(values_of(rows, field));
}

/// Four digits are more than a measurement has.
std::string shown(double value) {
  if (std::isnan(value)) return "";
  const int digits = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3;
  return fmt::format("{:.{}f}", value, digits);
}

Cell number_cell(double value) {
  Cell cell{.text = std::isnan(value) ? "" : shown(value), .numeric = true};
  cell.value = value;
  return cell;
}

/// In %; a fraction for machines.
Cell share_cell(double value) {
  return {.text = std::isnan(value) ? "" : fmt::format("{:.1f}", 100 * value), .numeric = true, .value = value};
}

/// Empty where the kernel did not say.
Cell mebibyte_cell(double bytes) {
  if (!(bytes > 0)) return number_cell(NAN);
  return {.text = fmt::format("{:.0f}", bytes / (1 << 20)), .numeric = true, .value = bytes};
}

std::string source_name(Source source) { return source == Source::kSynthetic ? "SYNTHETIC stand-in data" : "real data"; }

constexpr const char* kSyntheticNote =
    "SYNTHETIC: generated data in the official formats, smaller than the real ones; reading speeds are those of the stand-in.";

Table board_of(const Board& board, const std::string& what) {
  const auto& [dataset, source, cpu] = board;
  Table table;
  table.title = fmt::format("{}: {}, {} on {}", dataset, source_name(source), what, cpu);
  table.facts = {{"dataset", dataset}, {"source", to_string(source)}, {"cpu", cpu}};
  return table;
}

void add_column(Table& table, const std::string& header, const std::string& key, bool detail = false) {
  table.header.push_back(header);
  table.columns.push_back({.key = key, .detail = detail});
}

bool has_settings(const std::map<Kind, Rows>& kinds) {
  return std::any_of(kinds.begin(), kinds.end(), [](const auto& each) { return !each.first.settings.empty(); });
}

void add_kind_columns(Table& table, const std::map<Kind, Rows>& kinds) {
  for (const char* name : {"method", "variant", "stage", "batch", "precision", "threads"}) add_column(table, name, name);
  if (has_settings(kinds)) add_column(table, "settings", "settings");
}

std::vector<Cell> kind_cells(const Kind& kind, bool with_settings) {
  const auto whole = [](int64_t number) { return Cell{.text = std::to_string(number), .numeric = true}; };
  std::vector<Cell> cells{{kind.method},     {kind.variant},   {throughput_stages()[kind.stage]},
                          whole(kind.batch), {kind.precision}, whole(kind.threads)};
  if (with_settings) cells.push_back({kind.settings});
  return cells;
}

void append(std::vector<Cell>& cells, const std::vector<Cell>& more) { cells.insert(cells.end(), more.begin(), more.end()); }

void add_notes(Table& table, const std::set<std::string>& remarks) {
  table.notes.emplace_back(
      "Medians over repetitions, spread from the slowest to the fastest; each stage alone, load being read, decode and augment at once; "
      "clips pass through the network once, samples are items of the dataset; memory is that of the whole process during the stage.");
  for (const auto& remark : remarks) table.notes.push_back(remark);
}

std::string peak_note(const ThroughputRow& row) {
  const auto products = parse_double(fact_of(row, "peak_gflop_per_s")), bytes = parse_double(fact_of(row, "peak_gbyte_per_s"));
  if (!products || !bytes) return "";
  const std::string kernel = fact_of(row, "peak_kernel");
  return fmt::format("Measured peak, {}, {} thread{}: {:.0f} GFLOP/s (product of matrices, {}), {:.1f} GB/s (triad).{}", row.precision,
                     row.threads, row.threads == 1 ? "" : "s", *products, kernel, *bytes,
                     row.precision == "bf16" && kernel.ends_with("fp32") ? " Products in bfloat16 were slower than those in float32." : "");
}

}  // namespace

namespace {

void add_speed_columns(Table& table) {
  add_column(table, "ms/batch", "ms_per_batch");
  add_column(table, "clips/s", "clips_per_s");
  add_column(table, "samples/s", "samples_per_s");
  add_column(table, "spread %", "spread");
  add_column(table, "GFLOP/s", "gflop_per_s");
  add_column(table, "% of peak", "peak_share");
  add_column(table, "peak MiB", "peak_bytes");
  for (const char* detail : {"clips_per_s_min", "clips_per_s_max", "repetitions", "revision", "measurement"})
    add_column(table, detail, detail, true);
}

std::vector<Cell> speed_cells(const Rows& repetitions) {
  const ThroughputRow& first = *repetitions.front();
  const double share = median_of(repetitions, &ThroughputRow::peak_share), bytes = median_of(repetitions, &ThroughputRow::peak_bytes);
  const auto rates = values_of(repetitions, &ThroughputRow::clips_per_s);
  const auto [slowest, fastest] = std::minmax_element(rates.begin(), rates.end());
  const double spread = rates.size() < 2 ? NAN : (*fastest - *slowest) / median(rates);
  return {number_cell(1000 * median_of(repetitions, &ThroughputRow::seconds)),
          number_cell(median(rates)),
          number_cell(median_of(repetitions, &ThroughputRow::samples_per_s)),
          share_cell(spread),
          number_cell(median_of(repetitions, &ThroughputRow::gflop_per_s)),
          share_cell(share),
          mebibyte_cell(bytes),
          number_cell(*slowest),
          number_cell(*fastest),
          {.text = std::to_string(repetitions.size()), .numeric = true},
          {fact_of(first, "revision")},
          {first.measurement}};
}

}  // namespace

std::vector<Table> throughput_tables(const std::vector<ThroughputRow>& rows) {
  std::vector<Table> tables;
  auto boards = sorted(rows);
  for (auto& [board, kinds] : boards) {
    Table table = board_of(board, "throughput");
    add_kind_columns(table, kinds);
    add_speed_columns(table);
    add_missing_stages(kinds);
    std::set<std::string> remarks;
    for (const auto& [kind, all] : kinds) {
      table.rows.push_back(kind_cells(kind, has_settings(kinds)));
      if (all.empty()) {
        append(table.rows.back(), std::vector<Cell>(table.header.size() - table.rows.back().size(), number_cell(NAN)));
        remarks.insert("Without figures: the dataset has no such stage, or a library does it together with the next.");
        continue;
      }
      const Rows repetitions = newest(all);
      const ThroughputRow& first = *repetitions.front();
      append(table.rows.back(), speed_cells(repetitions));
      if (const auto doubt = doubt_of(first.environment); !doubt.empty()) remarks.insert(doubt);
      if (const auto note = peak_note(first); !note.empty()) remarks.insert(note);
    }
    add_notes(table, remarks);
    if (std::get<Source>(board) == Source::kSynthetic) table.notes.emplace_back(kSyntheticNote);
    tables.push_back(std::move(table));
  }
  return tables;
}

namespace {

/// Of a kind in both builds.
struct Pair {
  double base = NAN, candidate = NAN, p = NAN;
  [[nodiscard]] double ratio() const { return candidate / base; }
};

/// What the corrected p would be if all repetitions of one build were faster than all of the other: two of all orders, for each row.
double least_p(const std::map<Kind, Rows>& kinds) {
  size_t fewest = SIZE_MAX;
  for (const auto& [kind, rows] : kinds) fewest = std::min(fewest, rows.size());
  double orders = 1;
  for (size_t i = 1; i <= fewest && orders < 1e9; ++i) orders *= static_cast<double>(fewest + i) / static_cast<double>(i);
  return 2 / orders * static_cast<double>(kinds.size());
}

Pair pair_of(const Rows& base, const Rows& candidate) {
  const auto before = values_of(base, &ThroughputRow::clips_per_s), now = values_of(candidate, &ThroughputRow::clips_per_s);
  return {median(before), median(now), mann_whitney(before, now)};
}

std::vector<Cell> pair_cells(const Pair& pair, double adjusted) {
  const bool known = !std::isnan(pair.ratio()), differs = known && adjusted < kLevel;
  const std::string verdict = !known ? "not in both" : !differs ? "no difference shown" : pair.ratio() > 1 ? "faster" : "slower";
  return {number_cell(pair.base),
          number_cell(pair.candidate),
          {.text = known ? fmt::format("{:.3f}", pair.ratio()) : "", .numeric = true, .value = pair.ratio()},
          {.text = known ? fmt::format("{:.4f}", adjusted) : "", .numeric = true, .value = adjusted},
          {.text = verdict, .bold = differs}};
}

}  // namespace

std::vector<Table> comparison_tables(const std::vector<ThroughputRow>& base, const std::vector<ThroughputRow>& candidate) {
  std::vector<Table> tables;
  auto theirs = sorted(base);
  for (const auto& [board, kinds] : sorted(candidate)) {
    Table table = board_of(board, "two builds in turns");
    add_kind_columns(table, kinds);
    add_column(table, "base clips/s", "base_clips_per_s");
    add_column(table, "clips/s", "clips_per_s");
    for (const char* name : {"ratio", "p", "verdict"}) add_column(table, name, name);
    std::vector<Pair> pairs;
    std::vector<double> p;
    for (const auto& [kind, ours] : kinds) {
      pairs.push_back(pair_of(theirs[board][kind], ours));
      p.push_back(pairs.back().p);
      table.rows.push_back(kind_cells(kind, has_settings(kinds)));
    }
    const auto adjusted = holm(p);
    for (size_t i = 0; i < pairs.size(); ++i) append(table.rows[i], pair_cells(pairs[i], adjusted[i]));
    table.notes = {"Medians of repetitions that took turns; ratio above 1: faster than the base.",
                   fmt::format("p: two-sided Mann-Whitney test of clips/s, Holm's correction over the table; bold: p < {}.", kLevel)};
    if (least_p(kinds) >= kLevel)
      table.notes.emplace_back("So few repetitions cannot show a difference over so many rows: ask for more --repetitions.");
    if (const auto doubt = doubt_of(kinds.begin()->second.front()->environment); !doubt.empty()) table.notes.push_back(doubt);
    if (std::get<Source>(board) == Source::kSynthetic) table.notes.emplace_back(kSyntheticNote);
    tables.push_back(std::move(table));
  }
  return tables;
}

namespace {

std::string figures_text(const std::map<std::string, double>& figures) {
  std::string text;
  for (const auto& [name, value] : figures) text += fmt::format("{}{} {:.4g}", text.empty() ? "" : ", ", name, value);
  return text;
}

std::vector<Cell> kernel_cells(const KernelSpeed& speed) {
  return {{speed.program},
          {speed.name},
          number_cell(1000 * speed.seconds),
          share_cell(speed.deviation),
          {figures_text(speed.figures)},
          mebibyte_cell(static_cast<double>(speed.peak_bytes)),
          {fact_of(speed, "revision")},
          {speed.measurement}};
}

}  // namespace

std::vector<Table> kernel_tables(const std::vector<KernelSpeed>& speeds) {
  std::map<std::string, std::map<std::pair<std::string, std::string>, const KernelSpeed*>> boards;
  for (const auto& speed : speeds) {  // ids sort by time
    const KernelSpeed*& kept = boards[fact_of(speed, "cpu")][{speed.program, speed.name}];
    if (kept == nullptr || kept->measurement <= speed.measurement) kept = &speed;
  }
  std::vector<Table> tables;
  for (const auto& [cpu, kernels] : boards) {
    Table table;
    table.title = fmt::format("Benchmark programs on {}", cpu);
    table.facts = {{"cpu", cpu}};
    for (const char* name : {"program", "benchmark"}) add_column(table, name, name);
    add_column(table, "ms", "milliseconds");
    add_column(table, "± %", "deviation");
    add_column(table, "own figures", "figures");
    add_column(table, "peak MiB", "peak_bytes");
    for (const char* detail : {"revision", "measurement"}) add_column(table, detail, detail, true);
    std::set<std::string> doubts;
    for (const auto& [names, speed] : kernels) {
      table.rows.push_back(kernel_cells(*speed));
      if (const auto doubt = doubt_of(speed->environment); !doubt.empty()) doubts.insert(doubt);
    }
    table.notes = {"Medians over repetitions and their standard deviation; memory is that of the whole program.",
                   "What is timed beside what says docs/performance.md."};
    table.notes.insert(table.notes.end(), doubts.begin(), doubts.end());
    tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace vbench
