#include "methods/coot/protocol.hpp"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <limits>

#include "metrics/retrieval.hpp"

namespace vbench::coot {
namespace {

ItemOutput rank_output(const std::string& name, const std::vector<std::string>& ids, const at::Tensor& ranks) {
  const auto values = ranks.to(torch::kFloat).contiguous();
  return {name, 1, ids, {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()}};
}

std::vector<std::string> clip_ids(const Embeddings& embeddings) {
  std::vector<std::string> ids;
  for (size_t video = 0; video < embeddings.keys.size(); ++video) {
    for (int64_t clip = 0; clip < embeddings.clip_num[video]; ++clip) ids.push_back(fmt::format("{}/{}", embeddings.keys[video], clip));
  }
  return ids;
}

/// Queries with the best and with the worst ranks: what they were answered with is worth a look.
std::vector<int64_t> telling_queries(const at::Tensor& ranks) {
  constexpr int64_t kAtEachEnd = 8;
  const auto order = std::get<1>(ranks.sort(/*stable=*/true, /*dim=*/0, /*descending=*/false));
  const int64_t all = order.size(0), best = std::min(kAtEachEnd, all), worst = std::min(kAtEachEnd, all - best);
  const auto chosen = torch::cat({order.narrow(0, 0, best), order.narrow(0, all - worst, worst)}).contiguous();
  return {chosen.data_ptr<int64_t>(), chosen.data_ptr<int64_t>() + chosen.numel()};
}

/// Places of the candidates that came first, for the telling queries. The right one, which has the query's place, stands at its rank: a
/// matrix product rounds otherwise than the ranks do.
ItemOutput nearest_output(const std::string& name, const std::vector<std::string>& ids, const at::Tensor& ranks, const at::Tensor& queries,
                          const at::Tensor& candidates) {
  constexpr int64_t kNearest = 5;
  const int64_t all = candidates.size(0), shown = std::min(kNearest, all);
  const auto asked = telling_queries(ranks);
  const auto rows = torch::tensor(asked);
  auto similarity = queries.index_select(0, rows).matmul(candidates.t());
  similarity.scatter_(1, rows.unsqueeze(1), -std::numeric_limits<double>::infinity());
  const auto others = std::get<1>(similarity.topk(std::min(shown, all - 1), 1)).contiguous();
  ItemOutput output{name, shown, {}, {}};
  for (int64_t i = 0; i < rows.size(0); ++i) {
    const int64_t query = asked[static_cast<size_t>(i)], rank = ranks[query].item<int64_t>();
    std::vector<int64_t> answers(others.data_ptr<int64_t>() + i * others.size(1), others.data_ptr<int64_t>() + (i + 1) * others.size(1));
    if (rank <= shown) answers.insert(answers.begin() + (rank - 1), query);
    answers.resize(static_cast<size_t>(shown));
    output.ids.push_back(ids[static_cast<size_t>(query)]);
    output.values.insert(output.values.end(), answers.begin(), answers.end());
  }
  return output;
}

// Ranks both directions of one level and adds scores and per-item ranks. Gives back the level's selection score.
double add_level(Evaluation& evaluation, const std::string& forward, const std::string& backward, const at::Tensor& a, const at::Tensor& b,
                 const std::vector<std::string>& ids) {
  const auto rows = l2_normalize(a), columns = l2_normalize(b);
  const auto ranks = paired_ranks(rows, columns);
  evaluation.scores.merge(retrieval_scores(forward, ranks.a_to_b));
  evaluation.scores.merge(retrieval_scores(backward, ranks.b_to_a));
  evaluation.outputs.push_back(rank_output(forward + "_rank", ids, ranks.a_to_b));
  evaluation.outputs.push_back(rank_output(backward + "_rank", ids, ranks.b_to_a));
  evaluation.outputs.push_back(nearest_output(forward + "_nearest", ids, ranks.a_to_b, rows, columns));
  evaluation.outputs.push_back(nearest_output(backward + "_nearest", ids, ranks.b_to_a, columns, rows));
  return selection_score(ranks);
}

}  // namespace

Evaluation retrieval_evaluation(const Embeddings& embeddings, SelectBy select_by) {
  Evaluation evaluation;
  const double videos = add_level(evaluation, "v2p", "p2v", embeddings.video, embeddings.paragraph, embeddings.keys);
  const double clips = add_level(evaluation, "c2s", "s2c", embeddings.clips, embeddings.sentences, clip_ids(embeddings));
  evaluation.selection = select_by == SelectBy::kVideoParagraph ? videos : clips;
  return evaluation;
}

Evaluation RetrievalProtocol::finish() { return retrieval_evaluation(concatenate(batches_), select_by_); }

void RetrievalProtocol::save_embeddings(const std::filesystem::path& file) const { write_embeddings(file, concatenate(batches_)); }

Evaluation RetrievalProtocol::evaluate_embeddings(const std::filesystem::path& file) {
  return retrieval_evaluation(read_embeddings(file), SelectBy::kVideoParagraph);
}

ProtocolId RetrievalProtocol::id() {
  return {"coot-retrieval", 1, "cosine retrieval over the whole split, file order; a tie counts if its index is smaller"};
}

}  // namespace vbench::coot
