// `vbench data prepare`: from official lists and a folder of videos to a dataset that opens.
#include <fmt/ranges.h>

#include "tests/datasets/clips/fixture.hpp"

namespace vbench::clips {
namespace {

using test::SmallSet;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class Prepare : public ::testing::Test {
 protected:
  Prepare() { ::setenv("VBENCH_CACHE", (folder_ / "cache").c_str(), 1); }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    write_file_atomically(folder_ / name, text);
  }
  void write_video(const std::string& name, int64_t frames = 5) { test::write_video(folder_ / ("videos/" + name), frames); }

  DataReport prepare(const std::string& dataset, std::vector<std::string> settings = {}) {
    settings.push_back("videos=" + (folder_ / "videos").string());
    return prepare_labels(dataset, std::move(settings));
  }
  DataReport prepare_labels(const std::string& dataset, std::vector<std::string> settings = {}) {
    DataRequest request;
    request.settings = std::move(settings);
    request.settings.push_back("annotations=" + (folder_ / "lists").string());
    return dataset_entry(family_of(dataset)).prepare(request, output(dataset).string());
  }
  /// A video of the class 1 for training and one of the class 0 for validation, of five frames.
  void expect_two(const std::string& dataset, const std::vector<std::string>& settings = {}) {
    SCOPED_TRACE(dataset + fmt::format(" {}", fmt::join(settings, " ")));
    fs::remove_all(output(dataset));
    const DataReport report = prepare(dataset, settings);
    EXPECT_EQ(report.listed, 2);
    EXPECT_EQ(report.checked, 2);
    EXPECT_THAT(report.facts, Contains("frames: 10 in all, 5 to 5 a video"));
    EXPECT_EQ(test::read(open(dataset, Role::kTrain), 0).label, 1);
    EXPECT_EQ(test::read(open(dataset, Role::kEvaluate), 0).label, 0);
  }
  [[nodiscard]] fs::path output(const std::string& dataset) const { return folder_.path() / "data" / dataset; }

  [[nodiscard]] ClipData open(const std::string& dataset, Role role, double allow_missing = 0) const {
    RunSpec spec;
    spec.dataset = dataset;
    spec.data_root = (folder_ / "data").string();
    spec.source = SourceChoice::kReal;
    spec.verbosity = -1;
    Options options = SmallSet::small_options();
    options.allow_missing = allow_missing;
    return ClipData::open(options, spec, role);
  }
  [[nodiscard]] std::vector<annotations::ListedVideo> rows(const std::string& dataset, const std::string& file) const {
    return annotations::read_label_csv(output(dataset) / "labels" / file, nullptr);
  }

  void write_ucf101() {
    write("lists/classInd.txt", "1 Jump\r\n2 HandstandPushups\r\n");
    write("lists/trainlist01.txt", "Jump/v_Jump_g08_c01.avi 1\r\nHandstandPushups/v_HandStandPushups_g08_c01.avi 2\r\n");
    write("lists/testlist01.txt", "Jump/v_Jump_g01_c01.avi\r\nHandstandPushups/v_HandStandPushups_g01_c01.avi\r\n");
    write_video("UCF-101/Jump/v_Jump_g08_c01.avi", 5);
    write_video("UCF-101/Jump/v_Jump_g01_c01.avi", 6);
    write_video("UCF-101/HandstandPushups/v_HandStandPushups_g08_c01.avi", 7);
    write_video("UCF-101/HandstandPushups/v_HandStandPushups_g01_c01.avi", 8);
  }

  test::TemporaryFolder folder_;
};

TEST_F(Prepare, MakesADatasetThatOpens) {
  write_ucf101();
  const DataReport report = prepare("ucf101");
  EXPECT_EQ(report.listed, 4);
  EXPECT_EQ(report.checked, 4);
  EXPECT_THAT(report.facts, AllOf(Contains("classes: 2"), Contains("train1: 2 videos, 2 found, 0 missing"),
                                  Contains("frames: 26 in all, 5 to 8 a video"), Contains(HasSubstr("links to"))));
  EXPECT_TRUE(fs::is_symlink(output("ucf101") / "videos"));
  EXPECT_EQ(rows("ucf101", "val1.csv")[1].frames, 8);
  EXPECT_EQ(rows("ucf101", "val1.csv")[1].media, "HandstandPushups/v_HandStandPushups_g01_c01.avi");
  const auto data = open("ucf101", Role::kEvaluate);
  EXPECT_EQ(data.source(), Source::kReal);
  EXPECT_EQ(data.name(1), "HandstandPushups/v_HandStandPushups_g01_c01");
  EXPECT_EQ(test::read(data, 1).label, 1);
  EXPECT_EQ(open("ucf101", Role::kTrain).size(), 2);
}

TEST_F(Prepare, TwiceGivesTheSameAndLeavesTheVideosAlone) {
  write_ucf101();
  (void)prepare("ucf101");
  const std::string before = read_file(output("ucf101") / "labels/train1.csv");
  (void)prepare("ucf101");
  EXPECT_EQ(read_file(output("ucf101") / "labels/train1.csv"), before);
  EXPECT_TRUE(fs::exists(folder_ / "videos/UCF-101/Jump/v_Jump_g08_c01.avi"));
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(output("ucf101"))) names.push_back(entry.path().filename().string());
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("labels", "videos")) << "nothing half-written stays";
}

