#include "results/report/cluster_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "results/report/html.hpp"
#include "tests/results/report/page_parts.hpp"
#include "tests/results/report/sample_page.hpp"

namespace vbench::report {
namespace {

using test::kHostileClass;
using test::kHostileVideo;
using test::page_of;
using test::sample_page;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(ClusterPageText, NamesTheRunAndItsFigures) {
  const auto text = page_of(sample_page());
  for (const char* part : {"<title>SYNTHETIC: Clusters of selavi on ave</title>", "<strong>SYNTHETIC</strong>",
                           "20240131T101502.123456Z-9f86d081", "66.20 %", "1.234 nats", "A note with &lt;b&gt;marks&lt;/b&gt;."})
    EXPECT_THAT(text, HasSubstr(part));
  auto real = sample_page();
  real.synthetic = false;
  EXPECT_THAT(page_of(real), Not(HasSubstr("SYNTHETIC")));
}

TEST(ClusterPageText, SaysHowManyClustersHaveVideos) {
  auto page = sample_page();
  EXPECT_THAT(page_of(page), HasSubstr("<dt>clusters</dt><dd>4</dd>"));
  page.heads[0].sizes["evaluated"] = {0, 0, 6, 10, 10, 14};
  EXPECT_THAT(page_of(page), HasSubstr("<dt>clusters</dt><dd>4 of 6</dd>"));
}

TEST(ClusterPageText, AsksNobodyForAnything) {
  const auto text = page_of(sample_page());
  EXPECT_THAT(text, HasSubstr("default-src 'none'; img-src data:; style-src 'sha256-"));
  EXPECT_THAT(text, Not(HasSubstr("unsafe-inline")));
  EXPECT_FALSE(std::regex_search(text, std::regex("(src|href)=\"?(https?:|//|file:)")));
  EXPECT_THAT(text, Not(HasSubstr("@import")));
  EXPECT_THAT(text, Not(HasSubstr(" style="))) << "the policy would refuse it";
  EXPECT_FALSE(std::regex_search(text, std::regex("<[^>]* on[a-z]+=")));
}

TEST(ClusterPageText, HostileNamesStayNames) {
  const auto text = page_of(sample_page());
  EXPECT_THAT(text, Not(HasSubstr(kHostileClass)));
  EXPECT_THAT(text, Not(HasSubstr("<img")));
  EXPECT_EQ(count(text, "</script>"), 3U) << "two of data and the page's own";
  const auto data = data_of(text, "cluster-data");
  EXPECT_EQ(data.at("classes").at(3), kHostileClass);
  EXPECT_EQ(data.at("ids").at(38), std::string("x/") + kHostileVideo);
}

TEST(ClusterPageText, ClustersOfEveryHeadAreThere) {
  const auto data = data_of(page_of(sample_page()), "cluster-data");
  ASSERT_EQ(data.at("heads").size(), 2U);
  EXPECT_EQ(data.at("best"), 0);
  const auto& clusters = data.at("heads").at(0).at("clusters");
  ASSERT_EQ(clusters.size(), 4U);
  EXPECT_EQ(clusters[0].at("number"), 0);
  EXPECT_EQ(clusters[0].at("size"), 14);
  EXPECT_NEAR(clusters[0].at("purity"), 10.0 / 14, 1e-12);
  EXPECT_EQ(clusters[0].at("labels"), nlohmann::json::parse("[[0,10],[1,4]]"));
  EXPECT_EQ(clusters[3].at("number"), 12);
  EXPECT_EQ(data.at("heads").at(0).at("of").at(39), 12);
  const auto& other = data.at("heads").at(1).at("clusters");
  ASSERT_EQ(other.size(), 1U);
  EXPECT_EQ(other[0].at("size"), 40);
  EXPECT_EQ(other[0].at("examples").size(), 3U) << "of those that have pictures";
}

TEST(ClusterPageText, EveryPictureIsInItOnce) {
  const std::string strip = "a strip of pictures";
  const auto page = sample_page(strip);
  const auto text = page_of(page);
  EXPECT_EQ(page.strips.size(), 12U);
  EXPECT_EQ(count(text, base64(strip)), 12U);
  const auto strips = data_of(text, "strips");
  const auto data = data_of(text, "cluster-data");
  for (const auto& head : data.at("heads")) {
    for (const auto& cluster : head.at("clusters")) {
      for (const auto& video : cluster.at("examples")) EXPECT_TRUE(strips.contains(std::to_string(video.get<int64_t>())));
    }
  }
}

TEST(ClusterPageText, VideosThatCannotBeReadHaveNoPicture) {
  auto page = sample_page();
  page.strips.begin()->second.clear();
  const auto text = page_of(page);
  EXPECT_EQ(data_of(text, "strips").size(), 11U);
  EXPECT_EQ(data_of(text, "cluster-data").at("pictures"), true);
  page.strips.clear();
  EXPECT_EQ(data_of(page_of(page), "cluster-data").at("pictures"), false);
}

TEST(ClusterPageText, ChartsAreThereWhereTheirFiguresAre) {
  auto page = sample_page();
  auto text = page_of(page);
  EXPECT_THAT(text, HasSubstr("Cluster sizes, head 0 (best)"));
  EXPECT_THAT(text, HasSubstr("evaluated: 6 to 14"));
  EXPECT_THAT(text, HasSubstr("with the classes: 0.31 to 0.66"));
  for (auto& head : page.heads) head.sizes.clear();
  page.labellings.clear();
  text = page_of(page);
  EXPECT_THAT(text, Not(HasSubstr("id=\"sizes\"")));
  EXPECT_THAT(text, Not(HasSubstr("id=\"labellings\"")));
}

TEST(ClusterPageText, OfVeryManyVideosOnlyThosePicturedAreListed) {
  auto page = sample_page();
  while (page.ids.size() <= kMostSearchable) {
    page.ids.push_back("barking dog/more");
    page.labels.push_back(0);
    for (auto& head : page.heads) head.clusters.push_back(1);
  }
  page.strips.clear();
  const auto shown = shown_videos(page);
  for (const int64_t video : shown) page.strips[video] = "jpeg";
  const auto text = page_of(page);
  const auto data = data_of(text, "cluster-data");
  EXPECT_EQ(data.at("complete"), false);
  EXPECT_EQ(data.at("ids").size(), shown.size());
  EXPECT_EQ(data_of(text, "strips").size(), shown.size());
  EXPECT_EQ(data.at("ids").back(), page.ids[static_cast<size_t>(shown.back())]);
  EXPECT_LT(text.size(), 200000U);
}

}  // namespace
}  // namespace vbench::report
