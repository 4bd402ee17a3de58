#include "datasets/audio/sound_decoder.hpp"
#include "datasets/loader/stage_clock.hpp"

#include <fmt/format.h>

#include "harness/core/error.hpp"

extern "C" {
#include <libavutil/channel_layout.h>
}

namespace vbench::audio {
using libav::allocated;
namespace {

constexpr int kLowestSourceRate = 1000, kHighestSourceRate = 768'000;  // of a source; less would make millions of samples of a frame

libav::CodecContext open_decoder(const AVStream& stream, const std::string& name) {
  const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
  if (codec == nullptr) {
    throw input_error(fmt::format("this FFmpeg cannot decode its sound ({})", avcodec_get_name(stream.codecpar->codec_id)), name);
  }
  libav::CodecContext decoder(allocated(avcodec_alloc_context3(codec)));
  int result = avcodec_parameters_to_context(decoder.get(), stream.codecpar);
  decoder->pkt_timebase = stream.time_base;
  decoder->thread_count = 1;  // several files are read at a time
  if (result >= 0) result = avcodec_open2(decoder.get(), codec, nullptr);
  if (result < 0) throw input_error(fmt::format("its sound cannot be decoded: {}", libav::reason(result)), name);
  return decoder;
}

}  // namespace

SoundDecoder::SoundDecoder(MediaFile& file, int64_t sample_rate)
    : file_(file), sample_rate_(sample_rate), frame_(allocated(av_frame_alloc())) {
  const AVStream* stream = file.sound();
  if (stream == nullptr) throw input_error("has no sound", file.name());
  decoder_ = open_decoder(*stream, file.name());
  file.keep_only({stream});
  stream_ = stream->index;
}

void SoundDecoder::run(const TakeSamples& take) {
  const StageScope decoding(ReadStage::kDecode);
  const libav::Packet packet(allocated(av_packet_alloc()));
  while (file_.next(*packet)) {
    const bool wanted = packet->stream_index != stream_ || decode(packet.get(), take);
    av_packet_unref(packet.get());
    if (!wanted) return;
  }
  if (decode(nullptr, take)) static_cast<void>(flush(take));
}

bool SoundDecoder::decode(const AVPacket* packet, const TakeSamples& take) {
  if (avcodec_send_packet(decoder_.get(), packet) < 0) return true;  // damaged: the next one may be whole
  while (avcodec_receive_frame(decoder_.get(), frame_.get()) >= 0) {
    if (!convert(*frame_, take)) return false;
  }
  return true;
}

bool SoundDecoder::convert(const AVFrame& frame, const TakeSamples& take) {
  const auto& layout = frame.ch_layout;
  const Form form{frame.format, frame.sample_rate, layout.nb_channels, layout.order == AV_CHANNEL_ORDER_NATIVE ? layout.u.mask : 0};
  if (form != form_) {
    if (!flush(take)) return false;
    make_resampler(frame, form);
  }
  const auto samples = resample(const_cast<const uint8_t**>(frame.extended_data), frame.nb_samples);
  return samples.empty() || take(samples);
}

bool SoundDecoder::flush(const TakeSamples& take) {
  bool wanted = true;
  while (resampler_ && wanted) {
    const auto samples = resample(nullptr, 0);
    if (samples.empty()) break;
    wanted = take(samples);
  }
  resampler_.reset();
  return wanted;
}

std::span<const int16_t> SoundDecoder::resample(const uint8_t** source, int count) {
  const int most = swr_get_out_samples(resampler_.get(), count);
  if (most <= 0) return {};
  converted_.resize(static_cast<size_t>(most));
  auto* target = reinterpret_cast<uint8_t*>(converted_.data());
  const int got = swr_convert(resampler_.get(), &target, most, source, count);
  if (got < 0) throw input_error(fmt::format("its sound cannot be resampled: {}", libav::reason(got)), file_.name());
  return std::span(converted_).first(static_cast<size_t>(got));
}

void SoundDecoder::make_resampler(const AVFrame& frame, const Form& form) {
  if (form.rate < kLowestSourceRate || form.rate > kHighestSourceRate) {
    throw input_error(fmt::format("its sound has {} samples a second; {} to {} are read", form.rate, kLowestSourceRate, kHighestSourceRate),
                      file_.name());
  }
  AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO, layout{};
  if (frame.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
    av_channel_layout_default(&layout, form.channels);
  } else {
    libav::checked(av_channel_layout_copy(&layout, &frame.ch_layout), "describe the sound");
  }
  SwrContext* resampler = nullptr;
  int result = swr_alloc_set_opts2(&resampler, &mono, AV_SAMPLE_FMT_S16, static_cast<int>(sample_rate_), &layout,
                                   static_cast<AVSampleFormat>(form.format), form.rate, 0, nullptr);
  av_channel_layout_uninit(&layout);
  resampler_.reset(resampler);
  if (result >= 0) result = swr_init(resampler_.get());
  if (result < 0) {
    resampler_.reset();
    throw input_error(fmt::format("its {} channels of sound cannot be mixed to one: {}", form.channels, libav::reason(result)),
                      file_.name());
  }
  form_ = form;
}

}  // namespace vbench::audio
