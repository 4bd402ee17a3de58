#include "datasets/kinetics/kinetics.hpp"
#include "datasets/moments/moments.hpp"
#include "datasets/set_abstraction/family.hpp"
#include "datasets/set_abstraction/semantic_outliers.hpp"
#include "datasets/set_abstraction/sets.hpp"
#include "tests/support/golden.hpp"

namespace vbench::set_abstraction {
namespace {

using nlohmann::json;
using test::Golden;

std::filesystem::path tiny() { return test::golden_root() / "sam" / "tiny"; }

template <class Data>
Data open(Role role) {
  RunSpec spec;
  spec.data_root = tiny().string();
  spec.source = SourceChoice::kReal;
  return Data::open({}, spec, role);
}

Sample read(const SetData& data, int64_t index) {
  RandomStream random(1, "augment", 0, static_cast<uint64_t>(index));
  return data.read(index, random);
}

std::vector<Sample> of_task(const SetData& data, Task task) {
  std::vector<Sample> samples;
  for (int64_t i = 0; i < data.size(); ++i) {
    Sample sample = read(data, i);
    if (sample.task == task) samples.push_back(std::move(sample));
  }
  return samples;
}

void check_sets(const Golden& golden, const std::string& group, const std::vector<Sample>& samples, const std::string& file) {
  std::vector<torch::Tensor> features, embeddings, labels, outliers;
  for (const Sample& sample : samples) {
    features.push_back(sample.features);
    embeddings.push_back(sample.embeddings);
    labels.push_back(sample.labels);
    outliers.push_back(torch::tensor(semantic_outliers(sample)));
  }
  const auto videos = [&](const std::string& name) {
    std::vector<std::vector<std::string>> listed;
    for (const auto& set : read_abstraction_sets(tiny() / "metadata" / file)) listed.push_back(set.videos);
    EXPECT_EQ(json(listed), json::parse(golden.file().read_strings(name).at(0)));
  };
  const auto same = [&](const std::vector<torch::Tensor>& tensors) {
    return [&](const std::string& name) { test::expect_same(torch::stack(tensors), golden[name], name); };
  };
  golden.for_each_group({{"features", same(features)},
                         {"embeddings", same(embeddings)},
                         {"labels", same(labels)},
                         {"semantic_outliers", same(outliers)},
                         {"videos_json", videos}},
                        group);
}

/// Positions of the candidates from the nearest to the farthest, the first of equals first.
torch::Tensor ranking(const torch::Tensor& distances) { return std::get<1>(distances.sort(true, 0, false)); }

void check_rankings(const Golden& golden, const std::string& group, const std::vector<Sample>& samples) {
  const auto record = [&](const std::string& name) { return samples.at(std::stoull(name.substr(name.rfind('_') + 1))); };
  ASSERT_EQ(golden[group + "/dists"].size(0), static_cast<int64_t>(samples.size()));
  golden.for_each_group({{"reference_", [&](const std::string& name) { test::expect_same(record(name).features, golden[name], name); }},
                         {"reference_size",
                          [&](const std::string& name) {
                            for (size_t i = 0; i < samples.size(); ++i) {
                              EXPECT_EQ(samples[i].features.size(0), golden[name][static_cast<int64_t>(i)].item<int64_t>());
                            }
                          }},
                         {"query_", [&](const std::string& name) { test::expect_same(record(name).query, golden[name], name); }},
                         {"dists",
                          [&](const std::string& name) {
                            for (size_t i = 0; i < samples.size(); ++i) {
                              test::expect_same(samples[i].distances, golden[name][static_cast<int64_t>(i)], name);
                            }
                          }},
                         {"rankings",
                          [&](const std::string& name) {
                            // Among equal distances the original's order is NumPy's unstable one: the distances in that order are compared.
                            for (size_t i = 0; i < samples.size(); ++i) {
                              const torch::Tensor expected = golden[name][static_cast<int64_t>(i)];
                              const torch::Tensor& distances = samples[i].distances;
                              test::expect_same(distances.index_select(0, ranking(distances)), distances.index_select(0, expected), name);
                            }
                          }}},
                        group);
}

void check_outliers(const Golden& golden, const std::string& group, const std::vector<Sample>& samples,
                    const std::vector<Sample>& completions) {
  const auto record = [&](const std::string& name) -> const Sample& { return samples.at(std::stoull(name.substr(name.rfind('_') + 1))); };
  ASSERT_EQ(static_cast<int64_t>(golden.number(group, "count")), static_cast<int64_t>(samples.size()));
  golden.for_each_group({{"features_", [&](const std::string& name) { test::expect_same(record(name).features, golden[name], name); }},
                         {"target_", [&](const std::string& name) { EXPECT_EQ(record(name).outlier, golden[name][0].item<int64_t>()); }},
                         {"outlier_query_index",
                          [&](const std::string& name) {
                            size_t outlier = 0;
                            for (const Sample& completion : completions) {
                              if (completion.features.size(0) < 2) continue;
                              const torch::Tensor chosen = completion.query[golden[name][static_cast<int64_t>(outlier)].item<int64_t>()];
                              test::expect_same(samples.at(outlier++).features[completion.features.size(0)], chosen, name);
                            }
                          }}},
                        group);
}

template <class Data>
void check_dataset(const Golden& golden, const std::string& name) {
  const Data training = open<Data>(Role::kTrain), evaluation = open<Data>(Role::kEvaluate);
  const auto completions = of_task(evaluation, Task::kCompletion);
  golden.for_each_group(
      {{"train",
        [&](const std::string& split) {
          check_sets(golden, split, of_task(training, Task::kAbstraction), name + "_train_abstraction_sets.json");
        }},
       {"val",
        [&](const std::string& split) {
          check_sets(golden, split, of_task(evaluation, Task::kAbstraction), name + "_val_abstraction_sets.json");
        }},
       {"ranking_test", [&](const std::string& task) { check_rankings(golden, task, completions); }},
       {"outlier_test",
        [&](const std::string& task) { check_outliers(golden, task, of_task(evaluation, Task::kOddOneOut), completions); }}},
      name);
}

TEST(GoldenDataset, TheTinyDatasetsHoldWhatTheOriginalReadsFromThem) {
  VBENCH_REQUIRE_GOLDEN(golden, "sam/dataset.h5");
  golden.for_each_group({{"kinetics", [&](const std::string& name) { check_dataset<Kinetics>(golden, name); }},
                         {"moments", [&](const std::string& name) { check_dataset<Moments>(golden, name); }}});
}

TEST(GoldenDataset, TheTinyDatasetsHaveNoProblem) {
  for (const Family* family : {&kinetics_family(), &moments_family()}) {
    DataRequest request;
    request.root = tiny().string();
    request.deep = true;
    const DataReport report = dataset_entry(*family).verify(request);
    for (const DataProblem& problem : report.problems) ADD_FAILURE() << family->name << ": " << problem.kind << ": " << problem.message;
    EXPECT_GT(report.checked, 0);
    EXPECT_EQ(report.checked, report.listed);
  }
}

}  // namespace
}  // namespace vbench::set_abstraction
