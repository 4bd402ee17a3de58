// SeLaVi's transforms and sampling in time as the original computes them.
#include <gtest/gtest.h>

#include "datasets/transforms/clip_colour.hpp"
#include "datasets/transforms/scaled_crop.hpp"
#include "datasets/transforms/stretch_sampling.hpp"
#include "tests/datasets/transforms/images.hpp"
#include "tests/support/golden.hpp"

namespace vbench::video {
namespace {

using test::expect_close;
using test::Golden;

const test::Tolerance kTransforms{.absolute = 2e-6, .why = "float32, normalised before or after resizing"};

/// Reference frames are red, green, blue; ours blue, green, red.
void expect_spatial(const Golden& golden, const std::string& group) {
  const auto frames = test::to_images(golden[group + "/frames"].flip(3));
  const auto side = static_cast<int64_t>(golden.number(group, "crop_size"));
  const auto place = static_cast<CropPlace>(static_cast<int>(golden.number(group, "spatial_idx")));
  const auto clip = cut_clip(frames, fixed_crop(size_of(frames.front()), side, place));
  expect_close(clip, golden[group + "/output"], kTransforms, group);
}

/// Reference clips have their channels behind the frames.
torch::Tensor clip_of(const Golden& golden, const std::string& name) { return golden[name].transpose(0, 1); }

void expect_grey(const Golden& golden, const std::string& group) {
  expect_close(to_grey(clip_of(golden, group + "/input")), clip_of(golden, group + "/output"), kTransforms, group);
}

void expect_blend(const Golden& golden, const std::string& group) {
  const auto blended = blend(clip_of(golden, group + "/input"), clip_of(golden, group + "/other"), golden.number(group, "alpha"));
  expect_close(blended, clip_of(golden, group + "/output"), kTransforms, group);
}

void expect_stretches(const Golden& golden, const std::string& name) {
  const auto rows = golden[name];
  ASSERT_GT(rows.size(0), 0);
  for (int64_t i = 0; i < rows.size(0); ++i) {
    const auto column = [&](int64_t j) { return rows[i][j].item<double>(); };
    const auto stretch = fixed_stretch(column(0), column(1), static_cast<int64_t>(column(2)), static_cast<int64_t>(column(3)));
    EXPECT_EQ(stretch.start, column(4)) << "row " << i;
    EXPECT_DOUBLE_EQ(stretch.end, column(5)) << "row " << i;
  }
}

TEST(GoldenTransforms, AreTheOriginals) {
  VBENCH_REQUIRE_GOLDEN(golden, "selavi/transforms.h5");
  golden.for_each_group({{"spatial_", [&](const std::string& group) { expect_spatial(golden, group); }},
                         {"grayscale", [&](const std::string& group) { expect_grey(golden, group); }},
                         {"blend", [&](const std::string& group) { expect_blend(golden, group); }},
                         {"start_end_f64", [&](const std::string& name) { expect_stretches(golden, name); }}});
}

TEST(GoldenTransforms, FramesOfAStretchAreTheOriginals) {
  VBENCH_REQUIRE_GOLDEN(golden, "selavi/transforms.h5");
  const auto cases = golden.json("", "temporal_sampling_json");
  ASSERT_FALSE(cases.empty());
  for (const auto& one : cases) {
    const Stretch stretch{one.at("start").get<double>(), one.at("end").get<double>()};
    EXPECT_EQ(frames_of_stretch(stretch, one.at("samples").get<int64_t>(), one.at("frames").get<int64_t>()),
              one.at("indices").get<std::vector<int64_t>>())
        << one;
  }
}

}  // namespace
}  // namespace vbench::video
