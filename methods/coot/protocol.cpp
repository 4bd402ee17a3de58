#include "methods/coot/protocol.hpp"

#include <fmt/format.h>
#include <torch/types.h>

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

// Ranks both directions of one level and adds scores and per-item ranks. Gives back the level's selection score.
double add_level(Evaluation& evaluation, const std::string& forward, const std::string& backward, const at::Tensor& a, const at::Tensor& b,
                 const std::vector<std::string>& ids) {
  const auto ranks = paired_ranks(l2_normalize(a), l2_normalize(b));
  evaluation.scores.merge(retrieval_scores(forward, ranks.a_to_b));
  evaluation.scores.merge(retrieval_scores(backward, ranks.b_to_a));
  evaluation.outputs.push_back(rank_output(forward + "_rank", ids, ranks.a_to_b));
  evaluation.outputs.push_back(rank_output(backward + "_rank", ids, ranks.b_to_a));
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
