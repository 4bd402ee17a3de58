#include "datasets/synthetic/sentence.hpp"

#include <algorithm>
#include <array>

#include "datasets/synthetic/world.hpp"

namespace vbench::synthetic {
namespace {

constexpr std::array kGlue{"the", "and", "in", "now", "then", "again", "together", "too"};
constexpr std::array kFillers{"now", "then", "again", "together", "too"};

}  // namespace

bool is_glue(const std::string& word) { return word.front() == '[' || std::find(kGlue.begin(), kGlue.end(), word) != kGlue.end(); }

std::vector<std::string> all_words(const Vocabulary& vocabulary) {
  std::vector<std::string> words{kFirstToken, kEndToken};
  words.insert(words.end(), kGlue.begin(), kGlue.end());
  for (const auto* group :
       {&vocabulary.verbs, &vocabulary.items, &vocabulary.places, &vocabulary.manners, &vocabulary.common_items, &vocabulary.subjects}) {
    words.insert(words.end(), group->begin(), group->end());
  }
  return words;
}

std::vector<std::string> sentence_words(RandomStream& random, const Step& step, int64_t length) {
  // Phrases are chosen in a random order while they fit, and said in grammatical order.
  enum Phrase { kSubject, kArticle, kSecondItem, kPlace, kManner, kPhrases };
  std::array<std::vector<std::string>, kPhrases> phrases;
  if (!step.subject.empty()) phrases[kSubject] = {"the", step.subject};
  phrases[kArticle] = {"the"};
  if (!step.second_item.empty()) phrases[kSecondItem] = {"and", step.second_item};
  if (!step.place.empty()) phrases[kPlace] = {"in", "the", step.place};
  if (!step.manner.empty()) phrases[kManner] = {step.manner};

  std::array<int, kPhrases> order{kSubject, kArticle, kSecondItem, kPlace, kManner};
  random.shuffle(std::span<int>(order).subspan(step.subject.empty() ? 0 : 1));
  std::array<bool, kPhrases> said{};
  int64_t used = 2;
  for (const int phrase : order) {
    const auto size = static_cast<int64_t>(phrases[static_cast<size_t>(phrase)].size());
    said[static_cast<size_t>(phrase)] = used + size <= length;
    if (said[static_cast<size_t>(phrase)]) used += size;
  }
  std::vector<std::string> words;
  const auto say = [&](Phrase phrase) {
    if (said[phrase]) words.insert(words.end(), phrases[phrase].begin(), phrases[phrase].end());
  };
  say(kSubject);
  words.push_back(step.verb);
  say(kArticle);
  words.push_back(step.item);
  say(kSecondItem);
  say(kPlace);
  say(kManner);
  for (uint64_t i = random.below(kFillers.size()); static_cast<int64_t>(words.size()) < length; ++i)
    words.emplace_back(kFillers[i % kFillers.size()]);
  return words;
}

}  // namespace vbench::synthetic
