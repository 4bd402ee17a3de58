#include "datasets/set_abstraction/set_data.hpp"

#include <set>

#include "datasets/set_abstraction/sampler.hpp"

#include "tests/datasets/set_abstraction/fixture.hpp"

namespace vbench::set_abstraction {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What a row of the Zoo is filled with.
std::vector<int64_t> numbers(const torch::Tensor& rows) {
  const torch::Tensor first = rows.select(1, 0).to(torch::kLong);
  return {first.data_ptr<int64_t>(), first.data_ptr<int64_t>() + first.numel()};
}
std::vector<int64_t> values(const torch::Tensor& tensor) {
  const torch::Tensor whole = tensor.to(torch::kLong).contiguous();
  return {whole.data_ptr<int64_t>(), whole.data_ptr<int64_t>() + whole.numel()};
}

template <class Data>
class SetDataOf : public ::testing::Test {};
using Families = ::testing::Types<Kinetics, Moments>;
TYPED_TEST_SUITE(SetDataOf, Families);

TYPED_TEST(SetDataOf, TrainingGivesTheFilesSetsWithTheirVideosRows) {
  const Zoo<TypeParam> zoo;
  const TypeParam data = zoo.open(Role::kTrain);
  ASSERT_EQ(data.size(), 4);
  EXPECT_EQ(data.source(), Source::kReal);
  const Sample sample = zoo.read(data, 0);
  EXPECT_EQ(sample.name, "train set 0");
  EXPECT_EQ(data.name(0), Zoo<TypeParam>::family().name + " train set 0");
  EXPECT_THAT(numbers(sample.features), ElementsAre(0, 4, 1, 2));
  EXPECT_THAT(values(sample.labels), ElementsAre(0, 0, 1, 2, /*pairs*/ 0, 4, 6, 4, 6, 6, /*triples*/ 4, 6, 6, 6, 6));
  EXPECT_THAT(numbers(sample.embeddings), ElementsAre(0, 4, 1, 2, 0, -4, -6, -4, -6, -6, -4, -6, -6, -6, -6));
}

TYPED_TEST(SetDataOf, EvaluationAsksAllThreeTasksInFileOrder) {
  const Zoo<TypeParam> zoo;
  const TypeParam data = zoo.open(Role::kEvaluate);
  std::vector<std::string> names;
  for (int64_t i = 0; i < data.size(); ++i) names.push_back(zoo.read(data, i).name);
  EXPECT_THAT(names, ElementsAre("val set 0", "val set 1", "completion 1/0", "completion 2/0", "completion 3/0", "odd one out 2/0",
                                 "odd one out 3/0"));
  const Sample completion = zoo.read(data, 3);
  EXPECT_EQ(completion.task, Task::kCompletion);
  EXPECT_THAT(numbers(completion.features), ElementsAre(200, 204));
  EXPECT_THAT(numbers(completion.query), ElementsAre(205, 201, 202, 203, 206));
  EXPECT_EQ(completion.distances[3].template item<double>(), 1.5);
  const Sample odd = zoo.read(data, 5);
  EXPECT_EQ(odd.task, Task::kOddOneOut);
  EXPECT_THAT(numbers(odd.features), ElementsAre(200, 204, 203)) << "the farthest candidate comes last";
  EXPECT_EQ(odd.outlier, 2);
}

TYPED_TEST(SetDataOf, TheOptionsAreFilledInFromTheFiles) {
  const Zoo<TypeParam> zoo;
  const Options options = zoo.open(Role::kTrain).options();
  EXPECT_EQ(options.feature_width, 6);
  EXPECT_EQ(options.embedding_width, 5);
  EXPECT_EQ(options.nodes, 7);
  EXPECT_EQ(options.classes, 4);
}

TYPED_TEST(SetDataOf, BadTrainingSetsAreLeftOutAndCountedUpToTheShare) {
  Zoo<TypeParam> zoo;
  zoo.edit(zoo.files.abstraction_sets(Split::kTrain), [](json& sets) {
    sets[0]["videos"][1] = "train/gone.mp4";
    sets[2]["labels"]["0,1"].push_back("root");
  });
  EXPECT_THAT(zoo.failure(Role::kTrain), AllOf(HasSubstr("2 of 4 training sets cannot be used"), HasSubstr("at most 10%"),
                                               HasSubstr("set 0"), HasSubstr("'train/gone.mp4' has no features")));
  zoo.options.allow_missing = 0.5;
  const TypeParam data = zoo.open(Role::kTrain);
  EXPECT_EQ(data.size(), 2);
  EXPECT_EQ(data.fingerprint().missing, 1);
  EXPECT_EQ(data.fingerprint().dropped, 1);
  EXPECT_EQ(zoo.read(data, 0).name, "train set 1");
  zoo.spec.strict = true;
  EXPECT_THAT(zoo.failure(Role::kTrain), AllOf(HasSubstr("train_abstraction_sets.json: set 0"), HasSubstr("gone.mp4")));
  zoo.spec.strict = false;
  zoo.options.label_choice = LabelChoice::kFirst;
  EXPECT_EQ(zoo.open(Role::kTrain).size(), 3);
}

TYPED_TEST(SetDataOf, EvaluationNeverLeavesASetOut) {
  Zoo<TypeParam> zoo;
  zoo.options.allow_missing = 1;
  zoo.edit(zoo.files.abstraction_sets(Split::kVal), [](json& sets) { sets[1]["labels"].erase("0,1"); });
  EXPECT_THAT(zoo.failure(Role::kEvaluate),
              AllOf(HasSubstr("val_abstraction_sets.json: set 1"), HasSubstr("subset \"0,1\" has 0 labels, 1 is expected")));
}

TYPED_TEST(SetDataOf, EvaluationNamesTheBadRecord) {
  const Zoo<TypeParam> zoo;
  zoo.edit(zoo.files.abstraction_sets(Split::kTest), [](json& records) { records["2"][0]["query"][1][0] = "test/gone.mp4"; });
  EXPECT_THAT(zoo.failure(Role::kEvaluate), AllOf(HasSubstr("human_abstraction_sets.json: record 2/0"), HasSubstr("'test/gone.mp4'")));
  EXPECT_EQ(zoo.failure(Role::kTrain), "");
}

TYPED_TEST(SetDataOf, TasksMayBeLeftAlone) {
  Zoo<TypeParam> zoo;
  zoo.options.tasks = false;
  for (const fs::path& path : {zoo.files.abstraction_sets(Split::kTest), zoo.files.features(Split::kTest), zoo.files.list(Split::kTest)}) {
    fs::remove(path);
  }
  const TypeParam data = zoo.open(Role::kEvaluate);
  EXPECT_EQ(data.size(), 2);
  EXPECT_EQ(data.fingerprint().split, "val");
  zoo.options.tasks = true;
  EXPECT_THAT(zoo.failure(Role::kEvaluate), AllOf(HasSubstr("are missing"), HasSubstr("_human_abstraction_sets.json"),
                                                  HasSubstr("_test_features.pth"), HasSubstr("_test_listfile.txt")));
}

TYPED_TEST(SetDataOf, ValuesThatAreNotFiniteStopEvaluationAndAreLeftOutOfTraining) {
  Zoo<TypeParam> zoo;
  const auto spoil = [&](Split split, int64_t video) {
    zoo.edit_features(split, [&](torch::Tensor rows) {
      rows[zoo.video_of_row(split, video)][2] = std::numeric_limits<float>::quiet_NaN();  // the order is its own inverse
      return rows;
    });
  };
  spoil(Split::kTrain, 6);
  spoil(Split::kVal, 5);
  zoo.options.allow_missing = 0.25;
  EXPECT_EQ(zoo.open(Role::kTrain).size(), 3);
  EXPECT_THAT(zoo.failure(Role::kEvaluate),
              AllOf(HasSubstr("set 1"), HasSubstr("features of video 'val/clip_5.mp4'"), HasSubstr("not finite")));
}

TYPED_TEST(SetDataOf, SetsOfOtherSizesCountTheirRealSubsets) {
  const Zoo<TypeParam> zoo;
  write_abstraction_sets(zoo.files.abstraction_sets(Split::kTrain),
                         {zoo.set(Split::kTrain, {3}), zoo.set(Split::kTrain, {2, 3, 6}), zoo.set(Split::kTrain, {0, 1, 2, 3, 4})});
  const TypeParam data = zoo.open(Role::kTrain);
  EXPECT_THAT(values(zoo.read(data, 0).labels), ElementsAre(3));
  const Sample three = zoo.read(data, 1);
  EXPECT_THAT(numbers(three.features), ElementsAre(2, 3, 6));
  EXPECT_THAT(values(three.labels), ElementsAre(2, 3, 2, 5, 2, 5, 5));
  EXPECT_EQ(zoo.read(data, 2).labels.numel(), 31);
}

TYPED_TEST(SetDataOf, ShuffledMembersKeepTheirAnswers) {
  Zoo<TypeParam> zoo;
  zoo.options.shuffle_members = true;
  const TypeParam data = zoo.open(Role::kTrain);
  const SemanticGraph graph = zoo_graph();
  std::set<std::vector<int64_t>> orders;
  for (uint64_t epoch = 0; epoch < 20; ++epoch) {
    const Sample sample = zoo.read(data, 0, epoch);
    const auto videos = numbers(sample.features);
    orders.insert(videos);
    const auto subsets = power_set(4);
    for (size_t row = 0; row < subsets.size(); ++row) {
      std::vector<int64_t> nodes;
      for (const int64_t member : subsets[row]) nodes.push_back(videos[static_cast<size_t>(member)] % 4);
      EXPECT_EQ(sample.labels[static_cast<int64_t>(row)].template item<int64_t>(), graph.lowest_common_ancestors(nodes).front());
    }
    EXPECT_EQ(videos, numbers(zoo.read(data, 0, epoch).features)) << "the same epoch, the same order";
  }
  EXPECT_GT(orders.size(), 5U);
  EXPECT_EQ(numbers(zoo.read(zoo.open(Role::kEvaluate), 0).features), (std::vector<int64_t>{100, 101, 102, 103}));
}

TYPED_TEST(SetDataOf, SampledSetsHaveTheAnchorFirstAndALowestCommonAncestorAsLabel) {
  Zoo<TypeParam> zoo;
  zoo.options.sets = SetSource::kOnline;
  fs::remove(zoo.files.abstraction_sets(Split::kTrain));
  const TypeParam data = zoo.open(Role::kTrain);
  const SemanticGraph graph = zoo_graph();
  ASSERT_EQ(data.size(), 8);
  std::set<std::vector<int64_t>> drawn;
  std::set<int64_t> labels;
  for (uint64_t epoch = 0; epoch < 50; ++epoch) {
    const Sample sample = zoo.read(data, 5, epoch);
    const auto videos = numbers(sample.features);
    EXPECT_EQ(videos[0], 5);
    EXPECT_EQ(values(sample.labels)[0], 1) << "the anchor's class";
    std::vector<int64_t> nodes;
    for (const int64_t video : videos) nodes.push_back(video % 4);
    labels.insert(graph.lowest_common_ancestors(nodes).front());
    EXPECT_EQ(values(sample.labels)[14], graph.lowest_common_ancestors(nodes).front());
    drawn.insert(videos);
    EXPECT_EQ(videos, numbers(zoo.read(data, 5, epoch).features));
  }
  EXPECT_GT(drawn.size(), 20U);
  EXPECT_THAT(labels, ElementsAre(1, 4, 6)) << "each ancestor of the class is chosen now and then";
}

TEST(SetSampler, TiesAreTheSmallestLabelOrAny) {
  const auto graph =
      std::make_shared<const SemanticGraph>(std::vector<GraphNode>{{"x", ""}, {"y", ""}, {"a", ""}, {"b", ""}, {"root", ""}},
                                            std::vector<std::pair<int64_t, int64_t>>{{2, 0}, {2, 1}, {3, 0}, {3, 1}, {4, 2}, {4, 3}}, 2);
  std::set<int64_t> smallest, any;
  for (uint64_t i = 0; i < 40; ++i) {
    RandomStream random(1, "ties", 0, i);
    smallest.insert(common_label(*graph, {0, 1}, TieChoice::kSmallest, random));
    any.insert(common_label(*graph, {0, 1}, TieChoice::kRandom, random));
  }
  EXPECT_THAT(smallest, ElementsAre(2));
  EXPECT_THAT(any, ElementsAre(2, 3));
}

TYPED_TEST(SetDataOf, TheSamplerNeedsClassesAndEmbeddingsOfAllAncestors) {
  Zoo<TypeParam> zoo;
  zoo.options.sets = SetSource::kOnline;
  zoo.options.allow_missing = 0.2;
  Zoo<TypeParam>::write(zoo.files.list(Split::kTrain), [&] {
    std::string text = zoo.listed(Split::kTrain, 0) + " 90 0 1\n" + zoo.listed(Split::kTrain, 1) + " 90 17\n";
    for (int64_t video = 2; video < 8; ++video) text += zoo.listed(Split::kTrain, video) + " 2\n";
    return text;
  }());
  const TypeParam data = zoo.open(Role::kTrain);
  EXPECT_EQ(data.size(), 7) << "class 17 is unknown; a single number is the class";
  EXPECT_EQ(data.fingerprint().dropped, 1);
  std::set<int64_t> classes;
  for (uint64_t epoch = 0; epoch < 30; ++epoch) classes.insert(values(zoo.read(data, 0, epoch).labels)[0]);
  EXPECT_THAT(classes, ElementsAre(0, 1)) << "one of its classes";
  zoo.edit_vectors(zoo.files.category_embeddings(),
                   [](const std::string& id, torch::Tensor vector) { return id == "root" ? torch::Tensor() : vector; });
  EXPECT_THAT(zoo.failure(Role::kTrain), HasSubstr("node 'root', which sampled sets may have as label, has no usable embedding"));
}

TYPED_TEST(SetDataOf, FeaturesMayBeAListOfVectorsOfAnyRealType) {
  const Zoo<TypeParam> zoo;
  std::vector<Value> rows;
  for (int64_t row = 0; row < 8; ++row) rows.emplace_back(zoo.vector(6, zoo.video_of_row(Split::kTrain, row)).to(torch::kDouble));
  zoo.save(zoo.files.features(Split::kTrain), Value::list(rows));
  const TypeParam data = zoo.open(Role::kTrain);
  EXPECT_THAT(numbers(zoo.read(data, 0).features), ElementsAre(0, 4, 1, 2));
  EXPECT_EQ(zoo.read(data, 0).features.scalar_type(), torch::kFloat);
  zoo.edit_features(Split::kVal, [](const torch::Tensor& matrix) { return matrix.to(torch::kHalf).t().contiguous().t(); });
  EXPECT_THAT(numbers(zoo.read(zoo.open(Role::kEvaluate), 0).features), ElementsAre(100, 101, 102, 103));
}

TYPED_TEST(SetDataOf, FeaturesMayCarryTheirOwnPaths) {
  Zoo<TypeParam> zoo;
  zoo.options.layout = FeatureLayout::kPaths;
  zoo.options.base_model = "i3d";
  zoo.files.base_model = "i3d";
  for (const Split split : {Split::kTrain, Split::kVal, Split::kTest}) {
    std::vector<Value> paths;
    std::vector<torch::Tensor> rows;
    for (const int64_t video : {3, 1, 4, 0, 5, 2, 6, 7}) {
      paths.emplace_back(zoo.key(split, video));
      rows.push_back(zoo.vector(3, zoo.number(split, video)));
    }
    zoo.save(zoo.files.features(split), Dict{{"features", torch::stack(rows)}, {"path", Value::list(paths)}});
    fs::remove(zoo.files.list(split));
  }
  EXPECT_THAT(numbers(zoo.read(zoo.open(Role::kTrain), 0).features), ElementsAre(0, 4, 1, 2));
  EXPECT_THAT(numbers(zoo.read(zoo.open(Role::kEvaluate), 3).features), ElementsAre(200, 204));
  zoo.save(zoo.files.features(Split::kTrain), Dict{{"features", torch::zeros({8, 3})}});
  EXPECT_THAT(zoo.failure(Role::kTrain), HasSubstr("path"));
}

TYPED_TEST(SetDataOf, VideosOfAnySplitAreFoundByNameOrKey) {
  const Zoo<TypeParam> zoo;
  const TypeParam data = zoo.open(Role::kEvaluate);
  EXPECT_EQ(data.video_features(zoo.listed(Split::kVal, 3))[0].template item<float>(), 103);
  EXPECT_EQ(data.video_features(zoo.key(Split::kTest, 7))[0].template item<float>(), 207);
  EXPECT_EQ(data.video_features(zoo.key(Split::kTrain, 2))[0].template item<float>(), 2);
  try {
    (void)data.video_features("val/clip_33.mp4");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("'val/clip_33.mp4' is no video of"), HasSubstr("val/clip_3.mp4")));
  }
}

