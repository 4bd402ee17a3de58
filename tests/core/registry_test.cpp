#include "harness/core/registry.hpp"

#include <gtest/gtest.h>

#include "harness/core/experiment.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

Registry small_registry() {
  Registry registry;
  registry.dataset({.name = "youcook2", .title = "", .licence = "", .layout = "", .info = {}, .verify = {}, .synthesize = {}});
  registry.dataset({.name = "activitynet", .title = "", .licence = "", .layout = "", .info = {}, .verify = {}, .synthesize = {}});
  registry.method("coot", "retrieval")
      .variant("youcook2", "yc2-100m", "table 3", [] { return std::unique_ptr<Pairing>(); })
      .variant("activitynet", "anet", "table 2", [] { return std::unique_ptr<Pairing>(); });
  return registry;
}

TEST(Registry, TheFirstVariantOfAPairIsItsDefault) {
  const auto registry = small_registry();
  EXPECT_EQ(registry.find_variant("coot", "activitynet", "").name, "anet");
  EXPECT_EQ(registry.find_variant("coot", "", "").name, "yc2-100m");
}

TEST(Registry, AVariantOfSeveralDatasetsIsSuggestedOnce) {
  Registry registry = small_registry();
  registry.method("srtg", "recognition")
      .variant("youcook2", "mini", "", [] { return std::unique_ptr<Pairing>(); })
      .variant("activitynet", "mini", "", [] { return std::unique_ptr<Pairing>(); });
  EXPECT_EQ(test::error_of([&] { (void)registry.find_variant("srtg", "", "zzz"); }),
            "--variant: unknown variant 'zzz' of method 'srtg'; known: mini");
}

TEST(Registry, UnknownNamesSuggestTheNearest) {
  const auto registry = small_registry();
  EXPECT_EQ(test::error_of([&] { (void)registry.find_method("coto"); }),
            "unknown method 'coto'; did you mean 'coot'? ('vbench list methods' lists all)");
  EXPECT_EQ(test::error_of([&] { (void)registry.find_variant("coot", "youcok2", ""); }),
            "unknown dataset 'youcok2'; did you mean 'youcook2'? ('vbench list datasets' lists all)");
  EXPECT_EQ(test::error_of([&] { (void)registry.find_variant("coot", "youcook2", "anet"); }),
            "--variant: unknown variant 'anet' of method 'coot' on 'youcook2'; known: yc2-100m");
}

TEST(Registry, ANameHasOneOwner) {
  auto registry = small_registry();
  EXPECT_EQ(test::error_of([&] { registry.method("coot", "again"); }), "method 'coot' is registered twice");
}

TEST(Registry, NothingIsAddedOnceItIsFrozen) {
  auto registry = small_registry();
  registry.freeze();
  EXPECT_EQ(test::error_of([&] { registry.method("sam", ""); }), "'sam' registered after the registry was frozen");
}

}  // namespace
}  // namespace vbench
