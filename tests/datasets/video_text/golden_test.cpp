#include <fstream>

#include "datasets/activitynet/activitynet.hpp"
#include "datasets/video_text/frame_sampling.hpp"
#include "datasets/video_text/meta.hpp"
#include "datasets/video_text/text_preprocessing.hpp"
#include "datasets/youcook2/youcook2.hpp"
#include "harness/core/error.hpp"
#include "tests/support/golden.hpp"

namespace vbench::video_text {
namespace {

using nlohmann::json;
using test::Golden;

int64_t at(const torch::Tensor& tensor, int64_t row, int64_t column) { return tensor[row][column].item<int64_t>(); }

torch::Tensor evaluation_tensor(int64_t frames, int64_t target) { return torch::tensor(evaluation_indices(frames, target)); }

TEST(FrameSampling, IndicesAreTheOriginalsOnes) {
  VBENCH_REQUIRE_GOLDEN(golden, "coot/sampling.h5");
  const auto check_values = [&](const std::string& name) {
    const size_t split = name.rfind('_');
    const int64_t frames = std::stoll(name.substr(4, split - 4));
    test::expect_same(evaluation_tensor(frames, std::stoll(name.substr(split + 1))), golden[name], name);
  };
  const auto check_pairs = [&](const std::string& name) {
    const torch::Tensor pairs = golden[name];
    for (int64_t i = 0; i < pairs.size(0); ++i) {
      EXPECT_TRUE(golden.has("val_" + std::to_string(at(pairs, i, 0)) + "_" + std::to_string(at(pairs, i, 1)))) << i;
    }
  };
  const auto check_expansion = [&](const std::string& name) {
    const torch::Tensor in = golden[name];  // frames of the video, least, start, stop
    const torch::Tensor out = golden["expand_out"];
    ASSERT_EQ(in.size(0), out.size(0));
    for (int64_t i = 0; i < in.size(0); ++i) {
      const FrameRange given{at(in, i, 2), at(in, i, 3) - at(in, i, 2)};
      const FrameRange expanded = expand_range(given, at(in, i, 1), at(in, i, 0));
      EXPECT_EQ(expanded, (FrameRange{at(out, i, 0), at(out, i, 1) - at(out, i, 0)})) << "row " << i;
      EXPECT_EQ(expanded != given, at(out, i, 2) != 0) << "row " << i;
    }
  };
  golden.for_each_group(
      {{"val_", check_values}, {"pairs", check_pairs}, {"expand_in", check_expansion}, {"expand_out", [&](const std::string&) {
                                                                                          EXPECT_TRUE(golden.has("expand_in"));
                                                                                        }}});
}

TEST(TextPreprocessing, EveryModeWritesWhatTheOriginalWrites) {
  const auto path = test::golden_root() / "coot" / "text_preprocessing.json";
  if (!std::filesystem::exists(path) && !test::golden_root_is_default()) GTEST_SKIP() << path << " is not there";
  std::ifstream file(path);
  ASSERT_TRUE(file) << path << " is missing under the default golden root";
  for (const json& entry : json::parse(file)) {
    const auto input = entry.at("input").get<std::vector<std::string>>();
    for (const auto& [mode, expected] : entry.items()) {
      if (mode == "input") continue;
      if (expected.is_object()) {
        EXPECT_THROW((void)preprocess_text(input, text_mode(mode)), Error) << mode << " of " << entry["input"];
      } else {
        EXPECT_EQ(preprocess_text(input, text_mode(mode)), expected.get<std::vector<std::string>>()) << mode;
      }
    }
  }
}

/// Checks one dataset of dataset.h5 against the files of tiny/.
class TinyDataset {
 public:
  TinyDataset(const Golden& golden, std::string name) : golden_(golden), name_(std::move(name)) {}

