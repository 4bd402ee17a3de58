#include <gmock/gmock.h>

#include "tests/datasets/video_text/fixture.hpp"

namespace vbench::video_text {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(BadInput, ACompleteFolderHasNoProblem) {
  const Kitchen kitchen;
  EXPECT_EQ(kitchen.failure(), "");
  EXPECT_EQ(kitchen.failure(Role::kTrain), "");
}

TEST(BadInput, AMissingFeatureFileIsNamedWithWhereItBelongs) {
  const Kitchen kitchen;
  fs::remove(kitchen.path(Kitchen::kFrames));
  EXPECT_THAT(kitchen.failure(), AllOf(HasSubstr("files of youcook2 are missing: video_feat_100m.h5"), HasSubstr("data/youcook2")));
}

TEST(BadInput, ATruncatedFeatureFileIsNamed) {
  for (const char* name : {Kitchen::kFrames, Kitchen::kWords}) {
    const Kitchen kitchen;
    fs::resize_file(kitchen.path(name), fs::file_size(kitchen.path(name)) / 2);
    EXPECT_THAT(kitchen.failure(), AllOf(HasSubstr(name), HasSubstr("truncated")));
  }
}

TEST(BadInput, AnotherWidthNamesBothWidthsAndTheSetting) {
  Kitchen kitchen;
  kitchen.options.video_width = 512;
  EXPECT_THAT(kitchen.failure(), AllOf(HasSubstr("features are 24 wide, 512 is expected"), HasSubstr("data.video_width=24")));
  kitchen.options.video_width = 24;
  kitchen.options.text_width = 1536;
  kitchen.options.drop_corrupt = true;  // no reason to leave out every video
  EXPECT_THAT(kitchen.failure(), AllOf(HasSubstr("features are 20 wide, 1536 is expected"), HasSubstr("data.text_width=20")));
}

TEST(BadInput, FeaturesOfThreeDimensionsAreRefused) {
  const Kitchen kitchen;
  kitchen.change(Kitchen::kFrames, [](const std::string&, const torch::Tensor& rows) { return rows.unsqueeze(1); });
  EXPECT_THAT(kitchen.failure(), HasSubstr("features have 3 dimensions, 2 are expected"));
}

/// One value of the second frame or word of `key` becomes `value`.
void spoil(const Kitchen& kitchen, const char* file, const std::string& key, float value) {
  kitchen.change(file, [&](const std::string& name, torch::Tensor rows) {
    if (name == key) rows[1][3] = value;
    return rows;
  });
}

TEST(BadInput, ValuesThatAreNotFiniteNameFileKeyAndRow) {
  for (const char* file : {Kitchen::kFrames, Kitchen::kWords}) {
    for (const float value : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
      Kitchen kitchen;
      spoil(kitchen, file, kitchen.keys[1], value);
      for (const bool preload : {false, true}) {
        kitchen.spec.preload = preload;
        EXPECT_THAT(kitchen.failure(),
                    AllOf(HasSubstr(std::string(file) + ": " + kitchen.keys[1]), HasSubstr("row 1 holds a value that is not finite")));
      }
      EXPECT_THAT(test::error_of([&] {
                    kitchen.spec.preload = false;
                    (void)kitchen.open().fingerprint();
                  }),
                  HasSubstr("not finite"));
    }
  }
}

TEST(BadInput, CorruptVideosAreLeftOutOnlyWhenAskedAndNotUnderStrict) {
  Kitchen kitchen;
  spoil(kitchen, Kitchen::kFrames, kitchen.keys[1], std::numeric_limits<float>::quiet_NaN());
  kitchen.options.drop_corrupt = true;
  const YouCook2 data = kitchen.open();
  EXPECT_EQ(data.size(), 3);
  EXPECT_EQ(data.counts().dropped, 1);
  EXPECT_EQ(data.fingerprint().dropped, 1);
  EXPECT_EQ(kitchen.failure(), "");
  kitchen.spec.strict = true;
  EXPECT_THAT(kitchen.failure(), HasSubstr("not finite"));
}

TEST(BadInput, AnEmptySplitNamesTheOnesThatExist) {
  Kitchen kitchen;
  kitchen.options.eval_split = "test";
  EXPECT_THAT(kitchen.failure(), AllOf(HasSubstr("split 'test' has no videos"), HasSubstr("there are: train, val")));
}

TEST(BadInput, AVideoWithoutClipsIsLeftOutAndCountedOrFailsUnderStrict) {
  Kitchen kitchen;
  json meta = kitchen.meta();
  const double late = meta[kitchen.keys[0]]["duration_sec"].get<double>() + 5;
  for (json& segment : meta[kitchen.keys[0]]["segments"]) segment["start_sec"] = segment["stop_sec"] = late;
  kitchen.write("meta_all.json", meta);
  const YouCook2 data = kitchen.open();
  EXPECT_EQ(data.size(), 3);
  EXPECT_EQ(data.counts().dropped, 1);
  EXPECT_EQ(data.counts().dropped_segments, static_cast<int64_t>(meta[kitchen.keys[0]]["segments"].size()));
  kitchen.spec.strict = true;
  EXPECT_THAT(kitchen.failure(), AllOf(HasSubstr(kitchen.keys[0]), HasSubstr("segment 0"), HasSubstr("holds no frame")));
  meta[kitchen.keys[0]]["segments"] = json::array();
  kitchen.write("meta_all.json", meta);
  json splits = kitchen.read(Kitchen::kSplits);
  splits[kitchen.keys[0]] = json::array();
  kitchen.write(Kitchen::kSplits, splits);
  EXPECT_THAT(kitchen.failure(), AllOf(HasSubstr(kitchen.keys[0]), HasSubstr("the video has no segments")));
  kitchen.spec.strict = false;
  EXPECT_EQ(kitchen.open().counts().dropped, 1);
}

TEST(BadInput, ASegmentBehindTheEndIsLeftOutWithItsSentence) {
  Kitchen kitchen;
  json meta = kitchen.meta();
  json& video = meta[kitchen.keys[2]];
  const size_t segments = video["segments"].size();
  video["segments"][1]["start_sec"] = video["duration_sec"].get<double>() + 1;
  video["segments"][1]["stop_sec"] = video["duration_sec"].get<double>() + 2;
  kitchen.write("meta_all.json", meta);
  RandomStream random(1, "augment");
  const YouCook2 data = kitchen.open();
  EXPECT_EQ(data.counts().dropped_segments, 1);
  EXPECT_EQ(data.counts().dropped, 0);
  const Sample sample = data.read(2, random);
  ASSERT_EQ(sample.clips.size(), segments - 1);
  ASSERT_EQ(sample.sentences.size(), segments - 1);
  const auto words = hdf5::File::open(kitchen.path(Kitchen::kWords)).read(kitchen.keys[2]);
  const auto tokens = kitchen.read(Kitchen::kSplits)[kitchen.keys[2]].get<std::vector<int64_t>>();
  const auto pieces = words.split_with_sizes(tokens);
  test::expect_same(sample.sentences[1], pieces[2]);
  EXPECT_EQ(sample.words.size(0), words.size(0) - tokens[1]);
}

TEST(BadInput, AnAnnotationForAMissingVideoIsCountedUpToTheAllowedShare) {
  Kitchen kitchen;
  kitchen.change(Kitchen::kFrames,
                 [&](const std::string& key, torch::Tensor rows) { return key == kitchen.keys[0] ? std::nullopt : std::optional(rows); });
  kitchen.options.allow_missing = 0.25;
  EXPECT_EQ(kitchen.open().size(), 3);
  EXPECT_EQ(kitchen.open().fingerprint().missing, 1);
  kitchen.options.allow_missing = 0.2;
  EXPECT_THAT(kitchen.failure(), AllOf(HasSubstr("1 of 4 videos of split 'val' have no features, at most 20% may"),
                                       HasSubstr(kitchen.keys[0]), HasSubstr("data.allow_missing")));
  kitchen.options.allow_missing = 1;
  kitchen.spec.strict = true;
  EXPECT_THAT(kitchen.failure(), HasSubstr("annotated video '" + kitchen.keys[0] + "' has no frame features"));
}

TEST(BadInput, MissingWordFeaturesCountAsMissing) {
  Kitchen kitchen;
  kitchen.change(Kitchen::kWords,
                 [&](const std::string& key, torch::Tensor rows) { return key == kitchen.keys[0] ? std::nullopt : std::optional(rows); });
  EXPECT_THAT(kitchen.failure(), HasSubstr("annotated video '" + kitchen.keys[0] + "' has no word features"));
}

TEST(BadInput, SentenceLengthsMustFitTheWords) {
  const Kitchen kitchen;
  const json good = kitchen.read(Kitchen::kSplits);
  const auto failure_with = [&](const std::function<void(json&)>& edit) {
    json splits = good;
    edit(splits[kitchen.keys[1]]);
    kitchen.write(Kitchen::kSplits, splits);
    return kitchen.failure();
  };
  EXPECT_THAT(failure_with([](json& list) { list[0] = list[0].get<int64_t>() - 1; }),
              AllOf(HasSubstr(kitchen.keys[1]), HasSubstr("add up to")));
  EXPECT_THAT(failure_with([](json& list) { list.push_back(2); }), HasSubstr("sentence lengths for"));
  EXPECT_THAT(failure_with([](json& list) { list[0] = 0; }), HasSubstr("sentence 0 has 0 tokens"));
  EXPECT_THAT(failure_with([](json& list) { list[0] = int64_t{1} << 62; }), HasSubstr("sentence 0 has 4611686018427387904 tokens"));
  EXPECT_THAT(failure_with([](json& list) { list[0] = "three"; }), HasSubstr("not a list of numbers of tokens"));
  EXPECT_THAT(failure_with([](json& list) { list = 3; }), HasSubstr("not a list of numbers of tokens"));
  json splits = good;
  splits.erase(kitchen.keys[1]);
  kitchen.write(Kitchen::kSplits, splits);
  EXPECT_THAT(kitchen.failure(), HasSubstr("there are no sentence lengths"));
}

TEST(BadInput, ACaptionLongerThanTheLimitNamesKeyAndLengths) {
  Kitchen kitchen;
  kitchen.options.max_words = 3;
  EXPECT_THAT(kitchen.failure(), AllOf(HasSubstr(kitchen.keys[0]), HasSubstr("tokens, the limit is 3"), HasSubstr("data.max_words=")));
  kitchen.options.max_words = 0;
  EXPECT_EQ(kitchen.failure(), "");
  kitchen.options.max_paragraph_words = 9;
  EXPECT_THAT(kitchen.failure(), AllOf(HasSubstr("the paragraph has"), HasSubstr("tokens, the limit is 9")));
}

TEST(BadInput, AnIndexOfFramesThatDisagreesIsNamed) {
  const Kitchen kitchen;
  EXPECT_EQ(kitchen.failure(), "");  // writes the index
  json counts = kitchen.read(Kitchen::kCounts);
  counts[kitchen.keys[3]] = counts[kitchen.keys[3]].get<int64_t>() + 1;
  kitchen.write(Kitchen::kCounts, counts);
  EXPECT_THAT(kitchen.failure(), AllOf(HasSubstr("num_frames.json: " + kitchen.keys[3]), HasSubstr("frames listed, the features have"),
                                       HasSubstr("delete the file")));
  counts[kitchen.keys[3]] = -4;
  kitchen.write(Kitchen::kCounts, counts);
  EXPECT_THAT(kitchen.failure(), HasSubstr("not a positive number of frames"));
}

TEST(BadInput, BadAnnotationsAreNamedByFileAndKey) {
  const Kitchen kitchen;
  const auto failure_with = [&](const std::string& text) {
    kitchen.write("meta_all.json", text);
    return kitchen.failure();
  };
  EXPECT_THAT(failure_with("{\"a\": "), AllOf(HasSubstr("meta_all.json: not valid JSON"), HasSubstr("unexpected end of input")));
  EXPECT_THAT(failure_with("{}\n\xff"), HasSubstr("not valid JSON"));
  EXPECT_THAT(failure_with("[1]"), HasSubstr("does not hold a JSON object"));
  EXPECT_THAT(failure_with(R"({"vid": {"split": "val"}})"), AllOf(HasSubstr("meta_all.json: vid"), HasSubstr("data_key")));
  const auto with = [](const std::string& data_key, const std::string& duration, const std::string& segments) {
    return R"({"vid": {"data_key": ")" + data_key + R"(", "split": "val", "duration_sec": )" + duration + R"(, "segments": )" + segments +
           "}}";
  };
  EXPECT_THAT(failure_with(with("x", "0", "[]")), HasSubstr("duration is not a positive number"));
  EXPECT_THAT(failure_with(with("x", "-1e3", "[]")), HasSubstr("duration is not a positive number"));
  EXPECT_THAT(failure_with(with("x", "1e-300", "[]")), HasSubstr("duration is not a positive number"));
  EXPECT_THAT(failure_with(with("x", "1e999", "[]")), HasSubstr("not valid JSON"));
  EXPECT_THAT(failure_with(with("x", "9", "3")), HasSubstr("'segments' is not a list"));
  EXPECT_THAT(failure_with(with("x", "9", "[{\"text\": 3}]")), HasSubstr("an entry is missing or of another type"));
  EXPECT_THAT(failure_with(with("../../x", "9", "[]")), HasSubstr("holds a slash"));
  EXPECT_EQ(failure_with(std::string(1 << 20, '[')).find('\n'), std::string::npos);
}

}  // namespace
}  // namespace vbench::video_text
