#include "methods/selavi/cluster_report.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/core/files.hpp"
#include "methods/selavi/labelling.hpp"
#include "metrics/clustering.hpp"

namespace vbench::selavi {
namespace {

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string class_name(const std::vector<std::string>& names, int64_t index) {
  const bool known = index >= 0 && index < static_cast<int64_t>(names.size());
  return known ? names[static_cast<size_t>(index)] : fmt::format("class {}", index);
}

ItemOutput item_output(const std::string& name, const std::vector<std::string>& ids, const at::Tensor& values) {
  const auto floats = values.to(at::kFloat).contiguous();
  return {name, 1, ids, {floats.data_ptr<float>(), floats.data_ptr<float>() + floats.numel()}};
}

std::string assignments_text(const ClusteredVideos& videos, const std::vector<std::string>& class_names) {
  std::string text = "id,class";
  for (int64_t head = 0; head < videos.clusters.size(1); ++head) text += fmt::format(",head_{}", head);
  text += "\n";
  const auto clusters = videos.clusters.contiguous(), classes = videos.classes.contiguous();
  const auto* class_of = classes.data_ptr<int64_t>();
  const int64_t heads = clusters.size(1);
  for (size_t i = 0; i < videos.ids.size(); ++i) {
    const auto* row = clusters.data_ptr<int64_t>() + static_cast<int64_t>(i) * heads;
    text += fmt::format("{},{},{}\n", csv_field(videos.ids[i]), csv_field(class_name(class_names, class_of[i])),
                        fmt::join(row, row + heads, ","));
  }
  return text;
}

std::string summary_text(const ClusteredVideos& videos, const std::vector<std::string>& class_names) {
  std::string text = "cluster,size,purity,entropy_nats,entropy_bits,dominant_class\n";
  for (const auto& cluster : summarise_clusters(videos.clusters.select(1, best_head(videos)), videos.classes)) {
    text += fmt::format("{},{},{:.6f},{:.6f},{:.6f},{}\n", cluster.cluster, cluster.size, cluster.purity, cluster.entropy_nats,
                        cluster.entropy_bits, csv_field(class_name(class_names, cluster.dominant_label)));
  }
  return text;
}

/// Ascending; empty for an undefined tensor.
std::vector<double> sorted(const at::Tensor& sizes) {
  if (!sizes.defined()) return {};
  const auto flat = sizes.to(at::kDouble).contiguous();
  std::vector<double> values(flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel());
  std::sort(values.begin(), values.end());
  return values;
}

std::string cell(const std::vector<double>& values, size_t rank, int digits) {
  return values.empty() ? "" : fmt::format("{:.{}f}", values[rank], digits);
}

std::string sizes_text(const ClusteredVideos& videos, int64_t clusters, const PrescribedSizes& sizes) {
  std::string text = "head,rank,evaluated,labelled,drawn,prescribed\n";
  for (int64_t head = 0; head < videos.clusters.size(1); ++head) {
    const auto row = [head](const at::Tensor& of_heads) { return of_heads.defined() ? of_heads[head] : of_heads; };
    const auto labelled = row(sizes.labelled), drawn = row(sizes.drawn);
    at::Tensor prescribed;
    if (drawn.defined()) prescribed = reciprocal_share(drawn) * labelled.sum().item<double>();
    const auto of_evaluation = sorted(at::bincount(videos.clusters.select(1, head), {}, clusters)), of_labels = sorted(labelled),
               of_draw = sorted(drawn), of_transport = sorted(prescribed);
    for (size_t rank = 0; rank < of_evaluation.size(); ++rank) {
      text += fmt::format("{},{},{},{},{},{}\n", head, rank + 1, cell(of_evaluation, rank, 0), cell(of_labels, rank, 0),
                          cell(of_draw, rank, 3), cell(of_transport, rank, 3));
    }
  }
  return text;
}

}  // namespace

std::vector<double> nmi_of_heads(const at::Tensor& clusters, const at::Tensor& classes) {
  std::vector<double> all;
  for (int64_t head = 0; head < clusters.size(1); ++head)
    all.push_back(normalised_mutual_information(clusters.select(1, head).contiguous(), classes));
  return all;
}

int64_t best_head(const ClusteredVideos& videos) {
  const auto nmi = nmi_of_heads(videos.clusters, videos.classes);
  return std::max_element(nmi.begin(), nmi.end()) - nmi.begin();
}

Evaluation evaluate_clusters(const ClusteredVideos& videos) {
  Evaluation evaluation;
  if (videos.ids.empty()) return evaluation;
  const auto nmi = nmi_of_heads(videos.clusters, videos.classes);
  const auto best = videos.clusters.select(1, std::max_element(nmi.begin(), nmi.end()) - nmi.begin()).contiguous();
  const auto scores = cluster_scores(best, videos.classes);
  evaluation.scores = {{"nmi", scores.nmi},      {"anmi", scores.anmi},     {"ari", scores.ari},
                       {"acc", scores.accuracy}, {"purity", scores.purity}, {"entropy", scores.entropy}};
  evaluation.scores["nmi_mean"] = std::accumulate(nmi.begin(), nmi.end(), 0.0) / static_cast<double>(nmi.size());
  evaluation.outputs = {item_output("cluster", videos.ids, best), item_output("class", videos.ids, videos.classes)};
  return evaluation;
}

ProtocolId cluster_protocol_id() {
  return {"clustering", 1,
          "the clustered split, middle clip and centre crop: each head's most probable cluster; scores of the head with the best NMI; aNMI "
          "and aRI exactly adjusted for chance; accuracy by the best assignment; purity and entropy: plain mean over clusters with videos"};
}

void write_cluster_files(const std::filesystem::path& folder, const ClusteredVideos& videos, const std::vector<std::string>& class_names,
                         int64_t clusters, const PrescribedSizes& sizes) {
  if (videos.ids.empty()) return;
  write_file_atomically(folder / "clusters.csv", assignments_text(videos, class_names));
  write_file_atomically(folder / "cluster_summary.csv", summary_text(videos, class_names));
  write_file_atomically(folder / "marginals.csv", sizes_text(videos, clusters, sizes));
}

void write_history(const std::filesystem::path& folder, const at::Tensor& history) {
  if (!history.defined() || history.size(0) == 0) return;
  auto text = fmt::format("{}\n", fmt::join(kHistoryColumns, ","));
  const auto rows = history.contiguous();
  for (int64_t row = 0; row < rows.size(0); ++row) {
    const auto* values = rows.data_ptr<double>() + row * rows.size(1);
    text += fmt::format("{}\n", fmt::join(values, values + rows.size(1), ","));
  }
  write_file_atomically(folder / "labellings.csv", text);
}

}  // namespace vbench::selavi
