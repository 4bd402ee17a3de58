#include "datasets/synthetic/real_annotations.hpp"

#include <fstream>

#include "datasets/synthetic/synthesize.hpp"
#include "datasets/synthetic/word_vectors.hpp"
#include "datasets/video_text/meta.hpp"
#include "harness/core/files.hpp"
#include "tests/support/golden.hpp"

namespace vbench::synthetic {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::error_of;
using test::TemporaryFolder;

const std::string kVectors = "stir 1 0 0\nsoup 0 1 0\nthe 0.5 0.5 -1e-1\n";
const std::string kAnnotations = R"({"database": {
  "aaaaaaaaaaa": {"duration": 40.0, "subset": "training", "annotations": [{"segment": [4, 12], "id": 0, "sentence": " Stir  the soup. "},
                                                                          {"segment": [20, 30], "id": 1, "sentence": "the soup"}]},
  "bbbbbbbbbbb": {"duration": 8, "subset": "validation", "annotations": [{"segment": [0, 8], "id": 0, "sentence": "stir, zorble"}]}}})";

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

std::string vectors_error(const std::string& text) {
  const TemporaryFolder folder;
  write(folder / "vectors.txt", text);
  return error_of([&] { (void)WordVectors::read(folder / "vectors.txt"); });
}

TEST(WordVectors, ReadsGloVeText) {
  const TemporaryFolder folder;
  write(folder / "vectors.txt", kVectors);
  const auto vectors = WordVectors::read(folder / "vectors.txt");
  EXPECT_EQ(vectors.size(), 3);
  EXPECT_EQ(vectors.width(), 3);
  EXPECT_EQ(vectors.vector("the"), (Latent{0.5F, 0.5F, -0.1F}));
}

TEST(WordVectors, UnknownWordsGetTheSameVectorEveryTime) {
  const TemporaryFolder folder;
  write(folder / "vectors.txt", kVectors);
  const auto vectors = WordVectors::read(folder / "vectors.txt");
  EXPECT_FALSE(vectors.has("zorble"));
  EXPECT_EQ(vectors.vector("zorble"), WordVectors::read(folder / "vectors.txt").vector("zorble"));
  EXPECT_NE(vectors.vector("zorble"), vectors.vector("zorbel"));
}

TEST(WordVectors, NamesTheBadLine) {
  EXPECT_NE(vectors_error("a 1 2\nb 1\n").find("line 2: 1 numbers, the first line has 2"), std::string::npos);
  EXPECT_NE(vectors_error("a 1 2\nb 1 2\nc 1 2 3\n").find("line 3: 3 numbers"), std::string::npos);
  EXPECT_NE(vectors_error("a 1 2\nb 1 x2\n").find("line 2: 'x2' is not a finite number"), std::string::npos);
  EXPECT_NE(vectors_error("a 1 nan\n").find("line 1: 'nan' is not a finite number"), std::string::npos);
  EXPECT_NE(vectors_error("a 1 1e300\n").find("line 1"), std::string::npos);
  EXPECT_NE(vectors_error("a 1\na 2\n").find("line 2: the word 'a' was there before"), std::string::npos);
  EXPECT_NE(vectors_error("a 1\n\nb 2\n").find("line 2"), std::string::npos);
  EXPECT_NE(vectors_error(std::string(3 << 20, 'x')).find("line 1: the line is longer"), std::string::npos);
  EXPECT_NE(vectors_error("").find("no word vectors"), std::string::npos);
  EXPECT_NE(error_of([] { (void)WordVectors::read("/nowhere/vectors.txt"); }).find("cannot read"), std::string::npos);
}

TEST(Tokens, AreLowerCaseWordsWithMarksBetweenSentences) {
  EXPECT_EQ(tokens_of("Stir, the Soup."), (std::vector<std::string>{"stir", "the", "soup"}));
  EXPECT_EQ(tokens_of("Stir it. Then eat. "), (std::vector<std::string>{"stir", "it", "[SEP]", "then", "eat"}));
  EXPECT_TRUE(tokens_of(" ... ").empty());
}

