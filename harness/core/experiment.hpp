// The small type-erased interface between the trainer and a (method, dataset) pair. harness/train/pairing.hpp implements it for every pair.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/pictures.hpp"
#include "harness/core/run_record.hpp"
#include "harness/core/run_spec.hpp"
#include "harness/core/settings.hpp"

namespace vbench {

class Progress;       // harness/core/progress.hpp
struct TrainOptions;  // harness/train/options.hpp

struct NamedTensor {
  std::string name;
  at::Tensor tensor;
};

/// One trainable tensor as the optimiser sees it.
struct Parameter {
  std::string name;
  at::Tensor tensor;
  double weight_decay_multiplier = 1.0;
  double learning_rate_multiplier = 1.0;
};

/// Loss of one batch: the differentiable sum and its terms for the log.
struct LossTerms {
  at::Tensor total;                                   ///< scalar
  std::vector<std::pair<std::string, double>> terms;  ///< already weighted, and other figures of the batch for the log; detached
  double weight = 1;                                  ///< of this batch in the epoch's mean; 0: it has no loss
};

enum class Phase { kTrain, kEvaluate };

/// Where a step stands; keys the random streams of losses and dropout.
struct StepContext {
  uint64_t seed = 0;
  int64_t epoch = 0;
  int64_t step = 0;         ///< within the epoch
  int64_t global_step = 0;  ///< since the start of training
  int64_t epochs = 0;       ///< of the whole training; 0 in evaluation, -1 if the schedule ends it
};

/// What an evaluation of the whole split gives.
struct Evaluation {
  Scores scores;
  double selection = 0;             ///< the score that chooses the best epoch; higher is better
  std::vector<ItemOutput> outputs;  ///< per item
};

/// What `vbench predict` asks about items of a dataset.
struct PredictRequest {
  std::vector<std::string> videos;      ///< names as the dataset lists them
  std::vector<std::string> candidates;  ///< to be compared with the videos; may be empty
  int64_t top = 5;                      ///< answers per question
};

/// What `vbench explain` asks: where in these videos did the network look?
struct ExplainRequest {
  std::vector<std::string> videos;  ///< names as the dataset lists them, or paths of video files
  std::string class_name;           ///< whose score is explained; empty: the class with the highest score
  std::filesystem::path folder;     ///< existing; gets the pictures and videos
  int64_t top = 5;                  ///< classes in words
};

/// What became of weights that were imported.
struct ImportReport {
  std::string text;      ///< for people; may be empty
  bool complete = true;  ///< every tensor of the model was filled
};

/// A table of answers in words.
struct Answer {
  std::string title;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

/// One method on one dataset with one seed: built, on its device, ready to train or evaluate.
class Experiment {
 public:
  virtual ~Experiment() = default;

