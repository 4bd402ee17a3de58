// Which rows of a board are marked. Expected p: SciPy 1.10.1 where a test says so, else by formula.
#include "results/significance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "metrics/significance.hpp"
#include "results/item_tests.hpp"
#include "results/leaderboard.hpp"
#include "results/outcomes.hpp"
#include "tests/results/records.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kMetric = "v2p_r1";

/// Runs of a row with these scores, and what a Runs points to.
struct Row {
  std::vector<RunRecord> records;
  explicit Row(const std::vector<double>& scores) {
    for (size_t i = 0; i < scores.size(); ++i) records.push_back(test::run_with(static_cast<int64_t>(i), scores[i]));
  }
  [[nodiscard]] Runs runs() const {
    Runs all;
    for (const auto& record : records) all.push_back(&record);
    return all;
  }
};

/// The same p for every pair.
ItemTester always(double p) {
  return [p](const std::vector<Runs>&, const std::vector<RowPair>& pairs) { return std::vector<ItemTest>(pairs.size(), {p, "McNemar"}); };
}

const Row kGood({0.712, 0.698, 0.731, 0.705, 0.719}), kBetter({0.744, 0.729, 0.751, 0.718}), kFar({0.912, 0.898, 0.931}), kSingle({0.5});

TEST(Significance, BySeedIsWelchsTest) {
  const auto result = significance_of({kGood.runs(), kBetter.runs()}, {kMetric}, {});
  const auto& comparison = result.metrics.at(kMetric).with_best.at(0);
  EXPECT_NEAR(comparison.p_seeds, 0.05289325763538146, 1e-12);  // SciPy's ttest_ind
  EXPECT_EQ(comparison.p, comparison.p_seeds);
  EXPECT_TRUE(std::isnan(comparison.by_item.p));
  EXPECT_FALSE(result.metrics.at(kMetric).first) << "5.3% is not significant";
  EXPECT_THAT(result.notes, Contains(HasSubstr("by seed (Welch)")));
}

TEST(Significance, NeedsThreeSeedsARow) {
  const Row two({0.5, 0.51}), far_two({0.9, 0.91});
  const auto result = significance_of({two.runs(), far_two.runs()}, {kMetric}, {});
  EXPECT_TRUE(std::isnan(result.metrics.at(kMetric).with_best.at(0).p));
  EXPECT_FALSE(result.metrics.at(kMetric).first);
  EXPECT_THAT(result.notes, ElementsAre(HasSubstr("Nothing is marked as best")));
}

TEST(Significance, RunsThatAreAllEqualAreNoEvidenceByThemselves) {
  const Row low({0.5, 0.5, 0.5}), high({0.6, 0.6, 0.6});
  const auto alone = significance_of({low.runs(), high.runs()}, {kMetric}, {});
  EXPECT_FALSE(alone.metrics.at(kMetric).first) << "Welch's p is 0 without any spread";
  EXPECT_EQ(significance_of({low.runs(), high.runs()}, {kMetric}, always(0.001)).metrics.at(kMetric).first, 1U);
}

// 0.1 three times sums up to 0.30000000000000004: rounding must neither give a spread nor set equal rows apart.
TEST(Significance, RoundingIsNoSpread) {
  const Row low({0.1, 0.1, 0.1}), high({0.7, 0.7, 0.7}), single({0.1});
  const auto far = significance_of({low.runs(), high.runs()}, {kMetric}, {});
  EXPECT_TRUE(std::isnan(far.metrics.at(kMetric).with_best.at(0).p));
  EXPECT_FALSE(far.metrics.at(kMetric).first);
  const auto equal = significance_of({single.runs(), low.runs()}, {kMetric}, {});
  EXPECT_TRUE(equal.metrics.at(kMetric).with_best.contains(1)) << "of equal rows the first one stays first";
}

TEST(Significance, MarksTheFirstAndOfThreeRowsTheSecond) {
  const Row middle({0.812, 0.798, 0.831});
  const auto three = significance_of({kGood.runs(), kFar.runs(), middle.runs()}, {kMetric}, {});
  EXPECT_EQ(three.metrics.at(kMetric).first, 1U);
  EXPECT_EQ(three.metrics.at(kMetric).second, 2U);
  const auto two = significance_of({kGood.runs(), kFar.runs()}, {kMetric}, {});
  EXPECT_EQ(two.metrics.at(kMetric).first, 1U);
  EXPECT_FALSE(two.metrics.at(kMetric).second) << "the second of two is the last";
}

