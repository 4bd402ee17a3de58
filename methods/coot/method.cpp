#include "methods/coot/method.hpp"

namespace vbench::coot {

nn::DropoutKeys dropout_keys(const StepContext& context) {
  return nn::DropoutKeys(
      derive_seed(context.seed, "coot.dropout", static_cast<uint64_t>(context.epoch), static_cast<uint64_t>(context.step)));
}

Embeddings to_embeddings(const Outputs& outputs, const video_text::Batch& batch) {
  const auto stored = [](const at::Tensor& x) { return x.detach().cpu(); };
  return {batch.keys,
          batch.clip_num,
          stored(outputs.video),
          stored(outputs.paragraph),
          stored(outputs.clips),
          stored(outputs.sentences),
          stored(outputs.video_context),
          stored(outputs.paragraph_context)};
}

Outputs to_outputs(const Embeddings& e) { return {e.video, e.paragraph, e.clips, e.sentences, e.video_context, e.paragraph_context}; }

}  // namespace vbench::coot
