#include "harness/train/step_line.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <regex>

#include "tests/support/golden.hpp"

namespace vbench {
namespace {

TEST(StepLine, CsvNumbersAreThoseOfPython) {
  EXPECT_EQ(epoch_csv_header(), "Epoch,Top1,Top5,Loss\n");
  EXPECT_EQ(epoch_csv_row({0, 0.5, 1, 2.5947}), "0,0.5,1.0,2.5947\n");
  EXPECT_EQ(epoch_csv_row({12, 0, 0.1 + 0.2, 1e-5}), "12,0.0,0.30000000000000004,1e-05\n");
  EXPECT_EQ(epoch_csv_row({3, 1e16, 123456789.0, std::numeric_limits<double>::quiet_NaN()}), "3,1e+16,123456789.0,nan\n");
}

TEST(StepLine, FilesCarryTheFirstEpochOfTheirRun) {
  EXPECT_EQ(epoch_csv_name(true, 0), "train_results_s0000.csv");
  EXPECT_EQ(epoch_csv_name(false, 12), "val_results_s0012.csv");
}

TEST(StepLine, ColoursAreForTerminals) {
  EXPECT_EQ(speed_text({0.02, 0.05, 0.1}, false), "Speed (r=5.00e+1 f=2.00e+1 b=1.00e+1) clip/sec ");
  EXPECT_EQ(speed_text({1.0, 1e-12, {}}, false), "Speed (r=1.00e+0 f=1.00e+12) clip/sec ");
}

// ---- the original's strings

nlohmann::json golden_callbacks() {
  std::ifstream file(test::golden_root() / "srtg/callbacks.json");
  return nlohmann::json::parse(file);
}

std::optional<double> seconds(const nlohmann::json& value) {
  return value.is_null() ? std::nullopt : std::optional<double>(value.get<double>());
}

/// "[[('loss-ce', 1.0)], [('batch_size', (48, 3, 16, 264, 264))], [('lr', None)]]"
StepFigures parse_figures(const std::string& text) {
  StepFigures figures;
  const std::regex pair(R"(\('([^']+)', (\([^)]*\)|[^()]+)\))");
  for (std::sregex_iterator found(text.begin(), text.end(), pair), end; found != end; ++found) {
    const std::string name = (*found)[1], value = (*found)[2];
    if (value == "None") continue;
    if (name == "batch_size") {
      figures.batch_shape.emplace();
      const std::regex number("[0-9]+");
      std::transform(std::sregex_iterator(value.begin(), value.end(), number), std::sregex_iterator(), figures.batch_shape->begin(),
                     [](const std::smatch& match) { return std::stoll(match.str()); });
    } else if (name == "lr") {
      figures.learning_rate = std::stod(value);
    } else {
      figures.metrics.emplace_back(name, std::stod(value));
    }
  }
  return figures;
}

TEST(StepLine, GoldenStringsAreEqual) {
  if (!exists(test::golden_root() / "srtg/callbacks.json") && !test::golden_root_is_default()) GTEST_SKIP();
  const auto golden = golden_callbacks();
  ASSERT_EQ(golden.size(), 3U) << "an unknown group";
  for (const auto& row : golden.at("speed"))
    EXPECT_EQ(speed_text({seconds(row[0]), seconds(row[1]), seconds(row[2])}, true), row[3].get<std::string>());
  for (const auto& row : golden.at("metric")) EXPECT_EQ(figures_text(parse_figures(row[0])), row[1].get<std::string>());
  // The headers were printed with 150, 60 and 25 clips/s and the figures of the first metric row.
  const auto speed = speed_text({1 / 150.0, 1 / 60.0, 1 / 25.0}, true), figures = golden.at("metric")[0][1].get<std::string>();
  for (const auto& row : golden.at("header")) EXPECT_EQ(step_line(row[0], row[1], speed, figures), row[2].get<std::string>());
}

}  // namespace
}  // namespace vbench
