#include "methods/sam/tuning.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"
#include "harness/core/text.hpp"

namespace vbench::sam {
namespace {

// Kinetics', whose graph is the larger one; only `vbench show` meets data that do not know their sizes.
constexpr int64_t kPublishedWidth = 2048, kPublishedEmbedding = 300, kPublishedNodes = 608;

constexpr int64_t kLargestScale = 8;  // a set of 8 has 255 subsets; relations of more members would see none of them in training

std::vector<int64_t> parse_scales(const std::string& text) {
  std::vector<int64_t> scales;
  for (const auto& piece : split(text, ',')) {
    const auto scale = parse_int(trim(piece));
    if (!scale || *scale < 1 || *scale > kLargestScale)
      throw usage_error(fmt::format("'{}' is not a scale", piece), "model.scales",
                        "write numbers from 1 to 8 with commas between: 1,2,3,4");
    scales.push_back(*scale);
  }
  std::sort(scales.begin(), scales.end());  // any order may be typed; modules belong to ascending scales
  if (std::adjacent_find(scales.begin(), scales.end()) != scales.end()) throw usage_error("a scale is given twice", "model.scales");
  if (scales.empty()) throw usage_error("no scale is given", "model.scales", "write 1,2,3,4");
  return scales;
}

}  // namespace

Tuning Tuning::of(const Config& config) {
  Tuning tuning;
  tuning.architecture = config.architecture;
  tuning.bottleneck = config.bottleneck;
  tuning.out_features = config.out_features;
  tuning.loss = config.loss;
  tuning.predictor = config.predictor;
  tuning.select_by = config.select_by;
  tuning.small_sets = config.small_sets;
  tuning.scales.clear();
  for (const int64_t scale : config.scales) {
    if (scale > 0) tuning.scales += fmt::format("{}{}", tuning.scales.empty() ? "" : ",", scale);
  }
  return tuning;
}

void Tuning::bind(Settings& settings) {
  settings.choice("select_by", select_by, "score that chooses the best epoch: top-1 of all subsets, mean correlation, or accuracy",
                  {{"abstraction", SelectBy::kAbstraction}, {"completion", SelectBy::kCompletion}, {"odd-one-out", SelectBy::kOddOneOut}});
  if (architecture == Architecture::kMean) return;
  settings.number("loss.embedding", loss.embedding, "weight: squared error of the semantic embeddings", {0, 1e6});
  settings.number("loss.abstraction", loss.abstraction, "weight: cross-entropy over the graph's nodes", {0, 1e6});
  if (architecture == Architecture::kMeanLinear) return;
  settings.text("model.scales", scales, "sizes of subsets that have a relation of their own: 1,2,3,4");
  settings.integer("model.bottleneck", bottleneck, "width between the two layers of a relation", {1, 1e6});
  settings.integer("model.out_features", out_features, "width of a subset's feature; 0: as wide as a video's", {0, 1e6});
  settings.choice("model.small_sets", small_sets, "sets smaller than the smallest scale in completion and odd one out",
                  {{"refuse", SmallSets::kRefuse}, {"repeat", SmallSets::kRepeat}});
  settings.choice("model.predictor", predictor, "what orders candidates and members",
                  {{"embeddings", Predictor::kEmbeddings},
                   {"features", Predictor::kFeatures},
                   {"relation", Predictor::kRelation},
                   {"mean-feature", Predictor::kMeanFeature}});
}

NetworkOptions Tuning::network(const set_abstraction::Options& data) const {
  NetworkOptions options;
  options.scales = parse_scales(scales);
  options.in_features = data.feature_width > 0 ? data.feature_width : kPublishedWidth;
  options.bottleneck = bottleneck;
  options.out_features = out_features > 0 ? out_features : options.in_features;
  options.nodes = data.nodes > 0 ? data.nodes : kPublishedNodes;
  options.embedding = data.embedding_width > 0 ? data.embedding_width : kPublishedEmbedding;
  if (!serves(predictor, options)) {
    throw usage_error("the predictor cannot work with these scales or widths", "model.predictor",
                      "embeddings and features need scale 1; relation needs model.out_features=0");
  }
  return options;
}

}  // namespace vbench::sam
