#include "results/report/report_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>

#include "tests/results/report/page_parts.hpp"
#include "tests/results/report/sample_report.hpp"

namespace vbench::report {
namespace {

using nlohmann::json;
using test::sample_report;
using testing::HasSubstr;
using testing::Not;

/// The part of a page from one text to another behind it.
std::string between(const std::string& page, const std::string& begin, const std::string& end) {
  const size_t at = page.find(begin);
  if (at == std::string::npos) return "";
  return page.substr(at, page.find(end, at + begin.size()) - at);
}

std::string section(const std::string& page, const std::string& id) { return between(page, "<section id=\"" + id + "\"", "</section>"); }

TEST(ReportPage, RealAndSyntheticShareNoTable) {
  const auto page = report_page(sample_report());
  const auto boards = section(page, "leaderboards");
  EXPECT_EQ(count(boards, "<table>"), 2U);
  const auto real = between(boards, "<caption>youcook2: real data", "</table>");
  EXPECT_THAT(real, HasSubstr("<td>yc2-100m</td>"));
  EXPECT_THAT(real, Not(HasSubstr("srtg")));
  EXPECT_THAT(boards, HasSubstr("ucf101: SYNTHETIC stand-in data"));
  EXPECT_THAT(section(page, "runs-srtg-ucf101"), HasSubstr("<strong>SYNTHETIC</strong> stand-in data"));
  EXPECT_THAT(section(page, "runs-coot-youcook2"), Not(HasSubstr("SYNTHETIC")));
  EXPECT_THAT(page, HasSubstr("stand-in data are on this page beside real ones"));
}

TEST(ReportPage, PublishedFiguresStandBesideRealResults) {
  auto report = sample_report();
  report.published.emplace("coot", Published::parse(R"({"paper": "A paper", "arxiv": "1234.5678", "rows": [{"set": "paper", "table": "3",
    "row": "ours", "dataset": "youcook2", "variant": "yc2-100m", "split": "val", "protocol": "retrieval", "scores": {"v2p_r1": 0.752}}]})"));
  const auto boards = section(report_page(report), "leaderboards");
  EXPECT_THAT(boards, HasSubstr("paper, table 3"));
  EXPECT_THAT(boards, HasSubstr(">75.20<"));
}

TEST(ReportPage, InvalidRunsAreMarkedWhereverTheyAre) {
  const auto page = report_page(sample_report());
  EXPECT_THAT(page, HasSubstr("1 of 8 runs is INVALID"));
  EXPECT_THAT(section(page, "runs"), HasSubstr("<td><strong>INVALID</strong></td>"));
  EXPECT_THAT(section(page, "runs"), HasSubstr("<td>the loss became &lt;NaN&gt;</td>"));
  EXPECT_THAT(section(page, "leaderboards"), HasSubstr("Left out: 1 INVALID run(s)"));
  const auto group = section(page, "runs-srtg-ucf101");
  EXPECT_THAT(group, HasSubstr("<strong>INVALID</strong>: srtg-mini seed 2"));
  for (const auto& chart : data_of(page, "curve-data")) {
    for (const auto& curve : chart.at("curves"))
      EXPECT_EQ(curve.at("dashed"), curve.at("name").get<std::string>().find("(INVALID)") != std::string::npos);
  }
  EXPECT_THAT(group, HasSubstr("srtg-mini (INVALID)"));
}

TEST(ReportPage, OneRunIsAPage) {
  auto report = sample_report();
  report.runs = {test::coot_run(2, "0.001", 0.5)};
  const auto page = report_page(report);
  EXPECT_THAT(page, HasSubstr("<title>coot yc2-100m on youcook2</title>"));
  EXPECT_THAT(page, Not(HasSubstr("SYNTHETIC")));
  const auto chart = data_of(page, "curve-data").at(0);
  EXPECT_FALSE(chart.at("curves").at(0).contains("low")) << "one seed has no band";
  EXPECT_THAT(section(page, "runs-coot-youcook2"), Not(HasSubstr("in which these")));
}

