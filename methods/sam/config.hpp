// Hyper-parameters of SAM as compile-time values: structure, losses, predictors and training of every variant.
// Used by method.hpp (template parameter), register.cpp and the tests.
#pragma once

#include <array>
#include <cstdint>

#include "harness/train/options.hpp"
#include "methods/sam/losses.hpp"
#include "methods/sam/predictors.hpp"

namespace vbench::sam {

/// What turns a set into one feature for every subset.
enum class Architecture {
  kRelations,   ///< the relation network (paper section 3)
  kMeanLinear,  ///< mean feature of the subset, the two heads trained on it: a baseline of ours
  kMean,        ///< raw features, nothing to train: the authors' baseline of completion and odd one out
};

/// What happens to sets with fewer members than the smallest scale.
enum class SmallSets {
  kRefuse,  ///< an error
  kRepeat,  ///< members are repeated as in the authors' base class, distances averaged over the ways of doing it
};

/// Which score chooses the best epoch.
enum class SelectBy { kAbstraction, kCompletion, kOddOneOut };

/// Defaults: the authors' cfg.py.
struct Config {
  Architecture architecture = Architecture::kRelations;
  std::array<int64_t, 4> scales{1, 2, 3, 4};  ///< ascending, 0 behind the last
  int64_t bottleneck = 512;
  int64_t out_features = 0;  ///< 0: as wide as the features, 2048 as published
  LossOptions loss;
  Predictor predictor = Predictor::kEmbeddings;
  SelectBy select_by = SelectBy::kAbstraction;
  SmallSets small_sets = SmallSets::kRefuse;
  TrainOptions training = {.epochs = 60,
                           .batch_size = 256,
                           .eval_batch_size = 256,
                           .optimizer = {.kind = OptimizerKind::kAdam, .learning_rate = 1e-4, .weight_decay = 5e-4},
                           .schedule = {.kind = ScheduleKind::kCosineByLoss},
                           .clip_gradient_norm = 20,
                           .early_stop_epochs = 0,
                           .improvement = 0,
                           .checkpoint_every_steps = 1000};
};

/// Scales ascend without repeats, and the predictor can work with them; every variant is checked when it is compiled.
constexpr bool is_valid(const Config& config) {
  int64_t before = 0;
  bool ended = false;
  for (const int64_t scale : config.scales) {
    if (scale != 0 && (ended || scale <= before)) return false;
    if (scale == 0) ended = true;
    before = scale == 0 ? before : scale;
  }
  const bool needs_singles = config.predictor == Predictor::kEmbeddings || config.predictor == Predictor::kFeatures;
  const bool has_network = config.architecture == Architecture::kRelations;
  return config.scales[0] > 0 && config.bottleneck > 0 && (!needs_singles || config.scales[0] == 1) &&
         has_network == (config.predictor != Predictor::kMeanFeature);
}

inline constexpr Config kSam{};

constexpr Config make_features() {
  Config config;
  config.predictor = Predictor::kFeatures;
  return config;
}
/// Relation features order candidates and members instead of semantic embeddings.
inline constexpr Config kSamFeatures = make_features();

constexpr Config make_nosem() {
  Config config = make_features();
  config.loss.embedding = 0;
  return config;
}
/// No semantic supervision.
inline constexpr Config kSamNoSem = make_nosem();

constexpr Config make_semonly() {
  Config config;
  config.loss.abstraction = 0;
  config.select_by = SelectBy::kCompletion;  // the abstraction head is not trained
  return config;
}
/// Semantic supervision alone.
inline constexpr Config kSamSemOnly = make_semonly();

constexpr Config make_rn() {
  Config config;
  config.scales = {2, 0, 0, 0};
  config.predictor = Predictor::kRelation;
  config.small_sets = SmallSets::kRepeat;  // reference sets of one video
  return config;
}
/// One relation network of pairs.
inline constexpr Config kRn = make_rn();

constexpr Config make_mean_linear() {
  Config config;
  config.architecture = Architecture::kMeanLinear;
  config.predictor = Predictor::kMeanFeature;
  return config;
}
inline constexpr Config kMeanLinear = make_mean_linear();

constexpr Config make_mean() {
  Config config = make_mean_linear();
  config.architecture = Architecture::kMean;
  config.select_by = SelectBy::kCompletion;
  config.training.epochs = 0;
  return config;
}
inline constexpr Config kMean = make_mean();

static_assert(is_valid(kSam) && is_valid(kSamFeatures) && is_valid(kSamNoSem) && is_valid(kSamSemOnly) && is_valid(kRn) &&
              is_valid(kMeanLinear) && is_valid(kMean));

}  // namespace vbench::sam
