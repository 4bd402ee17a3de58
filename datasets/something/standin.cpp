#include "datasets/something/standin.hpp"

#include <fmt/format.h>

#include "datasets/location/generated_folder.hpp"
#include "datasets/synthetic/hand_world.hpp"
#include "harness/core/settings.hpp"

namespace vbench::something {
namespace fs = std::filesystem;
namespace {

int64_t scarce_classes() {
  int64_t count = 0;
  for (int64_t i = 0; i < synthetic::kHandMotions; ++i) count += synthetic::is_scarce(static_cast<synthetic::HandMotion>(i)) ? 1 : 0;
  return count;
}

}  // namespace

std::map<std::string, std::string> standin_values(StandinOptions options) {
  Settings settings;
  options.bind(settings);
  return settings.values();
}

DataReport write_standin(const StandinOptions& options, uint64_t seed, const std::string& folder) {
  synthetic::HandWorldSize size;
  replace_generated_folder(folder, [&](const fs::path& partial) {
    size = synthetic::write_hand_videos(partial, options, seed);
    write_marker(partial, "something-something-v2", seed, "generated", standin_values(options));
  });
  DataReport report;
  report.checked = report.listed = size.train + size.validation + size.test;
  report.facts = {fmt::format("classes: {}, told apart by motion; {} are scarce in training, their mirror images are not",
                              synthetic::kHandMotions, scarce_classes()),
                  fmt::format("train: {} videos", size.train), fmt::format("validation: {} videos", size.validation),
                  fmt::format("test: {} videos, unlabelled", size.test)};
  return report;
}

}  // namespace vbench::something
