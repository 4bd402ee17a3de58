#include "methods/coot/embeddings.hpp"

#include <fmt/format.h>
#include <torch/types.h>

#include <numeric>

#include "datasets/formats/hdf5.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "metrics/retrieval.hpp"

namespace vbench::coot {
namespace {

/// One array of the file: its name now, its name in version 0.1, and where it lives in memory.
struct Array {
  const char* name;
  const char* old_name;
  at::Tensor Embeddings::*field;
  bool per_clip;
};

constexpr Array kArrays[] = {
    {"vid_emb", "vid", &Embeddings::video, false},
    {"par_emb", "par", &Embeddings::paragraph, false},
    {"clip_emb", "clip", &Embeddings::clips, true},
    {"sent_emb", "sent", &Embeddings::sentences, true},
    {"vid_context", "vid_ctx", &Embeddings::video_context, false},
    {"par_context", "par_ctx", &Embeddings::paragraph_context, false},
};

int64_t sum(const std::vector<int64_t>& counts) { return std::accumulate(counts.begin(), counts.end(), int64_t{0}); }

// The raw array if the file has it, else the normalised one: cosine similarities are the same.
at::Tensor read_array(const hdf5::File& file, const Array& array, int64_t rows) {
  const std::string candidates[] = {std::string(array.name) + "_before_norm", array.name, array.old_name,
                                    std::string(array.old_name) + "_norm"};
  for (const auto& name : candidates) {
    if (!file.has(name)) continue;
    const auto values = file.read(name).to(torch::kFloat);
    const std::string where = file.path().string() + ": " + name;
    if (values.dim() != 2 || values.size(0) != rows) {
      throw input_error(fmt::format("has shape {}, expected {} rows of embeddings", fmt::join(values.sizes(), "x"), rows), where);
    }
    if (!torch::isfinite(values).all().item<bool>()) throw input_error("holds values that are not finite", where);
    return values;
  }
  throw input_error(fmt::format("has no array '{}'", array.name), file.path().string(),
                    "is it a file of 'vbench embed' or of the authors' --save_embeddings?");
}

std::vector<int64_t> read_counts(const hdf5::File& file) {
  if (!file.has("clip_num"))
    throw input_error("has no array 'clip_num'", file.path().string(),
                      "is it a file of 'vbench embed' or of the authors' --save_embeddings?");
  const auto counts = file.read("clip_num").to(torch::kLong).contiguous().flatten();
  if (counts.numel() == 0) throw input_error("holds no videos", file.path().string());
  if ((counts < 1).any().item<bool>()) throw input_error("a video has no clips", file.path().string() + ": clip_num");
  return {counts.data_ptr<int64_t>(), counts.data_ptr<int64_t>() + counts.numel()};
}

}  // namespace

Embeddings concatenate(const std::vector<Embeddings>& batches) {
  Embeddings all;
  for (const auto& batch : batches) {
    all.keys.insert(all.keys.end(), batch.keys.begin(), batch.keys.end());
    all.clip_num.insert(all.clip_num.end(), batch.clip_num.begin(), batch.clip_num.end());
  }
  for (const auto& array : kArrays) {
    std::vector<at::Tensor> parts;
    for (const auto& batch : batches) parts.push_back(batch.*array.field);
    all.*array.field = torch::cat(parts);
  }
  return all;
}

void write_embeddings(const std::filesystem::path& path, const Embeddings& embeddings) {
  replace_file_atomically(path, [&](const std::filesystem::path& temporary) {
    auto file = hdf5::File::create(temporary);
    const auto counts = torch::tensor(embeddings.clip_num, torch::kLong);
    file.write("clip_num", counts);
    file.write("sent_num", counts);
    file.write_strings("key", embeddings.keys);
    for (const auto& array : kArrays) {
      file.write(array.name, l2_normalize(embeddings.*array.field));
      file.write(std::string(array.name) + "_before_norm", embeddings.*array.field);
    }
    file.close();
  });
}

Embeddings read_embeddings(const std::filesystem::path& path) {
  const auto file = hdf5::File::open(path);
  Embeddings embeddings;
  embeddings.clip_num = read_counts(file);
  const auto videos = static_cast<int64_t>(embeddings.clip_num.size());
  if (file.has("key")) embeddings.keys = file.read_strings("key");
  if (embeddings.keys.empty()) {  // version 0.1 stores no keys
    for (int64_t i = 0; i < videos; ++i) embeddings.keys.push_back(std::to_string(i));
  }
  if (static_cast<int64_t>(embeddings.keys.size()) != videos) {
    throw input_error(fmt::format("has {} keys and {} videos", embeddings.keys.size(), videos), path.string());
  }
  for (const auto& array : kArrays) embeddings.*array.field = read_array(file, array, array.per_clip ? sum(embeddings.clip_num) : videos);
  return embeddings;
}

}  // namespace vbench::coot
