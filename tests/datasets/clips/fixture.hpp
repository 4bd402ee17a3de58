// A labelled video dataset of a dozen tiny videos, in every form that the suite reads.
#pragma once

#include <gmock/gmock.h>

#include <cstdlib>

#include "datasets/annotations/annotation.hpp"
#include "datasets/clips/clip_data.hpp"
#include "datasets/clips/family.hpp"
#include "datasets/video/convert.hpp"
#include "datasets/video/frame_writer.hpp"
#include "tests/datasets/report.hpp"
#include "tests/datasets/video/fixture.hpp"

namespace vbench::clips {
namespace fs = std::filesystem;
}

namespace vbench::test {
namespace fs = std::filesystem;

/// Classes in an order that no sorting gives, with names that paths, SQL and csv must not stumble over.
inline const std::vector<std::string>& small_classes() {
  static const std::vector<std::string> names{"pick up, \"it\"", "jump", "o'clock'); DROP TABLE Images;--", "caf\xE9"};
  return names;
}

inline video::NextFrame frames_of_video(int64_t frames, int64_t shift) {
  return [=, i = int64_t{0}]() mutable -> std::optional<video::EncodedFrame> {
    if (i >= frames) return std::nullopt;
    return video::EncodedFrame{video::encode_jpeg(picture(shift + i++), 95), kWidth};
  };
}

/// <folder>/data/own-videos with labels/ and jpg/: two training videos (v0, v1) and one validation video (v2) a class, kFrames frames each.
class SmallSet {
 public:
  static constexpr int64_t kFrames = 12;

  SmallSet() {
    ::setenv("VBENCH_CACHE", (folder_ / "cache").c_str(), 1);
    spec.dataset = "own-videos";
    spec.data_root = (folder_ / "data").string();
    spec.source = SourceChoice::kReal;
    spec.verbosity = -1;
    root = folder_.path() / "data" / "own-videos";
    static const Original original;  // written once: files that must reach the disk take time
    fs::create_directories(root.parent_path());
    fs::copy(original.folder.path(), root, fs::copy_options::recursive);
    for (const auto& label : small_classes()) {
      for (const char* id : {"v0", "v1", "v2"}) rows_[id[1] == '2' ? "val" : "train"].push_back(row(label, id));
    }
  }

  static annotations::ListedVideo row(const std::string& label, const std::string& id) {
    annotations::ListedVideo listed;
    listed.label = label;
    listed.id = id;
    return listed;
  }

  /// Rows of "train" or "val"; write_rows() puts them on disk.
  std::vector<annotations::ListedVideo>& rows(const std::string& split) { return rows_[split]; }
  void write_rows() {
    for (const auto& [split, rows] : rows_) annotations::write_label_csv(root / "labels" / (split + ".csv"), rows, split);
  }
  void write_csv(const std::string& split, const std::string& text) { write_file_atomically(root / "labels" / (split + ".csv"), text); }

  /// The same frames in one packed file instead.
  void pack() {
    video::PackedWriter writer(root);
    for (const auto& [split, rows] : rows_) {
      for (const auto& listed : rows) {
        std::vector<video::EncodedFrame> frames;
        auto next = frames_of_video(kFrames, listed.id[1] - '0');
        while (auto frame = next()) frames.push_back(*frame);
        writer.add(listed.label + "/" + listed.id, frames);
      }
    }
    writer.finish();
    fs::remove_all(root / "jpg");
  }

  [[nodiscard]] clips::ClipData open(Role role = Role::kEvaluate) const { return clips::ClipData::open(options, spec, role); }

  /// What verify says: "kind", or "kind (note)". Messages are kept.
  std::vector<std::string> problems(bool deep = false, double allow_missing = 0) {
    DataRequest request;
    request.root = spec.data_root;
    request.source = spec.source;
    request.deep = deep;
    request.allow_missing = allow_missing;
    report = clips::dataset_entry(clips::family_of(spec.dataset)).verify(request);
    return kinds_of(report, "not UTF-8", messages);  // one of the names is meant not to be
  }

  fs::path make(const std::string& name) const {
    fs::create_directories(root / name);
    return root / name;
  }
  [[nodiscard]] fs::path outside(const std::string& name) const { return folder_ / name; }

  static clips::Options small_options() {
    clips::Options options = clips::options_of("own-videos");
    options.sampling.frames = 4;
    options.sampling.train_intervals = "1";
    options.sampling.evaluation_interval = 1;
    options.sampling.evaluation_clips = video::EvaluationClips::kCentre;
    options.clip_side = 16;
    options.pipeline.train = {.shorter_side = 32, .centre_crop = 0, .crop = 24, .size = 0};
    options.pipeline.evaluation = {.shorter_side = 32, .centre_crop = 0, .crop = 24, .size = 0};
    options.allow_missing = 0;
    return options;
  }

 private:
  struct Original {
    Original() {
      fs::create_directory(folder / "labels");
      annotations::write_classes(folder / "labels/classes.txt", annotations::ClassList(small_classes()));
      std::map<std::string, std::vector<annotations::ListedVideo>> listed;
      for (const auto& label : small_classes()) {
        for (const char* id : {"v0", "v1", "v2"}) {
          listed[id[1] == '2' ? "val" : "train"].push_back(row(label, id));
          write_frame_database(folder.path() / "jpg" / label / id, frames_of_video(kFrames, id[1] - '0'));
        }
      }
      for (const auto& [split, rows] : listed) annotations::write_label_csv(folder / ("labels/" + split + ".csv"), rows, split);
    }
    TemporaryFolder folder;
  };

  TemporaryFolder folder_;
  std::map<std::string, std::vector<annotations::ListedVideo>> rows_;

 public:
  RunSpec spec;
  clips::Options options = small_options();
  fs::path root;
  DataReport report;
  std::string messages;
};

inline clips::Sample read(const clips::ClipData& data, int64_t index, uint64_t seed = 1) {
  RandomStream random(seed, "augment", 0, static_cast<uint64_t>(index));
  return data.read(index, random);
}

}  // namespace vbench::test
