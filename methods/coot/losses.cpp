#include "methods/coot/losses.hpp"

#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <algorithm>
#include <numeric>

#include "datasets/video_text/sample.hpp"
#include "methods/coot/layers.hpp"

namespace vbench::coot {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Losses are sums of many small differences: reduced precision would drown them, so autocast is off while this lives.
using NoAutocast = c10::impl::ExcludeDispatchKeyGuard;

// Hinge terms of one direction and how often each similarity occurs in them, zero on the diagonal.
// `pivot` is s_ii as a column (rows are compared) or a row (columns are).
struct Hinge {
  at::Tensor sum;   // scalar
  at::Tensor used;  // [n, n] of 0 and 1
};

Hinge hinge(const at::Tensor& scores, const at::Tensor& pivot, double margin, bool max_violation, int64_t compared_dim) {
  auto cost = (scores - pivot).add_(margin).clamp_min_(0);
  cost.fill_diagonal_(0);
  if (!max_violation) return {cost.sum(), cost.gt(0).to(cost.scalar_type())};
  const auto [largest, where] = cost.max(compared_dim, true);
  const auto used = torch::zeros_like(cost).scatter_(compared_dim, where, largest.gt(0).to(cost.scalar_type()));
  return {largest.sum(), used};
}

/// The loss of a similarity matrix; its gradient is a matrix of small integers that forward() has at hand anyway.
class ContrastiveOfScores : public torch::autograd::Function<ContrastiveOfScores> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& scores, double margin, bool max_violation, double scale) {
    const auto matched = scores.diagonal();
    const auto rows = hinge(scores, matched.unsqueeze(1), margin, max_violation, 1);
    const auto columns = hinge(scores, matched.unsqueeze(0), margin, max_violation, 0);
    auto gradient = rows.used + columns.used;
    gradient.diagonal().sub_(rows.used.sum(1)).sub_(columns.used.sum(0));
    context->save_for_backward({gradient.mul_(scale)});
    return (rows.sum + columns.sum) * scale;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& upstream) {
    return {context->get_saved_variables()[0] * upstream[0], at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

at::Tensor unit_rows(const at::Tensor& rows) {
  const auto values = rows.to(torch::kFloat);
  return values / values.norm(2, {1}, true).clamp_min(1e-12);
}

at::Tensor padding_of(const std::vector<int64_t>& lengths, int64_t width, const at::Device& device) {
  const auto ends = torch::tensor(lengths, torch::kLong).to(device);
  return torch::arange(width, ends.options()).unsqueeze(0).ge(ends.unsqueeze(1));
}

// softmax over u of -mean_d (x_k - y_u)². |x_k|² is the same for all u, so the softmax does not see it: one product and no [B, K, U, D].
at::Tensor closeness(const at::Tensor& x, const at::Tensor& y, const at::Tensor& padding) {
  const auto lengths_squared = y.square().sum(-1).unsqueeze(1);
  const auto scores = torch::baddbmm(lengths_squared, x, y.transpose(1, 2), -1, 2) / static_cast<double>(y.size(2));
  return torch::softmax(scores.masked_fill(padding.unsqueeze(1), kMasked), -1);
}

CyclePositions positions_of(const std::vector<std::vector<int64_t>>& chosen) {
  size_t most = 0;
  for (const auto& row : chosen) most = std::max(most, row.size());
  const auto shape = {static_cast<int64_t>(chosen.size()), static_cast<int64_t>(most)};
  CyclePositions positions{torch::zeros(shape, torch::kLong), torch::zeros(shape, torch::kFloat)};
  auto index = positions.index.accessor<int64_t, 2>();
  auto weight = positions.weight.accessor<float, 2>();
  for (size_t b = 0; b < chosen.size(); ++b) {
    for (size_t k = 0; k < chosen[b].size(); ++k) {
      index[static_cast<int64_t>(b)][static_cast<int64_t>(k)] = chosen[b][k];
      weight[static_cast<int64_t>(b)][static_cast<int64_t>(k)] = 1.0F / static_cast<float>(chosen[b].size());
    }
  }
  return positions;
}

std::vector<int64_t> first_numbers(int64_t count) {
  std::vector<int64_t> numbers(static_cast<size_t>(count));
  std::iota(numbers.begin(), numbers.end(), int64_t{0});
  return numbers;
}

/// Collects weighted terms and their sum.
class Sum {
 public:
  void add(const std::string& name, const at::Tensor& value, double weight) {
    names_.push_back(name);
    values_.push_back(value * weight);
  }

  LossTerms finish(const at::Device& device) const {
    if (values_.empty()) return {torch::zeros({}, at::TensorOptions(torch::kFloat).device(device)), {}};
    const auto all = torch::stack(values_);
    LossTerms result{all.sum(), {}};
    const auto numbers = all.detach().cpu().contiguous();  // one transfer for all terms
    for (size_t i = 0; i < names_.size(); ++i) result.terms.emplace_back(names_[i], numbers.data_ptr<float>()[i]);
    return result;
  }

 private:
  std::vector<std::string> names_;
  std::vector<at::Tensor> values_;
};

void add_contrastive(Sum& sum, const Outputs& outputs, const LossOptions& o) {
  const auto loss = [&o](const at::Tensor& a, const at::Tensor& b) {
    return contrastive_loss(a, b, o.margin, o.max_violation, o.normalize);
  };
  // The original multiplies the term by the weight of another one once it is switched on.
  const double context_internal = o.context_internal == 0 || o.context_internal_fix ? o.context_internal : o.low_internal;
  const auto level = [&](const std::string& name, const at::Tensor& a, const at::Tensor& b, double across, double within) {
    if (across == 0 && within == 0) return;
    const auto visual = unit_rows(a), text = unit_rows(b);
    if (across != 0) sum.add(name, loss(visual, text), across);
    if (within != 0) sum.add(name + "_internal", (loss(visual, visual) + loss(text, text)) / 2, within);
  };
  level("high", outputs.video, outputs.paragraph, o.high, o.high_internal);
  level("low", outputs.clips, outputs.sentences, o.low, o.low_internal);
  level("context", outputs.video_context, outputs.paragraph_context, o.context, context_internal);
}

CyclePositions choose_positions(const std::vector<int64_t>& lengths, int64_t samples, RandomStream& random) {
  return samples < 0 ? CyclePositions::all(lengths) : CyclePositions::sample(lengths, samples, random);
}

}  // namespace

at::Tensor contrastive_loss(const at::Tensor& a, const at::Tensor& b, double margin, bool max_violation, bool normalize) {
  const NoAutocast full_precision(c10::autocast_dispatch_keyset);
  const auto n = static_cast<double>(a.size(0));
  const auto scores = torch::matmul(a.to(torch::kFloat), b.to(torch::kFloat).t());
  return ContrastiveOfScores::apply(scores, margin, max_violation, normalize ? 1 / (n * n) : 1.0);
}

LossTerms total_contrastive_loss(const Outputs& outputs, const LossOptions& options) {
  Sum sum;
  add_contrastive(sum, outputs, options);
  return sum.finish(outputs.video.device());
}

CyclePositions CyclePositions::all(const std::vector<int64_t>& lengths) {
  std::vector<std::vector<int64_t>> chosen;
  for (const int64_t length : lengths) chosen.push_back(first_numbers(length));
  return positions_of(chosen);
}

CyclePositions CyclePositions::given(const std::vector<int64_t>& index) {
  std::vector<std::vector<int64_t>> chosen;
  for (const int64_t position : index) chosen.push_back({position});
  return positions_of(chosen);
}

CyclePositions CyclePositions::sample(const std::vector<int64_t>& lengths, int64_t samples, RandomStream& random) {
  std::vector<std::vector<int64_t>> chosen;
  for (const int64_t length : lengths) {
    auto numbers = first_numbers(length);
    const int64_t count = std::min(length, samples);
    for (int64_t i = 0; i < count; ++i) {  // the first steps of a shuffle
      const auto other = i + static_cast<int64_t>(random.below(static_cast<uint64_t>(length - i)));
      std::swap(numbers[static_cast<size_t>(i)], numbers[static_cast<size_t>(other)]);
    }
    numbers.resize(static_cast<size_t>(count));
    chosen.push_back(std::move(numbers));
  }
  return positions_of(chosen);
}

SoftNeighbours soft_neighbours(const at::Tensor& queries, const at::Tensor& other, const std::vector<int64_t>& other_lengths) {
  const auto weights = closeness(queries, other, padding_of(other_lengths, other.size(1), other.device()));
  return {torch::bmm(weights, other), weights};
}

at::Tensor cycle_errors(const at::Tensor& source, const std::vector<int64_t>& source_lengths, const at::Tensor& other,
                        const std::vector<int64_t>& other_lengths, const at::Tensor& index) {
  const auto queries = source.gather(1, index.unsqueeze(-1).expand({-1, -1, source.size(2)}));
  const auto there = soft_neighbours(queries, other, other_lengths);
  const auto back = closeness(there.rows, source, padding_of(source_lengths, source.size(1), source.device()));
  const auto soft_index = torch::matmul(back, torch::arange(source.size(1), source.options()));
  return (index.to(source.scalar_type()) - soft_index).square();
}

at::Tensor cycle_loss(const at::Tensor& source, const std::vector<int64_t>& source_lengths, const at::Tensor& other,
                      const std::vector<int64_t>& other_lengths, const CyclePositions& positions) {
  const NoAutocast full_precision(c10::autocast_dispatch_keyset);
  const auto placed = positions.to(source.device());
  const auto errors = cycle_errors(source.to(torch::kFloat), source_lengths, other.to(torch::kFloat), other_lengths, placed.index);
  return (errors * placed.weight).sum() / static_cast<double>(source_lengths.size());
}

at::Tensor cycle_consistency(const at::Tensor& clips, const at::Tensor& sentences, const std::vector<int64_t>& clip_num,
                             const std::vector<int64_t>& sent_num, const CyclePositions& from_clips, const CyclePositions& from_sentences) {
  const auto c = pad_rows(clips, clip_num), s = pad_rows(sentences, sent_num);
  return cycle_loss(c, clip_num, s, sent_num, from_clips) + cycle_loss(s, sent_num, c, clip_num, from_sentences);
}

at::Tensor pad_rows(const at::Tensor& rows, const std::vector<int64_t>& counts) { return video_text::Sequences{rows, counts}.padded(); }

LossTerms coot_loss(const Outputs& outputs, const std::vector<int64_t>& clip_num, const std::vector<int64_t>& sent_num,
                    const LossOptions& options, const StepContext& context, const std::string& purpose) {
  Sum sum;
  add_contrastive(sum, outputs, options);
  if (options.cycle != 0) {
    RandomStream random(context.seed, "coot.cycle/" + purpose, static_cast<uint64_t>(context.epoch), static_cast<uint64_t>(context.step));
    const auto from_clips = choose_positions(clip_num, options.cycle_samples, random);
    const auto from_sentences = choose_positions(sent_num, options.cycle_samples, random);
    sum.add("cycle", cycle_consistency(outputs.clips, outputs.sentences, clip_num, sent_num, from_clips, from_sentences), options.cycle);
  }
  return sum.finish(outputs.video.device());
}

}  // namespace vbench::coot
