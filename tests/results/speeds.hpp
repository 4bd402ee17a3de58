// Measured speeds as the tests of throughput make them up. Used by throughput_test.cpp and throughput_store_test.cpp.
#pragma once

#include <string>

#include "results/throughput.hpp"

namespace vbench::test {

inline ThroughputRow speed_row(const std::string& stage, int64_t repetition, double clips_per_s) {
  ThroughputRow row;
  row.measurement = "m1";
  row.created_unix = 1700000000;
  row.method = "srtg";
  row.variant = "mini";
  row.dataset = "ucf101";
  row.source = Source::kSynthetic;
  row.stage = stage;
  row.batch = 16;
  row.precision = "fp32";
  row.threads = 2;
  row.workers = 2;
  row.repetition = repetition;
  row.seconds = 16 / clips_per_s;
  row.clips_per_s = row.samples_per_s = clips_per_s;
  row.peak_bytes = 500 << 20;
  row.environment = {{"cpu", "a processor"}, {"revision", "abc"}};
  return row;
}

inline KernelSpeed kernel_speed(const std::string& measurement, double seconds) {
  return {measurement, 1700000000, "clustering", "small/table", seconds, 0.125, {{"GFLOP", 2.5}}, 300 << 20, {{"cpu", "a processor"}}};
}

}  // namespace vbench::test
