#include "methods/smth3d/checkpoint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "harness/core/error.hpp"

namespace vbench::smth3d {
namespace {

constexpr nn::StateDictLayout kLayout{"smth3d", "smth3d", "clf_layers.0.weight"};
constexpr std::string_view kColumnPrefix = "conv_column.", kCounter = "num_batches_tracked";

/// What to do about a first layer of `channels` channels.
std::string divisor_hint(int64_t channels) {
  const int64_t published = kColumn.front().out;
  if (channels < 1 || published % channels != 0) return "";
  return fmt::format("its network has --set model.divisor={}", published / channels);
}

/// A column half filled would look trained and be worth nothing.
void require_column(const nn::Weights& source, const Network& network) {
  std::map<std::string, at::Tensor> known;
  for (const auto& [name, tensor] : source) known.emplace(name, tensor);
  for (const auto& [name, tensor] : network.weights()) {
    if (!name.starts_with(kColumnPrefix) || name.ends_with(kCounter)) continue;
    const auto found = known.find(name);
    if (found == known.end()) throw input_error(fmt::format("has no {}", name), "", nn::kLayoutHint);
    const auto sizes = found->second.sizes();
    if (sizes == tensor.sizes()) continue;
    throw input_error(fmt::format("{} is {}, in this network {}", name, fmt::join(sizes, "x"), fmt::join(tensor.sizes(), "x")), "",
                      sizes.empty() ? "" : divisor_hint(sizes[0]));
  }
}

}  // namespace

nn::LoadReport load_weights(const nn::Weights& source, const Network& network) {
  require_column(source, network);
  return nn::load_matching(source, network.weights(), kLayout);
}

nn::LoadReport import_checkpoint(const std::filesystem::path& file, const Network& network) {
  try {
    return load_weights(nn::read_state_dict(file, kLayout), network);
  } catch (const Error& error) {
    throw nn::error_in_file(error, file);
  }
}

}  // namespace vbench::smth3d