TEST(Significance, MarksNoSecondWhereTheFirstIsInDoubt) {
  const auto result = significance_of({kGood.runs(), kBetter.runs(), Row({0.1, 0.11, 0.12}).runs()}, {kMetric}, {});
  EXPECT_FALSE(result.metrics.at(kMetric).first);
  EXPECT_FALSE(result.metrics.at(kMetric).second);
}

TEST(Significance, TakesTheDirectionOfTheMetric) {
  Row low({0, 0, 0}), high({0, 0, 0});
  for (size_t i = 0; i < 3; ++i) {
    low.records[i].scores = {{"v2p_medr", 3 + 0.1 * static_cast<double>(i)}};
    high.records[i].scores = {{"v2p_medr", 9 + 0.1 * static_cast<double>(i)}};
  }
  EXPECT_EQ(significance_of({high.runs(), low.runs()}, {"v2p_medr"}, {}).metrics.at("v2p_medr").first, 1U);
}

TEST(Significance, WantsItemsAndSeedsToAgree) {
  const auto doubtful = significance_of({kGood.runs(), kFar.runs()}, {kMetric}, always(0.3));
  EXPECT_FALSE(doubtful.metrics.at(kMetric).first) << "certain by seed, not by item";
  EXPECT_EQ(doubtful.metrics.at(kMetric).with_best.at(0).p, 0.3);
  const auto agreed = significance_of({kGood.runs(), kFar.runs()}, {kMetric}, always(0.001));
  EXPECT_EQ(agreed.metrics.at(kMetric).first, 1U);
  EXPECT_THAT(agreed.notes, Contains(HasSubstr("both must agree")));
  const auto single = significance_of({kGood.runs(), kSingle.runs()}, {kMetric}, always(0.001));
  EXPECT_EQ(single.metrics.at(kMetric).first, 0U) << "one run has no seeds to test";
  EXPECT_THAT(single.notes, Contains(HasSubstr("fewer than 3 runs a row say nothing about other seeds")));
}

// Three rows are three comparisons a metric: 0.01 * 6 is 0.06.
TEST(Significance, CorrectsForAllComparisonsOfTheTable) {
  const std::vector<Row> rows{Row({0.5}), Row({0.6}), Row({0.7})};
  const std::vector<Runs> runs{rows[0].runs(), rows[1].runs(), rows[2].runs()};
  EXPECT_EQ(significance_of(runs, {kMetric}, always(0.01)).metrics.at(kMetric).first, 2U);
  std::vector<RunRecord> more;
  for (const auto& row : rows) {
    more.push_back(row.records[0]);
    more.back().scores["v2p_r5"] = more.back().scores[kMetric];
  }
  const auto result = significance_of({{&more[0]}, {&more[1]}, {&more[2]}}, {kMetric, "v2p_r5"}, always(0.01));
  EXPECT_FALSE(result.metrics.at(kMetric).first);
  EXPECT_NEAR(result.metrics.at(kMetric).with_best.at(0).adjusted, 0.06, 1e-12);
  EXPECT_THAT(result.notes, Contains(HasSubstr("Holm over 6 comparisons")));
}

TEST(Significance, NamesMetricsThatNobodyCouldTest) {
  Row one({0.5}), other({0.6});
  one.records[0].scores["nmi_mean"] = 0.1;
  other.records[0].scores["nmi_mean"] = 0.2;
  const auto only_r1 = [](const std::vector<Runs>&, const std::vector<RowPair>& pairs) {
    std::vector<ItemTest> tests;
    for (const auto& pair : pairs) tests.push_back(pair.metric == kMetric ? ItemTest{0.01, "McNemar"} : ItemTest{});
    return tests;
  };
  EXPECT_THAT(significance_of({one.runs(), other.runs()}, {kMetric, "nmi_mean"}, only_r1).notes,
              Contains(HasSubstr("Not all rows could be tested: clusters NMI mean (it needs the clusters of every head")));
}

