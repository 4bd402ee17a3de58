#include "harness/train/optimizer.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include "harness/core/error.hpp"
#include "harness/train/update_rule.hpp"

namespace vbench {
namespace {

constexpr int64_t kElementsPerTask = 32768;  // below this, starting a thread costs more than it saves
constexpr double kClipEpsilon = 1e-6;        // PyTorch's

/// One parameter's place in the fused pass over all elements.
struct FusedPart {
  StepPoint point;
  FloatSlice slice;
  at::Tensor gradient;  // keeps a contiguous copy alive
  int64_t end = 0;      // elements of this and all earlier parts
};

bool is_plain(const at::Tensor& tensor) {
  return tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat && tensor.layout() == at::kStrided;
}

FloatSlice cut(const FloatSlice& whole, int64_t begin, int64_t end) {
  const auto at_begin = [begin](float* data) { return data == nullptr ? nullptr : data + begin; };
  return {whole.value + begin, whole.gradient + begin, at_begin(whole.m), at_begin(whole.v), end - begin};
}

void run_fused(const UpdateRule& rule, const std::vector<FusedPart>& parts) {
  if (parts.empty()) return;
  at::parallel_for(0, parts.back().end, kElementsPerTask, [&](int64_t begin, int64_t end) {
    auto part =
        std::upper_bound(parts.begin(), parts.end(), begin, [](int64_t element, const FusedPart& other) { return element < other.end; });
    for (; part != parts.end() && begin < end; ++part) {
      const int64_t offset = part->end - part->slice.count;
      const int64_t stop = std::min(end, part->end);
      rule.apply(part->point, cut(part->slice, begin - offset, stop - offset));
      begin = stop;
    }
  });
}

}  // namespace

struct Optimizer::Slot {
  Parameter parameter;
  double weight_decay = 0;
  at::Tensor m, v;  // undefined where the rule has no such moment
  int64_t steps = 0;

  [[nodiscard]] bool fusible(const at::Tensor& gradient) const {
    return is_plain(parameter.tensor) && parameter.tensor.is_contiguous() && is_plain(gradient) &&
           gradient.sizes() == parameter.tensor.sizes();
  }

