// Pictures of a dataset's items for people to look at, without the network. Datasets that have some satisfy ShowsPictures (concepts.hpp);
// `vbench report` asks for them by way of Pairing.
#pragma once

#include <cstdint>
#include <string>

#include "harness/core/run_record.hpp"
#include "harness/core/run_spec.hpp"

namespace vbench {

/// A few pictures of one item, side by side from left to right.
struct StripRequest {
  int64_t pictures = 8;
  int64_t side = 96;  ///< of each, a square, pixels
};

/// The evaluated split of a dataset. Safe to ask from several threads.
class PictureSource {
 public:
  virtual ~PictureSource() = default;
  [[nodiscard]] virtual DataFingerprint data() const = 0;
  /// JPEG of pictures * side by side pixels: of what the evaluation sees of the item.
  /// @throws Error kInput, naming the item or its file: is not there, cannot be read
  [[nodiscard]] virtual std::string strip(const std::string& item, const StripRequest& request) const = 0;
};

}  // namespace vbench
