// A made-up store for the tests of reports, with names that try to break out of a page: two configurations of COOT with three seeds on real
// data, SRTG on generated data with an INVALID run.
#pragma once

#include <fmt/format.h>

#include <string>

#include "results/report/report_page.hpp"
#include "tests/results/records.hpp"
#include "tests/results/report/sample_page.hpp"

namespace vbench::test {

inline constexpr int64_t kEpochs = 12;

/// Falls from `first`, a little different for every seed; validated every other epoch and at the end.
inline std::vector<EpochRecord> history_of(double first, int64_t seed, const std::string& score, double best) {
  std::vector<EpochRecord> history;
  for (int64_t i = 0; i < kEpochs; ++i) {
    const double done = static_cast<double>(i + 1) / kEpochs, jitter = 1 + 0.1 * static_cast<double>(seed);
    EpochRecord epoch;
    epoch.epoch = i;
    epoch.learning_rate = 1e-4 * (1 - done / 2);
    epoch.seconds = 3 + 0.1 * static_cast<double>(seed * (i % 3));
    epoch.train_loss = {{"total", first * (1.2 - done) * jitter}, {"align", first * (1.1 - done) * jitter}};
    if (i % 2 == 1) {
      epoch.val_loss = {{"total", first * (1.4 - done) * jitter}};
      epoch.scores = {{score, best * done * jitter}};
    }
    history.push_back(epoch);
  }
  return history;
}

inline RunRecord coot_run(int64_t seed, const std::string& rate, double v2p_r1) {
  auto run = run_with(seed, v2p_r1);
  run.run_id = fmt::format("20240131T1015{:02}.000000Z-{}", seed, rate == "0.001" ? "aaaaaaaa" : "bbbbbbbb");
  run.settings["learning_rate"] = rate;
  run.settings["batch_size"] = "64";
  run.history = history_of(rate == "0.001" ? 2 : 3, seed, "v2p_r1", v2p_r1);
  run.speed = {{"read_clips_per_s", 64000.0 + static_cast<double>(seed)}, {"backward_clips_per_s", 250}};
  run.environment = {{"cpu", "a processor"}, {"threads", std::to_string(seed)}};
  return run;
}

inline RunRecord srtg_run(int64_t seed, bool valid) {
  auto run = run_with(seed, 0, "srtg-mini");
  run.run_id = fmt::format("20240201T0000{:02}.000000Z-cccccccc", seed);
  run.method = "srtg";
  run.dataset = "ucf101";
  run.source = Source::kSynthetic;
  run.protocol = {"clip-classification", 1, "validation list"};
  run.data = {"val", 40, 0, 0, "fedcba9876543210"};
  run.scores = {{"top1", 0.75}};
  run.history = history_of(3, seed, "top1", 0.6);
  run.verdict = {valid, valid ? std::vector<std::string>() : std::vector<std::string>{"the loss became <NaN>"}};
  run.environment = {{"cpu", "a processor"}, {"speed_unreliable", "machine busy"}};
  run.speed = {{"read_clips_per_s", 10}};
  return run;
}

/// What the runs of sample_report() stored. Classes are 0 to 3, the last with a hostile name; of each ten, class 1 is taken for 0 four
/// times.
inline std::vector<ItemOutput> sample_outputs(const RunRecord& run) {
  ItemOutput label{"label", 1, {}, {}}, predicted{"predicted", 1, {}, {}}, rank{"v2p_rank", 1, {}, {}};
  if (run.method == "coot") {
    for (int64_t i = 0; i < 40; ++i) {
      rank.ids.push_back(i == 39 ? kHostileVideo : fmt::format("video_{:02}", i));
      rank.values.push_back(static_cast<float>(i < 20 ? 1 : i + run.seed));
    }
    // What came first for the first and the last query: itself and its neighbour, and two others.
    const ItemOutput nearest{"v2p_nearest", 2, {rank.ids.front(), rank.ids.back()}, {0, 1, 3, 4}};
    return {rank, nearest};
  }
  const std::vector<std::string> classes{"archery", "bowling", "diving", "<i>fencing"};
  for (int64_t i = 0; i < 40; ++i) {
    const int64_t target = i / 10;
    label.ids.push_back(fmt::format("{}/v_{:02}", classes[static_cast<size_t>(target)], i));
    label.values.push_back(static_cast<float>(target));
    predicted.values.push_back(static_cast<float>(target == 1 && i % 10 < 4 ? 0 : target));
  }
  predicted.ids = label.ids;
  return {label, predicted};
}

/// Of a stage, three repetitions: 90, 100 and 130 clips/s.
inline std::vector<ThroughputRow> sample_throughput(Source source) {
  std::vector<ThroughputRow> rows;
  for (const double rate : {100.0, 130.0, 90.0}) {
    ThroughputRow row;
    row.measurement = "20240202T000000.000000Z-eeeeeeee";
    row.method = "srtg";
    row.variant = "<mini>";
    row.dataset = "ucf101";
    row.source = source;
    row.stage = "forward";
    row.batch = 16;
    row.precision = "fp32";
    row.threads = 2;
    row.repetition = static_cast<int64_t>(rows.size());
    row.seconds = 16 / rate;
    row.clips_per_s = row.samples_per_s = rate;
    row.environment = {{"cpu", "a <fast> processor"}};
    rows.push_back(row);
  }
  return rows;
}

inline report::Report sample_report() {
  report::Report report;
  for (const int64_t seed : {1, 2, 3}) report.runs.push_back(coot_run(seed, "0.001", 0.30 + 0.01 * static_cast<double>(seed)));
  for (const int64_t seed : {1, 2, 3}) report.runs.push_back(coot_run(seed, "0.01", 0.20 + 0.01 * static_cast<double>(seed)));
  report.runs.push_back(srtg_run(1, true));
  report.runs.push_back(srtg_run(2, false));
  report.outputs = sample_outputs;
  return report;
}

}  // namespace vbench::test
