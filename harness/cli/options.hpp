// The command line: which commands and options exist, their help, and how they are parsed. Free of LibTorch so that --help starts at once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/core/run_spec.hpp"

namespace vbench::cli {

/// What `vbench rescore` has of its own.
struct RescoreOptions {
  std::string run;      ///< id of a stored run, or how it begins; empty: all that match
  std::string metrics;  ///< keys with commas between; empty: all that follow from what is stored
  bool write = false;   ///< add what a run lacks
  bool replace = false;
};

/// What `vbench compare` adds to the common options; BASE and CANDIDATE are the two words besides them.
struct CompareOptions {
  std::vector<std::string> gates;  ///< "[METHOD/]METRIC=TOLERANCE"
  double speed_tolerance = 10;     ///< %
  std::string junit, summary;      ///< files to write; empty: none
};

/// What `vbench throughput` adds to the common options. Lists with commas between.
struct ThroughputOptions {
  std::string batches, precisions = "fp32", threads = "0", stages;
  int64_t repetitions = 0;  ///< 0: not given
  double min_time = 0.5;    ///< seconds
  std::string programs;     ///< folder of bench_stages; empty: the usual ones
  std::string against;      ///< the same of another build; empty: no comparison
  std::string kernels;      ///< the other benchmark programs instead of a method; "all"; empty: none
  bool stored = false;
};

/// What `vbench watch` adds to them.
struct WatchOptions {
  bool once = false;
  double interval = 2, idle = 60;  ///< seconds
  std::string tensorboard;         ///< folder; empty: none
};

/// A parsed command line. Fields that a command does not have keep their defaults.
struct Invocation {
  std::string command;                  ///< "run", "list", ...
  std::vector<std::string> positional;  ///< what follows the command without dashes
  bool help = false;
  bool version = false;
  RunSpec run;                       ///< run, embed, predict, explain; also data_root, source, out, format, verbosity of the others
  std::string output;                ///< embed, predict, explain, report, data synth, data prepare: the file or folder to write
  bool paper = false;                ///< leaderboard: add the published figures
  bool explain_difference = false;   ///< leaderboard: what is known of the difference to them instead
  std::string import_coot_runs;      ///< leaderboard: folder of the authors' runs
  bool deep = false;                 ///< data verify
  double allow_missing = 0;          ///< data verify: tolerated share of missing items
  int64_t seed = 1;                  ///< data synth, prepare
  std::string videos;                ///< predict, explain: names with commas between
  std::string class_name;            ///< explain
  std::string candidates;            ///< predict: likewise
  int64_t top = 5;                   ///< predict, explain: answers a question
  std::vector<std::string> run_ids;  ///< report: stored runs, or how their ids begin; empty: all that match
  std::string open_dir;              ///< report: folder that gets index.html
  int64_t examples = 6;              ///< report: videos shown of each cluster
  int64_t frames = 8;                ///< report: pictures of each of them
  CompareOptions compare;
  RescoreOptions rescore;
  ThroughputOptions throughput;
  WatchOptions watch;
};

/// Options from the command line, then VBENCH_* variables, then --config, then defaults.
/// @throws Error kUsage, with the nearest names
[[nodiscard]] Invocation parse(const std::vector<std::string>& arguments);

/// Text of --help: of the program if `command` is empty.
[[nodiscard]] std::string help_text(const std::string& command);

/// "vbench 0.1.0".
[[nodiscard]] std::string version_text();

/// The explicit format, else a table on a terminal and Markdown elsewhere.
[[nodiscard]] OutputFormat effective_format(const RunSpec& spec);

}  // namespace vbench::cli
