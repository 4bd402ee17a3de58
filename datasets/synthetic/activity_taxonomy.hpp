// A made-up world of activities: classes and the concepts above them. Used by the set-abstraction stand-in.
#pragma once

#include <string>
#include <vector>

#include "datasets/set_abstraction/taxonomy.hpp"

namespace vbench::synthetic {

struct ActivityTaxonomy {
  std::vector<std::string> classes;                  ///< what videos show; one of them ("running") has further classes below it
  std::vector<set_abstraction::TaxonomyEdge> edges;  ///< four levels below "root"; some nodes have two parents
};

[[nodiscard]] const ActivityTaxonomy& activity_taxonomy();

}  // namespace vbench::synthetic
