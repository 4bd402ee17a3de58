#include "datasets/set_abstraction/prepare.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <functional>

#include "datasets/formats/torch_checkpoint.hpp"
#include "datasets/kinetics/kinetics.hpp"
#include "datasets/moments/moments.hpp"
#include "datasets/set_abstraction/files.hpp"
#include "datasets/set_abstraction/sets.hpp"
#include "datasets/set_abstraction/taxonomy.hpp"
#include "harness/core/files.hpp"
#include "tests/support/golden.hpp"

namespace vbench::set_abstraction {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::TemporaryFolder;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr int64_t kVideosAClass = 4, kWidth = 3;

/// Four classes below two concepts, twelve to sixteen videos a split: everything that `prepare` needs, for tests to damage.
class OwnData {
 public:
  OwnData() {
    write("classes.txt", "# labels 0..3\nplaying tennis\nplaying squash\nfrying eggs\nbaking\n");
    write("taxonomy.txt",
          "racket games\tplaying tennis\nracket games\tplaying squash\ncooking\tfrying eggs\ncooking baking # no tab needed\n");
    write("vectors.txt", "playing 1 0\ntennis 3 2\nsquash 1 4\neggs 0 8\nbaking 5 5\n");
    for (const char* split : {"train", "val", "test"}) {
      std::string list;
      for (int64_t i = 0; i < 4 * kVideosAClass; ++i) list += fmt::format("{}/video_{} 100 {}\n", split, i, i % 4);
      write(fmt::format("{}.txt", split), list);
      features(split, torch::arange(4 * kVideosAClass * kWidth, torch::kFloat).view({-1, kWidth}));
      for (const char* kind : {"list", "features"}) {
        const char* ending = kind == std::string("list") ? "txt" : "pth";
        settings[fmt::format("{}_{}", kind, split)] = path(fmt::format("{}.{}", split, ending));
      }
    }
    settings["classes"] = path("classes.txt");
    settings["taxonomy"] = path("taxonomy.txt");
    settings["train_sets"] = "30";
    settings["val_sets"] = "10";
    settings["ranking_records"] = "8";
    settings["embedding_width"] = "6";
  }

