// A tiny Experiment for tests of the trainer: linear regression with noise from LibTorch's own generator. Takes milliseconds a step.
#pragma once

#include <torch/types.h>
#include <torch/utils.h>
#include <unistd.h>

#include <cmath>
#include <csignal>

#include "harness/core/error.hpp"
#include "harness/core/experiment.hpp"
#include "harness/core/random.hpp"

namespace vbench::test {

class Regression final : public Experiment {
 public:
  struct Options {
    int64_t steps = 5;             ///< of an epoch
    int64_t nan_at = -1;           ///< global step whose loss is not finite
    int64_t bad_gradient_at = -1;  ///< global step whose loss is finite and whose gradient is not
    bool validation_is_nan = false;
    bool a_score_is_nan = false;  ///< one that does not select the best epoch
    int64_t signal_at = -1;       ///< global step at which the process sends itself `signal_number`
    int signal_number = 0;
    int64_t interrupted_before = -1;   ///< global step before which the method notices a stop
    bool worse_after_first = false;    ///< validation scores fall after the first epoch
    int64_t empty_step = -1;           ///< of each epoch whose batch holds nothing that could be read; `steps`: all are like that
    bool nothing_to_evaluate = false;  ///< the same of the validation
  };

  explicit Regression(uint64_t seed, Options options) : seed_(seed), options_(options) {
    RandomStream random(seed, "weights");
    weight_ = torch::empty({8});
    for (int64_t i = 0; i < 8; ++i) weight_[i] = random.normal();
    weight_.requires_grad_(true);
    bias_ = torch::zeros({1}).requires_grad_(true);
  }

  std::vector<Parameter> parameters() override { return {{"line/weight", weight_, 1.0}, {"line/bias", bias_, 0.0}}; }
  std::vector<NamedTensor> weights() override { return {{"line/weight", weight_}, {"line/bias", bias_}}; }
  [[nodiscard]] int64_t batches(Phase phase) const override { return phase == Phase::kTrain ? options_.steps : 2; }
  void before_epoch(int64_t epoch) override { hook_epochs.push_back(epoch); }
  void start(Phase phase, int64_t epoch, int64_t first) override {
    phase_ = phase;
    epoch_ = epoch;
    next_ = first;
  }
  bool next() override { return next_++ < batches(phase_); }
  [[nodiscard]] int64_t batch_items() const override { return is_empty() ? 0 : 4; }
  [[nodiscard]] int64_t items_read() const override { return 4 * next_; }
  [[nodiscard]] double read_seconds() const override { return 1e-3; }

  std::string before_step(const StepContext& context, Progress& /*progress*/) override {
    if (context.global_step == options_.interrupted_before) throw Error(ErrorKind::kInterrupted, "interrupted");
    steps_announced.push_back(context.global_step);
    return {};
  }
  LossTerms train_loss(const StepContext& context) override {
    if (is_empty()) throw Error(ErrorKind::kInternal, "there is no batch to learn from");
    if (context.global_step == options_.signal_at) ::kill(::getpid(), options_.signal_number);
    RandomStream random(seed_, "x", static_cast<uint64_t>(context.epoch), static_cast<uint64_t>(context.step));
    auto x = torch::empty({4, 8});
    for (int64_t i = 0; i < x.numel(); ++i) x.view(-1)[i] = random.normal();
    const auto y = x.sum(1) + 0.1 * torch::randn({4});  // drawn from LibTorch's generator on purpose
    auto loss = (torch::mv(x, weight_) + bias_ - y).pow(2).mean();
    if (context.global_step == options_.nan_at) loss = loss * std::nan("");
    // The square root of zero: finite, with an infinite slope.
    if (context.global_step == options_.bad_gradient_at) loss = loss + (bias_ - bias_.detach()).sqrt().sum();
    return {loss, {{"square", loss.item<double>()}}};
  }
  LossTerms eval_loss(const StepContext&) override {
    if (is_empty()) throw Error(ErrorKind::kInternal, "there is no batch to evaluate");
    const torch::NoGradGuard no_grad;
    const auto loss = (weight_ - 1).pow(2).sum();
    return {options_.validation_is_nan ? loss * std::nan("") : loss, {}};
  }
  Evaluation finish_evaluation() override {
    const double distance = (weight_ - 1).pow(2).sum().item<double>();
    const double selection = options_.worse_after_first ? 1.0 / static_cast<double>(1 + evaluations++) : std::exp(-distance);
    Scores scores{{"v2p_r1", selection}};
    if (options_.a_score_is_nan) scores["v2p_medr"] = std::nan("");
    return {scores, selection, {}};
  }
  [[nodiscard]] DataFingerprint data(Phase) const override { return {"val", 8, 0, 0, "0"}; }
  [[nodiscard]] Source source() const override { return Source::kSynthetic; }
  [[nodiscard]] ProtocolId protocol() const override { return {"regression", 1, ""}; }
  ImportReport import_checkpoint(const std::filesystem::path&) override { return {}; }
  [[nodiscard]] std::vector<int64_t> clip_shape() const override { return {}; }
  void write_epoch_files(const std::filesystem::path&, const std::vector<EpochRecord>&) override {}
  void write_evaluation_files(const std::filesystem::path& folder) override {
    evaluation_files.emplace_back(folder, (weight_ - 1).pow(2).sum().item<double>());
  }
  void check_predictions(int64_t) override {}
  void save_predictions(const std::filesystem::path&, int64_t) override {}
  std::vector<Answer> explain(const ExplainRequest&) override { return {}; }
  void save_embeddings(const std::filesystem::path&) override {}
  std::vector<Answer> predict(const PredictRequest&) override { return {}; }

  std::vector<int64_t> hook_epochs, steps_announced;
  int evaluations = 0;
  std::vector<std::pair<std::filesystem::path, double>> evaluation_files;  ///< folder, and how far the weights were from their goal

 private:
  /// Of the batch taken.
  [[nodiscard]] bool is_empty() const {
    if (phase_ == Phase::kEvaluate) return options_.nothing_to_evaluate;
    return options_.empty_step == next_ - 1 || options_.empty_step == options_.steps;
  }

  uint64_t seed_;
  Options options_;
  torch::Tensor weight_, bias_;
  Phase phase_ = Phase::kTrain;
  int64_t epoch_ = 0, next_ = 0;
};

}  // namespace vbench::test
