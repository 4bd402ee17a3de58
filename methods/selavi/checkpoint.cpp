#include "methods/selavi/checkpoint.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/utils.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "datasets/formats/torch_checkpoint.hpp"
#include "harness/core/error.hpp"

namespace vbench::selavi {
namespace {

using torch_file::Value;

constexpr std::string_view kParallel = "module.";  // what PyTorch's distributed training puts in front of every name
constexpr std::string_view kVideo = "video_network.base.", kBase = "base.", kVideoHead = "mlp_v";
constexpr const char* kLayoutHint = "expected the authors' checkpoint with a model, a bare state dict, or weights saved by vbench";

std::string shape_of(const at::Tensor& tensor) { return fmt::format("{}", fmt::join(tensor.sizes(), "x")); }

bool has_prefix(const Weights& weights, std::string_view prefix) {
  return std::any_of(weights.begin(), weights.end(), [prefix](const NamedTensor& weight) { return weight.name.starts_with(prefix); });
}

/// What stands in front of the video network's names; nothing where it stands alone.
std::string_view video_prefix(const Weights& weights) {
  for (const auto prefix : {kVideo, kBase}) {
    if (has_prefix(weights, prefix)) return prefix;
  }
  return "";
}

/// The name of a source's tensor in a network whose video network has another prefix.
std::string renamed(const std::string& name, std::string_view from, std::string_view to) {
  return name.starts_with(from) ? fmt::format("{}{}", to, name.substr(from.size())) : name;
}

/// The last layers of the video heads tell how many there are and for how many clusters.
std::optional<HeadCount> heads_of(const Weights& weights) {
  HeadCount count;
  for (const auto& [name, tensor] : weights) {
    const bool last = name.ends_with(".block_forward.8.weight") || std::count(name.begin(), name.end(), '.') == 1;
    if (!name.starts_with(kVideoHead) || !last || tensor.dim() != 2) continue;
    ++count.heads;
    count.clusters = tensor.size(0);
  }
  return count.heads > 0 ? std::optional(count) : std::nullopt;
}

void check_finite(const NamedTensor& source) {
  if (source.tensor.is_floating_point() && !source.tensor.isfinite().all().item<bool>())
    throw input_error("holds values that are not finite", source.name);
}

/// Of BatchNorm's steps: old files have none, and nothing depends on it.
bool is_counter(const std::string& name) { return name.ends_with(".num_batches_tracked"); }

/// @throws Error kInput unless everything below `prefix` was found
void require_whole(const LoadReport& report, std::string_view prefix, int64_t tensors) {
  std::vector<std::string> lacking;
  for (const auto& name : report.not_loaded) {
    if (name.starts_with(prefix) && !is_counter(name)) lacking.push_back(name);
  }
  if (lacking.empty()) return;
  const auto& misshapen = report.misshapen;
  const auto other = std::find_if(misshapen.begin(), misshapen.end(), [&](const auto& text) { return text.starts_with(prefix); });
  const bool wrong_size = other != misshapen.end();
  throw input_error(fmt::format("does not fill the video network: {} of its {} tensors are missing or of another shape, the first: {}",
                                lacking.size(), tensors, wrong_size ? *other : lacking.front()),
                    "", wrong_size ? "model.divisor must be that of the run that wrote it" : kLayoutHint);
}

/// @param whole  prefix of what must be filled; empty: nothing must
LoadReport load(const Weights& source, const Weights& target, std::string_view whole = "") {
  LoadReport report;
  report.source_heads = heads_of(source);
  report.heads = heads_of(target);
  const auto from = video_prefix(source), to = video_prefix(target);
  std::map<std::string, const NamedTensor*> known;
  for (const auto& entry : source) known.emplace(renamed(entry.name, from, to), &entry);
  std::vector<std::pair<at::Tensor, at::Tensor>> copies;
  std::set<std::string> used;
  for (const auto& [name, tensor] : target) {
    const auto found = known.find(name);
    if (found != known.end() && found->second->tensor.sizes() == tensor.sizes()) {
      check_finite(*found->second);
      copies.emplace_back(tensor, found->second->tensor);
      used.insert(found->second->name);
      report.loaded.push_back(name);
      continue;
    }
    report.not_loaded.push_back(name);
    if (found != known.end())
      report.misshapen.push_back(fmt::format("{}: {}, here {}", name, shape_of(found->second->tensor), shape_of(tensor)));
  }
  for (const auto& entry : source) {
    if (!used.contains(entry.name)) report.unused.push_back(entry.name);
  }
  if (!whole.empty() && !report.loaded.empty()) {
    const auto required =
        std::count_if(target.begin(), target.end(), [&](const NamedTensor& weight) { return weight.name.starts_with(whole); });
    require_whole(report, whole, required);
  }
  const torch::NoGradGuard no_grad;
  for (auto& [tensor, value] : copies) tensor.copy_(value);
  return report;
}

LoadReport import_into(const std::filesystem::path& file, const Weights& target, std::string_view whole = "") {
  try {
    auto report = load(read_checkpoint(file), target, whole);
    if (report.loaded.empty()) throw input_error("no tensor has a name and shape of this network", "", kLayoutHint);
    return report;
  } catch (const Error& error) {
    if (error.where().starts_with(file.string())) throw;
    const auto fact = error.where().empty() ? error.fact() : fmt::format("{} {}", error.where(), error.fact());
    throw Error(error.kind(), fact, file.string(), error.hint());
  }
}

std::string described(const HeadCount& count) {
  return fmt::format("{} {} of {} clusters", count.heads, count.heads == 1 ? "head" : "heads", count.clusters);
}

}  // namespace

std::string LoadReport::text() const {
  auto line = fmt::format("{} of {} tensors loaded", loaded.size(), loaded.size() + not_loaded.size());
  if (source_heads && heads && *source_heads != *heads)
    line += fmt::format("; the file has {}, this network {}", described(*source_heads), described(*heads));
  std::vector<std::string> parts;
  for (const auto& name : not_loaded) {
    if (is_counter(name)) continue;
    auto part = name.substr(0, name.find('.'));
    if (parts.empty() || parts.back() != part) parts.push_back(std::move(part));
  }
  if (!parts.empty()) line += fmt::format("; left as they were: {}", fmt::join(parts, ", "));
  if (!unused.empty()) line += fmt::format("; {} tensors of the file not used", unused.size());
  return line;
}

bool LoadReport::complete() const { return std::all_of(not_loaded.begin(), not_loaded.end(), is_counter); }

LoadReport load_matching(const Weights& source, const Network& network) { return load(source, network.weights()); }
LoadReport load_matching(const Weights& source, const Classifier& classifier) { return load(source, classifier.weights()); }

Weights read_checkpoint(const std::filesystem::path& file) {
  const Value root = torch_file::read_torch_file(file);
  if (!root.is_dict()) throw input_error("is not a checkpoint of SeLaVi", file.string(), kLayoutHint);
  const Value state = root.has("model") ? root["model"] : root.has("selavi") ? root["selavi"] : root;
  if (!state.is_dict()) throw input_error("its model is no dictionary", file.string(), kLayoutHint);
  Weights weights;
  for (const auto& [name, value] : state.entries()) {
    if (!value.is_tensor()) throw input_error(fmt::format("{} is not a tensor", name), file.string(), kLayoutHint);
    weights.push_back({name.starts_with(kParallel) ? name.substr(kParallel.size()) : name, value.tensor()});
  }
  return weights;
}

LoadReport import_checkpoint(const std::filesystem::path& file, const Network& network) { return import_into(file, network.weights()); }
LoadReport import_checkpoint(const std::filesystem::path& file, const Classifier& classifier) {
  return import_into(file, classifier.weights(), kBase);
}
LoadReport import_video_network(const std::filesystem::path& file, const Weights& base) { return import_into(file, base, kBase); }

}  // namespace vbench::selavi
