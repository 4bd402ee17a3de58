#include "datasets/video_text/checksums.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "datasets/formats/hash.hpp"
#include "datasets/formats/json_file.hpp"
#include "datasets/loader/ordered_prefetch.hpp"
#include "harness/core/files.hpp"

namespace vbench::video_text {
namespace fs = std::filesystem;

namespace {

/// Path, size and time of last change: another state of the file has another one.
std::string state_of(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  const auto changed = fs::last_write_time(path, error);
  if (error) return "";
  return fmt::format("{}|{}|{}", path.string(), size, changed.time_since_epoch().count());
}

/// Checksums of earlier scans: state of both files and key -> hash.
class Memory {
 public:
  explicit Memory(const DatasetFiles& files)
      : file_(cache_folder() / "checksums" /
              (hash_of(fs::absolute(files.location.folder).string() + "\n" + files.options.video_features + "\n" +
                       files.options.text_features) +
               ".json")) {
    try {
      if (fs::exists(file_)) known_ = read_json_object<nlohmann::json>(file_);
    } catch (const Error&) {
      known_ = nlohmann::json::object();  // a damaged memory only costs time
    }
  }

  [[nodiscard]] std::string find(const std::string& state) const {
    const auto found = known_.find(state);
    return found != known_.end() && found->is_string() ? found->get<std::string>() : "";
  }
  void add(const std::string& state, const std::string& hash) { known_[state] = hash; }
  void save() const {
    try {
      make_folder(file_.parent_path());
      write_file_atomically(file_, known_.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
    } catch (const Error&) {
      // Without a cache folder every run reads everything.
    }
  }

 private:
  fs::path file_;
  nlohmann::json known_ = nlohmann::json::object();
};

ItemChecksum checksum_of(const DatasetFiles& files, const Item& item) {
  try {
    const ItemFeatures features = read_features(files, item);
    return {hash_of(hash_of(features.frames) + hash_of(features.words)), std::nullopt};
  } catch (const Error& error) {
    return {"", error};
  }
}

}  // namespace

std::vector<ItemChecksum> checksum_items(const DatasetFiles& files, const std::vector<Item>& items, int64_t workers,
                                         std::chrono::milliseconds worth_remembering) {
  const auto begin = std::chrono::steady_clock::now();
  Memory memory(files);
  const std::string words_state = state_of(files.words->file_of(""));
  std::vector<std::string> states;
  for (const Item& item : items) {
    states.push_back(fmt::format("{}|{}|{}|{}", state_of(files.frames->file_of(item.data_key)), words_state, item.data_key, item.text_key));
  }
  const auto make = [&](int64_t i) -> ItemChecksum {
    const std::string known = memory.find(states[static_cast<size_t>(i)]);
    return known.empty() ? checksum_of(files, items[static_cast<size_t>(i)]) : ItemChecksum{known, std::nullopt};
  };
  OrderedPrefetch<ItemChecksum> made(0, static_cast<int64_t>(items.size()), workers, 4 * std::max<int64_t>(workers, 1), make);
  std::vector<ItemChecksum> checksums;
  while (auto checksum = made.next()) checksums.push_back(std::move(*checksum));
  if (std::chrono::steady_clock::now() - begin < worth_remembering) return checksums;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!checksums[i].failure) memory.add(states[i], checksums[i].hash);
  }
  memory.save();
  return checksums;
}

std::string fingerprint_hash(const std::vector<Item>& items, const std::vector<ItemChecksum>& checksums) {
  std::vector<size_t> order(items.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return items[a].key < items[b].key; });
  std::string text;
  for (const size_t i : order) {
    text += fmt::format("{}\n{}\n{}\n", items[i].key, hash_of(items[i].annotation), checksums[i].hash);
  }
  return hash_of(text);
}

}  // namespace vbench::video_text
