// A folder of something-something of a few tiny videos in the official form.
#pragma once

#include <gmock/gmock.h>

#include <cstdlib>

#include "datasets/formats/json_file.hpp"
#include "datasets/something/family.hpp"
#include "datasets/something/something_data.hpp"
#include "datasets/video/video_writer.hpp"
#include "tests/datasets/report.hpp"
#include "tests/datasets/video/fixture.hpp"

namespace vbench::something {
namespace fs = std::filesystem;
}

namespace vbench::test {
namespace fs = std::filesystem;
using nlohmann::json;

/// In the order of their bytes.
inline const std::vector<std::string>& few_classes() {
  static const std::vector<std::string> names{"Holding something", "Moving something left", "Moving something right, but \"slowly\""};
  return names;
}

/// <folder>/data/something-something-v2: two training videos (10, 11, 20, 21, ...) and one validation video (15, 25, ...) a class, two of
/// the test split (91, 92). The video of id N has frames_of(N) frames, which no other id has.
class SmallFolder {
 public:
  SmallFolder() {
    ::setenv("VBENCH_CACHE", (folder_ / "cache").c_str(), 1);
    spec.dataset = "something-something-v2";
    spec.data_root = (folder_ / "data").string();
    spec.source = SourceChoice::kReal;
    spec.verbosity = -1;
    root = folder_.path() / "data" / "something-something-v2";
    static const Original original;  // encoded once
    fs::create_directories(root.parent_path());
    fs::copy(original.folder.path(), root, fs::copy_options::recursive);
    options.clip_frames = 8;
    options.crop = 24;
  }

  static int64_t frames_of(const std::string& id) { return id == "15" ? 14 : id == "25" ? 5 : 12; }
  static std::vector<std::string> ids(const std::string& split) {
    if (split == "test") return {"91", "92"};
    return split == "train" ? std::vector<std::string>{"10", "11", "20", "21", "30", "31"} : std::vector<std::string>{"15", "25", "35"};
  }
  static std::string template_of(const std::string& id) {
    static const std::vector<std::string> templates{"Holding [something]", "Moving [something] left",
                                                    "Moving [something] right, but \"slowly\""};
    return templates.at(static_cast<size_t>(id[0] - '1'));
  }

  [[nodiscard]] fs::path file(const std::string& name) const { return root / fmt::format("something-something-v2-{}.json", name); }
  [[nodiscard]] fs::path videos() const { return root / "20bn-something-something-v2"; }
  [[nodiscard]] fs::path video(const std::string& id) const { return videos() / (id + ".webm"); }
  [[nodiscard]] fs::path outside(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, const std::string& text) const { write_file_atomically(root / name, text); }
  /// Writes a list back with a change.
  void change(const std::string& split, const std::function<void(json&)>& edit) const {
    auto list = json::parse(read_file(file(split)));
    edit(list);
    write_file_atomically(file(split), list.dump());
  }

  [[nodiscard]] something::SomethingData open(Role role = Role::kEvaluate) const {
    return something::SomethingData::open(options, spec, role);
  }

  /// What verify says: "kind", or "kind (note)", but for the official counts that none of these files has. Messages are kept.
  std::vector<std::string> problems(bool deep = false) {
    DataRequest request;
    request.root = spec.data_root;
    request.source = spec.source;
    request.deep = deep;
    report = something::dataset_entry().verify(request);
    return kinds_of(report, "other than official", messages);
  }

 private:
  struct Original {
    Original() {
      json labels;
      for (size_t i = 0; i < few_classes().size(); ++i) labels[few_classes()[i]] = std::to_string(i);
      write_file_atomically(folder / "something-something-v2-labels.json", labels.dump());
      fs::create_directory(folder / "20bn-something-something-v2");
      for (const char* split : {"train", "validation", "test"}) {
        json list = json::array();
        for (const auto& id : ids(split)) {
          list.push_back({{"id", id}});
          if (std::string(split) != "test") list.back().update({{"template", template_of(id)}, {"label", "x"}, {"placeholders", {"x"}}});
          std::vector<cv::Mat> frames;
          for (int64_t i = 0; i < frames_of(id); ++i) frames.push_back(picture(i + id[1] - '0'));
          video::write_webm(folder / ("20bn-something-something-v2/" + id + ".webm"), frames, 12);
        }
        write_file_atomically(folder / fmt::format("something-something-v2-{}.json", split), list.dump());
      }
    }
    TemporaryFolder folder;
  };

  TemporaryFolder folder_;

 public:
  RunSpec spec;
  something::Options options;
  fs::path root;
  DataReport report;
  std::string messages;
};

inline clips::Sample read(const something::SomethingData& data, int64_t index, uint64_t seed = 1) {
  RandomStream random(seed, "augment", 0, static_cast<uint64_t>(index));
  return data.read(index, random);
}

}  // namespace vbench::test