struct Small {
  TemporaryFolder folder;
  RealAnnotationOptions options = youcook2_annotations();
  Small() {
    write(folder / "vectors.txt", kVectors);
    write(folder / "youcookii_annotations_trainval.json", kAnnotations);
    options.video_width = 16;
    options.text_width = 3;
  }
  DataReport run(const std::string& name) {
    return write_real_annotation_features(folder / name, "youcook2", folder.path(), folder / "vectors.txt", options);
  }
  [[nodiscard]] torch::Tensor words(const std::string& name, const std::string& key) const {
    return hdf5::File::open(folder / name / "text_feat_youcook2_meta_all_transformers_bert-base-uncased_-2,-1.h5").read(key);
  }
};

TEST(RealAnnotations, KeepSegmentsAndSentencesAndUseTheWordVectors) {
  Small small;
  const DataReport report = small.run("out");
  EXPECT_EQ(report.listed, 2);
  EXPECT_EQ(report.facts.back(), "6 of 7 words (85.7%) have a word vector");
  const json meta = json::parse(read_file(small.folder / "out" / "meta_all.json"));
  EXPECT_EQ(meta["aaaaaaaaaaa"]["segments"][0], (json{{"text", "Stir the soup."}, {"start_sec", 4.0}, {"stop_sec", 12.0}}));
  EXPECT_EQ(meta["bbbbbbbbbbb"]["split"], "val");
  const auto words = small.words("out", "aaaaaaaaaaa");
  ASSERT_EQ(words.size(0), 8);  // [CLS] stir the soup [SEP] the soup [SEP]
  test::expect_same(words[1], torch::tensor({1.0F, 0.0F, 0.0F}));
  test::expect_same(words[6], torch::tensor({0.0F, 1.0F, 0.0F}));
  test::expect_same(words[4], words[7]);
  EXPECT_EQ(json::parse(read_file(small.folder / "out" / "SYNTHETIC.json"))["annotations"], "real");
  const auto splits =
      read_file(small.folder / "out" / "text_feat_youcook2_meta_all_transformers_bert-base-uncased_-2,-1_sentence_splits.json");
  EXPECT_EQ(json::parse(splits)["aaaaaaaaaaa"], (json{5, 3}));
}

TEST(RealAnnotations, FramesShowTheSegmentThatCoversThem) {
  Small small;
  small.options.frame_noise = 0;
  small.options.fps = 1;
  small.run("out");
  const auto frames = hdf5::File::open(small.folder / "out" / "video_feat_100m.h5").read("aaaaaaaaaaa");
  ASSERT_EQ(frames.sizes(), (std::vector<int64_t>{40, 16}));
  test::expect_same(frames[4], frames[11]);
  EXPECT_FALSE(torch::equal(frames[3], frames[4]));
  EXPECT_FALSE(torch::equal(frames[11], frames[12]));
  EXPECT_FALSE(torch::equal(frames[11], frames[20]));
  small.options.max_frames = 10;
  small.run("out");
  EXPECT_EQ(hdf5::File::open(small.folder / "out" / "video_feat_100m.h5").shape("aaaaaaaaaaa")[0], 10);
}

TEST(RealAnnotations, ASegmentThatNeverEndsShowsTillTheEnd) {
  Small small;
  small.options.frame_noise = 0;
  small.options.fps = 1;
  std::string text = kAnnotations;
  text.replace(text.find("[20, 30]"), 8, "[20, 1e300]");
  write(small.folder / "youcookii_annotations_trainval.json", text);
  small.run("out");
  const auto frames = hdf5::File::open(small.folder / "out" / "video_feat_100m.h5").read("aaaaaaaaaaa");
  test::expect_same(frames[39], frames[20]);
  EXPECT_FALSE(torch::equal(frames[19], frames[20]));
}

TEST(RealAnnotations, WordVectorsArePaddedOrProjectedToTheWidth) {
  Small small;
  small.options.text_width = 5;
  small.run("wide");
  const auto wide = small.words("wide", "aaaaaaaaaaa");
  test::expect_same(wide[1], torch::tensor({1.0F, 0.0F, 0.0F, 0.0F, 0.0F}));
  small.options.text_width = 2;
  small.run("narrow");
  const auto narrow = small.words("narrow", "aaaaaaaaaaa");
  EXPECT_EQ(narrow.size(1), 2);
  EXPECT_FALSE(torch::equal(narrow[1], narrow[3]));
}

