#include "results/leaderboard.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "metrics/statistics.hpp"
#include "results/configurations.hpp"
#include "results/folds.hpp"
#include "results/paper_rows.hpp"
#include "results/score_cells.hpp"

namespace vbench {
namespace {

constexpr size_t kLongestConfiguration = 40;

/// Runs with equal keys may stand in one table.
auto board_key(const RunRecord& run) {
  return std::tuple(run.dataset, run.source, run.protocol.name, run.protocol.version, run.data.split, run.data.hash);
}
using BoardKey = decltype(board_key(RunRecord()));

/// One line of a board: the same method, variant and settings with several seeds.
struct Entry {
  std::string method, variant, configuration;
  Runs runs;                      // one a seed, of each fold
  std::map<int64_t, Runs> folds;  // the same by fold; empty: of one split

  /// What is averaged: runs, or folds.
  [[nodiscard]] std::vector<double> values(const std::string& key) const {
    return folds.empty() ? values_of(runs, key) : fold_means(folds, key);
  }
};

struct Board {
  std::vector<Entry> entries;
  std::vector<std::string> metrics;
  std::vector<const RunRecord*> invalid;
  int64_t superseded = 0;               // runs with a newer one of the same seed
  const RunRecord* sample = nullptr;    // any run, for what all have in common
  bool paper = false;                   // published figures wanted and allowed
  ItemTester by_item;                   // may be empty
  bool p_columns = false;               // for machines; all tables of one output have them or none
  bool several_configurations = false;  // some (method, variant) has more than one
  std::vector<int64_t> folds;           // that every entry is the mean of; empty: one split
  int64_t missing = 0, dropped = 0;     // items, of all folds together
};

/// The newest run of each seed, of each fold where there are several.
Entry entry_of(const std::string& method, const std::string& variant, std::string configuration, const Runs& runs, Board& board) {
  Entry entry{method, variant, std::move(configuration), {}, {}};
  if (board.folds.empty()) {
    entry.runs = newest_of_each_seed(runs, board.superseded);
    return entry;
  }
  std::map<int64_t, Runs> all;
  for (const auto* run : runs) all[*fold_of(*run)].push_back(run);
  for (const auto& [fold, of_fold] : all) {
    const auto kept = newest_of_each_seed(of_fold, board.superseded);
    entry.runs.insert(entry.runs.end(), kept.begin(), kept.end());
    entry.folds.emplace(fold, kept);
  }
  return entry;
}

void add_entries(Board& board, const Runs& valid) {
  std::map<std::pair<std::string, std::string>, std::map<std::map<std::string, std::string>, Runs>> grouped;
  for (const auto* run : valid)
    grouped[{run->method, run->variant}][board.folds.empty() ? run->settings : settings_beside_fold(*run)].push_back(run);
  for (const auto& [name, configurations] : grouped) {
    std::vector<const std::map<std::string, std::string>*> all;
    for (const auto& [settings, runs] : configurations) all.push_back(&settings);
    const auto differing = differing_keys(all);
    board.several_configurations = board.several_configurations || all.size() > 1;
    for (const auto& [settings, runs] : configurations) {
      board.entries.push_back(entry_of(name.first, name.second, configuration_text(settings, differing), runs, board));
    }
  }
}

bool better(const std::string& key, double a, double b) {
  const auto info = find_metric(key);
  return info && info->direction == Direction::kLowerIsBetter ? a < b : a > b;
}

void sort_best_first(Board& board) {
  if (board.metrics.empty()) return;
  const std::string& key = board.metrics.front();
  std::stable_sort(board.entries.begin(), board.entries.end(), [&](const Entry& a, const Entry& b) {
    const double left = mean(a.values(key)), right = mean(b.values(key));
    if (std::isnan(left) || std::isnan(right)) return !std::isnan(left) && std::isnan(right);
    return better(key, left, right);
  });
}

/// Runs on the same data lack the same items: each data count once.
void count_incomplete_data(Board& board, const Runs& runs) {
  std::map<std::pair<std::string, std::string>, DataFingerprint> by_data;
  for (const auto* run : runs) {
    auto& data = by_data[{run->data.split, run->data.hash}];
    data.missing = std::max(data.missing, run->data.missing);
    data.dropped = std::max(data.dropped, run->data.dropped);
  }
  for (const auto& [name, data] : by_data) {
    board.missing += data.missing;
    board.dropped += data.dropped;
  }
}

/// @param p_columns, folds  see Board
Board board_of(const Runs& runs, const LeaderboardRequest& request, bool p_columns, std::vector<int64_t> folds = {}) {
  Board board;
  board.p_columns = p_columns;
  board.folds = std::move(folds);
  board.sample = runs.front();
  board.by_item = request.by_item;
  board.paper = request.paper && board.sample->source == Source::kReal;
  Runs valid;
  for (const auto* run : runs) (run->verdict.valid ? valid : board.invalid).push_back(run);
  board.metrics = metrics_of(valid);
  add_entries(board, valid);
  sort_best_first(board);
  count_incomplete_data(board, runs);
  return board;
}

const Published* published_for(const std::map<std::string, Published>& published, const std::string& method) {
  const auto found = published.find(method);
  return found == published.end() ? nullptr : &found->second;
}

/// Builds the table of a board.
class BoardTable {
 public:
  BoardTable(const Board& board, const std::map<std::string, Published>& published) : board_(board), published_(published) {}

