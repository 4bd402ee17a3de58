#include <torch/nn/functional.h>
#include <cmath>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>

#include "datasets/synthetic/standin.hpp"
#include "datasets/synthetic/synthesize.hpp"
#include "harness/core/error.hpp"
#include "tests/support/golden.hpp"

namespace vbench::synthetic {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::error_of;
using test::TemporaryFolder;

const std::string kText = "text_feat_youcook2_meta_all_transformers_bert-base-uncased_-2,-1";

VideoTextWorld small(VideoTextWorld world) {
  world.train_videos = 12;
  world.val_videos = 6;
  world.video_width = 24;
  world.text_width = 20;
  return world;
}

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[fs::relative(entry.path(), folder).string()] = bytes_of(entry.path());
  }
  return files;
}

void expect_same_files(const fs::path& a, const fs::path& b) {
  const auto first = contents(a);
  const auto second = contents(b);
  ASSERT_EQ(first.size(), second.size());
  for (const auto& [name, bytes] : first) EXPECT_TRUE(second.count(name) == 1 && second.at(name) == bytes) << name;
}

TEST(Standin, SameSeedGivesTheSameBytesAtAnotherTime) {
  const TemporaryFolder folder;
  write_youcook2_standin(folder / "a", small(youcook2_world()));
  write_activitynet_standin(folder / "c", small(activitynet_world()));
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));  // file formats store times in steps of one or two seconds
  write_youcook2_standin(folder / "b", small(youcook2_world()));
  write_activitynet_standin(folder / "d", small(activitynet_world()));
  expect_same_files(folder / "a", folder / "b");
  expect_same_files(folder / "c", folder / "d");
}

TEST(Standin, AnotherSeedGivesOtherVideos) {
  const TemporaryFolder folder;
  auto world = small(youcook2_world());
  write_youcook2_standin(folder / "a", world);
  world.seed = 2;
  write_youcook2_standin(folder / "b", world);
  EXPECT_NE(bytes_of(folder / "a" / "meta_all.json"), bytes_of(folder / "b" / "meta_all.json"));
}

TEST(Standin, YouCook2HasTheOfficialLayout) {
  const TemporaryFolder folder;
  const auto world = small(youcook2_world());
  const DataReport report = write_youcook2_standin(folder / "youcook2", world);
  EXPECT_EQ(report.listed, 18);
  const json meta = json::parse(bytes_of(folder / "youcook2" / "meta_all.json"));
  const json splits = json::parse(bytes_of(folder / "youcook2" / (kText + "_sentence_splits.json")));
  const auto video = hdf5::File::open(folder / "youcook2" / "video_feat_100m.h5");
  const auto text = hdf5::File::open(folder / "youcook2" / (kText + ".h5"));
  std::map<std::string, int> videos;
  for (const auto& [key, item] : meta.items()) {
    ++videos[item["split"]];
    EXPECT_EQ(key.size(), 11U);
    EXPECT_EQ(item["data_key"], key);
    const auto frames = video.shape(key);
    EXPECT_EQ(frames[1], 24);
    EXPECT_EQ(static_cast<double>(frames[0]), item["duration_sec"].get<double>());  // 1 frame a second
    const auto clips = static_cast<int64_t>(item["segments"].size());
    EXPECT_TRUE(clips >= world.min_clips && clips <= world.max_clips) << clips;
    int64_t tokens = 0;
    for (size_t i = 0; i < item["segments"].size(); ++i) {
      const json& segment = item["segments"][i];
      const double length = std::ceil(segment["stop_sec"].get<double>()) - std::floor(segment["start_sec"].get<double>());
      EXPECT_TRUE(length >= static_cast<double>(world.min_frames) && length <= static_cast<double>(world.max_frames)) << length;
      std::istringstream words(segment["text"].get<std::string>());
      const int64_t said = std::distance(std::istream_iterator<std::string>(words), {});
      EXPECT_TRUE(said >= world.min_words && said <= world.max_words) << segment["text"];
      EXPECT_EQ(splits[key][i].get<int64_t>(), said + (i == 0 ? 2 : 1));
      tokens += splits[key][i].get<int64_t>();
    }
    EXPECT_EQ(text.shape(key), (std::vector<int64_t>{tokens, 20}));
    EXPECT_TRUE(torch::isfinite(video.read(key)).all().item<bool>());
  }
  EXPECT_EQ(videos, (std::map<std::string, int>{{"train", 12}, {"val", 6}}));
}

