#include "methods/sam/checkpoint.hpp"

#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <map>

#include "harness/core/error.hpp"
#include "harness/core/text.hpp"
#include "methods/nn/state_dict.hpp"

namespace vbench::sam {
namespace {

std::map<std::string, at::Tensor> read_tensors(const std::filesystem::path& file) {
  std::map<std::string, at::Tensor> tensors;
  for (const auto& [name, tensor] : nn::read_state_dict(file, {"SAM", "sam", ""})) tensors.emplace(name, tensor);
  return tensors;
}

/// What the file's own name or its tensors say about the network, as advice.
std::string advice(const std::filesystem::path& file, const std::map<std::string, at::Tensor>& tensors,
                   const std::vector<NamedTensor>& weights) {
  const std::string first = "relations.0.relate.1.bias";
  const auto saved = tensors.find(first);
  for (const auto& [name, tensor] : weights) {
    if (saved != tensors.end() && name.ends_with(first) && saved->second.sizes() != tensor.sizes())
      return fmt::format("the file has another bottleneck: --set model.bottleneck={}", saved->second.numel());
  }
  const auto name = parse_authors_name(file.filename().string());
  if (!name) return "choose the variant that the file was trained with (--variant, model.scales, model.bottleneck) and the same data";
  return fmt::format("by its name the file was trained on {} with scales {}: --dataset {} --set model.scales={}", name->dataset,
                     fmt::join(name->scales, ","), name->dataset, fmt::join(name->scales, ","));
}

void check(const std::map<std::string, at::Tensor>& tensors, const std::vector<NamedTensor>& weights, const std::filesystem::path& file) {
  auto unknown = tensors;
  for (const auto& [name, tensor] : weights) {
    const std::string bare = name.substr(name.find('/') + 1);
    const auto found = tensors.find(bare);
    if (found == tensors.end())
      throw input_error(fmt::format("{} is missing, expected shape {}", bare, fmt::join(tensor.sizes(), "x")), file.string(),
                        advice(file, tensors, weights));
    if (found->second.sizes() != tensor.sizes()) {
      throw input_error(
          fmt::format("{} has shape {}, expected {}", bare, fmt::join(found->second.sizes(), "x"), fmt::join(tensor.sizes(), "x")),
          file.string(), advice(file, tensors, weights));
    }
    if (!found->second.is_floating_point()) throw input_error(bare + " holds no floating-point numbers", file.string());
    if (!torch::isfinite(found->second).all().item<bool>()) throw input_error(bare + " holds values that are not finite", file.string());
    unknown.erase(bare);
  }
  if (!unknown.empty())
    throw input_error(unknown.begin()->first + " is not part of the model", file.string(), advice(file, tensors, weights));
}

}  // namespace

void import_checkpoint(const std::filesystem::path& file, const std::vector<NamedTensor>& weights) {
  if (weights.empty()) throw usage_error("this variant has no weights", "--init " + file.string());
  const auto tensors = read_tensors(file);
  check(tensors, weights, file);
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : weights) {
    at::Tensor target = tensor;
    target.copy_(tensors.at(name.substr(name.find('/') + 1)));
  }
}

std::optional<AuthorsName> parse_authors_name(const std::string& file_name) {
  const auto at = file_name.find("_SAM_");
  if (!file_name.starts_with("AbstractionEmbedding_") || at == std::string::npos) return std::nullopt;
  AuthorsName name;
  for (const auto& part : split(file_name.substr(0, at), '_')) {
    if (part == "moments" || part == "kinetics") name.dataset = part;
  }
  const std::string tail = file_name.substr(at + 5);
  for (const auto& part : split(tail.substr(0, tail.find_first_not_of("0123456789-")), '-')) {
    const auto scale = parse_int(part);
    if (!scale) return std::nullopt;
    name.scales.push_back(*scale);
  }
  if (name.dataset.empty() || name.scales.empty()) return std::nullopt;
  return name;
}

}  // namespace vbench::sam
