#include "datasets/audio_visual/stream_cache.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "datasets/audio/media_file.hpp"
#include "datasets/formats/hash.hpp"
#include "datasets/loader/ordered_prefetch.hpp"
#include "datasets/location/warning.hpp"
#include "harness/core/files.hpp"
#include "harness/core/stop_signal.hpp"
#include "harness/core/text.hpp"

namespace vbench::audio_visual {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFirstLine = "vbench lengths of streams 1";
constexpr const char* kControl = "\t\n\r";
constexpr auto kSaveEvery = std::chrono::seconds(30);

struct Known {
  uint64_t bytes = 0;
  int64_t changed_at = 0;
  Streams streams;
};
using KnownByPlace = std::unordered_map<std::string, Known>;

/// The cells of a line: no quotes, and empty ones count.
std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  for (;;) {
    const size_t tab = line.find('\t');
    cells.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return cells;
    line.remove_prefix(tab + 1);
  }
}

void take_line(std::string_view line, KnownByPlace& known) {
  const auto cells = cells_of(line);
  if (cells.size() != 6) return;
  const auto bytes = parse_int(cells[0]), changed_at = parse_int(cells[1]);
  const auto picture = parse_double(cells[2]), sound = parse_double(cells[3]);
  if (!bytes || !changed_at || !picture || !sound) return;
  known[std::string(cells[5])] = {static_cast<uint64_t>(*bytes), *changed_at, {*picture, *sound, std::string(cells[4])}};
}

KnownByPlace read_cache(const fs::path& file) {
  KnownByPlace known;
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return known;
  const std::string text = read_file(file);
  std::string_view rest = text;
  for (bool first = true; !rest.empty(); first = false) {
    const size_t end = rest.find('\n');
    if (end == std::string_view::npos) break;  // the last line has an end too
    const std::string_view line = rest.substr(0, end);
    if (first && line != kFirstLine) break;
    if (!first) take_line(line, known);
    rest.remove_prefix(end + 1);
  }
  return known;
}

/// @param known  one for each file: those alone are written
void write_cache(const fs::path& file, const std::vector<ListedFile>& files, const std::vector<Streams>& streams,
                 const std::vector<bool>& known) {
  std::string text = std::string(kFirstLine) + "\n";
  for (size_t i = 0; i < files.size(); ++i) {
    const ListedFile& video = files[i];
    if (!known[i] || video.place.find_first_of(kControl) != std::string::npos) continue;
    text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", video.bytes, video.changed_at, streams[i].picture_seconds, streams[i].sound_seconds,
                        streams[i].failure, video.place);
  }
  make_folder(file.parent_path());
  write_file_atomically(file, text);
}

Streams probe(const fs::path& path) {
  try {
    const auto seconds = audio::probe(path);
    return {seconds.picture.value_or(-1), seconds.sound.value_or(-1), ""};
  } catch (const Error& error) {
    return {-1, -1, printable(error.fact())};
  }
}

/// Fills in what the cache does not know, and saves now and then: some 100,000 files take minutes.
class Prober {
 public:
  Prober(fs::path folder, std::string name, const std::vector<ListedFile>& files, Verbosity verbosity)
      : folder_(std::move(folder)),
        name_(std::move(name)),
        cache_(stream_cache_file(folder_, name_)),
        files_(files),
        verbosity_(verbosity) {}

  std::vector<Streams> run() {
    take_known();
    if (!unknown_.empty()) probe_unknown();
    return std::move(streams_);
  }

 private:
  void take_known() {
    KnownByPlace known;
    guarded([&] { known = read_cache(cache_); });
    streams_.resize(files_.size());
    known_.resize(files_.size());
    for (size_t i = 0; i < files_.size(); ++i) {
      const ListedFile& file = files_[i];
      const auto found = known.find(file.place);
      const bool same = found != known.end() && found->second.bytes == file.bytes && found->second.changed_at == file.changed_at;
      if (same) streams_[i] = found->second.streams;
      known_[i] = same && file.there;
      if (!same && file.there) unknown_.push_back(i);
    }
  }

