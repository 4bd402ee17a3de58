// A look into every video on all cores: how many frames it has, and whether they decode. Used by prepare and verify.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "datasets/clips/media.hpp"
#include "harness/core/error.hpp"

namespace vbench::clips {

enum class Depth {
  kCount,  ///< frames are counted
  kEnds,   ///< the first, middle and last one are decoded too
  kAll,    ///< every one is
};

struct Look {
  int64_t frames = 0;
  int64_t promised = 0;  ///< frames by the header of a video file, which may be wrong; 0: there is none
  std::optional<Error> failure;

  /// Far fewer frames than the header says: a file that was cut short, if its frame rate is steady.
  [[nodiscard]] bool is_short() const { return promised > frames + frames / 10 + 1; }
};

/// @param take  called in this thread, in order; a video that cannot be read is a failure of its own
void look_at_all(const std::string& title, const Media& media, const std::vector<std::string>& places, Depth depth,
                 const std::function<void(size_t index, const Look& look)>& take);

}  // namespace vbench::clips
