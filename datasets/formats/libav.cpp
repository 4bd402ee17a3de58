#include "datasets/formats/libav.hpp"

#include <fmt/format.h>

#include <array>

#include "harness/core/error.hpp"

extern "C" {
#include <libavutil/log.h>
}

namespace vbench::libav {

void silence() { [[maybe_unused]] static const bool kSilenced = (av_log_set_level(AV_LOG_QUIET), true); }

std::string reason(int result) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> words{};
  av_strerror(result, words.data(), words.size());
  return words.data();
}

int checked(int result, const char* doing) {
  if (result >= 0) return result;
  throw input_error(fmt::format("FFmpeg cannot {}: {}", doing, reason(result)));
}

void require_memory(const void* object) {
  if (object == nullptr) throw Error(ErrorKind::kInternal, "FFmpeg gives no memory");
}

Muxer::Muxer(const char* format) {
  AVFormatContext* context = nullptr;
  checked(avformat_alloc_output_context2(&context, nullptr, format, nullptr), "write this kind of file");
  context_.reset(context);
  checked(avio_open_dyn_buf(&context_->pb), "open a buffer");
  context_->flags |= AVFMT_FLAG_BITEXACT;
}

Muxer::~Muxer() {
  if (context_->pb != nullptr) static_cast<void>(take());
}

AVStream* Muxer::add_stream(const AVCodecContext& encoder) {
  AVStream* stream = allocated(avformat_new_stream(context_.get(), nullptr));
  stream->time_base = encoder.time_base;
  stream->avg_frame_rate = encoder.framerate;
  checked(avcodec_parameters_from_context(stream->codecpar, &encoder), "describe the stream");
  return stream;
}

void Muxer::begin() { checked(avformat_write_header(context_.get(), nullptr), "begin the file"); }

void Muxer::encode(AVCodecContext& encoder, const AVStream& stream, const AVFrame* frame) {
  checked(avcodec_send_frame(&encoder, frame), "encode a frame");
  while (true) {
    const int result = avcodec_receive_packet(&encoder, packet_.get());
    if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
    checked(result, "encode a frame");
    if (encoder.codec_type == AVMEDIA_TYPE_VIDEO) packet_->duration = 1;  // the last picture lasts as long as the others
    av_packet_rescale_ts(packet_.get(), encoder.time_base, stream.time_base);
    packet_->stream_index = stream.index;
    checked(av_interleaved_write_frame(context_.get(), packet_.get()), "write a frame");
  }
}

std::string Muxer::finish() {
  checked(av_write_trailer(context_.get()), "end the file");
  return take();
}

std::string Muxer::take() {
  uint8_t* bytes = nullptr;
  const int size = avio_close_dyn_buf(context_->pb, &bytes);
  context_->pb = nullptr;
  const std::unique_ptr<uint8_t, FreeByPointer<av_free>> owner(bytes);
  return bytes == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
}

}  // namespace vbench::libav
