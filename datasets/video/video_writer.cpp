#include "datasets/video/video_writer.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

namespace vbench::video {
namespace fs = std::filesystem;
namespace {

constexpr const char* kEncoder = "libvpx-vp9";

/// The fastest that libvpx offers, at a quality where noise of a few grey levels is lost but edges are not (0 is best, 63 worst). Frames
/// leave the encoder in order, none is looked at ahead.
constexpr std::array<std::array<const char*, 2>, 6> kEncoderOptions{
    {{"deadline", "realtime"}, {"cpu-used", "8"}, {"crf", "24"}, {"lag-in-frames", "0"}, {"auto-alt-ref", "0"}, {"row-mt", "0"}}};

/// Frees a libav object by the function that takes the address of its pointer.
template <auto kFree>
struct FreeByAddress {
  template <class T>
  void operator()(T* object) const {
    kFree(&object);
  }
};
struct FreeByPointer {
  void operator()(AVFormatContext* context) const { avformat_free_context(context); }
  void operator()(SwsContext* context) const { sws_freeContext(context); }
};
using CodecContext = std::unique_ptr<AVCodecContext, FreeByAddress<avcodec_free_context>>;
using FormatContext = std::unique_ptr<AVFormatContext, FreeByPointer>;
using ScaleContext = std::unique_ptr<SwsContext, FreeByPointer>;
using Frame = std::unique_ptr<AVFrame, FreeByAddress<av_frame_free>>;
using Packet = std::unique_ptr<AVPacket, FreeByAddress<av_packet_free>>;

/// Passes on what a libav call gave unless it is an error.
int checked(int result, const char* doing) {
  if (result >= 0) return result;
  std::array<char, AV_ERROR_MAX_STRING_SIZE> reason{};
  av_strerror(result, reason.data(), reason.size());
  throw input_error(fmt::format("FFmpeg cannot {}: {}", doing, reason.data()));
}

template <class T>
T* allocated(T* object) {
  if (object == nullptr) throw Error(ErrorKind::kInternal, "FFmpeg gives no memory");
  return object;
}

/// A file in memory. The muxer may go back in it to fill in lengths.
class MemoryFile {
 public:
  MemoryFile() { checked(avio_open_dyn_buf(&io_), "open a buffer"); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() {
    if (io_ != nullptr) static_cast<void>(take());
  }
  [[nodiscard]] AVIOContext* io() const { return io_; }
  [[nodiscard]] std::string take() {
    uint8_t* bytes = nullptr;
    const int size = avio_close_dyn_buf(io_, &bytes);
    io_ = nullptr;
    const std::unique_ptr<uint8_t, decltype(&av_free)> owner(bytes, av_free);
    return bytes == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  }

 private:
  AVIOContext* io_ = nullptr;
};

void check_frames(const std::vector<cv::Mat>& frames, int frames_per_second) {
  if (frames_per_second < 1) throw usage_error(fmt::format("{} frames a second are no video", frames_per_second));
  if (frames.empty()) throw input_error("a video of no frames cannot be written");
  const cv::Size size = frames.front().size();
  if (size.empty() || size.width % 2 != 0 || size.height % 2 != 0) {
    // Colours are stored at half the size.
    throw input_error(fmt::format("frames of {}x{} pixels cannot be written as a video", size.width, size.height), "",
                      "width and height must be even");
  }
  for (size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].type() != CV_8UC3) throw input_error(fmt::format("frame {} has not three channels of 8 bits", i));
    if (frames[i].size() == size) continue;
    throw input_error(
        fmt::format("frame {} has {}x{} pixels, the first one has {}x{}", i, frames[i].cols, frames[i].rows, size.width, size.height));
  }
}

CodecContext open_encoder(const cv::Size& size, int frames_per_second) {
  const AVCodec* codec = avcodec_find_encoder_by_name(kEncoder);
  if (codec == nullptr) {
    throw input_error(fmt::format("this FFmpeg cannot encode VP9: it was built without {}", kEncoder), "",
                      "install an FFmpeg (libavcodec) with libvpx");
  }
  CodecContext encoder(allocated(avcodec_alloc_context3(codec)));
  encoder->width = size.width;
  encoder->height = size.height;
  encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder->color_range = AVCOL_RANGE_MPEG;
  encoder->colorspace = AVCOL_SPC_SMPTE170M;  // what libswscale makes of BGR
  encoder->time_base = {1, frames_per_second};
  encoder->framerate = {frames_per_second, 1};
  encoder->bit_rate = 0;      // constant quality
  encoder->thread_count = 1;  // several videos are written at a time
  encoder->flags |= AV_CODEC_FLAG_BITEXACT;
  for (const auto& [name, value] : kEncoderOptions) checked(av_opt_set(encoder->priv_data, name, value, 0), "set up the VP9 encoder");
  checked(avcodec_open2(encoder.get(), codec, nullptr), "open the VP9 encoder");
  return encoder;
}

class WebmEncoder {
 public:
  WebmEncoder(const cv::Size& size, int frames_per_second) : encoder_(open_encoder(size, frames_per_second)) {
    AVFormatContext* context = nullptr;
    checked(avformat_alloc_output_context2(&context, nullptr, "webm", nullptr), "write WebM");
    muxer_.reset(context);
    muxer_->pb = file_.io();
    muxer_->flags |= AVFMT_FLAG_BITEXACT;  // no random identifier, no version
    stream_ = allocated(avformat_new_stream(muxer_.get(), nullptr));
    stream_->time_base = encoder_->time_base;
    stream_->avg_frame_rate = encoder_->framerate;
    checked(avcodec_parameters_from_context(stream_->codecpar, encoder_.get()), "describe the video");
    checked(avformat_write_header(muxer_.get(), nullptr), "begin the file");
    // Exact rounding: other processors give the same bytes.
    constexpr int kFlags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_BITEXACT;
    scaler_.reset(allocated(sws_getContext(size.width, size.height, AV_PIX_FMT_BGR24, size.width, size.height, AV_PIX_FMT_YUV420P, kFlags,
                                           nullptr, nullptr, nullptr)));
  }

