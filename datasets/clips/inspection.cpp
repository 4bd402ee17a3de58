#include "datasets/clips/inspection.hpp"

#include "datasets/clips/look.hpp"
#include "harness/core/text.hpp"

namespace vbench::clips {

void SplitInspection::add_notes(const std::vector<annotations::Note>& notes) {
  for (const auto& note : notes) add({note.kind, printable(note.item), printable(note.message), note.fatal});
}

void SplitInspection::compare_count(const std::string& what, int64_t found, const annotations::OfficialRows& official) {
  if (official.allow(found) || rules_.source == Source::kSynthetic) return;
  add({"other than official", what, fmt::format("{} are listed, the official number is {}", found, official.text()), false});
}

void SplitInspection::check_outputs(int64_t wanted, int64_t classes) {
  if (wanted == 0 || wanted >= classes) return;
  add({"too few classes", "data.classes", fmt::format("{} outputs for {} classes", wanted, classes), true});
}

void SplitInspection::inspect_index(const std::string& name, const SplitIndex& index, const Media& media, bool needed) {
  fact("{}: {} videos, {} found, {} missing", name, index.listed, index.items.size(), index.count(RowFlaw::kMissing));
  report_.listed += index.listed;
  add_notes(index.notes);
  report_rows(name, index, needed);
  for (const ClipItem& item : index.items) remember(item.place, name);
  if (rules_.verify) look(name, index, media);
}

void SplitInspection::report_rows(const std::string& name, const SplitIndex& index, bool needed) {
  const double share = static_cast<double>(index.count(RowFlaw::kMissing)) / static_cast<double>(std::max<int64_t>(1, index.listed));
  const bool too_many = share > rules_.allow_missing + 1e-9 || (needed && index.items.empty());
  for (const RowProblem& problem : index.problems) {
    const bool harmless = (problem.flaw == RowFlaw::kTwice && rules_.rows_may_repeat) || (problem.flaw == RowFlaw::kMissing && !too_many) ||
                          (problem.flaw == RowFlaw::kTwoLabels && rules_.splits_may_share);
    add({to_string(problem.flaw), name + " " + problem.item, problem.error.what(), !harmless});
  }
  if (index.listed == 0) add({"no rows", index.file, "the label file lists no videos", needed});
}

void SplitInspection::look(const std::string& name, const SplitIndex& index, const Media& media) {
  std::vector<std::string> places;
  for (const ClipItem& item : index.items) places.push_back(item.place);
  int64_t frames = 0;
  look_at_all("checking " + name, media, places, rules_.deep ? Depth::kAll : Depth::kEnds, [&](size_t i, const Look& look) {
    const ClipItem& item = index.items[i];
    ++report_.checked;
    frames += look.frames;
    if (look.failure) return add({"unreadable video", name + " " + item.id, look.failure->what(), true});
    if (look.is_short()) {
      add({"cut short", name + " " + item.id, fmt::format("{} frames decode, the header says {}", look.frames, look.promised), false});
    }
    if (item.frames == 0 || item.frames == look.frames) return;
    // Readers trust the label file about video files alone: there a promised frame may not come.
    const bool fatal = media.is_video_file(item.place) && item.frames > look.frames;
    add({"number of frames", name + " " + item.id, fmt::format("{} are listed, {} are there", item.frames, look.frames), fatal});
  });
  fact("{}: {} frames", name, frames);
}

void SplitInspection::report_shared(const std::string& kind) {
  for (const auto& [video, names] : splits_) {
    if (names.size() < 2) continue;
    add({kind, printable(video), fmt::format("{} list the same video", fmt::join(names, " and ")), !rules_.splits_may_share});
  }
}

}  // namespace vbench::clips
