// The parts of a report that show runs: what they compute is compared with figures worked out by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "results/report/confusion.hpp"
#include "results/report/curves.hpp"
#include "results/report/groups.hpp"
#include "results/report/ranks.hpp"
#include "results/report/setup.hpp"
#include "results/report/tables.hpp"
#include "tests/results/report/page_parts.hpp"
#include "tests/results/report/sample_report.hpp"

namespace vbench::report {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<RunRecord> sample_runs() { return test::sample_report().runs; }

TEST(Groups, HoldConfigurationsWithOneRunASeed) {
  auto runs = sample_runs();
  auto again = test::coot_run(2, "0.001", 0.99);
  again.run_id = "20250101T000000.000000Z-eeeeeeee";
  runs.push_back(again);
  const auto groups = groups_of(runs);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].title, "coot on youcook2") << "real data first";
  EXPECT_EQ(groups[0].superseded, 1);
  ASSERT_EQ(groups[0].configurations.size(), 2U);
  const auto& first = groups[0].configurations[0];
  EXPECT_EQ(first.name, "yc2-100m learning_rate=0.001");
  ASSERT_EQ(first.runs.size(), 3U);
  EXPECT_EQ(first.runs[1]->run_id, again.run_id) << "the newest of a seed";
  ASSERT_EQ(groups[1].configurations.size(), 2U);
  EXPECT_TRUE(groups[1].configurations[0].valid);
  EXPECT_EQ(groups[1].configurations[1].name, "srtg-mini (INVALID)");
}

TEST(Groups, LongNamesAreCutAndStayDifferent) {
  auto runs = sample_runs();
  for (auto& run : runs) run.settings["a_setting_with_a_long_name"] = "a value that is much the same, " + run.settings["learning_rate"];
  const auto groups = groups_of(runs);
  const auto& all = groups[0].configurations;
  EXPECT_LT(all[0].brief.size(), 60U);
  EXPECT_NE(all[0].brief, all[1].brief);
  EXPECT_THAT(all[1].name, HasSubstr("much the same, 0.01"));
}

TEST(CurvesOfAGroup, HaveTheMeanOverSeedsAndTheirBand) {
  const auto runs = sample_runs();
  const auto groups = groups_of(runs);
  CurveCharts charts;
  const auto html = curves_html(groups[0], charts);
  for (const char* title :
       {"Training loss", "Validation loss", "video to paragraph R@1", "Learning rate", "Seconds an epoch took", "align, training"})
    EXPECT_THAT(html, HasSubstr(fmt::format("<figcaption>{}</figcaption>", title)));
  const auto& loss = charts.json().at(0);
  EXPECT_EQ(loss.at("x"), json::parse("[1,2,3,4,5,6,7,8,9,10,11,12]"));
  const auto& curve = loss.at("curves").at(0);
  // Epoch 12: 2 * (1.2 - 1) * (1.1, 1.2, 1.3).
  EXPECT_NEAR(curve.at("mean").at(11), 0.48, 1e-6);
  EXPECT_NEAR(curve.at("low").at(11), 0.44, 1e-6);
  EXPECT_NEAR(curve.at("high").at(11), 0.52, 1e-6);
  const auto& validation = charts.json().at(1).at("curves").at(0);
  EXPECT_TRUE(validation.at("mean").at(0).is_null()) << "not validated";
  EXPECT_NEAR(validation.at("mean").at(1), 2 * (1.4 - 2.0 / 12) * 1.2, 1e-5);
}

TEST(CurvesOfAGroup, SayWhereAMeanIsOfFewerSeeds) {
  auto runs = sample_runs();
  runs[2].history.resize(10);
  const auto groups = groups_of(runs);
  CurveCharts charts;
  const auto html = curves_html(groups[0], charts);
  const auto& curve = charts.json().at(0).at("curves").at(0);
  EXPECT_EQ(curve.at("seeds"), json::parse("[3,3,3,3,3,3,3,3,3,3,2,2]"));
  EXPECT_NEAR(curve.at("mean").at(11), 0.46, 1e-6) << "0.4 * (1.1, 1.2)";
  EXPECT_THAT(html, HasSubstr("0.46 (0.44 to 0.48), 2 of 3 seeds"));
  EXPECT_FALSE(charts.json().at(0).at("curves").at(1).contains("seeds")) << "all have all";
}