TEST(Significance, SaysWhatIsTestedBySeedAloneAndWhy) {
  Row low({0.5, 0.51, 0.52}), high({0.8, 0.81, 0.82});
  for (auto* row : {&low, &high}) {
    for (auto& record : row->records) record.scores["upstream_top1"] = record.scores[kMetric];
  }
  const auto only_r1 = [](const std::vector<Runs>&, const std::vector<RowPair>& pairs) {
    std::vector<ItemTest> tests;
    for (const auto& pair : pairs) tests.push_back(pair.metric == kMetric ? ItemTest{0.01, "bootstrap"} : ItemTest{});
    return tests;
  };
  const auto result = significance_of({low.runs(), high.runs()}, {kMetric, "upstream_top1"}, only_r1);
  EXPECT_EQ(result.metrics.at("upstream_top1").first, 1U);
  EXPECT_THAT(result.notes,
              Contains(testing::MatchesRegex("Tested by seed alone: upstream top-1 \\(it depends on how the evaluation was cut into "
                                             "batches\\)\\.")));
}

TEST(Significance, SaysWhatIsTooMuchToTestByItem) {
  const auto too_many = [](const std::vector<Runs>&, const std::vector<RowPair>& pairs) {
    return std::vector<ItemTest>(pairs.size(), ItemTest{.reason = "too many items"});
  };
  const Row single({0.7});
  EXPECT_THAT(significance_of({single.runs(), kSingle.runs()}, {kMetric}, too_many).notes,
              ElementsAre(HasSubstr("with too many items and with fewer than 3 runs a row")));
  EXPECT_THAT(significance_of({kGood.runs(), kFar.runs()}, {kMetric}, too_many).notes,
              Contains(HasSubstr("Tested by seed (Welch): there are too many items, so nothing is known about other items.")));
  const auto mixed = [](const std::vector<Runs>&, const std::vector<RowPair>& pairs) {
    std::vector<ItemTest> tests;
    for (const auto& pair : pairs)
      tests.push_back(pair.metric == kMetric ? ItemTest{0.01, "McNemar"} : ItemTest{.reason = "too many items"});
    return tests;
  };
  Row low({0.5, 0.51, 0.52}), high({0.8, 0.81, 0.82});
  for (auto* row : {&low, &high}) {
    for (auto& record : row->records) record.scores["v2p_medr"] = record.scores[kMetric];
  }
  EXPECT_THAT(significance_of({low.runs(), high.runs()}, {kMetric, "v2p_medr"}, mixed).notes,
              Contains(HasSubstr("Tested by seed alone: ")).Times(1));
  EXPECT_THAT(significance_of({low.runs(), high.runs()}, {kMetric, "v2p_medr"}, mixed).notes, Contains(HasSubstr("MedR (too many items)")));
}

/// A run with ranks by item.
RunRecord ranked(const std::vector<float>& ranks, const std::string& name = "v2p_rank") {
  auto run = test::run_with(1, 0);
  std::vector<std::string> ids;
  for (size_t i = 0; i < ranks.size(); ++i) ids.push_back("item " + std::to_string(i));
  run.outputs = {{name, 1, ids, ranks}};
  for (const char* metric : {"v2p_r1", "v2p_medr"}) run.scores[metric] = outcome_of(*find_recipe(metric), {}, run.outputs).outcome->score();
  return run;
}

/// 100 items of rank 1 or 5: 40 that both got right, 10 the first alone, 25 the second alone, 25 nobody.
RunRecord hits(bool second) {
  std::vector<float> ranks;
  for (int i = 0; i < 100; ++i) {
    const bool both = i < 40, first_alone = i >= 40 && i < 50, second_alone = i >= 50 && i < 75;
    ranks.push_back(both || (second ? second_alone : first_alone) ? 1 : 5);
  }
  return ranked(ranks);
}

double item_p(const std::vector<Runs>& rows, const std::string& metric, const std::string& name, const ItemTester& tester = item_tester()) {
  const auto tests = tester(rows, {{metric, 1, 0}});
  EXPECT_EQ(tests.at(0).name, name);
  return tests.at(0).p;
}

TEST(ItemTests, OfTwoRunsHitsAreMcnemars) {
  const auto first = hits(false), second = hits(true);
  EXPECT_NEAR(item_p({{&first}, {&second}}, "v2p_r1", "McNemar"), 0.016673847800120715, 1e-12);  // SciPy's binomtest(10, 35)
}

