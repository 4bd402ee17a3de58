// The frames that the original loader decodes from its databases.
#include "tests/datasets/video/fixture.hpp"

namespace vbench {
namespace {

constexpr double kOtherJpegLibrary = 2;  // golden/README.md

/// @param stored  uint8 [n, H, W, 3]
void expect_frames(const std::vector<cv::Mat>& frames, const torch::Tensor& stored) {
  ASSERT_EQ(static_cast<int64_t>(frames.size()), stored.size(0));
  for (int64_t i = 0; i < stored.size(0); ++i) {
    const torch::Tensor one = stored[i].contiguous();
    const cv::Mat expected(static_cast<int>(one.size(0)), static_cast<int>(one.size(1)), CV_8UC3, one.data_ptr());
    EXPECT_LE(test::difference(frames[static_cast<size_t>(i)], expected), kOtherJpegLibrary) << "frame " << i;
  }
}

TEST(GoldenFrames, AreThoseOfTheOriginalLoader) {
  VBENCH_REQUIRE_GOLDEN(golden, "srtg/loader.h5");
  const auto root = test::golden_root() / "srtg" / "tiny_dataset" / "data" / "Tiny_videos" / "jpg";
  int64_t requests = 0;
  const auto compare = [&](const std::string& group) {
    const auto wanted = golden[group + "/frame_indices"].to(torch::kLong).contiguous();
    const auto source = video::open_frames(root / golden.text(group, "relative_path"));
    ASSERT_EQ(source->frames(), 24);
    const std::span<const int64_t> indices(wanted.data_ptr<int64_t>(), static_cast<size_t>(wanted.numel()));
    expect_frames(source->read(video::as_upstream_reads(indices, source->frames())), golden[group + "/decoded_bgr_uint8"]);
    ++requests;
  };
  const auto not_of_frames = [](const std::string&) {};  // labels: tests of the label reader
  golden.for_each_group({{"all_24", compare},
                         {"crop_larger_than_image", compare},
                         {"duplicates", compare},
                         {"fewer_frames_than_clip", compare},
                         {"kinetics_val_294_256", compare},
                         {"out_of_range_partly", compare},
                         {"unordered_request", compare},
                         {"val_basic", compare},
                         {"label_dictionary_json", not_of_frames},
                         {"train_video_dict_json", not_of_frames},
                         {"val_video_dict_json", not_of_frames}});
  EXPECT_EQ(requests, 8);
}

}  // namespace
}  // namespace vbench
