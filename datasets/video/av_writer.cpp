#include "datasets/video/av_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "datasets/video/encoder_input.hpp"
#include "harness/core/error.hpp"

extern "C" {
#include <libavutil/channel_layout.h>
}

namespace vbench::video {
namespace fs = std::filesystem;
using libav::allocated;
using libav::checked;
namespace {

constexpr int kQuantiser = 3;                 // 1 is best, 31 worst
constexpr int64_t kBitsPerChannel = 128'000;  // a second; hardly to be told from the original
constexpr int kFastest = 65535;               // frames a second that MPEG-4 can count
constexpr const char* kMissing = "install an FFmpeg (libavcodec) with this encoder";

libav::CodecContext open_picture_encoder(const cv::Size& size, int frames_per_second) {
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_MPEG4);
  if (codec == nullptr) throw input_error("this FFmpeg cannot encode MPEG-4 video", "", kMissing);
  auto encoder = picture_encoder(codec, size, frames_per_second);
  encoder->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_GLOBAL_HEADER;
  encoder->global_quality = FF_QP2LAMBDA * kQuantiser;
  checked(avcodec_open2(encoder.get(), codec, nullptr), "open the MPEG-4 encoder");
  return encoder;
}

libav::CodecContext open_sound_encoder(const Sound& sound) {
  const AVCodec* codec = avcodec_find_encoder_by_name("aac");
  if (codec == nullptr) throw input_error("this FFmpeg cannot encode AAC sound", "", kMissing);
  const bool whole = sound.channels > 0 && sound.samples.size() % static_cast<size_t>(sound.channels) == 0;
  if (sound.channels < 1 || sound.channels > 2 || !whole) {
    throw input_error(fmt::format("sound of {} values in {} channels cannot be written", sound.samples.size(), sound.channels));
  }
  libav::CodecContext encoder(allocated(avcodec_alloc_context3(codec)));
  const auto rate = static_cast<int>(std::clamp<int64_t>(sound.sample_rate, 1, 1'000'000));
  encoder->sample_rate = rate;
  encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
  av_channel_layout_default(&encoder->ch_layout, static_cast<int>(sound.channels));
  encoder->bit_rate = kBitsPerChannel * sound.channels;
  encoder->time_base = {1, rate};
  encoder->thread_count = 1;
  encoder->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER;
  if (rate != sound.sample_rate || avcodec_open2(encoder.get(), codec, nullptr) < 0) {
    throw input_error(fmt::format("sound of {} samples a second cannot be written as AAC", sound.sample_rate), "",
                      "rates that all players know: 24000, 44100, 48000");
  }
  return encoder;
}

/// The stream of sound: given piece by piece, so that the file's packets alternate with those of the pictures.
class SoundStream {
 public:
  SoundStream(libav::Muxer& muxer, const Sound& sound)
      : muxer_(muxer),
        sound_(sound),
        encoder_(open_sound_encoder(sound)),
        stream_(muxer.add_stream(*encoder_)),
        total_(static_cast<int64_t>(sound.samples.size()) / sound.channels) {}

  /// Encodes whole frames until this sample; at the end the rest.
  void encode_until(int64_t sample) {
    for (; given_ < total_ && given_ < sample; given_ += encoder_->frame_size) muxer_.encode(*encoder_, *stream_, frame().get());
  }
  void finish() {
    encode_until(total_);
    muxer_.encode(*encoder_, *stream_, nullptr);
  }

 private:
  [[nodiscard]] libav::Frame frame() const {
    libav::Frame frame(allocated(av_frame_alloc()));
    const auto count = static_cast<int>(std::min<int64_t>(encoder_->frame_size, total_ - given_));
    frame->format = encoder_->sample_fmt;
    frame->sample_rate = encoder_->sample_rate;
    frame->nb_samples = count;
    frame->pts = given_;
    checked(av_channel_layout_copy(&frame->ch_layout, &encoder_->ch_layout), "describe the sound");
    checked(av_frame_get_buffer(frame.get(), 0), "hold a frame");
    constexpr float kFullScale = 32768;
    for (int64_t channel = 0; channel < sound_.channels; ++channel) {
      auto* plane = reinterpret_cast<float*>(frame->extended_data[channel]);
      const int16_t* source = sound_.samples.data() + given_ * sound_.channels + channel;
      for (int i = 0; i < count; ++i) plane[i] = static_cast<float>(source[i * sound_.channels]) / kFullScale;
    }
    return frame;
  }

  libav::Muxer& muxer_;
  const Sound& sound_;
  libav::CodecContext encoder_;
  const AVStream* stream_;
  int64_t total_, given_ = 0;
};

}  // namespace

std::string encode_mp4(const std::vector<cv::Mat>& frames, int frames_per_second, const Sound& sound) {
  libav::silence();
  check_frames(frames, frames_per_second);
  if (frames_per_second > kFastest) throw usage_error(fmt::format("{} frames a second are more than MPEG-4 holds", frames_per_second));
  const cv::Size size = frames.front().size();
  const auto encoder = open_picture_encoder(size, frames_per_second);
  const PictureConverter convert(size);
  libav::Muxer muxer("mp4");
  const AVStream* pictures = muxer.add_stream(*encoder);
  std::optional<SoundStream> sounds;
  if (!sound.samples.empty()) sounds.emplace(muxer, sound);
  muxer.begin();
  for (size_t i = 0; i < frames.size(); ++i) {
    const auto index = static_cast<int64_t>(i);
    if (sounds) sounds->encode_until((index + 1) * sound.sample_rate / frames_per_second);
    const auto frame = convert(frames[i], index);
    frame->quality = encoder->global_quality;
    muxer.encode(*encoder, *pictures, frame.get());
  }
  muxer.encode(*encoder, *pictures, nullptr);
  if (sounds) sounds->finish();
  return muxer.finish();
}

void write_mp4(const fs::path& file, const std::vector<cv::Mat>& frames, int frames_per_second, const Sound& sound) {
  write_encoded(file, [&] { return encode_mp4(frames, frames_per_second, sound); });
}

}  // namespace vbench::video
