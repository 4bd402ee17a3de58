#include "harness/cli/command_table.hpp"

namespace vbench::cli {
namespace {

void add_report(po::options_description& options, Raw& raw) {
  RunSpec& run = raw.invocation.run;
  options.add_options()("method,m", po::value(&run.method)->value_name("M"), "only runs of this method")  //
      ("dataset,d", po::value(&run.dataset)->value_name("D"), "only runs on this dataset")                //
      ("variant", po::value(&run.variant)->value_name("V"), "only runs of this variant")                  //
      ("run", po::value(&raw.invocation.run_ids)->value_name("ID")->composing(),
       "this run; the beginning of its id will do if no other begins so; repeatable")     //
      ("output", po::value(&raw.invocation.output)->value_name("FILE"), "page to write")  //
      ("open-dir", po::value(&raw.invocation.open_dir)->value_name("DIR"),
       "folder that gets the page as index.html, to be opened or served (default: report below --out)")  //
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

void add_rescore(po::options_description& options, Raw& raw) {
  RunSpec& run = raw.invocation.run;
  RescoreOptions& rescore = raw.invocation.rescore;
  options.add_options()("run", po::value(&rescore.run)->value_name("ID"), "only this run; the beginning of its id will do")  //
      ("method,m", po::value(&run.method)->value_name("M"), "only runs of this method")                                      //
      ("dataset,d", po::value(&run.dataset)->value_name("D"), "only runs on this dataset")                                   //
      ("variant", po::value(&run.variant)->value_name("V"), "only runs of this variant")                                     //
      ("metric", po::value(&rescore.metrics)->value_name("KEY[,KEY...]"),
       "only these; shares within any k have keys too: v2p_r3, top7, video_top7")      //
      ("write", po::bool_switch(&rescore.write), "store the scores that a run lacks")  //
      ("replace", po::bool_switch(&rescore.replace),
       "with --write and --metric: also replace stored scores that differ; the old value stays as a note");
  add_out(options, raw);
  add_format(options, raw);
}

void add_compare(po::options_description& options, Raw& raw) {
  RunSpec& run = raw.invocation.run;
  CompareOptions& compare = raw.invocation.compare;
  options.add_options()("gate", po::value(&compare.gates)->value_name("[METHOD/]METRIC=TOLERANCE")->composing(),
                        "judge this metric, with this tolerance in the units of tables (points of %, ranks); repeatable")   //
      ("speed-tolerance", shown(compare.speed_tolerance, 10.0)->value_name("X"), "slower by up to X % is no change")        //
      ("method,m", po::value(&run.method)->value_name("M"), "only runs of this method")                                     //
      ("dataset,d", po::value(&run.dataset)->value_name("D"), "only runs on this dataset")                                  //
      ("strict", po::bool_switch(&run.strict), "fail also where a score cannot be told, or CANDIDATE lacks what BASE has")  //
      ("junit", po::value(&compare.junit)->value_name("FILE"), "JUnit XML for CI servers: a test case a metric")            //
      ("summary", po::value(&compare.summary)->value_name("FILE"), "summary in GitHub's Markdown");
  add_out(options, raw);
  add_format(options, raw);
}

void add_table(po::options_description& options, Raw& raw) {
  options.add_options()("variant", po::value(&raw.invocation.run.variant)->value_name("V"), "only rows of these variants, a,b")  //
      ("source", shown(raw.source, std::string("real"))->value_name("S"),
       "real: published rows and ours on official data; synthetic: ours on stand-in data alone");
  add_out(options, raw);
  add_format(options, raw);
}

}  // namespace

std::vector<Command> result_commands() {
  return {
      {"leaderboard", "vbench leaderboard [--dataset D] [--method M] [--paper [--explain]] [--format F]", "stored results, best in bold",
       "Reads DIR/results.db. Real and synthetic data never share a board; published figures stand beside real results only.\n"
       "--explain splits published minus ours: protocol, data, seeds, precision, settings, training, and what none of them explains;\n"
       "as csv or json a line for each part of each figure.\n\n"
       "Examples:\n  vbench leaderboard --dataset youcook2 --format latex\n  vbench leaderboard --dataset youcook2 --paper --explain\n  "
       "vbench leaderboard --import-coot-runs provided_experiments\n",
       [](po::options_description& options, Raw& raw) {
         RunSpec& run = raw.invocation.run;
         options.add_options()("dataset,d", po::value(&run.dataset)->value_name("D"), "only this dataset")                                //
             ("method,m", po::value(&run.method)->value_name("M"), "only this method")                                                    //
             ("paper", po::bool_switch(&raw.invocation.paper), "add the published figures and the difference to them (real data only)")   //
             ("explain", po::bool_switch(&raw.invocation.explain_difference), "with --paper: why ours differs, as far as that is known")  //
             ("import-coot-runs", po::value(&raw.invocation.import_coot_runs)->value_name("DIR"),
              "aggregate the COOT authors' published runs instead of the store");
         add_out(options, raw);
         add_format(options, raw);
       }},
      {"table", "vbench table [NAME] [--variant V] [--source real|synthetic] [--format F]", "a paper's table: published rows and ours",
       "Without a name: which there are. A method's name prints all of its tables. Published rows come first, ours from DIR/results.db\n"
       "follow. With --source synthetic the table has our results on stand-in data alone and says so.\n\n"
       "Examples:\n"
       "  vbench table\n"
       "  vbench table coot-table3 --format latex\n"
       "  vbench table srtg-accuracy --variant srtg-r3d-34,srtg-r3d-50\n"
       "  vbench table sam --source synthetic --format html\n",
       add_table},
      {"rescore", "vbench rescore [--run ID] [--method M] [--dataset D] [--variant V] [--metric KEY,...] [--write [--replace]]",
       "scores of stored runs, computed again from what they stored by item",
       "Nothing is run again. Prints what is stored, what follows from the stored outputs and the difference; scores that a run lacks are\n"
       "new and stored with --write. Exit code 1 if a stored score differs from what its outputs give: it is never changed unasked; else\n"
       "3 if outputs that a wanted score takes are damaged: that score is unknown, all others are computed.\n\n"
       "Examples:\n"
       "  vbench rescore --dataset youcook2\n"
       "  vbench rescore --metric v2p_mrr,v2p_r3 --write\n"
       "  vbench rescore --run 20240131T101502 --metric v2p_medr --write --replace\n",
       add_rescore},
      {"compare", "vbench compare BASE CANDIDATE [--gate METRIC=TOLERANCE]... [--junit FILE] [--summary FILE]",
       "better, the same, worse or cannot tell: a gate for CI; exit code 1 on worse",
       "BASE and CANDIDATE are each a run in DIR/results.db (the beginning of its id will do), all its runs of a git revision (likewise), "
       "a\n"
       "file that 'run --format json' or 'leaderboard --format json' wrote, or a folder of such files. Without --gate, the metrics of the\n"
       "boards are judged: 1 point of a share, 1 rank, 0.01 of a correlation are no change. docs/compare.md has rules and error rates.\n"
       "Exit code 1: something is worse, or cannot be compared (other protocol or data, a metric is gone, runs are INVALID).\n\n"
       "Examples:\n"
       "  vbench compare 4f2c91a 8be07d3\n"
       "  vbench compare baseline.json today.json --gate v2p_r1=2 --gate coot/v2p_medr=1 --junit gate.xml --summary gate.md\n"
       "  vbench compare 20240131T101502 20240201T090011 --strict\n",
       add_compare},
      {"report", "vbench report [--method M] [--dataset D] [--variant V] [--run ID]... [--output PAGE.html | --open-dir DIR] [options]",
       "stored runs as one HTML page that opens without a network: leaderboards, curves, speed, confusions, ranks, clusters",
       "Shows all runs in DIR/results.db that match, or those of --run: leaderboards beside the published figures, losses, scores, "
       "learning\n"
       "rates and speed with seeds as bands, environments, settings in which runs differ, confusion matrices, best and worst queries with\n"
       "what they were answered, and what 'vbench throughput' measured of their variants.\n"
       "Of the newest run among them that has clusters the page shows these: the stored clusters count; the other heads, names of "
       "classes,\n"
       "cluster sizes and labellings come from the run's folder in DIR as long as it holds the same clusters, pictures from its videos.\n\n"
       "Examples:\n"
       "  vbench report\n"
       "  vbench report --open-dir public\n"
       "  vbench report --dataset ucf101 --output ucf101.html\n"
       "  vbench report --method selavi --dataset ave --examples 12 --output clusters.html\n"
       "  vbench report --run 20240131T101502 --data-root /mnt/data --strict --output clusters.html\n",
       add_report},
  };
}

}  // namespace vbench::cli
