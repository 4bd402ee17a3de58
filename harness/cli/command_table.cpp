#include "harness/cli/command_table.hpp"

namespace vbench::cli {
namespace {

void add_data(po::options_description& options, Raw& raw) {
  options.add_options()("data-root", shown(raw.invocation.run.data_root, std::string("data"))->value_name("DIR"),
                        "folder that holds one folder a dataset")  //
      ("source", shown(raw.source, std::string("auto"))->value_name("S"),
       "real: official files only; synthetic: a generated stand-in; auto: real if there, else the stand-in")  //
      ("set", po::value(&raw.invocation.run.settings)->value_name("KEY=VALUE")->composing(),
       "override a setting; repeatable ('vbench show' lists them)");
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

void add_run(po::options_description& options, Raw& raw) {
  RunSpec& run = raw.invocation.run;
  add_model(options, raw);
  options.add_options()("seeds", shown(raw.seeds, std::string("1"))->value_name("LIST"),
                        "one run a seed, mean and standard deviation over them: 1,2,3")  //
      ("folds", po::value(&raw.folds)->value_name("LIST"),
       "every seed on each of these official splits of the dataset, and their mean: 1,2,3 or all")                   //
      ("epochs", po::value(&raw.epochs)->value_name("N"), "training epochs (default: the variant's)")                //
      ("eval-only", po::bool_switch(&run.eval_only), "no training; needs --init")                                    //
      ("embeddings", po::value(&run.embeddings)->value_name("FILE"), "score an embeddings file instead of a model")  //
      ("resume", po::bool_switch(&run.resume), "go on from the last checkpoint of the same run");
  add_data(options, raw);
  add_out(options, raw);
  add_format(options, raw);
}

std::vector<Command> work_commands() {
  return {
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
      {"doctor", "vbench doctor [--format F]", "what this machine and build can do, and what slows it down", "Example:\n  vbench doctor\n",
       [](po::options_description& options, Raw& raw) { add_format(options, raw); }},
  };
}

}  // namespace

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

void add_out(po::options_description& options, Raw& raw) {
  options.add_options()("out", shown(raw.invocation.run.out, std::string("runs"))->value_name("DIR"),
                        "folder of checkpoints and of the results store");
}

const std::vector<Command>& command_table() {
  static const std::vector<Command> all = [] {
    auto commands = work_commands();
    const auto of_results = result_commands();
    const auto doctor = commands.end() - 1;
    commands.insert(doctor, of_results.begin(), of_results.end());
    return commands;
  }();
  return all;
}

}  // namespace vbench::cli
