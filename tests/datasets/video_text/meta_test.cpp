#include "datasets/video_text/meta.hpp"

#include <map>

#include "datasets/video_text/family.hpp"
#include "tests/datasets/video_text/fixture.hpp"

namespace vbench::video_text {
namespace {

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

TEST(OfficialAnnotations, ActivityNetKeysSentencesAndReversedSegments) {
  const test::TemporaryFolder folder;
  write(folder / "train.json", R"({"v_bbbbbbbbbbb": {"duration": 9.5, "timestamps": [[7, 2]], "sentences": ["  Two\u00a0 words. "]}})");
  write(folder / "val_1.json", R"({"v_aaaaaaaaaaa": {"duration": 4, "timestamps": [[0, 4]], "sentences": ["x"]}})");
  const Annotations annotations = read_annotations("activitynet", folder.path());
  ASSERT_EQ(annotations.items.size(), 2U);
  EXPECT_EQ(annotations.items[0].key, "aaaaaaaaaaa_val_1");
  EXPECT_EQ(annotations.items[0].split, "val_1");
  const ItemMeta& item = annotations.items[1];
  EXPECT_EQ(item.key, "bbbbbbbbbbb_train");
  EXPECT_EQ(item.data_key, "bbbbbbbbbbb");
  EXPECT_EQ(item.segments[0].text, "Two words.");
  EXPECT_EQ(item.segments[0].start_sec, 2);
  EXPECT_EQ(item.segments[0].stop_sec, 7);
  EXPECT_EQ(annotations.reversed_segments, 1);
}

TEST(OfficialAnnotations, BadEntriesAreNamed) {
  const test::TemporaryFolder folder;
  const auto failure = [&](const std::string& video) {
    write(folder / "train.json", "{\"v_bbbbbbbbbbb\": " + video + "}");
    return test::error_of([&] { (void)read_official_annotations("activitynet", folder.path()); });
  };
  EXPECT_NE(failure(R"({"duration": 9, "timestamps": [[0, 1]], "sentences": []})").find("v_bbbbbbbbbbb: there are not as many sentences"),
            std::string::npos);
  EXPECT_NE(failure(R"({"duration": 9, "timestamps": [[0]], "sentences": ["x"]})").find("not a pair of times"), std::string::npos);
  EXPECT_NE(failure(R"({"duration": null, "timestamps": [], "sentences": []})").find("of another type"), std::string::npos);
  EXPECT_NE(failure("7").find("of another type"), std::string::npos);
}

TEST(MetaAll, ItemsComeInTheOrderOfTheFile) {
  const test::TemporaryFolder folder;
  const std::string video = R"({"data_key": "d", "split": "s", "duration_sec": 3, "segments": []})";
  write(folder / "meta_all.json", "{\"z\": " + video + ", \"a\": " + video + "}");
  const Annotations annotations = read_annotations("youcook2", folder.path());
  ASSERT_EQ(annotations.items.size(), 2U);
  EXPECT_EQ(annotations.items[0].key, "z");
  EXPECT_EQ(annotations.items[1].key, "a");
}

std::map<std::string, std::pair<int64_t, int64_t>> videos_and_segments(const Annotations& annotations) {
  std::map<std::string, std::pair<int64_t, int64_t>> counts;
  for (const ItemMeta& item : annotations.items) {
    ++counts[item.split].first;
    counts[item.split].second += static_cast<int64_t>(item.segments.size());
  }
  return counts;
}

TEST(RealAnnotations, HaveTheKnownNumbersOfVideosAndSegments) {
  const fs::path root = test::real_data_root();
  if (!fs::exists(root / "youcook2") || !fs::exists(root / "activitynet")) GTEST_SKIP() << "no real annotations below " << root;
  using Counts = std::map<std::string, std::pair<int64_t, int64_t>>;
  const Annotations kitchen = read_annotations("youcook2", root / "youcook2");
  EXPECT_EQ(videos_and_segments(kitchen), (Counts{{"train", {1333, 10337}}, {"val", {457, 3492}}}));
  EXPECT_EQ(kitchen.reversed_segments, 0);
  const Annotations activities = read_annotations("activitynet", root / "activitynet");
  EXPECT_EQ(videos_and_segments(activities), (Counts{{"train", {10009, 37421}}, {"val_1", {4917, 17505}}, {"val_2", {4885, 17031}}}));
  int64_t blanks = 0;
  for (const ItemMeta& item : activities.items) {
    for (const SegmentMeta& segment : item.segments) {
      EXPECT_LE(segment.start_sec, segment.stop_sec);
      blanks += !segment.text.empty() && segment.text.front() == ' ' ? 1 : 0;
    }
  }
  EXPECT_EQ(blanks, 0);
  EXPECT_EQ(activities.reversed_segments, 2);
}

TEST(RealAnnotations, WithGeneratedFeaturesAreReadLikeAnyOtherFolder) {
  const fs::path root = test::real_data_root();
  const fs::path vectors = root / "word-vectors" / "glove.6B.300d.youcook2-words.txt";
  if (!fs::exists(root / "youcook2") || !fs::exists(vectors)) GTEST_SKIP() << "no real annotations and word vectors below " << root;
  const test::TemporaryFolder folder;
  DataRequest request;
  request.settings = {"annotations=" + (root / "youcook2").string(), "word_vectors=" + vectors.string(), "max_videos=30", "video_width=32"};
  (void)youcook2_family().synthesize(request, (folder / "youcook2").string());
  Options options = youcook2_options();
  options.video_width = 32;
  options.text_width = 300;
  RunSpec spec;
  spec.data_root = folder.path().string();
  spec.strict = true;
  const YouCook2 data = YouCook2::open(options, spec, Role::kTrain);
  EXPECT_EQ(data.size(), 30);
  EXPECT_EQ(data.source(), Source::kSynthetic);
  EXPECT_EQ(data.fingerprint().items, 30);
  RandomStream random(1, "augment");
  EXPECT_EQ(data.read(29, random).words.size(1), 300);
}

}  // namespace
}  // namespace vbench::video_text
