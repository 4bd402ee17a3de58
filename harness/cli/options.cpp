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

#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

extern char** environ;

namespace vbench::cli {
namespace po = boost::program_options;
namespace {

// Option values as they are parsed, before they become a RunSpec.
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

template <class T>
po::typed_value<T>* shown(T& field, const T& initial) {
  field = initial;
  return po::value<T>(&field)->default_value(initial);
}

void add_general(po::options_description& options, Raw& raw) {
  options.add_options()("help,h", po::bool_switch(&raw.invocation.help), "this text")                         //
      ("config", po::value(&raw.config)->value_name("FILE"), "options from an ini file (name=value a line)")  //
      ("quiet,q", po::bool_switch(&raw.quiet), "no progress on stderr")                                       //
      ("verbose,v", po::bool_switch(&raw.verbose), "more detail on stderr");
}

void add_format(po::options_description& options, Raw& raw) {
  options.add_options()("format", po::value(&raw.format)->value_name("F"),
                        "table, markdown, latex, csv or json (default: table on a terminal, else markdown)");
}

void add_data(po::options_description& options, Raw& raw) {
  options.add_options()("data-root", shown(raw.invocation.run.data_root, std::string("data"))->value_name("DIR"),
                        "folder that holds one folder a dataset")  //
      ("source", shown(raw.source, std::string("auto"))->value_name("S"),
       "real: official files only; synthetic: a generated stand-in; auto: real if there, else the stand-in")  //
      ("set", po::value(&raw.invocation.run.settings)->value_name("KEY=VALUE")->composing(),
       "override a setting; repeatable ('vbench show' lists them)");
}

void add_out(po::options_description& options, Raw& raw) {
  options.add_options()("out", shown(raw.invocation.run.out, std::string("runs"))->value_name("DIR"),
                        "folder of checkpoints and of the results store");
}

void add_model(po::options_description& options, Raw& raw) {
  RunSpec& run = raw.invocation.run;
  options.add_options()("method,m", po::value(&run.method)->value_name("M"), "method ('vbench list methods')")  //
      ("dataset,d", po::value(&run.dataset)->value_name("D"), "dataset ('vbench list datasets')")               //
      ("variant", po::value(&run.variant)->value_name("V"),
       "configuration of the paper ('vbench list variants'; default: the first); several, a,b, run one after another")  //
      ("init", po::value(&run.init)->value_name("FILE"), "weights to start from: the authors' .pth or one of ours")     //
      ("preload", po::bool_switch(&run.preload), "hold all features in memory")                                         //
      ("strict", po::bool_switch(&run.strict), "fail on bad items instead of dropping and counting them")               //
      ("device", shown(run.device, std::string("cpu"))->value_name("X"), "cpu, cuda, cuda:1")                           //
      ("threads", shown(run.threads, int64_t{0})->value_name("N"), "threads of tensor operations; 0: all cores")        //
      ("workers", shown(run.workers, int64_t{0})->value_name("N"), "reading threads; 0: as many as threads")            //
      ("precision", shown(raw.precision, std::string("fp32"))->value_name("P"), "fp32, bf16 or fp16 (CUDA)");
}

void add_split(po::options_description& options, Raw& raw) {
  options.add_options()("split", po::value(&raw.invocation.run.split)->value_name("S"),
                        "part of the dataset, where it has several: train, validation, test (default: what is evaluated)");
}

void add_top(po::options_description& options, Raw& raw) {
  options.add_options()("top", shown(raw.invocation.top, int64_t{5})->value_name("N"), "answers a question");
}

void add_report(po::options_description& options, Raw& raw) {
  RunSpec& run = raw.invocation.run;
  options.add_options()("method,m", po::value(&run.method)->value_name("M"), "only runs of this method")                               //
      ("dataset,d", po::value(&run.dataset)->value_name("D"), "only runs on this dataset")                                             //
      ("variant", po::value(&run.variant)->value_name("V"), "only runs of this variant")                                               //
      ("run", po::value(&raw.invocation.run_id)->value_name("ID"), "this run; the beginning of its id will do if no other begins so")  //
      ("output", po::value(&raw.invocation.output)->value_name("FILE"), "HTML page to write")                                          //
      ("examples", shown(raw.invocation.examples, int64_t{6})->value_name("N"),
       "videos shown of each cluster, 0..100: 6 of 400 clusters make a page of about 50 MB")                                      //
      ("frames", shown(raw.invocation.frames, int64_t{8})->value_name("N"), "pictures of each video, 1..32, which the page plays")  //
      ("data-root", shown(run.data_root, std::string("data"))->value_name("DIR"), "folder that holds one folder a dataset")         //
      ("set", po::value(&run.settings)->value_name("KEY=VALUE")->composing(),
       "override a setting of the run: data.videos=DIR where its videos were moved; repeatable")                       //
      ("strict", po::bool_switch(&run.strict), "fail where files are missing or damaged instead of leaving them out")  //
      ("workers", shown(run.workers, int64_t{0})->value_name("N"), "reading threads; 0: all cores");
  add_out(options, raw);
}

void add_run(po::options_description& options, Raw& raw) {
  RunSpec& run = raw.invocation.run;
  add_model(options, raw);
  options.add_options()("seeds", shown(raw.seeds, std::string("1"))->value_name("LIST"),
                        "one run a seed, mean and standard deviation over them: 1,2,3")  //
      ("folds", po::value(&raw.folds)->value_name("LIST"),
       "every seed on each of these official splits of the dataset, and their mean: 1,2,3 or all")                    //
      ("epochs", po::value(&raw.epochs)->value_name("N"), "training epochs (default: the variant's)")                //
      ("eval-only", po::bool_switch(&run.eval_only), "no training; needs --init")                                    //
      ("embeddings", po::value(&run.embeddings)->value_name("FILE"), "score an embeddings file instead of a model")  //
      ("resume", po::bool_switch(&run.resume), "go on from the last checkpoint of the same run");
  add_data(options, raw);
  add_out(options, raw);
  add_format(options, raw);
}

const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      {"run", "vbench [run] --method M --dataset D [options]", "train and evaluate a method on a dataset, print the leaderboard",
       "Trains with the published configuration, evaluates the best epoch, stores the result in DIR/results.db and prints the "
       "leaderboard.\n"
       "Without official files below --data-root a labelled synthetic stand-in is generated and used.\n\n"
       "Examples:\n"
       "  vbench --method coot --dataset youcook2\n"
       "  vbench --method coot --dataset youcook2 --seeds 1,2,3 --epochs 30 --format json\n"
       "  vbench --method srtg --dataset ucf101 --variant srtg-mini --folds all\n"
       "  vbench --method coot --dataset youcook2 --init provided_models/yc2_100m_coot.pth --eval-only --source real\n"
       "  vbench run --embeddings embeddings.h5 --dataset youcook2\n",
       add_run},
      {"list", "vbench list methods|datasets|variants|metrics [--method M] [--format F]", "what this build knows",
       "Example:\n  vbench list variants --method coot\n",
       [](po::options_description& options, Raw& raw) {
         options.add_options()("method,m", po::value(&raw.invocation.run.method)->value_name("M"), "variants: only those of this method");
         add_format(options, raw);
       }},
      {"show", "vbench show METHOD [--variant V] [--dataset D] [--set KEY=VALUE] [--format F]",
       "settings with documentation, layers, parameters, FLOPs",
       "Examples:\n  vbench show coot --variant yc2-100m\n  vbench show srtg --variant srtg-r3d-34 --dataset hacs\n",
       [](po::options_description& options, Raw& raw) {
         options.add_options()("variant", po::value(&raw.invocation.run.variant)->value_name("V"), "configuration (default: the first)")  //
             ("dataset,d", po::value(&raw.invocation.run.dataset)->value_name("D"),
              "as it is set for this dataset (default: the variant's first)")  //
             ("set", po::value(&raw.invocation.run.settings)->value_name("KEY=VALUE")->composing(), "override a setting first; repeatable");
         add_format(options, raw);
       }},
      {"leaderboard", "vbench leaderboard [--dataset D] [--method M] [--paper] [--format F]", "stored results, best in bold",
       "Reads DIR/results.db. Real and synthetic data never share a board; published figures stand beside real results only.\n\n"
       "Examples:\n  vbench leaderboard --dataset youcook2 --format latex\n  vbench leaderboard --import-coot-runs provided_experiments\n",
       [](po::options_description& options, Raw& raw) {
         RunSpec& run = raw.invocation.run;
         options.add_options()("dataset,d", po::value(&run.dataset)->value_name("D"), "only this dataset")                               //
             ("method,m", po::value(&run.method)->value_name("M"), "only this method")                                                   //
             ("paper", po::bool_switch(&raw.invocation.paper), "add the published figures and the difference to them (real data only)")  //
             ("import-coot-runs", po::value(&raw.invocation.import_coot_runs)->value_name("DIR"),
              "aggregate the COOT authors' published runs instead of the store");
         add_out(options, raw);
         add_format(options, raw);
       }},
      {"data", "vbench data info|verify|synth|prepare DATASET [options]\n       vbench data convert FOLDER --output DIR [options]",
       "look at, check, generate or convert datasets",
       "info    what is there and what belongs where\n"
       "verify  every listed item: present, readable, right shape; exit code 1 if anything is wrong\n"
       "synth   write a stand-in in the official on-disk format into --output\n"
       "prepare make the dataset's derived files from files of one's own into --output; without --output: what it needs\n"
       "convert the videos below FOLDER (<class>/<video>.mp4, .avi, .webm, ...) to SQLite databases of JPEG frames in --output, which\n"
       "        a killed conversion can be resumed into by the same command; exit code 1 if a video cannot be read.\n"
       "        --set layout=per-video|packed, height=360 (as upstream), max_shorter_side=384, quality=92, workers=N\n\n"
       "Examples:\n"
       "  vbench data info youcook2\n"
       "  vbench data verify youcook2 --data-root data --deep\n"
       "  vbench data synth youcook2 --output data/youcook2 --set annotations=DIR --set word_vectors=FILE\n"
       "  vbench data prepare kinetics --output data/kinetics --set classes=classes.txt --set taxonomy=taxonomy.txt ...\n"
       "  vbench data convert UCF-101 --output data/ucf101/jpg\n",
       [](po::options_description& options, Raw& raw) {
         add_data(options, raw);
         options.add_options()("output", po::value(&raw.invocation.output)->value_name("DIR"),
                               "synth, prepare, convert: folder to write")                                               //
             ("seed", shown(raw.invocation.seed, int64_t{1})->value_name("N"), "synth, prepare: seed of the generator")  //
             ("deep", po::bool_switch(&raw.invocation.deep), "verify: read every value, not only headers")               //
             ("allow-missing", shown(raw.invocation.allow_missing, 0.0)->value_name("SHARE"),
              "verify, convert: share of items that may lack files or be unreadable, 0..1");
         add_format(options, raw);
       }},
      {"embed", "vbench embed --method M --dataset D --init FILE --output FILE.h5 [options]",
       "write the embeddings of the evaluation split (HDF5)",
       "Example:\n  vbench embed --method coot --dataset youcook2 --init runs/.../best.pth --output embeddings.h5\n",
       [](po::options_description& options, Raw& raw) {
         add_model(options, raw);
         add_data(options, raw);
         add_split(options, raw);
         options.add_options()("output", po::value(&raw.invocation.output)->value_name("FILE"), "HDF5 file to write");
       }},
      {"predict",
       "vbench predict --method M --dataset D --init FILE --videos A,B,C [options]\n"
       "       vbench predict --method M --dataset D --init FILE --split S --output FILE [options]",
       "what a trained model says about videos, in words, or about a whole split, as a file for a test server",
       "Names are those of the dataset's lists, or video files where the method reads videos. With --output, the best classes of every\n"
       "video of the split are written, a line a video: id;c1;c2;c3;c4;c5.\n\n"
       "Examples:\n"
       "  vbench predict --method smth3d --dataset something-something-v2 --init best.pth --videos 166766,my_video.mp4\n"
       "  vbench predict --method smth3d --dataset something-something-v2 --init best.pth --split test --output submission.csv\n"
       "  vbench predict --method sam --dataset kinetics --init best.pth --videos a.mp4,b.mp4,c.mp4\n"
       "  vbench predict --method sam --dataset kinetics --init best.pth --videos a.mp4,b.mp4 --candidates c.mp4,d.mp4\n",
       [](po::options_description& options, Raw& raw) {
         add_model(options, raw);
         add_data(options, raw);
         options.add_options()("videos", po::value(&raw.invocation.videos)->value_name("LIST"), "names with commas between")         //
             ("candidates", po::value(&raw.invocation.candidates)->value_name("LIST"), "videos to be ordered by how well they fit")  //
             ("output", po::value(&raw.invocation.output)->value_name("FILE"), "predictions of the whole split instead");
         add_split(options, raw);
         add_top(options, raw);
         add_format(options, raw);
       }},
      {"explain", "vbench explain --method M --dataset D --init FILE --videos A,B,C --output DIR [options]",
       "where in videos a trained model looked: overlaid videos, contact sheets, the best classes in words",
       "Names are those of the dataset's lists, or video files.\n\n"
       "Examples:\n"
       "  vbench explain --method smth3d --dataset something-something-v2 --init best.pth --videos 166766 --output explained\n"
       "  vbench explain ... --videos my_video.mp4 --class \"Pushing something from left to right\" --output explained\n",
       [](po::options_description& options, Raw& raw) {
         add_model(options, raw);
         add_data(options, raw);
         options.add_options()("videos", po::value(&raw.invocation.videos)->value_name("LIST"), "names with commas between")          //
             ("class", po::value(&raw.invocation.class_name)->value_name("NAME"), "class that is explained (default: the best one)")  //
             ("output", po::value(&raw.invocation.output)->value_name("DIR"), "folder of the pictures and videos");
         add_split(options, raw);
         add_top(options, raw);
         add_format(options, raw);
       }},
      {"report", "vbench report [--method M] [--dataset D] [--variant V] [--run ID] --output PAGE.html [options]",
       "one HTML page with the clusters of a run: example videos, labels, sizes, search; it opens without a network",
       "Takes the newest stored run that has clusters, or the one of --run, from DIR/results.db. The stored clusters count; the other\n"
       "heads, names of classes, cluster sizes and labellings come from the run's folder in DIR as long as it holds the same clusters.\n"
       "Pictures are read from the run's videos; without them the page says so and shows everything else.\n\n"
       "Examples:\n"
       "  vbench report --output clusters.html\n"
       "  vbench report --method selavi --dataset ave --examples 12 --output clusters.html\n"
       "  vbench report --run 20240131T101502 --data-root /mnt/data --strict --output clusters.html\n",
       add_report},
      {"doctor", "vbench doctor [--format F]", "what this machine and build can do, and what slows it down", "Example:\n  vbench doctor\n",
       [](po::options_description& options, Raw& raw) { add_format(options, raw); }},
  };
  return all;
}

const Command* find_command(const std::string& name) {
  for (const auto& command : commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const auto& command : commands()) names.push_back(command.name);
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
    for (const auto& command : commands()) {
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
                                             {"json", OutputFormat::kJson}});
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
  } else if (invocation.command == "data") {
    require(2, "info, verify, synth or prepare and the name of a dataset, or convert and a folder");
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
    for (const auto& entry : commands()) text << fmt::format("  {:<12} {}\n", entry.name, entry.summary);
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
