#include "harness/core/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/support/golden.hpp"

namespace vbench {
namespace {

enum class Pooling { kMean, kMax };

struct Fixture {
  double margin = 0.2;
  int64_t heads = 8;
  bool flag = false;
  Pooling pooling = Pooling::kMean;
  Settings settings;
  Fixture() {
    settings.number("loss.margin", margin, "contrastive margin", {0, 2});
    settings.integer("heads", heads, "attention heads", {1, 64});
    settings.flag("norm", flag, "divide");
    settings.choice("pooling", pooling, "pooling", {{"mean", Pooling::kMean}, {"max", Pooling::kMax}});
  }
};

TEST(Settings, AssignmentsReachTheFields) {
  Fixture f;
  f.settings.set_assignment("loss.margin = 0.3");
  f.settings.set_assignment("heads=4");
  f.settings.set_assignment("norm=true");
  f.settings.set_assignment("pooling=max");
  EXPECT_EQ(f.margin, 0.3);
  EXPECT_EQ(f.heads, 4);
  EXPECT_TRUE(f.flag);
  EXPECT_EQ(f.pooling, Pooling::kMax);
}

TEST(Settings, ListShowsDefaultsBesideValues) {
  Fixture f;
  f.settings.set("heads", "4");
  const auto infos = f.settings.list();
  ASSERT_EQ(infos.size(), 4U);
  EXPECT_EQ(infos[1].value, "4");
  EXPECT_EQ(infos[1].default_value, "8");
  EXPECT_EQ(infos[3].type, "mean|max");
}

TEST(Settings, ListsOfNumbersFillTheFront) {
  std::array<int64_t, 3> steps{15, 30, 0};
  Settings settings;
  settings.integers("steps", steps, "epochs");
  EXPECT_EQ(settings.list().front().value, "15,30");
  settings.set("steps", "7");
  EXPECT_EQ(steps, (std::array<int64_t, 3>{7, 0, 0}));
  settings.set("steps", "");
  EXPECT_EQ(steps, (std::array<int64_t, 3>{}));
  for (const char* bad : {"1,2,3,4", "0", "1,,2", "1,x", "-1"}) {
    EXPECT_THAT(test::error_of([&] { settings.set("steps", bad); }), testing::HasSubstr("up to 3 positive integers")) << bad;
  }
}

TEST(Settings, RefusesWhatDoesNotFit) {
  Fixture f;
  EXPECT_EQ(test::error_of([&] { f.settings.set("loss.margn", "1"); }), "--set: unknown setting 'loss.margn'; did you mean 'loss.margin'?");
  EXPECT_EQ(test::error_of([&] { f.settings.set("heads", "0"); }),
            "--set heads: '0' is not integer in [1, 64]; see 'vbench show' for every setting");
  EXPECT_EQ(test::error_of([&] { f.settings.set("heads", "2.5"); }),
            "--set heads: '2.5' is not integer in [1, 64]; see 'vbench show' for every setting");
  EXPECT_EQ(test::error_of([&] { f.settings.set("loss.margin", "nan"); }),
            "--set loss.margin: 'nan' is not number in [0, 2]; see 'vbench show' for every setting");
  EXPECT_EQ(test::error_of([&] { f.settings.set("pooling", "avg"); }), "--set pooling: unknown value 'avg'; known: mean, max");
  EXPECT_EQ(test::error_of([&] { f.settings.set_assignment("heads"); }), "--set: 'heads' has no '='; write --set key=value");
}

TEST(Settings, ANameIsBoundOnce) {
  Fixture f;
  EXPECT_EQ(test::error_of([&] { f.settings.flag("heads", f.flag, ""); }), "setting 'heads' is bound twice");
}

}  // namespace
}  // namespace vbench
