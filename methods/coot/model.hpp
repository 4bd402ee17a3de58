// COOT whole: four networks, from a batch of features to six embeddings. Used by method.hpp, the checkpoint import and the benchmarks.
#pragma once

#include <array>
#include <string_view>

#include "datasets/video_text/sample.hpp"
#include "methods/coot/losses.hpp"
#include "methods/coot/network.hpp"

namespace vbench::coot {

/// The four networks in the order of the authors' files.
inline constexpr std::array<std::string_view, 4> kNetworkNames = {"net_video_local", "net_video_global", "net_text_local",
                                                                  "net_text_global"};

struct ModelOptions {
  Structure structure;
  int64_t video_width = 512, text_width = 1536;
  bool chained = false;
  Average average = Average::kUpstream;
  bool clip_level =
      true;  ///< false: the global networks see the whole-video context instead of the clips, and the paragraph's instead of sentences
};

class Model {
 public:
  /// @throws Error kUsage for sizes that do not fit
  Model(const ModelOptions& options, uint64_t seed, const at::Device& device);

  /// All embeddings, not normalised, float32 whatever the precision of the networks.
  [[nodiscard]] Outputs forward(const video_text::Batch& batch, nn::DropoutKeys& keys) const;

  /// "net_video_local/norm_input.gain" ...: parameters and buffers of all networks. Shares memory with the model.
  [[nodiscard]] std::vector<NamedTensor> weights() const;
  /// Those that train; no weight decay on names with "bias", as in all published configurations.
  [[nodiscard]] std::vector<Parameter> parameters() const;
  [[nodiscard]] const Network& network(size_t index) const { return networks_.at(index); }
  [[nodiscard]] ModelSummary summary() const;

 private:
  struct Modality {
    at::Tensor context, parts, whole;
  };
  [[nodiscard]] Modality embed(const Network& local, const Network& global, const video_text::Sequences& whole,
                               const video_text::Sequences& parts, const std::vector<int64_t>& counts, nn::DropoutKeys& keys) const;

  ModelOptions options_;
  std::vector<Network> networks_;
};

}  // namespace vbench::coot
