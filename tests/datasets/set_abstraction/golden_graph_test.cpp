#include <algorithm>
#include <fstream>

#include "datasets/set_abstraction/graph.hpp"
#include "tests/support/golden.hpp"

namespace vbench::set_abstraction {
namespace {

using nlohmann::json;
using test::Golden;
using Labels = std::vector<int64_t>;

/// Rows of a [N, M] integer tensor, cut at the padding.
std::vector<Labels> rows_of(const torch::Tensor& padded) {
  std::vector<Labels> rows;
  for (int64_t i = 0; i < padded.size(0); ++i) {
    Labels& row = rows.emplace_back();
    for (int64_t j = 0; j < padded.size(1) && padded[i][j].item<int64_t>() >= 0; ++j) row.push_back(padded[i][j].item<int64_t>());
  }
  return rows;
}

json json_of(const Golden& golden, const std::string& name) { return json::parse(golden.file().read_strings(name).at(0)); }

class GoldenGraph {
 public:
  GoldenGraph(const Golden& golden, std::string group, SemanticGraph graph)
      : golden_(golden), group_(std::move(group)), graph_(std::move(graph)) {}

  /// Every array of the group is looked at; one that nobody knows is a failure.
  void check() {
    using Check = std::function<void(const std::string&)>;
    const auto pairs = [this](auto value) { return [this, value](const std::string& name) { check_pairs(name, value); }; };
    const auto nodes = [this](auto value) { return [this, value](const std::string& name) { check_nodes(name, value); }; };
    const std::vector<std::pair<std::string, Check>> checks{
        {"graph_json", [](const std::string&) {}},
        {"node_of_label_json", [this](const std::string& name) { check_names(name); }},
        {"category_to_node_json", [this](const std::string& name) { check_categories(name); }},
        {"ancestor_mask", pairs([this](int64_t i, int64_t j) { return has(graph_.ancestors(Labels{i}), j); })},
        {"descendant_mask", pairs([this](int64_t i, int64_t j) { return has(graph_.descendants(Labels{i}), j); })},
        {"undirected_distance", pairs([this](int64_t i, int64_t j) { return graph_.distance(i, j); })},
        {"directed_distance", pairs([this](int64_t i, int64_t j) { return graph_.directed_distance(i, j); })},
        {"is_concrete", nodes([this](int64_t label) -> int64_t { return graph_.is_concrete(label); })},
        {"true_leaf", nodes([this](int64_t label) -> int64_t { return graph_.is_leaf(label); })},
        {"hypernym_path_length", nodes([this](int64_t label) { return static_cast<int64_t>(graph_.hypernym_path(label).size()); })},
        {"hypernym_path_is_unique", [](const std::string&) {}},
        {"hypernym_path", [this](const std::string& name) { check_paths(name); }},
        {"max_depth", [this](const std::string& name) { EXPECT_EQ(integer(name), graph_.max_depth()); }},
        {"num_class", [this](const std::string& name) { EXPECT_EQ(integer(name), graph_.classes()); }},
        {"num_nodes", [this](const std::string& name) { EXPECT_EQ(integer(name), graph_.size()); }},
        {"root_label", [this](const std::string& name) { EXPECT_EQ(integer(name), graph_.root()); }},
        {"lca_query", [](const std::string&) {}},
        {"lca_answer_sorted", [this](const std::string& name) { check_common_ancestors(name, true); }},
        {"lca_answer_sorted_exclude_self", [this](const std::string& name) { check_common_ancestors(name, false); }},
        {"determine_outlier", [this](const std::string& name) { check_outliers(name); }},
        {"abstraction_sets_of_label", [this](const std::string& name) { check_sets(name); }}};
    golden_.for_each_group(checks, group_);
  }

 private:
  static int64_t has(const Labels& labels, int64_t label) { return std::count(labels.begin(), labels.end(), label); }
  [[nodiscard]] torch::Tensor array(const std::string& name) const { return golden_[name]; }
  [[nodiscard]] int64_t integer(const std::string& name) const { return array(name).item<int64_t>(); }

