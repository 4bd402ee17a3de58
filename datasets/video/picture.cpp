#include "datasets/video/picture.hpp"
#include "datasets/loader/stage_clock.hpp"

#include <fmt/format.h>
#include <turbojpeg.h>

#include <algorithm>
#include <memory>
#include <new>
#include <opencv2/imgcodecs.hpp>
#include <vector>

#include "harness/core/error.hpp"

namespace vbench::video {
namespace {

constexpr int64_t kMostPixels = int64_t{1} << 26;  // 8192 x 8192: a damaged header must not ask for all memory

[[noreturn]] void fail(const PicturePlace& place, const std::string& reason) {
  throw input_error(fmt::format("frame {} cannot be decoded: {}", place.frame, reason), place.source,
                    "convert the video again, or take it out of the list");
}

struct DestroyDecompressor {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Decompressor = std::unique_ptr<void, DestroyDecompressor>;

/// One a thread: making it costs as much as a small picture.
Decompressor& decompressor() {
  static thread_local Decompressor handle;
  if (!handle) handle.reset(tjInitDecompress());
  if (!handle) throw std::bad_alloc();
  return handle;
}

/// After bad data a decompressor may go on in the middle of them, whatever it is given next: a new one then.
[[noreturn]] void fail_in_decompressor(const PicturePlace& place) {
  const std::string reason = tjGetErrorStr2(decompressor().get());
  decompressor().reset();
  fail(place, reason);
}

struct Header {
  int width = 0, height = 0, subsampling = 0, colours = 0;
};

const unsigned char* data_of(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

bool is_jpeg(std::string_view bytes) { return bytes.size() > 3 && bytes.substr(0, 3) == "\xFF\xD8\xFF"; }

/// Exif data may ask for a rotation, which only OpenCV applies.
bool has_exif(std::string_view bytes) {
  const auto at = [&bytes](size_t i) { return static_cast<size_t>(static_cast<unsigned char>(bytes[i])); };
  constexpr size_t kStartOfScan = 0xDA, kApplication1 = 0xE1;
  for (size_t place = 2; place + 4 <= bytes.size() && at(place) == 0xFF && at(place + 1) != kStartOfScan;) {
    if (at(place + 1) == kApplication1 && bytes.substr(place + 4, 4) == "Exif") return true;
    place += 2 + at(place + 2) * 256 + at(place + 3);
  }
  return false;
}

cv::Mat decode_with_opencv(std::string_view bytes, const PicturePlace& place) {
  cv::Mat picture;
  try {
    const cv::Mat input(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
    picture = cv::imdecode(input, cv::IMREAD_COLOR);
  } catch (const cv::Exception& error) {
    fail(place, error.err);
  }
  if (picture.empty()) fail(place, "the data are no picture");
  return picture;
}

/// The strongest reduction that keeps the shorter side.
tjscalingfactor reduction(const Header& header, int64_t min_shorter_side) {
  if (min_shorter_side <= 0) return {1, 1};
  for (const int divisor : {8, 4, 2}) {
    const tjscalingfactor factor{1, divisor};
    if (TJSCALED(std::min(header.width, header.height), factor) >= min_shorter_side) return factor;
  }
  return {1, 1};
}

}  // namespace

cv::Mat decode_picture(std::string_view bytes, int64_t min_shorter_side, const PicturePlace& place) {
  const StageScope decoding(ReadStage::kDecode);
  if (bytes.empty()) fail(place, "there are no data");
  if (!is_jpeg(bytes) || has_exif(bytes)) return decode_with_opencv(bytes, place);
  void* const handle = decompressor().get();
  Header header;
  if (tjDecompressHeader3(handle, data_of(bytes), bytes.size(), &header.width, &header.height, &header.subsampling, &header.colours) != 0)
    fail_in_decompressor(place);
  if (header.width == 0 || header.height == 0) fail(place, "the data end before the picture begins");
  if (int64_t{header.width} * header.height > kMostPixels)
    fail(place, fmt::format("its header says {}x{} pixels, {} are the most", header.width, header.height, kMostPixels));
  if (header.colours == TJCS_CMYK || header.colours == TJCS_YCCK) return decode_with_opencv(bytes, place);
  const tjscalingfactor factor = reduction(header, min_shorter_side);
  cv::Mat picture(TJSCALED(header.height, factor), TJSCALED(header.width, factor), CV_8UC3);
  const int code = tjDecompress2(handle, data_of(bytes), bytes.size(), picture.data, picture.cols, static_cast<int>(picture.step[0]),
                                 picture.rows, TJPF_BGR, TJFLAG_ACCURATEDCT);
  if (code != 0) fail_in_decompressor(place);  // warnings too: where OpenCV goes on with grey, data are missing
  return picture;
}

std::string encode_jpeg(const cv::Mat& picture, int64_t quality) {
  std::vector<unsigned char> bytes;
  cv::imencode(".jpg", picture, bytes, {cv::IMWRITE_JPEG_QUALITY, static_cast<int>(quality)});
  return {bytes.begin(), bytes.end()};
}

}  // namespace vbench::video
