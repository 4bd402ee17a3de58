// Sentences of the stand-in worlds: which words are said of a step. Used by world.cpp and standin.cpp.
#pragma once

#include <string>
#include <vector>

#include "datasets/synthetic/vocabulary.hpp"
#include "harness/core/random.hpp"

namespace vbench::synthetic {

struct Step;

inline constexpr const char* kFirstToken = "[CLS]";
inline constexpr const char* kEndToken = "[SEP]";

/// Words that carry no content ("the", "in", ...).
[[nodiscard]] bool is_glue(const std::string& word);

/// Every word that can be said, special tokens included.
[[nodiscard]] std::vector<std::string> all_words(const Vocabulary& vocabulary);

/// About `length` words on a step. Verb and item are always said; place, second item and manner where there is room, so that a short
/// sentence tells less than its clip shows.
[[nodiscard]] std::vector<std::string> sentence_words(RandomStream& random, const Step& step, int64_t length);

}  // namespace vbench::synthetic