  template <class Value>
  void check_nodes(const std::string& name, const Value& value) {
    Labels values;
    for (int64_t label = 0; label < graph_.size(); ++label) values.push_back(value(label));
    test::expect_same(torch::tensor(values), array(name), name);
  }
  template <class Value>
  void check_pairs(const std::string& name, const Value& value) {
    Labels values;
    for (int64_t i = 0; i < graph_.size(); ++i) {
      for (int64_t j = 0; j < graph_.size(); ++j) values.push_back(value(i, j));
    }
    test::expect_same(torch::tensor(values).view({graph_.size(), graph_.size()}), array(name), name);
  }
  void check_names(const std::string& name) {
    std::vector<std::string> ids;
    for (int64_t label = 0; label < graph_.size(); ++label) ids.push_back(graph_.node(label).id);
    EXPECT_EQ(ids, json_of(golden_, name).get<std::vector<std::string>>());
  }
  void check_categories(const std::string& name) {
    const json known = json_of(golden_, name);
    for (const auto& [category, id] : known.items()) {
      EXPECT_EQ(graph_.find(category), graph_.find_id(id.get<std::string>())) << category;
    }
  }
  void check_paths(const std::string& name) {
    const auto paths = rows_of(array(name));
    const torch::Tensor unique = array(group_ + "/hypernym_path_is_unique");
    for (int64_t label = 0; label < graph_.size(); ++label) {
      if (unique[label].item<int64_t>() == 0) continue;
      EXPECT_EQ(graph_.hypernym_path(label), paths[static_cast<size_t>(label)]) << label;
    }
  }
  void check_common_ancestors(const std::string& name, bool include_self) {
    const auto queries = rows_of(array(group_ + "/lca_query")), answers = rows_of(array(name));
    ASSERT_EQ(queries.size(), answers.size());
    for (size_t i = 0; i < queries.size(); ++i) {
      EXPECT_EQ(graph_.lowest_common_ancestors(queries[i], include_self), answers[i]) << group_ << " query " << i;
    }
  }
  void check_outliers(const std::string& name) {
    const auto queries = rows_of(array(group_ + "/lca_query"));
    const torch::Tensor answers = array(name);
    ASSERT_EQ(static_cast<int64_t>(queries.size()), answers.size(0));
    constexpr int64_t kNotEvaluated = -9;
    for (size_t i = 0; i < queries.size(); ++i) {
      const auto answer = answers[static_cast<int64_t>(i)].item<int64_t>();
      if (answer == kNotEvaluated) continue;
      EXPECT_EQ(graph_.determine_outlier(queries[i]), answer) << group_ << " query " << i;
    }
  }
  void check_sets(const std::string& name) {
    const torch::Tensor expected = array(name);
    const int64_t label = std::stoll(name.substr(name.find_last_not_of("0123456789") + 1));
    auto sets = graph_.abstraction_sets(label, expected.size(1));
    std::sort(sets.begin(), sets.end());
    EXPECT_EQ(sets, rows_of(expected)) << name;
  }

  const Golden& golden_;
  std::string group_;
  SemanticGraph graph_;
};

TEST(GoldenGraph, EveryOperationAnswersAsTheOriginal) {
  VBENCH_REQUIRE_GOLDEN(golden, "sam/graph.h5");
  const auto tiny = [&](const std::string& name) {
    GoldenGraph(golden, name, SemanticGraph::read(test::golden_root() / "sam/tiny/metadata" / (name + "_graph.json"))).check();
  };
  const auto hand = [&](const std::string& name) {
    const test::TemporaryFolder folder;
    std::ofstream(folder / "graph.json") << golden.file().read_strings(name + "/graph_json").at(0);
    GoldenGraph(golden, name, SemanticGraph::read(folder / "graph.json")).check();
  };
  golden.for_each_group({{"moments", tiny}, {"kinetics", tiny}, {"hand", hand}});
}

}  // namespace
}  // namespace vbench::set_abstraction
