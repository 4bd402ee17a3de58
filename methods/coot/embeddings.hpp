// Embeddings of a split in the file layout that the authors' --save_embeddings writes. Used by the protocol and by `vbench embed`.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vbench::coot {

/// B videos with C clips and as many sentences in all, in evaluation order; float32 on the CPU, not normalised.
/// D = local width (384), G = global width (768).
struct Embeddings {
  std::vector<std::string> keys;                ///< B
  std::vector<int64_t> clip_num;                ///< B; sums to C
  at::Tensor video, paragraph;                  ///< [B, G]
  at::Tensor clips, sentences;                  ///< [C, D]
  at::Tensor video_context, paragraph_context;  ///< [B, D]
};

/// Joins batches in order.
[[nodiscard]] Embeddings concatenate(const std::vector<Embeddings>& batches);

/// HDF5: key, clip_num, sent_num, and vid_emb, par_emb, clip_emb, sent_emb, vid_context, par_context, each normalised and as
/// `<name>_before_norm`. Atomic. @throws Error kInput if the file cannot be written
void write_embeddings(const std::filesystem::path& path, const Embeddings& embeddings);

/// Reads that layout or the one of the authors' version 0.1 (vid, vid_norm, ...).
/// @throws Error kInput for a missing, oddly shaped or not finite array, with file and name
[[nodiscard]] Embeddings read_embeddings(const std::filesystem::path& path);

}  // namespace vbench::coot
