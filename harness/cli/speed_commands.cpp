#include "harness/cli/command_table.hpp"

namespace vbench::cli {
namespace {

void add_throughput(po::options_description& options, Raw& raw) {
  RunSpec& run = raw.invocation.run;
  ThroughputOptions& own = raw.invocation.throughput;
  options.add_options()("method,m", po::value(&run.method)->value_name("M"), "method ('vbench list methods'); several: a,b")             //
      ("dataset,d", po::value(&run.dataset)->value_name("D"), "dataset (default: the variant's)")                                        //
      ("variant", po::value(&run.variant)->value_name("V"), "configuration (default: the first, of published size); several: a,b")       //
      ("batch", po::value(&own.batches)->value_name("N,..."), "samples at a time, in training and evaluation (default: the variant's)")  //
      ("precision", shown(own.precisions, std::string("fp32"))->value_name("P,..."), "fp32, bf16")                                       //
      ("threads", shown(own.threads, std::string("0"))->value_name("N,..."), "threads of tensors and of reading; 0: all cores")          //
      ("stage", po::value(&own.stages)->value_name("S,..."),
       "only these: read, decode, augment, load, forward, backward, optimiser, evaluate")                                        //
      ("repetitions", po::value(&own.repetitions)->value_name("N"), "of each, for medians (default: 5; with --against 9)")       //
      ("min-time", shown(own.min_time, 0.5)->value_name("S"), "seconds of a repetition at least")                                //
      ("programs", po::value(&own.programs)->value_name("DIR"), "folder of the benchmark programs (default: beside vbench)")     //
      ("against", po::value(&own.against)->value_name("DIR"), "folder of another build's bench_stages: both measured in turns")  //
      ("kernels", po::value(&own.kernels)->value_name("NAME,..."),
       "instead of a method: the benchmark programs of single kernels and of methods beside plain computations; all: every one")  //
      ("stored", po::bool_switch(&own.stored), "measure nothing, print what was measured before")                                 //
      ("data-root", shown(run.data_root, std::string("data"))->value_name("DIR"), "folder that holds one folder a dataset")       //
      ("source", shown(raw.source, std::string("auto"))->value_name("S"),
       "real: official files only; synthetic: a generated stand-in; auto: real if there, else the stand-in")  //
      ("set", po::value(&run.settings)->value_name("KEY=VALUE")->composing(), "override a setting; repeatable");
  add_out(options, raw);
  add_format(options, raw);
}

void add_watch(po::options_description& options, Raw& raw) {
  RunSpec& run = raw.invocation.run;
  WatchOptions& own = raw.invocation.watch;
  options.add_options()("method,m", po::value(&run.method)->value_name("M"), "only runs of this method")           //
      ("dataset,d", po::value(&run.dataset)->value_name("D"), "only runs on this dataset")                         //
      ("variant", po::value(&run.variant)->value_name("V"), "only runs of this variant")                           //
      ("once", po::bool_switch(&own.once), "look once; prints a table in any format")                              //
      ("interval", shown(own.interval, 2.0)->value_name("S"), "seconds between two looks")                         //
      ("idle", shown(own.idle, 60.0)->value_name("S"), "ends when nothing has been going on for so many seconds")  //
      ("tensorboard", po::value(&own.tensorboard)->value_name("DIR"), "also keep event files for TensorBoard below DIR");
  add_out(options, raw);
  add_format(options, raw);
}

}  // namespace

std::vector<Command> speed_commands() {
  return {
      {"throughput",
       "vbench throughput --method M [--dataset D] [--variant V] [options]\n       vbench throughput --kernels NAME,...|all\n       vbench "
       "throughput --stored [options]",
       "clips/s, GFLOP/s, share of the machine's peak and memory of every stage, or two builds compared",
       "Measures reading, decoding, augmentation, forward pass, backward pass, optimiser and evaluation, each alone, with the code that\n"
       "trains; stores the figures in DIR/results.db and prints them by method, stage, batch size, precision and threads.\n"
       "With --against, this build and another take turns, and a test says whether they differ. With --kernels, the other Google "
       "Benchmark\n"
       "programs run (bench_NAME), which know themselves what they measure how often: minutes each. docs/throughput.md says more.\n\n"
       "Examples:\n"
       "  vbench throughput --method srtg --dataset ucf101 --variant srtg-mini\n"
       "  vbench throughput --method coot --dataset youcook2 --batch 16,64 --precision fp32,bf16 --threads 1,2\n"
       "  vbench throughput --method sam --against ../before/build/release --repetitions 9\n"
       "  vbench throughput --kernels retrieval,sinkhorn\n"
       "  vbench throughput --stored --format csv\n",
       add_throughput},
      {"watch", "vbench watch [--out DIR] [--method M] [--dataset D] [--variant V] [--once] [--tensorboard DIR]",
       "runs as they go on: epoch, loss, scores, learning rate, time left",
       "Looks at the runs' folders below DIR, which are written while they train. Redraws a table on a terminal, prints a line for every\n"
       "change elsewhere. Ctrl-C ends it with exit code 0, and so does a minute in which no run was going on.\n\n"
       "Examples:\n"
       "  vbench watch\n"
       "  vbench watch --method selavi --interval 10 --tensorboard tb    (then: tensorboard --logdir tb)\n"
       "  vbench watch --once --format json\n",
       add_watch},
  };
}

}  // namespace vbench::cli