  [[nodiscard]] Table build() {
    add_header();
    for (const auto& entry : board_.entries) add_entry(entry);
    mark_places();
    add_notes();
    return std::move(table_);
  }

 private:
  void add_column(const std::string& header, const ColumnInfo& info) {
    table_.header.push_back(header);
    table_.columns.push_back(info);
  }

  void add_header() {
    const RunRecord& run = *board_.sample;
    const bool folds = !board_.folds.empty();
    const std::string hash = run.data.hash.substr(0, 8);
    const std::string split = folds ? fmt::format("folds {}", fmt::join(board_.folds, ",")) : run.data.split;
    const std::string part = folds ? fmt::format("{} and their mean", split)
                                   : fmt::format("split {}, {} items (data {})", split, run.data.items, hash.empty() ? "unknown" : hash);
    table_.title = fmt::format("{}: {}, {}, protocol {} version {}", run.dataset, source_title(run.source), part, run.protocol.name,
                               run.protocol.version);
    table_.facts = {{"dataset", run.dataset},
                    {"source", to_string(run.source)},
                    {"split", split},
                    {"protocol", run.protocol.name},
                    {"protocol_version", std::to_string(run.protocol.version)},
                    {"data_hash", folds ? "" : run.data.hash}};
    add_column("method", {});
    add_column("variant", {});
    add_column("configuration", {.detail = !board_.several_configurations});
    add_column("result", {.detail = !board_.paper && !folds});
    add_column("runs", {});
    table_.stub = table_.header.size();
    for (const auto& key : board_.metrics) {
      const MetricLabel label = metric_label(key);
      add_column((label.group.empty() ? "" : label.group + " ") + label.column,
                 {.key = key, .group = label.group, .detail = is_detail(key)});
    }
  }

  /// Some metrics are for programs, unless the paper reports them.
  [[nodiscard]] bool is_detail(const std::string& key) const {
    const auto metric = find_metric(key);
    if (!metric || !metric->detail) return false;
    for (const auto& entry : board_.entries) {
      const Published* figures = board_.paper ? published_for(published_, entry.method) : nullptr;
      const PublishedRow* first = figures == nullptr ? nullptr : figures->find_row(board_.sample->dataset, entry.variant, folds_of_paper());
      if (first != nullptr && first->scores.count(key) > 0) return false;
    }
    return true;
  }

  [[nodiscard]] std::vector<Cell> row_start(const Entry& entry, const std::string& result, size_t runs) const {
    const std::string count = runs == 0 ? "" : std::to_string(runs);
    Cell configuration{.text = shortened(entry.configuration, kLongestConfiguration)};
    if (configuration.text != entry.configuration) configuration.whole = entry.configuration;
    return {{.text = entry.method}, {.text = entry.variant}, configuration, {.text = result}, {.text = count, .numeric = true}};
  }

  /// How many folds a published mean must be of to stand here; a number that no paper has: it must not.
  [[nodiscard]] int64_t folds_of_paper() const {
    const auto count = static_cast<int64_t>(board_.folds.size());
    return board_.folds.empty() || board_.folds.back() == count ? count : -1;  // 1, 2, ... count
  }

