#include "methods/sam/answers.hpp"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <numeric>

#include "datasets/set_abstraction/power_set.hpp"

namespace vbench::sam {
namespace {

using set_abstraction::SemanticGraph;

// Indices by value, equal ones by index.
std::vector<int64_t> order_of(const at::Tensor& values, bool descending) {
  const auto flat = values.to(torch::kCPU, torch::kDouble).contiguous();
  const double* data = flat.data_ptr<double>();
  std::vector<int64_t> order(static_cast<size_t>(flat.numel()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return descending ? data[a] > data[b] : data[a] < data[b]; });
  return order;
}

std::string kind_of(const SemanticGraph& graph, int64_t label) { return graph.is_concrete(label) ? "class" : "concept"; }

}  // namespace

std::vector<Answer> abstraction_answers(const SemanticGraph& graph, const at::Tensor& logits, const std::vector<std::string>& videos,
                                        int64_t min_size, int64_t top) {
  const auto probabilities = torch::softmax(logits.to(torch::kCPU, torch::kDouble), -1);
  const auto full = probabilities[-1];
  Answer common{fmt::format("What {} videos have in common", videos.size()), {"rank", "name", "kind", "probability"}, {}};
  if (videos.size() == 1) common.title = "What the video shows";
  auto order = order_of(full, true);
  order.resize(static_cast<size_t>(std::min<int64_t>(top, full.numel())));
  for (const int64_t label : order) {
    common.rows.push_back({fmt::format("{}", common.rows.size() + 1), graph.name(label), kind_of(graph, label),
                           fmt::format("{:.3f}", full[label].item<double>())});
  }
  const auto subsets = set_abstraction::power_set(static_cast<int64_t>(videos.size()), min_size);
  if (subsets.size() < 2) return {common};
  Answer parts{"What their subsets have in common", {"videos", "name", "kind", "probability"}, {}};
  for (size_t k = 0; k + 1 < subsets.size(); ++k) {
    std::vector<std::string> members;
    for (const int64_t member : subsets[k]) members.push_back(videos[static_cast<size_t>(member)]);
    const auto row = probabilities[static_cast<int64_t>(k)];
    const int64_t label = order_of(row, true).front();
    parts.rows.push_back({fmt::format("{}", fmt::join(members, ", ")), graph.name(label), kind_of(graph, label),
                          fmt::format("{:.3f}", row[label].item<double>())});
  }
  return {common, parts};
}

Answer completion_answer(const at::Tensor& distances, const std::vector<std::string>& candidates, int64_t top) {
  Answer answer{"Which candidate fits the set", {"rank", "video", "distance"}, {}};
  for (const int64_t index : order_of(distances, false)) {
    if (static_cast<int64_t>(answer.rows.size()) == top) break;
    answer.rows.push_back({fmt::format("{}", answer.rows.size() + 1), candidates[static_cast<size_t>(index)],
                           fmt::format("{:.4f}", distances[index].item<double>())});
  }
  return answer;
}

Answer odd_one_out_answer(const at::Tensor& distances, const std::vector<std::string>& videos) {
  Answer answer{"Which video does not belong", {"rank", "video", "distance"}, {}};
  for (const int64_t index : order_of(distances, true)) {
    answer.rows.push_back({fmt::format("{}", answer.rows.size() + 1), videos[static_cast<size_t>(index)],
                           fmt::format("{:.4f}", distances[index].item<double>())});
  }
  return answer;
}

}  // namespace vbench::sam
