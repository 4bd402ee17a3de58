// The JSON files: where they are found, what is read, and what is said about files that are not as they should be.
#include "datasets/something/annotations.hpp"

#include "tests/datasets/something/fixture.hpp"

namespace vbench::something {
namespace {

using test::error_of;
using test::json;
using test::SmallFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What reading a list of this text says: the problems of its rows, or the error.
class ListOfText : public testing::Test {
 protected:
  VideoList read(const std::string& text, const std::string& split = kTrain) {
    write_file_atomically(folder_ / "list.json", text);
    return read_list(folder_ / "list.json", split, classes_);
  }
  std::string error(const std::string& text, const std::string& split = kTrain) {
    return error_of([&] { (void)read(text, split); });
  }
  std::string problem(const std::string& text) {
    const auto list = read(text);
    EXPECT_EQ(list.problems.size(), 1U);
    return list.problems.empty() ? "" : list.problems.front().error.what();
  }

  annotations::ClassList classes_{test::few_classes()};
  test::TemporaryFolder folder_;
};

TEST_F(ListOfText, TemplatesLoseTheirBrackets) {
  const auto list = read(R"([{"id": "74225", "label": "holding a cup", "template": "Holding [something]", "placeholders": ["a cup"]},
                             {"id": 12, "template": "Moving [something] left"}])");
  ASSERT_EQ(list.videos.size(), 2U);
  EXPECT_EQ(list.videos[0].label, "Holding something");
  EXPECT_EQ(list.videos[0].id, "74225");
  EXPECT_EQ(list.videos[1].id, "12") << "numbers are ids too";
  EXPECT_THAT(list.problems, IsEmpty());
}

TEST_F(ListOfText, OfTheTestSplitNeedsNoTemplates) {
  const auto list = read(R"([{"id": "1"}, {"id": "2", "template": "Flying [something]"}])", kTest);
  EXPECT_EQ(list.videos.size(), 2U);
  EXPECT_EQ(list.videos[1].label, "");
  ASSERT_EQ(list.notes.size(), 1U);
  EXPECT_EQ(list.notes[0].kind, "labels of the test split");
}

TEST_F(ListOfText, EntriesOfAnotherFormAreNamed) {
  EXPECT_THAT(error("{}"), AllOf(HasSubstr("list.json"), HasSubstr("JSON array")));
  EXPECT_THAT(error("[{\"id\": \"1\","), AllOf(HasSubstr("list.json"), HasSubstr("not valid JSON")));
  EXPECT_THAT(error("[3]"), AllOf(HasSubstr("entry 0"), HasSubstr("no object")));
  EXPECT_THAT(error(R"([{"id": "1", "template": "Holding [something]"}, {"template": "Holding [something]"}])"),
              AllOf(HasSubstr("entry 1"), HasSubstr("no 'id'")));
  EXPECT_THAT(error(R"([{"id": 1.5, "template": "Holding [something]"}])"), HasSubstr("'id' is no text"));
  EXPECT_THAT(error(R"([{"id": "7", "label": "Holding something"}])"), AllOf(HasSubstr("id 7"), HasSubstr("no 'template'")));
  EXPECT_THAT(error(R"([{"id": "7", "template": null}])"), AllOf(HasSubstr("id 7"), HasSubstr("'template' is no text")));
}

TEST_F(ListOfText, RowsThatNoRunMayUseAreNamed) {
  EXPECT_THAT(problem(R"([{"id": "7", "template": "Holdng [something]"}])"),
              AllOf(HasSubstr("list.json"), HasSubstr("id 7"), HasSubstr("'Holdng something'"), HasSubstr("'Holding something'")));
  for (const char* id : {"", ".", "..", "../7", "/etc/passwd", "a/b", "a\\u0000b"}) {
    EXPECT_THAT(problem(fmt::format(R"([{{"id": "{}", "template": "Holding [something]"}}])", id)), HasSubstr("no plain name")) << id;
  }
  EXPECT_THAT(problem(R"([{"id": "7", "template": "Holding [something]"}, {"id": 7, "template": "Holding [something]"}])"),
              HasSubstr("id 7 is listed twice"));
  EXPECT_THAT(problem(R"([{"id": "7", "template": "Holding [something]"}, {"id": "7", "template": "Moving [something] left"}])"),
              AllOf(HasSubstr("'Holding something'"), HasSubstr("'Moving something left'")));
}

TEST_F(ListOfText, HiddenMarksAreSkippedOrNamed) {
  const std::string list = R"([{"id": "7", "template": "Holding [something]"}])";
  const auto marked = read("\xEF\xBB\xBF" + list);
  EXPECT_EQ(marked.videos.size(), 1U);
  ASSERT_EQ(marked.notes.size(), 1U);
  EXPECT_EQ(marked.notes[0].kind, "byte order mark");
  EXPECT_THAT(error(std::string("\xFF\xFE[\0]\0", 6)), HasSubstr("UTF-16"));
}

/// The classes of a labels file with this text.
std::vector<std::string> classes_of(const std::string& text, std::vector<annotations::Note>* notes = nullptr) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "labels.json", text);
  std::vector<annotations::Note> ignored;
  return read_labels(folder / "labels.json", notes == nullptr ? ignored : *notes).names();
}

