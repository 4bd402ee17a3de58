#include "methods/coot/protocol.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

namespace vbench::coot {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

/// Unit vectors at these angles, in degrees.
at::Tensor directions(const std::vector<double>& degrees) {
  const auto angles = torch::tensor(degrees) * (M_PI / 180);
  return torch::stack({angles.cos(), angles.sin()}, 1);
}

/// One clip a video.
Embeddings embeddings_of(const at::Tensor& video, const at::Tensor& paragraph) {
  Embeddings embeddings;
  for (int64_t i = 0; i < video.size(0); ++i) {
    embeddings.keys.push_back(fmt::format("v{}", i));
    embeddings.clip_num.push_back(1);
  }
  embeddings.video = embeddings.clips = video;
  embeddings.paragraph = embeddings.sentences = paragraph;
  return embeddings;
}

const ItemOutput& output_of(const Evaluation& evaluation, const std::string& name) {
  for (const auto& output : evaluation.outputs) {
    if (output.name == name) return output;
  }
  throw std::out_of_range(name);
}

TEST(RetrievalEvaluation, KeepsWhatCameFirst) {
  // Angles between videos (rows) and paragraphs, by hand: 5 80 50 85 / 25 50 20 55 / 55 20 10 25 / 85 10 40 5. Only v1 is found late.
  const auto evaluation =
      retrieval_evaluation(embeddings_of(directions({0, 30, 60, 90}), directions({5, 80, 50, 85})), SelectBy::kVideoParagraph);
  EXPECT_THAT(output_of(evaluation, "v2p_rank").values, ElementsAre(1, 3, 1, 1));
  const auto& nearest = output_of(evaluation, "v2p_nearest");
  EXPECT_EQ(nearest.width, 4);
  EXPECT_THAT(nearest.ids, ElementsAre("v0", "v2", "v3", "v1")) << "the best first";
  EXPECT_THAT(nearest.values, ElementsAreArray({0, 2, 1, 3, /**/ 2, 1, 3, 0, /**/ 3, 1, 2, 0, /**/ 2, 0, 1, 3}));
  // The other way: paragraph 0 (at 5) has 5 25 55 85 to the videos, paragraph 1 (at 80) 80 50 20 10, paragraph 2 50 20 10 40, paragraph 3
  // 85 55 25 5.
  const auto& back = output_of(evaluation, "p2v_nearest");
  EXPECT_THAT(back.ids, ElementsAre("v0", "v2", "v3", "v1"));
  EXPECT_THAT(back.values, ElementsAreArray({0, 1, 2, 3, /**/ 2, 1, 3, 0, /**/ 3, 2, 1, 0, /**/ 3, 2, 1, 0}));
  EXPECT_THAT(output_of(evaluation, "c2s_nearest").ids, ElementsAre("v0/0", "v2/0", "v3/0", "v1/0"));
}

TEST(RetrievalEvaluation, PutsTheRightAnswerAtItsRankWhereAllAreAlike) {
  const auto same = torch::ones({40, 3});
  const auto evaluation = retrieval_evaluation(embeddings_of(same, same), SelectBy::kVideoParagraph);
  const auto& nearest = output_of(evaluation, "v2p_nearest");
  ASSERT_EQ(nearest.width, 5);
  ASSERT_EQ(nearest.ids.size(), 16U) << "eight at each end";
  EXPECT_EQ(nearest.ids.front(), "v0");
  EXPECT_EQ(nearest.ids.at(8), "v32");
  EXPECT_EQ(nearest.ids.back(), "v39");
  for (size_t i = 0; i < nearest.ids.size(); ++i) {
    const int query = std::stoi(nearest.ids[i].substr(1));  // of rank query + 1: a tie counts if its index is smaller
    for (size_t k = 0; k < 5; ++k)
      EXPECT_EQ(nearest.values[5 * i + k] == static_cast<float>(query), static_cast<int>(k) == query) << query << " at " << k;
  }
}

TEST(RetrievalEvaluation, OfOneVideoHasOneAnswer) {
  const auto evaluation = retrieval_evaluation(embeddings_of(directions({10}), directions({70})), SelectBy::kVideoParagraph);
  EXPECT_THAT(output_of(evaluation, "v2p_nearest").values, ElementsAre(0));
}

}  // namespace
}  // namespace vbench::coot
