#include "harness/cli/options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <fstream>
#include <functional>
#include <iostream>
#include <set>
#include <sstream>

#include "harness/cli/command_table.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

extern char** environ;

namespace vbench::cli {
namespace po = boost::program_options;
namespace {

const Command* find_command(const std::string& name) {
  for (const auto& command : command_table()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const auto& command : command_table()) names.push_back(command.name);
  return names;
}

po::options_description describe(const Command& command, Raw& raw) {
  po::options_description options("Options", 110, 60);
  command.add_options(options, raw);
  add_general(options, raw);
  return options;
}

std::vector<std::string> long_names(const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back(option->long_name());
  return names;
}

// VBENCH_DATA_ROOT -> data-root, if any command has such an option.
std::string option_of_variable(const std::string& variable) {
  static const std::set<std::string> known = [] {
    std::set<std::string> names;
    for (const auto& command : command_table()) {
      Raw raw;
      for (const auto& name : long_names(describe(command, raw))) names.insert(name);
    }
    return names;
  }();
  std::string name = variable.substr(std::string("VBENCH_").size());
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return c == '_' ? '-' : static_cast<char>(std::tolower(c)); });
  return known.contains(name) ? name : "";
}

// Variables that other parts of the project read; not options.
bool is_other_variable(const std::string& name) {
  static const std::set<std::string> others{"VBENCH_CACHE",       "VBENCH_GOLDEN_ROOT", "VBENCH_REAL_DATA",
                                            "VBENCH_BENCH_LARGE", "VBENCH_CPU",         "VBENCH_JOBS"};
  return others.contains(name);
}

void store_environment(const po::options_description& options, po::variables_map& values) {
  const auto own = long_names(options);
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::string name = text.substr(0, text.find('='));
    if (name.rfind("VBENCH_", 0) == 0 && option_of_variable(name).empty() && !is_other_variable(name)) {
      std::cerr << "warning: the environment variable " << name << " is no option of vbench and has no effect\n";
    }
  }
  const auto mapper = [&own](const std::string& variable) -> std::string {
    if (variable.rfind("VBENCH_", 0) != 0) return "";
    const std::string name = option_of_variable(variable);
    return std::find(own.begin(), own.end(), name) == own.end() ? "" : name;
  };
  po::store(po::parse_environment(options, mapper), values);
}

void store_config(const po::options_description& options, const std::string& path, po::variables_map& values) {
  std::ifstream file(path);
  if (!file) throw input_error("cannot open the file", "--config " + path);
  try {
    po::store(po::parse_config_file(file, options), values);
  } catch (const po::unknown_option& unknown) {
    throw usage_error("unknown option '" + unknown.get_option_name() + "'", path, suggest(unknown.get_option_name(), long_names(options)));
  } catch (const po::error& error) {
    throw usage_error(error.what(), path, "write name=value, one a line; lists of settings repeat set=KEY=VALUE");
  }
}

size_t count_settings(const po::variables_map& values) {
  return values.count("set") == 0 ? 0 : values["set"].as<std::vector<std::string>>().size();
}

// Boost puts what weaker sources add behind what stronger ones gave. The last assignment wins, so the strongest source must come last.
void put_stronger_last(std::vector<std::string>& settings, size_t typed, size_t typed_or_environment) {
  const auto at = [&settings](size_t index) { return settings.begin() + static_cast<std::ptrdiff_t>(index); };
  std::rotate(at(0), at(typed), settings.end());
  std::rotate(at(0), at(typed_or_environment - typed), at(settings.size() - typed));
}

template <class Enum>
Enum parse_choice(const std::string& option, const std::string& value, const std::vector<std::pair<std::string, Enum>>& choices) {
  std::vector<std::string> names;
  for (const auto& [name, choice] : choices) {
    if (name == value) return choice;
    names.push_back(name);
  }
  throw usage_error("unknown value '" + value + "'", "--" + option, suggest(value, names));
}

