// How the gate's report is said: tables, sentences, JUnit XML that XML parsers read, Markdown that names cannot break.
#include "results/gate/presentation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/results/gate/sides.hpp"

namespace vbench::gate {
namespace {

using boost::property_tree::ptree;
using test::gated;
using test::kBadScores;
using test::kGoodScores;
using test::seeds_with;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

ptree parsed(const std::string& xml) {
  std::istringstream stream(xml);
  ptree tree;
  read_xml(stream, tree);  // throws where it is not well-formed
  return tree;
}

std::vector<ptree> cases_of(const ptree& tree) {
  std::vector<ptree> cases;
  for (const auto& [name, suite] : tree.get_child("testsuites")) {
    if (name != "testsuite") continue;
    for (const auto& [inner, one] : suite) {
      if (inner == "testcase") cases.push_back(one);
    }
  }
  return cases;
}

TEST(Sentence, SaysWhichByHowMuchAndHowSure) {
  const auto report = gated(seeds_with(kGoodScores), seeds_with(kBadScores, 11));
  EXPECT_THAT(sentence(report, report.pairs[0].scores[0]), StartsWith("v2p_r1 is worse: -4.40 points (90% interval -5."));
  EXPECT_THAT(sentence(report, report.pairs[0].scores[0]), HasSubstr("tolerance 1.00), paired t over 5 seeds, p 0.0"));
  const auto same = gated(seeds_with(kGoodScores), seeds_with(kGoodScores));
  EXPECT_THAT(sentence(same, same.pairs[0].scores[0]), StartsWith("v2p_r1 is the same: +0.00 points"));
  const auto one = gated(seeds_with({0.5}), seeds_with({0.4}));
  EXPECT_THAT(sentence(one, one.pairs[0].scores[0]), StartsWith("v2p_r1 cannot be told: too few runs"));
}

TEST(GateTables, HaveARowAMetricAndFullPrecisionForMachines) {
  const auto report = gated(seeds_with(kGoodScores), seeds_with(kBadScores, 11));
  const auto document = nlohmann::json::parse(render(tables(report), OutputFormat::kJson));
  const auto& row = document.at(0).at("rows").at(0);
  EXPECT_EQ(document.at(0).at("pair_verdict"), "worse");
  EXPECT_EQ(row.at("metric"), "v2p_r1");
  EXPECT_EQ(row.at("verdict"), "worse");
  EXPECT_NEAR(row.at("base").at("mean"), 0.72342, 1e-12);
  EXPECT_NEAR(row.at("difference"), -0.044, 1e-12);
  EXPECT_LT(row.at("low"), row.at("high"));
  EXPECT_EQ(row.at("test"), "paired t");
  const auto text = render(tables(report), OutputFormat::kTable);
  EXPECT_THAT(text, HasSubstr("coot yc2-100m on youcook2: real data, split val (data 01234567), protocol coot-retrieval version 1"));
  EXPECT_THAT(text, HasSubstr("corrected (Holm) for the 1 scores and 0 speeds that were judged"));
}

TEST(GateTables, ForProgramsHaveUniqueNamesAndBareNumbers) {
  auto base = seeds_with(kGoodScores);
  for (auto& run : base) run.scores["p2v_r1"] = 0.5;
  const auto report = gated(base, seeds_with(kBadScores, 11));
  const auto csv = render(tables(report), OutputFormat::kCsv);
  std::istringstream header(csv.substr(0, csv.find('\r')));
  std::set<std::string> names;
  for (std::string name; std::getline(header, name, ',');) EXPECT_TRUE(names.insert(name).second) << name;
  EXPECT_THAT(names, testing::IsSupersetOf({"pair_verdict", "verdict", "low", "high", "base_runs", "candidate_runs", "pairs"}));
  EXPECT_THAT(csv, HasSubstr(",p2v_r1,0.5,0,,,,,0.01,5,gone,,,0,,,,p2v_r1 is gone: only BASE has it\r\n"));
  const auto rows = nlohmann::json::parse(render(tables(report), OutputFormat::kJson)).at(0).at("rows");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].at("low"), report.pairs[0].scores[0].judgement.interval.low);
  EXPECT_EQ(rows[0].at("pairs"), 5);
  const auto& speed = rows[2];
  EXPECT_TRUE(speed.at("low").is_null());
  EXPECT_TRUE(speed.at("pairs").is_null());
  EXPECT_EQ(speed.at("base_runs"), 5);
  EXPECT_EQ(speed.at("candidate_runs"), 5);
  EXPECT_THAT(speed.at("sentence"), StartsWith("forward_clips_per_s cannot be told: the runs did not take turns"));
}