  void write(const std::string& name, const std::string& text) const { write_file_atomically(path(name), text); }
  void features(const std::string& split, const torch::Tensor& rows) const {
    torch_file::save_torch_file(path(split + ".pth"), torch_file::Value(rows));
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

  DataReport prepare(const std::string& dataset = "kinetics", uint64_t seed = 1) const {
    DataRequest request;
    request.seed = seed;
    for (const auto& [key, value] : settings) request.settings.push_back(key + "=" + value);
    return set_abstraction::prepare(dataset, request, path("data/" + dataset));
  }

  [[nodiscard]] Files files(const std::string& dataset = "kinetics") const { return {path("data/" + dataset), dataset, "resnet3d50"}; }

  std::map<std::string, std::string> settings;

 private:
  TemporaryFolder folder_;
};

template <class Data>
void expect_usable(const OwnData& own) {
  RunSpec spec;
  spec.data_root = own.path("data");
  auto options = typename Data::Options();
  options.allow_missing = 0;
  const Data train = Data::open(options, spec, Role::kTrain);
  EXPECT_EQ(train.size(), 30);
  EXPECT_EQ(train.source(), Source::kSynthetic) << "random class vectors are no real data";
  EXPECT_EQ(train.options().feature_width, kWidth);
  EXPECT_EQ(Data::open(options, spec, Role::kEvaluate).size(), 10 + 8 + 6);
}

TEST(Prepare, GivesADatasetThatCanBeUsed) {
  const OwnData own;
  const auto report = own.prepare("kinetics");
  EXPECT_EQ(report.listed, 48);
  EXPECT_THAT(report.facts, Contains(AllOf(HasSubstr("RANDOM"), HasSubstr("class vectors"))));
  EXPECT_THAT(report.facts, Contains(HasSubstr("not judged by people")));
  own.prepare("moments");
  expect_usable<Kinetics>(own);
  expect_usable<Moments>(own);
}

TEST(Prepare, LabelsClassesFirstAndTheRootLast) {
  const OwnData own;
  own.prepare();
  const auto graph = SemanticGraph::read(own.files().graph());
  std::vector<std::string> names;
  for (int64_t label = 0; label < graph.size(); ++label) names.push_back(graph.name(label));
  EXPECT_EQ(names,
            (std::vector<std::string>{"playing tennis", "playing squash", "frying eggs", "baking", "racket games", "cooking", "root"}));
  EXPECT_EQ(graph.classes(), 4);
  EXPECT_EQ(graph.children(6), (std::vector<int64_t>{4, 5}));
}

TEST(Prepare, AClassIsTheMeanOfItsWordsAndAConceptTheMeanOfItsClasses) {
  OwnData own;
  own.settings["word_vectors"] = own.path("vectors.txt");
  own.write("val.txt", "a 100 0 2\nb 90 1\n");
  own.features("val", torch::zeros({2, kWidth}));
  own.prepare();
  std::map<std::string, torch::Tensor> vectors;
  for (const auto& [id, vector] : read_embeddings(own.files().category_embeddings())) vectors[id] = vector;
  test::expect_same(vectors.at("playing tennis"), torch::tensor({2.0F, 1.0F}));
  test::expect_same(vectors.at("playing squash"), torch::tensor({1.0F, 2.0F}));
  test::expect_same(vectors.at("frying eggs"), torch::tensor({0.0F, 8.0F}));  // "frying" has no vector
  test::expect_same(vectors.at("racket games"), torch::tensor({1.5F, 1.5F}));
  test::expect_same(vectors.at("root"), torch::tensor({2.0F, 4.0F}));
  EXPECT_FALSE(fs::exists(own.files().folder / "SYNTHETIC.json")) << "with word vectors the data are the user's own";
  const auto videos = read_embeddings(own.files().video_embeddings(Split::kVal));
  EXPECT_EQ(videos[0].first, "a.mp4");
  test::expect_same(videos[0].second, torch::tensor({1.0F, 4.5F}));  // two classes
}

TEST(Prepare, FeaturesKeepTheirRows) {
  const OwnData own;
  own.prepare("moments");
  const auto files = own.files("moments");
  EXPECT_EQ(read_file(files.features(Split::kTrain)), read_file(own.path("train.pth")));
  const auto keys = read_embeddings(files.video_embeddings(Split::kTrain));
  const auto listed = read_list(files.list(Split::kTrain));
  ASSERT_EQ(keys.size(), listed.size());
  for (size_t row = 0; row < keys.size(); ++row) EXPECT_EQ(keys[row].first, listed[row].name);
}

TEST(Prepare, NamesOfKineticsLoseTheSuffixOnlyInTheLists) {
  const OwnData own;
  own.write("train.txt", "a.mp4 100 0\nb 100 2\n");
  own.features("train", torch::zeros({2, kWidth}));
  own.prepare();
  EXPECT_EQ(read_file(own.files().list(Split::kTrain)), "a 100 0\nb 100 2\n");
  const auto videos = read_embeddings(own.files().video_embeddings(Split::kTrain));
  EXPECT_EQ(videos[0].first, "a.mp4");
  EXPECT_EQ(videos[1].first, "b.mp4");
}

TEST(Prepare, RankedSetsAreOrderedByTheGraph) {
  const OwnData own;
  own.prepare();
  const auto graph = SemanticGraph::read(own.files().graph());
  for (const auto& record : read_ranking_sets(own.files().abstraction_sets(Split::kTest))) {
    for (const auto& query : record.query) {
      double sum = 0;
      for (const auto& reference : record.reference) {
        sum += static_cast<double>(graph.distance(graph.find(reference.label).value(), graph.find(query.label).value()));
      }
      EXPECT_NEAR(query.distance, sum / static_cast<double>(record.reference.size()) / 4, 1e-4);  // the furthest classes are 4 edges apart
    }
  }
}

TEST(Prepare, TheSeedDecidesAboutTheSets) {
  const OwnData own;
  own.prepare("kinetics", 1);
  const std::string first = read_file(own.files().abstraction_sets(Split::kTrain));
  fs::remove_all(own.files().folder);
  own.prepare("kinetics", 1);
  EXPECT_EQ(read_file(own.files().abstraction_sets(Split::kTrain)), first);
  fs::remove_all(own.files().folder);
  own.prepare("kinetics", 2);
  EXPECT_NE(read_file(own.files().abstraction_sets(Split::kTrain)), first);
}

TEST(Prepare, NeverReplacesAFolderWithOtherFiles) {
  OwnData own;
  own.settings["word_vectors"] = own.path("vectors.txt");
  own.prepare();
  EXPECT_THAT(error_of([&] { own.prepare(); }), HasSubstr("not generated"));
}

struct Fault {
  std::string title;
  std::function<void(OwnData&)> damage;
  std::string message;
};

TEST(Prepare, NamesEveryFaultInOneLineAndWritesNothing) {
  const std::string classes = "playing tennis\nplaying squash\nfrying eggs\nbaking\n";
  const std::string taxonomy = "racket games\tplaying tennis\nracket games\tplaying squash\ncooking\tfrying eggs\n";
  const auto text = [](const std::string& name, const std::string& content) { return [=](OwnData& own) { own.write(name, content); }; };
  const std::vector<Fault> faults{
      {"no taxonomy", [](OwnData& own) { own.settings.erase("taxonomy"); }, "'taxonomy' is not given"},
      {"unknown setting", [](OwnData& own) { own.settings["list_vall"] = "x"; }, "list_val"},
      {"missing file", [](OwnData& own) { own.settings["classes"] = own.path("none.txt"); }, "none.txt"},
      {"no classes", text("classes.txt", "# nothing\n"), "names no classes"},
      {"a class twice", text("classes.txt", classes + "baking\n"), "line 5: the class 'baking' was there before"},
      {"root as class", text("classes.txt", classes + "root\n"), "'root' is no class"},
      {"class not in the taxonomy", text("taxonomy.txt", taxonomy), "the class 'baking' is not in the taxonomy"},
      {"cycle", text("taxonomy.txt", taxonomy + "cooking baking\nbaking cooking\n"), "cycle"},
      {"its own parent", text("taxonomy.txt", taxonomy + "baking baking\n"), "line 4: 'baking' is its own parent"},
      {"above the root", text("taxonomy.txt", taxonomy + "all root\n"), "above 'root'"},
      {"an edge twice", text("taxonomy.txt", taxonomy + "cooking baking\ncooking baking\n"), "line 5: 'baking' was below 'cooking' before"},
      {"three names", text("taxonomy.txt", taxonomy + "cooking frying eggs\n"),
       "line 4: 'cooking frying eggs' is not a parent and a child"},
      {"empty concept", text("taxonomy.txt", taxonomy + "cooking baking\ncooking\tstewing\n"), "'stewing' has no class below it"},
      {"empty taxonomy", text("taxonomy.txt", "\n"), "the taxonomy is empty"},
      {"unknown label", text("val.txt", "a 100 4\n"), "label 4 of the video 'a' is not one of 4 classes"},
      {"no label", text("val.txt", "a\n"), "the video 'a' has no class"},
      {"a video twice", text("val.txt", "a 100 1\na 100 1\n"), "'a.mp4' is listed twice"},
      {"unreadable name", text("test.txt", "multi_test/a 100 1\n"), "multi_test"},
      {"rows",
       [](OwnData& own) {
         own.features("val", torch::zeros({3, kWidth}));
       },
       "3 rows of features for the 16 videos"},
      {"not finite",
       [](OwnData& own) {
         own.features("val", torch::full({16, kWidth}, NAN));
       },
       "row 0 holds a value that is not finite"},
      {"width",
       [](OwnData& own) {
         own.features("val", torch::zeros({16, 5}));
       },
       "5 wide, those of other splits 3"},
      {"no features", text("val.pth", "nothing"), "val.pth"},
      {"no word known",
       [](OwnData& own) {
         own.settings["word_vectors"] = own.path("vectors.txt");
         own.write("vectors.txt", "playing 1\nbaking 2\n");
       },
       "no word of the class 'frying eggs' has a vector"},
      {"too few test videos",
       [](OwnData& own) {
         own.write("test.txt", "a 100 1\nb 100 2\n");
         own.features("test", torch::zeros({2, kWidth}));
       },
       "too few videos to choose ranked sets from"},
  };
  for (const Fault& fault : faults) {
    OwnData own;
    fault.damage(own);
    const std::string message = error_of([&] { own.prepare(); });
    EXPECT_THAT(message, HasSubstr(fault.message)) << fault.title;
    EXPECT_EQ(message.find('\n'), std::string::npos) << fault.title;
    EXPECT_FALSE(fs::exists(own.files().folder)) << fault.title;
  }
}

TEST(Taxonomy, AConceptWithTwoParentsAndAClassAboveAClassAreKept) {
  const auto graph =
      build_graph({"running", "sprinting"}, {{"sports", "running"}, {"moving", "running"}, {"running", "sprinting"}}, "test");
  EXPECT_EQ(graph.parents(0), (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(graph.children(0), (std::vector<int64_t>{1}));
  EXPECT_EQ(graph.max_depth(), 3);
}

TEST(Taxonomy, FilesAreReadAsTheyAreWritten) {
  const TemporaryFolder folder;
  write_classes(folder / "classes", {"a b", "c"});
  write_taxonomy(folder / "taxonomy", {{"root", "a b"}, {"a b", "c"}});
  EXPECT_EQ(read_classes(folder / "classes"), (std::vector<std::string>{"a b", "c"}));
  const auto edges = read_taxonomy(folder / "taxonomy");
  ASSERT_EQ(edges.size(), 2U);
  EXPECT_EQ(edges[1].parent + ">" + edges[1].child, "a b>c");
}

}  // namespace
}  // namespace vbench::set_abstraction
