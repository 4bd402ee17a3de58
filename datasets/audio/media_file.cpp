#include "datasets/audio/media_file.hpp"
#include "datasets/loader/stage_clock.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

extern "C" {
#include <libavutil/parseutils.h>
}

namespace vbench::audio {
namespace fs = std::filesystem;
namespace {

/// FFmpeg's names of containers. What is not here are mostly playlists, devices and pictures.
constexpr const char* kContainers =
    "3gp,aac,ac3,aiff,amr,ape,asf,au,avi,caf,eac3,flac,flv,m4a,matroska,webm,mov,mp3,mp4,mpeg,mpegts,mxf,nut,ogg,rm,tta,voc,w64,wav,wv";

void check_file(const fs::path& path, const std::string& name) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (!fs::exists(status)) throw input_error("no such file", name);
  if (!fs::is_regular_file(status)) throw input_error("is not a file", name);
  if (fs::file_size(path, error) == 0 && !error) throw input_error("the file is empty", name);
}

bool is_known(const AVStream& stream) {
  const AVCodecParameters& about = *stream.codecpar;
  if (about.codec_type != AVMEDIA_TYPE_AUDIO) return true;
  return about.codec_id != AV_CODEC_ID_NONE && about.sample_rate > 0 && about.ch_layout.nb_channels > 0;
}

double seconds_of(int64_t duration, const AVStream& stream) { return static_cast<double>(duration) * av_q2d(stream.time_base); }

/// By the packets' times.
std::map<int, double> measured(MediaFile& file, const std::vector<const AVStream*>& streams) {
  file.keep_only(streams);
  std::map<int, int64_t> first, last;
  const libav::Packet packet(libav::allocated(av_packet_alloc()));
  for (; file.next(*packet); av_packet_unref(packet.get())) {
    const int64_t time = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
    constexpr int64_t kFar = int64_t{1} << 60;  // a file may say anything
    if (time == AV_NOPTS_VALUE || std::abs(time) > kFar) continue;
    const int64_t end = time + std::clamp<int64_t>(packet->duration, 0, kFar);
    first[packet->stream_index] = std::min(first.try_emplace(packet->stream_index, time).first->second, time);
    last[packet->stream_index] = std::max(last.try_emplace(packet->stream_index, end).first->second, end);
  }
  std::map<int, double> seconds;
  for (const AVStream* stream : streams) {
    seconds[stream->index] = first.contains(stream->index) ? seconds_of(last[stream->index] - first[stream->index], *stream) : 0;
  }
  return seconds;
}

}  // namespace

MediaFile::MediaFile(const fs::path& path) : name_(printable(path.string())) {
  const StageScope reading(ReadStage::kRead);
  libav::silence();
  check_file(path, name_);
  AVDictionary* options = nullptr;
  av_dict_set(&options, "format_whitelist", kContainers, 0);
  av_dict_set(&options, "protocol_whitelist", "file", 0);
  AVFormatContext* context = nullptr;
  // With its protocol: "a:b.mp4" would name one.
  const int result = avformat_open_input(&context, ("file:" + fs::absolute(path).string()).c_str(), nullptr, &options);
  av_dict_free(&options);
  context_.reset(context);
  if (result < 0) {
    throw input_error("cannot be opened as a video or as sound: " + libav::reason(result), name_,
                      "it may be cut short, of a format that FFmpeg does not know, or not be readable");
  }
  bool known = (context_->ctx_flags & AVFMTCTX_NOHEADER) == 0;
  for (unsigned i = 0; i < context_->nb_streams; ++i) known = known && is_known(*context_->streams[i]);
  // Decodes the first frames of all streams: only where the header does not say what they are.
  if (!known && avformat_find_stream_info(context_.get(), nullptr) < 0) throw input_error("its streams cannot be made out", name_);
}

const AVStream* MediaFile::sound() const {
  const AVStream* best = nullptr;
  int best_score = -1;
  for (unsigned i = 0; i < context_->nb_streams; ++i) {
    const AVStream* stream = context_->streams[i];
    if (stream->codecpar->codec_type != AVMEDIA_TYPE_AUDIO) continue;
    constexpr int kMoreThanChannels = 1'000'000;
    const int channels = std::clamp(stream->codecpar->ch_layout.nb_channels, 0, kMoreThanChannels - 1);
    const int score = channels + ((stream->disposition & AV_DISPOSITION_DEFAULT) != 0 ? kMoreThanChannels : 0);
    if (score <= best_score) continue;
    best_score = score;
    best = stream;
  }
  return best;
}

const AVStream* MediaFile::picture() const {
  for (unsigned i = 0; i < context_->nb_streams; ++i) {
    const AVStream* stream = context_->streams[i];
    if (stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) == 0) return stream;
  }
  return nullptr;
}

std::optional<double> MediaFile::stated_seconds(const AVStream& stream) {
  if (stream.duration != AV_NOPTS_VALUE && stream.duration > 0) return seconds_of(stream.duration, stream);
  const AVDictionaryEntry* tag = av_dict_get(stream.metadata, "DURATION", nullptr, 0);
  int64_t microseconds = 0;
  if (tag == nullptr || av_parse_time(&microseconds, tag->value, 1) < 0 || microseconds <= 0) return std::nullopt;
  return static_cast<double>(microseconds) / AV_TIME_BASE;
}

std::optional<double> MediaFile::stated_seconds() const {
  if (context_->duration == AV_NOPTS_VALUE || context_->duration <= 0) return std::nullopt;
  return static_cast<double>(context_->duration) / AV_TIME_BASE;
}

void MediaFile::keep_only(const std::vector<const AVStream*>& streams) {
  for (unsigned i = 0; i < context_->nb_streams; ++i) {
    const bool kept = std::find(streams.begin(), streams.end(), context_->streams[i]) != streams.end();
    context_->streams[i]->discard = kept ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
}

bool MediaFile::seek(const AVStream& stream, int64_t time) {
  const StageScope reading(ReadStage::kRead);
  return av_seek_frame(context_.get(), stream.index, time, AVSEEK_FLAG_BACKWARD) >= 0;
}

bool MediaFile::next(AVPacket& packet) {
  const StageScope reading(ReadStage::kRead);
  return av_read_frame(context_.get(), &packet) >= 0;
}

StreamSeconds probe(const fs::path& path) {
  MediaFile file(path);
  StreamSeconds seconds;
  std::vector<const AVStream*> unsaid;
  const auto say = [&](const AVStream* stream, std::optional<double>& length) {
    if (stream == nullptr) return;
    length = MediaFile::stated_seconds(*stream);
    if (!length) unsaid.push_back(stream);
  };
  say(file.picture(), seconds.picture);
  say(file.sound(), seconds.sound);
  if (unsaid.empty()) return seconds;
  const auto by_packets = measured(file, unsaid);
  for (const AVStream* stream : unsaid) (stream == file.picture() ? seconds.picture : seconds.sound) = by_packets.at(stream->index);
  return seconds;
}

}  // namespace vbench::audio
