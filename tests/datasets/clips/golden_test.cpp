// The original's tiny dataset: its lists, and its clips from database to tensor.
#include <torch/types.h>

#include "datasets/clips/media.hpp"
#include "datasets/transforms/clip_pipeline.hpp"
#include "tests/datasets/clips/fixture.hpp"

namespace vbench::clips {
namespace {

const test::Tolerance kTensor{.absolute = 1e-5, .relative = 0, .why = "golden/README.md: tensors of equal pictures"};
constexpr double kOtherJpegLibrary = 2;  // golden/README.md

fs::path tiny() { return test::golden_root() / "srtg" / "tiny_dataset"; }

/// @param stored  uint8 [n, H, W, 3]
std::vector<cv::Mat> pictures(const torch::Tensor& stored) {
  std::vector<cv::Mat> frames;
  for (int64_t i = 0; i < stored.size(0); ++i) {
    const torch::Tensor one = stored[i].contiguous();
    frames.push_back(cv::Mat(static_cast<int>(one.size(0)), static_cast<int>(one.size(1)), CV_8UC3, one.data_ptr()).clone());
  }
  return frames;
}

double largest_difference(const std::vector<cv::Mat>& frames, const std::vector<cv::Mat>& expected) {
  EXPECT_EQ(frames.size(), expected.size());
  double largest = 0;
  for (size_t i = 0; i < std::min(frames.size(), expected.size()); ++i)
    largest = std::max(largest, test::difference(frames[i], expected[i]));
  return largest;
}

/// One request as the golden file stores it.
struct Request {
  Request(const test::Golden& golden, const std::string& group)
      : place(golden.text(group, "relative_path")),
        shorter_side(static_cast<int64_t>(golden.number(group, "resize_shorter_side"))),
        size{static_cast<int64_t>(golden.number(group, "clip_length")), static_cast<int64_t>(golden.number(group, "clip_size")),
             static_cast<int64_t>(golden.number(group, "clip_size"))} {
    pipeline.evaluation = {.shorter_side = shorter_side, .centre_crop = 0, .crop = 0, .size = 0};
  }
  std::string place;
  int64_t shorter_side;
  video::ClipSize size;
  video::PipelineOptions pipeline;
};

TEST(GoldenClips, AreThoseOfTheOriginalAtEveryStep) {
  VBENCH_REQUIRE_GOLDEN(golden, "srtg/loader.h5");
  const Media media(tiny() / "data" / "Tiny_videos" / "jpg");
  test::for_each_request(golden, [&](const std::string& group) {
    const Request request(golden, group);
    const auto source = media.open(request.place);
    const auto decoded = test::read_as_upstream(golden, group, *source, {.min_shorter_side = request.shorter_side});
    const auto stored = pictures(golden[group + "/decoded_bgr_uint8"]);
    EXPECT_LE(largest_difference(decoded, stored), kOtherJpegLibrary);

    std::vector<cv::Mat> resized, cropped;
    for (const auto& frame : stored) {
      resized.push_back(video::resize_shorter_side(frame, request.shorter_side));
      cropped.push_back(video::crop_centre(resized.back(), {request.size.height, request.size.width}));
    }
    EXPECT_EQ(largest_difference(resized, pictures(golden[group + "/resized_uint8"])), 0);
    EXPECT_EQ(largest_difference(cropped, pictures(golden[group + "/cropped_uint8"])), 0);
    const video::ClipPipeline pipeline(request.pipeline, request.size);
    test::expect_close(pipeline.evaluate(stored), golden[group + "/tensor_cthw"], kTensor, group);
  });
}

RunSpec tiny_run() {
  RunSpec spec;
  spec.dataset = "own-videos";
  spec.source = SourceChoice::kReal;
  spec.verbosity = -1;
  return spec;
}

Options tiny_options() {
  Options options = options_of("own-videos");
  options.labels = (tiny() / "labels").string();
  options.media = (tiny() / "data" / "Tiny_videos" / "jpg").string();
  return options;
}

nlohmann::json stored_json(const test::Golden& golden, const std::string& name) {
  const torch::Tensor bytes = golden[name].contiguous();
  return nlohmann::json::parse(std::string(static_cast<const char*>(bytes.data_ptr()), static_cast<size_t>(bytes.numel())));
}

TEST(GoldenClips, AreListedAsTheOriginalLists) {
  VBENCH_REQUIRE_GOLDEN(golden, "srtg/loader.h5");
  const auto dictionary = stored_json(golden, "label_dictionary_json");
  for (const auto& [role, name, missing] :
       {std::tuple{Role::kTrain, "train_video_dict_json", 1}, std::tuple{Role::kEvaluate, "val_video_dict_json", 0}}) {
    const auto data = ClipData::open(tiny_options(), tiny_run(), role);
    EXPECT_EQ(data.class_names().size(), dictionary.size());
    for (const auto& [label, index] : dictionary.items()) EXPECT_EQ(data.class_names()[index.get<size_t>()], label);
    EXPECT_EQ(data.fingerprint().missing, missing) << "vid_missing is listed for training";
    const auto videos = stored_json(golden, name);
    ASSERT_EQ(data.size(), static_cast<int64_t>(videos.size()));
    int64_t index = 0;
    for (const auto& video : videos) {  // key, running number, label, path, frames
      const Sample sample = test::read(data, index);
      EXPECT_EQ(sample.label, video[2].get<int64_t>());
      EXPECT_TRUE(video[3].get<std::string>().ends_with(data.name(index))) << video[3];
      EXPECT_EQ(Media(tiny_options().media).open(video[3].get<std::string>())->frames(), video[4].get<int64_t>());
      ++index;
    }
  }
}

TEST(GoldenClips, ComeOutOfTheDatasetItself) {
  VBENCH_REQUIRE_GOLDEN(golden, "srtg/loader.h5");
  const Request request(golden, "all_24");  // every frame of a validation video: the sampler has no choice
  Options options = tiny_options();
  options.sampling.frames = request.size.frames;
  options.sampling.evaluation_interval = 1;
  options.clip_side = request.size.height;
  options.pipeline.evaluation = request.pipeline.evaluation;
  const auto data = ClipData::open(options, tiny_run(), Role::kEvaluate);
  ASSERT_EQ(data.name(1), request.place);
  const auto decoded = Media(options.media).open(request.place)->read(std::vector<int64_t>{0, 1, 2});
  const auto stored = pictures(golden["all_24/decoded_bgr_uint8"].slice(0, 0, 3));
  if (largest_difference(decoded, stored) > 0) GTEST_SKIP() << "another JPEG library";
  test::expect_close(test::read(data, 1).clips[0], golden["all_24/tensor_cthw"], kTensor, "all_24");
}

}  // namespace
}  // namespace vbench::clips
