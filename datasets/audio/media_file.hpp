// Media files as FFmpeg opens them, and how long their streams last. Used by the decoder of sound and by what makes lists of videos.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/formats/libav.hpp"

namespace vbench::audio {

/// A file whose streams are known but not decoded. Only containers with data of their own are opened: a list that names other files or
/// addresses is refused.
class MediaFile {
 public:
  /// @throws Error kInput, naming the file: missing, empty, no regular file, of no known format, cut short before its table
  explicit MediaFile(const std::filesystem::path& path);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// The stream that the ffmpeg program would take: the default one, then the one with most channels, then the first; null if there is
  /// none.
  [[nodiscard]] const AVStream* sound() const;
  /// The first stream of pictures that is no cover image; null if there is none.
  [[nodiscard]] const AVStream* picture() const;

  /// Seconds that the header gives a stream. Matroska keeps them in a tag.
  [[nodiscard]] static std::optional<double> stated_seconds(const AVStream& stream);
  /// The same of the whole file: those of its longest stream.
  [[nodiscard]] std::optional<double> stated_seconds() const;

  /// From now on packets of other streams are passed over.
  void keep_only(const std::vector<const AVStream*>& streams);
  /// The next packets are those from a picture on that stands for itself and comes no later than `time`, in the stream's units. False: the
  /// place has not changed.
  [[nodiscard]] bool seek(const AVStream& stream, int64_t time);
  /// False at the end, or where the file is damaged so that nothing more can be found.
  [[nodiscard]] bool next(AVPacket& packet);

 private:
  std::string name_;
  libav::InputContext context_;
};

/// Seconds that a file's streams last; nothing where there is no such stream.
struct StreamSeconds {
  std::optional<double> picture, sound;

  /// SeLaVi takes videos of which both last longer than 1.1 s.
  [[nodiscard]] bool both_longer_than(double seconds) const { return picture && sound && *picture > seconds && *sound > seconds; }
};

/// Without decoding: what the header says of each stream, else the times of its packets.
/// @throws Error kInput as MediaFile does
[[nodiscard]] StreamSeconds probe(const std::filesystem::path& path);

}  // namespace vbench::audio
