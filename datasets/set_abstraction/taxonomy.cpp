#include "datasets/set_abstraction/taxonomy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <sstream>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::set_abstraction {
namespace fs = std::filesystem;

namespace {

constexpr const char* kRoot = "root";

/// Calls `use(line, where)` for every line that says something.
void for_each_line(const fs::path& path, const std::function<void(const std::string& line, const std::string& where)>& use) {
  std::istringstream lines(read_file(path));
  std::string line;
  for (int64_t number = 1; std::getline(lines, line); ++number) {
    const std::string content = trim(std::string_view(line).substr(0, line.find('#')));
    if (!content.empty()) use(content, fmt::format("{}: line {}", path.string(), number));
  }
}

TaxonomyEdge parse_edge(const std::string& line, const std::string& where) {
  std::vector<std::string> names;
  for (const std::string& name : split(line, line.find('\t') == std::string::npos ? ' ' : '\t')) {
    if (!name.empty()) names.push_back(name);
  }
  if (names.size() != 2) {
    throw input_error(fmt::format("'{}' is not a parent and a child", line), where,
                      "put a tab between the two names if one of them holds a blank");
  }
  if (names[0] == names[1]) throw input_error(fmt::format("'{}' is its own parent", names[0]), where);
  if (names[1] == kRoot) throw input_error("nothing can lie above 'root'", where);
  return {names[0], names[1]};
}

/// Names and labels of a graph that grows.
class Builder {
 public:
  Builder(const std::vector<std::string>& classes, const std::vector<TaxonomyEdge>& edges)
      : classes_(static_cast<int64_t>(classes.size())) {
    for (const std::string& name : classes) add(name, name);
    for (const auto& [parent, child] : edges) {
      for (const std::string& name : {parent, child}) {
        if (name != kRoot && labels_.count(name) == 0) add(name, "");
      }
    }
    add(kRoot, "");
    for (const auto& [parent, child] : edges) connect(labels_.at(parent), labels_.at(child));
  }

  /// @throws Error kInput for classes that no line names
  void require_classes(const std::string& where) const {
    for (int64_t label = 0; label < classes_; ++label) {
      if (parented_.count(label) == 0 && parents_.count(label) == 0) {
        throw input_error(fmt::format("the class '{}' is not in the taxonomy", nodes_[static_cast<size_t>(label)].id), where,
                          "add a line with its parent and its name");
      }
    }
  }

  [[nodiscard]] SemanticGraph graph(const std::string& where) {
    const auto root = static_cast<int64_t>(nodes_.size()) - 1;
    for (int64_t label = 0; label < root; ++label) {
      if (parented_.count(label) == 0) edges_.emplace_back(root, label);
    }
    return {nodes_, edges_, classes_, where};
  }

 private:
  void add(const std::string& name, const std::string& category) {
    labels_[name] = static_cast<int64_t>(nodes_.size());
    nodes_.push_back({name, category});
  }

  void connect(int64_t parent, int64_t child) {
    edges_.emplace_back(parent, child);
    parents_.insert(parent);
    parented_.insert(child);
  }

  int64_t classes_;
  std::vector<GraphNode> nodes_;
  std::unordered_map<std::string, int64_t> labels_;
  std::vector<std::pair<int64_t, int64_t>> edges_;
  std::set<int64_t> parents_, parented_;
};

void require_meaning(const SemanticGraph& graph, const std::string& where) {
  for (int64_t label = graph.classes(); label < graph.size(); ++label) {
    const std::vector<int64_t> self{label};
    const auto below = graph.descendants(self);
    if (std::none_of(below.begin(), below.end(), [&](int64_t node) { return graph.is_concrete(node); })) {
      throw input_error(fmt::format("'{}' has no class below it", graph.node(label).id), where, "is it spelt as in the list of classes?");
    }
  }
}

}  // namespace

std::vector<std::string> read_classes(const fs::path& path) {
  std::vector<std::string> classes;
  std::set<std::string> seen;
  for_each_line(path, [&](const std::string& line, const std::string& where) {
    if (line == kRoot) throw input_error("'root' is no class: it names what everything belongs to", where);
    if (!seen.insert(line).second) throw input_error(fmt::format("the class '{}' was there before", line), where);
    classes.push_back(line);
  });
  if (classes.empty()) throw input_error("the file names no classes", path.string());
  return classes;
}

std::vector<TaxonomyEdge> read_taxonomy(const fs::path& path) {
  std::vector<TaxonomyEdge> edges;
  std::set<std::pair<std::string, std::string>> seen;
  for_each_line(path, [&](const std::string& line, const std::string& where) {
    const TaxonomyEdge edge = parse_edge(line, where);
    if (!seen.emplace(edge.parent, edge.child).second)
      throw input_error(fmt::format("'{}' was below '{}' before", edge.child, edge.parent), where);
    edges.push_back(edge);
  });
  if (edges.empty()) throw input_error("the taxonomy is empty", path.string());
  return edges;
}

void write_classes(const fs::path& path, const std::vector<std::string>& classes) {
  std::string text = "# class, in the order of the labels\n";
  for (const std::string& name : classes) text += name + "\n";
  write_file_atomically(path, text);
}

void write_taxonomy(const fs::path& path, const std::vector<TaxonomyEdge>& edges) {
  std::string text = "# parent\tchild\n";
  for (const auto& [parent, child] : edges) text += parent + "\t" + child + "\n";
  write_file_atomically(path, text);
}

SemanticGraph build_graph(const std::vector<std::string>& classes, const std::vector<TaxonomyEdge>& edges, const std::string& where) {
  Builder builder(classes, edges);
  builder.require_classes(where);
  SemanticGraph graph = builder.graph(where);
  require_meaning(graph, where);
  return graph;
}

}  // namespace vbench::set_abstraction
