// The commands with their options and help, and what their descriptions share. Private to the command line.
// A new command on stored results is added to result_commands.cpp, every other one to command_table.cpp.
#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/cli/options.hpp"

namespace vbench::cli {
namespace po = boost::program_options;

/// Option values as they are parsed, before they become a RunSpec.
struct Raw {
  Invocation invocation;
  std::string seeds = "1", folds, source = "auto", precision = "fp32", format;
  int64_t epochs = -1;
  std::string config;
  bool quiet = false, verbose = false;
};

struct Command {
  std::string name, usage, summary, details;
  std::function<void(po::options_description&, Raw&)> add_options;
};

/// All commands in the order in which --help lists them.
[[nodiscard]] const std::vector<Command>& command_table();

/// Those that read the store: leaderboard, report.
[[nodiscard]] std::vector<Command> result_commands();

template <class T>
po::typed_value<T>* shown(T& field, const T& initial) {
  field = initial;
  return po::value<T>(&field)->default_value(initial);
}

// Options that several commands have.
void add_general(po::options_description& options, Raw& raw);
void add_format(po::options_description& options, Raw& raw);
void add_out(po::options_description& options, Raw& raw);

}  // namespace vbench::cli
