// `vbench data info|verify|synth|prepare` for the labelled video datasets.
#include "datasets/clips/family.hpp"
#include "datasets/clips/inspection.hpp"
#include "datasets/clips/location.hpp"
#include "datasets/clips/prepare.hpp"
#include "datasets/location/entry.hpp"
#include "harness/core/text.hpp"

namespace vbench::clips {
namespace {

/// One look at a dataset.
class Inspection : public SplitInspection {
 public:
  Inspection(const Family& family, const Options& options, const DatasetFiles& files, const InspectionRules& rules, DataReport& report)
      : SplitInspection(rules, report), family_(family), options_(options), files_(files), labels_(family, files.labels, options.fold) {}

  void run() {
    std::string from;
    const annotations::ClassList classes = labels_.classes(&from);
    const Media media(files_.media);
    fact("labels: {} ({})", printable(files_.labels.string()), vbench::to_string(files_.source));
    fact("frames: {}", media.description());
    fact("classes: {} ({})", classes.size(), from);
    if (family_.official != nullptr) compare_count("classes", classes.size(), {family_.official->classes});
    check_outputs(options_.classes, classes.size());
    for (const char* split : {kTrain, kVal}) {
      guarded([&] { inspect_split(split, classes, media); });
    }
    report_shared("in both splits");
  }

 private:
  void inspect_split(const std::string& split, const annotations::ClassList& classes, const Media& media) {
    const std::string name = family_.folds == 1 ? split : fmt::format("{}{}", split, options_.fold);
    const SplitIndex index = index_split(labels_, classes, media, split);
    if (family_.official != nullptr && family_.official->splits.contains(name))
      compare_count(name, index.listed, family_.official->splits.at(name));
    inspect_index(name, index, media);
  }

  const Family& family_;
  const Options& options_;
  const DatasetFiles& files_;
  LabelFolder labels_;
};

/// @throws Error kUsage for settings that do not exist, kInput for files that cannot be read at all
void inspect(const Family& family, const Options& options, const DataRequest& request, bool verify, DataReport& report) {
  const auto query = location_query(family, options, request.root, std::nullopt);
  const auto location = find_for_report(query, request.source, verify, report);
  if (!location) return;
  const DatasetFiles files = files_of(family, options, query, *location, request.source);
  const InspectionRules rules{verify, verify && request.deep, options.allow_missing, files.source, true, family.splits_may_share};
  Inspection(family, options, files, rules, report).run();
}

}  // namespace

DatasetEntry dataset_entry(const Family& family) {
  auto entry = entry_of(family, inspect);
  entry.folds = family.folds;
  entry.preparation = preparation_text(family);
  entry.prepare = [&family](const DataRequest& request, const std::string& folder) { return prepare(family, request, folder); };
  return entry;
}

}  // namespace vbench::clips
