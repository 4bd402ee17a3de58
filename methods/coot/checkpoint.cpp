#include "methods/coot/checkpoint.hpp"

#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <array>
#include <map>
#include <string>
#include <utility>

#include "datasets/formats/torch_checkpoint.hpp"
#include "harness/core/error.hpp"
#include "methods/coot/model.hpp"

namespace vbench::coot {
namespace {

using torch_file::Value;

constexpr const char* kLayoutHint =
    "expected a dictionary of net_video_local, net_video_global, net_text_local, net_text_global, or the list of version 0.1";

/// Prefixes that version 0.1 used, and what they are called now.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kRenames = {
    {{"input_norm.", "norm_input."}, {"input_fc.", "input_fc.mlp."}, {"pooler.genpool", "pooler.pools.0.genpool"}}};

std::string current_name(const std::string& old_name) {
  for (const auto& [before, now] : kRenames) {
    if (old_name.starts_with(before)) return std::string(now) + old_name.substr(before.size());
  }
  return old_name;
}

using Tensors = std::map<std::string, Value>;  // "network/name" -> tensor

void add_network(Tensors& tensors, std::string_view network, const Value& saved, bool old_names) {
  if (!saved.is_dict()) throw input_error(fmt::format("{} is not a dictionary of tensors", network), saved.where(), kLayoutHint);
  for (const auto& [name, value] : saved.entries()) {
    if (!value.is_tensor()) throw input_error(fmt::format("{}: {} is not a tensor", network, name), saved.where());
    tensors.insert_or_assign(fmt::format("{}/{}", network, old_names ? current_name(name) : name), value);
  }
}

Tensors read_networks(const std::filesystem::path& file) {
  const Value root = torch_file::read_torch_file(file);
  Tensors tensors;
  if (root.is_sequence()) {
    if (root.size() != kNetworkNames.size())
      throw input_error(fmt::format("holds a list of {} items, not 4", root.size()), file.string(), kLayoutHint);
    for (size_t i = 0; i < kNetworkNames.size(); ++i) add_network(tensors, kNetworkNames[i], root[static_cast<int64_t>(i)], true);
    return tensors;
  }
  if (!root.is_dict()) throw input_error("is not a checkpoint of COOT", file.string(), kLayoutHint);
  for (const auto network : kNetworkNames) {
    if (!root.has(network)) throw input_error(fmt::format("has no network {}", network), file.string(), kLayoutHint);
    add_network(tensors, network, root[network], false);
  }
  return tensors;
}

// "net_text_local/a.b" -> "net_text_local: a.b"
std::string readable(const std::string& name) {
  const auto slash = name.find('/');
  return name.substr(0, slash) + ": " + name.substr(slash + 1);
}

void check(const Tensors& tensors, const std::vector<NamedTensor>& weights, const std::string& file) {
  Tensors unknown = tensors;
  for (const auto& [name, tensor] : weights) {
    const auto found = tensors.find(name);
    if (found == tensors.end())
      throw input_error(fmt::format("{} is missing, expected shape {}", readable(name), fmt::join(tensor.sizes(), "x")), file);
    const auto& saved = found->second.tensor();
    if (saved.sizes() != tensor.sizes()) {
      throw input_error(
          fmt::format("{} has shape {}, expected {}", readable(name), fmt::join(saved.sizes(), "x"), fmt::join(tensor.sizes(), "x")), file,
          "choose the variant that the file was trained with, and data of the same feature widths");
    }
    if (!saved.is_floating_point()) throw input_error(fmt::format("{} holds no floating-point numbers", readable(name)), file);
    if (!torch::isfinite(saved).all().item<bool>())
      throw input_error(fmt::format("{} holds values that are not finite", readable(name)), file);
    unknown.erase(name);
  }
  if (!unknown.empty())
    throw input_error(fmt::format("{} is not part of the model", readable(unknown.begin()->first)), file, "has it more layers?");
}

}  // namespace

void import_checkpoint(const std::filesystem::path& file, const std::vector<NamedTensor>& weights) {
  const auto tensors = read_networks(file);
  check(tensors, weights, file.string());
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : weights) {
    at::Tensor target = tensor;
    target.copy_(tensors.at(name).tensor());
  }
}

}  // namespace vbench::coot
