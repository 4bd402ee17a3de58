#include "datasets/set_abstraction/graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <set>

#include "harness/core/error.hpp"

namespace vbench::set_abstraction {
namespace {

using Lists = std::vector<std::vector<int64_t>>;

constexpr size_t kMostNodes = 20000;  // the tables of distances grow with its square
constexpr double kMostSets = 1e7;

size_t at(int64_t label) { return static_cast<size_t>(label); }

/// Parents before children. Nodes on a cycle, and those below one, are left out.
std::vector<int64_t> topological_order(const Lists& parents, const Lists& children) {
  std::vector<size_t> waiting;
  std::vector<int64_t> order;
  for (size_t i = 0; i < parents.size(); ++i) {
    waiting.push_back(parents[i].size());
    if (parents[i].empty()) order.push_back(static_cast<int64_t>(i));
  }
  for (size_t done = 0; done < order.size(); ++done) {
    for (const int64_t child : children[at(order[done])]) {
      if (--waiting[at(child)] == 0) order.push_back(child);
    }
  }
  return order;
}

/// A node on a cycle; `order` lacks some nodes.
int64_t node_on_cycle(const Lists& parents, const std::vector<int64_t>& order) {
  std::vector<char> ordered(parents.size(), 0), seen(parents.size(), 0);
  for (const int64_t label : order) ordered[at(label)] = 1;
  auto node = static_cast<int64_t>(std::find(ordered.begin(), ordered.end(), 0) - ordered.begin());
  // Every node that is left has a parent that is left: going up must come round.
  while (!seen[at(node)]) {
    seen[at(node)] = 1;
    node = *std::find_if(parents[at(node)].begin(), parents[at(node)].end(), [&](int64_t parent) { return !ordered[at(parent)]; });
  }
  return node;
}

/// Shortest path lengths from every node to every node, -1 where there is none. @param next  where one may go from a node, one or two lists
std::vector<int32_t> shortest_paths(const std::vector<const Lists*>& next, size_t size) {
  std::vector<int32_t> distances(size * size, -1);
  std::vector<int64_t> queue;
  for (size_t from = 0; from < size; ++from) {
    int32_t* row = distances.data() + from * size;
    row[from] = 0;
    queue.assign(1, static_cast<int64_t>(from));
    for (size_t done = 0; done < queue.size(); ++done) {
      const int64_t node = queue[done];
      for (const Lists* lists : next) {
        for (const int64_t neighbour : (*lists)[at(node)]) {
          if (row[neighbour] >= 0) continue;
          row[neighbour] = row[node] + 1;
          queue.push_back(neighbour);
        }
      }
    }
  }
  return distances;
}

void sort_without_repeats(std::vector<int64_t>& labels) {
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
}

}  // namespace

SemanticGraph::SemanticGraph(std::vector<GraphNode> nodes, const std::vector<std::pair<int64_t, int64_t>>& edges, int64_t classes,
                             const std::string& where)
    : nodes_(std::move(nodes)), parents_(nodes_.size()), children_(nodes_.size()), classes_(classes) {
  if (nodes_.empty()) throw input_error("the graph has no nodes", where);
  if (nodes_.size() > kMostNodes)
    throw input_error(fmt::format("the graph has {} nodes, at most {} can be used", size(), kMostNodes), where);
  if (classes < 0 || classes > size()) throw input_error(fmt::format("{} of {} nodes are said to be classes", classes, size()), where);
  for (int64_t label = 0; label < size(); ++label) {
    const auto& [id, category] = node(label);
    if (id.empty()) throw input_error(fmt::format("the node with label {} has no id", label), where);
    if (!by_id_.emplace(id, label).second) throw input_error(fmt::format("two nodes have the id '{}'", id), where);
    if (!category.empty() && !by_category_.emplace(category, label).second) {
      throw input_error(fmt::format("two nodes have the category '{}'", category), where);
    }
  }
  for (const auto& [parent, child] : edges) {
    if (parent < 0 || parent >= size() || child < 0 || child >= size()) {
      throw input_error(fmt::format("an edge {} -> {} leads out of the graph's {} nodes", parent, child, size()), where);
    }
    children_[at(parent)].push_back(child);
    parents_[at(child)].push_back(parent);
  }
  for (auto* lists : {&children_, &parents_}) std::for_each(lists->begin(), lists->end(), sort_without_repeats);
  const auto order = topological_order(parents_, children_);
  if (order.size() < nodes_.size()) {
    throw input_error(fmt::format("the graph has a cycle through node '{}'", node(node_on_cycle(parents_, order)).id), where,
                      "edges must lead from the wider concept to the narrower one");
  }
  directed_ = shortest_paths({&children_}, nodes_.size());
  undirected_ = shortest_paths({&children_, &parents_}, nodes_.size());
}

const std::string& SemanticGraph::name(int64_t label) const {
  const GraphNode& named = node(label);
  return named.category.empty() ? named.id : named.category;
}

std::optional<int64_t> SemanticGraph::find(std::string_view name) const {
  const std::string key(name);
  const auto found = by_category_.find(key);
  return found == by_category_.end() ? find_id(key) : std::optional(found->second);
}

std::optional<int64_t> SemanticGraph::find_id(std::string_view id) const {
  const auto found = by_id_.find(std::string(id));
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<int64_t> SemanticGraph::root() const { return find_id("root"); }

int64_t SemanticGraph::directed_distance(int64_t from, int64_t to) const { return directed_.at(at(from) * nodes_.size() + at(to)); }
int64_t SemanticGraph::distance(int64_t a, int64_t b) const { return undirected_.at(at(a) * nodes_.size() + at(b)); }

int64_t SemanticGraph::depth(int64_t label) const {
  const auto top = root();
  return top ? directed_distance(*top, label) : -1;
}

int64_t SemanticGraph::max_depth() const {
  std::vector<int64_t> longest(nodes_.size(), 0);
  int64_t deepest = 0;
  for (const int64_t label : topological_order(parents_, children_)) {
    for (const int64_t child : children(label)) longest[at(child)] = std::max(longest[at(child)], longest[at(label)] + 1);
    deepest = std::max(deepest, longest[at(label)]);
  }
  return deepest;
}

std::vector<int64_t> SemanticGraph::hypernym_path(int64_t label) const {
  std::vector<int64_t> path;
  if (depth(label) < 0) return path;
  path.push_back(label);
  while (depth(path.back()) > 0) {
    const auto& above = parents(path.back());
    const int64_t wanted = depth(path.back()) - 1;
    path.push_back(*std::find_if(above.begin(), above.end(), [&](int64_t parent) { return depth(parent) == wanted; }));
  }
  return path;
}

std::vector<int64_t> SemanticGraph::ancestors(std::span<const int64_t> labels, Combine combine, bool include_self) const {
  std::vector<int64_t> found;
  if (labels.empty()) return found;
  for (int64_t candidate = 0; candidate < size(); ++candidate) {
    const auto above = [&](int64_t label) { return directed_distance(candidate, label) >= (include_self ? 0 : 1); };
    const bool all = combine == Combine::kIntersection;
    if (all ? std::all_of(labels.begin(), labels.end(), above) : std::any_of(labels.begin(), labels.end(), above)) {
      found.push_back(candidate);
    }
  }
  return found;
}

std::vector<int64_t> SemanticGraph::descendants(std::span<const int64_t> labels, Combine combine, bool include_self) const {
  std::vector<int64_t> found;
  if (labels.empty()) return found;
  for (int64_t candidate = 0; candidate < size(); ++candidate) {
    const auto below = [&](int64_t label) { return directed_distance(label, candidate) >= (include_self ? 0 : 1); };
    const bool all = combine == Combine::kIntersection;
    if (all ? std::all_of(labels.begin(), labels.end(), below) : std::any_of(labels.begin(), labels.end(), below)) {
      found.push_back(candidate);
    }
  }
  return found;
}

std::vector<int64_t> SemanticGraph::lowest_common_ancestors(std::span<const int64_t> labels, bool include_self) const {
  if (labels.empty()) throw Error(ErrorKind::kInternal, "common ancestors of no nodes are asked for");
  std::vector<int64_t> lowest;
  int64_t least = std::numeric_limits<int64_t>::max();
  for (const int64_t candidate : ancestors(labels, Combine::kIntersection, include_self)) {
    int64_t sum = 0;
    for (const int64_t label : labels) sum += directed_distance(candidate, label);
    if (sum < least) lowest.clear();
    if (sum <= least) lowest.push_back(candidate);
    least = std::min(least, sum);
  }
  if (!lowest.empty()) return lowest;
  if (const auto top = root()) return {*top};
  throw input_error(
      fmt::format("'{}' and {} others have no common ancestor, and the graph has no root", name(labels[0]), labels.size() - 1), "",
      "give the graph a node with the id 'root' above all others");
}

int64_t SemanticGraph::determine_outlier(std::span<const int64_t> labels) const {
  std::vector<std::set<int64_t>> shared(labels.size());
  for (size_t i = 0; i < labels.size(); ++i) {
    for (size_t j = i + 1; j < labels.size(); ++j) {
      const std::vector<int64_t> pair{labels[i], labels[j]};
      for (const int64_t ancestor : lowest_common_ancestors(pair)) {
        shared[i].insert(ancestor);
        shared[j].insert(ancestor);
      }
    }
  }
  if (std::all_of(shared.begin(), shared.end(), [&](const auto& set) { return set == shared.front(); })) return -1;
  return std::min_element(shared.begin(), shared.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); }) - shared.begin();
}