  [[nodiscard]] FusedPart fused_part(const StepPoint& point, const at::Tensor& gradient) const {
    FusedPart part{point, {}, gradient.contiguous(), 0};
    const auto data = [](const at::Tensor& tensor) { return tensor.defined() ? tensor.data_ptr<float>() : nullptr; };
    part.slice = {data(parameter.tensor), data(part.gradient), data(m), data(v), parameter.tensor.numel()};
    return part;
  }
};

std::unique_ptr<Optimizer> Optimizer::make(const OptimizerOptions& options, std::vector<Parameter> parameters, UpdatePath path) {
  auto rule = make_update_rule(options);
  std::vector<Slot> slots;
  std::set<std::string> names;
  std::set<const void*> tensors;
  for (auto& parameter : parameters) {
    const auto& tensor = parameter.tensor;
    if (!tensor.defined() || !tensor.is_floating_point())
      throw Error(ErrorKind::kInternal, "a parameter must be a floating-point tensor", parameter.name);
    if (!names.insert(parameter.name).second) throw Error(ErrorKind::kInternal, "two parameters have this name", parameter.name);
    if (!tensors.insert(tensor.unsafeGetTensorImpl()).second)
      throw Error(ErrorKind::kInternal, "the parameter occurs twice", parameter.name);
    Slot slot;
    slot.weight_decay = options.weight_decay * parameter.weight_decay_multiplier;
    if (rule->moments() > 0) slot.m = torch::zeros_like(tensor.detach());
    if (rule->moments() > 1) slot.v = torch::zeros_like(tensor.detach());
    slot.parameter = std::move(parameter);
    slots.push_back(std::move(slot));
  }
  return std::unique_ptr<Optimizer>(new Optimizer(std::move(rule), std::move(slots), path));
}

Optimizer::Optimizer(std::unique_ptr<UpdateRule> rule, std::vector<Slot> slots, UpdatePath path)
    : rule_(std::move(rule)), slots_(std::move(slots)), path_(path) {}

Optimizer::~Optimizer() = default;

void Optimizer::step(double learning_rate) {
  const torch::NoGradGuard no_grad;
  for (const auto& slot : slots_) {
    const auto& gradient = slot.parameter.tensor.grad();
    if (gradient.defined() && gradient.layout() != at::kStrided)
      throw Error(ErrorKind::kInternal, "sparse gradients are not supported", slot.parameter.name);
  }
  std::vector<FusedPart> parts;
  int64_t elements = 0;
  for (auto& slot : slots_) {
    const auto& gradient = slot.parameter.tensor.grad();
    if (!gradient.defined()) continue;
    const StepPoint point{++slot.steps, learning_rate * slot.parameter.learning_rate_multiplier, slot.weight_decay};
    if (path_ == UpdatePath::kTensorOps || !slot.fusible(gradient)) {
      rule_->apply(point, TensorSlice{slot.parameter.tensor, gradient, slot.m, slot.v});
      continue;
    }
    parts.push_back(slot.fused_part(point, gradient));
    parts.back().end = elements += parts.back().slice.count;
    // Raw writes are invisible to autograd, which must be able to refuse a backward pass through values that are gone.
    slot.parameter.tensor.unsafeGetTensorImpl()->bump_version();
  }
  run_fused(*rule_, parts);
}

void Optimizer::zero_grad() {
  for (auto& slot : slots_) slot.parameter.tensor.mutable_grad() = at::Tensor();
}

std::vector<NamedTensor> Optimizer::state() const {
  std::vector<NamedTensor> all;
  for (const auto& slot : slots_) {
    all.push_back({slot.parameter.name + "/step", torch::tensor(slot.steps, torch::kInt64)});
    if (slot.m.defined()) all.push_back({slot.parameter.name + "/m", slot.m});
    if (slot.v.defined()) all.push_back({slot.parameter.name + "/v", slot.v});
  }
  return all;
}

void Optimizer::load_state(const std::map<std::string, at::Tensor>& saved) {
  const auto expected = state();
  std::set<std::string> names;
  for (const auto& [name, tensor] : expected) {
    names.insert(name);
    const auto found = saved.find(name);
    if (found == saved.end() || !found->second.defined()) throw input_error("the optimiser's state lacks this entry", name);
    const auto& other = found->second;
    if (other.sizes() != tensor.sizes() || other.scalar_type() != tensor.scalar_type()) {
      throw input_error(
          fmt::format("the optimiser's state has shape {} and dtype {} where {} and {} are needed", fmt::join(other.sizes(), "x"),
                      c10::toString(other.scalar_type()), fmt::join(tensor.sizes(), "x"), c10::toString(tensor.scalar_type())),
          name);
    }
    if (other.scalar_type() == at::kLong && other.item<int64_t>() < 0) throw input_error("the step count is negative", name);
  }
  for (const auto& [name, tensor] : saved) {
    if (names.count(name) == 0) throw input_error("the optimiser's state has an entry that does not belong here", name);
  }
  const torch::NoGradGuard no_grad;
  for (auto& slot : slots_) {
    slot.steps = saved.at(slot.parameter.name + "/step").item<int64_t>();
    if (slot.m.defined()) slot.m.copy_(saved.at(slot.parameter.name + "/m"));
    if (slot.v.defined()) slot.v.copy_(saved.at(slot.parameter.name + "/v"));
  }
}

namespace {

/// Sum of squares of floats that lie together, in double and in pieces of a fixed size: the same result for any number of threads.
double squares(const float* values, int64_t count) {
  const int64_t pieces = (count + kElementsPerTask - 1) / kElementsPerTask;
  std::vector<double> sums(static_cast<size_t>(pieces));
  at::parallel_for(0, pieces, 4, [&](int64_t begin, int64_t end) {
    for (int64_t piece = begin; piece < end; ++piece) {
      constexpr int64_t kLanes = 16;  // independent sums, which the compiler keeps in vectors
      double lanes[kLanes] = {};
      const float* const from = values + piece * kElementsPerTask;
      const int64_t size = std::min(kElementsPerTask, count - piece * kElementsPerTask);
      for (int64_t i = 0; i + kLanes <= size; i += kLanes) {
        for (int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] += static_cast<double>(from[i + lane]) * from[i + lane];
      }
      for (int64_t i = size / kLanes * kLanes; i < size; ++i) lanes[0] += static_cast<double>(from[i]) * from[i];
      sums[static_cast<size_t>(piece)] = std::accumulate(lanes, lanes + kLanes, 0.0);
    }
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace

double gradient_norm(const std::vector<Parameter>& parameters) {
  const torch::NoGradGuard no_grad;
  std::vector<at::Tensor> norms;  // summed on the device, so that a GPU is waited for only once
  double on_cpu = 0;
  for (const auto& parameter : parameters) {
    const auto& gradient = parameter.tensor.grad();
    if (!gradient.defined()) continue;
    if (is_plain(gradient) && gradient.is_contiguous()) {  // a norm in double of floats takes LibTorch half a pass of the whole network
      on_cpu += squares(gradient.data_ptr<float>(), gradient.numel());
      continue;
    }
    const auto norm = gradient.norm(2, at::kDouble);
    norms.push_back(norms.empty() ? norm : norm.to(norms.front().device()));
  }
  const double elsewhere = norms.empty() ? 0.0 : torch::stack(norms).norm().item<double>();
  return std::hypot(std::sqrt(on_cpu), elsewhere);
}

double clip_gradient_norm(const std::vector<Parameter>& parameters, double max_norm) {
  const double norm = gradient_norm(parameters);
  if (!std::isfinite(norm))
    throw Error(ErrorKind::kNumeric, "the gradient norm is not finite", "clip_gradient_norm", "lower optimizer.learning_rate");
  const double scale = max_norm / (norm + kClipEpsilon);
  if (scale >= 1) return norm;
  const torch::NoGradGuard no_grad;
  for (const auto& parameter : parameters) {
    auto gradient = parameter.tensor.grad();
    if (gradient.defined()) gradient.mul_(scale);
  }
  return norm;
}

}  // namespace vbench
