#include "datasets/synthetic/hand_scene.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <opencv2/imgproc.hpp>
#include <set>
#include <vector>

namespace vbench::synthetic {
namespace {

using enum HandMotion;

const cv::Size kSize(86, 64);
constexpr int64_t kFrames = 32;

HandScene scene(HandMotion motion, uint64_t video, uint64_t key = 0) {
  return {RandomStream(1, "test", key, video), motion, kSize, kFrames};
}

/// Drawn as the stand-in does: other numbers for every motion.
HandScene of_motion(HandMotion motion, uint64_t video) { return scene(motion, video, 1 + static_cast<uint64_t>(motion)); }

bool same(const std::vector<cv::Mat>& a, const std::vector<cv::Mat>& b) {
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i].size() != b[i].size() || cv::norm(a[i], b[i], cv::NORM_INF) != 0) return false;
  }
  return a.size() == b.size();
}

/// Centre of what is brighter than any background, in pixels.
cv::Point2d centre_of_bright(const cv::Mat& frame) {
  cv::Mat brightest, mask;
  std::array<cv::Mat, 3> channels;
  cv::split(frame, channels.data());
  cv::max(channels[0], channels[1], brightest);
  cv::max(brightest, channels[2], brightest);
  cv::threshold(brightest, mask, 150, 1, cv::THRESH_BINARY);
  const cv::Moments moments = cv::moments(mask, true);
  return {moments.m10 / (moments.m00 + 1e-9), moments.m01 / (moments.m00 + 1e-9)};
}

/// Centre of what is reddish, less much so blue.
cv::Point2d centre_of_skin(const cv::Mat& frame) {
  double x = 0, y = 0, count = 1e-9;
  for (int row = 0; row < frame.rows; ++row) {
    for (int column = 0; column < frame.cols; ++column) {
      const auto& pixel = frame.at<cv::Vec3b>(row, column);
      if (pixel[2] < pixel[1] + 30 || pixel[1] < pixel[0] + 20 || pixel[2] < 140) continue;
      x += column;
      y += row;
      count += 1;
    }
  }
  return {x / count, y / count};
}

double mean_over_videos(HandMotion motion, const std::function<double(const HandScene&)>& measure) {
  constexpr uint64_t kVideos = 24;
  double sum = 0;
  for (uint64_t video = 0; video < kVideos; ++video) sum += measure(of_motion(motion, video));
  return sum / kVideos;
}

/// What a classifier sees of a video.
using Feature = std::function<cv::Mat(const HandScene&)>;

cv::Mat thumbnail(const cv::Mat& frame) {
  cv::Mat small;
  cv::resize(frame, small, {21, 16}, 0, 0, cv::INTER_AREA);
  small.convertTo(small, CV_32FC3);
  return small;
}

/// Share of right answers of the nearest mean, of 80 videos after 80 that the means are taken of.
double told_apart(HandMotion first, HandMotion second, const Feature& feature) {
  constexpr uint64_t kVideos = 40;
  const std::array<HandMotion, 2> motions{first, second};
  std::array<cv::Mat, 2> means;
  for (size_t i = 0; i < 2; ++i) {
    means[i] = cv::Mat::zeros(thumbnail(cv::Mat(kSize, CV_8UC3)).size(), CV_32FC3);
    for (uint64_t video = 0; video < kVideos; ++video) means[i] += feature(of_motion(motions[i], video)) / static_cast<double>(kVideos);
  }
  double right = 0;
  for (size_t i = 0; i < 2; ++i) {
    for (uint64_t video = kVideos; video < 2 * kVideos; ++video) {
      const cv::Mat seen = feature(of_motion(motions[i], video));
      right += cv::norm(seen, means[i]) < cv::norm(seen, means[1 - i]) ? 1 : 0;
    }
  }
  return right / (2 * kVideos);
}

/// Pairs that show the same but for the order of frames: the hand of who pushes to the right is where that of who pulls to the left is.
constexpr std::array<std::array<HandMotion, 2>, 4> kOpposites{
    {{kTurnLeft, kTurnRight}, {kUp, kDown}, {kPushRight, kPullLeft}, {kPushLeft, kPullRight}}};

TEST(HandScene, FramesDependOnRandomNumbersAndMotionAlone) {
  const auto frames = scene(kUp, 3).frames();
  EXPECT_EQ(frames.front().size(), kSize);
  EXPECT_EQ(frames.front().type(), CV_8UC3);
  EXPECT_EQ(static_cast<int64_t>(frames.size()), scene(kUp, 3).length());
  EXPECT_TRUE(same(frames, scene(kUp, 3).frames()));
  EXPECT_FALSE(same(frames, scene(kUp, 4).frames()));
  EXPECT_FALSE(same(frames, scene(kDown, 3).frames()));
  EXPECT_TRUE(same({frames[4]}, {scene(kUp, 3).render(4)})) << "a frame depends on those before it";
}

TEST(HandScene, MirroredMotionsAreMirrorImages) {
  for (int64_t index = 0; index < kHandMotions; ++index) {
    const auto motion = static_cast<HandMotion>(index), other = mirrored(motion);
    EXPECT_EQ(mirrored(other), motion);
    if (other == motion) continue;
    for (uint64_t video = 0; video < 5; ++video) {
      auto frames = scene(motion, video).frames();
      for (auto& frame : frames) cv::flip(frame, frame, 1);
      EXPECT_TRUE(same(frames, scene(other, video).frames())) << index;
    }
  }
  EXPECT_EQ(mirrored(kUp), kUp);
  EXPECT_EQ(mirrored(kDown), kDown);
}

