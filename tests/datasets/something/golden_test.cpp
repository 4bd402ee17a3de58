// The values of the original code: pictures, frames of clips, what classes become, groups of classes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "datasets/formats/json_file.hpp"
#include "datasets/something/annotations.hpp"
#include "datasets/something/augmentor.hpp"
#include "datasets/something/clip_frames.hpp"
#include "datasets/something/clip_reader.hpp"
#include "datasets/something/contrastive_groups.hpp"
#include "datasets/transforms/square_view.hpp"
#include "harness/core/files.hpp"
#include "tests/datasets/transforms/images.hpp"
#include "tests/support/golden.hpp"

namespace vbench::something {
namespace {

using nlohmann::json;
using test::Golden;
using test::to_image;
using test::to_images;
using test::to_tensor;

void expect_within_a_grey_level(const cv::Mat& actual, const torch::Tensor& expected, const std::string& group) {
  test::expect_close(to_tensor(actual).to(torch::kInt), expected.to(torch::kInt), {1, 0, "bilinear sums of another OpenCV may round up"},
                     group);
}

/// Pictures in the golden files are red, green, blue; frames come the other way round.
std::vector<cv::Mat> as_frames(const torch::Tensor& pictures) { return to_images(pictures.flip(-1)); }

TEST(GoldenSomething, PicturesAreTheOriginals) {
  VBENCH_REQUIRE_GOLDEN(golden, "smth3d/transforms.h5");
  const auto input = [&](const std::string& group) { return golden[group + "/input"]; };
  const auto output = [&](const std::string& group) { return golden[group + "/output"]; };
  const auto size = [&](const std::string& group, const char* name) { return static_cast<int64_t>(golden.number(group, name)); };
  golden.for_each_group({
      {"scale_",
       [&](const std::string& group) {
         expect_within_a_grey_level(video::scale_shorter_side(to_image(input(group)), size(group, "size")), output(group), group);
       }},
      {"rotation_",
       [&](const std::string& group) {
         expect_within_a_grey_level(video::turn_left(to_image(input(group)), golden.number(group, "degrees")), output(group), group);
       }},
      {"center_crop_",
       [&](const std::string& group) {
         test::expect_same(to_tensor(video::cut_centre(to_image(input(group)), size(group, "size"))), output(group), group);
       }},
      {"center_crop_normalize",
       [&](const std::string& group) {
         auto frames = as_frames(input(group));
         for (cv::Mat& frame : frames) frame = video::cut_centre(frame, output(group).size(-1));
         test::expect_close(ClipReader::tensor(frames, 1)[0].transpose(0, 1), output(group), {2e-6, 0, "float32"}, group);
       }},
      {"horizontal_flip",
       [&](const std::string& group) {
         test::expect_same(to_tensor(video::flip_horizontally(to_image(input(group)))), output(group), group);
       }},
      {"evaluation_pipeline",
       [&](const std::string& group) {
         auto frames = as_frames(input(group));
         const int64_t side = size(group, "spatial_size");
         for (cv::Mat& frame : frames) frame = video::cut_centre(video::scale_shorter_side(frame, side), side);
         test::expect_close(ClipReader::tensor(frames, 1)[0], output(group), {1 / (255 * 0.224) + 1e-5, 0, "one grey level of resize"},
                            group);
       }},
  });
}

json read_golden_json(const std::string& name) {
  const auto file = test::golden_root() / "smth3d" / name;
  return json::parse(read_file(file));
}

bool skip_golden_json(const std::string& name) {
  return !test::golden_root_is_default() && !std::filesystem::exists(test::golden_root() / "smth3d" / name);
}

TEST(GoldenSomething, FramesOfClipsAreTheOriginals) {
  if (skip_golden_json("frame_sampling.json")) GTEST_SKIP() << "smth3d/frame_sampling.json is not below VBENCH_GOLDEN_ROOT";
  const auto cases = read_golden_json("frame_sampling.json");
  ASSERT_FALSE(cases.empty());
  for (const auto& entry : cases) {
    const auto number = [&](const char* key) { return entry.at(key).get<int64_t>(); };
    const ClipRule rule{number("clip_size"), number("step_size"), number("nclips")};
    const int64_t frames = number("num_frames");
    EXPECT_EQ(clip_frames(rule, frames, 0), entry.at("eval_indices").get<std::vector<int64_t>>()) << entry;
    // "[0, n)" for n > 0, else always 0.
    const auto range = entry.at("train_offset_range").get<std::vector<int64_t>>();
    EXPECT_EQ(possible_offsets(rule, frames), std::max<int64_t>(1, range.at(1))) << entry;
  }
}

TEST(GoldenSomething, ClassesBecomeWhatTheyBecomeInTheOriginal) {
  if (skip_golden_json("augmentation_candidates.json"))
    GTEST_SKIP() << "smth3d/augmentation_candidates.json is not below VBENCH_GOLDEN_ROOT";
  const auto expected = read_golden_json("augmentation_candidates.json");
  std::vector<std::string> classes;
  for (const auto& [name, candidates] : expected.items()) classes.push_back(name);
  if (!are_official(classes)) GTEST_SKIP() << "the mapping that is built in is one of the official classes";
  const auto augmentor = Augmentor::built_in(parse_augmentations("left/right, left/right agnostic"), classes);
  for (size_t label = 0; label < classes.size(); ++label) {
    json found = json::object();
    for (const auto& candidate : augmentor.candidates(static_cast<int64_t>(label)))
      found[to_string(candidate.kind)] = classes[static_cast<size_t>(candidate.label)];
    EXPECT_EQ(found, expected.at(classes[label])) << classes[label];
  }
}

TEST(GoldenSomething, TheOfficialGroupsAreBuiltIn) {
  VBENCH_REQUIRE_GOLDEN(golden, "smth3d/metrics.h5");
  if (skip_golden_json("augmentation_candidates.json"))
    GTEST_SKIP() << "smth3d/augmentation_candidates.json is not below VBENCH_GOLDEN_ROOT";
  std::vector<std::string> classes;  // JSON sorts its keys
  const auto candidates = read_golden_json("augmentation_candidates.json");
  for (const auto& [name, unused] : candidates.items()) classes.push_back(name);
  if (!are_official(classes)) GTEST_SKIP() << "the groups that are built in are some of the official classes";
  const auto groups = official_contrastive_groups(classes);
  const auto expected = golden.json("commonsense", "groups_json");
  const auto merges = golden.json("commonsense", "merge_json");
  ASSERT_EQ(groups.size(), expected.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    EXPECT_EQ(groups[i].classes, expected[i].get<std::vector<int64_t>>()) << i;
    std::vector<int64_t> merge(groups[i].classes.size());
    for (size_t k = 0; k < merge.size(); ++k) merge[k] = static_cast<int64_t>(k);
    const auto key = std::to_string(i);
    if (merges.contains(key)) merge = merges.at(key).get<std::vector<int64_t>>();
    EXPECT_EQ(groups[i].merge, merge) << i;
  }
}

}  // namespace
}  // namespace vbench::something
