#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/nn/kernels/table.hpp"
#include "methods/selavi/marginals.hpp"
#include "methods/selavi/matching.hpp"
#include "methods/selavi/relabel_schedule.hpp"
#include "methods/selavi/sinkhorn.hpp"
#include "tests/support/golden.hpp"

namespace vbench::selavi::test {
namespace {

using vbench::test::expect_close;
using vbench::test::expect_same;
using vbench::test::Golden;

/// Calls `body` once for every instruction set of this processor.
void on_every_table(const std::function<void(const std::string& name)>& body) {
  const nn::kernels::Table* all[3];
  const int count = nn::kernels::tables(all);
  for (int i = 0; i < count; ++i) {
    nn::kernels::use_table(all[i]);
    body(all[i]->name);
  }
  nn::kernels::use_table(nullptr);
}

/// "error: e, step : n"
std::pair<double, int64_t> logged(const Golden& golden, const std::string& group) {
  const auto text = golden.text(group, "log");
  double error = 0;
  long step = 0;
  EXPECT_EQ(std::sscanf(text.c_str(), "error: %lf, step : %ld", &error, &step), 2) << text;
  return {error, step};
}

at::Tensor share_of(const Golden& golden, const std::string& group, const Transport& transport) {
  if (golden.text(group, "distribution") == "default") return {};
  EXPECT_EQ(distribution_of(golden.text(group, "distribution")), Distribution::kGauss);
  const auto placed = place_counts(golden[group + "/marginals_drawn_f64"], transport.column_sums(), Placement::kAsDrawn);
  expect_close(placed, golden[group + "/marginals_used_f64"], {.absolute = 1e-12, .why = "only moved"}, group);
  return reciprocal_share(placed);
}

void check_case(const Golden& golden, const std::string& group, Storage storage) {
  const auto video = golden[group + "/prob_video_f64"], audio = golden[group + "/prob_audio_f64"];
  Transport transport(video.size(0), video.size(1), golden.number(group, "lamb"), storage);
  transport.add(video, audio);
  const auto result = transport.solve(share_of(golden, group, transport));
  const auto [error, step] = logged(golden, group);
  expect_same(result.labels, golden[group + "/labels"], group);
  expect_same(result.cluster_sizes, golden[group + "/cluster_sizes"], group);
  EXPECT_EQ(result.iterations, step) << group;
  const bool exact = storage == Storage::kFloat64;
  EXPECT_NEAR(result.cost, golden.number(group, "cost"), exact ? 1e-9 : 1e-6) << group;
  EXPECT_NEAR(result.error, error, exact ? 1e-10 : 1e-4) << group << ": sums of up to 1000 terms in another order";
  EXPECT_TRUE(result.converged) << group;
}

void check_matching(const Golden& golden, const std::string& group) {
  const auto video = golden[group + "/prob_video_f64"], audio = golden[group + "/prob_audio_f64"];
  ClusterDistances distances(video.size(1));
  distances.add(video, audio);
  const auto matrix = distances.matrix();
  const auto pairs = golden[group + "/proposed_pairs"].contiguous();
  int64_t next = 0;
  const auto source = [&] {
    const auto* pair = pairs.data_ptr<int64_t>() + 2 * next++;
    return std::pair(pair[0], pair[1]);
  };
  const auto swaps = match_by_swaps(
      matrix, source,
      {.restarts = static_cast<int64_t>(golden.number(group, "restarts")), .steps = static_cast<int64_t>(golden.number(group, "steps"))});
  EXPECT_EQ(next, pairs.size(0)) << "pairs taken from the source";
  expect_same(torch::tensor(swaps.permutation), golden[group + "/permutation"], group);
  const auto log = golden.json(group, "log_json");
  EXPECT_EQ(fmt::format("initial cost: {:.1f}", swaps.initial_cost), log.front().get<std::string>());
  EXPECT_EQ(fmt::format("final cost: {:.2f}", swaps.cost), log.back().get<std::string>());
  EXPECT_LE(match_exactly(matrix).cost, swaps.cost) << "the best order";

  auto bias = torch::arange(video.size(1), torch::kFloat), weight = bias.unsqueeze(1).repeat({1, 3});
  permute_rows(weight, bias, swaps.permutation);
  expect_same(bias, golden[group + "/head_bias_after"], "bias");
  expect_same(weight.select(1, 2), bias, "weight");
}

void check_schedule(const Golden& golden, const std::string& group) {
  const auto number = [&](const char* name) { return static_cast<int64_t>(golden.number(group, name)); };
  const int64_t epochs = number("epochs"), iterations = number("iterations_per_epoch");
  RelabelSchedule schedule({.times = number("nopts"), .power = golden.number(group, "power")}, epochs, iterations);
  expect_close(torch::tensor(schedule.entries(), torch::kDouble), golden[group + "/schedule_f64"],
               {.absolute = 1e-12, .relative = 1e-15, .why = "powers of another library"}, group);
  std::vector<int64_t> due;
  for (int64_t step = 0; step < epochs * iterations; ++step) {
    if (schedule.due(step)) due.push_back(step);
  }
  expect_same(torch::tensor(due), golden[group + "/iterations_with_clustering"], group);
}

TEST(SinkhornGolden, EveryCaseIsReproducedOnEveryInstructionSet) {
  VBENCH_REQUIRE_GOLDEN(golden, "selavi/sinkhorn.h5");
  on_every_table([&](const std::string& name) {
    SCOPED_TRACE(name);
    golden.for_each_group({{"case_",
                            [&](const std::string& group) {
                              check_case(golden, group, Storage::kFloat64);
                              check_case(golden, group, Storage::kFloat32);
                            }},
                           {"match_", [&](const std::string& group) { check_matching(golden, group); }},
                           {"schedule_", [&](const std::string& group) { check_schedule(golden, group); }}});
  });
}

}  // namespace
}  // namespace vbench::selavi::test
