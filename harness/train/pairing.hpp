// Joins a method and a dataset into the type-erased Pairing that registry and trainer know. Included by each method's register.cpp.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <torch/types.h>
#include <torch/utils.h>

#include "datasets/loader/loader.hpp"
#include "harness/core/concepts.hpp"
#include "harness/core/error.hpp"
#include "harness/core/progress.hpp"
#include "harness/core/stop_signal.hpp"
#include "harness/core/text.hpp"
#include "harness/train/device.hpp"
#include "harness/train/options.hpp"

namespace vbench {

/// One method on one dataset, built for one seed.
template <class M, class D>
class PairExperiment final : public Experiment {
 public:
  PairExperiment(const RunSpec& spec, const TrainOptions& training, const typename M::Tuning& tuning, const typename D::Options& data,
                 uint64_t seed)
      : spec_(spec),
        training_(training),
        seed_(seed),
        device_(parse_device(spec.device)),
        eval_data_(D::open(data, spec, Role::kEvaluate)),
        method_(tuning, resolved(data), seed, device_) {
    if (!spec.eval_only && trains()) train_data_.emplace(D::open(data, spec, Role::kTrain));
    if constexpr (LearnsFrom<M, D>) {
      if (train_data_) method_.learns_from(*train_data_);
    }
    if constexpr (ComparesWithTraining<M, D>) compared_data_.emplace(D::open_unaugmented(data, spec));
  }

  std::vector<Parameter> parameters() override { return method_.parameters(); }
  std::vector<NamedTensor> weights() override { return method_.weights(); }

  [[nodiscard]] int64_t batches(Phase phase) const override { return Loader<D>::batches(dataset(phase), loader_options(phase)); }

  void before_epoch([[maybe_unused]] int64_t epoch) override {
    if constexpr (HasEpochHook<M>) method_.before_epoch(epoch);
  }

  void start(Phase phase, int64_t epoch, int64_t first_batch) override {
    loader_.reset();  // the old one's threads must be gone before new ones start
    loader_.emplace(dataset(phase), loader_options(phase), phase == Phase::kTrain ? epoch : 0, first_batch);
    if (phase == Phase::kEvaluate) protocol_.emplace(new_protocol());
  }

  bool next() override {
    batch_ = loader_->next();
    if (!batch_) return false;
    items_ = clips_in(*batch_, batch_->size());
    if (!device_.is_cpu()) batch_ = batch_->to(device_);
    return true;
  }

  [[nodiscard]] int64_t batch_items() const override { return items_; }
  [[nodiscard]] std::vector<int64_t> clip_shape() const override {
    if constexpr (requires { batch_->clips.sizes(); }) {
      return batch_ ? batch_->clips.sizes().vec() : std::vector<int64_t>();
    } else {
      return {};
    }
  }
  [[nodiscard]] int64_t items_read() const override { return loader_ ? loader_->items_read() : 0; }
  [[nodiscard]] double read_seconds() const override {
    return loader_ ? loader_->busy_seconds() / static_cast<double>(std::max<int64_t>(1, spec_.workers)) : 0;
  }

  std::string before_step([[maybe_unused]] const StepContext& context, [[maybe_unused]] Progress& progress) override {
    if constexpr (ActsBetweenSteps<M, D>) {
      return method_.before_step(context, batches(Phase::kTrain),
                                 [this, &progress](const PassOrder& order, const auto& use) { pass_over_training(order, use, progress); });
    } else {
      return {};
    }
  }

  void before_evaluation([[maybe_unused]] Progress& progress) override {
    if constexpr (ComparesWithTraining<M, D>) {
      method_.before_evaluation([this, &progress](const std::string& title, const auto& use) {
        read_through(*compared_data_, loader_options(Phase::kEvaluate), {.title = title}, use, progress);
      });
    }
  }

  LossTerms train_loss(const StepContext& context) override { return method_.loss(*batch_, context); }

  LossTerms eval_loss(const StepContext& context) override {
    const torch::NoGradGuard no_grad;
    const auto outputs = method_.infer(*batch_);
    protocol_->add(outputs);
    return method_.eval_loss(*batch_, outputs, context);
  }

  Evaluation finish_evaluation() override { return protocol_->finish(); }

  [[nodiscard]] DataFingerprint data(Phase phase) const override { return dataset(phase).fingerprint(); }
  [[nodiscard]] std::optional<DataFingerprint> compared_data() const override {
    return compared_data_ ? std::optional(compared_data_->fingerprint()) : std::nullopt;
  }
  [[nodiscard]] std::string doubt() const override {
    if constexpr (DoubtsItsResults<M>) {
      return method_.doubt();
    } else {
      return {};
    }
  }
  [[nodiscard]] Source source() const override { return eval_data_.source(); }
  [[nodiscard]] ProtocolId protocol() const override { return M::Protocol::id(); }

