#include "datasets/transforms/augment.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "harness/core/settings.hpp"
#include "tests/datasets/transforms/images.hpp"
#include "tests/support/golden.hpp"

namespace vbench::video {
namespace {

using test::moving_waves;
using test::same_pixels;

AugmentOptions everything() {
  AugmentOptions options;
  options.group_probability = options.member_probability = 1;
  options.strength = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  return options;
}

AugmentDraw draw(const AugmentOptions& options, uint64_t index) {
  RandomStream random(3, "augment", 0, index);
  return draw_augmentation(options, random);
}

/// Each operator by its name in the settings, with its value in a draw as text.
using Shown = std::function<std::string(const AugmentDraw&)>;

template <class T, class Show>
std::string shown(const std::optional<T>& value, const Show& show) {
  return value ? show(*value) : "off";
}

std::vector<std::pair<std::string, Shown>> operators() {
  const auto number = [](double value) { return fmt::format("{}", value); };
  const auto three = [](const PerChannel& v) { return fmt::format("{} {} {}", v[0], v[1], v[2]); };
  return {
      {"gaussian_blur", [=](const AugmentDraw& d) { return shown(d.gaussian_blur, number); }},
      {"add", [=](const AugmentDraw& d) { return shown(d.add, three); }},
      {"average_blur", [=](const AugmentDraw& d) { return shown(d.average_blur, number); }},
      {"motion_blur",
       [](const AugmentDraw& d) { return shown(d.motion_blur, [](auto& m) { return fmt::format("{} {}", m.size, m.degrees); }); }},
      {"multiply", [=](const AugmentDraw& d) { return shown(d.multiply, number); }},
      {"gamma", [=](const AugmentDraw& d) { return shown(d.gamma, three); }},
      {"hue", [](const AugmentDraw& d) { return shown(d.hue_saturation, [](auto& h) { return fmt::format("{}", h.hue); }); }},
      {"saturation", [](const AugmentDraw& d) { return shown(d.hue_saturation, [](auto& h) { return fmt::format("{}", h.saturation); }); }},
      {"colour", [=](const AugmentDraw& d) { return shown(d.colour, number); }},
      {"linear_contrast", [=](const AugmentDraw& d) { return shown(d.linear_contrast, number); }},
      {"noise",
       [](const AugmentDraw& d) { return shown(d.noise, [](auto& n) { return fmt::format("{} {}", n.standard_deviation, n.key); }); }},
  };
}

TEST(Augment, EachOperatorCanBeSwitchedOffAndLeavesTheOthersAlone) {
  const auto all = draw(everything(), 0);
  for (const auto& [off, shown_off] : operators()) {
    AugmentOptions options = everything();
    Settings settings;
    options.bind(settings);
    settings.set("augment." + off, "0");
    const auto without = draw(options, 0);
    for (const auto& [name, show] : operators()) {
      if (name != off) {
        EXPECT_EQ(show(without), show(all)) << name << " without " << off;
      } else if (name == "hue" || name == "saturation") {
        EXPECT_EQ(show(without), "0");
      } else {
        EXPECT_EQ(show(without), "off");
      }
    }
  }
}

TEST(Augment, WithoutHueAndSaturationColoursAreNotConverted) {
  auto options = everything();
  options.strength.hue = options.strength.saturation = 0;
  EXPECT_FALSE(draw(options, 0).hue_saturation);
}

TEST(Augment, EitherPerspectiveOrRotation) {
  int perspectives = 0;
  for (uint64_t i = 0; i < 200; ++i) {
    const auto both = draw(everything(), i);
    EXPECT_NE(both.perspective.has_value(), both.rotate.has_value());
    perspectives += both.perspective ? 1 : 0;
    auto options = everything();
    options.strength.perspective = 0;
    EXPECT_TRUE(draw(options, i).rotate && !draw(options, i).perspective);
    options.strength = everything().strength;
    options.strength.rotate = 0;
    EXPECT_TRUE(draw(options, i).perspective && !draw(options, i).rotate);
  }
  EXPECT_NEAR(perspectives, 100, 30);
}

TEST(Augment, DrawsStayInThePublishedRangesAndReachTheirEnds) {
  double least_add = 100, most_add = -100, least_contrast = 9, most_contrast = 0;
  std::set<int64_t> hues, averages, lines;
  std::set<std::string> sigmas;
  for (uint64_t i = 0; i < 2000; ++i) {
    const auto d = draw(everything(), i);
    for (const double value : *d.add) {
      least_add = std::min(least_add, value);
      most_add = std::max(most_add, value);
    }
    least_contrast = std::min(least_contrast, *d.linear_contrast);
    most_contrast = std::max(most_contrast, *d.linear_contrast);
    hues.insert(d.hue_saturation->hue);
    averages.insert(*d.average_blur);
    lines.insert(d.motion_blur->size);
    sigmas.insert(fmt::format("{:.3f}", *d.gaussian_blur));
    EXPECT_TRUE(*d.multiply >= 0.8 && *d.multiply <= 1.2);
    for (const double gamma : *d.gamma) EXPECT_TRUE(gamma >= 0.85 && gamma <= 1.15);
    EXPECT_TRUE(*d.colour >= 1.2 && *d.colour <= 1.6);
    EXPECT_EQ(d.noise->standard_deviation, 76.5);
    EXPECT_LE(std::abs(d.rotate.value_or(0)), 10);
  }
  EXPECT_TRUE(least_add >= -5 && least_add < -4.9 && most_add <= 15 && most_add > 14.9);
  EXPECT_TRUE(least_contrast >= 0.85 && least_contrast < 0.852 && most_contrast <= 1.115 && most_contrast > 1.113);
  EXPECT_EQ(hues.size(), 33U);
  EXPECT_TRUE(*hues.begin() == -16 && *hues.rbegin() == 16);
  EXPECT_EQ(averages, (std::set<int64_t>{1, 2}));
  EXPECT_EQ(lines, (std::set<int64_t>{3, 5, 7}));
  EXPECT_EQ(sigmas, (std::set<std::string>{"0.100", "0.200", "0.300"}));
}

TEST(Augment, StrengthStretchesTheRangeAboutNoChange) {
  auto weak = everything(), strong = everything();
  weak.strength = {0.5, 0.5, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
  strong.strength = {4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4};
  for (uint64_t i = 0; i < 50; ++i) {
    const auto one = draw(everything(), i), half = draw(weak, i), four = draw(strong, i);
    EXPECT_NEAR(*half.multiply - 1, (*one.multiply - 1) / 2, 1e-12);
    EXPECT_NEAR(*four.multiply - 1, (*one.multiply - 1) * 4, 1e-12);
    EXPECT_NEAR((*four.gamma)[1] - 1, ((*one.gamma)[1] - 1) * 4, 1e-12);
    EXPECT_NEAR(*half.gaussian_blur, *one.gaussian_blur / 2, 1e-12);
    EXPECT_NEAR(four.rotate.value_or(0), one.rotate.value_or(0) * 4, 1e-12);
    EXPECT_LE(std::abs(half.hue_saturation->hue), 8);
    // The strongest changes still give images.
    auto frames = moving_waves(1, 24, 32);
    apply_augmentation(four, frames);
    EXPECT_EQ(size_of(frames[0]), (ImageSize{24, 32}));
  }
}

TEST(Augment, ProbabilitiesOfGroupMembersAndFlipHold) {
  const auto options = ucf101_augmentation();
  int changed = 0, added = 0, flipped = 0;
  constexpr int kClips = 4000;
  for (uint64_t i = 0; i < kClips; ++i) {
    const auto d = draw(options, i);
    changed += d.gaussian_blur || d.add || d.hue_saturation || d.linear_contrast || d.perspective || d.rotate ? 1 : 0;
    added += d.add ? 1 : 0;
    flipped += d.flip ? 1 : 0;
    EXPECT_FALSE(d.average_blur || d.motion_blur || d.multiply || d.gamma || d.colour || d.noise) << "off in the published list";
  }
  EXPECT_NEAR(added, kClips * 0.65 * 0.3, 100);
  EXPECT_NEAR(changed, kClips * 0.65 * (1 - std::pow(0.7, 5)), 100);
  EXPECT_NEAR(flipped, kClips * 0.5, 100);
}

TEST(Augment, PublishedListsDifferAsTheirTable) {
  EXPECT_EQ(hmdb51_augmentation().group_probability, 0.8);
  EXPECT_EQ(hmdb51_augmentation().member_probability, 0.4);
  EXPECT_EQ(kinetics_augmentation().group_probability, 0.9);
  auto options = kinetics_augmentation();
  options.group_probability = options.member_probability = 1;
  const auto d = draw(options, 0);
  EXPECT_TRUE(d.gaussian_blur && d.add && d.average_blur && d.multiply && d.gamma && d.hue_saturation && d.linear_contrast);
  EXPECT_FALSE(d.motion_blur || d.colour || d.noise);
}

TEST(Augment, SwitchedOffNothingChanges) {
  auto options = everything();
  options.flip_probability = 1;
  options.enabled = false;
  auto frames = moving_waves(2, 16, 16);
  const auto before = moving_waves(2, 16, 16);
  apply_augmentation(draw(options, 0), frames);
  for (size_t t = 0; t < frames.size(); ++t) EXPECT_TRUE(same_pixels(frames[t], before[t]));
}

TEST(Augment, EveryFrameOfAClipChangesAlike) {
  for (uint64_t i = 0; i < 10; ++i) {
    const auto change = draw(everything(), i);
    std::vector<cv::Mat> frames(3, test::waves(48, 40));
    apply_augmentation(change, frames);
    EXPECT_TRUE(same_pixels(frames[0], frames[1]));
    EXPECT_TRUE(same_pixels(frames[0], frames[2]));
    EXPECT_FALSE(same_pixels(frames[0], test::waves(48, 40)));
    // And each as it would alone.
    auto clip = moving_waves(3, 48, 40);
    std::vector<cv::Mat> last{clip[2]};
    apply_augmentation(change, clip);
    apply_augmentation(change, last);
    EXPECT_TRUE(same_pixels(clip[2], last[0]));
  }
}

TEST(Augment, TheKeyAloneDecides) {
  for (const auto& [name, show] : operators()) {
    EXPECT_EQ(show(draw(everything(), 5)), show(draw(everything(), 5))) << name;
  }
  EXPECT_NE(*draw(everything(), 5).multiply, *draw(everything(), 6).multiply);
}

TEST(Augment, BadSettingsAreRefused) {
  AugmentOptions options;
  Settings settings;
  options.bind(settings);
  EXPECT_NE(test::error_of([&] { settings.set("augment.rotate", "-1"); }).find("augment.rotate"), std::string::npos);
  EXPECT_NE(test::error_of([&] { settings.set("augment.group_probability", "1.5"); }).find("augment.group_probability"), std::string::npos);
  EXPECT_NE(test::error_of([&] { settings.set("augment.noise", "5"); }).find("augment.noise"), std::string::npos);
}

}  // namespace
}  // namespace vbench::video
