#include "datasets/synthetic/hand_world.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>

#include "datasets/formats/json_file.hpp"
#include "datasets/location/generated_folder.hpp"
#include "datasets/video/video_writer.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::synthetic {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFramesPerSecond = 12;
constexpr const char* kPrefix = "something-something-v2-";

enum class Split { kTrain, kValidation, kTest };

struct Video {
  Split split;
  HandMotion motion;
  int64_t number;  // within its split and motion
  int64_t id = 0;
  std::string object = {};  // "blue star"
};

const std::string& name_of(HandMotion motion) { return hand_motion_names().at(static_cast<size_t>(motion)); }

void require(bool holds, const std::string& option, const std::string& what, const std::string& hint) {
  if (!holds) throw usage_error(what, "standin." + option, hint);
}

void check(const something::StandinOptions& options) {
  require(options.train_videos >= 1, "train_videos", fmt::format("{} videos of each class", options.train_videos), "use at least 1");
  require(options.scarce_videos >= 0, "scarce_videos", fmt::format("{} videos of a class", options.scarce_videos), "use at least 0");
  require(options.val_videos >= 1, "val_videos", fmt::format("{} videos of each class", options.val_videos), "use at least 1");
  require(options.test_videos >= 0, "test_videos", fmt::format("{} videos of each class", options.test_videos), "use at least 0");
  require(options.frames >= 4, "frames", fmt::format("{} frames show no motion", options.frames), "use at least 4");
  // Codecs store colours at half the size: an odd side would be cut.
  require(options.height >= 24 && options.height <= 2160 && options.height % 2 == 0, "height",
          fmt::format("{} pixels are no height of a video", options.height), "use an even number from 24 to 2160");
}

/// Ids are shuffled: they tell neither class nor split.
std::vector<Video> plan(const something::StandinOptions& options, uint64_t seed) {
  std::vector<Video> all;
  for (int64_t index = 0; index < kHandMotions; ++index) {
    const auto motion = static_cast<HandMotion>(index);
    const auto add = [&](Split split, int64_t videos) {
      for (int64_t number = 0; number < videos; ++number) all.push_back({split, motion, number});
    };
    add(Split::kTrain, is_scarce(motion) ? options.scarce_videos : options.train_videos);
    add(Split::kValidation, options.val_videos);
    add(Split::kTest, options.test_videos);
  }
  std::vector<int64_t> ids(all.size());
  std::iota(ids.begin(), ids.end(), 1);
  RandomStream random(seed, "hand ids");
  random.shuffle(std::span(ids));
  for (size_t i = 0; i < all.size(); ++i) all[i].id = ids[i];
  std::sort(all.begin(), all.end(), [](const Video& a, const Video& b) { return a.id < b.id; });
  return all;
}

/// Without a sync: that of the folder is enough.
void write_bytes(const fs::path& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw input_error("cannot be written", printable(file.string()), "the folder must be writable, the disk not full");
}

void write_video(const fs::path& folder, Video& video, const something::StandinOptions& options, uint64_t seed) {
  // However many videos there are, the first ones of a split stay the same.
  const uint64_t number = static_cast<uint64_t>(video.split) << 32 | static_cast<uint64_t>(video.number);
  const RandomStream random(seed, "hand", static_cast<uint64_t>(video.motion), number);
  const auto height = static_cast<int>(options.height);
  const HandScene scene(random, video.motion, {2 * ((4 * height + 3) / 6), height}, options.frames);
  video.object = scene.object();
  write_bytes(folder / fmt::format("{}.webm", video.id), video::encode_webm(scene.frames(), kFramesPerSecond));
}

/// "Pushing something left" -> "Pushing [something] left", "pushing blue star left".
Json entry_of(const Video& video) {
  constexpr std::string_view kSomething = "something";
  const std::string id = std::to_string(video.id);
  if (video.split == Split::kTest) return {{"id", id}};
  const std::string& name = name_of(video.motion);
  const size_t at = name.find(kSomething);
  std::string text = name, pattern = name;
  text.replace(at, kSomething.size(), video.object);
  text.front() = static_cast<char>(text.front() - 'A' + 'a');
  pattern.replace(at, kSomething.size(), "[something]");
  return {{"id", id}, {"label", text}, {"template", pattern}, {"placeholders", Json::array({video.object})}};
}