  ImportReport import_checkpoint(const std::filesystem::path& file) override {
    if constexpr (ReportsImports<M>) {
      return method_.import_checkpoint(file);
    } else if constexpr (ImportsCheckpoints<M>) {
      method_.import_checkpoint(file);
      return {};
    } else {
      throw usage_error("this method does not import checkpoints", "--init " + file.string());
    }
  }

  void write_epoch_files(const std::filesystem::path& folder, const std::vector<EpochRecord>& history) override {
    if constexpr (WritesEpochFiles<M>) method_.write_epoch_files(folder, history);
  }

  std::vector<Answer> predict([[maybe_unused]] const PredictRequest& request) override {
    if constexpr (Predicts<M, D>) {
      const torch::NoGradGuard no_grad;
      return method_.predict(eval_data_, request);
    } else {
      throw usage_error("this method has nothing to predict", "vbench predict");
    }
  }

  std::vector<Answer> explain([[maybe_unused]] const ExplainRequest& request) override {
    if constexpr (Explains<M, D>) {
      return method_.explain(eval_data_, request);
    } else {
      throw usage_error("this method has no explanations", "vbench explain");
    }
  }

  void write_evaluation_files([[maybe_unused]] const std::filesystem::path& folder) override {
    if constexpr (WritesEvaluationFiles<typename M::Protocol>) evaluated().write_evaluation_files(folder);
  }

  void check_predictions([[maybe_unused]] int64_t top) override {
    if constexpr (SavesPredictions<typename M::Protocol>) new_protocol().check_top(top);
  }

  void save_predictions(const std::filesystem::path& file, [[maybe_unused]] int64_t top) override {
    if constexpr (SavesPredictions<typename M::Protocol>) {
      evaluated().save_predictions(file, top);
    } else {
      throw usage_error("this method has no predictions of a whole split to save", file.string());
    }
  }

  void save_embeddings(const std::filesystem::path& file) override {
    if constexpr (SavesEmbeddings<typename M::Protocol>) {
      evaluated().save_embeddings(file);
    } else {
      throw usage_error("this method has no embeddings to save", file.string());
    }
  }

 private:
  /// A method that only compares has no use for training's random views.
  [[nodiscard]] bool trains() {
    if constexpr (ComparesWithTraining<M, D>) return !method_.parameters().empty();
    return true;
  }

  [[nodiscard]] typename M::Protocol new_protocol() {
    if constexpr (ProtocolKnowsData<M, D>) {
      return method_.protocol(eval_data_);
    } else {
      return method_.protocol();
    }
  }

  [[nodiscard]] const typename M::Protocol& evaluated() const {
    if (!protocol_) throw Error(ErrorKind::kInternal, "results asked for before an evaluation");
    return *protocol_;
  }

  [[nodiscard]] typename D::Options resolved(const typename D::Options& data) const {
    if constexpr (ResolvesOptions<D>) {
      return eval_data_.options();
    } else {
      return data;
    }
  }

  void pass_over_training(const PassOrder& order, const std::function<void(const typename D::Batch&)>& use, Progress& progress) {
    LoaderOptions options = loader_options(Phase::kTrain);
    if (!order.shuffled) {
      options.batch_size = training_.eval_batch_size;
      options.shuffle = options.drop_last = false;
    }
    options.seed = derive_seed(seed_, "pass", order.key);
    read_through(dataset(Phase::kTrain), options, order, use, progress);
  }

  void read_through(const D& data, const LoaderOptions& options, const PassOrder& order,
                    const std::function<void(const typename D::Batch&)>& use, Progress& progress) {
    Loader<D> loader(data, options, 0);
    const int64_t all = Loader<D>::batches(data, options);
    const ProgressInside inside(progress, order.title, order.most_batches > 0 ? std::min(all, order.most_batches) : all);
    int64_t used = 0;
    while (const auto batch = loader.next()) {
      throw_if_stop_requested();
      if (batch->size() == 0) continue;  // nothing of it could be read
      use(device_.is_cpu() ? *batch : batch->to(device_));
      progress.update(++used, "batches");
      if (used == order.most_batches) break;
    }
  }

  [[nodiscard]] const D& dataset(Phase phase) const {
    if (phase == Phase::kEvaluate) return eval_data_;
    if (!train_data_) throw Error(ErrorKind::kInternal, "the training split is not open");
    return *train_data_;
  }

  [[nodiscard]] LoaderOptions loader_options(Phase phase) const {
    const bool train = phase == Phase::kTrain;
    return {.batch_size = train ? training_.batch_size : training_.eval_batch_size,
            .workers = spec_.workers,
            .prefetch = 2 * spec_.workers,
            .shuffle = train,
            .seed = seed_,
            .drop_last = train && training_.drop_last};
  }

