#include "datasets/synthetic/activity_taxonomy.hpp"

#include <set>

namespace vbench::synthetic {
namespace {

struct Family {
  const char* parent;
  std::vector<const char*> children;
};

// Parents before their children. Boating, snow sports, carving wood and playing water polo stand in two places.
const std::vector<Family>& families() {
  static const std::vector<Family> all{
      {"root", {"sports", "housework", "performing", "making things", "travelling"}},
      {"sports", {"ball sports", "water sports", "athletics", "snow sports"}},
      {"ball sports", {"team ball games", "racket games"}},
      {"team ball games", {"playing soccer", "playing basketball", "playing handball", "playing water polo"}},
      {"racket games", {"playing tennis", "playing badminton", "playing squash"}},
      {"water sports", {"swimming and diving", "boating", "playing water polo"}},
      {"swimming and diving", {"swimming butterfly", "diving from a board", "snorkeling"}},
      {"boating", {"rowing a boat", "kayaking", "sailing"}},
      {"athletics", {"running", "jumping events"}},
      {"running", {"sprinting", "running hurdles", "running a marathon"}},
      {"jumping events", {"long jump", "high jump", "pole vault"}},
      {"snow sports", {"skiing", "snowboarding", "sledding"}},
      {"housework", {"preparing food", "cleaning"}},
      {"preparing food", {"cutting food", "heating food"}},
      {"cutting food", {"chopping onions", "slicing bread", "peeling potatoes"}},
      {"heating food", {"frying eggs", "grilling meat", "baking a cake"}},
      {"cleaning", {"washing", "tidying"}},
      {"washing", {"washing dishes", "mopping the floor", "washing a car"}},
      {"tidying", {"folding laundry", "making a bed", "sweeping the floor"}},
      {"performing", {"playing music", "dancing"}},
      {"playing music", {"playing strings", "playing winds", "playing percussion"}},
      {"playing strings", {"playing guitar", "playing violin", "playing cello"}},
      {"playing winds", {"playing flute", "playing trumpet", "playing saxophone"}},
      {"playing percussion", {"playing drums", "playing xylophone"}},
      {"dancing", {"ballroom dancing", "stage dancing"}},
      {"ballroom dancing", {"dancing tango", "dancing waltz", "dancing salsa"}},
      {"stage dancing", {"dancing ballet", "breakdancing", "tap dancing"}},
      {"making things", {"handicrafts", "building"}},
      {"handicrafts", {"textile work", "shaping things"}},
      {"textile work", {"knitting", "sewing", "weaving"}},
      {"shaping things", {"throwing pottery", "carving wood", "sculpting clay"}},
      {"building", {"masonry", "working wood and metal"}},
      {"masonry", {"laying bricks", "plastering a wall"}},
      {"working wood and metal", {"welding", "sawing wood", "hammering nails", "carving wood"}},
      {"travelling", {"riding", "driving", "boating", "snow sports"}},
      {"riding", {"riding a bike", "riding a horse", "riding a motorbike"}},
      {"driving", {"driving a car", "driving a tractor"}},
  };
  return all;
}

ActivityTaxonomy make_taxonomy() {
  ActivityTaxonomy taxonomy;
  std::set<std::string> concepts, known;
  for (const Family& family : families()) concepts.insert(family.parent);
  concepts.erase("running");  // shown by videos of its own
  for (const Family& family : families()) {
    for (const char* child : family.children) {
      taxonomy.edges.push_back({family.parent, child});
      if (concepts.count(child) == 0 && known.insert(child).second) taxonomy.classes.emplace_back(child);
    }
  }
  return taxonomy;
}

}  // namespace

const ActivityTaxonomy& activity_taxonomy() {
  static const ActivityTaxonomy taxonomy = make_taxonomy();
  return taxonomy;
}

}  // namespace vbench::synthetic