TEST(ItemTests, MatchItemsByTheirIds) {
  const auto first = hits(false);
  auto second = hits(true);
  auto& output = second.outputs[0];
  std::reverse(output.ids.begin(), output.ids.end());
  std::reverse(output.values.begin(), output.values.end());
  EXPECT_NEAR(item_p({{&first}, {&second}}, "v2p_r1", "McNemar"), 0.016673847800120715, 1e-12);
  const double in_order = item_p({{&first}, {&first}}, "v2p_medr", "bootstrap");
  auto turned = first;
  std::reverse(turned.outputs[0].ids.begin(), turned.outputs[0].ids.end());
  std::reverse(turned.outputs[0].values.begin(), turned.outputs[0].values.end());
  EXPECT_EQ(item_p({{&first}, {&turned}}, "v2p_medr", "bootstrap"), in_order) << "no resample has a difference";
  EXPECT_EQ(in_order, 1);
  second.outputs[0].ids[7] = "another";
  EXPECT_TRUE(std::isnan(item_p({{&first}, {&second}}, "v2p_r1", "")));
}

TEST(ItemTests, OfSeveralSeedsAreABootstrapOfTheirMeans) {
  const auto first = hits(false), second = hits(true);
  auto other = hits(true);
  for (float& rank : other.outputs[0].values) rank = rank == 1 ? 5 : 1;
  std::vector<double> a, b;
  for (size_t i = 0; i < 100; ++i) {
    a.push_back(first.outputs[0].values[i] == 1 ? 1 : 0);
    b.push_back((second.outputs[0].values[i] == 1 ? 0.5 : 0) + (other.outputs[0].values[i] == 1 ? 0.5 : 0));  // 0.5 everywhere
  }
  EXPECT_NEAR(item_p({{&first}, {&second, &other}}, "v2p_r1", "bootstrap"), paired_bootstrap_means(a, b).p, 0.02);
}

TEST(ItemTests, OfMedianRanksAreABootstrap) {
  std::vector<float> low, high, close;
  for (int i = 0; i < 150; ++i) {
    low.push_back(static_cast<float>(1 + i * 37 % 41));
    high.push_back(static_cast<float>(1 + i * 37 % 41 + 15));
    close.push_back(static_cast<float>(1 + (i * 37 + 11) % 43));
  }
  const auto first = ranked(high), second = ranked(low), third = ranked(close);
  EXPECT_LT(item_p({{&first}, {&second}}, "v2p_medr", "bootstrap"), 0.002);
  EXPECT_GT(item_p({{&third}, {&second}}, "v2p_medr", "bootstrap"), 0.2);
}

TEST(ItemTests, OfClustersFollowTheSpreadOfResamples) {
  const auto clustered = [](int64_t wrong, int64_t shift) {
    auto run = test::run_with(1, 0);
    std::vector<std::string> ids;
    std::vector<float> clusters, classes;
    for (int64_t i = 0; i < 300; ++i) {
      ids.push_back(std::to_string(i));
      classes.push_back(static_cast<float>(i % 6));
      clusters.push_back(static_cast<float>((i * 7 + shift) % 300 < wrong ? (i * 13 + shift) % 6 : i % 6));
    }
    run.outputs = {{"cluster", 1, ids, clusters}, {"class", 1, ids, classes}};
    return run;
  };
  const auto bad = clustered(150, 0), good = clustered(60, 3), as_good = clustered(60, 101);
  for (const char* metric : {"nmi", "ari", "anmi", "purity", "entropy"}) {
    EXPECT_LT(item_p({{&bad}, {&good}}, metric, "bootstrap"), 1e-4) << metric;
    EXPECT_GT(item_p({{&as_good}, {&good}}, metric, "bootstrap"), 0.05) << metric;
  }
  EXPECT_LT(item_p({{&bad}, {&good}}, "acc", "McNemar"), 1e-4);
}

/// Ranks that repeat every few items.
RunRecord any_ranks(int64_t items, int64_t step) {
  std::vector<float> ranks;
  for (int64_t i = 0; i < items; ++i) ranks.push_back(static_cast<float>(1 + i * step % 41));
  return ranked(ranks);
}

// 2.2 million ranks a resample, and 220,000 medians.
TEST(ItemTests, AreNotMadeWhereTheyWouldTakeMinutes) {
  const auto first = any_ranks(10, 37), second = any_ranks(10, 7);
  const std::vector<Runs> rows{Runs(110000, &first), Runs(110000, &second)};
  const auto tests = item_tester()(rows, {{"v2p_medr", 1, 0}, {"v2p_r1", 1, 0}});
  EXPECT_TRUE(std::isnan(tests[0].p));
  EXPECT_THAT(tests[0].reason, HasSubstr("too many items and runs"));
  EXPECT_FALSE(std::isnan(tests[1].p)) << "shares need no resamples";
}