/// @param what  that is numbered: "seed"
std::vector<int64_t> parse_numbers(const std::string& text, const std::string& what, int64_t least) {
  const std::string option = fmt::format("--{}s", what);
  std::vector<int64_t> numbers;
  for (const auto& piece : split(text, ',')) {
    const auto number = parse_int(piece);
    if (!number || *number < least)
      throw usage_error(fmt::format("'{}' is not a {}", piece, what), option, "write whole numbers with commas between: 1,2,3");
    if (std::find(numbers.begin(), numbers.end(), *number) != numbers.end())
      throw usage_error(fmt::format("{} {} is given twice", what, piece), option);
    numbers.push_back(*number);
  }
  if (numbers.empty()) throw usage_error(fmt::format("no {} given", what), option, "write 1 or 1,2,3");
  return numbers;
}

void finish(Raw& raw, const po::variables_map& values) {
  RunSpec& run = raw.invocation.run;
  run.seeds = parse_numbers(raw.seeds, "seed", 0);
  run.all_folds = raw.folds == "all";
  if (values.count("folds") > 0 && !run.all_folds) run.folds = parse_numbers(raw.folds, "fold", 1);
  run.source = parse_choice<SourceChoice>(
      "source", raw.source, {{"auto", SourceChoice::kAuto}, {"real", SourceChoice::kReal}, {"synthetic", SourceChoice::kSynthetic}});
  run.precision = parse_choice<Precision>("precision", raw.precision,
                                          {{"fp32", Precision::kFp32}, {"bf16", Precision::kBf16}, {"fp16", Precision::kFp16}});
  if (!raw.format.empty()) {
    run.format = parse_choice<OutputFormat>("format", raw.format,
                                            {{"table", OutputFormat::kTable},
                                             {"markdown", OutputFormat::kMarkdown},
                                             {"latex", OutputFormat::kLatex},
                                             {"csv", OutputFormat::kCsv},
                                             {"json", OutputFormat::kJson},
                                             {"html", OutputFormat::kHtml}});
  }
  if (values.count("epochs") > 0) {
    if (raw.epochs < 0) throw usage_error("the number of epochs is negative", "--epochs");
    run.epochs = raw.epochs;
  }
  const auto require_within = [](const char* option, int64_t value, int64_t low, int64_t high) {
    if (value < low || value > high) throw usage_error(fmt::format("{} is not in {}..{}", value, low, high), option);
  };
  require_within("--examples", raw.invocation.examples, 0, 100);
  require_within("--frames", raw.invocation.frames, 1, 32);
  const double slower = raw.invocation.compare.speed_tolerance;
  if (!(slower > 0 && slower < 100)) throw usage_error(fmt::format("{} is not above 0 and below 100 (%)", slower), "--speed-tolerance");
  if (raw.invocation.top < 1) throw usage_error("must be at least 1", "--top");
  constexpr int64_t kMostThreads = 1024;  // more is a mistake, and starting them would fail somewhere deep inside
  if (std::min(run.threads, run.workers) < 0 || std::max(run.threads, run.workers) > kMostThreads)
    throw usage_error(fmt::format("a number of threads is not in 0..{}", kMostThreads), "--threads, --workers");
  if (raw.invocation.seed < 0) throw usage_error("the seed is negative", "--seed");
  if (raw.quiet && raw.verbose) throw usage_error("--quiet and --verbose exclude each other");
  run.verbosity = raw.quiet ? -1 : raw.verbose ? 1 : 0;
}

// Splits "run" or another command off; options first means `run`.
std::string take_command(std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0].rfind('-', 0) == 0) return "run";
  std::string name = arguments[0];
  if (find_command(name) == nullptr)
    throw usage_error("unknown command '" + name + "'", "", suggest(name, command_names()) + " ('vbench --help' lists all)");
  arguments.erase(arguments.begin());
  return name;
}

