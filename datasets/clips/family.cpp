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
  lines.reserve(lines.size() + 1);  // GCC 12 warns of the growth that it inlines otherwise
  if (!family.media_folder.empty()) lines.emplace_back(fmt::format("{}/...", family.media_folder), "the official archive as it is");
  size_t width = 0;
  for (const auto& [path, what] : lines) width = std::max(width, path.size());
  std::string text;
  for (const auto& [path, what] : lines) text += fmt::format("{}/{:<{}}  {}\n", family.name, path, width, what);
  return text + fmt::format("'vbench data prepare {}' writes labels/ from {} lists. Elsewhere: --set data.labels=DIR --set data.media=DIR",
                            family.name, family.official != nullptr ? "the official" : "your");
}

Family ucf101() {
  return {.name = "ucf101",
          .title = "UCF-101: 13,320 clips of 101 actions (Soomro et al. 2012)",
          .licence = "none stated; research use, videos remain their uploaders'; crcv.ucf.edu",
          .folds = 3,
          .defaults = ucf101_options,
          .media_folder = "UCF-101",
          .original_labels = "ucf101_split{}_",
          .read = annotations::read_ucf101,
          .official_lists = "ucfTrainTestlist/: classInd.txt, trainlist0{1,2,3}.txt, testlist0{1,2,3}.txt"};
}

Family hmdb51() {
  return {.name = "hmdb51",
          .title = "HMDB-51: 6,766 clips of 51 actions from films (Kuehne et al. 2011)",
          .licence = "CC BY 4.0; serre-lab.clps.brown.edu",
          .folds = 3,
          .defaults = hmdb51_options,
          .media_folder = "hmdb51_org",
          .original_labels = "hmdb_split{}_",
          .read = annotations::read_hmdb51,
          .official_lists = "testTrainMulti_7030_splits/: <class>_test_split{1,2,3}.txt"};
}

template <int64_t kClasses>
annotations::Annotations read_kinetics_of(const std::filesystem::path& folder) {
  return annotations::read_kinetics(kClasses, folder);
}

template <int64_t kClasses>
Family kinetics(const std::string& lists) {
  return {.name = fmt::format("kinetics-{}", kClasses),
          .title = fmt::format("Kinetics-{}: clips of {} human actions", kClasses, kClasses),
          .licence = "lists CC BY 4.0; videos remain their uploaders'",
          .defaults = kinetics_options,
          .original_labels = fmt::format("kinetics-{}_", kClasses),
          .splits_may_share = true,
          .read = read_kinetics_of<kClasses>,
          .official_lists = lists};
}

std::vector<Family> described_families() {
  const std::string label_files = "{train,val}.csv with label, youtube_id, time_start, time_end";
  return {ucf101(),
          hmdb51(),
          kinetics<200>("train_ytid_list.txt and val_ytid_list.txt beside (or above) those of Kinetics-400"),
          kinetics<400>(label_files),
          kinetics<600>(label_files),
          kinetics<700>(label_files),
          {.name = "moments-in-time",
           .title = "Moments in Time: 3 s clips of 339 events (Monfort et al. 2019)",
           .licence = "signed agreement, non-commercial; moments.csail.mit.edu",
           .defaults = moments_options,
           .original_labels = "Moments_in_Time_",
           .read = annotations::read_moments,
           .official_lists = "moments_categories.txt, trainingSet.csv, validationSet.csv"},
          {.name = "hacs",
           .title = "HACS Clips 1.1: 2 s clips of 200 actions (Zhao et al. 2019); the positive ones",
           .licence = "research use; hacs.csail.mit.edu",
           .defaults = hacs_options,
           .original_labels = "HACS_clips_v1.1_",
           .read = annotations::read_hacs,
           .official_lists = "HACS_clips_v1.1.1.csv or HACS_clips_v1.1.csv"},
          {.name = "diving48",
           .title = "Diving-48: 16,997 clips of 48 dives (Li et al. 2018), version 2 of the labels",
           .licence = "research use; svcl.ucsd.edu/projects/resound",
           .defaults = hmdb51_options,
           .media_folder = "rgb",
           .original_labels = "diving48_",
           .read = annotations::read_diving48,
           .official_lists = "Diving48_vocab.json, Diving48_V2_train.json, Diving48_V2_test.json"},
          {.name = "own-videos", .title = "Videos and labels of your own", .licence = "yours", .folds = 0, .defaults = ucf101_options}};
}

/// With what follows from the rest.
Family complete(Family family) {
  if (family.read != nullptr) family.official = &annotations::official(family.name);
  family.layout = layout_of(family);
  family.synthesize = [name = family.name](const DataRequest& request, const std::string& folder) {
    return synthesize(name, request, folder);
  };
  return family;
}

}  // namespace

const std::vector<Family>& families() {
  static const std::vector<Family> all = [] {
    std::vector<Family> completed = described_families();
    std::transform(completed.begin(), completed.end(), completed.begin(), complete);
    return completed;
  }();
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
