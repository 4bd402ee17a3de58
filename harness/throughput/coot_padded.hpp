// COOT as published: zero-padded batches, masks, one tensor operation after another. The other side of the coot benchmark, nothing else.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "datasets/video_text/sample.hpp"
#include "methods/coot/config.hpp"
#include "methods/coot/losses.hpp"

namespace vbench::throughput {

/// What the published code reads from its loader: zero-padded features and masks.
struct PaddedBatch {
  struct Field {
    at::Tensor rows;     ///< [N, T, D]
    at::Tensor mask;     ///< [N, T] bool, true = padding
    at::Tensor lengths;  ///< [N] float32
  };
  Field video, paragraph, clips, sentences;
  std::vector<int64_t> clip_num;

  explicit PaddedBatch(const video_text::Batch& batch);
};

class PaddedCoot {
 public:
  /// Own copies of the weights, so that both sides start from the same numbers.
  PaddedCoot(const std::vector<NamedTensor>& weights, const coot::Structure& structure);

  [[nodiscard]] coot::Outputs forward(const PaddedBatch& batch, bool training) const;
  [[nodiscard]] at::Tensor loss(const coot::Outputs& outputs, const PaddedBatch& batch, const coot::LossOptions& options) const;
  [[nodiscard]] const std::vector<Parameter>& parameters() const { return parameters_; }

 private:
  using Field = PaddedBatch::Field;
  [[nodiscard]] const at::Tensor& weight(const std::string& name) const { return weights_.at(name); }
  [[nodiscard]] at::Tensor linear(const std::string& name, const at::Tensor& x) const;
  [[nodiscard]] at::Tensor norm(const std::string& name, const at::Tensor& x) const;
  [[nodiscard]] at::Tensor attention(const std::string& name, const at::Tensor& query, const at::Tensor& keys, const at::Tensor& mask,
                                     bool training) const;
  [[nodiscard]] at::Tensor layer(const std::string& name, const at::Tensor& query, const at::Tensor& keys, const at::Tensor& mask,
                                 bool training) const;
  [[nodiscard]] at::Tensor pool(const std::string& name, const at::Tensor& x, const at::Tensor& mask, bool training) const;
  [[nodiscard]] at::Tensor local(const std::string& net, const Field& field, bool training) const;
  [[nodiscard]] at::Tensor global(const std::string& net, const Field& field, const at::Tensor& context, bool training) const;
  [[nodiscard]] Field grouped(const at::Tensor& flat, const std::vector<int64_t>& counts) const;

  coot::Structure structure_;
  std::map<std::string, at::Tensor> weights_;
  std::vector<Parameter> parameters_;
};

}  // namespace vbench::throughput
