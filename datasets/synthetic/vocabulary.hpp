// The words of the stand-in worlds, by their role in a sentence. Used by world.cpp only.
#pragma once

#include <string>
#include <vector>

namespace vbench::synthetic {

enum class Domain { kKitchen, kActivity };

/// Words by role. A step is a verb, one or two items and a place; videos add a manner.
struct Vocabulary {
  std::vector<std::string> verbs, items, places, manners;
  std::vector<std::string> common_items;  ///< of generic steps, which occur in videos of every topic
  std::vector<std::string> subjects;      ///< before the verb; empty where sentences are imperative
};

[[nodiscard]] const Vocabulary& vocabulary(Domain domain);

}  // namespace vbench::synthetic
