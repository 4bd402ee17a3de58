// NetworkX's node-link JSON as a SemanticGraph, both ways.
#include <fmt/format.h>

#include "datasets/formats/json_file.hpp"
#include "datasets/set_abstraction/graph.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"

namespace vbench::set_abstraction {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

const json& member(const json& object, const char* key, const std::string& where) {
  if (!object.is_object()) throw input_error("is not a JSON object", where);
  const auto found = object.find(key);
  if (found == object.end()) throw input_error(fmt::format("has no \"{}\"", key), where);
  return *found;
}

std::string text_of(const json& object, const char* key, const std::string& where) {
  const json& value = member(object, key, where);
  if (!value.is_string()) throw input_error(fmt::format("\"{}\" is no text", key), where);
  return value.get<std::string>();
}

int64_t integer_of(const json& object, const char* key, const std::string& where) {
  const json& value = member(object, key, where);
  if (!value.is_number_integer()) throw input_error(fmt::format("\"{}\" is no integer", key), where);
  return value.get<int64_t>();
}

const json& list_of(const json& object, const char* key, const std::string& where) {
  const json& value = member(object, key, where);
  if (!value.is_array()) throw input_error(fmt::format("\"{}\" is no list", key), where);
  return value;
}

/// Nodes by label, which must be 0..N-1.
std::vector<GraphNode> read_nodes(const json& listed, const std::string& where) {
  std::vector<GraphNode> nodes(listed.size());
  for (size_t i = 0; i < listed.size(); ++i) {
    const std::string place = fmt::format("{}: nodes[{}]", where, i);
    const std::string id = text_of(listed[i], "id", place);
    const int64_t label = integer_of(listed[i], "label", place);
    if (id.empty()) throw input_error("the id is empty", place);
    if (label < 0 || label >= static_cast<int64_t>(nodes.size())) {
      throw input_error(fmt::format("label {} of '{}' is not among 0..{}", label, id, nodes.size() - 1), place);
    }
    GraphNode& node = nodes[static_cast<size_t>(label)];
    if (!node.id.empty()) throw input_error(fmt::format("'{}' and '{}' have the same label {}", node.id, id, label), place);
    const auto category = listed[i].find("category");
    node = {id, category == listed[i].end() || category->is_null() ? "" : text_of(listed[i], "category", place)};
  }
  return nodes;
}

std::vector<std::pair<int64_t, int64_t>> read_edges(const json& file, const std::vector<GraphNode>& nodes, const std::string& where) {
  std::unordered_map<std::string, int64_t> labels;
  for (size_t label = 0; label < nodes.size(); ++label) labels.emplace(nodes[label].id, static_cast<int64_t>(label));
  const char* key = file.contains("links") ? "links" : "edges";
  const json& listed = list_of(file, key, where);
  std::vector<std::pair<int64_t, int64_t>> edges;
  for (size_t i = 0; i < listed.size(); ++i) {
    const std::string place = fmt::format("{}: {}[{}]", where, key, i);
    const auto end = [&](const char* name) {
      const std::string id = text_of(listed[i], name, place);
      const auto found = labels.find(id);
      if (found == labels.end()) throw input_error(fmt::format("{} '{}' is not among the nodes", name, id), place);
      return found->second;
    };
    edges.emplace_back(end("source"), end("target"));
  }
  return edges;
}

}  // namespace

SemanticGraph SemanticGraph::read(const std::filesystem::path& path) {
  const auto file = read_json_object<json>(path);
  const std::string where = path.string();
  const auto directed = file.find("directed");
  if (directed != file.end() && *directed == false) throw input_error("the graph is not directed", where);
  auto nodes = read_nodes(list_of(file, "nodes", where), where);
  const auto edges = read_edges(file, nodes, where);
  const json& about = member(file, "graph", where);
  const int64_t classes = integer_of(about, "num_class", where + ": graph");
  if (about.contains("num_nodes")) {
    const int64_t promised = integer_of(about, "num_nodes", where + ": graph");
    if (promised != static_cast<int64_t>(nodes.size())) {
      throw input_error(fmt::format("\"num_nodes\" is {}, but {} nodes are listed", promised, nodes.size()), where);
    }
  }
  return {std::move(nodes), edges, classes, where};
}

void SemanticGraph::write(const std::filesystem::path& path) const {
  ordered_json nodes = ordered_json::array(), links = ordered_json::array();
  for (int64_t label = 0; label < size(); ++label) {
    ordered_json entry{{"label", label}};
    if (!node(label).category.empty()) entry["category"] = node(label).category;
    entry["id"] = node(label).id;
    nodes.push_back(std::move(entry));
    for (const int64_t child : children(label)) links.push_back({{"source", node(label).id}, {"target", node(child).id}});
  }
  const ordered_json file{{"directed", true},
                          {"multigraph", false},
                          {"graph", {{"num_class", classes_}, {"num_nodes", size()}}},
                          {"nodes", std::move(nodes)},
                          {"links", std::move(links)}};
  write_file_atomically(path, json_text(file) + "\n");
}

}  // namespace vbench::set_abstraction
