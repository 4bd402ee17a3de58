// What the training of clips says after each step and writes after each epoch, in the original's words. Pure functions of numbers.
// Used by the training of video networks.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vbench {

/// Seconds a clip; nothing where a stage was not timed.
struct StageSeconds {
  std::optional<double> read, forward, backward;
};

/// "Speed (r=1.53e+5 f=9.84e+1 b=1.79e+1) clip/sec "; empty without reading or forward time. With `colour` each number is red, yellow or
/// green on a terminal: read from 100 and 3000 clips/s on, forward from 50 and 300, backward from 20 and 200.
[[nodiscard]] std::string speed_text(const StageSeconds& seconds, bool colour);

struct StepFigures {
  std::vector<std::pair<std::string, double>> metrics;  ///< in the order of printing
  std::optional<std::array<int64_t, 5>> batch_shape;    ///< [B, C, T, H, W]
  std::optional<double> learning_rate;
};

/// "loss-ce = 1.23457, top1 = 0.50000, batch_size = (   48,3,16,264,264), lr = 1.25e-2 "
[[nodiscard]] std::string figures_text(const StepFigures& figures);

/// "Epoch [0]   Batch [12]   " and the two texts above.
[[nodiscard]] std::string step_line(int64_t epoch, int64_t batch, std::string_view speed, std::string_view figures);

/// One row of the csv of an epoch.
struct EpochRow {
  int64_t epoch = 0;  ///< 0-based
  double top1 = 0, top5 = 0, loss = 0;
};

/// "train_results_s0000.csv": the number is the first epoch of the run that writes it.
[[nodiscard]] std::string epoch_csv_name(bool training, int64_t first_epoch);
[[nodiscard]] std::string epoch_csv_header();                  ///< "Epoch,Top1,Top5,Loss\n"
[[nodiscard]] std::string epoch_csv_row(const EpochRow& row);  ///< numbers as Python prints them, with the line's end

}  // namespace vbench
