// Label files: which are taken, in what order the classes stand, which names are refused.
#include "datasets/clips/labels.hpp"

#include "tests/datasets/clips/fixture.hpp"

namespace vbench::clips {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Labels : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) { write_file_atomically(folder_ / name, text); }
  [[nodiscard]] LabelFolder of(const std::string& dataset, int64_t fold = 1) const { return {family_of(dataset), folder_.path(), fold}; }
  [[nodiscard]] std::string found(const std::string& dataset, const std::string& split, int64_t fold = 1) const {
    const auto file = of(dataset, fold).find(split);
    return file ? file->filename().string() : "";
  }
  test::TemporaryFolder folder_;
};

TEST_F(Labels, AreTheSuitesOwnThenTheOriginals) {
  write("ucf101_split1_train.csv", "label,id\n");
  write("ucf101_split2_train.csv", "label,id\n");
  write("kinetics-400_train.csv", "label,id\n");
  write("kinetics-600_train.csv", "label,id\n");
  EXPECT_EQ(found("ucf101", "train"), "ucf101_split1_train.csv");
  EXPECT_EQ(found("ucf101", "train", 2), "ucf101_split2_train.csv");
  EXPECT_EQ(found("ucf101", "train", 3), "");
  EXPECT_EQ(found("kinetics-600", "train"), "kinetics-600_train.csv");
  EXPECT_EQ(found("kinetics-600", "val"), "");
  write("train2.csv", "label,id\n");
  EXPECT_EQ(found("ucf101", "train", 2), "train2.csv");
}

TEST_F(Labels, OfAnyOtherNameAreTakenIfNoneElseCouldBeMeant) {
  write("tiny_train.csv", "label,id\n");
  EXPECT_EQ(found("own-videos", "train"), "tiny_train.csv");
  EXPECT_EQ(found("own-videos", "train", 2), "") << "nothing says that it is another fold";
  write("mini_3_train.csv", "label,id\n");
  write("mini_2_train.csv", "label,id\n");
  EXPECT_EQ(found("own-videos", "train", 3), "mini_3_train.csv");
  write("more_2_train.csv", "label,id\n");
  EXPECT_THAT(test::error_of([&] { (void)found("own-videos", "train", 2); }),
              AllOf(HasSubstr("mini_2_train.csv"), HasSubstr("more_2_train.csv"), HasSubstr("keep one")));
}

TEST_F(Labels, OfAFoldThatThereIsNotAreAMistakeOfTheUsers) {
  EXPECT_THAT(test::error_of([&] { (void)found("ucf101", "train", 4); }), AllOf(HasSubstr("data.fold=4"), HasSubstr("3 official splits")));
  EXPECT_THAT(test::error_of([&] { (void)found("hacs", "train", 2); }), HasSubstr("1 official split"));
}

TEST_F(Labels, StandInTheOrderOfTheirFirstRowsUnlessAListSaysOtherwise) {
  write("x_train.csv", "label,id\nwalk,a\nrun,b\n");
  write("x_val.csv", "label,id\nfly,c\nrun,d\n");
  std::string from;
  EXPECT_THAT(of("own-videos").classes(&from).names(), ElementsAre("walk", "run", "fly"));
  EXPECT_THAT(from, HasSubstr("in which they come"));
  write("x_dictionary.json", R"({"fly": 1, "run": 0, "walk": 2})");
  EXPECT_THAT(of("own-videos").classes(&from).names(), ElementsAre("run", "fly", "walk"));
  EXPECT_EQ(from, "x_dictionary.json");
  write("classes.txt", "fly\nwalk\nrun\nswim\n");
  EXPECT_THAT(of("own-videos").classes(&from).names(), ElementsAre("fly", "walk", "run", "swim"));
  EXPECT_EQ(from, "classes.txt");
}

TEST_F(Labels, CannotBeNumberedByValidationRowsAlone) {
  write("val.csv", "label,id\nfly,c\n");
  EXPECT_THAT(test::error_of([&] { (void)of("own-videos").classes(); }), AllOf(HasSubstr("order of the classes"), HasSubstr("prepare")));
}

TEST_F(Labels, ThatAreMissingAreNamedWithWhatMakesThem) {
  EXPECT_THAT(test::error_of([&] { (void)of("hmdb51", 2).rows("val"); }),
              AllOf(HasSubstr("val2.csv"), HasSubstr("vbench data prepare hmdb51")));
}

TEST_F(Labels, NeverLeadOutOfTheFolderOfVideos) {
  const auto refused = [](const std::string& label, const std::string& id) {
    try {
      require_inside(test::SmallSet::row(label, id), "x.csv");
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInput);
      return true;
    }
    return false;
  };
  EXPECT_TRUE(refused("jump", "../secret"));
  EXPECT_TRUE(refused("..", "x"));
  EXPECT_TRUE(refused("jump", "/etc/passwd"));
  EXPECT_TRUE(refused("jump", "a/../../b"));
  EXPECT_TRUE(refused("jump", std::string("a\0b", 3)));
  EXPECT_FALSE(refused("jump", "..a"));
  EXPECT_FALSE(refused("it's \"a\"", "-x; DROP"));
}

}  // namespace
}  // namespace vbench::clips
