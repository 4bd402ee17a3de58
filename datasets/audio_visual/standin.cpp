#include "datasets/audio_visual/standin.hpp"

#include <fmt/format.h>

#include "datasets/location/entry.hpp"
#include "datasets/location/generated_folder.hpp"
#include "datasets/synthetic/sight_and_sound.hpp"

namespace vbench::audio_visual {

std::map<std::string, std::string> standin_values(StandinOptions options) {
  Settings settings;
  options.bind(settings);
  return settings.values();
}

DataReport write_standin(const std::string& dataset, const StandinOptions& options, uint64_t seed, const std::string& folder) {
  replace_generated_folder(folder, [&](const std::filesystem::path& partial) {
    synthetic::write_sight_and_sound(partial, options, seed);
    write_marker(partial, dataset, seed, "generated", standin_values(options));
  });
  const auto classes = static_cast<int64_t>(synthetic::paired_classes().size());
  DataReport report;
  report.facts = {fmt::format("classes: {}, some told apart by pictures alone, some by sound alone", classes),
                  fmt::format("train: {} videos", classes * options.train_videos),
                  fmt::format("val: {} videos", classes * options.val_videos)};
  report.listed = report.checked = classes * (options.train_videos + options.val_videos);
  return report;
}

DataReport synthesize(const std::string& dataset, const DataRequest& request, const std::string& folder) {
  return write_standin(dataset, with_settings(StandinOptions{}, request.settings), request.seed, folder);
}

}  // namespace vbench::audio_visual
