#include <gmock/gmock.h>

#include <set>

#include "datasets/loader/loader.hpp"
#include "datasets/video_text/checksums.hpp"
#include "datasets/video_text/frame_reader.hpp"
#include "tests/datasets/video_text/fixture.hpp"

namespace vbench::video_text {
namespace {

static_assert(Dataset<YouCook2> && Dataset<ActivityNet>);

TEST(TrainingSampling, GivesOneSortedFrameAnInterval) {
  RandomStream random(3, "augment");
  std::set<std::vector<int64_t>> seen;
  for (int64_t repeat = 0; repeat < 50; ++repeat) {
    RandomStream copy = random;
    const auto bounds = training_intervals(203, 80, copy);
    const auto indices = training_indices(203, 80, random);
    ASSERT_EQ(indices.size(), 80U);
    ASSERT_EQ(bounds.front(), 0);
    ASSERT_EQ(bounds.back(), 203);
    for (size_t i = 0; i < indices.size(); ++i) {
      EXPECT_GE(indices[i], bounds[i]);
      EXPECT_LT(indices[i], bounds[i + 1]);
    }
    seen.insert(indices);
  }
  EXPECT_GT(seen.size(), 45U);
  EXPECT_EQ(training_indices(7, 7, random), evaluation_indices(7, 7));
}

TEST(SegmentFrames, FollowTheAnnotationAndStayInTheVideo) {
  // 2 frames a second.
  EXPECT_EQ(segment_frames(1.2, 3.1, 10, 20, {}), (FrameRange{2, 5}));
  EXPECT_EQ(segment_frames(1.2, 3.1, 10, 20, {.add_stop_frame = 2}), (FrameRange{2, 7}));
  EXPECT_EQ(segment_frames(8, 12, 10, 20, {.add_stop_frame = 2}), (FrameRange{16, 4}));
  EXPECT_EQ(segment_frames(1, 1.5, 10, 20, {.expand_segments = 4}), (FrameRange{0, 4}));
  EXPECT_EQ(segment_frames(12, 13, 10, 20, {.add_stop_frame = 2}), std::nullopt);
  EXPECT_EQ(segment_frames(3, 3, 10, 20, {}), std::nullopt);
  EXPECT_EQ(segment_frames(1e300, 1e301, 10, 20, {}), std::nullopt);
}

void expect_same_batches(const Batch& a, const Batch& b) {
  EXPECT_EQ(a.keys, b.keys);
  EXPECT_EQ(a.clip_num, b.clip_num);
  EXPECT_EQ(a.clips.lengths, b.clips.lengths);
  for (const auto field : {&Batch::video, &Batch::paragraph, &Batch::clips, &Batch::sentences}) {
    EXPECT_TRUE(torch::equal((a.*field).rows, (b.*field).rows));
  }
}

std::vector<Batch> epoch(const RetrievalData& data, int64_t workers, int64_t number = 0) {
  Loader<RetrievalData> loader(data, {.batch_size = 4, .workers = workers, .prefetch = 3, .shuffle = true, .seed = 5}, number);
  std::vector<Batch> batches;
  while (auto batch = loader.next()) batches.push_back(std::move(*batch));
  return batches;
}

TEST(RetrievalData, ContentDependsOnSeedAndEpochOnly) {
  Kitchen kitchen;
  kitchen.options.max_frames = 3;
  kitchen.options.max_video_frames = 10;
  kitchen.options.frame_noise = 0.01;
  const YouCook2 streaming = kitchen.open(Role::kTrain);
  kitchen.spec.preload = true;
  const YouCook2 preloaded = kitchen.open(Role::kTrain);
  const auto expected = epoch(streaming, 0);
  ASSERT_EQ(expected.size(), 2U);
  for (const YouCook2& data : {streaming, preloaded}) {
    for (const int64_t workers : {0, 1, 3}) {
      const auto batches = epoch(data, workers);
      ASSERT_EQ(batches.size(), expected.size());
      for (size_t i = 0; i < batches.size(); ++i) expect_same_batches(batches[i], expected[i]);
    }
  }
  EXPECT_FALSE(torch::equal(epoch(streaming, 0, 1).front().video.rows, expected.front().video.rows));
}

TEST(RetrievalData, LimitsFramesOfVideosAndClipsSeparately) {
  Kitchen kitchen;
  kitchen.options.max_frames = 3;
  kitchen.options.max_video_frames = 10;
  RandomStream random(1, "augment");
  const Sample sample = kitchen.open().read(0, random);
  EXPECT_EQ(sample.frames.size(0), 10);
  for (const auto& clip : sample.clips) EXPECT_EQ(clip.size(0), 3);
}

TEST(RetrievalData, EvaluationHasNoNoiseAndIgnoresTheRandomStream) {
  Kitchen kitchen;
  kitchen.options.frame_noise = 1;
  kitchen.options.max_frames = 3;
  const YouCook2 data = kitchen.open();
  RandomStream first(1, "augment"), second(2, "augment");
  expect_same_batches(RetrievalData::collate({data.read(1, first)}), RetrievalData::collate({data.read(1, second)}));
}

TEST(FrameNoise, IsTruncatedAtTwoDeviationsAndLeavesTheFramesAlone) {
  const torch::Tensor frames = torch::ones({100, 501});
  RandomStream random(1, "augment");
  const torch::Tensor noise = (add_noise(frames, 0.5, random) - 1).to(torch::kDouble);
  EXPECT_TRUE(torch::equal(frames, torch::ones({100, 501})));
  EXPECT_LE(noise.abs().max().item<double>(), 1.0 + 1e-6);
  EXPECT_GT(noise.abs().max().item<double>(), 0.99);
  EXPECT_NEAR(noise.mean().item<double>(), 0, 0.01);
  EXPECT_NEAR(noise.std().item<double>(), 0.5 * 0.8796, 0.01);  // of a normal variable truncated at 2
}

TEST(FrameRows, PartsOfAFileAreTheRowsOfTheWhole) {
  const test::TemporaryFolder folder;
  const torch::Tensor all = torch::arange(2000 * 4, torch::kFloat).view({2000, 4});
  {
    auto file = hdf5::File::create(folder / "f.h5");
    file.write("video", all);
    file.close();
  }
  const auto store = FeatureStore::open_hdf5(folder / "f.h5", 4, "data.video_width");
  const std::vector<std::vector<int64_t>> wanted{evaluation_indices(2000, 20), {700, 701, 702}, {3, 9, 1999}};
  const FrameRows rows = FrameRows::read(*store, "video", 2000, wanted);
  EXPECT_LT(rows.size(), 200);
  for (const auto& frames : wanted) test::expect_same(rows.take(frames), all.index_select(0, torch::tensor(frames)));
  const std::vector<int64_t> most = evaluation_indices(2000, 1500);
  const FrameRows whole = FrameRows::read(*store, "video", 2000, {most});
  EXPECT_EQ(whole.size(), 2000);
  test::expect_same(whole.take(most), all.index_select(0, torch::tensor(most)));
  EXPECT_TRUE(whole.take({5, 6, 7}).is_alias_of(whole.take({7, 8}))) << "neighbours are copied";
}

TEST(FrameCounts, AreWrittenOnceAndTrustedAfterwards) {
  const Kitchen kitchen;
  (void)kitchen.open();
  const json counts = kitchen.read(Kitchen::kCounts);
  EXPECT_EQ(counts.size(), 10U);
  const auto frames = hdf5::File::open(kitchen.path(Kitchen::kFrames));
  for (const auto& [key, count] : counts.items()) EXPECT_EQ(count.get<int64_t>(), frames.shape(key)[0]);
}

TEST(Fingerprint, ChangesWithContentsAnnotationsAndItemsOnly) {
  Kitchen kitchen;
  const auto hash = [&] { return kitchen.open().fingerprint().hash; };
  const DataFingerprint first = kitchen.open().fingerprint();
  EXPECT_EQ(first.split, "val");
  EXPECT_EQ(first.items, 4);
  EXPECT_EQ(first.hash.size(), 32U);
  kitchen.options.max_frames = 2;
  kitchen.spec.workers = 3;
  EXPECT_EQ(hash(), first.hash);
  kitchen.change(Kitchen::kFrames, [&](const std::string& key, torch::Tensor rows) {
    if (key == kitchen.keys[3]) rows[rows.size(0) - 1][0] += 1;
    return rows;
  });
  const std::string changed_frames = hash();
  EXPECT_NE(changed_frames, first.hash);
  kitchen.change(Kitchen::kWords, [&](const std::string& key, torch::Tensor rows) {
    if (key == kitchen.keys[3]) rows[0][0] += 1;
    return rows;
  });
  const std::string changed_words = hash();
  EXPECT_NE(changed_words, changed_frames);
  json meta = kitchen.meta();
  meta[kitchen.keys[0]]["segments"][0]["text"] = "another sentence";
  kitchen.write("meta_all.json", meta);
  EXPECT_NE(hash(), changed_words);
}

TEST(Checksums, AreRememberedUntilAFileChanges) {
  const Kitchen kitchen;
  const Location location{fs::path(kitchen.spec.data_root) / "youcook2", Source::kReal};
  const std::vector<Item> items = kitchen.open().items();
  const auto first_hash = [&] {
    const auto files = DatasetFiles::open(youcook2_family(), kitchen.options, location, 0);
    return checksum_items(files, items, 0, std::chrono::milliseconds(0)).front().hash;
  };
  const std::string hash = first_hash();
  const auto changed_at = fs::last_write_time(kitchen.path(Kitchen::kFrames));
  kitchen.change(Kitchen::kFrames, [](const std::string&, const torch::Tensor& rows) { return rows + 1; });
  fs::last_write_time(kitchen.path(Kitchen::kFrames), changed_at);
  EXPECT_EQ(first_hash(), hash) << "read again although nothing seems to have changed";
  fs::last_write_time(kitchen.path(Kitchen::kFrames), changed_at + std::chrono::seconds(3));
  EXPECT_NE(first_hash(), hash);
}

TEST(ActivityNetData, SplitsShareVideosAndNpzFilesAreRead) {
  const test::TemporaryFolder folder;
  auto world = synthetic::activitynet_world();
  world.train_videos = 3;
  world.val_videos = 2;
  world.video_width = 24;
  world.text_width = 20;
  synthetic::write_activitynet_standin(folder / "activitynet", world);
  Options options = activitynet_options();
  options.video_width = 24;
  options.text_width = 20;
  RunSpec spec;
  spec.data_root = folder.path().string();
  std::set<std::string> videos;
  for (const std::string split : {"val_1", "val_2"}) {
    options.eval_split = split;
    const ActivityNet data = ActivityNet::open(options, spec, Role::kEvaluate);
    ASSERT_EQ(data.size(), 2);
    EXPECT_EQ(data.source(), Source::kSynthetic);
    EXPECT_THAT(data.name(0), ::testing::HasSubstr("activitynet " + split));
    for (const Item& item : data.items()) {
      videos.insert(item.data_key);
      for (const FrameRange& clip : item.clips) EXPECT_GE(clip.count, std::min<int64_t>(10, item.frames));
    }
    RandomStream random(1, "augment");
    EXPECT_EQ(data.read(1, random).frames.size(1), 24);
  }
  EXPECT_EQ(videos.size(), 2U);
  EXPECT_EQ(ActivityNet::open(options, spec, Role::kTrain).size(), 3);
  for (const auto& file : fs::recursive_directory_iterator(folder / "activitynet")) {
    if (file.path().extension() == ".npz") fs::resize_file(file.path(), 300);
  }
  EXPECT_THAT(test::error_of([&] {
                const ActivityNet data = ActivityNet::open(options, spec, Role::kEvaluate);
                RandomStream random(1, "augment");
                (void)data.read(0, random);
              }),
              ::testing::HasSubstr(".npz"));
}

}  // namespace
}  // namespace vbench::video_text
