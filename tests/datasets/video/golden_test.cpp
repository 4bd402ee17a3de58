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
  test::for_each_request(golden, [&](const std::string& group) {
    const auto source = video::open_frames(root / golden.text(group, "relative_path"));
    ASSERT_EQ(source->frames(), 24);
    expect_frames(test::read_as_upstream(golden, group, *source), golden[group + "/decoded_bgr_uint8"]);
  });
}

}  // namespace
}  // namespace vbench
