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
  std::optional<Error> failure;
};

/// @param take  called in this thread, in order; a video that cannot be read is a failure of its own
void look_at_all(const std::string& title, const Media& media, const std::vector<std::string>& places, Depth depth,
                 const std::function<void(size_t index, const Look& look)>& take);

}  // namespace vbench::clips
