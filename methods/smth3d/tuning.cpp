#include "methods/smth3d/tuning.hpp"

#include "harness/core/settings.hpp"

namespace vbench::smth3d {

void Tuning::bind(Settings& settings) {
  settings.integer("model.divisor", divisor, "of every number of channels: 1, 2, 4, 8, 16 or 32", {1, 32});
  settings.number("model.dropout", dropout, "of whole channels, at the end of blocks 1 to 4", {0, 0.99});
  settings.text("model.show_clip", clip, "frames x height x width of the clip whose cost `vbench show` prints");
}

NetworkOptions Tuning::network(const something::Options& data) const {
  NetworkOptions options{.config = config, .divisor = divisor, .dropout = dropout};
  if (data.classes > 0) options.classes = data.classes;
  return options;
}

TrainOptions published_training(const PublishedRun& run) {
  TrainOptions training;
  training.epochs = -1;
  training.drop_last = true;
  training.batch_size = training.eval_batch_size = run.batch_size;
  training.optimizer = {.kind = OptimizerKind::kSgd, .learning_rate = run.learning_rate, .momentum = 0.9, .weight_decay = 1e-5};
  training.schedule = {.kind = ScheduleKind::kReduceOnPlateau,
                       .factor = 0.5,
                       .patience = 2,
                       .follows = PlateauFollows::kLoss,
                       .threshold = 1e-4,
                       .last_learning_rate = 1e-5,
                       .cooldown = 0};
  training.early_stop_epochs = 0;
  training.improvement = 0;
  return training;
}

}  // namespace vbench::smth3d
