#include "datasets/video_text/meta.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "datasets/formats/json_file.hpp"
#include "datasets/video_text/text_preprocessing.hpp"

namespace vbench::video_text {
namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr double kShortestVideo = 1e-3, kLongestVideo = 1e6;  // seconds; frames a second must stay finite

void require_name(const std::string& name, const char* what) {
  const bool bad = name.empty() || name.find('/') != std::string::npos || name.find('\0') != std::string::npos;
  if (bad) throw input_error(std::string(what) + " is empty or holds a slash");  // it becomes part of a path
}

/// Checks times and turns reversed ones round.
SegmentMeta checked_segment(SegmentMeta segment, int64_t& reversed) {
  if (!std::isfinite(segment.start_sec) || !std::isfinite(segment.stop_sec)) throw input_error("a segment's time is not finite");
  if (segment.start_sec > segment.stop_sec) {
    std::swap(segment.start_sec, segment.stop_sec);
    ++reversed;
  }
  return segment;
}

double checked_duration(double duration) {
  if (!(duration >= kShortestVideo && duration <= kLongestVideo)) {
    throw input_error("the duration is not a positive number of seconds, from a thousandth to a million");
  }
  return duration;
}

/// Calls `item_of(name, video)` for every entry and says where it failed.
template <class Json, class ItemOf>
void collect(const Json& videos, const fs::path& path, Annotations& annotations, const ItemOf& item_of) {
  if (!videos.is_object()) throw input_error("not an object of videos", path.string());
  for (const auto& [name, video] : videos.items()) {
    try {
      ItemMeta item = item_of(name, video);
      require_name(item.key, "a key");
      require_name(item.data_key, "data_key");
      annotations.items.push_back(std::move(item));
    } catch (const Error& error) {
      throw input_error(error.fact(), path.string() + ": " + name);
    } catch (const json::exception& error) {
      throw input_error("an entry is missing or of another type: " + json_reason(error), path.string() + ": " + name);
    }
  }
}

SegmentMeta official_segment(const json& times, const json& sentence, int64_t& reversed) {
  if (!times.is_array() || times.size() != 2) throw input_error("a segment is not a pair of times");
  return checked_segment({collapse_white_space(sentence.get<std::string>()), times[0].get<double>(), times[1].get<double>()}, reversed);
}

ItemMeta youcook2_item(const std::string& id, const json& video, int64_t& reversed) {
  const auto subset = video.at("subset").get<std::string>();
  if (subset != "training" && subset != "validation") throw input_error("unknown subset '" + subset + "'");
  ItemMeta item{id, id, subset == "training" ? "train" : "val", checked_duration(video.at("duration").get<double>()), {}};
  for (const json& annotation : video.at("annotations")) {
    item.segments.push_back(official_segment(annotation.at("segment"), annotation.at("sentence"), reversed));
  }
  return item;
}

ItemMeta activitynet_item(const std::string& name, const json& video, const std::string& split, int64_t& reversed) {
  if (name.size() != 13 || name.rfind("v_", 0) != 0) throw input_error("the name is not 'v_' and 11 characters");
  const std::string id = name.substr(2);
  ItemMeta item{id + "_" + split, id, split, checked_duration(video.at("duration").get<double>()), {}};
  const json& times = video.at("timestamps");
  const json& sentences = video.at("sentences");
  if (!times.is_array() || !sentences.is_array() || times.size() != sentences.size()) {
    throw input_error("there are not as many sentences as time stamps");
  }
  for (size_t i = 0; i < times.size(); ++i) item.segments.push_back(official_segment(times[i], sentences[i], reversed));
  return item;
}

void read_youcook2(const fs::path& folder, Annotations& annotations) {
  annotations.files.push_back(folder / official_annotation_files("youcook2").front());
  const fs::path& path = annotations.files.back();
  const json file = read_json_object<json>(path);
  if (!file.contains("database")) throw input_error("there is no 'database'", path.string());
  collect(file["database"], path, annotations,
          [&](const std::string& name, const json& video) { return youcook2_item(name, video, annotations.reversed_segments); });
}

void read_activitynet(const fs::path& folder, Annotations& annotations) {
  for (const std::string split : {"train", "val_1", "val_2"}) {
    const fs::path path = folder / (split + ".json");
    if (split == "val_2" && !fs::exists(path)) continue;
    annotations.files.push_back(path);
    collect(read_json_object<json>(path), path, annotations, [&](const std::string& name, const json& video) {
      return activitynet_item(name, video, split, annotations.reversed_segments);
    });
  }
}

}  // namespace

Annotations read_meta_all(const fs::path& path) {
  Annotations annotations;
  annotations.files.push_back(path);
  const auto item_of = [&](const std::string& key, const ordered_json& video) {
    ItemMeta item{key, video.at("data_key"), video.at("split"), checked_duration(video.at("duration_sec").get<double>()), {}};
    const ordered_json& segments = video.at("segments");
    if (!segments.is_array()) throw input_error("'segments' is not a list");
    for (const ordered_json& segment : segments) {
      item.segments.push_back(
          checked_segment({segment.at("text"), segment.at("start_sec"), segment.at("stop_sec")}, annotations.reversed_segments));
    }
    return item;
  };
  collect(read_json_object<ordered_json>(path), path, annotations, item_of);
  return annotations;
}

Annotations read_official_annotations(const std::string& dataset, const fs::path& folder) {
  Annotations annotations;
  if (dataset == "youcook2") {
    read_youcook2(folder, annotations);
  } else {
    read_activitynet(folder, annotations);
  }
  std::sort(annotations.items.begin(), annotations.items.end(), [](const ItemMeta& a, const ItemMeta& b) { return a.key < b.key; });
  return annotations;
}

Annotations read_annotations(const std::string& dataset, const fs::path& folder) {
  const fs::path meta = folder / "meta_all.json";
  return fs::exists(meta) ? read_meta_all(meta) : read_official_annotations(dataset, folder);
}

std::vector<std::string> official_annotation_files(const std::string& dataset) {
  if (dataset == "youcook2") return {"youcookii_annotations_trainval.json"};
  return {"train.json", "val_1.json"};
}

}  // namespace vbench::video_text