  void add_fold_rows(const Entry& entry) {
    for (const auto& [fold, runs] : entry.folds) {
      auto row = row_start(entry, fmt::format("fold {}", fold), runs.size());
      for (const auto& key : board_.metrics) row.push_back(score_cell(key, values_of(runs, key)));
      table_.rows.push_back(std::move(row));
    }
  }

  void add_entry(const Entry& entry) {
    add_fold_rows(entry);
    auto row = row_start(entry, entry.folds.empty() ? "vbench" : fmt::format("mean of {} folds", entry.folds.size()), entry.runs.size());
    for (const auto& key : board_.metrics) row.push_back(score_cell(key, entry.values(key)));
    ours_.push_back(table_.rows.size());
    table_.rows.push_back(std::move(row));
    if (entry.configuration.size() > kLongestConfiguration) configurations_.push_back(entry.configuration);
    const Published* figures = board_.paper ? published_for(published_, entry.method) : nullptr;
    if (figures != nullptr) add_published(entry, *figures);
  }

  void add_published(const Entry& entry, const Published& figures) {
    OwnResult ours{entry.method, board_.sample->dataset, entry.variant, board_.sample->data.split, folds_of_paper(), board_.metrics, {}};
    for (const auto& key : board_.metrics) ours.values.push_back(entry.values(key));
    const PaperLines paper = paper_lines(ours, figures);
    for (const auto& line : paper.lines) {
      auto row = row_start(entry, line.result, static_cast<size_t>(line.runs));
      row.insert(row.end(), line.cells.begin(), line.cells.end());
      table_.rows.push_back(std::move(row));
    }
    citations_.insert(paper.citations.begin(), paper.citations.end());
    remarks_.insert(paper.remarks.begin(), paper.remarks.end());
  }

  /// What people see is tested; of one row, or of means over folds, which share videos, there is nothing to say.
  void mark_places() {
    std::vector<std::string> shown;
    for (const auto& key : board_.metrics) {
      if (!is_detail(key)) shown.push_back(key);
    }
    std::vector<Runs> rows;
    for (const auto& entry : board_.entries) rows.push_back(entry.runs);
    const bool testable = rows.size() > 1 && board_.folds.empty();
    const auto significance = testable ? significance_of(rows, shown, board_.by_item) : Significance();
    for (size_t i = 0; i < board_.metrics.size(); ++i) {
      const auto found = significance.metrics.find(board_.metrics[i]);
      if (found == significance.metrics.end()) continue;
      const auto& places = found->second;
      if (places.first) table_.rows[ours_[*places.first]][table_.stub + i].bold = true;
      if (places.second) table_.rows[ours_[*places.second]][table_.stub + i].underlined = true;
    }
    if (board_.p_columns) add_significance_columns(table_, significance, shown, ours_);
    significance_notes_ = significance.notes;
    if (rows.size() > 1 && !testable)
      significance_notes_.emplace_back("Nothing is marked as best: folds share videos, so means over them are not tested.");
  }

  void add_notes() {
    const RunRecord& run = *board_.sample;
    auto& notes = table_.notes;
    if (run.source == Source::kSynthetic) notes.push_back(synthetic_note());
    const char* over = board_.folds.empty() ? "runs with different seeds." : "folds, of which each counts by the mean over its seeds.";
    notes.push_back(fmt::format("Shares in %, mean ± sample standard deviation over {}", over));
    notes.insert(notes.end(), significance_notes_.begin(), significance_notes_.end());
    if (!run.protocol.description.empty()) notes.push_back("Protocol: " + run.protocol.description + ".");
    if (board_.missing + board_.dropped > 0) {
      notes.push_back(
          fmt::format("Incomplete data: {} items without files and {} unusable ones were not evaluated.", board_.missing, board_.dropped));
    }
    notes.insert(notes.end(), configurations_.begin(), configurations_.end());
    notes.insert(notes.end(), citations_.begin(), citations_.end());
    notes.insert(notes.end(), remarks_.begin(), remarks_.end());
    if (board_.superseded > 0)
      notes.push_back(fmt::format("Left out: {} older run(s) of a seed and configuration that were run again.", board_.superseded));
    if (!board_.invalid.empty()) notes.push_back(invalid_note());
  }

