#include "methods/nn/state_dict.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/utils.h>

#include <map>
#include <set>

#include "datasets/formats/torch_checkpoint.hpp"

namespace vbench::nn {
namespace {

using torch_file::Value;

constexpr std::string_view kPrefix = "module.";  // what PyTorch's DataParallel puts in front of every name

std::string shape_of(const at::Tensor& tensor) { return fmt::format("{}", fmt::join(tensor.sizes(), "x")); }

void check_finite(const NamedTensor& source) {
  if (source.tensor.is_floating_point() && !source.tensor.isfinite().all().item<bool>())
    throw input_error("holds values that are not finite", source.name);
}

/// PyTorch before 0.4.1 saved a BatchNorm without its counter.
bool is_optional_counter(const std::string& name, const std::map<std::string, const at::Tensor*>& known) {
  constexpr std::string_view kCounter = "num_batches_tracked";
  return name.ends_with(kCounter) && known.count(name.substr(0, name.size() - kCounter.size()) + "running_mean") == 1;
}

}  // namespace

std::string LoadReport::text(const std::function<std::string(const std::string&)>& part_of) const {
  auto line = fmt::format("{} of {} tensors loaded", loaded.size(), loaded.size() + not_loaded.size());
  if (source_classes && *source_classes != classes)
    line += fmt::format("; its classifier has {} classes, this network {} (data.classes)", *source_classes, classes);
  std::vector<std::string> parts;
  for (const auto& name : not_loaded) {
    auto part = part_of ? part_of(name) : name.substr(0, name.rfind('.'));
    if (parts.empty() || parts.back() != part) parts.push_back(std::move(part));
  }
  if (!parts.empty()) line += fmt::format("; left as they were: {}", fmt::join(parts, ", "));
  if (!unused.empty()) line += fmt::format("; {} tensors of the source not used", unused.size());
  return line;
}

LoadReport load_matching(const Weights& source, const Weights& target, const StateDictLayout& layout) {
  LoadReport report;
  std::map<std::string, const at::Tensor*> known;
  for (const auto& entry : source) {
    known.emplace(entry.name, &entry.tensor);
    if (entry.name == layout.classifier && entry.tensor.dim() == 2) report.source_classes = entry.tensor.size(0);
  }
  std::vector<std::pair<at::Tensor, const at::Tensor*>> copies;
  std::set<std::string> used;
  for (const auto& [name, tensor] : target) {
    if (name == layout.classifier) report.classes = tensor.size(0);
    const auto found = known.find(name);
    if (found != known.end() && found->second->sizes() == tensor.sizes()) {
      check_finite({name, *found->second});
      copies.emplace_back(tensor, found->second);
      used.insert(name);
      report.loaded.push_back(name);
      continue;
    }
    if (found == known.end() && is_optional_counter(name, known)) continue;
    report.not_loaded.push_back(name);
    if (found != known.end()) report.misshapen.push_back(fmt::format("{}: {}, here {}", name, shape_of(*found->second), shape_of(tensor)));
  }
  for (const auto& entry : source) {
    if (!used.contains(entry.name)) report.unused.push_back(entry.name);
  }
  const torch::NoGradGuard no_grad;
  for (auto& [to, value] : copies) to.copy_(*value);
  return report;
}

Weights read_state_dict(const std::filesystem::path& file, const StateDictLayout& layout) {
  const Value root = torch_file::read_torch_file(file);
  if (!root.is_dict()) throw input_error(fmt::format("is not a checkpoint of {}", layout.network), file.string(), kLayoutHint);
  const Value state = root.has("state_dict") ? root["state_dict"] : root.has(layout.own_key) ? root[layout.own_key] : root;
  if (!state.is_dict()) throw input_error("its state_dict is no dictionary", file.string(), kLayoutHint);
  Weights weights;
  for (const auto& [name, value] : state.entries()) {
    if (!value.is_tensor()) throw input_error(fmt::format("{} is not a tensor", name), file.string(), kLayoutHint);
    weights.push_back({name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name, value.tensor()});
  }
  return weights;
}

Error error_in_file(const Error& error, const std::filesystem::path& file) {
  if (error.where().starts_with(file.string())) return error;
  const auto fact = error.where().empty() ? error.fact() : fmt::format("{} {}", error.where(), error.fact());
  return Error(error.kind(), fact, file.string(), error.hint());
}

}  // namespace vbench::nn
