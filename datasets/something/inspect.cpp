// `vbench data info|verify|synth` for something-something-v2.
#include <fmt/format.h>

#include <functional>

#include "datasets/clips/inspection.hpp"
#include "datasets/location/entry.hpp"
#include "datasets/something/classes.hpp"
#include "datasets/something/family.hpp"
#include "datasets/something/location.hpp"
#include "datasets/something/standin.hpp"
#include "harness/core/text.hpp"

namespace vbench::something {
namespace {

constexpr const char* kLayout =
    R"(something-something-v2/something-something-v2-labels.json                       {"class": "index", ...}
something-something-v2/something-something-v2-{train,validation,test}.json      [{"id", "template", ...}, ...]
something-something-v2/labels/{labels,train,validation,test}.json               newer packages: the same, in either place
something-something-v2/20bn-something-something-v2/<id>.webm                    the official archive; other kinds of video files do too
something-something-v2/videos/ or jpg/                                          <id>.mp4, or <id>/ with frames.db or frame_00001.jpg ...
something-something-v2/frames.db                                                all frames in one packed database ('vbench data convert')
something-something-v2/augmentation_mappings.json                               optional: what a mirrored or reversed class is
something-something-v2/contrastive_groups_list.txt                              optional: groups of the commonsense score
The download's parts are joined before they are unpacked. Elsewhere: --set data.annotations=DIR --set data.media=DIR)";

struct Family {
  std::string name, title, licence, layout;
  Options (*defaults)();
  std::function<DataReport(const DataRequest& request, const std::string& folder)> synthesize;
};

/// One look at the dataset.
class Inspection : public clips::SplitInspection {
 public:
  Inspection(const Options& options, const Files& files, const clips::InspectionRules& rules, DataReport& report)
      : clips::SplitInspection(rules, report), options_(options), files_(files), official_(annotations::official(kDataset)) {}

  void run() {
    const auto& found = files_.annotations;
    fact("annotations: {} ({})", printable(found.labels.parent_path().string()), vbench::to_string(files_.source));
    const clips::Media media(files_.media);
    fact("videos: {}", media.description());
    add_notes(found.notes);
    std::vector<annotations::Note> notes;
    const auto classes = read_labels(found.labels, notes);
    add_notes(notes);
    report_classes(classes);
    for (const char* split : {kTrain, kValidation, kTest}) {
      guarded([&] { inspect_list(split, classes, media); });
    }
    if (!found.test_answers.empty()) fact("test-answers.csv: there, not used: the test split has no labels here");
    report_shared("in two splits");
  }

 private:
  void report_classes(const annotations::ClassList& classes) {
    fact("classes: {} ({})", classes.size(), are_official(classes.names()) ? "official" : "own");
    compare_count("classes", classes.size(), {official_.classes});
    check_outputs(options_.classes, classes.size());
    guarded([&] {
      const KnownGroups known = known_groups(options_, files_.annotations, classes.names());
      if (known.from.empty()) return fact("contrastive groups: none");
      fact("contrastive groups: {} ({}), left out: {}", known.groups.size(), known.from, known.left_out);
    });
    guarded([&] { report_augmentations(classes); });
  }

  /// Whatever the settings ask for, a file with mistakes is told.
  void report_augmentations(const annotations::ClassList& classes) {
    Options all = options_;
    const bool in_file = !options_.augmentation_mapping.empty() || !files_.annotations.augmentation_mapping.empty();
    if (!in_file && !are_official(classes.names())) return fact("augmentation mapping: none");
    if (all.augmentations.empty()) all.augmentations = "left/right, left/right agnostic";
    const Augmentor augmentor = known_augmentations(all, files_.annotations, classes.names());
    int64_t changed = 0;
    for (int64_t label = 0; label < classes.size(); ++label) changed += augmentor.candidates(label).size() > 1 ? 1 : 0;
    fact("augmentation mapping: {}, {}: {} classes", in_file ? "file" : "built in", all.augmentations, changed);
    for (const std::string& name : augmentor.unknown_classes())
      add({"unknown class", "augmentation mapping", fmt::format("'{}' is not among the labels", printable(name)), false});
  }

  void inspect_list(const std::string& split, const annotations::ClassList& classes, const clips::Media& media) {
    if (!files_.annotations.lists.contains(split)) {
      fact("{}: no list", split);
      return add({"missing file", wanted_annotation(split), "there is no list of this split", split != kTest});
    }
    const auto index = index_split(files_.annotations, classes, media, split);
    compare_count(split, index.listed, official_.splits.at(split));
    inspect_index(split, index, media, split != kTest);
    for (const clips::RowProblem& problem : index.problems) {
      if (problem.flaw == clips::RowFlaw::kMissing) remember(problem.item, split);  // may still be listed twice
    }
  }

  const Options& options_;
  const Files& files_;
  const annotations::Official& official_;
};

Options default_options() { return {}; }

/// @throws Error kUsage for settings that do not exist or contradict each other, kInput for files that cannot be read at all
void inspect(const Family&, const Options& options, const DataRequest& request, bool verify, DataReport& report) {
  options.check();
  const auto query = location_query(options, request.root, "");
  const auto location = find_for_report(query, request.source, verify, report);
  if (!location) return;
  const Files files = files_of(options, query, *location, request.source);
  Inspection(options, files, {verify, verify && request.deep, options.allow_missing, files.source}, report).run();
}

DataReport synthesize(const DataRequest& request, const std::string& folder) {
  return write_standin(with_settings(StandinOptions(), request.settings), request.seed, folder);
}

}  // namespace

DatasetEntry dataset_entry() {
  static const Family family{kDataset,
                             "something-something-v2: 220,847 clips of 174 things that hands do to objects (Goyal et al., ICCV 2017)",
                             "research use; Qualcomm / TwentyBN, developer.qualcomm.com",
                             kLayout,
                             default_options,
                             synthesize};
  return entry_of(family, inspect);
}

}  // namespace vbench::something
