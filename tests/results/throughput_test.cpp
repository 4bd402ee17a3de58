#include "results/throughput.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/results/speeds.hpp"

namespace vbench {
namespace {

using test::kernel_speed;
using test::speed_row;
using testing::AllOf;
using testing::HasSubstr;

TEST(ThroughputTable, ShowsMediansAndTheShareOfThePeak) {
  std::vector<ThroughputRow> rows;
  for (const double rate : {10.0, 40.0, 20.0}) rows.push_back(speed_row("forward", static_cast<int64_t>(rows.size()), rate));
  for (auto& row : rows) row.gflop_per_s = row.clips_per_s * 2;
  add_peak(rows, {.gflop_per_s = 160, .gbyte_per_s = 10, .kernel = "own_fp32"});
  const auto tables = throughput_tables(rows);
  ASSERT_EQ(tables.size(), 1U);
  // Median of 10, 40, 20 is 20: 16 clips in 0.8 s, from 10 to 40 is 1.5 of it, 40 GFLOP/s, a quarter of 160.
  EXPECT_THAT(render(tables, OutputFormat::kCsv),
              HasSubstr("ucf101,synthetic,a processor,srtg,mini,forward,16,fp32,2,800,20,20,1.5,40,0.25,524288000,10,40,3,abc,m1"));
  const auto text = render(tables, OutputFormat::kTable);
  EXPECT_THAT(text, AllOf(HasSubstr("ucf101: SYNTHETIC stand-in data, throughput on a processor"), HasSubstr("150.0"), HasSubstr("25.0"),
                          HasSubstr("500"), HasSubstr("160 GFLOP/s (product of matrices, own_fp32), 10.0 GB/s"),
                          HasSubstr("SYNTHETIC: generated")));
}

TEST(ThroughputTable, HasNoShareOfThePeakWhereOperationsAreNotCounted) {
  std::vector<ThroughputRow> rows{speed_row("forward", 0, 10)};
  add_peak(rows, {.gflop_per_s = 160, .gbyte_per_s = 10, .kernel = "own_fp32"});
  EXPECT_TRUE(std::isnan(rows[0].peak_share));
  EXPECT_EQ(throughput_tables(rows).at(0).rows.at(0).at(9).text, "") << "one repetition has no spread";
  EXPECT_EQ(throughput_tables(rows).at(0).rows.at(0).at(10).text, "");
  EXPECT_EQ(throughput_tables(rows).at(0).rows.at(0).at(11).text, "");
}

TEST(ThroughputTable, SaysWhatSpeaksAgainstItsFigures) {
  auto row = speed_row("forward", 0, 10);
  row.precision = "bf16";
  row.gflop_per_s = 20;
  row.environment["speed_unreliable"] = "other programs used 1.5 of 2 processors meanwhile";
  std::vector<ThroughputRow> rows{row};
  add_peak(rows, {.gflop_per_s = 160, .gbyte_per_s = 10, .kernel = "own_fp32"});
  const auto notes = throughput_tables(rows).at(0).notes;
  EXPECT_THAT(notes, testing::Contains("Unreliable: other programs used 1.5 of 2 processors meanwhile."));
  EXPECT_THAT(notes, testing::Contains(HasSubstr("Products in bfloat16 were slower than those in float32.")));
  add_peak(rows, {.gflop_per_s = 320, .gbyte_per_s = 10, .kernel = "blas_bf16"});
  EXPECT_THAT(throughput_tables(rows).at(0).notes, testing::Not(testing::Contains(HasSubstr("were slower"))));
}

TEST(ThroughputTable, LeavesStagesEmptyThatADatasetHasNot) {
  const auto tables = throughput_tables({speed_row("read", 0, 100), speed_row("load", 0, 50)});
  ASSERT_EQ(tables.at(0).rows.size(), 4U);
  const std::vector<std::string> stages{"read", "decode", "augment", "load"};
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(tables[0].rows[i].at(2).text, stages[i]);
  EXPECT_EQ(tables[0].rows[0].at(7).text, "100.0");
  EXPECT_EQ(tables[0].rows[1].at(7).text, "");
  EXPECT_THAT(render(tables, OutputFormat::kJson), HasSubstr("\"clips_per_s\": null"));
  EXPECT_THAT(tables[0].notes, testing::Contains(HasSubstr("Without figures")));
}

TEST(ThroughputTable, KeepsRealAndSyntheticAndMachinesApart) {
  auto real = speed_row("load", 0, 50), other = speed_row("load", 0, 60);
  real.source = Source::kReal;
  other.environment["cpu"] = "another";
  const auto tables = throughput_tables({speed_row("load", 0, 40), real, other});
  ASSERT_EQ(tables.size(), 3U);
  for (const auto& table : tables)
    EXPECT_EQ(table.title.find("SYNTHETIC") == std::string::npos, table.title.find("real data") != std::string::npos);
}

TEST(ThroughputTable, ShowsTheNewestMeasurement) {
  auto newer = speed_row("load", 0, 50);
  newer.measurement = "m2";
  EXPECT_EQ(throughput_tables({newer, speed_row("load", 0, 40)}).at(0).rows.at(3).at(7).text, "50.00");
}

TEST(ThroughputTable, KeepsMeasurementsOfOtherSettingsApart) {
  auto changed = speed_row("load", 0, 80);
  changed.measurement = "m2";
  changed.environment["settings"] = "model.bottleneck=8";
  const auto tables = throughput_tables({speed_row("load", 0, 40), changed});
  EXPECT_THAT(render(tables, OutputFormat::kCsv), AllOf(HasSubstr(",threads,settings,ms_per_batch,"), HasSubstr(",load,16,fp32,2,,400,40,"),
                                                        HasSubstr(",load,16,fp32,2,model.bottleneck=8,200,80,")));
  EXPECT_THAT(render(tables, OutputFormat::kTable), HasSubstr("model.bottleneck=8"));
  EXPECT_EQ(render(throughput_tables({speed_row("load", 0, 40)}), OutputFormat::kCsv).find("settings"), std::string::npos);
  const auto compared = comparison_tables({changed}, {changed}).at(0);
  EXPECT_THAT(render(compared, OutputFormat::kCsv), HasSubstr(",load,16,fp32,2,model.bottleneck=8,80,80,"));
}

TEST(ThroughputComparison, JudgesByRanksCorrectedOverTheTable) {
  std::vector<ThroughputRow> base, candidate;
  for (int64_t i = 0; i < 6; ++i) {
    base.push_back(speed_row("forward", i, 10 + static_cast<double>(i)));
    candidate.push_back(speed_row("forward", i, 20 + static_cast<double>(i)));
    base.push_back(speed_row("load", i, 100 + static_cast<double>(2 * i)));
    candidate.push_back(speed_row("load", i, 101 + static_cast<double>(2 * i)));
  }
  const auto table = comparison_tables(base, candidate).at(0);
  // All of one side above all of the other: 2 of the 924 orders of six and six, doubled by Holm's correction over two rows.
  EXPECT_NEAR(*table.rows.at(1).at(9).value, 0.004329, 1e-6);
  EXPECT_NEAR(*table.rows.at(1).at(8).value, 22.5 / 12.5, 1e-12);
  EXPECT_EQ(table.rows.at(1).at(10).text, "faster");
  EXPECT_TRUE(table.rows.at(1).at(10).bold);
  EXPECT_EQ(table.rows.at(0).at(10).text, "no difference shown");
  EXPECT_EQ(comparison_tables(candidate, base).at(0).rows.at(1).at(10).text, "slower");
  EXPECT_THAT(table.notes, testing::Not(testing::Contains(HasSubstr("Unreliable"))));
  for (auto& row : candidate) row.environment["speed_unreliable"] = "busy";
  EXPECT_THAT(comparison_tables(base, candidate).at(0).notes, testing::Contains("Unreliable: busy."));
}

TEST(ThroughputComparison, SaysWhenSoFewRepetitionsCannotShowAnything) {
  std::vector<ThroughputRow> base, candidate;
  for (int64_t i = 0; i < 4; ++i) {
    for (const char* stage : {"forward", "backward"}) {
      base.push_back(speed_row(stage, i, 10 + static_cast<double>(i)));
      candidate.push_back(speed_row(stage, i, 20 + static_cast<double>(i)));
    }
  }
  // 2 of the 70 orders of four and four, in two rows: 0.057.
  EXPECT_THAT(comparison_tables(base, candidate).at(0).notes, testing::Contains(HasSubstr("more --repetitions")));
  const auto alone = comparison_tables({base[0], base[2], base[4], base[6]}, {candidate[0], candidate[2], candidate[4], candidate[6]});
  EXPECT_THAT(alone.at(0).notes, testing::Not(testing::Contains(HasSubstr("more --repetitions"))));
}

TEST(ThroughputComparison, NamesWhatOnlyOneBuildHas) {
  EXPECT_EQ(comparison_tables({speed_row("load", 0, 1)}, {speed_row("forward", 0, 1)}).at(0).rows.at(0).at(10).text, "not in both");
}

TEST(KernelSpeeds, OfTheNewestMeasurementStandInATableForEachProcessor) {
  auto other = kernel_speed("m0", 1);
  other.environment = {{"cpu", "another"}, {"speed_unreliable", "busy"}};
  const auto tables = kernel_tables({kernel_speed("m2", 0.25), kernel_speed("m1", 0.5), other});
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_THAT(render(tables[0], OutputFormat::kCsv), HasSubstr("a processor,clustering,small/table,250,0.125,GFLOP 2.5,314572800,"));
  EXPECT_THAT(tables[0].notes, testing::Not(testing::Contains(HasSubstr("Unreliable"))));
  EXPECT_THAT(tables[1].notes, testing::Contains("Unreliable: busy."));
}

}  // namespace
}  // namespace vbench
