#include "datasets/audio_visual/usable_videos.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace vbench::audio_visual {

std::map<Flaw, int64_t> UsableVideos::counts() const {
  std::map<Flaw, int64_t> counts;
  for (const Unusable& video : unusable) ++counts[video.flaw];
  return counts;
}

std::string UsableVideos::summary() const {
  std::vector<std::string> parts;
  for (const auto& [flaw, count] : counts()) parts.push_back(fmt::format("{} {}", count, to_string(flaw)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

bool UsableVideos::more_unusable_than(double share) const {
  return videos.empty() || static_cast<double>(unusable.size()) > share * static_cast<double>(listed) + 1e-9;
}

UsableVideos usable_videos(const Family& family, const std::filesystem::path& folder, const std::string& split, int64_t sound_seconds,
                           Verbosity verbosity) {
  VideoList list = list_videos(folder, split);
  const auto streams = streams_of(folder, fmt::format("{}-{}", family.name, split), list.files, verbosity);
  UsableVideos found;
  found.classes = std::move(list.classes);
  found.listed = static_cast<int64_t>(list.files.size());
  for (size_t i = 0; i < list.files.size(); ++i) {
    ListedFile& file = list.files[i];
    const Flaw flaw = flaw_of(file, streams[i], sound_seconds);
    if (flaw == Flaw::kNone) {
      found.videos.push_back(std::move(file));
    } else {
      found.unusable.push_back({flaw, file.id, error_of(flaw, file, streams[i])});
    }
  }
  return found;
}

std::string class_difference(const Family& family, const std::vector<std::string>& classes) {
  const auto count = static_cast<int64_t>(classes.size());
  const std::string counts = fmt::format("{} classes, officially {}", count, family.classes);
  if (family.class_folders.empty()) return count == family.classes ? "" : counts;
  const std::set<std::string> official(family.class_folders.begin(), family.class_folders.end());
  std::set<std::string> present;
  for (const std::string& name : classes) present.insert(underscored(name));
  std::vector<std::string> other, absent;
  std::set_difference(present.begin(), present.end(), official.begin(), official.end(), std::back_inserter(other));
  std::set_difference(official.begin(), official.end(), present.begin(), present.end(), std::back_inserter(absent));
  if (other.empty() && absent.empty()) return "";
  std::string text = counts;
  if (!other.empty()) text += fmt::format("; '{}' is none of them", other.front());
  if (!absent.empty()) text += fmt::format("; '{}' is not there", absent.front());
  return text;
}

}  // namespace vbench::audio_visual
