#include <gtest/gtest.h>

#include "datasets/transforms/clip_pipeline.hpp"
#include "harness/core/text.hpp"
#include "tests/datasets/transforms/images.hpp"
#include "tests/support/golden.hpp"

namespace vbench::video {
namespace {

using test::expect_close;
using test::Golden;
using test::to_image;
using test::to_tensor;

// The reference was computed with the same release of OpenCV, so pixels are equal; another release may differ by one, and by two where
// pixels are interpolated.
constexpr bool kSameOpenCv = CV_VERSION_MAJOR == 4 && CV_VERSION_MINOR == 6;
const test::Tolerance kColour{kSameOpenCv ? 0.0 : 1.0, 0, "8-bit pixels"};
const test::Tolerance kInterpolated{kSameOpenCv ? 0.0 : 2.0, 0, "8-bit interpolated pixels"};
const test::Tolerance kFloat{1e-5, 0, "float32 of 8-bit pixels"};

/// The numbers at the end of "gamma_0.85_1_1.15".
std::vector<double> numbers_of(const std::string& group) {
  std::vector<double> numbers;
  for (const auto& piece : split(group.substr(group.rfind('/') + 1), '_')) {
    if (const auto number = parse_double(piece)) numbers.push_back(*number);
  }
  return numbers;
}

PerChannel per_channel(const std::string& group) {
  const auto numbers = numbers_of(group);
  EXPECT_EQ(numbers.size(), 3U) << group;
  return {numbers.at(0), numbers.at(1), numbers.at(2)};
}

/// The operators of one image of the file.
class ImageOperators {
 public:
  ImageOperators(const Golden& golden, const std::string& image) : golden_(golden), input_(to_image(golden[image + "/input_uint8"])) {}

  void colour(const std::string& group, const cv::Mat& output) const { compare(group, output, kColour); }
  void interpolated(const std::string& group, const cv::Mat& output) const { compare(group, output, kInterpolated); }
  [[nodiscard]] const cv::Mat& input() const { return input_; }
  [[nodiscard]] double number(const std::string& group, const char* name) const { return golden_.number(group, name); }
  [[nodiscard]] int64_t whole(const std::string& group, const char* name) const { return static_cast<int64_t>(number(group, name)); }
  [[nodiscard]] ImageSize size(const std::string& group) const { return {whole(group, "height"), whole(group, "width")}; }

  void hue_saturation(const std::string& group) const {
    colour(group, shift_hue_saturation(input_, whole(group, "hue_value"), whole(group, "saturation_value")));
  }
  void resize_shorter(const std::string& group) const {
    const cv::Mat output = resize_shorter_side(input_, whole(group, "shorter"));
    if (golden_.has(group + "/output_uint8")) return interpolated(group, output);
    expect_close(to_tensor(output(cv::Rect(0, 0, 64, 64))), golden_[group + "/output_crop_top_left_64x64"], kInterpolated, group);
    const auto sum = to_tensor(output).to(torch::kLong).sum().item<int64_t>();
    EXPECT_NEAR(static_cast<double>(sum), golden_[group + "/sum"].item<double>(), kInterpolated.absolute * output.total()) << group;
  }
  void perspective(const std::string& group) const {
    const auto stored = golden_[group + "/matrix"].contiguous();
    Perspective warp{cv::Matx33d(stored.data_ptr<double>()), {whole(group, "max_height"), whole(group, "max_width")}};
    interpolated(group, warp_perspective(input_, warp));
    // The corners that this matrix pulls to the rectangle give the same matrix and rectangle back.
    const auto w = static_cast<double>(warp.size.width), h = static_cast<double>(warp.size.height);
    const std::array<cv::Vec3d, 4> rectangle{cv::Vec3d(0, 0, 1), {w, 0, 1}, {w, h, 1}, {0, h, 1}};
    AugmentDraw::Corners inward{};
    for (size_t i = 0; i < 4; ++i) {
      const cv::Vec3d corner = warp.matrix.inv() * rectangle[i];
      const double x = corner[0] / corner[2] / input_.cols, y = corner[1] / corner[2] / input_.rows;
      inward[i] = {i == 1 || i == 2 ? 1 - x : x, i >= 2 ? 1 - y : y};
    }
    const auto again = perspective_of(size_of(input_), inward);
    EXPECT_EQ(again.size, warp.size) << group;
    EXPECT_LT(cv::norm(again.matrix - warp.matrix), 1e-4) << group;
  }

 private:
  void compare(const std::string& group, const cv::Mat& output, const test::Tolerance& tolerance) const {
    const auto expected = golden_[group + "/output_uint8"];
    ASSERT_EQ(to_tensor(output).sizes(), expected.sizes()) << group;
    expect_close(to_tensor(output).to(torch::kInt), expected.to(torch::kInt), tolerance, group);
  }

