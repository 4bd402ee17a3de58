// False alarms and misses of the gate, measured on simulated runs. With VBENCH_GATE_TRIALS=100000 it prints the tables of docs/compare.md.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>

#include "results/gate/speed.hpp"
#include "results/gate/verdict.hpp"

namespace vbench::gate {
namespace {

constexpr double kTolerance = 0.01;

/// Gates on scores as a benchmark could have them.
struct Scenario {
  int metrics = 8, seeds = 5;
  double spread = 0.5;     ///< standard deviation of the difference of two runs of a seed, in tolerances
  double correlation = 0;  ///< of the two runs of a seed
  bool paired = true;      ///< the same seeds on both sides
  double change = 0;       ///< in tolerances, of the first `changed` metrics
  int changed = 0;
  double step = 0;  ///< scores are rounded to multiples of it
};

struct Rates {
  double alarm = 0;  ///< some metric is worse
  double found = 0;  ///< the first metric is worse
  double same = 0;   ///< the last metric is the same
};

class Simulator {
 public:
  Rates run(const Scenario& scenario, int trials) {
    Rates rates;
    for (int trial = 0; trial < trials; ++trial) {
      std::vector<Question> questions;
      for (int metric = 0; metric < scenario.metrics; ++metric) questions.push_back(question(scenario, metric < scenario.changed));
      const auto judgements = judge(questions);
      const auto worse = [](const Judgement& judgement) { return judgement.verdict == Verdict::kWorse; };
      rates.alarm += std::any_of(judgements.begin(), judgements.end(), worse);
      rates.found += worse(judgements.front());
      rates.same += judgements.back().verdict == Verdict::kSame;
    }
    for (double* rate : {&rates.alarm, &rates.found, &rates.same}) *rate /= trials;
    return rates;
  }

  /// @param slower  share of speed that is lost @param noise  relative standard deviation of a repetition
  double speed_alarms(int speeds, int repetitions, double noise, double slower, int trials) {
    int alarms = 0;
    for (int trial = 0; trial < trials; ++trial) {
      std::vector<SpeedQuestion> questions(static_cast<size_t>(speeds));
      for (int i = 0; i < speeds; ++i) {
        for (int repetition = 0; repetition < repetitions; ++repetition) {
          questions[static_cast<size_t>(i)].base.push_back(100 * std::exp(noise * normal_(random_)));
          questions[static_cast<size_t>(i)].candidate.push_back(100 * (i == 0 ? 1 - slower : 1) * std::exp(noise * normal_(random_)));
        }
      }
      const auto judgements = judge_speeds(questions);
      const auto worse = [](const Judgement& judgement) { return judgement.verdict == Verdict::kWorse; };
      alarms += std::any_of(judgements.begin(), judgements.end(), worse);
    }
    return static_cast<double>(alarms) / trials;
  }

 private:
  Question question(const Scenario& scenario, bool changed) {
    Question one{.tolerance = kTolerance};
    const double deviation = scenario.spread * kTolerance / std::sqrt(2 * (1 - scenario.correlation));
    const double own = std::sqrt(1 - scenario.correlation), common = std::sqrt(scenario.correlation);
    const double base_mean = 0.5 + kTolerance * uniform_(random_);  // not the same place on the grid of rounded scores every time
    for (int seed = 0; seed < scenario.seeds; ++seed) {
      const double of_seed = common * normal_(random_);
      const double base = base_mean + deviation * (of_seed + own * normal_(random_));
      const double candidate = base_mean + deviation * (of_seed + own * normal_(random_)) + (changed ? scenario.change * kTolerance : 0);
      one.base.by_seed[seed] = rounded(base, scenario.step);
      one.candidate.by_seed[scenario.paired ? seed : seed + 1000] = rounded(candidate, scenario.step);
    }
    return one;
  }

  static double rounded(double value, double step) { return step > 0 ? step * std::round(value / step) : value; }