TEST(RealAnnotations, BadAnnotationsAreNamedByFileAndVideo) {
  Small small;
  const auto failure = [&](const std::string& text) {
    write(small.folder / "youcookii_annotations_trainval.json", text);
    return error_of([&] { small.run("bad"); });
  };
  EXPECT_NE(failure("{").find("not valid JSON"), std::string::npos);
  EXPECT_NE(failure("{}").find("no 'database'"), std::string::npos);
  EXPECT_NE(failure(R"({"database": {"aaaaaaaaaaa": {"duration": 0, "subset": "training", "annotations": []}}})")
                .find("aaaaaaaaaaa: the duration"),
            std::string::npos);
  EXPECT_NE(failure(R"({"database": {"aaaaaaaaaaa": {"duration": 9, "subset": "training", "annotations": []}}})").find("no segments"),
            std::string::npos);
  EXPECT_NE(failure(R"({"database": {"a": {"duration": 9, "subset": "training", "annotations": [{"segment": 3, "sentence": "x"}]}}})")
                .find("pair of times"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(small.folder / "bad"));
}

TEST(RealAnnotations, SettingsNeedBothFilesAndRefuseOptionsOfTheStandIn) {
  const TemporaryFolder folder;
  DataRequest request;
  request.settings = {"annotations=" + folder.path().string()};
  EXPECT_NE(error_of([&] { synthesize_youcook2(request, (folder / "x").string()); }).find("belong together"), std::string::npos);
  request.settings = {"annotations=a", "word_vectors=b", "train_videos=3"};
  EXPECT_NE(error_of([&] { synthesize_youcook2(request, (folder / "x").string()); }).find("train_videos"), std::string::npos);
}

class OfficialFiles : public ::testing::TestWithParam<const char*> {};

TEST_P(OfficialFiles, GiveAReadableFolder) {
  const std::string dataset = GetParam();
  const fs::path root = test::real_data_root();
  const fs::path vectors = root / "word-vectors" / "glove.6B.300d.youcook2-words.txt";
  if (!fs::exists(root / dataset) || !fs::exists(vectors)) GTEST_SKIP() << "no real annotations and word vectors below " << root;
  const TemporaryFolder folder;
  DataRequest request;
  request.settings = {"annotations=" + (root / dataset).string(), "word_vectors=" + vectors.string(), "max_videos=20", "video_width=32"};
  const bool activitynet = dataset == "activitynet";
  const DataReport report =
      activitynet ? synthesize_activitynet(request, (folder / "d").string()) : synthesize_youcook2(request, (folder / "d").string());
  EXPECT_EQ(report.listed, activitynet ? 60 : 40);
  const json meta = json::parse(read_file(folder / "d" / "meta_all.json"));
  const auto words = hdf5::File::open(folder / "d" / ("text_feat_" + dataset + "_meta_all_transformers_bert-base-uncased_-2,-1.h5"));
  for (const auto& [key, item] : meta.items()) {
    EXPECT_EQ(words.shape(key)[1], 300);
    EXPECT_TRUE(torch::isfinite(words.read(key)).all().item<bool>());
    if (activitynet) {
      const std::string file = "v_" + item["data_key"].get<std::string>() + ".npz";
      EXPECT_TRUE(fs::exists(folder / "d" / "features" / "ICEP_V3_global_pool_skip_8_direct_resize" / file)) << file;
    }
  }
}

TEST(OfficialAnnotations, HaveTheKnownNumberOfVideos) {
  const fs::path root = test::real_data_root();
  if (!fs::exists(root / "youcook2") || !fs::exists(root / "activitynet")) GTEST_SKIP() << "no real annotations below " << root;
  EXPECT_EQ(video_text::read_official_annotations("youcook2", root / "youcook2").items.size(), 1333U + 457U);
  EXPECT_EQ(video_text::read_official_annotations("activitynet", root / "activitynet").items.size(), 10009U + 4917U + 4885U);
}

INSTANTIATE_TEST_SUITE_P(RealAnnotations, OfficialFiles, ::testing::Values("youcook2", "activitynet"));

}  // namespace
}  // namespace vbench::synthetic
