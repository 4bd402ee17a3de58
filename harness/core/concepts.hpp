// What a dataset and a method must offer so that the harness can train and evaluate them. A missing piece is named by the compiler.
#pragma once

#include <ATen/core/Tensor.h>

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/experiment.hpp"
#include "harness/core/pictures.hpp"
#include "harness/core/random.hpp"
#include "harness/core/run_record.hpp"
#include "harness/core/run_spec.hpp"

namespace vbench {

/// Which part of a dataset is opened: the training split with augmentation, or the evaluation split without.
enum class Role { kTrain, kEvaluate };

/// Settings structs name their fields through bind().
template <class T>
concept Bindable = requires(T options, Settings& settings) {
  options.bind(settings);
};

/// Items that can be read by index from several threads at once, and gathered into batches.
template <class D>
concept Dataset = Bindable<typename D::Options> &&
    requires(const D& data, int64_t index, RandomStream& random, const std::vector<typename D::Sample>& samples,
             const typename D::Options& options, const RunSpec& spec) {
  typename D::Sample;
  typename D::Batch;
  { D::open(options, spec, Role::kTrain) } -> std::same_as<D>;
  { data.size() } -> std::same_as<int64_t>;
  { data.read(index, random) } -> std::same_as<typename D::Sample>;  // `random` is keyed by (seed, epoch, index)
  { data.name(index) } -> std::convertible_to<std::string>;
  { D::collate(samples) } -> std::same_as<typename D::Batch>;
  { data.fingerprint() } -> std::same_as<DataFingerprint>;
  { data.source() } -> std::same_as<Source>;
};

/// How outputs become scores. Collects what `infer` gave for every batch, in order.
template <class P, class Outputs>
concept Protocol = requires(P protocol, const Outputs& outputs) {
  protocol.add(outputs);
  { protocol.finish() } -> std::same_as<Evaluation>;
  { P::id() } -> std::same_as<ProtocolId>;
};

/// A paper's method, built for one variant.
template <class M>
concept Method = Bindable<typename M::Tuning> && Protocol<typename M::Protocol, typename M::Outputs> &&
    requires(M& method, const typename M::Batch& batch, const StepContext& context, const at::Device& device) {
  typename M::Batch;
  {M::training_defaults()};  // TrainOptions with the published values
  { M::tuning_defaults() } -> std::same_as<typename M::Tuning>;
  {M::data_defaults()};  // Options of the dataset that the variant was published on
  { batch.size() } -> std::same_as<int64_t>;
  { batch.to(device) } -> std::same_as<typename M::Batch>;
  { method.loss(batch, context) } -> std::same_as<LossTerms>;  // training mode
  { method.infer(batch) } -> std::same_as<typename M::Outputs>;
  { method.eval_loss(batch, std::declval<const typename M::Outputs&>(), context) } -> std::same_as<LossTerms>;
  { method.parameters() } -> std::same_as<std::vector<Parameter>>;
  { method.weights() } -> std::same_as<std::vector<NamedTensor>>;
  { method.summary() } -> std::same_as<ModelSummary>;
  { method.protocol() } -> std::same_as<typename M::Protocol>;  // a new, empty one
};

/// The pair makes sense: the dataset yields what the method takes.
template <class M, class D>
concept Feeds = std::same_as<typename D::Batch, typename M::Batch> &&
    requires(const typename M::Tuning& tuning, const typename D::Options& options) {
  M(tuning, options, uint64_t{0}, std::declval<const at::Device&>());
};

/// How the training split is read between two steps.
struct PassOrder {
  std::string title;         ///< for people, while it takes its time
  uint64_t key = 0;          ///< of augmentation and order
  bool shuffled = false;     ///< batches as training takes them; else all items in order, as many at a time as in evaluation
  int64_t most_batches = 0;  ///< 0: all
};
/// Reads the training split as training sees it, augmented. Calls `use` for every batch, on the device.
/// @throws Error kInterrupted if a stop was requested
template <class D>
using SplitPass = std::function<void(const PassOrder& order, const std::function<void(const typename D::Batch&)>& use)>;

/// Reads the whole training split as an evaluation reads, in order and without augmentation. Calls `use` for every batch, on the device.
/// @throws Error kInterrupted if a stop was requested
template <class D>
using PlainPass = std::function<void(const std::string& title, const std::function<void(const typename D::Batch&)>& use)>;

// Optional abilities, detected by these.
/// Keeps something for every item of the training split, which it sees before its weights are asked for.
template <class M, class D>
concept LearnsFrom = requires(M& method, const D& data) {
  method.learns_from(data);
};
/// Looks at the training split now and then, between two steps: a method that labels its own data. Gives back a line for people. If it
/// throws kInterrupted, the weights are those of a state from which training can go on with this step.
template <class M, class D>
concept ActsBetweenSteps = requires(M& method, const StepContext& context, int64_t steps_of_epoch, const SplitPass<D>& pass) {
  { method.before_step(context, steps_of_epoch, pass) } -> std::same_as<std::string>;
};
/// Compares what is evaluated with the training split, at which it looks before each evaluation.
template <class M, class D>
concept ComparesWithTraining = requires(M& method, const PlainPass<D>& pass, const typename D::Options& options, const RunSpec& spec) {
  method.before_evaluation(pass);
  { D::open_unaugmented(options, spec) } -> std::same_as<D>;
};
/// Says why a result of it does not count, with what it was given.
template <class M>
concept DoubtsItsResults = requires(const M& method) {
  { method.doubt() } -> std::same_as<std::string>;
};
template <class M>
concept ImportsCheckpoints = requires(M& method, const std::filesystem::path& file) {
  method.import_checkpoint(file);
};
/// The same, with something to say: which parts were taken over.
template <class M>
concept ReportsImports = requires(M& method, const std::filesystem::path& file) {
  { method.import_checkpoint(file) } -> std::same_as<ImportReport>;
};
/// Files of the method's own beside log.csv, written anew after each epoch.
template <class M>
concept WritesEpochFiles = requires(const M& method, const std::filesystem::path& folder, const std::vector<EpochRecord>& history) {
  method.write_epoch_files(folder, history);
};
/// The data know their own sizes: the method is built for the options that the opened dataset gives back.
template <class D>
concept ResolvesOptions = requires(const D& data) {
  { data.options() } -> std::same_as<typename D::Options>;
};
/// Scores need more of the data than the batches say, names of classes for instance.
template <class M, class D>
concept ProtocolKnowsData = requires(M& method, const D& data) {
  { method.protocol(data) } -> std::same_as<typename M::Protocol>;
};
template <class M, class D>
concept Predicts = requires(M& method, const D& data, const PredictRequest& request) {
  { method.predict(data, request) } -> std::same_as<std::vector<Answer>>;
};
/// Looks into the network: where did it look? May need gradients.
template <class M, class D>
concept Explains = requires(M& method, const D& data, const ExplainRequest& request) {
  { method.explain(data, request) } -> std::same_as<std::vector<Answer>>;
};
/// Evaluation may read another part of the dataset than the protocol's: RunSpec::split names it.
template <class D>
concept OffersSplits = requires {
  { D::splits() } -> std::same_as<std::vector<std::string>>;
};
/// Items can be shown to people: JPEG of a strip of pictures, see PictureSource.
template <class D>
concept ShowsPictures = requires(const D& data, int64_t index, const StripRequest& request) {
  { data.picture_strip(index, request) } -> std::same_as<std::string>;
};
/// What `vbench show` prints, without the memory and the time that building the method takes.
template <class M, class D>
concept SummarisesUnbuilt = requires(const typename M::Tuning& tuning, const typename D::Options& options) {
  { M::summary_of(tuning, options) } -> std::same_as<ModelSummary>;
};
template <class M>
concept HasEpochHook = requires(M& method, int64_t epoch) {
  method.before_epoch(epoch);
};
template <class P>
concept SavesEmbeddings = requires(const P& protocol, const std::filesystem::path& file) {
  protocol.save_embeddings(file);
};
/// Files of the protocol's own beside log.csv: pictures and tables of the final evaluation.
template <class P>
concept WritesEvaluationFiles = requires(const P& protocol, const std::filesystem::path& folder) {
  protocol.write_evaluation_files(folder);
};
/// What a test server wants, also for items without labels.
template <class P>
concept SavesPredictions = requires(const P& protocol, const std::filesystem::path& file, int64_t top) {
  protocol.check_top(top);  // also before anything is evaluated
  protocol.save_predictions(file, top);
};
template <class P>
concept ReadsEmbeddings = requires(const std::filesystem::path& file) {
  { P::evaluate_embeddings(file) } -> std::same_as<Evaluation>;
};

}  // namespace vbench
