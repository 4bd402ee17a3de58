#include "datasets/clips/media.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "datasets/clips/labels.hpp"
#include "datasets/video/video_file.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::clips {
namespace fs = std::filesystem;
using annotations::ListedVideo;
using video::PackedDatabase;

/// Connections to one packed file. As many as threads have read at a time; none is shared while it is in use.
class Media::Pool : public std::enable_shared_from_this<Media::Pool> {
 public:
  explicit Pool(fs::path file) : file_(std::move(file)) { give_back(std::make_unique<PackedDatabase>(file_)); }

  [[nodiscard]] std::vector<std::string> names() { return lease()->names(); }

  [[nodiscard]] std::shared_ptr<video::FrameSource> open(const std::string& name) {
    std::shared_ptr<PackedDatabase> connection = lease();
    auto frames = connection->open(name);
    // The source goes first, then the connection is free again.
    return {frames.release(), [connection = std::move(connection)](video::FrameSource* source) mutable {
              delete source;
              connection.reset();
            }};
  }

  [[nodiscard]] const fs::path& file() const { return file_; }

 private:
  [[nodiscard]] std::shared_ptr<PackedDatabase> lease() {
    auto connection = take_idle();
    if (!connection) connection = std::make_unique<PackedDatabase>(file_);
    return {connection.release(),
            [pool = shared_from_this()](PackedDatabase* returned) { pool->give_back(std::unique_ptr<PackedDatabase>(returned)); }};
  }

  [[nodiscard]] std::unique_ptr<PackedDatabase> take_idle() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
  }

  void give_back(std::unique_ptr<PackedDatabase> connection) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
  }

  const fs::path file_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<PackedDatabase>> idle_;
};

namespace {

/// The packed file that a path means; nothing for a folder of videos. A video's own frames.db has n_frames beside it.
std::optional<fs::path> packed_file(const fs::path& path) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) return path;
  const bool inside = fs::exists(path / video::kFrameDatabase, error) && !fs::exists(path / video::kFrameCount, error);
  return inside ? std::optional(path / video::kFrameDatabase) : std::nullopt;
}

std::string without_video_extension(const std::string& name) {
  return video::is_video_name(name) ? fs::path(name).replace_extension().string() : name;
}

std::string with_underscores(std::string name) {
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

std::vector<std::string> folders_of_split(const std::string& split) {
  if (split.starts_with(kTrain)) return {"", "train/", "training/"};
  return {"", "val/", "validation/", "validate/", "test/"};
}

/// How the video may be called below a media folder, likeliest first.
std::vector<std::string> possible_names(const ListedVideo& video) {
  std::vector<std::string> names{video.media, without_video_extension(video.media), key_of(video)};
  const std::string clip = names.back().substr(video.label.size() + 1);
  const std::string underscored = with_underscores(video.label);
  names.push_back(underscored + "/" + clip);
  if (clip != video.id) {
    names.push_back(video.label + "/" + video.id);
    names.push_back(underscored + "/" + video.id);
  }
  names.push_back(clip);
  if (clip != video.id) names.push_back(video.id);
  std::vector<std::string> different;
  for (std::string& name : names) {
    if (name.empty() || name.front() == '/') continue;  // a row without label
    if (std::find(different.begin(), different.end(), name) == different.end()) different.push_back(std::move(name));
  }
  return different;
}

}  // namespace

Media::Media(const fs::path& path) : path_(path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    const bool unfinished = fs::exists(path.parent_path() / video::packed::kUnfinished, error);
    throw input_error(unfinished ? "the conversion has not ended" : "no such folder of videos or frames", printable(path.string()),
                      unfinished ? "run the same 'vbench data convert' again; it goes on where it stopped" : "name it with data.media");
  }
  if (const auto file = packed_file(path)) pool_ = std::make_shared<Pool>(*file);
}

bool Media::is_video_file(const std::string& place) const {
  std::error_code error;
  return !pool_ && fs::is_regular_file(path_ / place, error);
}

std::vector<std::string> Media::packed_names() const { return pool_->names(); }

std::shared_ptr<video::FrameSource> Media::open(const std::string& place, std::optional<int64_t> known_frames) const {
  if (pool_) return pool_->open(place);
  if (is_video_file(place)) return std::make_shared<video::VideoFile>(path_ / place, known_frames);
  return video::open_frames(path_ / place);
}

std::string Media::extent(const std::string& place) const {
  if (pool_) return fmt::format("packed {}", pool_->open(place)->frames());
  std::error_code error;
  const fs::path path = path_ / place, database = path / video::kFrameDatabase;
  if (fs::is_regular_file(path, error)) return fmt::format("video {}", fs::file_size(path, error));
  if (fs::is_regular_file(database, error)) return fmt::format("database {}", fs::file_size(database, error));
  return fmt::format("pictures {}", std::distance(fs::directory_iterator(path, error), fs::directory_iterator()));
}

std::string Media::description() const {
  if (pool_) return "packed frame database " + printable(pool_->file().string());
  return "folder " + printable(path_.string());
}

std::optional<fs::path> find_media(const fs::path& folder, const std::string& official_folder) {
  std::error_code error;
  for (const std::string& name : {std::string(video::kFrameDatabase), std::string("jpg"), std::string("videos"), official_folder}) {
    if (!name.empty() && fs::exists(folder / name, error)) return folder / name;
  }
  return std::nullopt;
}

std::string wanted_media(const fs::path& folder, const std::string& official_folder) {
  std::error_code error;
  if (fs::exists(folder / video::packed::kUnfinished, error))
    return fmt::format("{} (its conversion has not ended: the same 'vbench data convert' goes on)", video::kFrameDatabase);
  return fmt::format("{}, jpg/ or {}/", video::kFrameDatabase, official_folder.empty() ? "videos" : official_folder);
}

VideoFinder::VideoFinder(const Media& media) : media_(media) {
  if (!media.is_packed()) return;
  for (std::string& name : media.packed_names()) packed_.insert(std::move(name));
}

const VideoFinder::Listing& VideoFinder::listing(const std::string& folder) {
  const auto [place, fresh] = listings_.try_emplace(folder);
  if (!fresh) return place->second;
  for (const fs::path& path : list_folder(media_.path() / folder)) {
    const std::string name = path.filename().string();
    place->second.names.insert(name);
    if (video::is_video_name(name)) place->second.stems.emplace(path.stem().string(), name);  // of several the first one
  }
  return place->second;
}

std::optional<std::string> VideoFinder::look_up(const std::string& name) {
  if (media_.is_packed()) return packed_.contains(name) ? std::optional(name) : std::nullopt;
  const size_t slash = name.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : name.substr(0, slash);
  const std::string last = name.substr(slash + 1);  // npos + 1 is 0
  const Listing& found = listing(folder);
  if (found.names.contains(last)) return name;
  const auto file = found.stems.find(last);
  if (file == found.stems.end()) return std::nullopt;
  return folder.empty() ? file->second : folder + "/" + file->second;
}

std::optional<std::string> VideoFinder::find(const ListedVideo& video, const std::string& split) {
  require_inside(video, media_.path().string());
  const auto names = possible_names(video);
  for (const std::string& folder : folders_of_split(split)) {
    for (const std::string& name : names) {
      if (auto place = look_up(folder + name)) return place;
    }
  }
  return std::nullopt;
}

}  // namespace vbench::clips