  void add(const cv::Mat& picture, int64_t index) {
    const Frame frame(allocated(av_frame_alloc()));
    frame->format = encoder_->pix_fmt;
    frame->width = encoder_->width;
    frame->height = encoder_->height;
    frame->pts = index;
    checked(av_frame_get_buffer(frame.get(), 0), "hold a frame");
    const std::array<const uint8_t*, 4> source{picture.data};
    const std::array<int, 4> source_step{static_cast<int>(picture.step)};
    checked(sws_scale(scaler_.get(), source.data(), source_step.data(), 0, picture.rows, frame->data, frame->linesize), "convert a frame");
    checked(avcodec_send_frame(encoder_.get(), frame.get()), "encode a frame");
    write_packets();
  }

  [[nodiscard]] std::string finish() {
    checked(avcodec_send_frame(encoder_.get(), nullptr), "encode the last frame");
    write_packets();
    checked(av_write_trailer(muxer_.get()), "end the file");
    return file_.take();
  }

 private:
  void write_packets() {
    while (true) {
      const int result = avcodec_receive_packet(encoder_.get(), packet_.get());
      if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
      checked(result, "encode a frame");
      packet_->duration = 1;
      av_packet_rescale_ts(packet_.get(), encoder_->time_base, stream_->time_base);
      packet_->stream_index = stream_->index;
      checked(av_interleaved_write_frame(muxer_.get(), packet_.get()), "write a frame");
    }
  }

  CodecContext encoder_;
  MemoryFile file_;
  FormatContext muxer_;
  AVStream* stream_ = nullptr;  // the muxer's
  ScaleContext scaler_;
  Packet packet_{allocated(av_packet_alloc())};
};

}  // namespace

std::string encode_webm(const std::vector<cv::Mat>& frames, int frames_per_second) {
  // Encoders introduce themselves on stderr. Process-wide, and what video_file.cpp asks for as well: our messages say what matters.
  [[maybe_unused]] static const bool kSilenced = (av_log_set_level(AV_LOG_QUIET), true);
  check_frames(frames, frames_per_second);
  WebmEncoder encoder(frames.front().size(), frames_per_second);
  for (size_t i = 0; i < frames.size(); ++i) encoder.add(frames[i], static_cast<int64_t>(i));
  return encoder.finish();
}

void write_webm(const fs::path& file, const std::vector<cv::Mat>& frames, int frames_per_second) {
  std::string bytes;
  try {
    bytes = encode_webm(frames, frames_per_second);
  } catch (const Error& error) {
    throw Error(error.kind(), error.fact(), printable(file.string()), error.hint());
  }
  write_file_atomically(file, bytes);
}

}  // namespace vbench::video