TEST_F(Prepare, ThenConvertingGivesTheSameVideos) {
  write_ucf101();
  (void)prepare("ucf101");
  Progress progress(Verbosity::kQuiet);
  video::ConvertOptions convert;
  convert.layout = video::DatabaseLayout::kPacked;
  (void)video::convert_videos(output("ucf101") / "videos", output("ucf101"), convert, progress);
  DataRequest request;
  request.root = (folder_ / "data").string();
  const DataReport report = dataset_entry(family_of("ucf101")).verify(request);
  EXPECT_THAT(report.facts, Contains(HasSubstr("packed frame database")));
  for (const auto& problem : report.problems) EXPECT_FALSE(problem.fatal) << problem.message;
  EXPECT_EQ(open("ucf101", Role::kTrain).size(), 2);
}

TEST_F(Prepare, KeepsRowsWithoutVideos) {
  write_ucf101();
  fs::remove(folder_ / "videos/UCF-101/Jump/v_Jump_g08_c01.avi");
  const DataReport report = prepare("ucf101", {"count=false"});
  EXPECT_THAT(report.facts, AllOf(Contains("train1: 2 videos, 1 found, 1 missing"), Contains("missing: Jump/v_Jump_g08_c01"),
                                  Not(Contains(HasSubstr("in all")))));
  EXPECT_EQ(rows("ucf101", "train1.csv").size(), 2);
  EXPECT_EQ(rows("ucf101", "train1.csv")[1].frames, 0);
  EXPECT_THAT(test::error_of([&] { (void)open("ucf101", Role::kTrain); }), HasSubstr("1 of 2"));
  EXPECT_EQ(open("ucf101", Role::kTrain, 0.5).size(), 1);
}

TEST_F(Prepare, TellsWhichVideosCannotBeCounted) {
  write_ucf101();
  write("videos/UCF-101/Jump/v_Jump_g08_c01.avi", "no video");
  EXPECT_THAT(prepare("ucf101").facts, Contains(AllOf(HasSubstr("cannot be read: 1,"), HasSubstr("Jump/v_Jump_g08_c01.avi"))));
}

TEST_F(Prepare, FindsKineticsWhateverItsPackage) {
  const std::string header = "label,youtube_id,time_start,time_end,split\n";
  write("lists/kinetics-400_train.csv", header + "pick up (it),-aaaaaaaaaa,7,17,train\njump,bbbbbbbbbbb,38.0,48.0,train\n");
  write("lists/kinetics-400_val.csv", header + "jump,ccccccccccc,1,11,val\n");
  write_video("train/pick_up_(it)/-aaaaaaaaaa_000007_000017.mp4");
  write_video("bbbbbbbbbbb.mp4");
  write_video("jump/ccccccccccc_000001_000011.mp4");
  EXPECT_THAT(test::error_of([&] { (void)prepare("kinetics-400"); }), AllOf(HasSubstr("2 classes"), HasSubstr("accept=true")))
      << "classes that are not listed shift the indices of the others";
  EXPECT_EQ(prepare("kinetics-400", {"accept=true"}).checked, 3);
  EXPECT_EQ(rows("kinetics-400", "train.csv")[0].media, "train/pick_up_(it)/-aaaaaaaaaa_000007_000017.mp4");
  EXPECT_EQ(open("kinetics-400", Role::kTrain).name(0), "pick up (it)/-aaaaaaaaaa_000007_000017");
}

