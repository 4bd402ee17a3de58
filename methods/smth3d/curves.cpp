#include "methods/smth3d/curves.hpp"

#include <functional>
#include <optional>

#include "methods/smth3d/canvas.hpp"
#include "methods/smth3d/chart.hpp"

namespace vbench::smth3d {
namespace {

const cv::Scalar kTrain(180, 119, 31), kTrainLight(232, 199, 174), kValidation(14, 127, 255), kValidationLight(120, 187, 255);  // BGR
constexpr int kWidth = 600, kHeight = 440;  // of one chart, pixels

using Figure = std::function<std::optional<double>(const EpochRecord& record)>;

Series series_of(const std::string& name, const cv::Scalar& colour, const std::vector<EpochRecord>& history, const Figure& figure) {
  Series series{name, colour, {}};
  for (const auto& record : history) {
    if (const auto value = figure(record)) series.points.emplace_back(static_cast<double>(record.epoch + 1), *value);
  }
  return series;
}

Figure entry(std::map<std::string, double> EpochRecord::*figures, const std::string& key, double factor) {
  return [=](const EpochRecord& record) -> std::optional<double> {
    const auto found = (record.*figures).find(key);
    if (found == (record.*figures).end()) return std::nullopt;
    return factor * found->second;
  };
}

}  // namespace

cv::Mat draw_curves(const std::vector<EpochRecord>& history) {
  const auto add = [&](Chart& chart, const std::string& name, const cv::Scalar& colour, const Figure& figure) {
    chart.series.push_back(series_of(name, colour, history, figure));
  };
  Chart loss{"Loss", "epoch", {}, false}, accuracy{"Accuracy in percent", "epoch", {}, false}, rate{"Learning rate", "epoch", {}, true};
  add(loss, "train", kTrain, entry(&EpochRecord::train_loss, "total", 1));
  add(loss, "val", kValidation, entry(&EpochRecord::val_loss, "total", 1));
  add(accuracy, "train top-1", kTrain, entry(&EpochRecord::train_loss, "top1", 100));
  add(accuracy, "val top-1", kValidation, entry(&EpochRecord::scores, "top1", 100));
  add(accuracy, "train top-5", kTrainLight, entry(&EpochRecord::train_loss, "top5", 100));
  add(accuracy, "val top-5", kValidationLight, entry(&EpochRecord::scores, "top5", 100));
  add(rate, "learning rate", kInk, [](const EpochRecord& record) -> std::optional<double> { return record.learning_rate; });
  cv::Mat curves;
  cv::hconcat(
      std::vector{draw_chart(loss, {kWidth, kHeight}), draw_chart(accuracy, {kWidth, kHeight}), draw_chart(rate, {kWidth, kHeight})},
      curves);
  return curves;
}

void write_curves(const std::filesystem::path& folder, const std::vector<EpochRecord>& history) {
  if (!history.empty()) write_png(folder / "curves.png", draw_curves(history));
}

}  // namespace vbench::smth3d