  [[nodiscard]] std::string invalid_note() const {
    std::vector<std::string> reasons;
    for (const auto* run : board_.invalid) {
      const std::string fold = board_.folds.empty() ? "" : fmt::format(" fold {}", *fold_of(*run));
      reasons.push_back(
          fmt::format("{} {}{} seed {} ({})", run->method, run->variant, fold, run->seed, fmt::join(run->verdict.reasons, ", ")));
    }
    return fmt::format("Left out: {} INVALID run(s): {}.", board_.invalid.size(), fmt::join(reasons, "; "));
  }

  const Board& board_;
  const std::map<std::string, Published>& published_;
  Table table_;
  std::vector<size_t> ours_;  // rows that are results, not published figures
  std::vector<std::string> configurations_, significance_notes_;
  std::set<std::string> citations_, remarks_;
};

/// Runs on the data of one of a board's folds.
Runs on_data_of(const Runs& board, const Runs& runs) {
  std::set<std::pair<BoardKey, int64_t>> known;
  for (const auto* run : board) known.emplace(board_key(*run), *fold_of(*run));
  Runs found;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(found), [&](const RunRecord* run) {
    const auto fold = fold_of(*run);
    return fold && known.count({board_key(*run), *fold}) > 0;
  });
  return found;
}

struct FoldTables {
  std::vector<Table> tables;
  std::set<std::string> run_ids;  // of valid runs that belong to one of them
};

FoldTables fold_tables(const Runs& valid, const Runs& invalid, const LeaderboardRequest& request, bool p_columns,
                       const std::map<std::string, Published>& published) {
  FoldTables all;
  for (const auto& [folds, counted] : runs_of_folds(valid)) {
    Runs members = counted;
    for (const auto* run : members) all.run_ids.insert(run->run_id);
    const Runs left_out = on_data_of(counted, invalid);
    members.insert(members.end(), left_out.begin(), left_out.end());
    const Board board = board_of(members, request, p_columns, folds);
    all.tables.push_back(BoardTable(board, published).build());
  }
  return all;
}

/// Some table has two rows.
bool any_comparison(const std::map<BoardKey, Runs>& boards) {
  return std::any_of(boards.begin(), boards.end(), [](const auto& board) {
    std::set<std::tuple<std::string, std::string, std::map<std::string, std::string>>> rows;
    for (const auto* run : board.second) {
      if (run->verdict.valid) rows.emplace(run->method, run->variant, run->settings);
    }
    return rows.size() > 1;
  });
}

bool holds_all(const std::set<std::string>& run_ids, const std::vector<std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& id) { return run_ids.count(id) > 0; });
}

}  // namespace

std::vector<Table> leaderboards(const std::vector<RunRecord>& runs, const LeaderboardRequest& request,
                                const std::map<std::string, Published>& published) {
  std::map<BoardKey, Runs> boards;
  std::map<std::pair<std::string, Source>, int> boards_of_data;
  Runs valid, invalid;
  for (const auto& run : runs) {
    if ((!request.method.empty() && run.method != request.method) || (!request.dataset.empty() && run.dataset != request.dataset)) continue;
    auto& members = boards[board_key(run)];
    if (members.empty()) ++boards_of_data[{run.dataset, run.source}];
    members.push_back(&run);
    (run.verdict.valid ? valid : invalid).push_back(&run);
  }
  const bool p_columns = any_comparison(boards);
  auto of_folds = fold_tables(valid, invalid, request, p_columns, published);
  if (request.folds_only && !of_folds.tables.empty() && holds_all(of_folds.run_ids, request.new_runs)) return of_folds.tables;
  std::vector<Table> tables;
  for (const auto& [key, members] : boards) {
    const Board board = board_of(members, request, p_columns);
    tables.push_back(BoardTable(board, published).build());
    const int siblings = boards_of_data[{board.sample->dataset, board.sample->source}];
    if (siblings > 1) {
      tables.back().notes.push_back(fmt::format(
          "One of {} tables for this dataset: other items or another protocol. Scores of different tables are not comparable.", siblings));
    }
    if (request.paper && board.sample->source == Source::kSynthetic)
      tables.back().notes.emplace_back("Published figures stand beside real data only.");
  }
  tables.insert(tables.end(), of_folds.tables.begin(), of_folds.tables.end());
  return tables;
}

}  // namespace vbench
