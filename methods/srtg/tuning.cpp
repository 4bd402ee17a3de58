#include "methods/srtg/tuning.hpp"

#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"

namespace vbench::srtg {
namespace {

constexpr int64_t kPublishedClasses = 400;  // only `vbench show` meets data that do not know theirs

struct Script {
  int64_t batch, epochs;
  double learning_rate;
  Milestones steps;
};

Script script_of(const std::string& dataset) {
  if (dataset.starts_with("kinetics-")) return {32, 130, 0.05, {40, 70, 95}};
  if (dataset == "hacs") return {48, 120, 0.1, {40, 60, 75, 90}};
  if (dataset == "moments-in-time") return {48, 110, 0.1, {25, 50, 70}};
  return {32, 100, 0.1, {15, 30, 40}};  // UCF-101, HMDB-51 and Diving-48 share one
}

}  // namespace

void Tuning::bind(Settings& settings) {
  settings.integer("model.channels", channels, "of the first stage; each further one has twice as many", {1, 4096});
  settings.choice("model.fine_tune", fine_tune, "shares of the learning rate for a network filled by --init",
                  {{"none", FineTune::kNone}, {"upstream", FineTune::kUpstream}, {"readme", FineTune::kReadme}});
  settings.text("model.show_clip", clip, "frames x height x width of the clip whose cost `vbench show` prints");
  if (!config.recursion) return;
  settings.choice("model.gate", config.gate, "who is multiplied by the recursion: everybody (off), or samples that are consistent in time",
                  {{"off", Gate::kOff},
                   {"aligned", Gate::kAligned},
                   {"soft-aligned", Gate::kSoftAligned},
                   {"june2020", Gate::kJune2020},
                   {"head", Gate::kHead}});
  settings.choice("model.place", config.place, "where in a block squeeze and recursion stand",
                  {{"start", Place::kStart},
                   {"top", Place::kTop},
                   {"mid", Place::kMiddle},
                   {"end", Place::kEnd},
                   {"skip", Place::kSkip},
                   {"bottom", Place::kBottom},
                   {"final", Place::kFinal}});
}

NetworkOptions Tuning::network(const clips::Options& data) const {
  if (!is_valid(config))
    throw usage_error("blocks of this network have no such place", "model.place", "start, end and bottom need a bottleneck");
  auto options = NetworkOptions::of(config, data.classes > 0 ? data.classes : kPublishedClasses);
  const auto published = options.stem_channels;
  for (size_t stage = 0; stage < options.planes.size(); ++stage) options.planes[stage] = channels << stage;
  options.stem_middle = options.stem_middle * channels / published;
  if (config.builder == Builder::kConv2Plus1d && options.stem_middle < 1)
    throw usage_error("leaves no channel between the two convolutions of the stem", "model.channels", "take at least 2");
  options.stem_channels = channels;
  return options;
}

TrainOptions published_training(const std::string& dataset) {
  const Script script = script_of(dataset);
  TrainOptions training;
  training.epochs = script.epochs;
  training.batch_size = training.eval_batch_size = script.batch;
  training.optimizer = {
      .kind = OptimizerKind::kSgd, .learning_rate = script.learning_rate, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-4};
  training.schedule = {.kind = ScheduleKind::kMultiFactor, .factor = 0.1, .steps = script.steps};
  training.early_stop_epochs = 0;
  training.improvement = 0;
  return training;
}

}  // namespace vbench::srtg
