#include "datasets/synthetic/world.hpp"

#include <algorithm>
#include <set>
#include <span>

#include "datasets/synthetic/sentence.hpp"

namespace vbench::synthetic {
namespace {

constexpr double kMapGain = 1.5;      // strong enough that the maps are clearly not linear
constexpr double kSentenceMix = 0.5;  // how much of its sentence a word's feature knows
constexpr size_t kBackgrounds = 4;    // kinds of background: a face, a kitchen, a title, ...
constexpr size_t kItemsOfTopic = 7;

const std::string& pick(RandomStream& random, const std::vector<std::string>& words) { return words[random.below(words.size())]; }

int64_t between(RandomStream& random, int64_t low, int64_t high) {
  return low + static_cast<int64_t>(random.below(static_cast<uint64_t>(high - low + 1)));
}

bool chance(RandomStream& random, double share) { return random.uniform() < share; }

std::string video_id(RandomStream& random) {
  static const std::string kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string id;
  for (int i = 0; i < 11; ++i) id += kAlphabet[random.below(kAlphabet.size())];
  return id;
}

VideoTextWorld checked(const VideoTextWorld& options) {
  options.check();
  return options;
}

}  // namespace

World::World(const VideoTextWorld& options)
    : options_(checked(options)),
      vocabulary_(vocabulary(options.domain)),
      video_map_(RandomStream(options.seed, "world.video_map"), options.latent_width, options.video_width, kMapGain),
      text_map_(RandomStream(options.seed, "world.text_map"), options.latent_width, options.text_width, kMapGain) {
  for (const std::string& word : all_words(vocabulary_)) {
    RandomStream random(options_.seed, "world.word/" + word);
    lexicon_[word] = unit_latent(random, options_.latent_width);
  }
  RandomStream random(options_.seed, "world.appearance");
  for (int64_t i = 0; i < options_.topics; ++i) topic_latents_.push_back(unit_latent(random, options_.latent_width));
  for (size_t i = 0; i < kBackgrounds; ++i) backgrounds_.push_back(unit_latent(random, options_.latent_width));
  make_steps();
  uint64_t family = 0;
  for (const auto& [split, count] : {std::pair{options_.train_split, options_.train_videos}, {options_.val_split, options_.val_videos}}) {
    for (int64_t done = 0; done < count; done += options_.family) plan_family(split, family++, std::min(options_.family, count - done));
  }
  std::set<std::string> ids;
  RandomStream id_random(options_.seed, "world.ids");
  for (VideoPlan& video : videos_) {
    do video.id = video_id(id_random);
    while (!ids.insert(video.id).second);
  }
}

void World::make_steps() {
  RandomStream random(options_.seed, "world.steps");
  for (int64_t topic = 0; topic < options_.topics; ++topic) {
    std::vector<std::string> items;
    for (size_t i = 0; i < kItemsOfTopic; ++i) items.push_back(pick(random, vocabulary_.items));
    std::vector<Step> steps;
    for (int64_t i = 0; i < options_.steps_per_topic; ++i) {
      Step step{"", pick(random, vocabulary_.verbs), pick(random, items), "", pick(random, vocabulary_.places), ""};
      if (chance(random, 0.5)) step.second_item = pick(random, items);
      if (step.second_item == step.item) step.second_item.clear();
      steps.push_back(step);
    }
    topic_steps_.push_back(steps);
  }
  for (int64_t i = 0; i < options_.generic_steps; ++i) {
    generic_steps_.push_back(
        {"", pick(random, vocabulary_.verbs), pick(random, vocabulary_.common_items), "", pick(random, vocabulary_.places), ""});
  }
}

std::vector<Step> World::family_steps(RandomStream& random, int64_t topic) const {
  const auto& pool = topic_steps_[static_cast<size_t>(topic)];
  const int64_t clips = between(random, options_.min_clips, options_.max_clips);
  std::vector<size_t> order(pool.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  random.shuffle(std::span<size_t>(order));
  order.resize(std::min(order.size(), static_cast<size_t>(clips)));
  std::sort(order.begin(), order.end());
  std::vector<Step> steps;
  for (const size_t i : order) steps.push_back(pool[i]);
  while (static_cast<int64_t>(steps.size()) < clips) steps.push_back(generic_steps_[random.below(generic_steps_.size())]);
  for (Step& step : steps) {
    if (chance(random, options_.generic_share)) step = generic_steps_[random.below(generic_steps_.size())];
  }
  return steps;
}

// Makes another video of the same family: nearly the same steps, so that only the whole tells them apart.
void World::vary(RandomStream& random, int64_t topic, std::vector<Step>& steps) const {
  const auto& pool = topic_steps_[static_cast<size_t>(topic)];
  for (int64_t i = 0; i < options_.swapped_steps; ++i) std::swap(steps[random.below(steps.size())], steps[random.below(steps.size())]);
  for (int64_t i = 0; i < options_.changed_steps; ++i) steps[random.below(steps.size())] = pool[random.below(pool.size())];
}

void World::plan_family(const std::string& split, uint64_t family, int64_t members) {
  const int64_t topic = static_cast<int64_t>(family) % options_.topics;
  RandomStream family_random(options_.seed, "world.family", 0, family);
  const std::vector<Step> base = family_steps(family_random, topic);
  for (int64_t member = 0; member < members; ++member) {
    VideoPlan video;
    video.split = split;
    video.topic = topic;
    video.family = static_cast<int64_t>(family);
    video.index = static_cast<int64_t>(videos_.size());
    RandomStream random(options_.seed, "world.video", 0, videos_.size());
    std::vector<Step> steps = base;
    if (member > 0) vary(random, topic, steps);
    const std::string subject = vocabulary_.subjects.empty() ? "" : pick(random, vocabulary_.subjects);
    for (Step& step : steps) {
      step.subject = subject;
      if (chance(random, options_.variation_share)) step.place = pick(random, vocabulary_.places);
      if (chance(random, options_.variation_share)) step.manner = pick(random, vocabulary_.manners);
    }
    lay_out(random, steps, video);
    videos_.push_back(std::move(video));
  }
}

void World::lay_out(RandomStream& random, const std::vector<Step>& steps, VideoPlan& video) const {
  int64_t at = between(random, 0, options_.max_gap);
  for (const Step& step : steps) {
    ClipPlan clip;
    clip.step = step;
    clip.first = at;
    clip.last = at + between(random, options_.min_frames, options_.max_frames);
    clip.words = sentence_words(random, step, between(random, options_.min_words, options_.max_words));
    clip.until = clip.last;
    at = clip.last + between(random, 0, options_.max_gap);
    video.clips.push_back(std::move(clip));
  }
  video.frames = at;
  for (size_t i = 0; i + 1 < video.clips.size(); ++i) {
    const ClipPlan& next = video.clips[i + 1];
    if (chance(random, options_.overlap_share)) video.clips[i].until = (next.first + next.last + 1) / 2;
  }
}

VideoPlan World::retold(const VideoPlan& video) const {
  VideoPlan other = video;
  RandomStream random(options_.seed, "world.retold", 0, static_cast<uint64_t>(video.index));
  for (ClipPlan& clip : other.clips) {
    clip.words = sentence_words(random, clip.step, between(random, options_.min_words, options_.max_words));
    clip.first = std::max<int64_t>(0, clip.first - between(random, 0, 1));
    clip.until = std::min(video.frames, clip.until + between(random, 0, 1));
  }
  return other;
}

Latent World::content(const Step& step) const {
  Latent sum(static_cast<size_t>(options_.latent_width), 0.0F);
  for (const auto& [word, weight] :
       {std::pair{step.subject, 0.5}, {step.verb, 1.0}, {step.item, 1.0}, {step.second_item, 0.7}, {step.place, 0.7}, {step.manner, 0.7}}) {
    if (!word.empty()) add_scaled(sum, lexicon_.at(word), weight);
  }
  normalise(sum);
  return sum;
}

Latent World::background(RandomStream& random) const { return backgrounds_[random.below(backgrounds_.size())]; }

at::Tensor World::frames(const VideoPlan& video) const {
  RandomStream random(options_.seed, "world.frames", 0, static_cast<uint64_t>(video.index));
  const int64_t width = options_.latent_width;
  std::vector<Latent> latents;
  for (int64_t i = 0; i < video.frames; ++i) latents.push_back(background(random));
  for (const ClipPlan& clip : video.clips) {
    Latent shown = content(clip.step);
    add_scaled(shown, noise_latent(random, width, options_.clip_noise), 1);
    for (int64_t i = clip.first; i < clip.last; ++i) {
      if (!chance(random, options_.wrong_frame_share)) latents[static_cast<size_t>(i)] = shown;
    }
  }
  for (Latent& latent : latents) {
    add_scaled(latent, topic_latents_[static_cast<size_t>(video.topic)], options_.context);
    add_scaled(latent, noise_latent(random, width, options_.frame_noise), 1);
  }
  at::Tensor features = video_map_.squash(stack(latents, width));
  add_uniform_noise(features, options_.feature_noise, random);
  return features;
}

at::Tensor World::words(const VideoPlan& video, uint64_t telling) const {
  RandomStream random(options_.seed, "world.words", telling, static_cast<uint64_t>(video.index));
  const int64_t width = options_.latent_width;
  std::vector<Latent> latents;
  const auto say = [&](const std::string& word, const Latent& sentence) {
    Latent latent = lexicon_.at(word);
    add_scaled(latent, sentence, kSentenceMix);
    add_scaled(latent, topic_latents_[static_cast<size_t>(video.topic)], options_.context * kSentenceMix);
    add_scaled(latent, noise_latent(random, width, options_.word_noise), 1);
    latents.push_back(std::move(latent));
  };
  for (size_t i = 0; i < video.clips.size(); ++i) {
    Latent meaning(static_cast<size_t>(width), 0.0F);
    for (const std::string& word : video.clips[i].words) {
      if (!is_glue(word)) add_scaled(meaning, lexicon_.at(word), 1);
    }
    normalise(meaning);
    add_scaled(meaning, noise_latent(random, width, options_.sentence_noise), 1);
    if (i == 0) say(kFirstToken, meaning);
    for (const std::string& word : video.clips[i].words) say(word, meaning);
    say(kEndToken, meaning);
  }
  at::Tensor features = text_map_.squash(stack(latents, width));
  add_uniform_noise(features, options_.feature_noise, random);
  return features;
}

std::vector<int64_t> World::token_counts(const VideoPlan& video) {
  std::vector<int64_t> counts;
  for (const ClipPlan& clip : video.clips) counts.push_back(static_cast<int64_t>(clip.words.size()) + (counts.empty() ? 2 : 1));
  return counts;
}

}  // namespace vbench::synthetic
