#include "datasets/register.hpp"

#include "datasets/activitynet/activitynet.hpp"
#include "datasets/clips/family.hpp"
#include "datasets/kinetics/kinetics.hpp"
#include "datasets/moments/moments.hpp"
#include "datasets/set_abstraction/family.hpp"
#include "datasets/something/family.hpp"
#include "datasets/video_text/family.hpp"
#include "datasets/youcook2/youcook2.hpp"

namespace vbench {

void register_datasets(Registry& registry) {
  registry.dataset(video_text::dataset_entry(video_text::youcook2_family()));
  registry.dataset(video_text::dataset_entry(video_text::activitynet_family()));
  registry.dataset(set_abstraction::dataset_entry(set_abstraction::kinetics_family()));
  registry.dataset(set_abstraction::dataset_entry(set_abstraction::moments_family()));
  for (const clips::Family& family : clips::families()) registry.dataset(clips::dataset_entry(family));
  registry.dataset(something::dataset_entry());
}

}  // namespace vbench
