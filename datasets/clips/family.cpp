#include "datasets/clips/family.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/clips/standin.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::clips {

namespace {

Options small_set(video::PipelineOptions pipeline) {
  Options options;
  options.pipeline = std::move(pipeline);
  options.multigrid.long_cycles = options.multigrid.short_cycles = false;
  return options;
}

Options large_set(video::PipelineOptions pipeline, const std::string& intervals, int64_t evaluation_interval) {
  Options options;
  options.clip_side = 284;
  options.pipeline = std::move(pipeline);
  options.sampling.train_intervals = intervals;
  options.sampling.evaluation_interval = evaluation_interval;
  return options;
}

Options ucf101_options() { return small_set(video::ucf101_pipeline()); }
Options hmdb51_options() { return small_set(video::hmdb51_pipeline()); }
Options kinetics_options() { return large_set(video::kinetics_pipeline(), "4,5,6", 5); }
Options moments_options() { return large_set(video::moments_pipeline(), "3,4", 3); }
Options hacs_options() { return large_set(video::kinetics_pipeline(), "1,2", 2); }

/// Files of every one of these datasets.
std::string layout_of(const Family& family) {
  std::vector<std::pair<std::string, std::string>> lines{
      {"labels/classes.txt", "a class a line, in the order of the labels"},
      {family.folds == 3 ? "labels/{train,val}{1,2,3}.csv" : "labels/{train,val}.csv",
       "label,id,time_start,time_end,split,path,frames; the original's own csv files do too"},
      {"frames.db", "all frames in one packed database ('vbench data convert'), or"},
      {"jpg/<class>/<video>/", "frames.db and n_frames, or frame_00001.jpg ..., or"},
      {"videos/<class>/", "video files, which are decoded from their beginning for every clip"}};
  if (!family.media_folder.empty()) lines.emplace_back(family.media_folder + "/...", "the official archive as it is");
  size_t width = 0;
  for (const auto& [path, what] : lines) width = std::max(width, path.size());
  std::string text;
  for (const auto& [path, what] : lines) text += fmt::format("{}/{:<{}}  {}\n", family.name, path, width, what);
  return text + fmt::format("'vbench data prepare {}' writes labels/ from {} lists. Elsewhere: --set data.labels=DIR --set data.media=DIR",
                            family.name, family.official != nullptr ? "the official" : "your");
}

Family base(const std::string& name, const std::string& title, const std::string& licence, Options (*defaults)()) {
  Family family;
  family.name = name;
  family.title = title;
  family.licence = licence;
  family.defaults = defaults;
  family.synthesize = [name](const DataRequest& request, const std::string& folder) { return synthesize(name, request, folder); };
  return family;
}

Family with_layout(Family family) {
  family.layout = layout_of(family);
  return family;
}

Family ucf101() {
  Family family = base("ucf101", "UCF-101: 13,320 clips of 101 actions (Soomro et al. 2012)",
                       "none stated; research use, videos remain their uploaders'; crcv.ucf.edu", ucf101_options);
  family.folds = 3;
  family.media_folder = "UCF-101";
  family.original_labels = "ucf101_split{}_";
  family.official = &annotations::official(family.name);
  family.read = annotations::read_ucf101;
  family.official_lists = "ucfTrainTestlist/: classInd.txt, trainlist0{1,2,3}.txt, testlist0{1,2,3}.txt";
  return with_layout(family);
}

Family hmdb51() {
  Family family = base("hmdb51", "HMDB-51: 6,766 clips of 51 actions from films (Kuehne et al. 2011)",
                       "CC BY 4.0; serre-lab.clps.brown.edu", hmdb51_options);
  family.folds = 3;
  family.media_folder = "hmdb51_org";
  family.original_labels = "hmdb_split{}_";
  family.official = &annotations::official(family.name);
  family.read = annotations::read_hmdb51;
  family.official_lists = "testTrainMulti_7030_splits/: <class>_test_split{1,2,3}.txt";
  return with_layout(family);
}

template <int64_t kClasses>
annotations::Annotations read_kinetics_of(const std::filesystem::path& folder) {
  return annotations::read_kinetics(kClasses, folder);
}

template <int64_t kClasses>
Family kinetics(const std::string& lists) {
  Family family = base(fmt::format("kinetics-{}", kClasses), fmt::format("Kinetics-{}: clips of {} human actions", kClasses, kClasses),
                       "lists CC BY 4.0; videos remain their uploaders'", kinetics_options);
  family.original_labels = fmt::format("kinetics-{}_", kClasses);
  family.splits_may_share = true;
  family.official = &annotations::official(family.name);
  family.read = read_kinetics_of<kClasses>;
  family.official_lists = lists;
  return with_layout(family);
}

Family moments() {
  Family family = base("moments-in-time", "Moments in Time: 3 s clips of 339 events (Monfort et al. 2019)",
                       "signed agreement, non-commercial; moments.csail.mit.edu", moments_options);
  family.original_labels = "Moments_in_Time_";
  family.official = &annotations::official(family.name);
  family.read = annotations::read_moments;
  family.official_lists = "moments_categories.txt, trainingSet.csv, validationSet.csv";
  return with_layout(family);
}

Family hacs() {
  Family family = base("hacs", "HACS Clips 1.1: 2 s clips of 200 actions (Zhao et al. 2019); the positive ones",
                       "research use; hacs.csail.mit.edu", hacs_options);
  family.original_labels = "HACS_clips_v1.1_";
  family.official = &annotations::official(family.name);
  family.read = annotations::read_hacs;
  family.official_lists = "HACS_clips_v1.1.1.csv or HACS_clips_v1.1.csv";
  return with_layout(family);
}

Family diving48() {
  Family family = base("diving48", "Diving-48: 16,997 clips of 48 dives (Li et al. 2018), version 2 of the labels",
                       "research use; svcl.ucsd.edu/projects/resound", hmdb51_options);
  family.media_folder = "rgb";
  family.original_labels = "diving48_";
  family.official = &annotations::official(family.name);
  family.read = annotations::read_diving48;
  family.official_lists = "Diving48_vocab.json, Diving48_V2_train.json, Diving48_V2_test.json";
  return with_layout(family);
}

Family own_videos() {
  Family family = base("own-videos", "Videos and labels of your own", "yours", ucf101_options);
  family.folds = 0;
  return with_layout(family);
}

}  // namespace

const std::vector<Family>& families() {
  static const std::string label_files = "{train,val}.csv with label, youtube_id, time_start, time_end";
  static const std::vector<Family> all{ucf101(),
                                       hmdb51(),
                                       kinetics<200>("train_ytid_list.txt and val_ytid_list.txt beside (or above) those of Kinetics-400"),
                                       kinetics<400>(label_files),
                                       kinetics<600>(label_files),
                                       kinetics<700>(label_files),
                                       moments(),
                                       hacs(),
                                       diving48(),
                                       own_videos()};
  return all;
}

const Family& family_of(const std::string& name) {
  std::vector<std::string> known;
  for (const Family& family : families()) {
    if (family.name == name) return family;
    known.push_back(family.name);
  }
  throw usage_error(fmt::format("'{}' is no dataset of labelled videos", printable(name)), "--dataset", suggest(name, known));
}

}  // namespace vbench::clips
