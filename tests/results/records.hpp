// Run records for the tests of results/.
#pragma once

#include <limits>
#include <string>

#include "harness/core/run_record.hpp"

namespace vbench::test {

/// A valid run on real data with one score.
inline RunRecord run_with(int64_t seed, double v2p_r1, const std::string& variant = "yc2-100m") {
  RunRecord record;
  record.method = "coot";
  record.variant = variant;
  record.dataset = "youcook2";
  record.protocol = {"coot-retrieval", 1, "whole split"};
  record.data = {"val", 457, 0, 0, "0123456789abcdef"};
  record.seed = seed;
  record.epochs = 10;
  record.best_epoch = 7;
  record.scores = {{"v2p_r1", v2p_r1}};
  record.settings = {{"learning_rate", "0.001"}};
  record.created_unix = 1700000000 + seed;
  return record;
}

/// A run with something in every field.
inline RunRecord full_run() {
  RunRecord record = run_with(3, 0.25);
  record.source = Source::kSynthetic;
  record.data = {"val", 457, 2, 1, "abc"};
  record.scores = {{"v2p_r1", 0.1234567890123456}, {"v2p_medr", std::numeric_limits<double>::quiet_NaN()}};
  record.speed = {{"forward_clips_per_s", 1234.5}};
  record.environment = {{"cpu", "Zähler \"x\""}, {"empty", ""}};
  record.settings = {{"width", "384"}, {"text", "a=b\nc"}};
  record.command_line = "vbench --method coot";
  record.verdict = {false, {"first reason", "second reason"}};
  EpochRecord epoch;
  epoch.epoch = 0;
  epoch.learning_rate = 1e-3;
  epoch.seconds = 2.5;
  epoch.train_loss = {{"total", 0.5}, {"align", 0.25}};
  record.history = {epoch};
  epoch.epoch = 1;
  epoch.improved = true;
  epoch.val_loss = {{"total", 0.75}};
  epoch.scores = {{"v2p_r1", 0.2}};
  record.history.push_back(epoch);
  record.outputs = {{"v2p_rank", 1, {"b", "a\nc", ""}, {1, 2, 3}}, {"empty", 4, {}, {}}, {"wide", 2, {"x", "y"}, {0.5F, -1, 1e-30F, 4}}};
  return record;
}

}  // namespace vbench::test
