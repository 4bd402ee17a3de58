#include "datasets/video/frame_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::video {
namespace fs = std::filesystem;
namespace {

using Numbered = std::map<int64_t, std::string>;  // number -> file name

struct NumberedName {
  std::string prefix;
  int64_t number;
};

/// "frame_00012.jpg" -> ("frame_", 12); nothing for other files.
std::optional<NumberedName> parse_name(const fs::path& file) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (extension != ".jpg" && extension != ".jpeg" && extension != ".png") return std::nullopt;
  const std::string stem = file.stem().string();
  const size_t digits = stem.find_last_not_of("0123456789") + 1;  // npos + 1 is 0
  const auto number = parse_int(std::string_view(stem).substr(digits));
  if (!number) return std::nullopt;
  return NumberedName{stem.substr(0, digits), *number};
}

std::map<std::string, Numbered> pictures_by_prefix(const fs::path& folder, const std::string& name) {
  std::map<std::string, Numbered> found;
  for (const fs::path& file : list_folder(folder)) {
    const auto parsed = parse_name(file.filename());
    if (!parsed) continue;
    const auto [place, fresh] = found[parsed->prefix].emplace(parsed->number, file.filename().string());
    if (!fresh)
      throw input_error(
          fmt::format("'{}' and '{}' are both frame {}", printable(place->second), printable(file.filename().string()), parsed->number),
          name);
  }
  return found;
}

/// The pictures of the video itself: optical flow may lie beside them.
const Numbered& choose(const std::map<std::string, Numbered>& found, const std::string& name) {
  if (found.empty())
    throw input_error("the folder holds neither frames.db nor numbered pictures", name, "pictures are named frame_00001.jpg");
  if (found.size() == 1) return found.begin()->second;
  for (const char* usual : {"frame_", "img_", "image_"}) {
    if (const auto at = found.find(usual); at != found.end()) return at->second;
  }
  throw input_error(fmt::format("pictures named '{}...' and '{}...' lie in one folder", printable(found.begin()->first),
                                printable(found.rbegin()->first)),
                    name, "keep the frames of a video alone, or name them frame_00001.jpg");
}

}  // namespace

FrameFolder::FrameFolder(const fs::path& folder) : EncodedFrames(folder), folder_(folder) {
  const auto found = pictures_by_prefix(folder, name());
  const Numbered& pictures = choose(found, name());
  int64_t expected = pictures.begin()->first;
  if (expected > 1) throw input_error(fmt::format("the first picture has number {}, not 0 or 1", expected), name());
  for (const auto& [number, file] : pictures) {
    if (number != expected)
      throw input_error(fmt::format("picture {} is missing between 0 and {}", expected, pictures.rbegin()->first), name());
    files_.push_back(file);
    ++expected;
  }
}

void FrameFolder::visit(std::span<const int64_t> ascending, const Visit& visit) {
  for (const int64_t index : ascending) {
    if (index >= frames()) fail_past_end(index, frames());
    visit(index, read_file(folder_ / files_[static_cast<size_t>(index)]));
  }
}

}  // namespace vbench::video