TEST(GateTables, SyntheticDataAreNamed) {
  auto runs = seeds_with(kGoodScores);
  for (auto& run : runs) run.source = Source::kSynthetic;
  EXPECT_THAT(render(tables(gated(runs, runs)), OutputFormat::kTable), HasSubstr("SYNTHETIC: generated data"));
}

TEST(Passed, IsLostByWorseGoneOrIncomparableAndStrictlyByDoubt) {
  EXPECT_TRUE(passed(gated(seeds_with(kGoodScores), seeds_with(kGoodScores)), false));
  EXPECT_FALSE(passed(gated(seeds_with(kGoodScores), seeds_with(kBadScores, 11)), false));
  const auto doubt = gated(seeds_with({0.5}), seeds_with({0.4}));
  EXPECT_TRUE(passed(doubt, false));
  EXPECT_FALSE(passed(doubt, true));
  auto other = seeds_with(kGoodScores);
  for (auto& run : other) run.data.hash = "other";
  EXPECT_FALSE(passed(gated(seeds_with(kGoodScores), other), false));
  auto without = seeds_with(kGoodScores);
  for (auto& run : without) run.scores = {{"p2v_r1", 0.5}};
  const auto gone = gated(seeds_with(kGoodScores), without);
  EXPECT_FALSE(passed(gone, false));
  EXPECT_THAT(render(tables(gone), OutputFormat::kTable), HasSubstr("v2p_r1 is gone: only BASE has it"));
  EXPECT_EQ(parsed(junit(gone, false)).get<int>("testsuites.<xmlattr>.failures"), 1);
  auto broken = seeds_with(kGoodScores);
  broken[4].verdict = {false, {"the loss is not finite"}};
  const auto lost = gated(seeds_with(kGoodScores), broken);
  EXPECT_FALSE(passed(lost, false)) << "four seeds are the same, the fifth is lost";
  EXPECT_THAT(headline(lost), HasSubstr("1 not comparable or lost"));
  EXPECT_THAT(render(tables(lost), OutputFormat::kTable), HasSubstr("RUNS WERE LOST: 5 valid run(s) in BASE, 4 in CANDIDATE"));
  auto more = seeds_with(kGoodScores);
  const auto second = seeds_with(kGoodScores, 10, "yc2-2d3d");
  more.insert(more.end(), second.begin(), second.end());
  auto speedless = [](std::vector<RunRecord> runs) {
    for (auto& run : runs) run.speed.clear();
    return runs;
  };
  const auto missing = gated(speedless(more), speedless(seeds_with(kGoodScores)));
  EXPECT_TRUE(passed(missing, false));
  EXPECT_FALSE(passed(missing, true));
  EXPECT_TRUE(passed(gated(speedless(seeds_with(kGoodScores)), speedless(more)), true)) << "more than before is no loss";
}

TEST(Passed, IsLostWhereNothingIsJudged) {
  auto nothing = seeds_with(kGoodScores);
  for (auto& run : nothing) run.scores.clear();
  for (const auto& candidate : {nothing, seeds_with(kGoodScores, 11)}) {
    const auto report = gated(nothing, candidate);
    EXPECT_TRUE(judges_nothing(report)) << "the speeds alone say nothing of the scores";
    EXPECT_FALSE(passed(report, false));
    EXPECT_EQ(nlohmann::json::parse(render(tables(report), OutputFormat::kJson)).at(0).at("pair_verdict"), "cannot tell");
    EXPECT_THAT(render(tables(report), OutputFormat::kTable), HasSubstr("BASE has none of the metrics that are judged."));
    EXPECT_THAT(markdown_summary(report, false), StartsWith("### vbench compare: FAILED\n"));
  }
  auto details = seeds_with(kGoodScores);
  for (auto& run : details) run.scores = {{"top7", 0.5}};
  EXPECT_FALSE(passed(gated(details, details), true)) << "metrics that boards do not show";
  EXPECT_TRUE(passed(gated(details, details, {.metrics = {{"", "top7", 0.01}}}), true)) << "unless they are asked for";
}

