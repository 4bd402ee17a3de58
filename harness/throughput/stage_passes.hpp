// Measures what training and evaluation spend their time on, stage by stage, with the code that trains: the loader, TrainStep and the
// experiment of any method on any dataset. Used by stages.cpp.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/experiment.hpp"
#include "harness/core/registry.hpp"
#include "harness/train/options.hpp"
#include "harness/train/train_step.hpp"

namespace vbench::throughput {

enum class Stage { kRead, kDecode, kAugment, kLoad, kForward, kBackward, kOptimiser, kEvaluate };
inline constexpr std::array kStages{Stage::kRead,    Stage::kDecode,   Stage::kAugment,   Stage::kLoad,
                                    Stage::kForward, Stage::kBackward, Stage::kOptimiser, Stage::kEvaluate};
[[nodiscard]] std::string to_string(Stage stage);
/// @throws Error kUsage with the nearest names
[[nodiscard]] Stage parse_stage(const std::string& name);

struct StageRequest {
  RunSpec spec;           ///< one method, dataset, variant, precision, number of threads and of workers
  int64_t batch = 0;      ///< of training and evaluation; 0: the variant's
  double min_time = 0.5;  ///< seconds of a repetition
  std::vector<Stage> stages{kStages.begin(), kStages.end()};
};

/// What one repetition of a stage did. No seconds: the stage does not exist here.
struct Measured {
  double seconds = 0;
  int64_t batches = 0, clips = 0, samples = 0;
  int64_t batch = 0;       ///< samples that a full one has: how many short ones are among them depends on time
  int64_t peak_bytes = 0;  ///< resident at most while it ran
  double flops = 0;        ///< of products and convolutions, a multiply-add being two
};

class StagePasses {
 public:
  StagePasses(const StageRequest& request, const Registry& registry);

  /// Stages that are passed through together are measured together: asking for the second one costs nothing. The first time something
  /// runs it does not count: files, memory and threads are cold.
  /// @throws Error kNumeric if the loss is not finite
  const Measured& measure(Stage stage, size_t repetition);

  [[nodiscard]] const VariantEntry& variant() const { return variant_; }
  [[nodiscard]] Source source() const { return experiment_->source(); }
  [[nodiscard]] int64_t workers() const { return request_.spec.workers; }

 private:
  enum class Family { kLoad, kStep, kEvaluate };
  using Pass = std::map<Stage, Measured>;

  static Family family_of(Stage stage);
  [[nodiscard]] Pass run(Family family);
  [[nodiscard]] Pass load();
  [[nodiscard]] Pass step();
  [[nodiscard]] Pass evaluate();

  void open(int64_t workers);
  [[nodiscard]] bool trains() const { return trains_; }
  [[nodiscard]] int64_t full_batch(Phase phase) const;
  void take_batch(Phase phase);
  [[nodiscard]] std::unique_ptr<Pairing> make_pairing() const;
  template <class Part>
  auto timed(Pass& pass, Stage stage, const Part& part);
  void add_operations(Pass& pass) const;

  StageRequest request_;
  const VariantEntry& variant_;
  std::unique_ptr<Pairing> pairing_;
  std::unique_ptr<Experiment> experiment_;
  int64_t opened_workers_ = -1;
  bool trains_ = true;
  std::optional<TrainStep> step_;
  std::optional<Phase> taken_;  ///< whose batch the experiment holds
  int64_t global_step_ = 0;
  std::map<Stage, double> operations_;  ///< of a batch; nothing before the stage has run
  std::map<Family, std::vector<Pass>> done_;
};

}  // namespace vbench::throughput
