// TensorBoard event files of scalars, written without TensorFlow: records of TFRecord that hold Event messages of protocol buffers.
// Used by `vbench watch --tensorboard`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vbench::tensorboard {

/// Values at one step.
struct Scalars {
  double wall_time = 0;  ///< seconds since 1970
  int64_t step = 0;
  std::vector<std::pair<std::string, double>> values;  ///< tag, "train/total", and value
};

/// Bytes of an event file with these steps, in this order. More steps only add bytes at the end, so that a reader can go on where it was.
[[nodiscard]] std::string event_file(double begun, const std::vector<Scalars>& steps);

/// "events.out.tfevents.<seconds>.vbench": TensorBoard looks for the middle part.
[[nodiscard]] std::string event_file_name(int64_t begun_unix);

/// Castagnoli's CRC (RFC 3720, appendix B.4).
[[nodiscard]] uint32_t crc32c(std::string_view bytes);

}  // namespace vbench::tensorboard