  std::mt19937_64 random_{20240131};
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
};

constexpr int kTrials = 1000;

// The spread that docs/compare.md names as the largest under which twice the tolerance is found with five seeds, by number of metrics.
struct Limit {
  int metrics;
  double paired, unpaired;
};
constexpr Limit kLimits[] = {{1, 0.60, 0.65}, {8, 0.40, 0.58}, {20, 0.33, 0.52}, {40, 0.28, 0.47}};

TEST(GateSimulation, NoChangeRaisesAnAlarmInAtMostOnePercent) {
  Simulator simulator;
  for (const int metrics : {1, 8}) {
    for (const double spread : {0.5, 2.0, 10.0}) {  // the widest is the worst case: the tolerance protects no more
      for (const bool paired : {true, false}) {
        const auto rates = simulator.run({.metrics = metrics, .spread = spread, .paired = paired}, (spread > 1 ? 10 : 1) * kTrials);
        EXPECT_LE(rates.alarm, 0.01) << metrics << " metrics, spread " << spread << ", paired " << paired;
      }
    }
  }
}

TEST(GateSimulation, FewSeedsRaiseNoMoreAlarms) {
  Simulator simulator;
  for (const int seeds : {2, 3, 4, 10}) {
    for (const double spread : {0.5, 4.0}) {
      const auto rates = simulator.run({.seeds = seeds, .spread = spread}, kTrials);
      EXPECT_LE(rates.alarm, 0.01) << seeds << " seeds, spread " << spread;
    }
  }
}

TEST(GateSimulation, ScoresOfFewItemsRaiseNoMoreAlarms) {
  Simulator simulator;
  for (const double items : {38.0, 114.0}) {
    for (const int seeds : {2, 3, 4, 5}) {
      for (const double spread : {0.7, 2.0}) {  // in steps
        for (const bool paired : {true, false}) {
          const Scenario scenario{
              .metrics = 20, .seeds = seeds, .spread = spread / items / kTolerance, .paired = paired, .step = 1 / items};
          EXPECT_LE(simulator.run(scenario, kTrials).alarm, 0.01) << items << " items, " << seeds << " seeds, " << spread << ", " << paired;
        }
      }
    }
  }
}

TEST(GateSimulation, TwiceTheToleranceIsFoundInNinetyPercentWithFiveSeeds) {
  Simulator simulator;
  for (const auto& [metrics, paired, unpaired] : kLimits) {
    const Scenario one{.metrics = metrics, .spread = paired, .change = -2, .changed = 1};
    EXPECT_GE(simulator.run(one, kTrials).found, 0.9) << metrics << " metrics, the same seeds";
    const Scenario other{.metrics = metrics, .spread = unpaired, .paired = false, .change = -2, .changed = 1};
    EXPECT_GE(simulator.run(other, kTrials).found, 0.9) << metrics << " metrics, other seeds";
  }
}

TEST(GateSimulation, PairsFindWhatDiffersLessThanTheSeedsDo) {
  Simulator simulator;
  const Scenario scenario{.spread = 0.42, .correlation = 0.9, .change = -2, .changed = 1};  // seeds spread by 0.94 tolerances
  EXPECT_GE(simulator.run(scenario, kTrials).found, 0.9);
  Scenario unpaired = scenario;
  unpaired.spread = 0.42 / std::sqrt(0.1);
  unpaired.correlation = 0;
  unpaired.paired = false;
  EXPECT_LE(simulator.run(unpaired, kTrials).found, 0.6) << "the comparison is as if pairing brought nothing";
}

TEST(GateSimulation, AChangeWithinTheToleranceIsNoAlarm) {
  Simulator simulator;
  for (const double spread : {0.1, 0.5, 1.0, 4.0}) {
    const auto rates = simulator.run({.metrics = 1, .spread = spread, .change = -1, .changed = 1}, kTrials);
    EXPECT_LE(rates.found, 0.065) << "5% by the interval, and what 1000 trials scatter; spread " << spread;
  }
}

TEST(GateSimulation, NoChangeIsTheSameWhereSeedsAgree) {
  Simulator simulator;
  EXPECT_GE(simulator.run({.metrics = 8, .spread = 0.5}, kTrials).same, 0.9);
}

TEST(GateSimulation, SpeedsRaiseFewAlarmsAndMissFewLosses) {
  Simulator simulator;
  for (const double noise : {0.01, 0.05, 0.3}) EXPECT_LE(simulator.speed_alarms(3, 6, noise, 0, kTrials), 0.01) << noise;
  EXPECT_GE(simulator.speed_alarms(3, 7, 0.03, 0.2, kTrials), 0.9) << "a fifth slower, seven repetitions that vary by 3%";
}

TEST(GateSimulation, PrintsTheDocumentedTables) {
  const char* text = std::getenv("VBENCH_GATE_TRIALS");
  if (text == nullptr) GTEST_SKIP() << "VBENCH_GATE_TRIALS=100000 prints them";
  const int trials = std::atoi(text);
  ASSERT_GT(trials, 0);
  Simulator simulator;
  fmt::print("| metrics | seeds | spread | no change: worse | no change: same | one 2x worse: found | all 2x worse: found |\n");
  for (const auto& [metrics, paired, unpaired] : kLimits) {
    for (const bool same_seeds : {true, false}) {
      const double limit = same_seeds ? paired : unpaired;
      for (const double spread : {limit / 2, limit, 2 * limit, 4.0}) {
        Scenario scenario{.metrics = metrics, .spread = spread, .paired = same_seeds};
        const auto nothing = simulator.run(scenario, trials);
        scenario.change = -2;
        scenario.changed = 1;
        const auto one = simulator.run(scenario, trials);
        scenario.changed = metrics;
        const auto all = simulator.run(scenario, trials);
        fmt::print("| {} | {} | {:.2f} | {:.2f}% | {:.1f}% | {:.1f}% | {:.1f}% |\n", metrics, same_seeds ? "same" : "other", spread,
                   100 * nothing.alarm, 100 * nothing.same, 100 * one.found, 100 * all.alarm);
      }
    }
  }
  fmt::print("| repetitions | noise | no change: slower | a fifth slower: found |\n");
  for (const int repetitions : {6, 7, 10}) {
    for (const double noise : {0.01, 0.03, 0.05, 0.1}) {
      fmt::print("| {} | {:g}% | {:.2f}% | {:.1f}% |\n", repetitions, 100 * noise,
                 100 * simulator.speed_alarms(3, repetitions, noise, 0, trials),
                 100 * simulator.speed_alarms(3, repetitions, noise, 0.2, trials));
    }
  }
}

}  // namespace
}  // namespace vbench::gate
