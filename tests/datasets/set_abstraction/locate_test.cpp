#include <set>

#include "tests/datasets/set_abstraction/fixture.hpp"

namespace vbench::set_abstraction {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

template <class Data>
class StandIn : public ::testing::Test {};
using Families = ::testing::Types<Kinetics, Moments>;
TYPED_TEST_SUITE(StandIn, Families);

TYPED_TEST(StandIn, IsGeneratedWhereNothingIsThereAndReadByTheSameLoader) {
  Zoo<TypeParam> zoo;
  zoo.spec.data_root = zoo.temporary("nowhere").string();
  EXPECT_THAT(zoo.failure(Role::kTrain), AllOf(HasSubstr("are missing"), HasSubstr("_graph.json"), HasSubstr("_train_features.pth")));
  zoo.spec.source = SourceChoice::kAuto;
  zoo.options.feature_width = 24;
  zoo.options.embedding_width = 8;
  const TypeParam training = zoo.open(Role::kTrain), evaluation = zoo.open(Role::kEvaluate);
  EXPECT_EQ(training.source(), Source::kSynthetic);
  EXPECT_EQ(training.options().feature_width, 24);
  EXPECT_EQ(training.fingerprint().missing + training.fingerprint().dropped, 0);
  EXPECT_GT(training.size(), 0);
  std::set<Task> tasks;
  for (int64_t i = 0; i < evaluation.size(); ++i) tasks.insert(zoo.read(evaluation, i).task);
  EXPECT_EQ(tasks.size(), 3U);
  DataRequest request;
  request.root = zoo.spec.data_root;
  request.source = SourceChoice::kSynthetic;
  request.settings = {"data.feature_width=24", "data.embedding_width=8"};
  request.deep = true;
  const DataReport report = dataset_entry(zoo.family()).verify(request);
  for (const DataProblem& problem : report.problems) ADD_FAILURE() << problem.kind << ": " << problem.message;
  EXPECT_THAT(report.facts.front(), AllOf(StartsWith("folder: " + zoo.temporary("cache").string()), HasSubstr("synthetic")));
}

TEST(FindFiles, AGeneratedFolderIsNeverReal) {
  Zoo<Kinetics> zoo;
  zoo.write(zoo.files.folder / "SYNTHETIC.json", "{}");
  EXPECT_THAT(zoo.failure(Role::kTrain), HasSubstr("generated data (SYNTHETIC.json), not the official files"));
  zoo.spec.source = SourceChoice::kAuto;
  EXPECT_EQ(zoo.open(Role::kTrain).source(), Source::kSynthetic);
  EXPECT_THAT(zoo.problems(), ::testing::IsEmpty()) << "under --source auto a generated folder does";
}

TEST(FindFiles, AnIncompleteFolderIsAnErrorRatherThanAStandIn) {
  Zoo<Moments> zoo;
  zoo.spec.source = SourceChoice::kAuto;
  fs::remove(zoo.files.video_embeddings(Split::kVal));
  EXPECT_THAT(zoo.failure(Role::kEvaluate), AllOf(HasSubstr("moments_val_embeddings.pth"), HasSubstr("--source synthetic")));
  EXPECT_EQ(zoo.open(Role::kTrain).size(), 4) << "training needs other files";
}

TEST(FindFiles, InfoOfNothingSaysThatRunsUseTheStandIn) {
  const Zoo<Kinetics> zoo;
  DataRequest request;
  request.root = zoo.temporary("nowhere").string();
  const DataReport report = dataset_entry(kinetics_family()).info(request);
  EXPECT_THAT(report.facts, Contains("runs with --source auto use the synthetic stand-in"));
  EXPECT_GT(report.problems.size(), 10U);
  EXPECT_FALSE(fs::exists(zoo.temporary("cache")));
}

}  // namespace
}  // namespace vbench::set_abstraction