TEST(Standin, ActivityNetHasAnArchivePerVideoAndTwoDescriptionsOfValidationVideos) {
  const TemporaryFolder folder;
  write_activitynet_standin(folder / "activitynet", small(activitynet_world()));
  const json meta = json::parse(bytes_of(folder / "activitynet" / "meta_all.json"));
  std::map<std::string, int> videos;
  for (const auto& [key, item] : meta.items()) {
    ++videos[item["split"]];
    EXPECT_EQ(key, item["data_key"].get<std::string>() + "_" + item["split"].get<std::string>());
    const auto path = folder / "activitynet" / "features" / "ICEP_V3_global_pool_skip_8_direct_resize" /
                      ("v_" + item["data_key"].get<std::string>() + ".npz");
    const std::string bytes = bytes_of(path);
    EXPECT_NE(bytes.find("frame_scores.npy"), std::string::npos);
    const auto frames = static_cast<int64_t>(item["duration_sec"].get<double>());
    EXPECT_NE(bytes.find("'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(frames) + ", 1, 24, 1, 1)"),
              std::string::npos);
  }
  EXPECT_EQ(videos, (std::map<std::string, int>{{"train", 12}, {"val_1", 6}, {"val_2", 6}}));
}

TEST(Standin, MarksItsFolderAsSynthetic) {
  const TemporaryFolder folder;
  auto world = small(youcook2_world());
  world.seed = 7;
  write_youcook2_standin(folder / "d", world);
  const json marker = json::parse(bytes_of(folder / "d" / "SYNTHETIC.json"));
  EXPECT_EQ(marker["seed"], 7);
  EXPECT_EQ(marker["version"], 1);
  EXPECT_EQ(marker["annotations"], "generated");
  EXPECT_EQ(marker["options"]["train_videos"], "12");
  EXPECT_EQ(marker["options"]["video_features"], "video_feat_100m");
}

TEST(Standin, ReplacesGeneratedAndEmptyFoldersOnly) {
  const TemporaryFolder folder;
  auto world = small(youcook2_world());
  fs::create_directory(folder / "d");
  write_youcook2_standin(folder / "d", world);
  world.train_videos = 2;
  EXPECT_EQ(write_youcook2_standin(folder / "d", world).listed, 8);
  fs::create_directory(folder / "own");
  std::ofstream(folder / "own" / "meta_all.json") << "{}";
  const std::string message = error_of([&] { write_youcook2_standin(folder / "own", world); });
  EXPECT_NE(message.find("not generated"), std::string::npos) << message;
  EXPECT_EQ(bytes_of(folder / "own" / "meta_all.json"), "{}");
  std::ofstream(folder / "file") << "x";
  EXPECT_NE(error_of([&] { write_youcook2_standin(folder / "file", world); }).find("not a folder"), std::string::npos);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 3) << "temporary folders were left behind";
}

TEST(Synthesize, TakesSettingsAndSeedAndRefusesUnknownOnes) {
  const TemporaryFolder folder;
  DataRequest request;
  request.seed = 3;
  request.settings = {"train_videos=4", "val_videos=2", "video_width=8", "text_width=8", "video_features=video_feat_2d3d"};
  EXPECT_EQ(synthesize_youcook2(request, (folder / "d").string()).listed, 6);
  EXPECT_EQ(hdf5::File::open(folder / "d" / "video_feat_2d3d.h5").children("").size(), 6U);
  EXPECT_EQ(json::parse(bytes_of(folder / "d" / "SYNTHETIC.json"))["seed"], 3);
  request.settings = {"train_video=4"};
  EXPECT_NE(error_of([&] { synthesize_youcook2(request, (folder / "e").string()); }).find("train_videos"), std::string::npos);
  request.settings = {"min_clips=5", "max_clips=4"};
  EXPECT_NE(error_of([&] { synthesize_activitynet(request, (folder / "e").string()); }).find("min_clips"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder / "e"));
}

TEST(World, OfficialWidthsAreTheDefault) {
  const TemporaryFolder folder;
  auto world = youcook2_world();
  world.train_videos = world.val_videos = 1;
  write_youcook2_standin(folder / "d", world);
  const auto file = hdf5::File::open(folder / "d" / "video_feat_100m.h5");
  EXPECT_EQ(file.shape(file.children("").front())[1], 512);
  EXPECT_EQ(hdf5::File::open(folder / "d" / (kText + ".h5")).shape(file.children("").front())[1], 1536);
}

