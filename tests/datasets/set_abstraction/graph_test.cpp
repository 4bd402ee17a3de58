#include "datasets/set_abstraction/graph.hpp"

#include <algorithm>
#include <fstream>

#include "datasets/formats/json_file.hpp"
#include "harness/core/error.hpp"
#include "tests/support/golden.hpp"

namespace vbench::set_abstraction {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Labels = std::vector<int64_t>;

/// root 0; a 1 and b 2 below it; x 3 below a and b; y 4 below x; lone 5.
SemanticGraph diamond() {
  const std::vector<GraphNode> nodes{{"root", ""}, {"a", ""}, {"b", ""}, {"x", "the x"}, {"y", ""}, {"lone", ""}};
  return {nodes, {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {3, 4}}, 2};
}

/// What the constructor says of these edges among four nodes.
std::string refusal(const std::vector<std::pair<int64_t, int64_t>>& edges, int64_t classes = 1) {
  const std::vector<GraphNode> nodes{{"root", ""}, {"a", ""}, {"b", ""}, {"c", ""}};
  return test::error_of([&] { (void)SemanticGraph(nodes, edges, classes, "graph.json"); });
}

TEST(SemanticGraph, SeveralParentsGiveEveryLowestAncestor) {
  const SemanticGraph graph = diamond();
  EXPECT_THAT(graph.lowest_common_ancestors(Labels{3}), ElementsAre(3));
  EXPECT_THAT(graph.lowest_common_ancestors(Labels{3}, false), ElementsAre(1, 2));
  EXPECT_THAT(graph.lowest_common_ancestors(Labels{1, 4}), ElementsAre(1));
  EXPECT_THAT(graph.lowest_common_ancestors(Labels{1, 2}), ElementsAre(0));
  EXPECT_THAT(graph.lowest_common_ancestors(Labels{1, 5}), ElementsAre(0)) << "nothing in common: the root";
}

TEST(SemanticGraph, RelativesAreIntersectedOrUnited) {
  const SemanticGraph graph = diamond();
  EXPECT_THAT(graph.ancestors(Labels{1, 3}), ElementsAre(0, 1));
  EXPECT_THAT(graph.ancestors(Labels{1, 3}, Combine::kUnion), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(graph.ancestors(Labels{1, 3}, Combine::kUnion, false), ElementsAre(0, 1, 2));
  EXPECT_THAT(graph.descendants(Labels{1, 2}), ElementsAre(3, 4));
  EXPECT_THAT(graph.descendants(Labels{1, 5}, Combine::kUnion), ElementsAre(1, 3, 4, 5));
  EXPECT_THAT(graph.descendants(Labels{3}, Combine::kIntersection, false), ElementsAre(4));
}

TEST(SemanticGraph, PathsAndDistancesCountEdges) {
  const SemanticGraph graph = diamond();
  EXPECT_THAT(graph.hypernym_path(4), ElementsAre(4, 3, 1, 0)) << "of equally short ways the one with the smaller label";
  EXPECT_THAT(graph.hypernym_path(5), IsEmpty());
  EXPECT_EQ(graph.distance(1, 2), 2);
  EXPECT_EQ(graph.distance(1, 5), -1);
  EXPECT_EQ(graph.directed_distance(4, 0), -1);
  EXPECT_EQ(graph.depth(5), -1);
  EXPECT_EQ(graph.max_depth(), 3);
  EXPECT_TRUE(graph.is_leaf(4));
  EXPECT_FALSE(graph.is_leaf(3));
}

TEST(SemanticGraph, NamesAreCategoriesFirstAndNodeIdsElse) {
  const SemanticGraph graph = diamond();
  EXPECT_EQ(graph.find("the x"), 3);
  EXPECT_EQ(graph.find("x"), 3);
  EXPECT_EQ(graph.find_id("the x"), std::nullopt);
  EXPECT_EQ(graph.find("nothing"), std::nullopt);
  EXPECT_EQ(graph.name(3), "the x");
  EXPECT_EQ(graph.name(4), "y");
  EXPECT_EQ(graph.root(), 0);
}

TEST(SemanticGraph, WithoutRootNothingInCommonIsAnError) {
  const SemanticGraph graph({{"a", ""}, {"b", ""}}, {}, 1);
  EXPECT_THAT(test::error_of([&] { (void)graph.lowest_common_ancestors(Labels{0, 1}); }), HasSubstr("no common ancestor"));
}

TEST(SemanticGraph, CyclesNameANodeOnThem) {
  EXPECT_THAT(refusal({{0, 1}, {1, 2}, {2, 1}, {2, 3}}),
              AllOf(HasSubstr("graph.json"), HasSubstr("cycle through node"), Not(HasSubstr("'c'"))));
  EXPECT_THAT(refusal({{3, 3}}), HasSubstr("cycle through node 'c'"));
}

TEST(SemanticGraph, ContradictionsAreRefused) {
  EXPECT_THAT(refusal({{0, 4}}), HasSubstr("leads out of the graph's 4 nodes"));
  EXPECT_THAT(refusal({}, 5), HasSubstr("5 of 4 nodes are said to be classes"));
  const auto nodes = [](std::vector<GraphNode> given) { return test::error_of([&] { (void)SemanticGraph(given, {}, 0); }); };
  EXPECT_THAT(nodes({}), HasSubstr("no nodes"));
  EXPECT_THAT(nodes({{"a", ""}, {"a", ""}}), HasSubstr("two nodes have the id 'a'"));
  EXPECT_THAT(nodes({{"a", "c"}, {"b", "c"}}), HasSubstr("two nodes have the category 'c'"));
  EXPECT_THAT(nodes({{"", ""}}), HasSubstr("label 0 has no id"));
}

TEST(SemanticGraph, TooManyAbstractionSetsAreRefused) {
  std::vector<GraphNode> nodes{{"root", ""}};
  std::vector<std::pair<int64_t, int64_t>> edges;
  for (int64_t child = 1; child <= 60; ++child) {
    nodes.push_back({"n" + std::to_string(child), ""});
    edges.emplace_back(0, child);
  }
  const SemanticGraph graph(nodes, edges, 0);
  EXPECT_EQ(graph.abstraction_sets(0, 2).size(), 60U * 59);
  EXPECT_THAT(test::error_of([&] { (void)graph.abstraction_sets(0, 5); }), HasSubstr("more than 10000000 abstraction sets"));
}

/// Writes `text`, reads it as a graph and gives the error back.
std::string refusal_of_file(const std::string& text) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "graph.json") << text;
  return test::error_of([&] { (void)SemanticGraph::read(folder / "graph.json"); });
}

