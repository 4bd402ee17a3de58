// Owners and errors for what FFmpeg's libraries give. Used by everything that reads sound or writes videos.
#pragma once

#include <memory>
#include <string>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

namespace vbench::libav {

/// Frees an object by the function that takes the address of its pointer.
template <auto kFree>
struct FreeByAddress {
  template <class T>
  void operator()(T* object) const {
    kFree(&object);
  }
};
/// Frees an object by the function that takes its pointer.
template <auto kFree>
struct FreeByPointer {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using CodecContext = std::unique_ptr<AVCodecContext, FreeByAddress<avcodec_free_context>>;
using InputContext = std::unique_ptr<AVFormatContext, FreeByAddress<avformat_close_input>>;
using OutputContext = std::unique_ptr<AVFormatContext, FreeByPointer<avformat_free_context>>;
using ScaleContext = std::unique_ptr<SwsContext, FreeByPointer<sws_freeContext>>;
using ResampleContext = std::unique_ptr<SwrContext, FreeByAddress<swr_free>>;
using Frame = std::unique_ptr<AVFrame, FreeByAddress<av_frame_free>>;
using Packet = std::unique_ptr<AVPacket, FreeByAddress<av_packet_free>>;

/// FFmpeg says nothing on stderr from now on, in the whole process: our messages say what matters. Call before anything else here.
void silence();

/// FFmpeg's words for a negative result.
[[nodiscard]] std::string reason(int result);

/// Passes on what a call gave. @throws Error kInput "FFmpeg cannot <doing>: <reason>" if it is an error
int checked(int result, const char* doing);

/// @throws Error kInternal for a null pointer, which only a lack of memory gives
void require_memory(const void* object);
template <class T>
[[nodiscard]] T* allocated(T* object) {
  require_memory(object);
  return object;
}

/// A media file that is written in memory. Same frames, same bytes: no random identifier, no version, no time.
class Muxer {
 public:
  /// @param format  FFmpeg's name: "webm", "mp4"
  explicit Muxer(const char* format);
  Muxer(const Muxer&) = delete;
  Muxer& operator=(const Muxer&) = delete;
  ~Muxer();

  /// A stream of what the opened encoder gives; all are added before begin().
  [[nodiscard]] AVStream* add_stream(const AVCodecContext& encoder);
  void begin();
  /// Encodes a frame (null: there are no more) and writes the packets that are ready, in the order of their times.
  void encode(AVCodecContext& encoder, const AVStream& stream, const AVFrame* frame);
  /// The whole file.
  [[nodiscard]] std::string finish();

 private:
  [[nodiscard]] std::string take();

  OutputContext context_;
  Packet packet_{allocated(av_packet_alloc())};
};

}  // namespace vbench::libav
