#include "datasets/set_abstraction/sampler.hpp"

#include <algorithm>

#include "datasets/set_abstraction/power_set.hpp"

namespace vbench::set_abstraction {
namespace {

const std::vector<int64_t>& of(const std::vector<std::vector<int64_t>>& lists, int64_t index) { return lists[static_cast<size_t>(index)]; }

int64_t pick(const std::vector<int64_t>& items, RandomStream& random) { return items[random.below(items.size())]; }

}  // namespace

SetSampler::SetSampler(std::shared_ptr<const SemanticGraph> graph, std::vector<std::vector<int64_t>> labels)
    : graph_(std::move(graph)), labels_(std::move(labels)), videos_(static_cast<size_t>(graph_->size())) {
  for (size_t video = 0; video < labels_.size(); ++video) {
    for (const int64_t label : labels_[video]) videos_[static_cast<size_t>(label)].push_back(static_cast<int64_t>(video));
  }
  for (int64_t node = 0; node < graph_->size(); ++node) {
    const std::vector<int64_t> self{node};
    ancestors_.push_back(graph_->ancestors(self));
    Pool& pool = pools_.emplace_back();
    int64_t count = 0;
    for (const int64_t below : graph_->descendants(self)) {
      if (of(videos_, below).empty()) continue;
      count += static_cast<int64_t>(of(videos_, below).size());
      pool.nodes.push_back(below);
      pool.counts.push_back(count);
    }
  }
}

int64_t common_label(const SemanticGraph& graph, const std::vector<int64_t>& nodes, TieChoice ties, RandomStream& random) {
  const auto lowest = graph.lowest_common_ancestors(nodes);
  return ties == TieChoice::kRandom ? pick(lowest, random) : lowest.front();
}

SetSampler::Set SetSampler::draw(int64_t video, TieChoice ties, RandomStream& random) const {
  Set set{{video}, {pick(of(labels_, video), random)}, {}};
  const Pool& pool = pools_[static_cast<size_t>(pick(of(ancestors_, set.nodes.front()), random))];
  while (static_cast<int64_t>(set.videos.size()) < kMembers) {
    const auto number = static_cast<int64_t>(random.below(static_cast<uint64_t>(pool.counts.back())));
    const auto place = std::upper_bound(pool.counts.begin(), pool.counts.end(), number) - pool.counts.begin();
    const int64_t node = pool.nodes[static_cast<size_t>(place)];
    const int64_t before = place == 0 ? 0 : pool.counts[static_cast<size_t>(place - 1)];
    set.nodes.push_back(node);
    set.videos.push_back(of(videos_, node)[static_cast<size_t>(number - before)]);
  }
  for (const Subset& subset : power_set(kMembers)) {
    std::vector<int64_t> nodes;
    for (const int64_t member : subset) nodes.push_back(set.nodes[static_cast<size_t>(member)]);
    set.labels.push_back(common_label(*graph_, nodes, ties, random));
  }
  return set;
}

}  // namespace vbench::set_abstraction