TEST(CurvesOfAGroup, DivergedEpochsAreGaps) {
  auto runs = sample_runs();
  runs.resize(1);
  runs[0].history[3].train_loss["total"] = std::nan("");
  runs[0].history[4].train_loss["total"] = INFINITY;
  const auto groups = groups_of(runs);
  CurveCharts charts;
  (void)curves_html(groups[0], charts);
  const auto& mean = charts.json().at(0).at("curves").at(0).at("mean");
  EXPECT_TRUE(mean.at(3).is_null());
  EXPECT_TRUE(mean.at(4).is_null());
  EXPECT_FALSE(mean.at(5).is_null());
}

TEST(CurveCharts, HaveTheirFiguresAsATable) {
  CurveCharts charts;
  CurveChart chart{
      .title = "T & t", .x_title = "epoch", .y_title = "loss", .x = {1, 2}, .curves = {{"<a>", {0.5, 0.25}, {0.4, 0.25}, {0.6, 0.25}}}};
  const auto html = charts.add(chart);
  EXPECT_THAT(html, HasSubstr("id=\"chart-0\""));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\" class=\"n\">1</th><td class=\"n\">0.5 (0.4 to 0.6)</td>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\" class=\"n\">2</th><td class=\"n\">0.25</td>"));
  EXPECT_THAT(html, HasSubstr("T &amp; t: lines over epoch. &lt;a&gt;: 0.5 at 1, 0.25 at 2."));
  EXPECT_THAT(html, Not(HasSubstr("<a>")));
  EXPECT_EQ(charts.add({.title = "none", .x_title = "x", .y_title = "y", .x = {1}, .curves = {{"a", {std::nan("")}, {}, {}}}}), "");
  EXPECT_EQ(charts.json().size(), 1U);
}

TEST(CurveCharts, LongTablesKeepTheirEnds) {
  CurveChart chart{.title = "long", .x_title = "epoch", .y_title = "loss", .x = {}, .curves = {{"a", {}, {}, {}}}};
  for (int i = 1; i <= 300; ++i) {
    chart.x.push_back(i);
    chart.curves[0].mean.push_back(i % 2 == 0 ? i : std::nan(""));
  }
  CurveCharts charts;
  const auto html = charts.add(chart);
  EXPECT_EQ(count(html, "<th scope=\"row\" class=\"n\">"), 25U);
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\" class=\"n\">2</th>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\" class=\"n\">300</th>"));
}

TEST(Confusions, AreCountedByItem) {
  const auto matrix = confusion_of(test::sample_outputs(test::srtg_run(1, true)));
  ASSERT_TRUE(matrix);
  EXPECT_EQ(matrix->classes, 4);
  EXPECT_EQ(matrix->items(), 40);
  EXPECT_THAT(matrix->names, ElementsAre("archery", "bowling", "diving", "<i>fencing"));
  EXPECT_EQ(matrix->counts.at({1, 0}), 4);
  EXPECT_EQ(matrix->counts.at({1, 1}), 6);
  EXPECT_EQ(matrix->counts.size(), 5U);
  auto both = *matrix;
  add_counts(both, *matrix);
  EXPECT_EQ(both.counts.at({1, 0}), 8);
  EXPECT_EQ(both.runs, 2);
  const auto html = confusion_html(*matrix, 0);
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">bowling</th><td>archery</td><td class=\"n\">4</td><td class=\"n\">40.0</td>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">bowling</th><td class=\"n\">10</td><td class=\"n\">6</td><td class=\"n\">60.0</td>"));
  EXPECT_THAT(html, HasSubstr("&lt;i&gt;fencing"));
}

TEST(Confusions, JoinItemsByIdAndPassOverThoseWithoutALabel) {
  const ItemOutput label{"label", 1, {"b", "c", "d"}, {1, 0, -1}}, predicted{"predicted", 1, {"a", "b", "c", "d"}, {1, 0, 0, 1}};
  const auto matrix = confusion_of({label, predicted});
  ASSERT_TRUE(matrix);
  EXPECT_EQ(matrix->items(), 2);
  EXPECT_EQ(matrix->counts.at({1, 0}), 1);
  EXPECT_EQ(matrix->counts.at({0, 0}), 1);
  EXPECT_THAT(matrix->names, IsEmpty()) << "ids without classes";
  EXPECT_EQ(matrix->class_name(1), "class 1");
}

