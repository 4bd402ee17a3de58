#include "datasets/audio_visual/family.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/audio_visual/standin.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::audio_visual {
namespace {

Family ave() {
  return {.name = "ave",
          .title = "AVE: 10 s of 28 events that are seen and heard (Tian et al. 2018)",
          .licence = "labels CC BY 4.0 (AudioSet), research use; videos remain their uploaders'",
          .classes = 28,
          .read = read_ave_lists,
          .official_lists = "trainSet.txt, valSet.txt, testSet.txt"};
}

Family kinetics() {
  return {.name = "kinetics",
          .title = "Kinetics-400 with sound: 10 s of 400 human actions",
          .licence = "lists CC BY 4.0; videos remain their uploaders'",
          .classes = 400,
          .read = read_kinetics_lists,
          .official_lists = "kinetics-400_{train,val}.csv, or {train,val}.csv with label, youtube_id, time_start, time_end"};
}

Family kinetics_sound() {
  Family family = kinetics();
  family.name = "kinetics-sound";
  family.title = "Kinetics-Sound: 32 classes of Kinetics-400 that can be heard (Arandjelovic and Zisserman 2017)";
  family.class_folders = kinetics_sound_classes();
  family.classes = static_cast<int64_t>(family.class_folders.size());
  family.read = read_kinetics_sound_lists;
  family.official_lists += "; the 32 classes are picked out";
  return family;
}

Family vgg_sound() {
  return {.name = "vgg-sound",
          .title = "VGG-Sound: 10 s of 309 sounds whose source is seen (Chen et al. 2020)",
          .licence = "lists CC BY 4.0; videos remain their uploaders'",
          .classes = 309,
          .read = read_vgg_sound_lists,
          .official_lists = "vggsound.csv, or train.csv and test.csv"};
}

std::string layout_of(const Family& family) {
  return fmt::format(
      "{0}/{{train,val,test}}/<class>/<video>.mp4  videos with sound; the folders name the classes\n"
      "'vbench data prepare {0}' makes it from the official lists by links. Elsewhere: --set data.videos=DIR",
      family.name);
}

}  // namespace

const std::vector<Family>& families() {
  static const std::vector<Family> all = [] {
    std::vector<Family> described{ave(), kinetics(), kinetics_sound(), vgg_sound()};
    for (Family& family : described) {
      family.layout = layout_of(family);
      family.defaults = [name = family.name] { return options_of(name); };
      family.synthesize = [name = family.name](const DataRequest& request, const std::string& folder) {
        return synthesize(name, request, folder);
      };
    }
    return described;
  }();
  return all;
}

const Family& family_of(const std::string& name) {
  std::vector<std::string> known;
  for (const Family& family : families()) {
    if (family.name == name) return family;
    known.push_back(family.name);
  }
  throw usage_error(fmt::format("'{}' is no dataset of videos with sound", printable(name)), "--dataset", suggest(name, known));
}

std::string underscored(std::string name) {
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

}  // namespace vbench::audio_visual
