#include "datasets/loader/loader.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "tests/support/golden.hpp"

namespace vbench {
namespace {

/// Items are numbers; reading gives the number and a random draw, after a delay that upsets the order of workers.
struct Numbers {
  using Sample = std::pair<int64_t, uint32_t>;
  using Batch = std::vector<Sample>;

  int64_t items = 23;
  int64_t broken = -1;

  [[nodiscard]] int64_t size() const { return items; }
  [[nodiscard]] std::string name(int64_t index) const { return "item " + std::to_string(index); }
  [[nodiscard]] Sample read(int64_t index, RandomStream& random) const {
    std::this_thread::sleep_for(std::chrono::microseconds((index * 7919) % 500));
    if (index == broken) throw std::runtime_error("checksum is wrong");
    return {index, random()};
  }
  static Batch collate(const std::vector<Sample>& samples) { return samples; }
};

/// The same items in planned batches of growing size; the step's number is part of what is read.
struct PlannedNumbers : Numbers {
  struct Step {
    int64_t batch = 0, first = 0, shape = 0;
  };
  [[nodiscard]] std::vector<Step> plan(int64_t batch_size) const {
    if (alike) return {};
    return {{batch_size, 0, 100}, {2 * batch_size, batch_size, 200}, {items, 3 * batch_size, 300}};
  }
  using Numbers::read;
  [[nodiscard]] Sample read(int64_t index, RandomStream& random, const Step& step) const {
    const auto [number, draw] = read(index, random);
    return {step.shape + number, draw};
  }
  bool alike = false;
};

std::vector<Numbers::Batch> all_batches(const Numbers& data, const LoaderOptions& options, int64_t epoch = 0, int64_t first = 0) {
  Loader<Numbers> loader(data, options, epoch, first);
  std::vector<Numbers::Batch> batches;
  while (auto batch = loader.next()) batches.push_back(*batch);
  return batches;
}

TEST(Loader, DropsALastBatchThatIsNotFullIfAskedUnlessItIsTheOnlyOne) {
  const auto sizes = [](int64_t items, int64_t batch_size) {
    const Numbers data{.items = items};
    std::vector<size_t> all;
    for (const auto& batch : all_batches(data, {.batch_size = batch_size, .workers = 2, .drop_last = true})) all.push_back(batch.size());
    return all;
  };
  EXPECT_EQ(sizes(23, 4), std::vector<size_t>(5, 4));
  EXPECT_EQ(sizes(8, 4), std::vector<size_t>(2, 4));
  EXPECT_EQ(sizes(3, 4), std::vector<size_t>{3});
}

TEST(Loader, AnyNumberOfWorkersGivesTheSameBatches) {
  const Numbers data;
  const auto reference = all_batches(data, {.batch_size = 4, .workers = 0, .shuffle = true, .seed = 5});
  for (const int64_t workers : {1, 2, 8}) {
    EXPECT_EQ(all_batches(data, {.batch_size = 4, .workers = workers, .prefetch = 3, .shuffle = true, .seed = 5}), reference) << workers;
  }
}

TEST(Loader, StartsNoMoreThreadsThanThereAreBatches) {
  const auto reference = all_batches({}, {.batch_size = 4, .workers = 0});
  EXPECT_EQ(all_batches({}, {.batch_size = 4, .workers = 1000000, .prefetch = 3}), reference);
}

TEST(Loader, ADatasetMayPlanItsBatches) {
  const PlannedNumbers data;
  const LoaderOptions options{.batch_size = 4, .workers = 2};
  EXPECT_EQ(Loader<PlannedNumbers>::batches(data, options), 3);
  Loader<PlannedNumbers> loader(data, options, 0);
  const auto first = *loader.next(), second = *loader.next(), third = *loader.next();
  EXPECT_FALSE(loader.next());
  EXPECT_EQ(first.size(), 4U);
  EXPECT_EQ(first[0].first, 100);
  EXPECT_EQ(second.size(), 8U);
  EXPECT_EQ(second[0].first, 204);
  ASSERT_EQ(third.size(), 23U);
  EXPECT_EQ(third[0].first, 312);
  EXPECT_EQ(third[11].first, 300) << "behind the last item the order starts over";
  EXPECT_EQ(third[11].second, first[0].second) << "an item's random numbers do not depend on its batch";
  EXPECT_EQ(loader.items_read(), 35);
}

/// Batches that say how large they are.
struct LargeNumbers : Numbers {
  struct Batch {
    std::vector<Sample> samples;
    [[nodiscard]] static int64_t bytes() { return 1000; }
  };
  static Batch collate(const std::vector<Sample>& samples) { return {samples}; }
};

TEST(Loader, FewLargeBatchesAreHeldAtATime) {
  const LargeNumbers data;
  Loader<LargeNumbers> loader(data, {.batch_size = 1, .workers = 2, .prefetch = 20, .most_bytes_ahead = 3500}, 0);
  ASSERT_TRUE(loader.next());
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_LE(loader.items_read(), 1 + 3 + 2) << "one taken, three that fit, two begun before the first one's size was known";
  int64_t batches = 1;
  while (loader.next()) ++batches;
  EXPECT_EQ(batches, data.items);
}

TEST(Loader, WithoutAPlanBatchesAreAlike) {
  PlannedNumbers data;
  data.alike = true;
  EXPECT_EQ(Loader<PlannedNumbers>::batches(data, {.batch_size = 4}), 6);
  Loader<PlannedNumbers> loader(data, {.batch_size = 4, .workers = 0}, 0);
  EXPECT_EQ((*loader.next())[3].first, 3);
}

TEST(Loader, EveryItemComesOnceAndTheLastBatchIsSmaller) {
  const auto batches = all_batches({}, {.batch_size = 4, .workers = 2, .shuffle = true, .seed = 1});
  ASSERT_EQ(batches.size(), 6U);
  EXPECT_EQ(batches.back().size(), 3U);
  std::set<int64_t> seen;
  for (const auto& batch : batches) {
    for (const auto& [item, draw] : batch) seen.insert(item);
  }
  EXPECT_EQ(seen.size(), 23U);
}

TEST(Loader, StartingInTheMiddleGivesTheRestOfTheSameEpoch) {
  const auto whole = all_batches({}, {.batch_size = 4, .workers = 2, .shuffle = true, .seed = 1}, 3);
  const auto rest = all_batches({}, {.batch_size = 4, .workers = 2, .shuffle = true, .seed = 1}, 3, 4);
  EXPECT_EQ(rest, (std::vector<Numbers::Batch>(whole.begin() + 4, whole.end())));
}

TEST(Loader, EpochsAndSeedsHaveDifferentOrders) {
  const LoaderOptions options{.batch_size = 4, .workers = 1, .shuffle = true, .seed = 1};
  EXPECT_NE(all_batches({}, options, 0), all_batches({}, options, 1));
  EXPECT_NE(epoch_order(100, {.shuffle = true, .seed = 1}, 0), epoch_order(100, {.shuffle = true, .seed = 2}, 0));
  EXPECT_EQ(epoch_order(3, {.shuffle = false}, 7), (std::vector<int64_t>{0, 1, 2}));
}

TEST(Loader, AnErrorCarriesTheItemsNameAndComesInItsTurn) {
  const Numbers data{.items = 23, .broken = 9};
  for (const int64_t workers : {0, 3}) {
    Loader<Numbers> loader(data, {.batch_size = 4, .workers = workers, .prefetch = 8}, 0);
    EXPECT_TRUE(loader.next().has_value());
    EXPECT_TRUE(loader.next().has_value());
    EXPECT_EQ(test::error_of([&] { (void)loader.next(); }), "item 9: cannot be read: checksum is wrong");
  }
}

TEST(Loader, CanBeLeftInTheMiddleOfAnEpoch) {
  const Numbers data{.items = 1000};
  Loader<Numbers> loader(data, {.batch_size = 2, .workers = 4, .prefetch = 4}, 0);
  EXPECT_TRUE(loader.next().has_value());
  std::this_thread::sleep_for(std::chrono::milliseconds(200));  // unbounded workers would have read hundreds
  EXPECT_LE(loader.items_read(), 2 * (4 + 1) + 2) << "the prefetch is not bounded";
}

}  // namespace
}  // namespace vbench
