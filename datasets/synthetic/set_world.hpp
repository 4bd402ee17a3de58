// The stand-in of the set-abstraction datasets: videos of made-up activities whose features hide what the classes have in common behind
// variation that means nothing. Used by datasets/kinetics, datasets/moments and tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "harness/core/registry.hpp"

namespace vbench {
class Settings;
}

namespace vbench::synthetic {

/// Size and difficulty. A class is a point in the space of semantic embeddings, near its parents; noise levels are standard deviations
/// relative to the 1 of every coordinate of a class.
struct SetWorld {
  uint64_t seed = 1;
  int64_t train_videos = 30, val_videos = 8, test_videos = 8;  ///< a class
  int64_t train_sets = 3000, val_sets = 600;
  int64_t ranking_records = 152;
  int64_t feature_width = 128;
  int64_t embedding_width = 32;
  int64_t nuisance_width = 16;      ///< directions of appearance that say nothing about the class
  double nuisance = 2.0;            ///< how much videos differ along them: what raw features are mostly similar by
  double video_noise = 0.5;         ///< one draw a video, in the space of classes
  double feature_noise = 0.3;       ///< one draw a feature
  double embedding_noise = 0.1;     ///< of a video's semantic embedding
  double distance_noise = 0.05;     ///< of the ranked sets' distances, as if people had judged; largest distance: 1
  double second_class_share = 0.0;  ///< of videos that show two classes

  void bind(Settings& settings);
};

[[nodiscard]] SetWorld kinetics_world();
[[nodiscard]] SetWorld moments_world();  ///< some videos with two classes

/// The defaults by key, which name the cached stand-in.
[[nodiscard]] std::map<std::string, std::string> set_world_settings(bool moments);

/// Writes the official layout, the class list and the taxonomy in the format of `vbench data prepare`, and the marker. Same options, same
/// bytes. Moments' train and val features stand in the order of the embeddings, which is not that of the list files.
/// @throws Error kInput if the folder holds files that were not generated
DataReport write_kinetics_standin(const std::filesystem::path& folder, const SetWorld& world = kinetics_world());
DataReport write_moments_standin(const std::filesystem::path& folder, const SetWorld& world = moments_world());

}  // namespace vbench::synthetic
