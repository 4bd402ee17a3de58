// `vbench data` on the set-abstraction datasets, data made from one's own files, and damaged files.
#include <sstream>

#include "tests/cli/sam_fixture.hpp"

namespace vbench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::expect_error;
using test::json_of;
using test::keys_of;
using test::kInput;
using test::kReleasedWidth;
using test::kUsage;
using test::released_weights;
using test::run_program;
using test::sam;
using test::TemporaryFolder;
using test::tiny_data;
using testing::AllOf;
using testing::HasSubstr;

std::vector<std::string> data(const std::string& action, const std::string& dataset, const fs::path& root) {
  return {"data", action, dataset, "--data-root", root.string(), "--format", "table"};
}

TEST(SamData, InfoSaysWhatIsThereAndWhatBelongsWhere) {
  const TemporaryFolder empty;
  const auto results = test::run_in_pairs({data("info", "kinetics", empty.path()), data("info", "moments", tiny_data())});
  EXPECT_THAT(results[0].out, AllOf(HasSubstr("stand-in"), HasSubstr("kinetics/kinetics_graph.json")));
  EXPECT_THAT(results[1].out, AllOf(HasSubstr("graph: 17 nodes, 9 of them classes"), HasSubstr("val: 7 sets of 4 videos")));
  for (const auto& result : results) EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST(SamData, WholeDataPassVerification) {
  for (const auto& result : test::run_in_pairs({data("verify", "kinetics", tiny_data()), data("verify", "moments", tiny_data())})) {
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    EXPECT_THAT(result.out, HasSubstr("33 of 33 listed items checked, 0 errors"));
  }
}

// ---- data of one's own ----------------------------------------------------------------------------------------------

/// A class list, a taxonomy, lists and features, as somebody would bring them: those of a small stand-in.
class OwnFiles {
 public:
  OwnFiles() {
    std::vector<std::string> command{"data", "synth", "kinetics", "--output", (folder_ / "own").string()};
    for (const char* size : {"train_videos=6", "val_videos=4", "test_videos=4", "train_sets=40", "feature_width=16"}) {
      command.insert(command.end(), {"--set", size});
    }
    const auto made = run_program(command);
    EXPECT_EQ(made.exit_code, 0) << made.err;
  }

  [[nodiscard]] fs::path path(const std::string& name) const { return folder_ / name; }

  /// Some vector for every word of the class names.
  void write_word_vectors() const {
    std::istringstream classes(read_file(path("own/classes.txt")));
    std::set<std::string> words;
    for (std::string word; classes >> word;) words.insert(word);
    std::string text;
    for (const auto& word : words) text += fmt::format("{} {} {} 1\n", word, text.size() % 7, text.size() % 11);
    write_file_atomically(path("own/vectors.txt"), text);
  }

  [[nodiscard]] test::ProgramResult prepare(const fs::path& output, const std::string& without = "") const {
    std::map<std::string, std::string> settings{{"classes", "classes.txt"}, {"taxonomy", "taxonomy.txt"}};
    for (const char* split : {"train", "val", "test"}) {
      settings[fmt::format("list_{}", split)] = fmt::format("kinetics_{}_listfile.txt", split);
      settings[fmt::format("features_{}", split)] = fmt::format("resnet3d50_kinetics_{}_features.pth", split);
    }
    if (fs::exists(path("own/vectors.txt"))) settings["word_vectors"] = "vectors.txt";
    settings.erase(without);
    std::vector<std::string> command{"data", "prepare", "kinetics", "--output", output.string()};
    for (const auto& [key, file] : settings) command.insert(command.end(), {"--set", key + "=" + path("own/" + file).string()});
    for (const char* size : {"train_sets=30", "val_sets=10", "ranking_records=8"}) command.insert(command.end(), {"--set", size});
    return run_program(command);
  }

 private:
  TemporaryFolder folder_;
};

TEST(SamPrepare, WithoutAnOutputItSaysWhatItNeeds) {
  const auto result = run_program({"data", "prepare", "moments"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const char* key : {"classes=FILE", "taxonomy=FILE", "list_train=FILE", "features_train=FILE", "word_vectors=FILE", "--output"}) {
    EXPECT_THAT(result.out, HasSubstr(key));
  }
}

TEST(SamPrepare, MakesAFolderThatIsVerifiedAndTrainedOn) {
  const OwnFiles own;
  own.write_word_vectors();
  fs::remove(own.path("own/SYNTHETIC.json"));  // as if the files were somebody's own
  const auto folder = own.path("data/kinetics");
  const auto prepared = own.prepare(folder);
  ASSERT_EQ(prepared.exit_code, 0) << prepared.err;
  EXPECT_THAT(prepared.out, AllOf(HasSubstr("30 sets"), HasSubstr("not judged by people")));
  EXPECT_TRUE(fs::exists(folder / "PREPARED.json"));
  const auto verified = run_program(data("verify", "kinetics", own.path("data")));
  EXPECT_EQ(verified.exit_code, 0) << verified.out;
  EXPECT_THAT(verified.out, AllOf(HasSubstr("30 sets can be used"), HasSubstr("embeddings: 3 wide")));
  const auto trained = json_of(sam("kinetics", {"--epochs", "1", "--out", own.path("runs").string()}, own.path("data")));
  EXPECT_EQ(trained.at("data").at("items"), 10 + 8 + 6) << "sets of val, rankings, and those of two videos or more as odd one out";
  EXPECT_THAT(keys_of(trained.at("scores")), testing::IsSupersetOf({"abstraction_top1", "completion_rho", "ooo_acc"}));
  expect_error(own.prepare(folder), kInput, {folder.string(), "not generated"});
}

TEST(SamPrepare, RandomClassVectorsAreSaidToBeSynthetic) {
  const OwnFiles own;
  const auto prepared = own.prepare(own.path("data/kinetics"));
  ASSERT_EQ(prepared.exit_code, 0) << prepared.err;
  EXPECT_THAT(prepared.out, HasSubstr("RANDOM, no word vectors"));
  EXPECT_THAT(prepared.out, HasSubstr("counts as SYNTHETIC"));
  expect_error(run_program(sam("kinetics", {"--epochs", "1"}, own.path("data"))), kInput, {"SYNTHETIC"});
}

TEST(SamPrepare, WhatIsMadeFromAStandInIsOne) {
  const OwnFiles own;
  own.write_word_vectors();
  const auto prepared = own.prepare(own.path("data/kinetics"));
  ASSERT_EQ(prepared.exit_code, 0) << prepared.err;
  EXPECT_THAT(read_file(own.path("data/kinetics") / "SYNTHETIC.json"), HasSubstr("vbench data prepare kinetics"));
  expect_error(run_program(sam("kinetics", {"--epochs", "1"}, own.path("data"))), kInput, {"SYNTHETIC"});
}

TEST(SamPrepare, WhatIsMissingOrWrongIsSaidInOneLineAndNothingIsWritten) {
  const OwnFiles own;
  const auto target = own.path("data/kinetics");
  expect_error(own.prepare(target, "taxonomy"), kUsage, {"'taxonomy' is not given", "--set taxonomy=FILE"});
  const auto taxonomy = own.path("own/taxonomy.txt");
  const std::string text = read_file(taxonomy);
  write_file_atomically(taxonomy, text + "wheel\tspoke\nspoke\twheel\n");
  expect_error(own.prepare(target), kInput, {"taxonomy.txt", "cycle"});
  fs::remove(taxonomy);
  expect_error(own.prepare(target), kInput, {"taxonomy.txt"});
  EXPECT_FALSE(fs::exists(target));
}

// ---- damaged files --------------------------------------------------------------------------------------------------

class SamBadData : public testing::Test {
 protected:
  void SetUp() override { fs::copy(tiny_data() / "metadata", folder_ / "metadata", fs::copy_options::recursive); }

  [[nodiscard]] fs::path file(const std::string& name) const { return folder_ / "metadata" / name; }

  void edit(const std::string& name, const std::function<void(json&)>& change) const {
    auto content = json::parse(read_file(file(name)));
    change(content);
    write_file_atomically(file(name), content.dump());
  }

  /// A run is refused with one line, and verification names the same and ends with 1.
  void expect_refused(const std::vector<std::string>& parts) const {
    const auto results = test::run_in_pairs({sam("kinetics", {"--epochs", "1", "--out", (folder_ / "runs").string()}, folder_.path()),
                                             data("verify", "kinetics", folder_.path())});
    expect_error(results[0], kInput, parts);
    EXPECT_EQ(results[1].exit_code, 1) << results[1].err;
    for (const auto& part : parts) EXPECT_THAT(results[1].out, HasSubstr(part));
  }

  TemporaryFolder folder_;
};

TEST_F(SamBadData, ListFilesThatAreMissing) {
  fs::remove(file("kinetics_val_listfile.txt"));
  fs::remove(file("kinetics_test_listfile.txt"));
  expect_refused({"kinetics_val_listfile.txt", "kinetics_test_listfile.txt"});
}

TEST_F(SamBadData, FeaturesThatAreNoCheckpoint) {
  write_file_atomically(file("resnet3d50_kinetics_val_features.pth"), std::string(3000, '\x07'));
  expect_refused({"resnet3d50_kinetics_val_features.pth"});
}

TEST_F(SamBadData, FeaturesThatEndTooEarly) {
  const auto features = file("resnet3d50_kinetics_test_features.pth");
  fs::resize_file(features, fs::file_size(features) / 2);
  expect_refused({"resnet3d50_kinetics_test_features.pth"});
}

TEST_F(SamBadData, AGraphWithACycle) {
  edit("kinetics_graph.json", [](json& graph) {
    const json edge = graph["links"][0];
    graph["links"].push_back({{"source", edge["target"]}, {"target", edge["source"]}});
  });
  expect_refused({"kinetics_graph.json", "cycle"});
}

TEST_F(SamBadData, ALabelThatIsNoNode) {
  edit("kinetics_val_abstraction_sets.json", [](json& sets) { sets[0]["labels"]["0,1"] = {"no such concept"}; });
  expect_refused({"no such concept"});
}

TEST_F(SamBadData, AVideoWithoutFeatures) {
  edit("kinetics_val_abstraction_sets.json", [](json& sets) { sets[0]["videos"][1] = "val/nowhere/vid72_999.mp4"; });
  expect_refused({"val/nowhere/vid72_999"});
}

TEST_F(SamBadData, WeightsThatAreNoneOrOfAnotherDataset) {
  const auto evaluate = [&](const std::string& dataset, const fs::path& weights) {
    return sam(dataset, {"--eval-only", "--set", kReleasedWidth, "--init", weights.string()}, folder_.path());
  };
  const auto weights = folder_ / "half.pth.tar";
  fs::copy_file(released_weights("kinetics"), weights);
  fs::resize_file(weights, fs::file_size(weights) / 2);
  test::expect_errors(
      {{evaluate("kinetics", weights), kInput, {"half.pth.tar"}},
       {evaluate("kinetics", folder_ / "none.pth.tar"), kInput, {"none.pth.tar"}},
       {evaluate("moments", released_weights("kinetics")), kInput, {"expected", "trained on kinetics", "--dataset kinetics"}}});
}

}  // namespace
}  // namespace vbench
