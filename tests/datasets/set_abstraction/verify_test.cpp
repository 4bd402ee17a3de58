#include "tests/datasets/set_abstraction/fixture.hpp"

namespace vbench::set_abstraction {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What `vbench data verify` says after one thing was damaged.
template <class Data = Kinetics>
class Verify : public Zoo<Data> {
 public:
  using Zoo<Data>::edit;
  using Zoo<Data>::files;
  void edit_set(Split split, const std::function<void(json&)>& change) {
    edit(files.abstraction_sets(split), [&](json& sets) { change(sets[1]); });
  }
  void edit_record(const std::function<void(json&)>& change) {
    edit(files.abstraction_sets(Split::kTest), [&](json& records) { change(records["2"][0]); });
  }
};

template <class Data>
class VerifyOf : public ::testing::Test {};
using Families = ::testing::Types<Kinetics, Moments>;
TYPED_TEST_SUITE(VerifyOf, Families);

TYPED_TEST(VerifyOf, ACompleteFolderHasNoProblem) {
  const Verify<TypeParam> zoo;
  EXPECT_THAT(zoo.problems(true), IsEmpty()) << zoo.messages;
  DataRequest request;
  request.root = zoo.spec.data_root;
  const DataReport report = dataset_entry(zoo.family()).info(request);
  EXPECT_EQ(report.listed, 4 + 2 + 3);
  EXPECT_EQ(report.checked, 0) << "info looks at no set";
  EXPECT_THAT(report.facts, AllOf(Contains("train: 4 sets of 4 videos"), Contains("test: 1 rankings with 3 references"),
                                  Contains("train: 8 videos, features 6 wide"), Contains(HasSubstr("graph: 7 nodes, 4 of them classes"))));
}

TYPED_TEST(VerifyOf, AMissingVideoIsNamedInEverySplit) {
  for (const Split split : {Split::kTrain, Split::kVal}) {
    Verify<TypeParam> zoo;
    zoo.edit_set(split, [](json& set) { set["videos"][2] = "gone.mp4"; });
    EXPECT_THAT(zoo.problems(), ElementsAre("missing video"));
    EXPECT_THAT(zoo.messages, AllOf(HasSubstr(to_string(split) + " set 1"), HasSubstr("'gone.mp4' has no features")));
  }
  Verify<TypeParam> zoo;
  zoo.edit_record([](json& record) { record["reference"][1][0] = "gone.mp4"; });
  EXPECT_THAT(zoo.problems(), ElementsAre("missing video"));
  EXPECT_THAT(zoo.messages, AllOf(HasSubstr("test record 2/0"), HasSubstr("gone.mp4")));
}

TYPED_TEST(VerifyOf, AShareOfTheTrainingSetsMayBeBad) {
  Verify<TypeParam> zoo;
  zoo.edit_set(Split::kTrain, [](json& set) { set["videos"][2] = "gone.mp4"; });
  EXPECT_THAT(zoo.problems(false, {"data.allow_missing=0.25"}), ElementsAre("missing video (note)"));
  zoo.edit_set(Split::kVal, [](json& set) { set["videos"][2] = "gone.mp4"; });
  EXPECT_THAT(zoo.problems(false, {"data.allow_missing=0.25"}), ElementsAre("missing video", "missing video (note)"));
}

TEST(VerifySets, AMissingSubsetIsNamed) {
  Verify zoo;
  zoo.edit_set(Split::kTrain, [](json& set) { set["labels"].erase("0,2,3"); });
  EXPECT_THAT(zoo.problems(), ElementsAre("label count"));
  EXPECT_THAT(zoo.messages, HasSubstr("subset \"0,2,3\" has 0 labels"));
}

TEST(VerifySets, SeveralOrNoLabelsOfASubsetAreNamed) {
  Verify zoo;
  zoo.edit_set(Split::kVal, [](json& set) {
    set["labels"]["0,1"].push_back("root");
    set["labels"]["2"] = json::array();
  });
  EXPECT_THAT(zoo.problems(), ElementsAre("label count", "label count"));
  EXPECT_THAT(zoo.messages,
              AllOf(HasSubstr("subset \"0,1\" has 2 labels"), HasSubstr("data.label_choice=first"), HasSubstr("\"2\" has 0 labels")));
  EXPECT_THAT(zoo.problems(false, {"data.label_choice=first"}), ElementsAre("label count"));
}

TEST(VerifySets, ALabelThatTheGraphLacksIsNamed) {
  Verify zoo;
  zoo.edit_set(Split::kTrain, [](json& set) {
    set["labels"]["1"][0] = "a cow";
    set["labels"]["0,3"][0] = "cow.n.01";
  });
  EXPECT_THAT(zoo.problems(), ElementsAre("unknown label", "unknown label"));
  EXPECT_THAT(zoo.messages, AllOf(HasSubstr("'a cow' of subset \"1\""), HasSubstr("'cow.n.01' of subset \"0,3\"")));
}

TEST(VerifySets, KeysThatAreNoAscendingSubsetsAreNamed) {
  const auto with_key = [](const std::string& key) {
    Verify zoo;
    zoo.edit_set(Split::kVal, [&](json& set) {
      set["labels"].erase("0,1");
      set["labels"][key] = {"root"};
    });
    EXPECT_THAT(zoo.problems(), ElementsAre("bad record"));
    EXPECT_THAT(zoo.failure(Role::kEvaluate), HasSubstr("val_abstraction_sets.json: set 1"));
    return zoo.messages;
  };
  EXPECT_THAT(with_key("1,0"), HasSubstr("subset \"1,0\" is not in ascending order"));
  EXPECT_THAT(with_key("1,1"), HasSubstr("not in ascending order"));
  EXPECT_THAT(with_key("0,4"), HasSubstr("members other than 0..3"));
  EXPECT_THAT(with_key("0,x"), HasSubstr("members other than 0..3"));
  EXPECT_THAT(with_key("0,,1"), HasSubstr("members other than 0..3"));
  EXPECT_THAT(with_key(""), HasSubstr("has no members"));
}

TEST(VerifySets, BlanksInKeysAreFine) {
  Verify zoo;
  zoo.edit_set(Split::kVal, [](json& set) {
    set["labels"][" 0, 1 "] = set["labels"]["0,1"];
    set["labels"].erase("0,1");
  });
  EXPECT_THAT(zoo.problems(), IsEmpty()) << zoo.messages;
}

TEST(VerifySets, RecordsOfAnotherShapeAreNamed) {
  const auto after = [](const std::function<void(json&)>& change) {
    Verify zoo;
    zoo.edit_set(Split::kTrain, change);
    EXPECT_THAT(zoo.problems(), ElementsAre("bad record"));
    return zoo.messages;
  };
  EXPECT_THAT(after([](json& set) { set = 7; }), HasSubstr("is not a JSON object"));
  EXPECT_THAT(after([](json& set) { set = json::array({1}); }), HasSubstr("is not a JSON object"));
  EXPECT_THAT(after([](json& set) { set.erase("videos"); }), HasSubstr("has no \"videos\""));
  EXPECT_THAT(after([](json& set) { set.erase("labels"); }), HasSubstr("has no \"labels\""));
  EXPECT_THAT(after([](json& set) { set["videos"] = "a"; }), HasSubstr("\"videos\" is no list"));
  EXPECT_THAT(after([](json& set) { set["videos"][0] = 5; }), HasSubstr("a video is no text"));
  EXPECT_THAT(after([](json& set) { set["videos"] = json::array(); }), HasSubstr("the set has 0 videos"));
  EXPECT_THAT(after([](json& set) { set["videos"] = std::vector<std::string>(40, "a"); }), HasSubstr("the set has 40 videos"));
  EXPECT_THAT(after([](json& set) { set["labels"]["0"] = "a cat"; }), HasSubstr("the label of subset \"0\" is no list"));
  EXPECT_THAT(after([](json& set) { set["labels"]["0"][0] = 1; }), HasSubstr("a label of subset \"0\" is no text"));
}

TEST(VerifySets, BrokenJsonStopsNeitherTheOtherFilesNorThrows) {
  for (const Split split : {Split::kTrain, Split::kVal, Split::kTest}) {
    Verify zoo;
    std::ofstream(zoo.files.abstraction_sets(split), std::ios::app) << "]";
    if (split != Split::kVal) zoo.edit_set(Split::kVal, [](json& set) { set["videos"][2] = "gone.mp4"; });
    EXPECT_THAT(zoo.problems(), Contains("unreadable file"));
    EXPECT_THAT(zoo.messages, HasSubstr("not valid JSON"));
    EXPECT_EQ(split == Split::kVal, zoo.messages.find("gone.mp4") == std::string::npos);
  }
}

TEST(VerifySets, EmptyFilesAreNamed) {
  for (const Split split : {Split::kTrain, Split::kVal, Split::kTest}) {
    Verify zoo;
    zoo.write(zoo.files.abstraction_sets(split), split == Split::kTest ? "{}" : "[]");
    EXPECT_THAT(zoo.problems(), ElementsAre("no sets"));
    EXPECT_NE(zoo.failure(split == Split::kTrain ? Role::kTrain : Role::kEvaluate), "");
  }
}

TEST(VerifyRankings, RecordsOfAnotherShapeAreNamed) {
  const auto after = [](const std::function<void(json&)>& change) {
    Verify zoo;
    zoo.edit_record(change);
    EXPECT_THAT(zoo.problems(), ElementsAre("bad record"));
    EXPECT_THAT(zoo.failure(Role::kEvaluate), HasSubstr("human_abstraction_sets.json: record 2/0"));
    return zoo.messages;
  };
  EXPECT_THAT(after([](json& record) { record["query"].erase(0); }), HasSubstr("the query has 4 videos, 5 are expected"));
  EXPECT_THAT(after([](json& record) { record["reference"].erase(0); }), HasSubstr("the reference has 1 videos, its key says 2"));
  EXPECT_THAT(after([](json& record) { record.erase("query"); }), HasSubstr("has no \"query\""));
  EXPECT_THAT(after([](json& record) { record["query"][0].erase(2); }), HasSubstr("is not [video, label, distance]"));
  EXPECT_THAT(after([](json& record) { record["query"][0][2] = "near"; }), HasSubstr("a distance of \"query\" is no number"));
  EXPECT_THAT(after([](json& record) { record["reference"][0][0] = 3; }), HasSubstr("a video of \"reference\" is no text"));
}

TEST(VerifyRankings, KeysThatAreNoSizesAreNamed) {
  for (const char* key : {"two", "0", "40"}) {
    const Verify zoo;
    zoo.edit(zoo.files.abstraction_sets(Split::kTest), [&](json& records) { records[key] = json::array(); });
    EXPECT_THAT(zoo.problems(), ElementsAre("unreadable file"));
    EXPECT_THAT(zoo.messages, HasSubstr(std::string("key '") + key + "' is no size of a reference"));
  }
}

TYPED_TEST(VerifyOf, RowsThatDoNotMatchTheVideosAreNamedInEverySplit) {
  for (const Split split : {Split::kTrain, Split::kVal, Split::kTest}) {
    const Verify<TypeParam> zoo;
    zoo.edit_features(split, [](const torch::Tensor& rows) { return rows.narrow(0, 0, 7); });
    EXPECT_THAT(zoo.problems(), ElementsAre("unreadable file"));
    EXPECT_THAT(zoo.messages, AllOf(HasSubstr("7 rows of features, but 8 videos in"), HasSubstr("_" + to_string(split) + "_features.pth")));
  }
}

TYPED_TEST(VerifyOf, OrdersThatNameOtherVideosAreNamed) {
  const Verify<TypeParam> zoo;
  zoo.edit_vectors(zoo.files.video_embeddings(Split::kVal), [](const std::string&, torch::Tensor vector) { return vector; });
  EXPECT_THAT(zoo.problems(), IsEmpty());
  Dict renamed;
  for (const auto& [name, vector] : read_embeddings(zoo.files.video_embeddings(Split::kVal))) {
    renamed.set(name == "val/clip_7.mp4" ? "val/clip_70.mp4" : name, vector);
  }
  zoo.save(zoo.files.video_embeddings(Split::kVal), renamed);
  EXPECT_THAT(zoo.problems(), ElementsAre("row orders", "row orders")) << zoo.messages;
  EXPECT_THAT(zoo.messages, AllOf(HasSubstr("1 listed videos have no embedding, the first: 'val/clip_7.mp4'"),
                                  HasSubstr("1 embeddings belong to no listed video, the first: 'val/clip_70.mp4'")));
}

TEST(VerifyLists, AVideoWithoutEmbeddingIsNamedWithItsSets) {
  Verify zoo;
  zoo.edit_vectors(zoo.files.video_embeddings(Split::kVal),
                   [](const std::string& name, torch::Tensor vector) { return name == "val/clip_4.mp4" ? torch::Tensor() : vector; });
  EXPECT_THAT(zoo.problems(), ElementsAre("missing embedding", "row orders"));
  EXPECT_THAT(zoo.messages, HasSubstr("video 'val/clip_4.mp4' is not in kinetics_val_embeddings.pth"));
}

TEST(VerifyLists, FaultyLinesAreNamed) {
  const auto after = [](const std::string& text) {
    Verify zoo;
    zoo.write(zoo.files.list(Split::kTrain), text);
    EXPECT_THAT(zoo.problems(), ElementsAre("unreadable file"));
    return zoo.messages;
  };
  EXPECT_THAT(after("a clip 90 1\n"),
              AllOf(HasSubstr("kinetics_train_listfile.txt"), HasSubstr("line 1: 'clip' behind the name is no integer")));
  EXPECT_THAT(after("\n"), HasSubstr("the list names no videos"));
}

TEST(VerifyLists, AVideoNamedTwiceAndAnUnknownClassAreNoted) {
  Verify zoo;
  std::string text;
  for (int64_t video = 0; video < 8; ++video) text += zoo.listed(Split::kTest, video == 7 ? 0 : video) + " 90 0\n";
  zoo.write(zoo.files.list(Split::kTest), text);
  zoo.edit(zoo.files.abstraction_sets(Split::kTest), [](json& records) { records.erase("3"); });
  text.clear();
  for (int64_t video = 0; video < 8; ++video) text += zoo.listed(Split::kVal, video) + (video == 3 ? " 90 11\n" : " 90 0\n");
  zoo.write(zoo.files.list(Split::kVal), text);
  EXPECT_THAT(zoo.problems(), ElementsAre("duplicate video (note)", "listed classes (note)"));
  EXPECT_THAT(zoo.messages, AllOf(HasSubstr("'test/clip_0.mp4' is named twice, row 7 counts"), HasSubstr("class 11 of 'val/clip_3'")));
}

TEST(VerifyLists, TheSamplersClassesAreChecked) {
  Verify zoo;
  std::string text;
  for (int64_t video = 0; video < 8; ++video) text += zoo.listed(Split::kTrain, video) + (video == 3 ? " 90 11\n" : " 90 0\n");
  zoo.write(zoo.files.list(Split::kTrain), text);
  fs::remove(zoo.files.abstraction_sets(Split::kTrain));
  EXPECT_THAT(zoo.problems(false, {"data.sets=online", "data.allow_missing=0.2"}),
              ElementsAre("listed classes (note)", "videos left out (note)"));
  EXPECT_THAT(zoo.problems(false, {"data.sets=online"}), ElementsAre("listed classes", "videos left out"));
  EXPECT_THAT(zoo.messages, HasSubstr("sets cannot be drawn around 1 of 8 videos"));
}

TYPED_TEST(VerifyOf, OtherWidthsAreNamed) {
  {
    const Verify<TypeParam> zoo;
    zoo.edit_features(Split::kTest, [](const torch::Tensor& rows) { return rows.narrow(1, 0, 4); });
    EXPECT_THAT(zoo.problems(), ElementsAre("unreadable file"));
    EXPECT_THAT(zoo.messages, HasSubstr("width of the features: 4 in the file, 6 expected"));
  }
  {
    const Verify<TypeParam> zoo;
    zoo.edit_vectors(zoo.files.video_embeddings(Split::kTrain), [](const std::string&, torch::Tensor) { return torch::zeros(4); });
    EXPECT_THAT(zoo.problems(), ElementsAre("unreadable file"));
    EXPECT_THAT(zoo.messages, HasSubstr("width of the embeddings: 4 in the file, 5 expected"));
  }
  {
    const Verify<TypeParam> zoo;
    zoo.edit_vectors(zoo.files.category_embeddings(),
                     [](const std::string& id, torch::Tensor vector) { return id == "bike" ? torch::zeros(9) : vector; });
    EXPECT_THAT(zoo.problems(), ElementsAre("unreadable file"));
    EXPECT_THAT(zoo.messages, AllOf(HasSubstr("'bike' is 9 wide"), HasSubstr("others are 5 wide")));
  }
}

TYPED_TEST(VerifyOf, ValuesThatAreNotFiniteAreFoundWithDeep) {
  const Verify<TypeParam> zoo;
  zoo.edit_features(Split::kTest, [](torch::Tensor rows) {
    rows[3][2] = std::numeric_limits<float>::infinity();
    return rows;
  });
  const auto spoiled = [](const std::string& wanted) {
    return [wanted](const std::string& name, torch::Tensor vector) {
      return name == wanted ? torch::full_like(vector, std::numeric_limits<float>::quiet_NaN()) : vector;
    };
  };
  zoo.edit_vectors(zoo.files.video_embeddings(Split::kTrain), spoiled("train/clip_6.mp4"));
  EXPECT_THAT(zoo.problems(), IsEmpty()) << zoo.messages;
  zoo.edit_vectors(zoo.files.category_embeddings(), spoiled("bike"));
  const auto found = zoo.problems(true);
  EXPECT_THAT(zoo.messages, AllOf(HasSubstr("test/clip_3.mp4: "), HasSubstr("row 3: the features hold"), HasSubstr("the embedding holds"),
                                  HasSubstr("bike: the category embedding holds")));
  for (const std::string& problem : found) EXPECT_EQ(problem, "not finite");
}

TEST(VerifyCategories, ANodeWithoutEmbeddingIsNotedAndFailsTheSetsThatNeedIt) {
  const auto without = [](const std::string& gone) {
    Verify zoo;
    zoo.edit_vectors(zoo.files.category_embeddings(),
                     [&](const std::string& id, torch::Tensor vector) { return id == gone ? torch::Tensor() : vector; });
    const auto found = zoo.problems();
    EXPECT_THAT(zoo.messages, HasSubstr("node '" + gone + "' has no"));
    return found;
  };
  EXPECT_THAT(without("car.n.01"), Contains("missing category embedding (note)"));
  EXPECT_THAT(without("animal"), Contains("missing category embedding"));
}

TEST(VerifyCategories, AVectorOfNoNodeIsNoted) {
  Verify zoo;
  Dict nodes;
  for (const auto& [id, vector] : read_embeddings(zoo.files.category_embeddings())) nodes.set(id, vector);
  nodes.set("cow.n.01", torch::zeros(5));
  zoo.save(zoo.files.category_embeddings(), nodes);
  EXPECT_THAT(zoo.problems(), ElementsAre("unknown node (note)"));
}

TEST(VerifyGraph, FaultsOfTheGraphAreNamed) {
  const auto after = [](const std::function<void(json&)>& change) {
    const Verify zoo;
    zoo.edit(zoo.files.graph(), change);
    EXPECT_THAT(zoo.problems(), ElementsAre("unreadable file"));
    EXPECT_THAT(zoo.messages, HasSubstr("kinetics_graph.json"));
    return zoo.messages;
  };
  EXPECT_THAT(after([](json& graph) {
                graph["links"].push_back({{"source", "animal"}, {"target", "root"}});
              }),
              HasSubstr("cycle through node"));
  EXPECT_THAT(after([](json& graph) { graph["nodes"][2]["label"] = 9; }), HasSubstr("label 9"));
  EXPECT_THAT(after([](json& graph) { graph["links"][0]["target"] = "cow"; }), HasSubstr("'cow' is not among the nodes"));
}

TEST(VerifyGraph, NodesThatAreNotBelowTheRootAreNoted) {
  const Verify zoo;
  zoo.edit(zoo.files.graph(), [](json& graph) {
    auto& links = graph["links"];
    links.erase(std::find(links.begin(), links.end(), json{{"source", "root"}, {"target", "vehicle"}}));
  });
  EXPECT_THAT(zoo.problems(), ElementsAre("unconnected node (note)", "unconnected node (note)", "unconnected node (note)"));
}

TEST(VerifyFiles, VectorsOfAnotherKindAreNamed) {
  const auto with = [](const Value& features) {
    const Verify zoo;
    zoo.save(zoo.files.features(Split::kVal), features);
    EXPECT_THAT(zoo.problems(), ElementsAre("unreadable file"));
    EXPECT_THAT(zoo.messages, HasSubstr("resnet3d50_kinetics_val_features.pth"));
    return zoo.messages;
  };
  EXPECT_THAT(with(torch::zeros({8, 3, 2})), HasSubstr("features have 3 dimensions"));
  EXPECT_THAT(with(torch::zeros({8, 6}, torch::kLong)), HasSubstr("features are no real numbers"));
  EXPECT_THAT(with(Dict{}), HasSubstr("neither a tensor of features nor a list"));
  EXPECT_THAT(with(Value::list({torch::zeros(6), torch::zeros(5)})), HasSubstr("[1] is 5 wide, others are 6 wide"));
  EXPECT_THAT(with(Value::list({torch::zeros(6), 3})), HasSubstr("[1]: is no tensor"));
  const Verify zoo;
  zoo.save(zoo.files.video_embeddings(Split::kVal), torch::zeros({8, 5}));
  EXPECT_THAT(zoo.problems(), ElementsAre("unreadable file"));
  EXPECT_THAT(zoo.messages, HasSubstr("does not hold a dictionary of vectors by name"));
}

TEST(VerifyFiles, ATruncatedFileIsNamed) {
  const Verify zoo;
  fs::resize_file(zoo.files.features(Split::kTrain), fs::file_size(zoo.files.features(Split::kTrain)) / 2);
  EXPECT_THAT(zoo.problems(), ElementsAre("unreadable file"));
  EXPECT_THAT(zoo.messages, HasSubstr("resnet3d50_kinetics_train_features.pth"));
}

TEST(VerifyFiles, MissingFilesAreAllListed) {
  const Verify zoo;
  fs::remove(zoo.files.graph());
  fs::remove(zoo.files.features(Split::kTest));
  EXPECT_THAT(zoo.problems(), ElementsAre("missing file", "missing file"));
  EXPECT_THAT(zoo.messages, AllOf(HasSubstr("kinetics_graph.json"), HasSubstr("resnet3d50_kinetics_test_features.pth")));
}

TEST(VerifyFiles, TheListOfMomentsTrainingVideosIsOptional) {
  const Verify<Moments> zoo;
  fs::remove(zoo.files.list(Split::kTrain));
  fs::remove(zoo.files.list(Split::kVal));
  EXPECT_THAT(zoo.problems(), IsEmpty()) << zoo.messages;
  EXPECT_EQ(zoo.failure(Role::kTrain), "");
}

}  // namespace
}  // namespace vbench::set_abstraction