  RunSpec spec_;
  TrainOptions training_;
  uint64_t seed_;
  at::Device device_;
  D eval_data_;
  std::optional<D> train_data_;
  std::optional<D> compared_data_;  ///< the training split without augmentation, for methods that compare with it
  M method_;
  std::optional<typename M::Protocol> protocol_;
  std::optional<typename M::Batch> batch_;
  int64_t items_ = 0;
  std::optional<Loader<D>> loader_;  // last: its threads read the datasets
};

/// Pictures of a split's items, by their names.
template <ShowsPictures D>
class SplitPictures final : public PictureSource {
 public:
  explicit SplitPictures(D data) : data_(std::move(data)) {
    for (int64_t i = 0; i < data_.size(); ++i) index_of_.emplace(data_.name(i), i);
  }

  [[nodiscard]] DataFingerprint data() const override { return data_.fingerprint(); }

  [[nodiscard]] std::string strip(const std::string& item, const StripRequest& request) const override {
    const auto found = index_of_.find(item);
    if (found == index_of_.end()) throw input_error("is not among the dataset's usable videos", item);
    return data_.picture_strip(found->second, request);
  }

 private:
  D data_;
  std::unordered_map<std::string, int64_t> index_of_;
};

/// What the experiment of a method runs: the method itself, or the class that its many variants share, so that the compiler sees it once.
template <class M>
struct RuntimeOf {
  using type = M;
};
template <class M>
requires requires { typename M::Runtime; }
struct RuntimeOf<M> {
  using type = typename M::Runtime;
};

/// What a variant begins with, before presets and users' settings.
template <class M, class D>
struct PairDefaults {
  TrainOptions training = M::training_defaults();
  typename M::Tuning tuning = M::tuning_defaults();
  typename D::Options data = M::data_defaults();
};

/// A variant with its settings bound. `vbench show` and `--set` see training, method and data settings in one list.
template <Method M, Dataset D>
requires Feeds<M, D>
class Pair final : public Pairing {
 public:
  explicit Pair(const PairDefaults<M, D>& defaults = {}) : training_(defaults.training), tuning_(defaults.tuning), data_(defaults.data) {
    training_.bind(settings_);
    tuning_.bind(settings_);
    data_.bind(settings_);
  }

  Settings& settings() override { return settings_; }
  TrainOptions& training() override { return training_; }

  std::unique_ptr<Experiment> open(const RunSpec& spec, uint64_t seed) override {
    check_split(spec);
    return std::make_unique<PairExperiment<typename RuntimeOf<M>::type, D>>(spec, training_, tuning_, data_, seed);
  }

  ModelSummary summary() override {
    if constexpr (SummarisesUnbuilt<M, D>) {
      return M::summary_of(tuning_, data_);
    } else {
      return M(tuning_, data_, 0, at::Device(at::kCPU)).summary();
    }
  }

  [[nodiscard]] bool acts_between_steps() const override { return ActsBetweenSteps<typename RuntimeOf<M>::type, D>; }
  [[nodiscard]] bool explains() const override { return Explains<typename RuntimeOf<M>::type, D>; }
  [[nodiscard]] bool saves_predictions() const override { return SavesPredictions<typename M::Protocol>; }

  Evaluation evaluate_embeddings(const std::filesystem::path& file) override {
    if constexpr (ReadsEmbeddings<typename M::Protocol>) {
      return M::Protocol::evaluate_embeddings(file);
    } else {
      throw usage_error("this method does not evaluate embeddings files", "--embeddings " + file.string());
    }
  }
  ProtocolId protocol() override { return M::Protocol::id(); }

  std::unique_ptr<PictureSource> open_pictures(const RunSpec& spec) override {
    check_split(spec);
    if constexpr (ShowsPictures<D>) {
      return std::make_unique<SplitPictures<D>>(D::open(data_, spec, Role::kEvaluate));
    } else {
      return nullptr;
    }
  }

 private:
  static void check_split(const RunSpec& spec) {
    if (spec.split.empty()) return;
    if constexpr (OffersSplits<D>) {
      const auto known = D::splits();
      if (std::find(known.begin(), known.end(), spec.split) == known.end())
        throw usage_error("'" + spec.split + "' is no split of " + spec.dataset, "--split", suggest(spec.split, known));
    } else {
      throw usage_error("this dataset has one split to evaluate", "--split", "leave it out");
    }
  }

  TrainOptions training_;
  typename M::Tuning tuning_;
  typename D::Options data_;
  Settings settings_;
};

/// For Registry::MethodHandle::variant. `presets`: settings in which this variant differs from M's configuration; `defaults` gives the
/// other values, where they depend on the dataset.
template <class M, class D>
std::function<std::unique_ptr<Pairing>()> pair_of(
    std::vector<std::pair<std::string, std::string>> presets = {},
    std::function<PairDefaults<M, D>()> defaults = [] { return PairDefaults<M, D>(); }) {
  return [presets = std::move(presets), defaults = std::move(defaults)] {
    auto pair = std::make_unique<Pair<M, D>>(defaults());
    for (const auto& [key, value] : presets) pair->settings().preset(key, value);
    return pair;
  };
}

}  // namespace vbench
