#include "datasets/clips/stretch_data.hpp"

#include <ATen/ATen.h>

#include "datasets/clips/labelled_split.hpp"
#include "datasets/clips/reading.hpp"
#include "datasets/clips/stretch_reader.hpp"

namespace vbench::clips {

struct StretchData::State {
  State(const Options& asked, const RunSpec& spec, Role role, bool random_clips)
      : options(asked),
        augmented(random_clips),
        split(asked.files, spec, role),
        reader(asked, split.media(), split.items().size()),
        damage(split.items().size(), role == Role::kTrain && !spec.strict, spec.verbosity) {
    options.files.classes = split.outputs();
  }

  /// Items of an epoch go through all videos once, then again.
  [[nodiscard]] size_t video_of(int64_t index) const { return static_cast<size_t>(index) % split.items().size(); }

  Options options;  ///< with the number of classes filled in
  bool augmented;
  LabelledSplit split;
  StretchReader reader;
  Damage damage;
};

StretchData StretchData::open(const Options& options, const RunSpec& spec, Role role) {
  return StretchData(std::make_shared<const State>(options, spec, role, role == Role::kTrain));
}

StretchData StretchData::open_unaugmented(const Options& options, const RunSpec& spec) {
  return StretchData(std::make_shared<const State>(options, spec, Role::kTrain, false));
}

int64_t StretchData::size() const {
  return static_cast<int64_t>(state_->split.items().size()) * (state_->augmented ? state_->options.train_clips : 1);
}

Sample StretchData::read(int64_t index, RandomStream& random) const {
  const size_t at = state_->video_of(index);
  const ClipItem& item = state_->split.items().at(at);
  const auto read = [&] { return state_->augmented ? state_->reader.train(at, item, random) : state_->reader.evaluate(at, item); };
  return {state_->damage.guard(at, item.id, read), item.label, item.id};
}

Batch StretchData::collate(const std::vector<Sample>& samples) { return collate_readable(samples); }

std::string StretchData::name(int64_t index) const { return state_->split.items().at(state_->video_of(index)).id; }
DataFingerprint StretchData::fingerprint() const { return state_->split.fingerprint(state_->damage.count()); }
Source StretchData::source() const { return state_->split.source(); }
StretchOptions StretchData::options() const { return state_->options; }
const std::vector<std::string>& StretchData::class_names() const { return state_->split.classes(); }

}  // namespace vbench::clips