namespace {

/// Every way of taking one member of each pool, the last pool fastest.
void append_product(const std::vector<const std::vector<int64_t>*>& pools, std::vector<std::vector<int64_t>>& sets) {
  std::vector<size_t> chosen(pools.size(), 0);
  while (true) {
    std::vector<int64_t> set;
    for (size_t i = 0; i < pools.size(); ++i) set.push_back((*pools[i])[chosen[i]]);
    sets.push_back(std::move(set));
    size_t place = pools.size();
    while (place > 0 && ++chosen[place - 1] == pools[place - 1]->size()) chosen[--place] = 0;
    if (place == 0) return;
  }
}

/// How many ordered choices of k pools and one member of each there are: k! times the k-th elementary symmetric sum of their sizes.
double count_products(const Lists& pools, int64_t k) {
  std::vector<double> sums(static_cast<size_t>(k) + 1, 0);
  sums[0] = 1;
  for (const auto& pool : pools) {
    for (size_t size = sums.size() - 1; size > 0; --size) sums[size] += sums[size - 1] * static_cast<double>(pool.size());
  }
  double count = sums.back();
  for (int64_t i = 2; i <= k; ++i) count *= static_cast<double>(i);
  return count;
}

}  // namespace

std::vector<std::vector<int64_t>> SemanticGraph::abstraction_sets(int64_t label, int64_t k) const {
  Lists sets, below;
  for (const int64_t child : children(label)) below.push_back(descendants(std::vector<int64_t>{child}));
  if (k < 1 || k > static_cast<int64_t>(below.size())) return sets;
  if (count_products(below, k) > kMostSets) {
    throw input_error(fmt::format("node '{}' has more than {:.0f} abstraction sets of {} members", name(label), kMostSets, k));
  }
  std::vector<const std::vector<int64_t>*> chosen;
  const std::function<void()> choose = [&] {
    if (static_cast<int64_t>(chosen.size()) == k) return append_product(chosen, sets);
    for (const auto& pool : below) {
      if (std::find(chosen.begin(), chosen.end(), &pool) != chosen.end()) continue;
      chosen.push_back(&pool);
      choose();
      chosen.pop_back();
    }
  };
  choose();
  return sets;
}

}  // namespace vbench::set_abstraction