TEST_F(Prepare, ReadsListsOfOnesOwnInFourForms) {
  write_video("jump/a.avi");
  write_video("pick up/b.avi");
  write("lists/classes.txt", "pick up\njump\n");
  write("lists/train.csv", "label,id\njump,a\n");
  write("lists/val.csv", "label,id\npick up,b\n");
  expect_two("own-videos", {"format=csv"});
  write("lists/train.txt", "jump/a.avi 7 1\n");
  write("lists/val.txt", "pick up/b.avi 7 0\n");
  expect_two("own-videos", {"format=list"});
  write("lists/classInd.txt", "1 pick up\n2 jump\n");
  write("lists/trainlist01.txt", "jump/a.avi 2\n");
  write("lists/testlist01.txt", "pick up/b.avi 1\n");
  expect_two("own-videos", {"format=ucf101"});
  fs::remove_all(folder_ / "lists");
  write("lists/mapping_table.txt", "0 pick up\n1 jump\n");
  write("lists/trainlist01.txt", "0\t1\tjump/a.avi\n");
  write("lists/testlist01.txt", "0\t0\tpick up/b.avi\n");
  expect_two("own-videos", {"format=numbered"});
  EXPECT_THAT(test::error_of([&] { (void)prepare("own-videos", {"format=excel"}); }), HasSubstr("unknown value 'excel'"));
}

TEST_F(Prepare, OfOnesOwnExpectsNobodysCounts) {
  write_ucf101();
  EXPECT_THAT(prepare("ucf101").facts, Contains(HasSubstr("2 classes, officially 101")));
  EXPECT_THAT(prepare_labels("own-videos").facts, Not(Contains(HasSubstr("officially"))));
}

TEST_F(Prepare, OfOnesOwnRefusesVideosThatTrainAndValidate) {
  write_video("jump/a.avi");
  write("lists/classes.txt", "jump\n");
  for (const char* split : {"train", "val"}) {
    write(fmt::format("lists/{}.csv", split), "label,id\njump,a\n");
    write(fmt::format("lists/{}.txt", split), "jump/a.avi 0\n");
  }
  for (const char* format : {"format=csv", "format=list"}) {
    EXPECT_THAT(test::error_of([&] { (void)prepare("own-videos", {format}); }), HasSubstr("the splits 'train' and 'val' list it"));
    EXPECT_EQ(prepare("own-videos", {format, "accept=true"}).checked, 2);
  }
}

TEST_F(Prepare, OfHmdb51FollowsTheCodesOfItsLists) {
  write("lists/testTrainMulti_7030_splits/wave_test_split1.txt", "#1_(x)_wave_0.avi 1 \nunused_wave_0.avi 0 \n");
  write("lists/testTrainMulti_7030_splits/brush_hair_test_split1.txt", "b_brush_hair_0.avi 2 \n");
  write_video("hmdb51_org/wave/#1_(x)_wave_0.avi");
  write_video("hmdb51_org/brush_hair/b_brush_hair_0.avi");
  EXPECT_THAT(test::error_of([&] { (void)prepare("hmdb51"); }), HasSubstr("2 classes, officially 51"));
  expect_two("hmdb51", {"accept=true"});
  EXPECT_EQ(fs::read_symlink(output("hmdb51") / "videos").filename(), "hmdb51_org");
}

TEST_F(Prepare, OfDiving48CountsItsVideosItself) {
  write("lists/Diving48_vocab.json", R"([["Back","15som"],["Forward","25som","PIKE"]])");
  write("lists/Diving48_V2_train.json", R"([{"vid_name":"x_00155","label":1,"start_frame":0,"end_frame":99}])");
  write("lists/Diving48_V2_test.json", R"([{"vid_name":"y_00001","label":0,"start_frame":0,"end_frame":50}])");
  write_video("rgb/x_00155.mp4");
  write_video("rgb/y_00001.mp4");
  expect_two("diving48");
  EXPECT_EQ(rows("diving48", "train.csv")[0].frames, 5);
  EXPECT_EQ(open("diving48", Role::kTrain).class_names()[1], "Forward+25som+PIKE");
  (void)prepare("diving48", {"count=false"});
  EXPECT_EQ(rows("diving48", "train.csv")[0].frames, 0) << "the list's 99 are those of another encoding";
}

TEST_F(Prepare, OfHacsTakesPositiveClips) {
  write("lists/HACS_clips_v1.1.1.csv",
        "classname,youtube_id,subset,start,end,label\nWindsurfing,aaaaaaaaaaa,training,7.5,9.5,1\n"
        "Windsurfing,ccccccccccc,training,1,3,-1\nArchery,bbbbbbbbbbb,validation,10,12,1\n");
  write_video("Windsurfing/aaaaaaaaaaa_000007_000009.mp4");
  write_video("Archery/bbbbbbbbbbb_000010_000012.mp4");
  expect_two("hacs", {"accept=true"});
}