  template <class Data>
  void check(Options options) {
    options.video_width = integer("vid_feat_dim");
    options.text_width = integer("text_feat_dim");
    options.max_frames = options.max_video_frames = integer("max_frames");
    options.add_stop_frame = integer("add_stop_frame");
    options.expand_segments = integer("expand_segments");
    options.eval_split = golden_.text(name_, "split");
    RunSpec spec;
    // A copy: the first opening writes an index of frames beside the features.
    std::filesystem::copy(test::golden_root() / "coot" / "tiny" / name_, folder_ / name_, std::filesystem::copy_options::recursive);
    spec.data_root = folder_.path().string();
    spec.source = SourceChoice::kReal;
    for (const bool preload : {false, true}) {
      spec.preload = preload;
      const Data data = Data::open(options, spec, Role::kEvaluate);
      check_items(data);
      check_batch(data);
    }
    check_sentences();
  }

 private:
  [[nodiscard]] int64_t integer(const std::string& attribute) const { return static_cast<int64_t>(golden_.number(name_, attribute)); }

  void check_items(const RetrievalData& data) const {
    std::vector<std::string> keys, data_keys;
    json segments = json::object();
    for (const Item& item : data.items()) {
      keys.push_back(item.key);
      data_keys.push_back(item.data_key);
      for (const FrameRange& clip : item.clips) segments[item.key].push_back({clip.start, clip.count});
    }
    EXPECT_EQ(json(keys), golden_.json(name_, "keys_json")) << name_;
    EXPECT_EQ(json(data_keys), golden_.json(name_, "data_keys_json")) << name_;
    const json expected = golden_.json(name_, "segments_json");
    for (const auto& [key, list] : expected.items()) EXPECT_EQ(segments[key], list) << name_ << " " << key;
    EXPECT_EQ(segments.size(), expected.size()) << name_;
  }

  void check_batch(const RetrievalData& data) const {
    std::vector<Sample> samples;
    const torch::Tensor indices = golden_[name_ + "/item_indices"];
    for (int64_t i = 0; i < indices.size(0); ++i) {
      RandomStream random(1, "augment", 0, static_cast<uint64_t>(i));
      samples.push_back(data.read(indices[i].item<int64_t>(), random));
    }
    const Batch batch = RetrievalData::collate(samples);
    check_sequences(batch.video, "vid_feat");
    check_sequences(batch.paragraph, "par_feat");
    check_sequences(batch.clips, "clip_feat");
    check_sequences(batch.sentences, "sent_feat");
    test::expect_same(torch::tensor(batch.clip_num), golden_[name_ + "/batch/clip_num"], name_ + " clip_num");
    test::expect_same(torch::tensor(batch.sent_num), golden_[name_ + "/batch/sent_num"], name_ + " sent_num");
  }

  void check_sequences(const Sequences& sequences, const std::string& field) const {
    const std::string base = name_ + "/batch/" + field;
    test::expect_same(sequences.padded(), golden_[base], base);
    test::expect_same(sequences.padding().to(torch::kByte), golden_[base + "_mask"].to(torch::kByte), base + "_mask");
    test::expect_same(torch::tensor(sequences.lengths), golden_[base + "_len"], base + "_len");
  }

  void check_sentences() const {
    const json expected = golden_.json(name_, "sentences_json");
    const Annotations annotations = read_annotations(name_, folder_ / name_);
    size_t next = 0;
    for (const ItemMeta& item : annotations.items) {
      if (item.split != golden_.text(name_, "split") || next >= expected.size()) continue;
      std::vector<std::string> sentences;
      for (const SegmentMeta& segment : item.segments) sentences.push_back(segment.text);
      EXPECT_EQ(json(preprocess_text(sentences, TextMode::kBertPaper)), expected[next++]) << item.key;
    }
    EXPECT_EQ(next, expected.size()) << name_;
  }

  const test::TemporaryFolder folder_;
  const Golden& golden_;
  const std::string name_;
};

TEST(TinyDatasets, BatchesAreTheOriginalsOnes) {
  VBENCH_REQUIRE_GOLDEN(golden, "coot/dataset.h5");
  golden.for_each_group(
      {{"youcook2", [&](const std::string& name) { TinyDataset(golden, name).check<YouCook2>(youcook2_options()); }},
       {"activitynet", [&](const std::string& name) { TinyDataset(golden, name).check<ActivityNet>(activitynet_options()); }}});
}

}  // namespace
}  // namespace vbench::video_text