TEST(ReportPage, RunsWithoutTrainingAndOutputsArePages) {
  auto report = sample_report();
  report.runs = {test::run_with(1, 0.5)};
  report.runs[0].run_id = "20240131T101501.000000Z-aaaaaaaa";
  report.runs[0].environment.clear();
  report.outputs = nullptr;
  const auto page = report_page(report);
  EXPECT_THAT(page, HasSubstr("Nothing was trained here"));
  EXPECT_THAT(page, Not(HasSubstr("id=\"curve-data\"")));
  EXPECT_THAT(page, Not(HasSubstr("var uPlot"))) << "no library that nothing needs";
  EXPECT_THAT(page, Not(HasSubstr("id=\"matrix-data\"")));
}

TEST(ReportPage, AsksNobodyForAnythingAndHoldsNothingForeign) {
  auto report = sample_report();
  report.clusters = test::sample_page();
  const auto page = report_page(report);
  EXPECT_THAT(page, HasSubstr("default-src 'none'; img-src data:; style-src 'sha256-"));
  EXPECT_THAT(page, Not(HasSubstr("unsafe-")));
  EXPECT_FALSE(std::regex_search(page, std::regex("(src|href)=\"?(https?:|//|file:)")));
  EXPECT_THAT(page, Not(HasSubstr(" style=")));
  EXPECT_EQ(count(page, "</script>"), 6U) << "four of data, the library and the page's own";
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("<i>fencing")));
  EXPECT_THAT(page, HasSubstr("&lt;i&gt;fencing"));
}

TEST(ReportPage, HostileNamesOfConfigurationsStayNames) {
  auto report = sample_report();
  for (auto& run : report.runs) {
    run.variant = test::kHostileClass;
    run.settings["<b>key"] = "\"><script>1</script>" + std::to_string(run.settings.count("batch_size"));
    run.environment["<b>"] = "</td><script>";
    run.speed["<u>_per_s"] = 1;
    run.history[0].train_loss["<s>"] = 1;
    run.data.split = "<em>";
  }
  const auto page = report_page(report);
  for (const char* part : {"<b>", "<u>", "<s>", "<em>", "<script>1", test::kHostileClass}) EXPECT_THAT(page, Not(HasSubstr(part)));
}

TEST(ReportPage, MeasuredSpeedsAreASectionOfTheirOwn) {
  auto report = sample_report();
  EXPECT_EQ(section(report_page(report), "throughput"), "");
  report.throughput = test::sample_throughput(Source::kSynthetic);
  const auto html = section(report_page(report), "throughput");
  EXPECT_THAT(html, HasSubstr("ucf101: SYNTHETIC stand-in data, throughput on a &lt;fast&gt; processor"));
  EXPECT_THAT(html, HasSubstr("<td>&lt;mini&gt;</td><td>forward</td>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"n\">100.0</td>")) << "the median";
}

TEST(ReportPage, SpeedsOfKernelsAreFoldedBelowThem) {
  auto report = sample_report();
  KernelSpeed speed;
  speed.program = "<sinkhorn>";
  speed.name = "1e6x400/table";
  speed.seconds = 0.25;
  report.kernels = {speed};
  const auto html = section(report_page(report), "throughput");
  EXPECT_THAT(html, HasSubstr("<details><summary>Single kernels</summary>"));
  EXPECT_THAT(html, HasSubstr("&lt;sinkhorn&gt;"));
  EXPECT_THAT(html, HasSubstr("1e6x400/table"));
}

TEST(ReportPage, SpeedsOfGeneratedDataMakeAPageSynthetic) {
  auto report = sample_report();
  report.runs = {test::coot_run(1, "0.001", 0.5)};
  report.throughput = test::sample_throughput(Source::kReal);
  EXPECT_THAT(report_page(report), Not(HasSubstr("SYNTHETIC")));
  report.throughput = test::sample_throughput(Source::kSynthetic);
  EXPECT_THAT(report_page(report), HasSubstr("stand-in data are on this page beside real ones"));
}