TEST_F(Prepare, OfMomentsTakesTheFileOfItsClasses) {
  write("lists/moments_categories.txt", "waving,0\nadult+male+singing,1\n");
  write("lists/trainingSet.csv", "adult+male+singing/yt-a_1.mp4,adult+male+singing,3,0\n");
  write("lists/validationSet.csv", "waving/flickr-b_2.mp4,waving,3,0\n");
  write_video("training/adult+male+singing/yt-a_1.mp4");
  write_video("validation/waving/flickr-b_2.mp4");
  expect_two("moments-in-time");
}

TEST_F(Prepare, WithoutVideosMakesTheLabelsAlone) {
  write_ucf101();
  const DataReport report = prepare_labels("ucf101");
  EXPECT_THAT(report.facts, AllOf(Contains("train1: 2 videos"), Contains(HasSubstr("not looked for"))));
  EXPECT_EQ(rows("ucf101", "val1.csv")[0].media, "Jump/v_Jump_g01_c01.avi");
  EXPECT_FALSE(fs::exists(fs::symlink_status(output("ucf101") / "videos")));
  fs::rename(folder_ / "videos/UCF-101", output("ucf101") / "UCF-101");
  EXPECT_EQ(open("ucf101", Role::kTrain).size(), 2) << "videos may come later";
}

TEST_F(Prepare, OfFramesReadsTheirCountsFromTheDatabases) {
  write_ucf101();
  fs::remove_all(folder_ / "videos");
  for (const char* name : {"Jump/v_Jump_g08_c01", "Jump/v_Jump_g01_c01", "HandstandPushups/v_HandStandPushups_g08_c01"})
    video::write_frame_database(folder_ / "videos" / name, test::frames_of_video(9, 0));
  EXPECT_THAT(prepare("ucf101").facts, Contains("frames: 27 in all, 9 to 9 a video"));
  EXPECT_EQ(rows("ucf101", "train1.csv")[0].media, "Jump/v_Jump_g08_c01");
}

TEST_F(Prepare, SaysWhatItNeeds) {
  DataRequest request;
  EXPECT_THAT(test::error_of([&] { (void)dataset_entry(family_of("ucf101")).prepare(request, output("ucf101").string()); }),
              AllOf(HasSubstr("'annotations' is not given"), HasSubstr("--set annotations=DIR")));
  EXPECT_THAT(test::error_of([&] { (void)prepare("ucf101"); }), HasSubstr("no such folder of lists"));
  EXPECT_THAT(test::error_of([&] { (void)prepare("ucf101", {"format=csv"}); }), HasSubstr("unknown setting 'format'"));
  write_ucf101();
  fs::rename(folder_ / "videos", folder_ / "elsewhere");
  EXPECT_THAT(test::error_of([&] { (void)prepare("ucf101"); }), AllOf(HasSubstr("no such folder"), HasSubstr("videos=DIR")));
  fs::create_directory(folder_ / "videos");
  EXPECT_THAT(test::error_of([&] { (void)prepare("ucf101"); }),
              AllOf(HasSubstr("none of the 4 listed videos"), HasSubstr("v_Jump_g08_c01")));
}

TEST_F(Prepare, ReplacesNothingOfSomebodyElses) {
  write_ucf101();
  fs::create_directories(output("ucf101") / "labels");
  write_file_atomically(output("ucf101") / "labels/ucf101_split1_train.csv", "label,id\n");
  EXPECT_THAT(test::error_of([&] { (void)prepare("ucf101"); }), HasSubstr("not prepared here"));
  fs::remove_all(output("ucf101") / "labels");
  fs::create_directories(output("ucf101") / "videos/mine");
  EXPECT_THAT(test::error_of([&] { (void)prepare("ucf101"); }), HasSubstr("in the way"));
}

TEST_F(Prepare, OfAStandinStaysOne) {
  DataRequest request;
  request.settings = {"standin.train_videos=1", "standin.val_videos=1", "standin.frames=6", "standin.side=32"};
  const fs::path standin = folder_.path() / "standin";
  (void)dataset_entry(family_of("ucf101")).synthesize(request, standin.string());
  request.settings = {"annotations=" + standin.string(), "videos=" + standin.string()};
  (void)dataset_entry(family_of("own-videos")).prepare(request, output("own-videos").string());
  EXPECT_THAT(test::error_of([&] { (void)open("own-videos", Role::kTrain); }), HasSubstr("generated"));
}

}  // namespace
}  // namespace vbench::clips