TYPED_TEST(SetDataOf, TheFingerprintFollowsWhatIsRead) {
  Zoo<TypeParam> zoo;
  const auto hash = [&](Role role) { return zoo.open(role).fingerprint().hash; };
  const std::string train = hash(Role::kTrain), val = hash(Role::kEvaluate);
  EXPECT_EQ(train.size(), 32U);
  EXPECT_NE(train, val);
  EXPECT_EQ(train, hash(Role::kTrain));
  zoo.edit(zoo.files.abstraction_sets(Split::kTrain), [](json& sets) { std::swap(sets[0], sets[1]); });
  EXPECT_EQ(train, hash(Role::kTrain)) << "the order of the sets does not count";
  zoo.edit_features(Split::kTest, [](torch::Tensor rows) {
    rows[4][1] += 1;
    return rows;
  });
  EXPECT_EQ(train, hash(Role::kTrain));
  EXPECT_NE(val, hash(Role::kEvaluate));
  zoo.edit(zoo.files.abstraction_sets(Split::kTrain), [](json& sets) { sets[0]["labels"]["0,1"][0] = "root"; });
  EXPECT_NE(train, hash(Role::kTrain));
}

TYPED_TEST(SetDataOf, AFolderNamedMetadataDoesWhereTheDatasetsOwnIsAbsent) {
  Zoo<TypeParam> zoo;
  const fs::path shared = fs::path(zoo.spec.data_root) / "metadata";
  fs::rename(zoo.files.folder, shared);
  EXPECT_EQ(zoo.open(Role::kTrain).size(), 4);
  fs::create_directories(zoo.files.folder);
  fs::copy(shared / zoo.files.graph().filename(), zoo.files.folder);
  EXPECT_THAT(zoo.failure(Role::kTrain), HasSubstr("are missing")) << "the dataset's own folder comes first";
}