TEST(HandScene, LengthsAreFromThreeQuartersToAll) {
  std::set<int64_t> lengths;
  for (uint64_t video = 0; video < 200; ++video) lengths.insert(scene(kPushLeft, video).length());
  EXPECT_EQ(*lengths.begin(), 24);
  EXPECT_EQ(*lengths.rbegin(), 32);
  EXPECT_EQ(lengths.size(), 9U);
  for (uint64_t video = 0; video < 20; ++video) {
    const int64_t length = HandScene(RandomStream(1, "test", 0, video), kPushLeft, kSize, 5).length();
    EXPECT_TRUE(length == 4 || length == 5) << length;
  }
}

TEST(HandScene, HandsMoveAsTheNamesSay) {
  const auto way = [](HandMotion motion, bool across) {
    return mean_over_videos(motion, [&](const HandScene& shown) {
      const auto moved = centre_of_skin(shown.render(shown.length() * 3 / 4)) - centre_of_skin(shown.render(shown.length() / 4));
      return across ? moved.x : moved.y;
    });
  };
  EXPECT_GT(way(kPushRight, true), 8);
  EXPECT_GT(way(kPullRight, true), 8);
  EXPECT_LT(way(kPushLeft, true), -8);
  EXPECT_LT(way(kPullLeft, true), -8);
  EXPECT_GT(way(kDown, false), 8);
  EXPECT_LT(way(kUp, false), -8);
  EXPECT_NEAR(way(kUp, true), 0, 3);
  EXPECT_NEAR(way(kPushRight, false), 0, 3);
}

TEST(HandScene, PushingHandsAreBehindTheObjectAndPullingOnesAhead) {
  const auto hand_right_of_all = [](HandMotion motion) {
    return mean_over_videos(motion, [](const HandScene& shown) {
      const cv::Mat frame = shown.render(shown.length() / 2);
      return centre_of_skin(frame).x - centre_of_bright(frame).x;
    });
  };
  EXPECT_LT(hand_right_of_all(kPushRight), -2);
  EXPECT_GT(hand_right_of_all(kPullRight), 2);
  EXPECT_GT(hand_right_of_all(kPushLeft), 2);
  EXPECT_LT(hand_right_of_all(kPullLeft), -2);
}

TEST(HandScene, TurningCamerasMoveTheBackgroundTheOtherWayAndHandsLeaveItInPlace) {
  const auto background_moves = [](HandMotion motion) {
    return mean_over_videos(motion, [](const HandScene& shown) {
      cv::Mat before, after, edges;
      shown.render(shown.length() / 2 - 2).convertTo(before, CV_32F);
      shown.render(shown.length() / 2 + 2).convertTo(after, CV_32F);
      const cv::Rect top(0, 0, kSize.width, 12);  // no object is there
      cv::Mat grey_before, grey_after;
      cv::cvtColor(before(top), grey_before, cv::COLOR_BGR2GRAY);
      cv::cvtColor(after(top), grey_after, cv::COLOR_BGR2GRAY);
      return cv::phaseCorrelate(grey_before, grey_after).x;
    });
  };
  EXPECT_GT(background_moves(kTurnLeft), 2.5);
  EXPECT_LT(background_moves(kTurnRight), -2.5);
  EXPECT_NEAR(background_moves(kPushRight), 0, 0.7);
  EXPECT_NEAR(background_moves(kPullLeft), 0, 0.7);
}

TEST(HandScene, MiddleFramesDoNotTellTheWay) {
  for (const auto& [one, other] : kOpposites) {
    EXPECT_LT(told_apart(one, other, [](const HandScene& shown) { return thumbnail(shown.render(shown.length() / 2)); }), 0.63);
  }
}

TEST(HandScene, AllFramesWithoutTheirOrderDoNotTellTheWay) {
  const auto mean = [](const HandScene& shown) {
    cv::Mat sum = cv::Mat::zeros(kSize, CV_32FC3);
    for (const auto& frame : shown.frames()) cv::accumulate(frame, sum);
    return thumbnail(sum / static_cast<double>(shown.length()));
  };
  for (const auto& [one, other] : kOpposites) EXPECT_LT(told_apart(one, other, mean), 0.63);
}

TEST(HandScene, WhatLastFramesHaveMoreThanFirstOnesTellsTheWay) {
  const auto change = [](const HandScene& shown) -> cv::Mat {
    return thumbnail(shown.render(shown.length() - 1)) - thumbnail(shown.render(0));
  };
  for (const auto& [one, other] : kOpposites) EXPECT_GT(told_apart(one, other, change), 0.85);
}

TEST(HandScene, ObjectsAreNamedByColourAndShape) {
  std::set<std::string> names;
  for (uint64_t video = 0; video < 400; ++video) names.insert(scene(kUp, video).object());
  EXPECT_EQ(names.size(), 30U) << "6 colours, 5 shapes";
  EXPECT_TRUE(names.contains("blue star"));
}

}  // namespace
}  // namespace vbench::synthetic
