#include "methods/selavi/protocol.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>

#include "datasets/formats/hdf5.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"

namespace vbench::selavi {
namespace {

/// One tensor of all batches; undefined if they have none.
template <class Part>
at::Tensor together(const std::vector<Outputs>& batches, const Part& part) {
  std::vector<at::Tensor> all;
  for (const auto& batch : batches) {
    if (part(batch).defined()) all.push_back(part(batch));
  }
  return all.empty() ? at::Tensor() : at::cat(all);
}

// A head at a time: the logits of all of them would take many times the features' memory.
void save_modality(hdf5::File& stored, const std::string& name, const at::Tensor& features, int64_t heads, const HeadScores& scores) {
  if (!features.defined()) return;
  stored.write(name + "/features", features);
  for (int64_t head = 0; head < heads; ++head) stored.write(fmt::format("{}/logits/head_{}", name, head), scores(features, head));
}

}  // namespace

ClusteredVideos ClusterProtocol::joined() const {
  ClusteredVideos videos{together(batches_, [](const Outputs& batch) { return batch.clusters.both; }),
                         together(batches_, [](const Outputs& batch) { return batch.classes; }),
                         {}};
  for (const auto& batch : batches_) videos.ids.insert(videos.ids.end(), batch.ids.begin(), batch.ids.end());
  return videos;
}

Evaluation ClusterProtocol::finish() const {
  const auto videos = joined();
  auto evaluation = evaluate_clusters(videos);
  const auto add_alone = [&](const std::string& name, const at::Tensor& clusters) {
    if (!clusters.defined()) return;
    const auto nmi = nmi_of_heads(clusters, videos.classes);
    evaluation.scores[name] = *std::max_element(nmi.begin(), nmi.end());
  };
  add_alone("nmi_video", together(batches_, [](const Outputs& batch) { return batch.clusters.video; }));
  add_alone("nmi_audio", together(batches_, [](const Outputs& batch) { return batch.clusters.audio; }));
  evaluation.selection = knowledge_.selection;
  return evaluation;
}

void ClusterProtocol::write_evaluation_files(const std::filesystem::path& folder) const {
  write_cluster_files(folder, joined(), knowledge_.class_names, knowledge_.clusters, knowledge_.sizes);
  write_history(folder, knowledge_.history);
}

void ClusterProtocol::save_embeddings(const std::filesystem::path& file) const {
  const torch::NoGradGuard no_grad;
  const auto videos = joined();
  if (videos.ids.empty()) throw Error(ErrorKind::kInternal, "there are no embeddings to save", file.string());
  const auto video = together(batches_, [](const Outputs& batch) { return batch.features.video; });
  const auto audio = together(batches_, [](const Outputs& batch) { return batch.features.audio; });
  replace_file_atomically(file, [&](const std::filesystem::path& temporary) {
    auto stored = hdf5::File::create(temporary);
    stored.write_strings("ids", videos.ids);
    stored.write_strings("class_names", knowledge_.class_names);
    stored.write("classes", videos.classes);
    stored.write("clusters", videos.clusters);
    save_modality(stored, "video", video, videos.clusters.size(1), knowledge_.video);
    save_modality(stored, "audio", audio, videos.clusters.size(1), knowledge_.audio);
    stored.close();
  });
}

}  // namespace vbench::selavi