// As many comparisons as a board of 400 rows and 21 columns has: a million resamples would be wanted for the least p.
TEST(ItemTests, OfHundredsOfRowsTakeSeconds) {
  std::vector<RunRecord> runs;
  std::vector<Runs> rows;
  std::vector<RowPair> pairs;
  std::vector<std::string> metrics{"v2p_medr"};
  for (int64_t k = 1; k <= 20; ++k) metrics.push_back("v2p_r" + std::to_string(k));
  for (int64_t i = 0; i < 400; ++i) runs.push_back(any_ranks(12, 3 + i));
  for (const auto& run : runs) rows.push_back({&run});
  for (const auto& metric : metrics) {
    for (size_t best = 0; best < 2; ++best) {
      for (size_t i = best + 1; i < rows.size(); ++i) pairs.push_back({metric, best, i});
    }
  }
  const auto start = std::chrono::steady_clock::now();
  const auto tests = item_tester()(rows, pairs);
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 6);
  EXPECT_TRUE(std::all_of(tests.begin(), tests.end(), [](const ItemTest& test) { return test.p > 0; }));
}

// A row that is in no comparison costs nothing and changes nothing. It would take 9 million ranks a resample.
TEST(ItemTests, DoNotDependOnRowsThatAreNotCompared) {
  const auto first = any_ranks(150, 37), second = any_ranks(150, 7), other = any_ranks(150, 11);
  const std::vector<RowPair> pairs{{"v2p_medr", 1, 0}};
  const std::vector<Runs> two{{&first}, {&second}}, many{{&first}, {&second}, Runs(60000, &other)};
  EXPECT_EQ(item_tester()(two, pairs)[0].p, item_tester()(many, pairs)[0].p);
}

TEST(ItemTests, KnowNothingOfRunsWithoutOutputs) {
  const auto first = hits(false);
  auto second = hits(true);
  second.outputs.clear();
  EXPECT_TRUE(std::isnan(item_p({{&first}, {&second}}, "v2p_r1", "")));
  EXPECT_TRUE(std::isnan(item_p({{&first}, {&first, &second}}, "v2p_r1", ""))) << "a seed without outputs makes the row unknown";
  EXPECT_TRUE(std::isnan(item_p({{&first}, {&first}}, "upstream_top1", "")));
}

TEST(ItemTests, TakeOutputsThatCannotBeForNone) {
  const auto first = hits(false);
  auto second = hits(true);
  second.outputs[0].values[3] = 0;  // no rank
  EXPECT_TRUE(std::isnan(item_p({{&first}, {&second}}, "v2p_r1", "")));
}

TEST(ItemTests, ReadTheStoreAsWell) {
  const test::TemporaryFolder folder;
  Store store = Store::open(folder / "results.db");
  auto first = hits(false), second = hits(true);
  first.run_id = store.add(first);
  second.run_id = store.add(second);
  first.outputs.clear();
  second.outputs.clear();
  EXPECT_NEAR(item_p({{&first}, {&second}}, "v2p_r1", "McNemar", item_tester(store)), 0.016673847800120715, 1e-12);
}

TEST(Leaderboard, MarksPlacesAndCarriesPForMachines) {
  std::vector<RunRecord> runs{hits(false), hits(true)};
  runs[1].variant = "other";
  for (auto& run : runs) run.scores.erase("v2p_medr");
  const auto board = leaderboards(runs, {.by_item = item_tester()}, {}).at(0);
  EXPECT_TRUE(board.rows[0][board.stub].bold);
  EXPECT_FALSE(board.rows[1][board.stub].bold);
  const auto csv = render(board, OutputFormat::kCsv);
  EXPECT_THAT(csv, HasSubstr(",v2p_r1_p,v2p_r1_p_items,v2p_r1_p_seeds,v2p_r1_place"));
  EXPECT_THAT(csv, HasSubstr("0.65,,,,1\r\n"));
  EXPECT_THAT(csv, HasSubstr("0.5,0.01667384780012"));
  EXPECT_THAT(render(board, OutputFormat::kTable), HasSubstr("65.00*"));
  EXPECT_THAT(render(board, OutputFormat::kTable), Not(HasSubstr("v2p_r1_p")));
}

}  // namespace
}  // namespace vbench
