#include "datasets/video/video_writer.hpp"

#include <fmt/format.h>

#include <array>

#include "datasets/video/encoder_input.hpp"
#include "harness/core/error.hpp"

extern "C" {
#include <libavutil/opt.h>
}

namespace vbench::video {
namespace fs = std::filesystem;
using libav::checked;
namespace {

constexpr const char* kEncoder = "libvpx-vp9";

/// The fastest that libvpx offers, at a quality where noise of a few grey levels is lost but edges are not (0 is best, 63 worst). Frames
/// leave the encoder in order, none is looked at ahead.
constexpr std::array<std::array<const char*, 2>, 6> kEncoderOptions{
    {{"deadline", "realtime"}, {"cpu-used", "8"}, {"crf", "24"}, {"lag-in-frames", "0"}, {"auto-alt-ref", "0"}, {"row-mt", "0"}}};

libav::CodecContext open_encoder(const cv::Size& size, int frames_per_second) {
  const AVCodec* codec = avcodec_find_encoder_by_name(kEncoder);
  if (codec == nullptr) {
    throw input_error(fmt::format("this FFmpeg cannot encode VP9: it was built without {}", kEncoder), "",
                      "install an FFmpeg (libavcodec) with libvpx");
  }
  auto encoder = picture_encoder(codec, size, frames_per_second);
  encoder->bit_rate = 0;  // constant quality
  for (const auto& [name, value] : kEncoderOptions) checked(av_opt_set(encoder->priv_data, name, value, 0), "set up the VP9 encoder");
  checked(avcodec_open2(encoder.get(), codec, nullptr), "open the VP9 encoder");
  return encoder;
}

}  // namespace

std::string encode_webm(const std::vector<cv::Mat>& frames, int frames_per_second) {
  libav::silence();  // encoders introduce themselves on stderr
  check_frames(frames, frames_per_second);
  const cv::Size size = frames.front().size();
  const auto encoder = open_encoder(size, frames_per_second);
  const PictureConverter convert(size);
  libav::Muxer muxer("webm");
  const AVStream* stream = muxer.add_stream(*encoder);
  muxer.begin();
  for (size_t i = 0; i < frames.size(); ++i) muxer.encode(*encoder, *stream, convert(frames[i], static_cast<int64_t>(i)).get());
  muxer.encode(*encoder, *stream, nullptr);
  return muxer.finish();
}

void write_webm(const fs::path& file, const std::vector<cv::Mat>& frames, int frames_per_second) {
  write_encoded(file, [&] { return encode_webm(frames, frames_per_second); });
}

}  // namespace vbench::video