TEST(Junit, HasACaseAMetricAndCountsThem) {
  const auto report = gated(seeds_with(kGoodScores), seeds_with(kBadScores, 11));
  const auto tree = parsed(junit(report, false));
  const auto& suites = tree.get_child("testsuites.<xmlattr>");
  EXPECT_EQ(suites.get<int>("tests"), 2);
  EXPECT_EQ(suites.get<int>("failures"), 1);
  EXPECT_EQ(suites.get<int>("errors"), 0);
  EXPECT_EQ(suites.get<std::string>("time"), "0");
  const auto& one = tree.get_child("testsuites.testsuite.<xmlattr>");
  EXPECT_EQ(one.get<int>("tests"), 2);
  EXPECT_EQ(one.get<int>("failures"), 1);
  EXPECT_EQ(one.get<int>("skipped"), 1) << "the speed: the runs did not take turns";
  const auto cases = cases_of(tree);
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].get<std::string>("<xmlattr>.name"), "v2p_r1");
  EXPECT_EQ(cases[0].get<std::string>("<xmlattr>.classname"), "coot.yc2-100m.youcook2.val");
  EXPECT_THAT(cases[0].get<std::string>("failure.<xmlattr>.message"), StartsWith("v2p_r1 is worse"));
  EXPECT_THAT(cases[1].get<std::string>("skipped.<xmlattr>.message"), HasSubstr("did not take turns"));
  EXPECT_EQ(parsed(junit(report, true)).get<int>("testsuites.<xmlattr>.failures"), 1) << "a speed that cannot be told is no failure";
  const auto doubt = gated(seeds_with({0.5}), seeds_with({0.4}, 11));
  EXPECT_EQ(parsed(junit(doubt, false)).get<int>("testsuites.<xmlattr>.failures"), 0);
  EXPECT_EQ(parsed(junit(doubt, true)).get<int>("testsuites.<xmlattr>.failures"), 1) << "strictly";
}

TEST(Junit, ConfigurationsOfOneVariantHaveNamesOfTheirOwn) {
  auto base = seeds_with(kGoodScores), candidate = seeds_with(kGoodScores, 11);
  for (const char* width : {"512", "256"}) {
    auto wide = seeds_with(kGoodScores, 12), loses = seeds_with(kBadScores, 13);
    for (auto* runs : {&wide, &loses}) {
      for (auto& run : *runs) run.settings["width"] = width;
    }
    base.insert(base.end(), wide.begin(), wide.end());
    const auto& later = std::string(width) == "512" ? loses : wide;
    candidate.insert(candidate.end(), later.begin(), later.end());
  }
  const auto report = gated(base, candidate);
  const auto tree = parsed(junit(report, false));
  std::set<std::string> suites, cases;
  for (const auto& [name, suite] : tree.get_child("testsuites")) {
    if (name == "testsuite") suites.insert(suite.get<std::string>("<xmlattr>.name"));
  }
  EXPECT_EQ(suites, (std::set<std::string>{"coot yc2-100m on youcook2 (width=(none)), real data, split val",
                                           "coot yc2-100m on youcook2 (width=256), real data, split val",
                                           "coot yc2-100m on youcook2 (width=512), real data, split val"}));
  for (const auto& one : cases_of(tree)) {
    const auto name = one.get<std::string>("<xmlattr>.classname") + "/" + one.get<std::string>("<xmlattr>.name");
    EXPECT_TRUE(cases.insert(name).second) << name;
  }
  EXPECT_THAT(cases, testing::Contains("coot.yc2-100m.youcook2.val (width=512)/v2p_r1"));
  EXPECT_THAT(markdown_summary(report, false), HasSubstr("coot yc2-100m on youcook2 &#40;width=512&#41;: v2p&#95;r1 is worse"));
}

TEST(Junit, WhatCannotBeComparedIsAFailure) {
  auto other = seeds_with(kGoodScores);
  for (auto& run : other) run.protocol.version = 2;
  const auto cases = cases_of(parsed(junit(gated(seeds_with(kGoodScores), other), false)));
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_THAT(cases[0].get<std::string>("failure"), HasSubstr("version 2"));
}