// How many words a command takes besides its options.
void check_positional(const Invocation& invocation) {
  const size_t given = invocation.positional.size();
  const auto require = [&](size_t count, const char* what) {
    if (given != count && !invocation.help)
      throw usage_error(fmt::format("'vbench {}' takes {}", invocation.command, what), "", find_command(invocation.command)->usage);
  };
  if (invocation.command == "list") {
    require(1, "one of methods, datasets, variants, metrics");
  } else if (invocation.command == "show") {
    require(1, "the name of a method");
  } else if (invocation.command == "table") {
    if (given > 1) require(1, "the name of one table, or none for a list of them");
  } else if (invocation.command == "data") {
    require(2, "info, verify, synth or prepare and the name of a dataset, or convert and a folder");
  } else if (invocation.command == "compare") {
    require(2, "BASE and CANDIDATE: runs, git revisions or exported files");
  } else {
    require(0, "no words besides its options");
  }
}

}  // namespace

std::string version_text() { return std::string("vbench ") + VBENCH_VERSION; }

OutputFormat effective_format(const RunSpec& spec) {
  if (spec.format) return *spec.format;
  return ::isatty(STDOUT_FILENO) == 1 ? OutputFormat::kTable : OutputFormat::kMarkdown;
}

std::string help_text(const std::string& command) {
  std::ostringstream text;
  if (command.empty()) {
    text << version_text() << ": trains and evaluates video-understanding methods and compares them with the published tables\n\n"
         << "Usage: vbench COMMAND [options]   ('run' may be left out)\n\nCommands:\n";
    for (const auto& entry : command_table()) text << fmt::format("  {:<12} {}\n", entry.name, entry.summary);
    text << "\n'vbench COMMAND --help' explains one command. First steps:\n"
         << "  vbench --method coot --dataset youcook2      trains, evaluates and prints a leaderboard\n"
         << "  vbench list variants                         what can be reproduced\n"
         << "  vbench doctor                                what slows this machine down\n\n"
         << "Every option can also stand in an ini file (--config FILE) or in the environment (--data-root as VBENCH_DATA_ROOT).\n"
         << "Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 a check answered no, 2 wrong usage, 3 bad input,\n"
         << "4 numerical failure, 5 internal error, 130 interrupted (state saved, --resume goes on).\n";
    return text.str();
  }
  const Command& entry = *find_command(command);
  Raw raw;
  text << "Usage: " << entry.usage << "\n\n" << entry.summary << ".\n\n" << entry.details << "\n" << describe(entry, raw);
  return text.str();
}

Invocation parse(const std::vector<std::string>& all_arguments) {
  std::vector<std::string> arguments = all_arguments;
  Raw raw;
  if (!arguments.empty() && (arguments[0] == "--version" || arguments[0] == "-V")) {
    raw.invocation.version = true;
    return raw.invocation;
  }
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    raw.invocation.help = true;
    if (arguments.size() > 1) raw.invocation.command = take_command(arguments = {arguments.begin() + 1, arguments.end()});
    return raw.invocation;
  }
  const std::string name = take_command(arguments);
  raw.invocation.command = name;
  auto visible = describe(*find_command(name), raw);
  po::options_description every;
  every.add(visible);
  every.add_options()("positional", po::value(&raw.invocation.positional));
  po::positional_options_description words;
  words.add("positional", -1);
  po::variables_map values;
  try {
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(arguments).options(every).positional(words).style(style).run(), values);
    const size_t typed = count_settings(values);
    store_environment(visible, values);
    const size_t typed_or_environment = count_settings(values);
    if (values.count("config") > 0) store_config(visible, values["config"].as<std::string>(), values);
    po::notify(values);
    put_stronger_last(raw.invocation.run.settings, typed, typed_or_environment);
  } catch (const po::unknown_option& unknown) {
    const std::string option = trim(unknown.get_option_name());
    const std::string bare = option.substr(std::min(option.find_first_not_of('-'), option.size()));
    throw usage_error("unknown option '" + option + "'", "vbench " + name, suggest(bare, long_names(visible)));
  } catch (const po::error& error) {
    throw usage_error(error.what(), "vbench " + name, "'vbench " + name + " --help' explains the options");
  }
  finish(raw, values);
  check_positional(raw.invocation);
  return raw.invocation;
}

}  // namespace vbench::cli