  [[nodiscard]] virtual std::vector<Parameter> parameters() = 0;
  [[nodiscard]] virtual std::vector<NamedTensor>
  weights() = 0;  ///< parameters and buffers, in checkpoint order; writing into them changes the model
  [[nodiscard]] virtual int64_t batches(Phase phase) const = 0;             ///< of one epoch
  virtual void before_epoch(int64_t epoch) = 0;                             ///< hook of methods that relabel or re-shape their input
  virtual void start(Phase phase, int64_t epoch, int64_t first_batch) = 0;  ///< starts reading; train order depends on (seed, epoch)
  virtual bool next() = 0;                                                  ///< takes the next batch; false at the end
  /// Clips, or videos of which each is one item, in the batch taken. 0: nothing of it could be read, and it is passed over.
  [[nodiscard]] virtual int64_t batch_items() const = 0;
  /// [N, C, T, H, W] of the batch taken where it holds clips; else empty.
  [[nodiscard]] virtual std::vector<int64_t> clip_shape() const = 0;
  [[nodiscard]] virtual int64_t items_read() const = 0;   ///< the same since start(), ahead of the batches taken
  [[nodiscard]] virtual double read_seconds() const = 0;  ///< reading and transforming them: seconds of all workers divided by their number
  /// Called before each training step: methods that label their own data do it here. A line for people, mostly empty.
  virtual std::string before_step(const StepContext& context, Progress& progress) = 0;
  [[nodiscard]] virtual LossTerms train_loss(const StepContext& context) = 0;  ///< of the batch taken, in training mode
  [[nodiscard]] virtual LossTerms eval_loss(
      const StepContext& context) = 0;  ///< in evaluation mode; also collects outputs for finish_evaluation
  [[nodiscard]] virtual Evaluation finish_evaluation() = 0;
  /// Called before each evaluation starts: methods that compare it with the training split look at that here.
  virtual void before_evaluation(Progress& /*progress*/) {}
  [[nodiscard]] virtual DataFingerprint data(Phase phase) const = 0;
  /// Of the training split that methods compare with; nothing for others.
  [[nodiscard]] virtual std::optional<DataFingerprint> compared_data() const { return std::nullopt; }
  /// Why a result does not count, of a method that was given too little; empty: nothing is against it.
  [[nodiscard]] virtual std::string doubt() const { return {}; }
  [[nodiscard]] virtual Source source() const = 0;
  [[nodiscard]] virtual ProtocolId protocol() const = 0;
  /// Weights in the authors' layout. @throws Error kInput if they do not fit
  virtual ImportReport import_checkpoint(const std::filesystem::path& file) = 0;
  /// Files of the method's own in the run's folder, written anew after each epoch.
  virtual void write_epoch_files(const std::filesystem::path& folder, const std::vector<EpochRecord>& history) = 0;
  /// Needs no training split. @throws Error kUsage if the method has no answers, or for videos that are not there
  [[nodiscard]] virtual std::vector<Answer> predict(const PredictRequest& request) = 0;
  /// Needs no training split. @throws Error kUsage if the method explains nothing, or for videos and classes that are not there
  [[nodiscard]] virtual std::vector<Answer> explain(const ExplainRequest& request) = 0;
  virtual void write_evaluation_files(const std::filesystem::path& folder) = 0;  ///< of the last evaluation; the method's own, if any
  virtual void check_predictions(int64_t top) = 0;  ///< @throws Error kUsage if save_predictions() would: asked before an evaluation
  /// Of the last evaluation: the `top` best classes of every item. @throws Error kUsage if the method has none
  virtual void save_predictions(const std::filesystem::path& file, int64_t top) = 0;
  virtual void save_embeddings(const std::filesystem::path& file) = 0;  ///< of the last evaluation; kUsage Error if the method has none
};

struct LayerInfo {
  std::string name, kind, shape;
  int64_t parameters = 0;
};

/// What `vbench show` prints of a network.
struct ModelSummary {
  std::vector<LayerInfo> layers;
  int64_t parameters = 0;
  int64_t flops = 0;     ///< multiply and add counted as two, forward pass
  std::string flops_of;  ///< of which input
};

/// A variant with its settings bound, not yet built.
class Pairing {
 public:
  virtual ~Pairing() = default;
  [[nodiscard]] virtual Settings& settings() = 0;  ///< method, dataset and training settings together
  [[nodiscard]] virtual TrainOptions& training() = 0;
  [[nodiscard]] virtual std::unique_ptr<Experiment> open(const RunSpec& spec, uint64_t seed) = 0;
  [[nodiscard]] virtual ModelSummary summary() = 0;
  [[nodiscard]] virtual bool acts_between_steps() const = 0;  ///< before_step() does something, where depends on `epochs`
  [[nodiscard]] virtual bool explains() const = 0;            ///< explain() can answer
  [[nodiscard]] virtual bool saves_predictions() const = 0;   ///< Experiment::save_predictions() has some
  /// Scores of an embeddings file, without a model.
  [[nodiscard]] virtual Evaluation evaluate_embeddings(const std::filesystem::path& file) = 0;
  [[nodiscard]] virtual ProtocolId protocol() = 0;
  /// Opens the evaluated split alone; builds no network. Null if the dataset has no pictures to show.
  [[nodiscard]] virtual std::unique_ptr<PictureSource> open_pictures(const RunSpec& spec) = 0;
};

}  // namespace vbench