/// Mean frame and mean word feature of every clip, or of every video.
struct Pairs {
  torch::Tensor video, text;
};

Pairs pairs_of(const World& world, const std::string& split, bool whole) {
  std::vector<torch::Tensor> video, text;
  for (const VideoPlan& plan : world.videos()) {
    if (plan.split != split) continue;
    const auto frames = world.frames(plan);
    const auto words = world.words(plan, 0).split_with_sizes(World::token_counts(plan));
    std::vector<torch::Tensor> clips, sentences;
    for (size_t i = 0; i < plan.clips.size(); ++i) {
      clips.push_back(frames.slice(0, plan.clips[i].first, plan.clips[i].last).mean(0));
      sentences.push_back(words[i].mean(0));
    }
    if (whole) {
      video.push_back(torch::stack(clips).mean(0));
      text.push_back(torch::stack(sentences).mean(0));
    } else {
      video.insert(video.end(), clips.begin(), clips.end());
      text.insert(text.end(), sentences.begin(), sentences.end());
    }
  }
  return {torch::stack(video).to(torch::kDouble), torch::stack(text).to(torch::kDouble)};
}

/// R@1 of validation clips among validation sentences, by ridge regression learnt on the training split.
double probe(const World& world, bool whole) {
  const Pairs train = pairs_of(world, "train", false);
  const Pairs val = pairs_of(world, "val", whole);
  const auto centre_v = train.video.mean(0);
  const auto centre_t = train.text.mean(0);
  const auto x = train.video - centre_v;
  const auto gram = x.t().mm(x) + torch::eye(x.size(1), torch::kDouble) * static_cast<double>(x.size(0)) * 0.05;
  const auto map = torch::linalg_solve(gram, x.t().mm(train.text - centre_t));
  const auto guess = torch::nn::functional::normalize((val.video - centre_v).mm(map));
  const auto scores = guess.mm(torch::nn::functional::normalize(val.text - centre_t).t());
  return scores.argmax(1).eq(torch::arange(scores.size(0))).to(torch::kDouble).mean().item<double>();
}

VideoTextWorld probed(double noise) {
  VideoTextWorld options = youcook2_world();
  options.video_width = 96;
  options.text_width = 128;
  options.clip_noise *= noise;
  return options;
}

TEST(World, ClipsAndSentencesShareContentButNotAllOfIt) {
  const World world(probed(1));
  const double clips = probe(world, false);
  const double videos = probe(world, true);
  RecordProperty("clips", std::to_string(clips));
  std::cout << "linear probe: c2s R@1 " << clips << ", v2p R@1 " << videos << "\n";
  EXPECT_GT(clips, 0.05);  // chance is 1 in about 240
  EXPECT_LT(clips, 0.6);
  EXPECT_GT(videos, 0.15);  // chance is 1 in 48
  EXPECT_LT(videos, 0.95);
}

TEST(World, MoreNoiseMakesItHarder) { EXPECT_GT(probe(World(probed(1)), false), probe(World(probed(4)), false)); }

TEST(World, MembersOfAFamilyShareMostStepsAndGenericStepsOccurEverywhere) {
  const World world(probed(1));
  const auto said = [](const Step& step) { return step.verb + " " + step.item; };
  int64_t shared = 0, all = 0;
  std::map<std::string, std::set<int64_t>> topics;
  const auto& videos = world.videos();
  for (size_t i = 0; i < videos.size(); ++i) {
    for (const ClipPlan& clip : videos[i].clips) topics[said(clip.step)].insert(videos[i].topic);
    if (i == 0 || videos[i].family != videos[i - 1].family) continue;
    ASSERT_EQ(videos[i].clips.size(), videos[i - 1].clips.size());
    std::multiset<std::string> before;
    for (const ClipPlan& clip : videos[i - 1].clips) before.insert(said(clip.step));
    for (const ClipPlan& clip : videos[i].clips) {
      ++all;
      const auto found = before.find(said(clip.step));
      if (found == before.end()) continue;
      ++shared;
      before.erase(found);
    }
  }
  ASSERT_GT(all, 0);
  EXPECT_GT(shared, all / 2);
  EXPECT_LT(shared, all);
  const auto everywhere = std::count_if(topics.begin(), topics.end(), [](const auto& entry) { return entry.second.size() > 5; });
  EXPECT_GE(everywhere, 5);
}

}  // namespace
}  // namespace vbench::synthetic