TEST(Confusions, NeedAnswers) {
  const ItemOutput label{"label", 1, {"a", "b"}, {0, 1}}, nothing{"predicted", 1, {}, {}}, others{"predicted", 1, {"c"}, {0}};
  EXPECT_FALSE(confusion_of({label, nothing})) << "nothing may be read beyond the answers";
  EXPECT_FALSE(confusion_of({label, others}));
}

TEST(Confusions, NeedNumbersOfClasses) {
  const ItemOutput label{"label", 1, {"a"}, {0}};
  EXPECT_FALSE(confusion_of({label}));
  for (const float value : {0.5F, -1.0F, 1e9F, std::nanf("")})
    EXPECT_FALSE(confusion_of({label, {"predicted", 1, {"a"}, {value}}})) << value;
  EXPECT_FALSE(confusion_of({{"label", 2, {"a"}, {0, 1}}, {"predicted", 1, {"a"}, {0}}}));
  EXPECT_EQ(class_in(4999), 4999);
  for (const float value : {5000.0F, 1e18F, -1.0F, 0.5F, INFINITY}) EXPECT_FALSE(class_in(value)) << value;
}

TEST(Ranks, ShowTheQueriesAtBothEndsAndTheShareWithinK) {
  Ranks ranks{.configuration = "small", .valid = true, .ids = {}, .seeds = {}, .of_seed = {}};
  const auto outputs = [](std::vector<float> values) {
    return std::vector<ItemOutput>{{"v2p_rank", 1, {"a", "b", "c", "d"}, std::move(values)}};
  };
  EXPECT_TRUE(add_ranks(ranks, outputs({1, 2, 4, 3}), "v2p_rank", 1));
  EXPECT_TRUE(add_ranks(ranks, outputs({1, 4, 4, 1}), "v2p_rank", 2));
  EXPECT_FALSE(add_ranks(ranks, {{"v2p_rank", 1, {"x"}, {1}}}, "v2p_rank", 3)) << "another list of queries";
  CurveCharts charts;
  const auto html = ranks_html({{"v2p_rank", {ranks}}}, charts);
  const auto& chart = charts.json().at(0);
  EXPECT_EQ(chart.at("x"), json::parse("[1,2,3,4]"));
  // Of four queries: seed 1 has 1, 2, 3, 4 of them within 1, 2, 3, 4; seed 2 has 2, 2, 2, 4.
  EXPECT_EQ(chart.at("curves").at(0).at("mean"), json::parse("[37.5,50.0,62.5,100.0]"));
  EXPECT_EQ(chart.at("curves").at(0).at("low"), json::parse("[25.0,50.0,50.0,100.0]"));
  EXPECT_THAT(html, HasSubstr("video to paragraph: worst and best queries"));
  const auto worst = html.find("Worst of 4 queries"), best = html.find("Best, small");
  ASSERT_LT(worst, best);
  EXPECT_LT(html.find("<th scope=\"row\">c</th><td class=\"n\">4</td><td class=\"n\">4</td>"), html.find("<th scope=\"row\">b</th>"));
  EXPECT_GT(html.find("<th scope=\"row\">a</th>"), best);
}

