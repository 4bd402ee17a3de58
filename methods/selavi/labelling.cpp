#include "methods/selavi/labelling.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>
#include <limits>

#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"
#include "harness/core/stop_signal.hpp"
#include "methods/selavi/head_groups.hpp"
#include "methods/selavi/matching.hpp"
#include "metrics/clustering.hpp"

namespace vbench::selavi {
namespace {

constexpr int64_t kBlockRows = 4096;  // whose probabilities exist at a time
constexpr int64_t kWarm = 0, kDone = 1;
constexpr uint64_t kWarmUpPass = 0;

/// Places in kHistoryColumns.
enum Column : size_t {
  kEpoch,
  kStep,
  kNmiBefore,
  kNmiClasses,
  kAnmiClasses,
  kPurity,
  kEntropy,
  kChanged,
  kCost,
  kIterations,
  kUnconverged,
  kMatchedFrom,
  kMatchedTo,
  kColumns
};
static_assert(kColumns == std::size(kHistoryColumns));

/// In float64, as the authors': in float32 two modalities that are sure of different clusters would leave none with a positive product.
at::Tensor probabilities(const Head& head, const at::Tensor& features, const at::Device& device) {
  return head.forward(features.to(device), Pass{}).to(at::kCPU, at::kDouble).softmax(1);
}

/// Calls use(video, audio) with [n, K] float64 probabilities of one head, block by block; a modality alone takes both places.
template <class Use>
void for_each_probabilities(const Network& network, const SeenVideos& seen, int64_t head, const Use& use) {
  const auto device = network.weights().front().tensor.device();
  const auto& [video, audio] = seen.features;
  for (int64_t first = 0; first < seen.indices.size(0); first += kBlockRows) {
    const int64_t rows = std::min(kBlockRows, seen.indices.size(0) - first);
    at::Tensor of_video, of_audio;
    if (video.defined()) of_video = probabilities(network.video_head(head), video.narrow(0, first, rows), device);
    if (audio.defined()) of_audio = probabilities(network.audio_head(head), audio.narrow(0, first, rows), device);
    use(of_video.defined() ? of_video : of_audio, of_audio.defined() ? of_audio : of_video);
  }
}

/// Rows `first` and on of [all, width], which is made when its width is known.
void put(at::Tensor& target, const at::Tensor& rows, int64_t first, int64_t all) {
  if (!rows.defined()) return;
  if (!target.defined()) target = at::empty({all, rows.size(1)}, at::kFloat);
  target.narrow(0, first, rows.size(0)).copy_(rows);
}

/// A setting that would do nothing is a misunderstanding.
void check_effects(const LabelOptions& options) {
  const auto require = [](bool holds, const char* setting, const char* why, const char* hint) {
    if (!holds) throw usage_error(fmt::format("has no effect {}", why), fmt::format("--set {}", setting), hint);
  };
  if (options.marginals.distribution == Distribution::kUniform) {
    const MarginalOptions usual;
    const char *why = "on clusters of equal sizes", *hint = "leave it out, or add --set labels.distribution=gauss";
    require(options.marginals.deviation == usual.deviation, "labels.deviation", why, hint);
    require(options.marginals.per_head == usual.per_head, "labels.per_head", why, hint);
    require(options.marginals.redraw == usual.redraw, "labels.redraw", why, hint);
    require(options.marginals.placement == usual.placement, "labels.placement", why, hint);
  }
  if (options.modality != Modality::kBoth)
    require(options.match == LabelOptions().match, "labels.match", "with one modality", "leave it out: there is nothing to align");
}

}  // namespace

void LabelOptions::bind(Settings& settings) {
  settings.integer("labels.times", schedule.times,
                   "labellings of a run: the first before the first step, the last at the end, which is not made", {1, 1e6});
  settings.number("labels.power", schedule.power, "of the growing distance between labellings", {0.01, 100});
  settings.number("labels.lambda", lambda, "sharpness of the optimal transport", {0.01, 1e4});
  settings.integer("labels.groups", groups, "of heads, for each of which the training split is read with other augmentations", {1, 1000});
  settings.choice("labels.match", match, "order of the audio heads' clusters before the first labels: best one, by random swaps, as it is",
                  {{"exact", MatchKind::kExact}, {"upstream", MatchKind::kUpstream}, {"off", MatchKind::kOff}});
  settings.choice("labels.distribution", marginals.distribution, "of cluster sizes",
                  {{"uniform", Distribution::kUniform}, {"gauss", Distribution::kGauss}});
  settings.number("labels.deviation", marginals.deviation, "gauss: standard deviation of a cluster's size, as a share of the mean size",
                  {0, 10});
  settings.flag("labels.per_head", marginals.per_head, "gauss: sizes are drawn for each head");
  settings.flag("labels.redraw", marginals.redraw, "gauss: sizes are drawn anew at every labelling");
  settings.choice("labels.placement", marginals.placement,
                  "gauss: which cluster gets which size: by rank of its probability, the sizes as drawn or sorted",
                  {{"as_drawn", Placement::kAsDrawn}, {"sorted", Placement::kSorted}});
  settings.choice("labels.modality", modality, "what clusters are made of and which network learns",
                  {{"both", Modality::kBoth}, {"video", Modality::kVideo}, {"audio", Modality::kAudio}});
  settings.choice("labels.storage", storage,
                  "of the transport's matrix: float32 takes half the memory; near ties may swap, and entries below 1e-36 of their row's "
                  "largest count as so much",
                  {{"float64", Storage::kFloat64}, {"float32", Storage::kFloat32}});
  settings.integer("labels.warmup_batches", warmup_batches, "that BatchNorm sees before the first labels", {0, 1e6});
}

SelfLabelling::SelfLabelling(const LabelOptions& options, const NetworkOptions& network, uint64_t seed)
    : options_(options), heads_(network.heads), clusters_(network.clusters), seed_(seed) {
  check_effects(options);
  if (options.groups > network.heads)
    throw usage_error(fmt::format("{} head{} cannot form {} groups", network.heads, network.heads == 1 ? "" : "s", options.groups),
                      "labels.groups", "use at most as many groups as heads");
}

void SelfLabelling::take_videos(const std::vector<int64_t>& classes) {
  const auto videos = static_cast<int64_t>(classes.size());
  if (videos < clusters_)
    throw usage_error(fmt::format("{} clusters cannot be filled by {} videos", clusters_, videos), "model.clusters", "ask for fewer");
  classes_ = at::tensor(classes, at::kLong);
  labels_ = at::zeros({videos, heads_}, at::kLong);
  history_ = at::zeros({options_.schedule.times, kColumns}, at::kDouble);
  progress_ = at::zeros({2}, at::kLong);
  marginals_.emplace(options_.marginals, videos, clusters_, heads_, seed_);
}

int64_t SelfLabelling::done() const { return has_videos() ? progress_[kDone].item<int64_t>() : 0; }

at::Tensor SelfLabelling::history() const {
  return has_videos() ? history_.narrow(0, 0, done()) : at::zeros({0, static_cast<int64_t>(kColumns)}, at::kDouble);
}

at::Tensor SelfLabelling::drawn_sizes() const {
  const auto& counts = marginals_->counts();
  if (counts.size(0) > 0) return counts.expand({heads_, clusters_});
  return at::full({heads_, clusters_}, static_cast<double>(labels_.size(0)) / static_cast<double>(clusters_), at::kDouble);
}

std::vector<NamedTensor> SelfLabelling::state() const {
  if (!has_videos()) return {};
  std::vector<NamedTensor> all{{"labels/selflabels", labels_}, {"labels/progress", progress_}, {"labels/history", history_}};
  if (marginals_->counts().numel() > 0) all.push_back({"labels/sizes", marginals_->counts()});
  return all;
}

std::string SelfLabelling::before_step(const Network& network, const StepContext& context, int64_t steps_of_epoch,
                                       const TrainingPass& pass) {
  if (!has_videos()) throw Error(ErrorKind::kInternal, "there are no videos to be labelled");
  if (!is_due(context, steps_of_epoch)) return {};
  const torch::NoGradGuard no_grad;
  warm_up(network, context, pass);
  return relabel(network, context, pass);
}

/// A resumed run goes on behind as many entries of the schedule as there were labellings.
bool SelfLabelling::is_due(const StepContext& context, int64_t steps_of_epoch) {
  if (!schedule_) {
    if (context.epochs < 1)
      throw usage_error("labels are computed at set places of the training, whose length must be known", "epochs", "give --epochs");
    schedule_.emplace(options_.schedule, context.epochs, steps_of_epoch);
    for (int64_t i = 0; i < done(); ++i) (void)schedule_->due(std::numeric_limits<int64_t>::max());
  }
  const auto& entries = schedule_->entries();
  return !entries.empty() && static_cast<double>(context.global_step) >= entries.back();
}

void SelfLabelling::warm_up(const Network& network, const StepContext& context, const TrainingPass& pass) const {
  auto warm = progress_[kWarm];
  if (warm.item<int64_t>() != 0 || options_.warmup_batches == 0) return;
  std::vector<std::pair<at::Tensor, at::Tensor>> statistics;
  for (const auto& [name, tensor] : network.weights()) {
    if (!tensor.requires_grad()) statistics.emplace_back(tensor, tensor.clone());
  }
  uint64_t batches = 0;
  try {
    pass({.title = "warming up BatchNorm", .key = kWarmUpPass, .shuffled = true, .most_batches = options_.warmup_batches},
         [&](const audio_visual::Batch& batch) {
           const Pass training{.training = true, .dropout_key = derive_seed(context.seed, "selavi.warm_up", 0, batches++)};
           (void)logits_of(network, features_of(network, batch, options_.modality, training), training);
         });
  } catch (...) {
    for (auto& [tensor, before] : statistics) tensor.copy_(before);
    throw;
  }
  warm.fill_(1);
}

bool SelfLabelling::matches() const { return options_.match != MatchKind::kOff && options_.modality == Modality::kBoth && done() == 0; }

std::string SelfLabelling::relabel(const Network& network, const StepContext& context, const TrainingPass& pass) {
  Draft draft{labels_.clone(), *marginals_, std::vector<double>(kColumns), {}};
  draft.marginals.restore(marginals_->counts());
  if (matches()) draft.permutations.resize(static_cast<size_t>(heads_));
  const auto groups = head_groups(heads_, options_.groups, seed_, done());
  for (size_t group = 0; group < groups.size(); ++group) {
    const auto key = kWarmUpPass + 1 + static_cast<uint64_t>(done() * options_.groups) + group;
    const auto seen = look(network, key, pass);
    Transport transport(seen.indices.size(0), clusters_, options_.lambda, options_.storage);
    for (const int64_t head : groups[group]) label_head(network, seen, head, transport, draft);
  }
  for (size_t column = kNmiBefore; column < kColumns; ++column) {
    if (column != kUnconverged) draft.figures[column] /= static_cast<double>(heads_);
  }
  auto line = line_of(draft);
  commit(network, draft, context);
  return line;
}

SeenVideos SelfLabelling::look(const Network& network, uint64_t key, const TrainingPass& pass) const {
  const int64_t all = labels_.size(0);
  SeenVideos seen{at::empty({all}, at::kLong), {}};
  int64_t filled = 0;
  FoldedFeatures features_in_evaluation(network, options_.modality);
  pass({.title = fmt::format("labels {}, looking at the videos", done() + 1), .key = key}, [&](const audio_visual::Batch& batch) {
    if (filled + batch.size() > all) throw Error(ErrorKind::kInternal, "a pass has more videos than the training split");
    const auto features = features_in_evaluation(batch);
    put(seen.features.video, features.video, filled, all);
    put(seen.features.audio, features.audio, filled, all);
    seen.indices.narrow(0, filled, batch.size()).copy_(batch.indices);
    filled += batch.size();
  });
  if (filled < clusters_)
    throw input_error(fmt::format("{} of {} training videos could be read, too few for {} clusters", filled, all, clusters_),
                      "labels of the training split");
  const auto cut = [filled](const at::Tensor& rows) { return rows.defined() ? rows.narrow(0, 0, filled) : rows; };
  return {cut(seen.indices), {cut(seen.features.video), cut(seen.features.audio)}};
}

std::vector<int64_t> SelfLabelling::match_head(const Network& network, const SeenVideos& seen, int64_t head, Draft& draft) const {
  ClusterDistances distances(clusters_);
  for_each_probabilities(network, seen, head, [&](const at::Tensor& video, const at::Tensor& audio) { distances.add(video, audio); });
  const auto matrix = distances.matrix(sum_);
  auto matching =
      options_.match == MatchKind::kExact ? match_exactly(matrix) : match_by_swaps(matrix, random_pairs(clusters_, seed_, head));
  draft.figures[kMatchedFrom] += matching.initial_cost;
  draft.figures[kMatchedTo] += matching.cost;
  return matching.permutation;
}

void SelfLabelling::label_head(const Network& network, const SeenVideos& seen, int64_t head, Transport& transport, Draft& draft) const {
  at::Tensor order;
  if (!draft.permutations.empty()) {
    auto& permutation = draft.permutations[static_cast<size_t>(head)];
    permutation = match_head(network, seen, head, draft);
    order = at::tensor(permutation, at::kLong);
  }
  transport.clear();
  for_each_probabilities(network, seen, head, [&](const at::Tensor& video, const at::Tensor& audio) {
    transport.add(video, order.defined() ? audio.index_select(1, order) : audio);
  });
  const auto share = draft.marginals.share(head, done(), transport.column_sums(sum_));
  const TransportOptions stoppable{.watch = [](int64_t /*iteration*/, double /*error*/) { throw_if_stop_requested(); }};
  const auto result = transport.solve(share, stoppable, sum_);
  draft.figures[kCost] += result.cost;
  draft.figures[kIterations] += static_cast<double>(result.iterations);
  draft.figures[kUnconverged] += result.converged ? 0 : 1;
  compare(seen.indices, result.labels, head, draft);
  auto column = draft.labels.select(1, head);
  column.index_copy_(0, seen.indices, result.labels);
}

void SelfLabelling::compare(const at::Tensor& indices, const at::Tensor& labels, int64_t head, Draft& draft) const {
  const auto before = labels_.select(1, head).index_select(0, indices);
  const auto scores = cluster_scores(labels, classes_.index_select(0, indices));
  draft.figures[kNmiBefore] += done() > 0 ? normalised_mutual_information(before, labels) : 0;
  draft.figures[kChanged] += before.ne(labels).to(at::kDouble).mean().item<double>();
  draft.figures[kNmiClasses] += scores.nmi;
  draft.figures[kAnmiClasses] += scores.anmi;
  draft.figures[kPurity] += scores.purity;
  draft.figures[kEntropy] += scores.entropy;
}

std::string SelfLabelling::line_of(const Draft& draft) const {
  const auto& figures = draft.figures;
  auto line = fmt::format("labels {} of {}:", done() + 1, std::max<int64_t>(1, options_.schedule.times - 1));
  if (done() > 0) line += fmt::format(" NMI to the old ones {:.2f},", figures[kNmiBefore]);
  line += fmt::format(" NMI to the classes {:.2f} (not used in training), cost {:.4f}, {:.0f} iterations", figures[kNmiClasses],
                      figures[kCost], figures[kIterations]);
  if (figures[kUnconverged] > 0) line += fmt::format(", {:.0f} heads not converged", figures[kUnconverged]);
  if (!draft.permutations.empty())
    line += fmt::format("; clusters of sound aligned with those of pictures: distance {:.1f}, before {:.1f}", figures[kMatchedTo],
                        figures[kMatchedFrom]);
  return line;
}

void SelfLabelling::commit(const Network& network, const Draft& draft, const StepContext& context) {
  for (size_t head = 0; head < draft.permutations.size(); ++head) {
    const auto& output = network.audio_head(static_cast<int64_t>(head)).output();
    permute_rows(output.weight, output.bias, draft.permutations[head]);
  }
  labels_.copy_(draft.labels);
  at::Tensor(marginals_->counts()).copy_(draft.marginals.counts());
  auto row = history_[done()];
  row.copy_(at::tensor(draft.figures, at::kDouble));
  row[kEpoch] = context.epoch;
  row[kStep] = context.global_step;
  progress_[kDone] += 1;
  (void)schedule_->due(context.global_step);
}

}  // namespace vbench::selavi
