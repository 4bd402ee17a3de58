#include "datasets/clips/clip_data.hpp"

#include <ATen/ATen.h>

#include <mutex>

#include "datasets/clips/clip_reader.hpp"
#include "datasets/clips/labelled_split.hpp"
#include "datasets/clips/reading.hpp"
#include "harness/core/progress.hpp"

namespace vbench::clips {

struct ClipData::State {
  State(const Options& asked, const RunSpec& run, Role role)
      : spec(run),
        options(asked),
        training(role == Role::kTrain),
        split(asked, run, role),
        reader(asked, split.media(), split.items().size()),
        damage(split.items().size(), training && !run.strict, run.verbosity) {
    options.classes = split.outputs();
  }

  RunSpec spec;
  Options options;  ///< with `classes` filled in
  bool training;
  LabelledSplit split;
  ClipReader reader;
  Damage damage;
  mutable std::once_flag table_once;

  template <class Read>
  [[nodiscard]] Sample sample(int64_t index, const Read& read) const;
};

template <class Read>
Sample ClipData::State::sample(int64_t index, const Read& read) const {
  const auto at = static_cast<size_t>(index);
  const ClipItem& item = split.items().at(at);
  return {damage.guard(at, item.id, [&] { return read(at, item); }), item.label, item.id};
}

ClipData ClipData::open(const Options& options, const RunSpec& spec, Role role) {
  return ClipData(std::make_shared<const State>(options, spec, role));
}

int64_t ClipData::size() const { return static_cast<int64_t>(state_->split.items().size()); }

Sample ClipData::read(int64_t index, RandomStream& random) const {
  return state_->sample(index, [&](size_t at, const ClipItem& item) {
    if (!state_->training) return state_->reader.evaluate(at, item);
    return state_->reader.train(at, item, random, state_->options.clip_size());
  });
}

Sample ClipData::read(int64_t index, RandomStream& random, const Step& step) const {
  return state_->sample(index, [&](size_t at, const ClipItem& item) { return state_->reader.train(at, item, random, step.size); });
}

Batch ClipData::collate(const std::vector<Sample>& samples) { return clips::collate(samples); }

std::vector<ClipData::Step> ClipData::plan(int64_t batch_size) const {
  const video::MultigridOptions& grid = state_->options.multigrid;
  const bool cycles = grid.long_cycles || grid.short_cycles;
  if (!state_->training || (!cycles && grid.epoch_length == video::EpochLength::kFullPass)) return {};
  const video::MultigridSchedule schedule(grid, size(), batch_size, state_->options.clip_size());
  if (cycles) {
    std::call_once(state_->table_once, [&] { Progress(static_cast<Verbosity>(state_->spec.verbosity)).detail(schedule.table()); });
  }
  return schedule.steps();
}

std::string ClipData::name(int64_t index) const { return state_->split.items().at(static_cast<size_t>(index)).id; }

DataFingerprint ClipData::fingerprint() const { return state_->split.fingerprint(state_->damage.count()); }
Source ClipData::source() const { return state_->split.source(); }
Options ClipData::options() const { return state_->options; }
const std::vector<std::string>& ClipData::class_names() const { return state_->split.classes(); }

}  // namespace vbench::clips
