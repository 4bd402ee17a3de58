#include "datasets/audio_visual/picture_reader.hpp"
#include "datasets/loader/stage_clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "datasets/audio/media_file.hpp"
#include "harness/core/error.hpp"

extern "C" {
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

namespace vbench::audio_visual {
namespace fs = std::filesystem;
using libav::allocated;
namespace {

constexpr int kLargestSide = 16384;  // pixels; beyond that a file is damaged or hostile
constexpr double kMost = 1e9;        // frames; a header may say anything

/// Clockwise degrees by which pictures are to be turned: 0, 90, 180, 270.
int clockwise_turn(const AVStream& stream) {
#if LIBAVFORMAT_VERSION_MAJOR >= 61
  const AVCodecParameters& about = *stream.codecpar;
  const AVPacketSideData* found = av_packet_side_data_get(about.coded_side_data, about.nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  const uint8_t* matrix = found == nullptr ? nullptr : found->data;
#else
  const uint8_t* matrix = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr);
#endif
  if (matrix == nullptr) return 0;
  const double counterclockwise = av_display_rotation_get(reinterpret_cast<const int32_t*>(matrix));
  if (!std::isfinite(counterclockwise)) return 0;
  const auto quarters = static_cast<int>(std::lround(-counterclockwise / 90));
  return 90 * ((quarters % 4 + 4) % 4);
}

cv::Mat turned(const cv::Mat& picture, int degrees) {
  if (degrees == 0) return picture;
  cv::Mat upright;
  cv::rotate(picture, upright, degrees == 90 ? cv::ROTATE_90_CLOCKWISE : degrees == 180 ? cv::ROTATE_180 : cv::ROTATE_90_COUNTERCLOCKWISE);
  return upright;
}

bool is_rate(const AVRational& rate) { return rate.num > 0 && rate.den > 0 && av_q2d(rate) <= 1000; }

/// Frames a second; 0: the header does not say.
double rate_in_header(const AVStream& stream) {
  if (is_rate(stream.avg_frame_rate)) return av_q2d(stream.avg_frame_rate);
  const auto seconds = audio::MediaFile::stated_seconds(stream);
  if (stream.nb_frames > 1 && seconds) return static_cast<double>(stream.nb_frames) / *seconds;
  return is_rate(stream.r_frame_rate) ? av_q2d(stream.r_frame_rate) : 0;
}

}  // namespace

/// Packets in, pictures with their times out.
class PictureReader::Decoder {
 public:
  explicit Decoder(const fs::path& path) : file_(path), stream_(file_.picture()) {
    if (stream_ == nullptr) throw input_error("holds no pictures", file_.name());
    file_.keep_only({stream_});
    const AVCodec* codec = avcodec_find_decoder(stream_->codecpar->codec_id);
    if (codec == nullptr) throw input_error("holds pictures that this FFmpeg cannot decode", file_.name());
    codec_.reset(allocated(avcodec_alloc_context3(codec)));
    codec_->thread_count = 1;  // several videos are read at a time
    codec_->pkt_timebase = stream_->time_base;
    const bool opened =
        avcodec_parameters_to_context(codec_.get(), stream_->codecpar) >= 0 && avcodec_open2(codec_.get(), codec, nullptr) >= 0;
    if (!opened) throw input_error("its pictures cannot be decoded", file_.name());
    first_time_ = stream_->start_time == AV_NOPTS_VALUE ? 0 : stream_->start_time;
    turn_ = clockwise_turn(*stream_);
  }

  [[nodiscard]] const std::string& name() const { return file_.name(); }
  [[nodiscard]] const AVStream& stream() const { return *stream_; }
  [[nodiscard]] std::optional<double> seconds_of_file() const { return file_.stated_seconds(); }
  [[nodiscard]] bool fresh() const { return fresh_ && !jumped_; }
  [[nodiscard]] int64_t units(double seconds) const { return first_time_ + std::llround(seconds / av_q2d(stream_->time_base)); }

  void seek(double seconds) {
    if (file_.seek(*stream_, units(seconds))) jumped_ = true;
  }

  /// Pictures that are over by then and that no other needs need not be decoded.
  void skip_before(double seconds) { needed_ = units(seconds); }

  /// The next picture; null at the end. It is gone with the next call.
  [[nodiscard]] const AVFrame* next() {
    for (;;) {
      av_frame_unref(frame_.get());
      const int result = avcodec_receive_frame(codec_.get(), frame_.get());
      if (result >= 0) {
        fresh_ = false;
        return frame_.get();
      }
      if (result != AVERROR(EAGAIN) || ended_) return nullptr;
      feed();
    }
  }

  /// Nearest place at that rate; nothing for a picture without a time, unless no picture since the beginning had one: those are counted.
  [[nodiscard]] std::optional<int64_t> place_of(const AVFrame& frame, double rate) {
    const int64_t number = counted_++;
    if (frame.best_effort_timestamp == AV_NOPTS_VALUE) return jumped_ || timed_ ? std::nullopt : std::optional(number);
    timed_ = true;
    const double time = static_cast<double>(frame.best_effort_timestamp) - static_cast<double>(first_time_);
    constexpr double kFar = 1e12;  // a file may say anything
    return std::llround(std::clamp(time * av_q2d(stream_->time_base) * rate, -kFar, kFar));
  }

  [[nodiscard]] cv::Mat picture_of(const AVFrame& frame) {
    if (frame.width < 1 || frame.height < 1 || frame.width > kLargestSide || frame.height > kLargestSide) {
      throw input_error(fmt::format("holds a picture of {}x{} pixels", frame.width, frame.height), name());
    }
    const auto format = static_cast<AVPixelFormat>(frame.format);
    prepare_scaler(frame, format);
    constexpr int kAligned = 32;  // the conversion may write past a row's end
    const int columns = (frame.width + kAligned - 1) / kAligned * kAligned;
    const cv::Mat whole(frame.height + 1, columns, CV_8UC3);
    const std::array<uint8_t*, 4> target{whole.data};
    const std::array<int, 4> step{static_cast<int>(whole.step)};
    if (sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, target.data(), step.data()) != frame.height)
      throw input_error("holds a picture that cannot be converted", name());
    return turned(whole(cv::Rect(0, 0, frame.width, frame.height)), turn_);
  }

 private:
  void feed() {
    while (file_.next(*packet_)) {
      if (packet_->stream_index == stream_->index) {
        const bool over = packet_->pts != AV_NOPTS_VALUE && packet_->duration > 0 && packet_->pts + packet_->duration <= needed_;
        codec_->skip_frame = over ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
        (void)avcodec_send_packet(codec_.get(), packet_.get());  // damaged packets are passed over
        av_packet_unref(packet_.get());
        return;
      }
      av_packet_unref(packet_.get());
    }
    ended_ = true;
    (void)avcodec_send_packet(codec_.get(), nullptr);
  }

  /// Reuses the last one where the form of pictures has not changed.
  void prepare_scaler(const AVFrame& frame, AVPixelFormat format) {
    scaler_.reset(sws_getCachedContext(scaler_.release(), frame.width, frame.height, format, frame.width, frame.height, AV_PIX_FMT_BGR24,
                                       SWS_BICUBIC, nullptr, nullptr, nullptr));
    if (scaler_) return;
    const char* known = av_get_pix_fmt_name(format);
    throw input_error(fmt::format("holds pictures of the form {}, which this FFmpeg cannot convert", known == nullptr ? "?" : known),
                      name());
  }

  audio::MediaFile file_;
  const AVStream* stream_;
  libav::CodecContext codec_;
  libav::ScaleContext scaler_;
  libav::Packet packet_{allocated(av_packet_alloc())};
  libav::Frame frame_{allocated(av_frame_alloc())};
  int64_t first_time_ = 0, needed_ = INT64_MIN, counted_ = 0;
  int turn_ = 0;
  bool fresh_ = true, jumped_ = false, timed_ = false, ended_ = false;
};

PictureReader::PictureReader(const fs::path& path)
    : path_(path), decoder_(std::make_unique<Decoder>(path)), frames_(std::llround(std::clamp(length(), 1.0, kMost))) {}
PictureReader::~PictureReader() = default;

double PictureReader::rate() const {
  constexpr double kUsual = 25;
  const double rate = rate_in_header(decoder_->stream());
  return rate > 0 ? rate : kUsual;
}

/// In frames. What the header says of the pictures counts most, then what it says of the file, then the times of its packets.
double PictureReader::length() const {
  const AVStream& stream = decoder_->stream();
  auto seconds = audio::MediaFile::stated_seconds(stream);
  if (!seconds && stream.nb_frames > 0) return static_cast<double>(stream.nb_frames);
  if (!seconds) seconds = decoder_->seconds_of_file();
  if (!seconds) seconds = audio::probe(path_).picture;
  return seconds.value_or(0) * rate();
}

namespace {

/// Gives every asked place the last picture that is not later. Converts only those.
class Selection {
 public:
  explicit Selection(std::span<const int64_t> ascending) : places_(ascending) {}

  [[nodiscard]] bool complete() const { return pictures_.size() == places_.size(); }

  /// @param place    of the picture
  /// @param convert  gives the pixels of the picture before this one
  template <class Convert>
  void before(int64_t place, const Convert& convert) {
    while (!complete() && places_[pictures_.size()] < place) take(convert);
  }
  template <class Convert>
  void rest(const Convert& convert) {
    while (!complete()) take(convert);
  }
  [[nodiscard]] std::vector<cv::Mat> pictures() { return std::move(pictures_); }

 private:
  template <class Convert>
  void take(const Convert& convert) {
    pictures_.push_back(convert());
  }

  std::span<const int64_t> places_;
  std::vector<cv::Mat> pictures_;
};

/// A decoded picture that waits for the next one to come. Converted at most once.
struct Held {
  libav::Frame frame{allocated(av_frame_alloc())};
  int64_t place = 0;
  bool any = false;
  cv::Mat pixels;

  void hold(const AVFrame& next, int64_t at) {
    av_frame_unref(frame.get());
    libav::checked(av_frame_ref(frame.get(), &next), "hold a picture");
    place = at;
    any = true;
    pixels.release();
  }
};

}  // namespace

std::optional<std::vector<cv::Mat>> PictureReader::attempt(std::span<const int64_t> ascending, bool seek) {
  const StageScope decoding(ReadStage::kDecode);
  const double rate = this->rate(), start = static_cast<double>(ascending.front()) / rate;
  if (!decoder_->fresh()) decoder_ = std::make_unique<Decoder>(path_);
  if (seek) decoder_->seek(start);
  decoder_->skip_before(start - 0.5 / rate);
  Selection selection(ascending);
  Held held;
  const auto convert = [&] {
    if (held.pixels.empty()) held.pixels = decoder_->picture_of(*held.frame);
    return held.pixels;
  };
  while (const AVFrame* frame = selection.complete() ? nullptr : decoder_->next()) {
    const auto place = decoder_->place_of(*frame, rate);
    const bool lost = !held.any && (!place || *place > ascending.front());
    if (seek && lost) return std::nullopt;
    if (held.any) selection.before(place.value_or(held.place + 1), convert);
    held.hold(*frame, place.value_or(held.place + 1));
  }
  // The last picture stays for a little while; a header may promise much more than there is.
  const auto second = static_cast<int64_t>(std::ceil(rate));
  const bool any = held.any && (selection.complete() || held.place + second >= ascending.front());
  if (any) {
    selection.rest(convert);
    return selection.pictures();
  }
  if (seek) return std::nullopt;
  const std::string fact =
      held.any ? fmt::format("its pictures end after {:.2f} s, one of {:.2f} s is needed", static_cast<double>(held.place) / rate, start)
               : std::string("holds no picture that can be decoded");
  throw input_error(fact, decoder_->name(), "it may be cut short");
}

std::vector<cv::Mat> PictureReader::read(std::span<const int64_t> ascending) {
  if (ascending.empty()) return {};
  auto pictures = ascending.front() > 0 ? attempt(ascending, true) : std::nullopt;
  if (!pictures) pictures = attempt(ascending, false);
  for (const cv::Mat& picture : *pictures) {
    if (picture.size() != pictures->front().size()) throw input_error("its pictures change their size", decoder_->name());
  }
  return *std::move(pictures);
}

int64_t PictureReader::count() {
  if (!decoder_->fresh()) decoder_ = std::make_unique<Decoder>(path_);
  int64_t pictures = 0;
  while (decoder_->next() != nullptr) ++pictures;
  if (pictures == 0) throw input_error("holds no picture that can be decoded", decoder_->name(), "it may be cut short");
  return pictures;
}

}  // namespace vbench::audio_visual