TYPED_TEST(SetDataOf, OtherNumbersThanTheOptionsNameTheSetting) {
  const auto failure = [](const std::function<void(Options&)>& change) {
    Zoo<TypeParam> zoo;
    change(zoo.options);
    return zoo.failure(Role::kTrain);
  };
  EXPECT_THAT(failure([](Options& options) { options.feature_width = 2048; }),
              AllOf(HasSubstr("6 in the file, 2048 expected"), HasSubstr("data.feature_width=6")));
  EXPECT_THAT(failure([](Options& options) { options.embedding_width = 300; }), HasSubstr("data.embedding_width=5"));
  EXPECT_THAT(failure([](Options& options) { options.nodes = 608; }), HasSubstr("data.nodes=7"));
  EXPECT_THAT(failure([](Options& options) { options.classes = 400; }), HasSubstr("data.classes=4"));
}

TYPED_TEST(SetDataOf, NamesWithoutTheirCounterpartAreWarnedOfAndFailUnderStrict) {
  Zoo<TypeParam> zoo;
  Zoo<TypeParam>::write(zoo.files.list(Split::kTrain), [&] {
    std::string text;
    for (int64_t video = 0; video < 8; ++video) text += zoo.listed(Split::kTrain, video == 7 ? 70 : video) + " 90 0\n";
    return text;
  }());
  zoo.options.allow_missing = 1;
  EXPECT_EQ(zoo.open(Role::kTrain).size(), Zoo<TypeParam>::kMoments ? 4 : 2) << "two sets show video 7";
  zoo.spec.strict = true;
  EXPECT_THAT(zoo.failure(Role::kTrain), HasSubstr("1 listed videos have no embedding, the first: 'train/clip_70.mp4'"));
}