TEST(Junit, LostRunsAreAFailure) {
  auto broken = seeds_with(kGoodScores);
  broken[4].verdict = {false, {"the loss is not finite"}};
  const auto tree = parsed(junit(gated(seeds_with(kGoodScores), broken), false));
  EXPECT_EQ(tree.get<int>("testsuites.<xmlattr>.failures"), 1);
  EXPECT_EQ(cases_of(tree).at(0).get<std::string>("<xmlattr>.name"), "valid runs");
  EXPECT_THAT(cases_of(tree)[0].get<std::string>("failure"), HasSubstr("INVALID there: seed 5: the loss is not finite"));
}

TEST(Junit, WhatOnlyOneSideHasIsSkippedAndStrictlyAFailure) {
  auto more = seeds_with(kGoodScores);
  const auto second = seeds_with(kGoodScores, 10, "yc2-2d3d");
  more.insert(more.end(), second.begin(), second.end());
  const auto lost = gated(more, seeds_with(kGoodScores));
  EXPECT_EQ(parsed(junit(lost, false)).get<int>("testsuites.<xmlattr>.failures"), 0);
  EXPECT_EQ(parsed(junit(lost, true)).get<int>("testsuites.<xmlattr>.failures"), 1);
  EXPECT_EQ(parsed(junit(gated(seeds_with(kGoodScores), more), true)).get<int>("testsuites.<xmlattr>.failures"), 0);
}

const std::string kHostile = "a<b>&\"'|`*[x](y)\x01\x1b\xff@all\n# c";

TEST(Junit, NamesCannotBreakIt) {
  const auto report = gated(seeds_with(kGoodScores, 10, kHostile), seeds_with(kBadScores, 11, kHostile));
  const auto cases = cases_of(parsed(junit(report, false)));
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].get<std::string>("<xmlattr>.classname"), "coot.a<b>&\"'|`*[x](y)\\x01\\x1b\\xff@all\\x0a# c.youcook2.val");
}

TEST(Junit, HasNoCharacterThatXmlLacks) {
  const std::string name = "a\uFFFEb\uFFFFc\uFFFDd";
  const auto text = junit(gated(seeds_with(kGoodScores, 10, name), seeds_with(kBadScores, 11, name)), false);
  EXPECT_THAT(text, HasSubstr("a\uFFFDb\uFFFDc\uFFFDd"));
  EXPECT_THAT(text, Not(HasSubstr("\uFFFE")));
  EXPECT_THAT(text, Not(HasSubstr("\uFFFF")));
}

TEST(MarkdownSummary, SaysTheVerdictFirst) {
  EXPECT_THAT(markdown_summary(gated(seeds_with(kGoodScores), seeds_with(kGoodScores)), false), StartsWith("### vbench compare: passed\n"));
  const auto text = markdown_summary(gated(seeds_with(kGoodScores), seeds_with(kBadScores, 11)), false);
  EXPECT_THAT(text, StartsWith("### vbench compare: FAILED\n\n1 worse, 1 cannot tell.\n"));
  EXPECT_THAT(text, HasSubstr("\n- coot yc2-100m on youcook2: v2p&#95;r1 is worse: -4.40 points"));
  EXPECT_THAT(text, HasSubstr("| metric | base | candidate |"));
}

TEST(MarkdownSummary, NamesCannotBreakIt) {
  const auto text = markdown_summary(gated(seeds_with(kGoodScores, 10, kHostile), seeds_with(kBadScores, 11, kHostile)), false);
  for (const char* part : {"<b>", "\x01", "\x1b", "\xff", "\n# c", "- coot a<", " @all", "`*"}) EXPECT_THAT(text, Not(HasSubstr(part)));
}

TEST(MarkdownSummary, NamesBecomeNeitherImagesNorLinks) {
  const std::string name = "![x](http://evil.test/x.png) www.evil.test [y](z)";
  const auto text = markdown_summary(gated(seeds_with(kGoodScores, 10, name), seeds_with(kBadScores, 11, name)), false);
  EXPECT_THAT(text, HasSubstr("evil"));
  for (const char* part : {"![", "x](", "y](", " [y", "://", "www."}) EXPECT_THAT(text, Not(HasSubstr(part)));
  EXPECT_THAT(text, HasSubstr("**coot \\!\\[x\\](http&#58;//evil.test/x.png) www&#46;evil.test \\[y\\](z) on youcook2:"));
}

}  // namespace
}  // namespace vbench::gate
