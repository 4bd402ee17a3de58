#include "datasets/video/encoder_input.hpp"

#include <fmt/format.h>

#include <array>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::video {
using libav::allocated;
using libav::checked;

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

libav::CodecContext picture_encoder(const AVCodec* codec, const cv::Size& size, int frames_per_second) {
  libav::CodecContext encoder(allocated(avcodec_alloc_context3(codec)));
  encoder->width = size.width;
  encoder->height = size.height;
  encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder->color_range = AVCOL_RANGE_MPEG;
  encoder->colorspace = AVCOL_SPC_SMPTE170M;  // what libswscale makes of BGR
  encoder->time_base = {1, frames_per_second};
  encoder->framerate = {frames_per_second, 1};
  encoder->thread_count = 1;  // several videos are written at a time
  encoder->flags |= AV_CODEC_FLAG_BITEXACT;
  return encoder;
}

PictureConverter::PictureConverter(const cv::Size& size) {
  // Exact rounding: other processors give the same bytes.
  constexpr int kFlags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_BITEXACT;
  scaler_.reset(allocated(sws_getContext(size.width, size.height, AV_PIX_FMT_BGR24, size.width, size.height, AV_PIX_FMT_YUV420P, kFlags,
                                         nullptr, nullptr, nullptr)));
}

libav::Frame PictureConverter::operator()(const cv::Mat& picture, int64_t index) const {
  libav::Frame frame(allocated(av_frame_alloc()));
  frame->format = AV_PIX_FMT_YUV420P;
  frame->width = picture.cols;
  frame->height = picture.rows;
  frame->pts = index;
  checked(av_frame_get_buffer(frame.get(), 0), "hold a frame");
  const std::array<const uint8_t*, 4> source{picture.data};
  const std::array<int, 4> source_step{static_cast<int>(picture.step)};
  checked(sws_scale(scaler_.get(), source.data(), source_step.data(), 0, picture.rows, frame->data, frame->linesize), "convert a frame");
  return frame;
}

void write_encoded(const std::filesystem::path& file, const std::function<std::string()>& encode) {
  std::string bytes;
  try {
    bytes = encode();
  } catch (const Error& error) {
    throw Error(error.kind(), error.fact(), printable(file.string()), error.hint());
  }
  write_file_atomically(file, bytes);
}

}  // namespace vbench::video