TEST(ReportPage, BringsTheLicenceOfWhatItBringsAlong) {
  const auto page = report_page(sample_report());
  EXPECT_THAT(page, HasSubstr("The MIT License (MIT)"));
  EXPECT_THAT(page, HasSubstr("Copyright (c) 2022 Leon Sorokin"));
  EXPECT_THAT(page, HasSubstr("Permission is hereby granted, free of charge"));
}

TEST(ReportPage, EveryLinkOfTheContentsLeadsSomewhere) {
  auto report = sample_report();
  report.clusters = test::sample_page();
  const auto page = report_page(report);
  const std::regex link("<a href=\"#([^\"]+)\"");
  size_t links = 0;
  for (auto at = std::sregex_iterator(page.begin(), page.end(), link); at != std::sregex_iterator(); ++at, ++links)
    EXPECT_EQ(count(page, " id=\"" + (*at)[1].str() + "\""), 1U) << (*at)[1];
  EXPECT_EQ(links, 7U) << "boards, runs, two groups, three of clusters";
}

TEST(ReportPage, GroupsOfOneNameAreToldApart) {
  auto report = sample_report();
  auto other = test::coot_run(1, "0.001", 0.4);
  other.run_id = "20240301T000000.000000Z-dddddddd";
  other.data.hash = "9999999999";
  report.runs.push_back(other);
  const auto page = report_page(report);
  EXPECT_THAT(page, HasSubstr("<section id=\"runs-coot-youcook2\""));
  EXPECT_THAT(page, HasSubstr("<section id=\"runs-coot-youcook2-2\""));
  EXPECT_THAT(page, HasSubstr("coot on youcook2, real val (data 99999999, protocol version 1)"));
}

/// Relative luminance of "#rrggbb" (WCAG 2.2).
double luminance(const std::string& colour) {
  double sum = 0;
  const double weights[] = {0.2126, 0.7152, 0.0722};
  for (size_t i = 0; i < 3; ++i) {
    const double value = std::stoi(colour.substr(1 + 2 * i, 2), nullptr, 16) / 255.0;
    sum += weights[i] * (value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4));
  }
  return sum;
}

double contrast(const std::string& a, const std::string& b) {
  const double first = luminance(a), second = luminance(b);
  return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

/// The theme's colours in a part of the style.
std::map<std::string, std::string> colours_in(const std::string& style) {
  std::map<std::string, std::string> colours;
  const std::regex rule("--([a-z0-9-]+): (#[0-9a-f]{6});");
  for (auto at = std::sregex_iterator(style.begin(), style.end(), rule); at != std::sregex_iterator(); ++at)
    colours.emplace((*at)[1], (*at)[2]);
  return colours;
}

TEST(ReportPage, ColoursOfBothThemesCanBeRead) {
  const auto page = report_page(sample_report());
  const auto light = colours_in(between(page, ":root {", "* {")),
             dark = colours_in(between(page, "<style id=\"dark-style\" media=\"screen and (prefers-color-scheme: dark)\">", "</style>"));
  ASSERT_EQ(light.size(), dark.size());
  // 4.5 is what WCAG asks for text: names stand in the colours of curves nowhere, but thin lines need it no less.
  for (const auto* theme : {&light, &dark}) {
    for (const char* name : {"ink", "soft", "accent", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"}) {
      EXPECT_GE(contrast(theme->at(name), theme->at("card")), 4.5) << name;
      EXPECT_GE(contrast(theme->at(name), theme->at("paper")), 4.5) << name;
    }
    EXPECT_GE(contrast(theme->at("alarm"), theme->at("alarm-stripe")), 4.5);
    EXPECT_GE(contrast(theme->at("alarm"), theme->at("alarm-paper")), 4.5);
  }
}

}  // namespace
}  // namespace vbench::report
