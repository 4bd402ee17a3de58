// Runs with fixed records for the golden output. Every figure of ours in them is invented; nobody trained anything.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "results/throughput.hpp"
#include "tests/results/gate/sides.hpp"

namespace vbench::test {

inline constexpr int64_t kGoldenItems = 455;  // two of YouCook2's 457 are missing

/// Ranks of the items, `hits` of which are first; other seeds hit other items.
inline ItemOutput golden_ranks(const std::string& direction, int64_t hits, int64_t seed) {
  ItemOutput output{direction + "_rank", 1, {}, {}};
  for (int64_t i = 0; i < kGoldenItems; ++i) {
    const int64_t place = (29 * i + 5 * seed) % kGoldenItems;  // 29 and 455 have no common factor: every place once
    output.ids.push_back("video " + std::to_string(i));
    output.values.push_back(static_cast<float>(place < hits ? 1 : 2 + (place - hits) / 8));
  }
  return output;
}

inline double golden_share(const ItemOutput& ranks, float most) {
  const auto within = std::count_if(ranks.values.begin(), ranks.values.end(), [most](float rank) { return rank <= most; });
  return static_cast<double>(within) / static_cast<double>(ranks.values.size());
}

/// A run of COOT on "YouCook2" whose scores follow from its outputs.
inline RunRecord golden_coot(int64_t seed, const std::string& variant, int64_t hits, const std::map<std::string, std::string>& settings) {
  RunRecord run = run_with(seed, 0, variant);
  run.run_id = "20240131T10000" + std::to_string(seed) + "-" + variant;
  run.protocol.description = "cosine retrieval over the whole split, file order; a tie counts if its index is smaller";
  run.data = {"val", kGoldenItems, 2, 0, "0123456789abcdef"};
  run.scores.clear();
  run.settings = settings;
  run.settings["run.precision"] = "fp32";
  run.settings["run.eval_only"] = "false";
  run.epochs = 42;
  for (const auto& [direction, count] : {std::pair<std::string, int64_t>{"p2v", hits + 3 * seed}, {"s2c", hits / 4 + seed}}) {
    const auto ranks = golden_ranks(direction, count, seed);
    for (const int k : {1, 5, 10}) run.scores[direction + "_r" + std::to_string(k)] = golden_share(ranks, static_cast<float>(k));
    auto sorted = ranks.values;
    std::sort(sorted.begin(), sorted.end());
    run.scores[direction + "_medr"] = sorted[sorted.size() / 2];
    run.outputs.push_back(ranks);
  }
  return run;
}

/// A run without outputs.
inline RunRecord golden_run(const std::string& method, const std::string& variant, const std::string& dataset, int64_t seed,
                            const Scores& scores) {
  RunRecord run = run_with(seed, 0, variant);
  run.method = method;
  run.dataset = dataset;
  run.run_id = "20240201T10000" + std::to_string(seed) + "-" + method + variant + dataset;
  run.protocol = {method + "-protocol", 1, "as the test says"};
  run.scores = scores;
  run.settings = {};
  return run;
}

inline RunRecord as_synthetic(RunRecord run) {
  run.run_id += "-synthetic";
  run.source = Source::kSynthetic;
  run.data = {"val", 48, 0, 0, "fedcba9876543210"};
  run.outputs.clear();
  return run;
}

/// Scores of a set task: of all sizes and of each.
inline void add_by_size(Scores& scores, const std::string& key, int first, int last, double value) {
  scores[key] = value;
  for (int n = first; n <= last; ++n) scores[key + "_n" + std::to_string(n)] = value + 0.0625 * (n - first);
}

inline std::vector<RunRecord> golden_sam() {
  std::vector<RunRecord> runs;
  for (const char* dataset : {"kinetics", "moments"}) {
    for (const int64_t seed : {1, 2}) {
      Scores scores;
      const double more = 0.125 * static_cast<double>(seed);
      add_by_size(scores, "abstraction_top1", 1, 4, 0.125 + more);
      add_by_size(scores, "abstraction_top5", 1, 4, 0.25 + more);
      add_by_size(scores, "completion_rho", 1, 4, 0.375 + more);
      add_by_size(scores, "ooo_acc", 3, 5, 0.5 + more);
      runs.push_back(as_synthetic(golden_run("sam", "sam", dataset, seed, scores)));
    }
  }
  return runs;
}

/// One run or more of every method whose figures are published.
/// @param settings  defaults of a variant of COOT on YouCook2
inline std::vector<RunRecord> golden_papers(const std::function<std::map<std::string, std::string>(const std::string&)>& settings) {
  std::vector<RunRecord> runs = golden_sam();
  for (const int64_t seed : {1, 2, 3}) {
    runs.push_back(golden_coot(seed, "yc2-100m", 340, settings("yc2-100m")));
    runs.push_back(golden_coot(seed, "yc2-2d3d", 220, settings("yc2-2d3d")));
    runs.push_back(golden_run("srtg", "srtg-r3d-34", "hacs", seed,
                              {{"top1", 0.5 + 0.03125 * static_cast<double>(seed)}, {"top5", 0.75}, {"upstream_top1", 0.625}}));
    auto fold = golden_run("selavi", "selavi-finetune", "ucf101", 1, {{"video_top1", 0.5 + 0.125 * static_cast<double>(seed)}});
    fold.run_id += std::to_string(seed);
    fold.settings["data.fold"] = std::to_string(seed);
    fold.data = {"test fold " + std::to_string(seed), 3783, 0, 0, "feed000" + std::to_string(seed) + "00000000"};
    runs.push_back(fold);
  }
  runs.push_back(as_synthetic(golden_coot(1, "yc2-100m", 60, settings("yc2-100m"))));
  runs.push_back(golden_run("coot", "anet", "activitynet", 1, {{"p2v_r1", 0.5}, {"p2v_r5", 0.75}, {"v2p_r1", 0.5625}, {"v2p_r50", 0.875}}));
  runs.push_back(golden_run("selavi", "selavi", "ave", 1, {{"nmi", 0.5}, {"acc", 0.375}, {"entropy", 1.5}, {"purity", 0.625}}));
  runs.push_back(golden_run("smth3d", "model3d-1", "something-something-v2", 1,
                            {{"top1", 0.25}, {"top5", 0.5}, {"commonsense", 0.75}, {"commonsense_chance", 0.625}}));
  return runs;
}

/// Three seeds of fp32 and one of fp16, as the published run had it.
inline std::vector<RunRecord> golden_differing(const std::map<std::string, std::string>& coot_settings) {
  std::vector<RunRecord> runs;
  for (const int64_t seed : {1, 2, 3, 4}) {
    runs.push_back(golden_coot(seed, "yc2-100m", 320, coot_settings));
    runs.back().outputs.clear();
    std::erase_if(runs.back().scores, [](const auto& score) { return score.first != "p2v_r1" && score.first != "s2c_medr"; });
  }
  runs.back().settings["run.precision"] = "fp16";
  return runs;
}

inline ThroughputRow golden_speed(const std::string& stage, int64_t repetition, double clips_per_s) {
  ThroughputRow row;
  row.measurement = "20240131T100000";
  row.created_unix = 1700000000;
  row.method = "srtg";
  row.variant = "mini";
  row.dataset = "ucf101";
  row.source = Source::kSynthetic;
  row.stage = stage;
  row.batch = 16;
  row.precision = "fp32";
  row.threads = row.workers = 2;
  row.repetition = repetition;
  row.seconds = 16 / clips_per_s;
  row.clips_per_s = row.samples_per_s = clips_per_s;
  row.peak_bytes = 500 << 20;
  row.environment = {{"cpu", "a processor"}, {"revision", "abc"}};
  if (stage == "forward") row.gflop_per_s = 2.5 * clips_per_s;
  return row;
}

/// Nine repetitions of three stages; `factor`: of another build.
inline std::vector<ThroughputRow> golden_speeds(double factor = 1) {
  std::vector<ThroughputRow> rows;
  for (const auto& [stage, rate] : {std::pair<std::string, double>{"load", 64}, {"forward", 20}, {"backward", 8}}) {
    for (int64_t i = 0; i < 9; ++i)
      rows.push_back(golden_speed(stage, i, (stage == "forward" ? factor : 1) * (rate + 0.25 * static_cast<double>(i))));
  }
  add_peak(rows, {.gflop_per_s = 100, .gbyte_per_s = 12.5, .kernel = "own_fp32"});
  return rows;
}

}  // namespace vbench::test
