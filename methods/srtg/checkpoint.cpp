#include "methods/srtg/checkpoint.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/utils.h>

#include <map>
#include <set>

#include "datasets/formats/torch_checkpoint.hpp"
#include "harness/core/error.hpp"

namespace vbench::srtg {
namespace {

using torch_file::Value;

constexpr std::string_view kPrefix = "module.";  // what PyTorch's DataParallel puts in front of every name
constexpr std::string_view kClassifier = "fc.weight";
constexpr const char* kLayoutHint = "expected the authors' checkpoint with a state_dict, a bare state dict, or weights saved by vbench";

std::string shape_of(const at::Tensor& tensor) { return fmt::format("{}", fmt::join(tensor.sizes(), "x")); }

/// "layer2.0.sar.lstm.bias_hh_l1" -> "layer2.0.sar": what a reader wants to know of.
std::string part_of(const std::string& name) {
  const auto recursion = name.find(".sar.");
  return name.substr(0, recursion == std::string::npos ? name.rfind('.') : recursion + 4);
}

void check_finite(const NamedTensor& source) {
  if (source.tensor.is_floating_point() && !source.tensor.isfinite().all().item<bool>())
    throw input_error("holds values that are not finite", source.name);
}

}  // namespace

std::string LoadReport::text() const {
  auto line = fmt::format("{} of {} tensors loaded", loaded.size(), loaded.size() + not_loaded.size());
  if (source_classes && *source_classes != classes)
    line += fmt::format("; its classifier has {} classes, this network {} (data.classes)", *source_classes, classes);
  std::vector<std::string> parts;
  for (const auto& name : not_loaded) {
    auto part = part_of(name);
    if (parts.empty() || parts.back() != part) parts.push_back(std::move(part));
  }
  if (!parts.empty()) line += fmt::format("; left as they were: {}", fmt::join(parts, ", "));
  if (!unused.empty()) line += fmt::format("; {} tensors of the source not used", unused.size());
  return line;
}

LoadReport load_matching(const Weights& source, const Network& network) {
  LoadReport report;
  report.classes = network.options().classes;
  std::map<std::string, const at::Tensor*> known;
  for (const auto& entry : source) {
    known.emplace(entry.name, &entry.tensor);
    if (entry.name == kClassifier && entry.tensor.dim() == 2) report.source_classes = entry.tensor.size(0);
    report.source_recursion = report.source_recursion || entry.name.find("sar.lstm") != std::string::npos;
  }
  std::vector<std::pair<at::Tensor, const at::Tensor*>> copies;
  std::set<std::string> used;
  for (const auto& [name, tensor] : network.weights()) {
    const auto found = known.find(name);
    if (found != known.end() && found->second->sizes() == tensor.sizes()) {
      check_finite({name, *found->second});
      copies.emplace_back(tensor, found->second);
      used.insert(name);
      report.loaded.push_back(name);
      continue;
    }
    report.not_loaded.push_back(name);
    if (found != known.end()) report.misshapen.push_back(fmt::format("{}: {}, here {}", name, shape_of(*found->second), shape_of(tensor)));
  }
  for (const auto& entry : source) {
    if (!used.contains(entry.name)) report.unused.push_back(entry.name);
  }
  const torch::NoGradGuard no_grad;
  for (auto& [target, value] : copies) target.copy_(*value);
  return report;
}

Weights read_checkpoint(const std::filesystem::path& file) {
  const Value root = torch_file::read_torch_file(file);
  if (!root.is_dict()) throw input_error("is not a checkpoint of SRTG", file.string(), kLayoutHint);
  const Value state = root.has("state_dict") ? root["state_dict"] : root.has("srtg") ? root["srtg"] : root;
  if (!state.is_dict()) throw input_error("its state_dict is no dictionary", file.string(), kLayoutHint);
  Weights weights;
  for (const auto& [name, value] : state.entries()) {
    if (!value.is_tensor()) throw input_error(fmt::format("{} is not a tensor", name), file.string(), kLayoutHint);
    weights.push_back({name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name, value.tensor()});
  }
  return weights;
}

LoadReport import_checkpoint(const std::filesystem::path& file, const Network& network) {
  try {
    auto report = load_matching(read_checkpoint(file), network);
    if (report.loaded.empty()) throw input_error("no tensor has a name and shape of this network", "", kLayoutHint);
    return report;
  } catch (const Error& error) {
    if (error.where().starts_with(file.string())) throw;
    const auto fact = error.where().empty() ? error.fact() : fmt::format("{} {}", error.where(), error.fact());
    throw Error(error.kind(), fact, file.string(), error.hint());
  }
}

}  // namespace vbench::srtg