TEST(Labels, StandInTheOrderOfTheirBytes) {
  std::vector<annotations::Note> notes;
  EXPECT_THAT(classes_of(R"({"b": "2", "a": "1", "B": 0, "é": "3"})", &notes), ElementsAre("B", "a", "b", "é"));
  EXPECT_THAT(notes, IsEmpty());
  EXPECT_THAT(classes_of(R"({"a": "0", "b": "2", "c": "1"})", &notes), ElementsAre("a", "b", "c"));
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_THAT(notes[0].message, AllOf(HasSubstr("'b'"), HasSubstr("number 2"), HasSubstr("1 in alphabetical order")));
}

TEST(Labels, OfAnotherFormAreNamed) {
  EXPECT_THAT(error_of([] { (void)classes_of("[]"); }), HasSubstr("JSON object"));
  EXPECT_THAT(error_of([] { (void)classes_of("{}"); }), HasSubstr("no classes"));
  EXPECT_THAT(error_of([] { (void)classes_of(R"({"a": "x"})"); }), HasSubstr("the index of 'a' is no number"));
  EXPECT_THAT(error_of([] { (void)classes_of(R"({"": "0"})"); }), HasSubstr("empty name"));
}

TEST(AnnotationFiles, OfNewerPackagesAreFoundToo) {
  const SmallFolder set;
  const auto official = find_annotations(set.root);
  EXPECT_EQ(official.labels, set.file("labels"));
  EXPECT_EQ(official.lists.size(), 3U);
  fs::create_directory(set.root / "labels");
  fs::rename(set.file("labels"), set.root / "labels/labels.json");
  fs::rename(set.file("train"), set.root / "labels/train.json");
  fs::rename(set.file("test"), set.root / "test.json");
  set.write("labels/test-answers.csv", "91;Holding [something]\n");
  const auto newer = find_annotations(set.root);
  EXPECT_EQ(newer.labels, set.root / "labels/labels.json");
  EXPECT_EQ(newer.lists.at(kTrain), set.root / "labels/train.json");
  EXPECT_EQ(newer.lists.at(kTest), set.root / "test.json");
  EXPECT_EQ(newer.test_answers, set.root / "labels/test-answers.csv");
  EXPECT_THAT(newer.notes, IsEmpty());
  fs::copy_file(set.root / "labels/train.json", set.root / "train.json");
  ASSERT_EQ(find_annotations(set.root).notes.size(), 1U) << "which of two is read";
  EXPECT_EQ(find_annotations(set.root).notes[0].kind, "list not read");
}

}  // namespace
}  // namespace vbench::something
