#include "datasets/clips/look.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <thread>

#include "datasets/clips/reading.hpp"
#include "datasets/loader/ordered_prefetch.hpp"
#include "datasets/video/video_file.hpp"
#include "harness/core/progress.hpp"

namespace vbench::clips {
namespace {

constexpr int64_t kAtOnce = 64;  // frames decoded before the next are read

void decode_all(video::FrameSource& source, int64_t frames) {
  cv::Size size;
  for (int64_t first = 0; first < frames; first += kAtOnce) {
    std::vector<int64_t> indices(static_cast<size_t>(std::min(kAtOnce, frames - first)));
    std::iota(indices.begin(), indices.end(), first);
    const cv::Size found = source.read(indices).front().size();
    if (first == 0) size = found;
    if (found == size) continue;
    throw input_error(fmt::format("frame {} is {}x{}, frame 0 is {}x{}", first, found.width, found.height, size.width, size.height),
                      source.name(), "the frames of a video must be of one size; 'vbench data convert' makes them so");
  }
}

Look look_at(const Media& media, const std::string& place, Depth depth) {
  Look look;
  try {
    const auto source = media.open(place);
    look.frames = source->frames();
    if (const auto* file = dynamic_cast<const video::VideoFile*>(source.get())) look.promised = file->frames_in_header();
    if (look.frames < 1) throw input_error("holds no frames", source->name());
    if (depth == Depth::kEnds) (void)source->read(std::vector<int64_t>{0, look.frames / 2, look.frames - 1});
    if (depth == Depth::kAll) decode_all(*source, look.frames);
  } catch (const Error& error) {
    look.failure = error;
  } catch (const cv::Exception& error) {
    look.failure = decoding_error(error, place);
  }
  return look;
}

}  // namespace

void look_at_all(const std::string& title, const Media& media, const std::vector<std::string>& places, Depth depth,
                 const std::function<void(size_t index, const Look& look)>& take) {
  const auto total = static_cast<int64_t>(places.size());
  const int64_t workers = std::max<int64_t>(1, std::thread::hardware_concurrency());
  OrderedPrefetch<Look> looks(0, total, workers, 4 * workers,
                              [&](int64_t index) { return look_at(media, places[static_cast<size_t>(index)], depth); });
  Progress progress(Verbosity::kNormal);
  progress.begin(title, total);
  for (int64_t index = 0; index < total; ++index) {
    take(static_cast<size_t>(index), *looks.next());
    progress.update(index + 1, "");
  }
  progress.end();
}

}  // namespace vbench::clips
