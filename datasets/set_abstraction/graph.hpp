// The semantic graph: classes and the concepts above them, a directed acyclic graph with edges from parent to child. Used by the
// set-abstraction datasets, their generators, and by methods that name what videos share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace vbench::set_abstraction {

/// How sets of several nodes are joined.
enum class Combine { kIntersection, kUnion };

struct GraphNode {
  std::string id;        ///< WordNet synset or class name; unique
  std::string category;  ///< the dataset's class name; empty for nodes without one
};

/// Nodes are called by their label: the index of the classifier's output. All answers are labels, ascending unless said otherwise.
class SemanticGraph {
 public:
  /// @param nodes    by label
  /// @param edges    (parent, child) labels
  /// @param classes  labels below this are concrete
  /// @throws Error kInput for repeated ids or categories, edges to nowhere, a cycle, classes out of range; `where` names the source
  SemanticGraph(std::vector<GraphNode> nodes, const std::vector<std::pair<int64_t, int64_t>>& edges, int64_t classes,
                const std::string& where = "");

  /// NetworkX's node-link JSON, "links" or "edges". @throws Error kInput with file and place: also for labels that are not 0..N-1
  [[nodiscard]] static SemanticGraph read(const std::filesystem::path& path);
  /// The same format, "links", atomically.
  void write(const std::filesystem::path& path) const;

  [[nodiscard]] int64_t size() const { return static_cast<int64_t>(nodes_.size()); }
  [[nodiscard]] int64_t classes() const { return classes_; }
  [[nodiscard]] const GraphNode& node(int64_t label) const { return nodes_.at(static_cast<size_t>(label)); }
  [[nodiscard]] const std::string& name(int64_t label) const;  ///< category, else id
  /// Label by category, else by node id, as the authors look names up.
  [[nodiscard]] std::optional<int64_t> find(std::string_view name) const;
  [[nodiscard]] std::optional<int64_t> find_id(std::string_view id) const;  ///< by node id alone
  [[nodiscard]] std::optional<int64_t> root() const;                        ///< label of the node with id "root"
  [[nodiscard]] bool is_concrete(int64_t label) const { return label < classes_; }
  [[nodiscard]] bool is_leaf(int64_t label) const { return children(label).empty(); }
  [[nodiscard]] const std::vector<int64_t>& parents(int64_t label) const { return parents_.at(static_cast<size_t>(label)); }
  [[nodiscard]] const std::vector<int64_t>& children(int64_t label) const { return children_.at(static_cast<size_t>(label)); }

  /// Nodes above (below) the given ones, these included unless `include_self` is false.
  [[nodiscard]] std::vector<int64_t> ancestors(std::span<const int64_t> labels, Combine combine = Combine::kIntersection,
                                               bool include_self = true) const;
  [[nodiscard]] std::vector<int64_t> descendants(std::span<const int64_t> labels, Combine combine = Combine::kIntersection,
                                                 bool include_self = true) const;

  /// Common ancestors with the smallest sum of directed distances to the given nodes; all ties. Without a common ancestor: the root.
  /// The same as the abstraction of a set (paper section 3). @throws Error kInput if there is neither
  [[nodiscard]] std::vector<int64_t> lowest_common_ancestors(std::span<const int64_t> labels, bool include_self = true) const;

  /// Edges of the shortest way from -> to along parent-to-child edges; -1: none.
  [[nodiscard]] int64_t directed_distance(int64_t from, int64_t to) const;
  /// The same without directions: the distance of two concepts in the tree.
  [[nodiscard]] int64_t distance(int64_t a, int64_t b) const;
  [[nodiscard]] int64_t depth(int64_t label) const;  ///< directed distance from the root; -1: not below it
  [[nodiscard]] int64_t max_depth() const;           ///< edges of the longest path
  /// Shortest path to the root, the node first, the root last; among equally short ones the one with the smallest labels. Empty: none.
  [[nodiscard]] std::vector<int64_t> hypernym_path(int64_t label) const;

  /// Index of the member that shares the fewest distinct lowest common ancestors with the others; -1 if all share the same.
  [[nodiscard]] int64_t determine_outlier(std::span<const int64_t> labels) const;
  /// For each ordered choice of k different children of the node: every way of taking one descendant (child included) of each. In the order
  /// of enumeration, duplicates kept. Grows fast: @throws Error kInput beyond 10 million sets
  [[nodiscard]] std::vector<std::vector<int64_t>> abstraction_sets(int64_t label, int64_t k) const;

 private:
  std::vector<GraphNode> nodes_;
  std::vector<std::vector<int64_t>> parents_, children_;
  std::vector<int32_t> directed_, undirected_;  // [size, size] shortest paths, -1: none
  std::unordered_map<std::string, int64_t> by_category_, by_id_;
  int64_t classes_;
};

}  // namespace vbench::set_abstraction