TEST(Ranks, ShowWhatQueriesWereAnsweredWith) {
  const ItemOutput rank{"v2p_rank", 1, {"a", "b", "<c>"}, {1, 3, 2}};
  const auto html_of = [&](const ItemOutput& nearest) {
    Ranks ranks{.configuration = "small", .valid = true, .ids = {}, .seeds = {}, .of_seed = {}};
    EXPECT_TRUE(add_ranks(ranks, {rank, nearest}, "v2p_rank", 7));
    EXPECT_TRUE(add_ranks(ranks, {rank}, "v2p_rank", 8));
    CurveCharts charts;
    return ranks_html({{"v2p_rank", {ranks}}}, charts);
  };
  const auto html = html_of({"v2p_nearest", 2, {"a", "b"}, {0, 1, 2, 0}});
  EXPECT_THAT(html, HasSubstr("<caption>Nearest answers, small, seed 7</caption>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">a</th><td class=\"n\">1</td><td><strong>a</strong></td><td>b</td>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">b</th><td class=\"n\">3</td><td>&lt;c&gt;</td><td>a</td>"));
  const ItemOutput damaged[] = {
      {"v2p_nearest", 2, {"a"}, {0, 3}}, {"v2p_nearest", 2, {"a"}, {0, -1}}, {"v2p_nearest", 2, {"a"}, {0, std::nanf("")}},
      {"v2p_nearest", 2, {"x"}, {0, 1}}, {"v2p_nearest", 2, {"a"}, {0}},     {"v2p_nearest", 0, {"a"}, {}},
      {"p2v_nearest", 2, {"a"}, {0, 1}}};
  for (const auto& each : damaged) EXPECT_THAT(html_of(each), Not(HasSubstr("Nearest answers")));
}

TEST(Ranks, AreToldFromOtherOutputs) {
  EXPECT_THAT(rank_outputs({{"rank", 1, {"a"}, {2}},
                            {"c2s_rank", 1, {"a"}, {1}},
                            {"wide_rank", 2, {"a"}, {1, 1}},
                            {"zero_rank", 1, {"a"}, {0}},
                            {"nan_rank", 1, {"a"}, {std::nanf("")}},
                            {"empty_rank", 1, {}, {}},
                            {"label", 1, {"a"}, {1}}}),
              ElementsAre("rank", "c2s_rank"));
  EXPECT_EQ(rank_title("s2c_rank"), "sentence to clip");
  EXPECT_EQ(rank_title("rank"), "Rank of the right class");
  EXPECT_EQ(rank_title("some_rank"), "some");
}

TEST(Setup, OnlyDifferencesStandInTheTableOfSettings) {
  const auto runs = sample_runs();
  const auto groups = groups_of(runs);
  const auto html = settings_html(groups[0]);
  const auto differing = html.substr(0, html.find("<details>"));
  EXPECT_THAT(differing, HasSubstr("<th scope=\"row\">learning_rate</th><td>0.001</td><td>0.01</td>"));
  EXPECT_THAT(differing, Not(HasSubstr("batch_size")));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">batch_size</th><td>64</td>"));
  EXPECT_THAT(settings_html(groups[1]), HasSubstr("The settings of these configurations are the same."));
}

TEST(Setup, EnvironmentsAndSpeedsAreToldByRun) {
  const auto runs = sample_runs();
  const auto groups = groups_of(runs);
  const auto environment = environment_html(groups[0]);
  EXPECT_THAT(environment, HasSubstr("<th scope=\"row\">cpu</th><td>a processor</td>"));
  EXPECT_THAT(environment, HasSubstr("seed 3</th><td>3</td>"));
  const auto speed = speed_html(groups[0]);
  EXPECT_LT(speed.find("read, clips/s"), speed.find("backward, clips/s")) << "in the order of a step";
  EXPECT_LT(speed.find("backward, clips/s"), speed.find("<tbody>"));
  EXPECT_THAT(speed, HasSubstr("<td class=\"n\">64002 (64001 to 64003)</td>"));
  EXPECT_THAT(speed_html(groups[1]), HasSubstr("Not to be relied upon: srtg-mini, seed 1: machine busy."));
}

TEST(TablesOfAPage, EscapeAndMarkAndLeaveOutDetails) {
  Table table{.title = "T<1>",
              .header = {"name", "score", "hidden"},
              .rows = {{{.text = "a&b"}, {.text = "1.5", .bold = true, .numeric = true}}},
              .notes = {"n<o>te"}};
  table.columns = {{}, {}, {.detail = true}};
  const auto html = html_table(table);
  EXPECT_THAT(html, HasSubstr("<caption>T&lt;1&gt;</caption>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">a&amp;b</th><td class=\"n\"><strong>1.5</strong></td></tr>"));
  EXPECT_THAT(html, HasSubstr("<li>n&lt;o&gt;te</li>"));
  EXPECT_THAT(html, Not(HasSubstr("hidden")));
  EXPECT_THAT(html, HasSubstr("tabindex=\"0\"")) << "a box that scrolls is reached by keyboard";
}

}  // namespace
}  // namespace vbench::report
