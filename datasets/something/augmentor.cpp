#include "datasets/something/augmentor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "datasets/annotations/annotation.hpp"
#include "datasets/formats/json_file.hpp"
#include "datasets/something/annotations.hpp"
#include "harness/core/text.hpp"

namespace vbench::something {
namespace fs = std::filesystem;
using annotations::ClassList;

namespace {

constexpr std::array kKinds{Augmentation::kLeftRight, Augmentation::kLeftRightAgnostic, Augmentation::kReverseTime,
                            Augmentation::kReverseTimeAgnostic};

// Of the official classes in their order.
constexpr std::array<std::array<size_t, 2>, 3> kMirrored{{{86, 87}, {93, 94}, {166, 167}}};  // pulling, pushing, turning the camera
constexpr std::array<size_t, 2> kOneSided{7, 37};  // neither the same when mirrored nor another class: digging out, moving closer

bool changes_class(Augmentation kind) { return kind == Augmentation::kLeftRight || kind == Augmentation::kReverseTime; }
bool reverses(Augmentation kind) { return kind == Augmentation::kReverseTime || kind == Augmentation::kReverseTimeAgnostic; }

/// The part of a mapping file that tells of one kind.
class KindReader {
 public:
  KindReader(const fs::path& file, Augmentation kind, const ClassList& classes, std::vector<std::vector<Augmentor::Candidate>>& others,
             std::vector<std::string>& unknown)
      : where_(fmt::format("{}: '{}'", printable(file.string()), to_string(kind))),
        kind_(kind),
        classes_(classes),
        others_(others),
        unknown_(unknown) {}

  void read(const nlohmann::json& part) {
    if (changes_class(kind_) != part.is_object() || (!part.is_object() && !part.is_array()))
      throw input_error(changes_class(kind_) ? "is no object {class: class}" : "is no list of classes", where_);
    for (const auto& [key, value] : part.items()) {
      if (!value.is_string()) throw input_error("holds something that is no class name", where_);
      const std::string target = value.get<std::string>(), source = part.is_object() ? key : target;
      add(source, target);
    }
  }

 private:
  void add(const std::string& source, const std::string& target) {
    const auto from = classes_.find(source), to = classes_.find(target);
    if (from && !to) {
      throw input_error(fmt::format("'{}' would become '{}', which is not among the labels", printable(source), printable(target)), where_,
                        printable(suggest(target, classes_.names())));
    }
    if (!from) return unknown_.push_back(source);
    auto& candidates = others_[static_cast<size_t>(*from)];
    const bool twice = std::any_of(candidates.begin(), candidates.end(), [&](const auto& other) { return other.kind == kind_; });
    if (!twice) candidates.push_back({kind_, *to});
  }

  std::string where_;
  Augmentation kind_;
  const ClassList& classes_;
  std::vector<std::vector<Augmentor::Candidate>>& others_;
  std::vector<std::string>& unknown_;
};

}  // namespace

std::string to_string(Augmentation kind) {
  switch (kind) {
    case Augmentation::kSame:
      return "same";
    case Augmentation::kLeftRight:
      return "left/right";
    case Augmentation::kLeftRightAgnostic:
      return "left/right agnostic";
    case Augmentation::kReverseTime:
      return "reverse time";
    case Augmentation::kReverseTimeAgnostic:
      return "reverse time agnostic";
  }
  return "?";
}

std::vector<Augmentation> parse_augmentations(const std::string& text) {
  constexpr const char* kSetting = "--set augment.types";
  std::vector<std::string> known;
  for (const Augmentation kind : kKinds) known.push_back(to_string(kind));
  std::vector<Augmentation> kinds;
  for (const std::string& name : split(text, ',')) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end())
      throw usage_error(fmt::format("'{}' is no kind of augmentation", printable(name)), kSetting, suggest(name, known));
    const Augmentation kind = kKinds[static_cast<size_t>(found - known.begin())];
    if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) throw usage_error(fmt::format("'{}' is named twice", name), kSetting);
    kinds.push_back(kind);
  }
  std::sort(kinds.begin(), kinds.end());
  return kinds;
}

Augmentor Augmentor::from_file(const fs::path& file, const std::vector<Augmentation>& kinds, const std::vector<std::string>& class_names) {
  const auto mapping = read_json_object<nlohmann::json>(file);
  const ClassList classes(class_names);
  Augmentor augmentor;
  augmentor.others_.resize(class_names.size());
  for (const Augmentation kind : kinds) {
    const auto part = mapping.find(to_string(kind));
    if (part == mapping.end())
      throw input_error(fmt::format("there is no '{}'", to_string(kind)), printable(file.string()), "leave it out of augment.types");
    KindReader(file, kind, classes, augmentor.others_, augmentor.unknown_).read(*part);
  }
  return augmentor;
}

Augmentor Augmentor::built_in(const std::vector<Augmentation>& kinds, const std::vector<std::string>& class_names) {
  Augmentor augmentor;
  if (kinds.empty()) return augmentor;
  constexpr const char* kHint =
      "put the official augmentation_mappings.json beside the annotations, name one with data.augmentation_mapping, or train without: "
      "--set augment.types=";
  const auto backwards = std::find_if(kinds.begin(), kinds.end(), reverses);
  if (backwards != kinds.end())
    throw usage_error(fmt::format("'{}' needs a file that says what becomes of each class", to_string(*backwards)), "--set augment.types",
                      kHint);
  if (!are_official(class_names))
    throw usage_error("these are not the 174 official classes: a file has to say what becomes of each", "--set augment.types", kHint);
  augmentor.others_.resize(class_names.size());
  for (const Augmentation kind : kinds) {
    if (kind == Augmentation::kLeftRight) {
      for (const auto& [left, right] : kMirrored) {
        augmentor.others_[left].push_back({kind, static_cast<int64_t>(right)});
        augmentor.others_[right].push_back({kind, static_cast<int64_t>(left)});
      }
      continue;
    }
    for (size_t label = 0; label < class_names.size(); ++label) {
      const bool mirrored =
          std::any_of(kMirrored.begin(), kMirrored.end(), [&](const auto& pair) { return pair[0] == label || pair[1] == label; });
      const bool one_sided = std::find(kOneSided.begin(), kOneSided.end(), label) != kOneSided.end();
      if (!mirrored && !one_sided) augmentor.others_[label].push_back({kind, static_cast<int64_t>(label)});
    }
  }
  return augmentor;
}

std::vector<Augmentor::Candidate> Augmentor::candidates(int64_t label) const {
  std::vector<Candidate> all{{Augmentation::kSame, label}};
  const auto at = static_cast<size_t>(label);
  if (at < others_.size()) all.insert(all.end(), others_[at].begin(), others_[at].end());
  return all;
}

Augmentor::Draw Augmentor::draw(int64_t label, RandomStream& random) const {
  const auto all = candidates(label);
  const Candidate& chosen = all[random.below(all.size())];
  Draw draw{chosen.label, false, false};
  draw.mirror = chosen.kind == Augmentation::kLeftRight || chosen.kind == Augmentation::kLeftRightAgnostic;
  draw.reverse = chosen.kind == Augmentation::kReverseTime || (chosen.kind == Augmentation::kReverseTimeAgnostic && random.below(2) == 1);
  return draw;
}

}  // namespace vbench::something
