#include "methods/selavi/tuning.hpp"

#include <map>

#include "datasets/audio/spectrogram.hpp"
#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"

namespace vbench::selavi {

void Tuning::bind(Settings& settings) {
  settings.choice("model.audio", network.audio, "network that hears",
                  {{"resnet9", AudioDepth::kResNet9}, {"resnet18", AudioDepth::kResNet18}});
  settings.integer("model.divisor", network.divisor, "of all numbers of channels: 1, 2, 4, 8, 16, 32", {1, 32});
  settings.integer("model.heads", network.heads, "clusterings that are learnt side by side", {1, 1000});
  settings.integer("model.clusters", network.clusters, "of each clustering; 0: as many as the data have classes", {0, 1e6});
  settings.flag("model.mlp", network.mlp, "heads have a hidden layer");
  settings.number("model.dropout", network.dropout, "of heads with a hidden layer", {0, 0.99});
  settings.flag("model.normalise", network.normalise, "the heads' outputs have length 1");
  labels.bind(settings);
}

int64_t clusters_for(int64_t asked, const audio_visual::Options& data, const std::string& setting) {
  const int64_t clusters = asked > 0 ? asked : data.classes;
  if (clusters == 1) throw usage_error("1 cluster, or 1 class, tells nothing apart", setting, "ask for at least 2");
  if (clusters > 0) return clusters;
  throw usage_error("how many classes the data have is not known without them", setting, "give a number");
}

NetworkOptions Tuning::network_for(const audio_visual::Options& data) const {
  auto options = network;
  options.clusters = clusters_for(network.clusters, data, "model.clusters");
  return options;
}

int64_t published_clusters(const std::string& dataset) {
  static const std::map<std::string, int64_t> clusters{{"ave", 28}, {"kinetics-sound", 32}, {"kinetics", 400}, {"vgg-sound", 309}};
  const auto found = clusters.find(dataset);
  if (found == clusters.end()) throw Error(ErrorKind::kInternal, "SeLaVi has no number of clusters for it", dataset);
  return found->second;
}

Tuning published_tuning(const std::string& dataset) { return {.network = {.clusters = published_clusters(dataset)}, .labels = {}}; }

TrainOptions published_training() {
  TrainOptions training;
  training.epochs = 201;
  training.batch_size = training.eval_batch_size = 16;
  training.drop_last = true;
  training.optimizer = {.kind = OptimizerKind::kSgd, .learning_rate = 0.01, .momentum = 0.9, .weight_decay = 1e-5};
  training.schedule = {.kind = ScheduleKind::kConstant, .warmup_epochs = 10, .warmup_unit = WarmupUnit::kGradual};
  training.early_stop_epochs = 0;
  training.improvement = 0;
  training.validate_every = 10;  // of 201 epochs the first and the last are validated
  return training;
}

Size3 clip_size(const audio_visual::Options& data) { return {data.picture.frames, data.picture.crop, data.picture.crop}; }

Size3 spectrogram_size(const audio_visual::Options& data) {
  const audio::LogMelSpectrogram spectrogram(data.sound.filters, data.sound.sample_rate);
  return {1, data.sound.filters, spectrogram.frames_of(data.sound.seconds * data.sound.sample_rate)};
}

}  // namespace vbench::selavi
