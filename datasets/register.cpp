#include "datasets/register.hpp"

#include "datasets/activitynet/activitynet.hpp"
#include "datasets/audio_visual/family.hpp"
#include "datasets/audio_visual/location.hpp"
#include "datasets/clips/family.hpp"
#include "datasets/kinetics/kinetics.hpp"
#include "datasets/location/joined_entry.hpp"
#include "datasets/moments/moments.hpp"
#include "datasets/set_abstraction/family.hpp"
#include "datasets/set_abstraction/metadata.hpp"
#include "datasets/something/family.hpp"
#include "datasets/video_text/family.hpp"
#include "datasets/youcook2/youcook2.hpp"

namespace vbench {
namespace {

/// Sets of videos, as features, and the videos themselves.
DatasetEntry kinetics_entry() {
  const auto& sets = set_abstraction::kinetics_family();
  const auto& videos = audio_visual::family_of("kinetics");
  return joined_entry(entry_part("sets", set_abstraction::dataset_entry(sets), sets.defaults(),
                                 [&sets](const set_abstraction::Options& options, const std::string& root) {
                                   return set_abstraction::location_query(sets, options, root, std::nullopt);
                                 }),
                      entry_part("videos", audio_visual::dataset_entry(videos), videos.defaults(),
                                 [&videos](const audio_visual::Options& options, const std::string& root) {
                                   return audio_visual::location_query(videos, options, root, "");
                                 }));
}

}  // namespace

void register_datasets(Registry& registry) {
  registry.dataset(video_text::dataset_entry(video_text::youcook2_family()));
  registry.dataset(video_text::dataset_entry(video_text::activitynet_family()));
  registry.dataset(kinetics_entry());
  registry.dataset(set_abstraction::dataset_entry(set_abstraction::moments_family()));
  for (const clips::Family& family : clips::families()) registry.dataset(clips::dataset_entry(family));
  for (const audio_visual::Family& family : audio_visual::families()) {
    if (family.name != "kinetics") registry.dataset(audio_visual::dataset_entry(family));
  }
  registry.dataset(something::dataset_entry());
}

}  // namespace vbench