/// An entry a line, as in the official files.
void write_list(const fs::path& folder, const char* name, const std::vector<Video>& videos, Split split) {
  std::string text;
  for (const Video& video : videos) {
    if (video.split != split) continue;
    text += text.empty() ? "[\n" : ",\n";
    text += json_text(entry_of(video));
  }
  text += text.empty() ? "[]\n" : "\n]\n";
  write_file_atomically(folder / fmt::format("{}{}.json", kPrefix, name), text);
}

void write_labels(const fs::path& folder) {
  Json labels;
  for (size_t i = 0; i < hand_motion_names().size(); ++i) labels[hand_motion_names()[i]] = std::to_string(i);
  write_file_atomically(folder / fmt::format("{}labels.json", kPrefix), json_text(labels, 1) + "\n");
}

void write_mappings(const fs::path& folder) {
  Json pairs = Json::object(), agnostic = Json::array();
  for (int64_t index = 0; index < kHandMotions; ++index) {
    const auto motion = static_cast<HandMotion>(index), other = mirrored(motion);
    if (other == motion) {
      agnostic.push_back(name_of(motion));
    } else {
      pairs[name_of(motion)] = name_of(other);
    }
  }
  const Json mappings{{"left/right", pairs}, {"left/right agnostic", agnostic}};
  write_file_atomically(folder / "augmentation_mappings.json", json_text(mappings, 4) + "\n");
}

void write_groups(const fs::path& folder) {
  using enum HandMotion;
  const std::vector<std::vector<HandMotion>> opposites{
      {kPushRight, kPushLeft}, {kPullRight, kPullLeft}, {kTurnLeft, kTurnRight}, {kUp, kDown}};
  std::string text;
  for (const auto& group : opposites) {
    for (const HandMotion motion : group) text += name_of(motion) + "\n";
    text += "\n\n";
  }
  text += "# 0 0 1 1\n";  // pushing against pulling, whichever way
  for (const HandMotion motion : {kPushRight, kPushLeft, kPullRight, kPullLeft}) text += name_of(motion) + "\n";
  write_file_atomically(folder / "contrastive_groups_list.txt", text);
}

}  // namespace

const std::vector<std::string>& hand_motion_names() {
  static const std::vector<std::string> names{"Moving something down",
                                              "Moving something up",
                                              "Pulling something from left to right",
                                              "Pulling something from right to left",
                                              "Pushing something from left to right",
                                              "Pushing something from right to left",
                                              "Turning the camera left while filming something",
                                              "Turning the camera right while filming something"};
  return names;
}

bool is_scarce(HandMotion motion) {
  return motion == HandMotion::kPushLeft || motion == HandMotion::kPullRight || motion == HandMotion::kTurnRight;
}

HandWorldSize write_hand_videos(const fs::path& folder, const something::StandinOptions& options, uint64_t seed) {
  check(options);
  std::vector<Video> videos = plan(options, seed);
  const fs::path media = folder / "20bn-something-something-v2";
  make_folder(media);
  at::parallel_for(0, static_cast<int64_t>(videos.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) write_video(media, videos[static_cast<size_t>(i)], options, seed);
  });
  sync_file_system(media);
  write_labels(folder);
  write_list(folder, "train", videos, Split::kTrain);
  write_list(folder, "validation", videos, Split::kValidation);
  write_list(folder, "test", videos, Split::kTest);
  write_mappings(folder);
  write_groups(folder);
  const auto count = [&](Split split) {
    return static_cast<int64_t>(std::count_if(videos.begin(), videos.end(), [&](const Video& video) { return video.split == split; }));
  };
  return {count(Split::kTrain), count(Split::kValidation), count(Split::kTest)};
}

}  // namespace vbench::synthetic