/// A graph file of two nodes in which one piece is replaced.
std::string file_with(const std::string& from, const std::string& to) {
  std::string text =
      R"({"directed": true, "graph": {"num_class": 1, "num_nodes": 2}, "nodes": [{"id": "cat", "label": 0, "category": "a cat"},
    {"id": "root", "label": 1}], "links": [{"source": "root", "target": "cat"}]})";
  const size_t at = text.find(from);
  return text.replace(at, from.size(), to);
}

TEST(GraphFile, IsReadWithLinksOrEdgesAndWrittenBack) {
  const test::TemporaryFolder folder;
  for (const char* key : {"\"links\"", "\"edges\""}) {
    std::ofstream(folder / "graph.json") << file_with("\"links\"", key);
    const SemanticGraph graph = SemanticGraph::read(folder / "graph.json");
    EXPECT_THAT(graph.children(1), ElementsAre(0));
    graph.write(folder / "again.json");
    const SemanticGraph again = SemanticGraph::read(folder / "again.json");
    EXPECT_EQ(again.classes(), 1);
    EXPECT_EQ(again.name(0), "a cat");
    EXPECT_EQ(again.node(0).id, "cat");
    EXPECT_THAT(again.parents(0), ElementsAre(1));
  }
}

TEST(GraphFile, FaultsNameFileAndPlace) {
  EXPECT_THAT(refusal_of_file("{"), AllOf(HasSubstr("graph.json"), HasSubstr("not valid JSON")));
  EXPECT_THAT(refusal_of_file("[]"), HasSubstr("does not hold a JSON object"));
  EXPECT_THAT(refusal_of_file(file_with("\"label\": 1", "\"label\": 2")), AllOf(HasSubstr("nodes[1]"), HasSubstr("not among 0..1")));
  EXPECT_THAT(refusal_of_file(file_with("\"label\": 1", "\"label\": 0")), HasSubstr("'cat' and 'root' have the same label 0"));
  EXPECT_THAT(refusal_of_file(file_with("\"label\": 1", "\"label\": \"1\"")), HasSubstr("\"label\" is no integer"));
  EXPECT_THAT(refusal_of_file(file_with("\"id\": \"root\", ", "")), AllOf(HasSubstr("nodes[1]"), HasSubstr("has no \"id\"")));
  EXPECT_THAT(refusal_of_file(file_with("\"target\": \"cat\"", "\"target\": \"dog\"")),
              AllOf(HasSubstr("links[0]"), HasSubstr("target 'dog' is not among the nodes")));
  EXPECT_THAT(refusal_of_file(file_with("\"target\": \"cat\"", "\"target\": \"root\"")), HasSubstr("cycle"));
  EXPECT_THAT(refusal_of_file(file_with("\"num_nodes\": 2", "\"num_nodes\": 3")), HasSubstr("\"num_nodes\" is 3, but 2 nodes are listed"));
  EXPECT_THAT(refusal_of_file(file_with("\"num_class\": 1, ", "")), HasSubstr("has no \"num_class\""));
  EXPECT_THAT(refusal_of_file(file_with("\"directed\": true", "\"directed\": false")), HasSubstr("not directed"));
  EXPECT_THAT(refusal_of_file(file_with("\"links\"", "\"lines\"")), HasSubstr("has no \"edges\""));
}

}  // namespace
}  // namespace vbench::set_abstraction
