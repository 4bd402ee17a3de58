// Ranked sets drawn from the graph.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "datasets/set_abstraction/derive.hpp"
#include "harness/core/error.hpp"
#include "harness/core/random.hpp"

namespace vbench::set_abstraction {
namespace {

constexpr int64_t kLargestReference = 4;
constexpr int64_t kCandidates = 5;
constexpr int kAttempts = 200;  // a small split may have concepts with too few videos

/// Draws single records.
class RankingSampler {
 public:
  RankingSampler(const SemanticGraph& graph, const LabelledVideos& videos, double noise)
      : graph_(graph), videos_(videos), noise_(noise), by_class_(static_cast<size_t>(graph.classes())) {
    for (size_t video = 0; video < videos.labels.size(); ++video) {
      for (const int64_t label : videos.labels[video]) by_class_[static_cast<size_t>(label)].push_back(static_cast<int64_t>(video));
    }
    for (int64_t label = 0; label < graph.classes(); ++label) {
      if (!by_class_[static_cast<size_t>(label)].empty()) shown_.push_back(label);
      for (int64_t other = 0; other < label; ++other) diameter_ = std::max(diameter_, graph.distance(label, other));
    }
    add_concepts();
  }

  /// Nothing if the concept that was tried has too few videos.
  [[nodiscard]] std::optional<RankingRecord> draw(int64_t size, RandomStream& random) const {
    const auto& classes = concepts_[random.below(concepts_.size())];
    std::set<int64_t> used;
    RankingRecord record;
    record.reference_size = size;
    std::vector<int64_t> references;
    for (int64_t i = 0; i < size; ++i) {
      references.push_back(classes[random.below(classes.size())]);
      const auto video = unused_video(references.back(), used, random);
      if (!video) return std::nullopt;
      record.reference.push_back(ranked(*video, references.back(), 0));
    }
    const auto levels = by_distance(references);
    for (int64_t i = 0; i < kCandidates; ++i) {
      const auto& [distance, candidates] = levels[static_cast<size_t>(i) * (levels.size() - 1) / (kCandidates - 1)];
      const int64_t label = candidates[random.below(candidates.size())];
      const auto video = unused_video(label, used, random);
      if (!video) return std::nullopt;
      record.query.push_back(ranked(*video, label, std::max(0.0, distance + noise_ * random.normal())));
    }
    random.shuffle(std::span(record.query));
    return record;
  }

 private:
  using Level = std::pair<double, std::vector<int64_t>>;

  /// Classes below every concept but the root, which says nothing; if there is no other, the root's.
  void add_concepts() {
    for (int64_t label = graph_.classes(); label < graph_.size(); ++label) {
      if (label == graph_.root()) continue;
      const std::vector<int64_t> self{label};
      const auto below = graph_.descendants(self);
      std::vector<int64_t> classes;
      std::set_intersection(below.begin(), below.end(), shown_.begin(), shown_.end(), std::back_inserter(classes));
      if (!classes.empty()) concepts_.push_back(std::move(classes));
    }
    if (concepts_.empty()) concepts_.push_back(shown_);
  }

  [[nodiscard]] std::optional<int64_t> unused_video(int64_t label, std::set<int64_t>& used, RandomStream& random) const {
    std::vector<int64_t> free;
    for (const int64_t video : by_class_[static_cast<size_t>(label)]) {
      if (used.count(video) == 0) free.push_back(video);
    }
    if (free.empty()) return std::nullopt;
    const int64_t video = free[random.below(free.size())];
    used.insert(video);
    return video;
  }

  [[nodiscard]] RankedVideo ranked(int64_t video, int64_t label, double distance) const {
    return {videos_.keys[static_cast<size_t>(video)], graph_.name(label), std::round(distance * 1e4) / 1e4};
  }

  /// Classes by their distance from the references, nearest first.
  [[nodiscard]] std::vector<Level> by_distance(const std::vector<int64_t>& references) const {
    std::map<int64_t, std::vector<int64_t>> sums;
    for (const int64_t label : shown_) {
      int64_t sum = 0;
      for (const int64_t reference : references) sum += graph_.distance(reference, label);
      sums[sum].push_back(label);
    }
    const double scale = 1.0 / static_cast<double>(std::max<int64_t>(1, diameter_) * static_cast<int64_t>(references.size()));
    std::vector<Level> levels;
    for (auto& [sum, classes] : sums) levels.emplace_back(static_cast<double>(sum) * scale, std::move(classes));
    return levels;
  }

  const SemanticGraph& graph_;
  const LabelledVideos& videos_;
  double noise_;
  int64_t diameter_ = 0;
  std::vector<std::vector<int64_t>> by_class_;  // videos
  std::vector<int64_t> shown_;                  // classes with videos
  std::vector<std::vector<int64_t>> concepts_;  // classes below each, with videos
};

}  // namespace

std::vector<RankingRecord> draw_ranking_records(const SemanticGraph& graph, const LabelledVideos& videos, const RankingDraw& draw,
                                                const std::string& where) {
  const RankingSampler sampler(graph, videos, draw.noise);
  std::array<std::vector<RankingRecord>, kLargestReference> by_size;
  for (int64_t i = 0; i < draw.records; ++i) {
    RandomStream random(draw.seed, "set_abstraction.rankings", 0, static_cast<uint64_t>(i));
    std::optional<RankingRecord> record;
    for (int attempt = 0; attempt < kAttempts && !record; ++attempt) record = sampler.draw(1 + i % kLargestReference, random);
    if (!record) {
      throw input_error("too few videos to choose ranked sets from", where, "each class needs a few");
    }
    by_size[static_cast<size_t>(i % kLargestReference)].push_back(std::move(*record));
  }
  std::vector<RankingRecord> records;
  for (auto& some : by_size) records.insert(records.end(), some.begin(), some.end());
  return records;
}

}  // namespace vbench::set_abstraction