  const Golden& golden_;
  cv::Mat input_;
};

/// The clip that the file's pipelines got: the image, upside down, and mirrored.
std::vector<cv::Mat> three_frames(const cv::Mat& image) {
  cv::Mat upside_down;
  cv::flip(image, upside_down, 0);
  return {image, upside_down, flip_horizontally(image)};
}

ClipPipeline evaluation_pipeline(const ViewOptions& view, const ClipSize& size) {
  PipelineOptions options;
  options.evaluation = view;
  return {options, size};
}

void check_image(const Golden& golden, const std::string& image) {
  const ImageOperators op(golden, image);
  const cv::Mat& input = op.input();
  using Name = const std::string&;
  const auto evaluate = [&](Name g, const ClipSize& size) {
    const auto pipeline = evaluation_pipeline({.shorter_side = 50, .centre_crop = 0, .crop = 40}, size);
    expect_close(pipeline.evaluate(three_frames(input)), golden[g + "/output_cthw"], kFloat, g);
  };
  golden.for_each_group(
      {
          {"input_uint8", [](Name) {}},
          {"add_", [&](Name g) { op.colour(g, add(input, per_channel(g))); }},
          {"average_blur_", [&](Name g) { op.colour(g, blur_average(input, op.whole(g, "k"))); }},
          {"gaussian_blur_", [&](Name g) { op.colour(g, blur_gaussian(input, op.number(g, "sigma"))); }},
          {"multiply_", [&](Name g) { op.colour(g, multiply(input, op.number(g, "factor"))); }},
          {"gamma_", [&](Name g) { op.colour(g, contrast_gamma(input, per_channel(g))); }},
          {"linear_contrast_", [&](Name g) { op.colour(g, contrast_linear(input, op.number(g, "alpha"))); }},
          {"hue_sat_", [&](Name g) { op.hue_saturation(g); }},
          {"fliplr", [&](Name g) { op.colour(g, flip_horizontally(input)); }},
          {"rotate_", [&](Name g) { op.interpolated(g, rotate(input, op.number(g, "degrees"))); }},
          {"perspective_", [&](Name g) { op.perspective(g); }},
          {"resize_hw_", [&](Name g) { op.interpolated(g, resize_to(input, op.size(g))); }},
          {"resize_shorter_", [&](Name g) { op.resize_shorter(g); }},
          {"crop_center_", [&](Name g) { op.colour(g, crop_centre(input, op.size(g))); }},
          {"crop_at_",
           [&](Name g) {
             op.colour(g, crop_at(input, op.size(g), {op.number(g, "offset_x"), op.number(g, "offset_y")}));
           }},
          {"compose_identity_no_normalise",
           [&](Name g) {
             expect_close(clip_tensor(three_frames(input), {{0, 0, 0}, {1, 1, 1}}), golden[g + "/output_cthw"], kFloat, g);
           }},
          {"compose_val_50_40_to_32",
           [&](Name g) {
             evaluate(g, {3, 32, 32});
           }},
          {"compose_val_50_40_to_48x36",
           [&](Name g) {
             evaluate(g, {3, 48, 36});
           }},
      },
      image);
}

void check_interpolation(const Golden& golden, const std::string& group) {
  const auto expected = golden[group + "/y"];
  const ClipSize size{expected.size(1), expected.size(2), expected.size(3)};
  expect_close(interpolate_clip(golden[group + "/x"], size), expected, kFloat, group);
}

TEST(GoldenAugment, OperatorsGiveThePixelsOfTheOriginal) {
  VBENCH_REQUIRE_GOLDEN(golden, "srtg/augment.h5");
  golden.for_each_group({
      {"image_", [&](const std::string& image) { check_image(golden, image); }},
      {"temporal_interpolate",
       [&](const std::string& parent) {
         golden.for_each_group({{"", [&](const std::string& group) { check_interpolation(golden, group); }}}, parent);
       }},
  });
}

// Resized, cropped and whole pipeline from the decoded frames that the original's loader had: frames in ascending order, each once.
void check_loader(const Golden& golden, const std::string& group) {
  const auto whole = [&](const char* name) { return static_cast<int64_t>(golden.number(group, name)); };
  const auto frames = test::to_images(golden[group + "/decoded_bgr_uint8"]);
  const auto resized = golden[group + "/resized_uint8"], cropped = golden[group + "/cropped_uint8"];
  const int64_t side = whole("clip_size");
  ASSERT_EQ(resized.size(0), static_cast<int64_t>(frames.size()));
  for (size_t t = 0; t < frames.size(); ++t) {
    const auto row = static_cast<int64_t>(t);
    const cv::Mat image = resize_shorter_side(frames[t], whole("resize_shorter_side"));
    expect_close(to_tensor(image).to(torch::kInt), resized[row].to(torch::kInt), kInterpolated, group);
    expect_close(to_tensor(crop_centre(image, {side, side})).to(torch::kInt), cropped[row].to(torch::kInt), kInterpolated, group);
  }
  const auto pipeline = evaluation_pipeline({.shorter_side = whole("resize_shorter_side")}, {whole("clip_length"), side, side});
  expect_close(pipeline.evaluate(frames), golden[group + "/tensor_cthw"], kFloat, group);
}

TEST(GoldenLoader, EvaluationClipsAreTheTensorsOfTheOriginal) {
  VBENCH_REQUIRE_GOLDEN(golden, "srtg/loader.h5");
  const auto loader = [&](const std::string& group) { check_loader(golden, group); };
  const auto label_file = [](const std::string&) {};  // read by the tests of label files
  golden.for_each_group({{"all_24", loader},
                         {"crop_larger_than_image", loader},
                         {"duplicates", loader},
                         {"fewer_frames_than_clip", loader},
                         {"kinetics_val_294_256", loader},
                         {"out_of_range_partly", loader},
                         {"unordered_request", loader},
                         {"val_basic", loader},
                         {"label_dictionary_json", label_file},
                         {"train_video_dict_json", label_file},
                         {"val_video_dict_json", label_file}});
}

}  // namespace
}  // namespace vbench::video
