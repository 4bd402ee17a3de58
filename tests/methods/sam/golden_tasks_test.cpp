#include <fmt/format.h>
#include <gtest/gtest.h>

#include "methods/sam/predictors.hpp"
#include "tests/methods/sam/reference.hpp"

namespace vbench::sam::test {
namespace {

using vbench::test::error_of;
using vbench::test::expect_close;
using vbench::test::expect_same;

/// The original's names: of its completion, and what follows find_outlier.
struct Names {
  Predictor predictor;
  std::string completion, outlier;
};
const std::vector<Names> kNames{{Predictor::kEmbeddings, "rank", ""},
                                {Predictor::kFeatures, "rank_features", "_features"},
                                {Predictor::kRelation, "rank_rn", "_rn"},
                                {Predictor::kMeanFeature, "rank_baseline", "_baseline"}};

/// Every stored name is one that a test reads.
void expect_known(const Golden& golden, const std::string& group, const std::vector<std::string>& known) {
  for (const auto& name : golden.file().children(group)) {
    EXPECT_TRUE(std::find(known.begin(), known.end(), name) != known.end()) << group << "/" << name << " has no test";
  }
}

void check_completion(const Golden& golden, const std::string& group, const Network& network) {
  const auto reference = golden[group + "/reference"], query = golden[group + "/query"];
  std::vector<std::string> known{"reference", "query", "rank_num3"};
  for (const auto& [predictor, name, unused] : kNames) {
    known.push_back(name);
    const auto distances = [&, which = predictor] { return completion_distances(&network, which, reference, query); };
    if (golden.has(group + "/" + name)) {
      expect_close(distances(), golden[group + "/" + name], kDistance, name);
    } else {
      EXPECT_FALSE(error_of([&] { (void)distances(); }).empty()) << name << " cannot be served by these scales";
    }
  }
  if (golden.has(group + "/rank_num3")) {
    const auto expected = golden[group + "/rank_num3"];
    const auto few = query.narrow(1, 0, expected.size(1));
    expect_close(completion_distances(&network, Predictor::kEmbeddings, reference, few), expected, kDistance, "rank_num3");
  }
  expect_known(golden, group, known);
}

void check_outlier(const Golden& golden, const std::string& group, const Network& network) {
  const auto sets = golden[group + "/input"];
  std::vector<std::string> known{"input"};
  for (const auto& [predictor, unused, suffix] : kNames) {
    const std::string name = "find_outlier" + suffix;
    known.push_back(name + "_dist");
    known.push_back(name + "_argsort");
    const auto distances = [&, which = predictor] { return outlier_distances(&network, which, sets); };
    if (!golden.has(group + "/" + name + "_dist")) {
      EXPECT_FALSE(error_of([&] { (void)distances(); }).empty()) << name << " cannot be served by these scales";
      continue;
    }
    expect_close(distances(), golden[group + "/" + name + "_dist"], kDistance, name);
    expect_same(distances().argsort(int64_t{-1}), golden[group + "/" + name + "_argsort"], name + "_argsort");
  }
  expect_known(golden, group, known);
}

void check_tasks(const Golden& golden, const std::string& group) {
  const auto network = stored_network(golden, group);
  golden.for_each_group({{"params", [](const std::string&) {}},
                         {"completion_ref", [&](const std::string& child) { check_completion(golden, child, network); }},
                         {"outlier_n", [&](const std::string& child) { check_outlier(golden, child, network); }}},
                        group);
}

TEST(SamTasksGolden, EveryPredictorGivesTheOriginalsDistances) {
  VBENCH_REQUIRE_GOLDEN(golden, "sam/tasks.h5");
  golden.for_each_group({{"scales_", [&](const std::string& group) { check_tasks(golden, group); }}});
}

}  // namespace
}  // namespace vbench::sam::test
