#include "datasets/synthetic/official.hpp"

#include <cmath>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"

namespace vbench::synthetic {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

std::string collapsed(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

SegmentMeta segment_of(const json& times, const json& sentence) {
  if (!times.is_array() || times.size() != 2) throw input_error("a segment is not a pair of times");
  SegmentMeta segment{collapsed(sentence.get<std::string>()), times[0].get<double>(), times[1].get<double>()};
  if (!std::isfinite(segment.start_sec) || !std::isfinite(segment.stop_sec)) throw input_error("a segment's time is not finite");
  if (segment.start_sec > segment.stop_sec) std::swap(segment.start_sec, segment.stop_sec);
  return segment;
}

double duration_of(const json& video) {
  const double duration = video.at("duration").get<double>();
  if (!std::isfinite(duration) || duration <= 0 || duration > 1e6) throw input_error("the duration is not a positive number of seconds");
  return duration;
}

ItemMeta youcook2_item(const std::string& id, const json& video) {
  const auto subset = video.at("subset").get<std::string>();
  if (subset != "training" && subset != "validation") throw input_error("unknown subset '" + subset + "'");
  ItemMeta item{id, id, subset == "training" ? "train" : "val", duration_of(video), {}};
  for (const json& annotation : video.at("annotations"))
    item.segments.push_back(segment_of(annotation.at("segment"), annotation.at("sentence")));
  return item;
}

ItemMeta activitynet_item(const std::string& name, const json& video, const std::string& split) {
  if (name.size() != 13 || name.rfind("v_", 0) != 0) throw input_error("the name is not 'v_' and 11 characters");
  const std::string id = name.substr(2);
  ItemMeta item{id + "_" + split, id, split, duration_of(video), {}};
  const json& times = video.at("timestamps");
  const json& sentences = video.at("sentences");
  if (!times.is_array() || !sentences.is_array() || times.size() != sentences.size())
    throw input_error("there are not as many sentences as time stamps");
  for (size_t i = 0; i < times.size(); ++i) item.segments.push_back(segment_of(times[i], sentences[i]));
  return item;
}

/// Calls `item_of(name, video)` for every entry of an object and says where it failed.
template <class ItemOf>
void collect(const json& videos, const fs::path& path, std::vector<ItemMeta>& items, const ItemOf& item_of) {
  if (!videos.is_object()) throw input_error("not an object of videos", path.string());
  for (const auto& [name, video] : videos.items()) {
    try {
      ItemMeta item = item_of(name, video);
      if (item.segments.empty()) throw input_error("the video has no segments");
      items.push_back(std::move(item));
    } catch (const Error& error) {
      throw input_error(error.fact(), path.string() + ": " + name);
    } catch (const json::exception& error) {
      throw input_error(std::string("not as in the official file: ") + error.what(), path.string() + ": " + name);
    }
  }
}

json parse(const fs::path& path) {
  try {
    return json::parse(read_file(path));
  } catch (const json::exception& error) {
    throw input_error(std::string("not valid JSON: ") + error.what(), path.string());
  }
}

}  // namespace

std::vector<ItemMeta> read_official_annotations(const std::string& dataset, const fs::path& folder) {
  std::vector<ItemMeta> items;
  if (dataset == "youcook2") {
    const fs::path path = folder / "youcookii_annotations_trainval.json";
    const json file = parse(path);
    if (!file.is_object() || !file.contains("database")) throw input_error("there is no 'database'", path.string());
    collect(file["database"], path, items, youcook2_item);
    return items;
  }
  for (const std::string split : {"train", "val_1", "val_2"}) {
    const fs::path path = folder / (split + ".json");
    if (split == "val_2" && !fs::exists(path)) continue;
    collect(parse(path), path, items, [&](const std::string& name, const json& video) { return activitynet_item(name, video, split); });
  }
  return items;
}

}  // namespace vbench::synthetic
