#include "harness/train/environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace vbench {
namespace {

using testing::HasSubstr;
using Facts = std::map<std::string, std::string>;

const Facts kGood{{"blas", "openblas-openmp"}, {"threads", "2"}, {"cores", "2"},     {"onednn", "yes"},
                  {"build", "Release"},        {"cuda", "no"},   {"load_1min", "0"}, {"openblas_core", "SkylakeX"},
                  {"cpu_abilities", "avx2"}};

Finding finding_of(Facts facts, const std::string& key, const std::string& value, const std::string& subject) {
  facts[key] = value;
  for (const auto& finding : diagnose(facts)) {
    if (finding.subject == subject) return finding;
  }
  ADD_FAILURE() << "no finding on " << subject;
  return {};
}

TEST(Diagnosis, FindsNothingWrongWithAGoodMachine) {
  for (const auto& finding : diagnose(kGood)) EXPECT_TRUE(finding.good) << finding.subject << ": " << finding.fact;
}

TEST(Diagnosis, SaysWhatSlowsTheProgramDownAndWhatToDo) {
  const auto expect_slow = [](const std::string& key, const std::string& value, const std::string& subject, const std::string& advice) {
    const Finding finding = finding_of(kGood, key, value, subject);
    EXPECT_FALSE(finding.good) << subject;
    EXPECT_THAT(finding.advice, HasSubstr(advice));
  };
  expect_slow("blas", "reference", "BLAS", "16 to 60 times slower: install libopenblas0-openmp");
  expect_slow("blas", "openblas-pthread", "BLAS", "remove this one");
  expect_slow("threads", "1", "threads", "--threads");
  expect_slow("onednn", "no", "oneDNN", "narrow linear layers");
  expect_slow("build", "Debug", "build type", "release");
  expect_slow("openblas_core", "Prescott", "OpenBLAS kernels", "OPENBLAS_CORETYPE");
  expect_slow("load_1min", "2.5", "load", "other programs");
}

TEST(Environment, HasEveryFactThatADiagnosisNeeds) {
  const auto facts = describe_environment();
  for (const auto& [key, value] : kGood) {
    if (key != "openblas_core") {
      EXPECT_TRUE(facts.contains(key)) << key;
    }
  }
}

}  // namespace
}  // namespace vbench
