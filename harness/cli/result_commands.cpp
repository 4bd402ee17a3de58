#include "harness/cli/command_table.hpp"

namespace vbench::cli {
namespace {

void add_report(po::options_description& options, Raw& raw) {
  RunSpec& run = raw.invocation.run;
  options.add_options()("method,m", po::value(&run.method)->value_name("M"), "only runs of this method")                               //
      ("dataset,d", po::value(&run.dataset)->value_name("D"), "only runs on this dataset")                                             //
      ("variant", po::value(&run.variant)->value_name("V"), "only runs of this variant")                                               //
      ("run", po::value(&raw.invocation.run_id)->value_name("ID"), "this run; the beginning of its id will do if no other begins so")  //
      ("output", po::value(&raw.invocation.output)->value_name("FILE"), "HTML page to write")                                          //
      ("examples", shown(raw.invocation.examples, int64_t{6})->value_name("N"),
       "videos shown of each cluster, 0..100: 6 of 400 clusters make a page of about 50 MB")                                        //
      ("frames", shown(raw.invocation.frames, int64_t{8})->value_name("N"), "pictures of each video, 1..32, which the page plays")  //
      ("data-root", shown(run.data_root, std::string("data"))->value_name("DIR"), "folder that holds one folder a dataset")         //
      ("set", po::value(&run.settings)->value_name("KEY=VALUE")->composing(),
       "override a setting of the run: data.videos=DIR where its videos were moved; repeatable")                       //
      ("strict", po::bool_switch(&run.strict), "fail where files are missing or damaged instead of leaving them out")  //
      ("workers", shown(run.workers, int64_t{0})->value_name("N"), "reading threads; 0: all cores");
  add_out(options, raw);
}

}  // namespace

std::vector<Command> result_commands() {
  return {
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
  };
}

}  // namespace vbench::cli