TEST(RankingSets, MomentsOldFolderNameIsTurnedRound) {
  const Zoo<Kinetics> zoo;
  zoo.edit(zoo.files.abstraction_sets(Split::kTest), [](json& records) { records["1"][0]["query"][0][0] = "multi_test/a.mp4"; });
  EXPECT_EQ(read_ranking_sets(zoo.files.abstraction_sets(Split::kTest))[0].query[0].video, "test_multi/a.mp4");
}

TEST(SetFiles, AreReadAsTheyWereWritten) {
  const Zoo<Kinetics> zoo;
  const auto sets = read_abstraction_sets(zoo.files.abstraction_sets(Split::kTrain));
  ASSERT_EQ(sets.size(), 4U);
  EXPECT_EQ(sets[1].videos, zoo.set(Split::kTrain, {1, 5, 7, 3}).videos);
  EXPECT_EQ(sets[1].labels, zoo.set(Split::kTrain, {1, 5, 7, 3}).labels);
  const auto records = read_ranking_sets(zoo.files.abstraction_sets(Split::kTest));
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[2].reference_size, 3);
  EXPECT_EQ(records[2].query[4].distance, 1.5);
  EXPECT_THAT(test::error_of([&] { (void)read_abstraction_sets(zoo.files.abstraction_sets(Split::kTest)); }),
              HasSubstr("does not hold a JSON list"));
  EXPECT_THAT(test::error_of([&] { (void)read_ranking_sets(zoo.files.abstraction_sets(Split::kVal)); }),
              HasSubstr("does not hold a JSON object"));
}

}  // namespace
}  // namespace vbench::set_abstraction
