// Tells the registry about SRTG: every network with and without squeeze and recursion on every labelled video dataset.
#include <published/srtg.hpp>

#include <algorithm>
#include <string>
#include <utility>

#include "datasets/clips/family.hpp"
#include "harness/core/registry.hpp"
#include "harness/train/pairing.hpp"
#include "methods/srtg/method.hpp"

namespace vbench {
namespace {

using namespace srtg;
using Data = clips::ClipData;
using Presets = std::vector<std::pair<std::string, std::string>>;

/// "srtg_r3d_34" -> "srtg-r3d-34".
std::string variant_name(std::string_view network) {
  std::string name(network);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

template <Config C>
std::function<std::unique_ptr<Pairing>()> variant_of(const std::string& dataset, Presets presets = {}) {
  return pair_of<Srtg<C>, Data>(std::move(presets), [dataset] {
    return PairDefaults<Srtg<C>, Data>{published_training(dataset), Srtg<C>::tuning_defaults(), clips::options_of(dataset)};
  });
}

/// A network small enough for two cores: a block a stage, a quarter of the channels, short and small clips, a plain cosine. Ours. SRTG
/// multiplies features by an LSTM whose output is small at first, and so takes rates at which the plain network is lost.
Presets mini(bool srtg) {
  return {{"model.channels", "16"},
          {"sampling.frames", "8"},
          {"clip.side", "48"},
          {"view.train_shorter_side", "52"},
          {"view.train_centre_crop", "0"},
          {"view.train_crop", "48"},
          {"view.evaluation_shorter_side", "52"},
          {"view.evaluation_centre_crop", "0"},
          {"view.evaluation_crop", "48"},
          {"view.evaluation_size", "48"},
          {"sampling.train_intervals", "2"},
          {"sampling.evaluation_interval", "2"},
          {"multigrid.epoch_length", "full_pass"},
          {"multigrid.long_cycles", "false"},
          {"multigrid.short_cycles", "false"},
          {"batch_size", "16"},
          {"eval_batch_size", "32"},
          {"schedule", "cosine"},
          {"epochs", "30"},
          {"optimizer.learning_rate", srtg ? "0.4" : "0.05"}};
}

Presets with(Presets presets, const Presets& more) {
  presets.insert(presets.end(), more.begin(), more.end());
  return presets;
}

void add_minis(Registry::MethodHandle& method, const std::string& dataset) {
  constexpr Config kPlain{BlockKind::kBasic, Builder::kConv3d, {1, 1, 1, 1}};
  constexpr Config kSrtg = with_srtg(kPlain), kGated = with_srtg(kPlain, Gate::kAligned);
  method.variant(dataset, "srtg-mini", "none: one block a stage, narrow, for CPUs", variant_of<kSrtg>(dataset, mini(true)))
      .variant(dataset, "srtg-mini-gated", "none: the same with gates on", variant_of<kGated>(dataset, mini(true)))
      .variant(dataset, "mini", "none: the same network without SRTG", variant_of<kPlain>(dataset, mini(false)))
      .variant(dataset, "mini-frame", "none: the same network on single frames, the floor of motion",
               variant_of<kPlain>(dataset, with(mini(false), {{"sampling.frames", "1"}})));
}

template <size_t I>
void add_network(Registry::MethodHandle& method, const std::string& dataset) {
  constexpr Config kPlain = kNetworks[I].config, kSrtg = with_srtg(kPlain), kGated = with_srtg(kPlain, Gate::kAligned);
  const std::string name = variant_name(kNetworks[I].name);
  method.variant(dataset, name, "the network without SRTG", variant_of<kPlain>(dataset))
      .variant(dataset, "srtg-" + name, "SRTG, gates as in the released weights (off)", variant_of<kSrtg>(dataset))
      .variant(dataset, "srtg-" + name + "-gated", "SRTG, gates on", variant_of<kGated>(dataset));
}

template <size_t... I>
void add_networks(Registry::MethodHandle& method, const std::string& dataset, std::index_sequence<I...> /*networks*/) {
  (add_network<I>(method, dataset), ...);
}

}  // namespace

void register_srtg(Registry& registry) {
  auto method = registry.method("srtg", "squeeze and recursion temporal gates for 3D CNNs (Stergiou and Poppe, PRL 2021)",
                                std::string(published::kSrtg));
  for (const auto& family : clips::families()) {
    add_minis(method, family.name);
    add_networks(method, family.name, std::make_index_sequence<kNetworks.size()>());
  }
}

}  // namespace vbench