  void probe_unknown() {
    const auto total = static_cast<int64_t>(unknown_.size());
    const int64_t workers = std::max<int64_t>(1, std::thread::hardware_concurrency());
    OrderedPrefetch<Streams> probed(0, total, workers, 16 * workers,
                                    [&](int64_t i) { return probe(folder_ / files_[unknown_[static_cast<size_t>(i)]].place); });
    Progress progress(verbosity_);
    progress.begin("looking at streams of " + name_, total);
    auto saved = std::chrono::steady_clock::now();
    for (int64_t i = 0; i < total; ++i) {
      const size_t file = unknown_[static_cast<size_t>(i)];
      streams_[file] = *probed.next();
      known_[file] = true;
      progress.update(i + 1, "");
      if (stop_requested()) stop(i + 1);
      if (std::chrono::steady_clock::now() - saved < kSaveEvery) continue;
      save();
      saved = std::chrono::steady_clock::now();
    }
    progress.end();
    save();
  }

  [[noreturn]] void stop(int64_t looked_at) {
    save();
    throw Error(ErrorKind::kInterrupted, fmt::format("interrupted after {} of {} files", looked_at, unknown_.size()), name_,
                "what is known of them is kept: the same command goes on");
  }

  void save() {
    guarded([&] { write_cache(cache_, files_, streams_, known_); });
  }

  template <class Work>
  void guarded(const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      warn_once(fmt::format("lengths of streams are not kept: {}", error.what()), static_cast<int>(verbosity_));
    }
  }

  fs::path folder_;
  std::string name_;
  fs::path cache_;
  const std::vector<ListedFile>& files_;
  Verbosity verbosity_;
  std::vector<size_t> unknown_;
  std::vector<Streams> streams_;
  std::vector<bool> known_;  ///< what streams_ says of a file holds
};

}  // namespace

std::string to_string(Flaw flaw) {
  switch (flaw) {
    case Flaw::kNone:
      return "usable";
    case Flaw::kMissing:
      return "link to nothing";
    case Flaw::kUnreadable:
      return "unreadable video";
    case Flaw::kNoPicture:
      return "no picture";
    case Flaw::kNoSound:
      return "no sound";
    case Flaw::kShort:
      return "too short";
  }
  return "?";
}

Flaw flaw_of(const ListedFile& file, const Streams& streams, int64_t sound_seconds) {
  if (!file.there) return Flaw::kMissing;
  if (!streams.failure.empty()) return Flaw::kUnreadable;
  if (streams.picture_seconds < 0) return Flaw::kNoPicture;
  if (streams.sound_seconds < 0) return Flaw::kNoSound;
  const double longer = static_cast<double>(sound_seconds - 1);
  return streams.picture_seconds > kShortest && streams.sound_seconds > kShortest + longer ? Flaw::kNone : Flaw::kShort;
}

Error error_of(Flaw flaw, const ListedFile& file, const Streams& streams) {
  std::string fact = to_string(flaw);
  if (flaw == Flaw::kUnreadable) fact = streams.failure;
  if (flaw == Flaw::kShort) fact = fmt::format("pictures of {:.2f} s, sound of {:.2f} s", streams.picture_seconds, streams.sound_seconds);
  return input_error(fact, printable(file.place), flaw == Flaw::kShort ? fmt::format("both have to be longer than {} s", kShortest) : "");
}

std::vector<Streams> streams_of(const fs::path& folder, const std::string& name, const std::vector<ListedFile>& files,
                                Verbosity verbosity) {
  return Prober(folder, name, files, verbosity).run();
}

fs::path stream_cache_file(const fs::path& folder, const std::string& name) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(fs::absolute(folder), error);
  return cache_folder() / "streams" / fmt::format("{}-{}.tsv", name, hash_of((error ? folder : real).string()).substr(0, 16));
}

}  // namespace vbench::audio_visual
