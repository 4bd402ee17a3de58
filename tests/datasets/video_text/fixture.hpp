// A small complete YouCook2 folder that tests may damage. Used by the tests of this folder.
#pragma once

#include <cstdlib>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "datasets/activitynet/activitynet.hpp"
#include "datasets/formats/hdf5.hpp"
#include "datasets/synthetic/standin.hpp"
#include "datasets/youcook2/youcook2.hpp"
#include "harness/core/error.hpp"
#include "tests/support/golden.hpp"

namespace vbench::video_text {

namespace fs = std::filesystem;
using nlohmann::json;

/// 6 training and 4 validation videos in <folder>/data/youcook2, as if official; the cache lies in the same temporary folder.
class Kitchen {
 public:
  Kitchen() : data_(folder_ / "data" / "youcook2") {
    ::setenv("VBENCH_CACHE", (folder_ / "cache").c_str(), 1);
    auto world = synthetic::youcook2_world();
    world.train_videos = 6;
    world.val_videos = 4;
    world.video_width = options.video_width = 24;
    world.text_width = options.text_width = 20;
    synthetic::write_youcook2_standin(data_, world);
    fs::remove(data_ / "SYNTHETIC.json");
    spec.data_root = (folder_ / "data").string();
    spec.source = SourceChoice::kReal;
    const json videos = meta();
    for (const auto& [key, video] : videos.items()) {
      if (video["split"] == "val") keys.push_back(key);
    }
  }

  [[nodiscard]] YouCook2 open(Role role = Role::kEvaluate) const { return YouCook2::open(options, spec, role); }
  /// Opens and reads everything once. @return the kind and the line of the error, "" without one
  [[nodiscard]] std::string failure(Role role = Role::kEvaluate) const {
    try {
      const YouCook2 data = open(role);
      for (int64_t i = 0; i < data.size(); ++i) {
        RandomStream random(1, "augment", 0, static_cast<uint64_t>(i));
        (void)data.read(i, random);
      }
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInput) << error.what();
      return error.what();
    }
    return "";
  }

  [[nodiscard]] fs::path path(const std::string& name) const { return data_ / name; }
  [[nodiscard]] fs::path temporary(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] json meta() const { return read("meta_all.json"); }
  [[nodiscard]] json read(const std::string& name) const {
    std::ifstream file(path(name));
    return json::parse(file);
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
  void write(const std::string& name, const json& value) const { write(name, value.dump()); }

  /// Writes an HDF5 file again with some arrays changed; nothing leaves one out.
  void change(const std::string& name, const std::function<std::optional<torch::Tensor>(const std::string&, torch::Tensor)>& edit) const {
    const fs::path old = path(name + ".old");
    fs::rename(path(name), old);
    {
      const auto from = hdf5::File::open(old);
      auto to = hdf5::File::create(path(name));
      for (const std::string& key : from.children("")) {
        if (const auto array = edit(key, from.read(key))) to.write(key, *array);
      }
      to.close();
    }
    fs::remove(old);
  }

  std::vector<std::string> keys;  ///< of the validation split, sorted
  Options options = youcook2_options();
  RunSpec spec;

  static constexpr const char* kFrames = "video_feat_100m.h5";
  static constexpr const char* kCounts = "video_feat_100m_num_frames.json";
  static constexpr const char* kWords = "text_feat_youcook2_meta_all_transformers_bert-base-uncased_-2,-1.h5";
  static constexpr const char* kSplits = "text_feat_youcook2_meta_all_transformers_bert-base-uncased_-2,-1_sentence_splits.json";

 private:
  test::TemporaryFolder folder_;
  fs::path data_;
};

}  // namespace vbench::video_text
