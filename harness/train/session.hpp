// From a RunSpec to finished RunRecords: resolves settings, folders and threads, then trains or evaluates each seed. Used by `vbench run`
// and `embed`.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/core/experiment.hpp"
#include "harness/core/progress.hpp"
#include "harness/core/registry.hpp"
#include "harness/train/trainer.hpp"

namespace vbench {

/// A run whose options have been checked and whose variant has been chosen; nothing has been read yet.
class Session {
 public:
  /// @throws Error kUsage for unknown names, settings and combinations that make no sense
  Session(const RunSpec& spec, const Registry& registry);

  /// Trains (or, with eval_only, evaluates) one seed. `command_line` is stored with the result.
  [[nodiscard]] RunRecord run_seed(int64_t seed, const std::string& command_line, Progress& progress);

  /// Evaluates once with the weights of --init and writes the embeddings.
  void embed(const std::filesystem::path& output, Progress& progress);

  /// Answers about videos, with the weights of --init (or none, for methods without).
  [[nodiscard]] std::vector<Answer> predict(const PredictRequest& request, Progress& progress);

  /// Evaluates the split with the weights of --init and writes the best classes of every item, labelled or not. Gives back their number.
  int64_t predict_split(const std::filesystem::path& output, int64_t top, Progress& progress);

  /// Pictures and tables of where the network looked, with the weights of --init.
  [[nodiscard]] std::vector<Answer> explain(const ExplainRequest& request, Progress& progress);

  /// Scores an embeddings file without a model.
  [[nodiscard]] Evaluation evaluate_embeddings() const;

  [[nodiscard]] const VariantEntry& variant() const { return variant_; }
  [[nodiscard]] const RunSpec& spec() const { return spec_; }
  /// Folder of one seed's checkpoints.
  [[nodiscard]] std::filesystem::path folder(int64_t seed) const;

 private:
  [[nodiscard]] TrainJob job(int64_t seed) const;
  [[nodiscard]] std::unique_ptr<Experiment> open(int64_t seed, Progress& progress);
  /// The first seed's. @throws Error kUsage without weights for a method that has some
  [[nodiscard]] std::unique_ptr<Experiment> open_trained(const std::string& command, Progress& progress);

  RunSpec spec_;
  const VariantEntry& variant_;
  std::unique_ptr<Pairing> pairing_;
  bool init_is_complete_ = true;  ///< the weights of --init filled the whole model
  double load_at_start_;          ///< before the first seed, whose own load must not count as the machine's
};

}  // namespace vbench
