// What a user asked for: the parsed options of `vbench run`. Written by harness/cli, read by everybody.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vbench {

/// Which files a run may use.
enum class SourceChoice { kAuto, kReal, kSynthetic };
/// Which files a run did use; synthetic never shares a leaderboard with real.
enum class Source { kReal, kSynthetic };
enum class Precision { kFp32, kBf16, kFp16 };
enum class OutputFormat { kTable, kMarkdown, kLatex, kCsv, kJson, kHtml };

[[nodiscard]] std::string to_string(SourceChoice choice);
[[nodiscard]] std::string to_string(Source source);
[[nodiscard]] std::string to_string(Precision precision);
[[nodiscard]] std::string to_string(OutputFormat format);

struct RunSpec {
  std::string method;
  std::string dataset;
  std::string variant;  ///< empty: the first variant of (method, dataset)
  std::vector<int64_t> seeds{1};
  std::vector<int64_t> folds;         ///< every seed runs on each of these official splits; empty: on the one that the settings name
  bool all_folds = false;             ///< the same on all of them
  std::optional<int64_t> epochs;      ///< overrides the variant's number
  std::vector<std::string> settings;  ///< "key=value", in order
  std::string data_root = "data";
  SourceChoice source = SourceChoice::kAuto;
  std::string init;        ///< weights to start from (.pth); empty: random
  std::string embeddings;  ///< evaluate this embeddings file instead of a model
  std::string split;       ///< part of the dataset that is evaluated; empty: the protocol's
  bool eval_only = false;
  bool resume = false;
  bool preload = false;      ///< hold all features in memory
  bool strict = false;       ///< bad items fail the run instead of being dropped and counted
  std::string out = "runs";  ///< checkpoints and the results store
  std::string device = "cpu";
  int64_t threads = 0;  ///< 0: all cores
  int64_t workers = 0;  ///< 0: as many as threads
  Precision precision = Precision::kFp32;
  std::optional<OutputFormat> format;  ///< empty: table on a terminal, markdown elsewhere
  int verbosity = 0;                   ///< -1 quiet, 0 normal, 1 verbose
};

}  // namespace vbench
