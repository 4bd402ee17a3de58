// A folder of numbered pictures as a frame source. Used by open_frames().
#pragma once

#include "datasets/video/frame_source.hpp"

namespace vbench::video {

/// `frame_00001.jpg`, `img_00001.jpg`, `image_00001.jpg` or any one prefix of the user's; numbers start at 1 or 0 and have no gaps.
class FrameFolder : public EncodedFrames {
 public:
  /// @throws Error kInput: no pictures, a gap, several prefixes of which none is usual
  explicit FrameFolder(const std::filesystem::path& folder);

  [[nodiscard]] int64_t frames() override { return static_cast<int64_t>(files_.size()); }
  void visit(std::span<const int64_t> ascending, const Visit& visit) override;

 private:
  std::filesystem::path folder_;
  std::vector<std::string> files_;  // by index
};

}  // namespace vbench::video
