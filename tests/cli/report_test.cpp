// `vbench report` from the command line: the page of a small run, what it takes when parts of the run are gone, bad input.
#include <sys/stat.h>

#include <regex>
#include <set>

#include "results/store.hpp"
#include "tests/cli/selavi_fixture.hpp"
#include "tests/cli/sql.hpp"

namespace vbench {
namespace {

using nlohmann::json;
using test::Arguments;
using test::expect_error;
using test::find_file;
using test::joined;
using test::json_of;
using test::kInput;
using test::kSelaviClasses;
using test::kSelaviHeads;
using test::kSelaviVideos;
using test::kUsage;
using test::run_program;
using test::selavi_run;
using test::table_of;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

/// A run of one epoch, made once; never changed by tests.
const fs::path& trained() {
  static const TemporaryFolder out;
  static const bool made = [] {
    (void)json_of(selavi_run(out.path(), {"--epochs", "1"}));
    return true;
  }();
  (void)made;
  return out.path();
}

/// A copy of it that a test may damage.
class Report : public testing::Test {
 protected:
  Report() { fs::copy(trained(), out_, fs::copy_options::recursive); }

  [[nodiscard]] test::ProgramResult run(const Arguments& more = {}) const {
    return run_program(joined({"report", "--out", out_.string(), "--output", page_.string()}, more));
  }
  /// Most tests need no pictures, which take most of the time.
  [[nodiscard]] test::ProgramResult run_bare(const Arguments& more = {}) const { return run(joined({"--examples", "0"}, more)); }
  /// Expects success.
  [[nodiscard]] std::string bare_text(const Arguments& more = {}) const { return text(joined({"--examples", "0"}, more)); }
  [[nodiscard]] std::string text(const Arguments& more = {}) const {
    const auto result = run(more);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return read_file(page_);
  }
  [[nodiscard]] fs::path csv(const std::string& name) const { return find_file(out_, name); }

  TemporaryFolder folder_;
  fs::path out_ = folder_ / "runs", page_ = folder_ / "page.html";
};

/// What the page's script gets to read.
json data_of(const std::string& page, const std::string& id) {
  const std::string begin = "<script type=\"application/json\" id=\"" + id + "\">";
  const size_t at = page.find(begin);
  if (at == std::string::npos) return {};
  return json::parse(page.substr(at + begin.size(), page.find("</script>", at) - at - begin.size()), nullptr, false);
}

TEST_F(Report, ShowsTheClustersOfTheNewestRun) {
  const auto result = run();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("page.html"));
  const auto page = read_file(page_);
  for (const char* part : {"SYNTHETIC", "Clusters of selavi mini on ave", "NMI", "Cluster sizes, head 1", "Labels over time"})
    EXPECT_THAT(page, HasSubstr(part));
  const auto data = data_of(page, "cluster-data");
  EXPECT_EQ(data.at("classes").size(), kSelaviClasses);
  ASSERT_EQ(data.at("heads").size(), kSelaviHeads);
  const auto clusters = table_of(out_, "clusters.csv");
  EXPECT_EQ(data.at("ids"), json(clusters.words("id")));
  for (size_t head = 0; head < kSelaviHeads; ++head) {
    const auto numbers = clusters.numbers("head_" + std::to_string(head));
    EXPECT_EQ(data.at("heads").at(head).at("of"), json(std::vector<int64_t>(numbers.begin(), numbers.end())));
  }
  const auto summary = table_of(out_, "cluster_summary.csv");
  const auto& best = data.at("heads").at(data.at("best").get<size_t>()).at("clusters");
  ASSERT_EQ(best.size(), summary.rows.size());
  for (size_t i = 0; i < best.size(); ++i) {
    EXPECT_EQ(best[i].at("size"), summary.numbers("size")[i]);
    EXPECT_NEAR(best[i].at("purity"), summary.numbers("purity")[i], 1e-6);
    EXPECT_NEAR(best[i].at("entropy"), summary.numbers("entropy_bits")[i], 1e-6);
    EXPECT_EQ(data.at("classes").at(best[i].at("labels")[0][0].get<size_t>()), summary.words("dominant_class")[i]);
  }
}

TEST_F(Report, HasPicturesOfAsManyVideosAsAreWanted) {
  for (const size_t examples : {size_t{1}, size_t{3}}) {
    const auto page = text({"--examples", std::to_string(examples), "--frames", "5"});
    const auto data = data_of(page, "cluster-data");
    EXPECT_EQ(data.at("frames"), 5);
    size_t expected = 0;
    for (const auto& cluster : data.at("heads").at(data.at("best").get<size_t>()).at("clusters"))
      expected += std::min<size_t>(examples, cluster.at("size").get<size_t>());
    const auto strips = data_of(page, "strips");
    EXPECT_EQ(strips.size(), expected);
    for (const auto& strip : strips) EXPECT_EQ(strip.get<std::string>().rfind("/9j/", 0), 0U) << "JPEG";
  }
  EXPECT_EQ(data_of(bare_text(), "strips").size(), 0U);
}

TEST_F(Report, IsTheSameWhateverTheThreads) {
  const auto one = text({"--workers", "1"});
  EXPECT_EQ(text({"--workers", "3"}), one);
}

TEST_F(Report, TakesTheStoredClustersWhereTheFolderIsGone) {
  const auto before = data_of(bare_text(), "cluster-data");
  fs::remove_all(out_ / "selavi");
  const auto result = run_bare();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("the page shows the stored head alone"));
  const auto page = read_file(page_);
  const auto data = data_of(page, "cluster-data");
  ASSERT_EQ(data.at("heads").size(), 1U);
  EXPECT_EQ(data.at("heads").at(0).at("clusters"), before.at("heads").at(before.at("best").get<size_t>()).at("clusters"));
  EXPECT_EQ(data.at("classes"), before.at("classes")) << "by the ids";
  EXPECT_THAT(page, Not(HasSubstr("Cluster sizes")));
  expect_error(run_bare({"--strict"}), kInput, {"the run's folder is gone"});
}

TEST_F(Report, DamagedTablesAreNamedAndLeftOut) {
  const std::string clusters = read_file(csv("clusters.csv"));
  const auto expect_damage = [&](const std::string& name, const std::string& bytes, const std::string& part) {
    const auto file = csv(name);
    const std::string whole = read_file(file);
    write_file_atomically(file, bytes);
    const auto result = run_bare();
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr(name + ": " + part));
    if (name == "labellings.csv") expect_error(run_bare({"--strict"}), kInput, {name, part});
    write_file_atomically(file, whole);
  };
  expect_damage("clusters.csv", std::regex_replace(clusters, std::regex(",[0-9]+\n"), ",many\n"), "line 2: 'many' is no count");
  expect_damage("clusters.csv", "id,class,head_0\n\"a", "line 2");
  expect_damage("marginals.csv", "head,rank,evaluated,labelled,drawn,prescribed\n9,1,2,3,4,5\n", "line 2: there is no head 9");
  for (const char* size : {"-5", "1e308", "nan", "inf"}) {
    expect_damage("marginals.csv", fmt::format("head,rank,evaluated,labelled,drawn,prescribed\n0,1,2,3,4,5\n0,2,2,3,{},5\n", size),
                  fmt::format("line 3: '{}' is no size of a cluster", size));
  }
  expect_damage("labellings.csv", "epoch,nmi_before,nmi_classes\n0,x,1\n", "line 2: 'x' is no number");
  EXPECT_EQ(data_of(bare_text(), "cluster-data").at("heads").size(), kSelaviHeads) << "and as it was it is good";
}

TEST_F(Report, ADamagedOutputIsNamedAndLeftOut) {
  const std::string whole = bare_text();
  ASSERT_THAT(whole, HasSubstr("id=\"cluster-data\""));
  test::run_sql(out_ / "results.db", "UPDATE outputs SET checksum=checksum+1 WHERE name='cluster'");
  const auto result = run_bare();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("output 'cluster' is damaged: the checksum does not match; left out"));
  const std::string page = read_file(page_);
  EXPECT_THAT(page, HasSubstr("output &#39;cluster&#39; is damaged: the checksum does not match; what takes it is left out."));
  EXPECT_THAT(page, Not(HasSubstr("id=\"cluster-data\"")));
  EXPECT_THAT(page, HasSubstr("Training"));
  expect_error(run_bare({"--strict"}), kInput, {"output 'cluster' is damaged"});
}

TEST_F(Report, ClustersOfAnotherRunInTheFolderAreNotTaken) {
  const auto file = csv("clusters.csv");
  write_file_atomically(file, std::regex_replace(read_file(file), std::regex(",[0-9]+,[0-9]+\n"), ",0,0\n"));
  const auto page = bare_text();
  EXPECT_EQ(data_of(page, "cluster-data").at("heads").size(), 1U);
  EXPECT_THAT(page, HasSubstr("Only the best head is shown"));
}

/// Of the runs that a page is about.
std::set<std::string> ids_in(const std::string& page) {
  std::set<std::string> ids;
  const std::regex id("[0-9]{8}T[0-9]{6}[.][0-9]{6}Z-[0-9a-f]{8}");
  for (auto at = std::sregex_iterator(page.begin(), page.end(), id); at != std::sregex_iterator(); ++at) ids.insert(at->str());
  return ids;
}

TEST_F(Report, ClustersThatCannotBeAreNone) {
  Store store = Store::open(out_ / "results.db");
  auto newer = store.find(store.runs().back().run_id).value();
  const auto before = data_of(bare_text(), "cluster-data");
  ASSERT_FALSE(before.is_null());
  newer.run_id.clear();
  const auto labels = std::find_if(newer.outputs.begin(), newer.outputs.end(), [](const auto& output) { return output.name == "class"; });
  ASSERT_NE(labels, newer.outputs.end());
  labels->values.at(3) = 1e18F;  // a table of so many classes fits no memory
  store.add(newer);
  EXPECT_EQ(data_of(bare_text(), "cluster-data"), before) << "those of the older run";
}

TEST_F(Report, RunsAreChosenByNameOrId) {
  (void)json_of(test::raw_run(out_));
  const auto all = bare_text();
  EXPECT_THAT(all, HasSubstr("Clusters of selavi kmeans-raw on ave")) << "the newest";
  EXPECT_EQ(ids_in(all).size(), 2U);
  const auto page = bare_text({"--method", "selavi", "--variant", "mini"});
  EXPECT_THAT(page, HasSubstr("Clusters of selavi mini on ave"));
  ASSERT_EQ(ids_in(page).size(), 1U);
  const std::string id = *ids_in(page).begin();
  EXPECT_THAT(bare_text({"--run", id.substr(0, 24)}), HasSubstr("Clusters of selavi mini on ave"));
  EXPECT_EQ(ids_in(bare_text({"--run", *ids_in(all).begin(), "--run", *ids_in(all).rbegin()})), ids_in(all));
  expect_error(run_bare({"--run", "2"}), kUsage, {"--run 2", "2 runs begin so", id});
  expect_error(run_bare({"--run", "x1"}), kUsage, {"--run x1", "no such run", "the newest are", id});
  expect_error(run_bare({"--variant", "minni"}), kUsage, {"--variant", "minni", "mini"});
  expect_error(run_bare({"--method", "selavy"}), kUsage, {"selavy", "selavi"});
  expect_error(run_bare({"--variant", "selavi-1head"}), kUsage, {"no stored run matches", "vbench leaderboard"});
}

TEST_F(Report, ShowsHowTrainingWentAndWhatTheRunWasRunWith) {
  const auto page = bare_text();
  for (const char* part : {"ave: SYNTHETIC stand-in data", "Training loss", "NMI", "Learning rate", "Seconds an epoch took",
                           "read, clips/s", "<th scope=\"row\">compiler</th>", "<th scope=\"row\">data.videos</th>"})
    EXPECT_THAT(page, HasSubstr(part));
  const auto curves = data_of(page, "curve-data");
  ASSERT_FALSE(curves.empty());
  for (const auto& chart : curves) EXPECT_EQ(chart.at("x"), json({1})) << "one epoch";
}

TEST_F(Report, VideosThatAreGoneOrDamagedAreCountedAndShownAsSuch) {
  const fs::path data = folder_ / "data", out = folder_ / "own";
  const auto made = run_program(test::with_settings({"data", "synth", "ave", "--output", (data / "ave").string()}, test::kSelaviStandin));
  ASSERT_EQ(made.exit_code, 0) << made.err;
  fs::remove(data / "ave" / "SYNTHETIC.json");  // as if they were somebody's own
  (void)json_of(joined(test::tiny_selavi(out), {"--data-root", data.string(), "--epochs", "1"}));
  const Arguments report{"report", "--out", out.string(), "--output", page_.string(), "--data-root", data.string()};
  ASSERT_EQ(run_program(joined(report, {"--strict"})).exit_code, 0);
  const auto whole = data_of(read_file(page_), "strips");
  const auto ids = table_of(out, "clusters.csv").words("id");
  const auto shown = [&](size_t i) { return ids.at(std::stoul(std::next(whole.begin(), static_cast<std::ptrdiff_t>(i)).key())); };
  const auto file_of = [&](const std::string& id) { return data / "ave" / "train" / (id + ".mp4"); };
  ASSERT_TRUE(fs::exists(file_of(shown(0)))) << shown(0);
  fs::remove(file_of(shown(0)));
  write_file_atomically(file_of(shown(1)), "no video");
  const auto result = run_program(report);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("2 of " + std::to_string(whole.size()) + " example videos cannot be read"));
  EXPECT_THAT(result.err, HasSubstr(fmt::format(" {} of them in pictures", whole.size() - 2)));
  EXPECT_EQ(data_of(read_file(page_), "strips").size(), whole.size() - 2);
  expect_error(run_program(joined(report, {"--strict"})), kInput, {"example videos cannot be read"});
  // Without any data: everything but pictures.
  fs::remove_all(data);
  const auto bare = run_program(report);
  EXPECT_EQ(bare.exit_code, 0) << bare.err;
  EXPECT_THAT(bare.err, HasSubstr("no pictures: "));
  EXPECT_EQ(data_of(read_file(page_), "cluster-data").at("pictures"), false);
  EXPECT_THAT(read_file(page_), HasSubstr("so it has no pictures"));
  expect_error(run_program(joined(report, {"--strict"})), kInput, {"no pictures: "});
}

TEST_F(Report, AStandInOtherThanTheRunsHasNoPictures) {
  const auto result = run({"--set", "standin.seconds=1.4"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("the stand-in is not the one that the run evaluated"));
  EXPECT_EQ(data_of(read_file(page_), "strips").size(), 0U);
}

TEST_F(Report, BadRequestsAreOneLine) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  expect_error(run({"--open-dir", folder_.path().string()}), kUsage, {"--output and --open-dir", "leave one out"});
  expect_error(run_program({"report", "--out", out_.string(), "--output", folder_.path().string()}), kInput, {"is a folder"});
  expect_error(run_program({"report", "--out", out_.string(), "--output", pipe.string()}), kInput, {"is no file"});
  expect_error(run_program({"report", "--out", out_.string(), "--output", (folder_ / "none" / "x.html").string()}), kInput,
               {"is no folder"});
  expect_error(run_program({"report", "--out", (folder_ / "none").string(), "--output", page_.string()}), kInput,
               {"no results yet", "results.db"});
  EXPECT_FALSE(fs::exists(folder_ / "none")) << "no folder for a page of nothing";
  expect_error(run_program({"report", "--out", out_.string(), "--output", (out_ / "results.db").string()}), kUsage,
               {"is the store itself"});
  expect_error(run({"--examples", "101"}), kUsage, {"--examples", "101 is not in 0..100"});
  expect_error(run({"--frames", "0"}), kUsage, {"--frames", "0 is not in 1..32"});
  expect_error(run({"--exmples", "3"}), kUsage, {"--exmples", "examples"});
  expect_error(run({"--set", "data.vidoes=x"}), kUsage, {"data.vidoes", "data.videos"});
  EXPECT_FALSE(fs::exists(page_)) << "no page rather than half a page";
}

TEST_F(Report, InvalidRunsAreShownAsSuchAndTheirClustersOnlyByName) {
  const fs::path out = folder_ / "untrained";
  const auto made = json_of(selavi_run(out, {"--epochs", "0"}));
  ASSERT_EQ(made.at("verdict").at("valid"), false);
  const std::string id = made.at("run_ids").at(0);
  const Arguments report{"report", "--out", out.string(), "--output", page_.string(), "--examples", "0"};
  ASSERT_EQ(run_program(report).exit_code, 0);
  const auto page = read_file(page_);
  EXPECT_THAT(page, HasSubstr("1 of 1 run is INVALID"));
  EXPECT_THAT(page, HasSubstr("<strong>INVALID</strong>"));
  EXPECT_THAT(page, HasSubstr("Clusters of INVALID runs are shown only where --run names the run."));
  EXPECT_THAT(page, Not(HasSubstr("id=\"cluster-data\"")));
  const auto result = run_program(joined(report, {"--run", id}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(read_file(page_), HasSubstr("This run is INVALID"));
  EXPECT_THAT(read_file(page_), HasSubstr("id=\"cluster-data\""));
}

TEST_F(Report, RunsWithoutClustersArePagesToo) {
  const fs::path out = folder_ / "coot";
  (void)json_of(test::small_run(out, {"--epochs", "2", "--seeds", "1,2"}));
  (void)json_of(test::small_run(out, {"--epochs", "2", "--set", "loss.margin=0.3"}));
  const auto result = run_program({"report", "--out", out.string(), "--output", page_.string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("wrote 3 runs to "));
  const auto page = read_file(page_);
  EXPECT_THAT(page, HasSubstr("<title>SYNTHETIC: coot small on youcook2</title>"));
  EXPECT_THAT(page, Not(HasSubstr("id=\"cluster-data\"")));
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\">loss.margin</th><td>0.2</td><td>0.3</td>"));
  EXPECT_THAT(page, HasSubstr("video to paragraph: worst and best queries"));
  EXPECT_THAT(page, HasSubstr("Nearest answers, small loss.margin=0.2, seed 1"));
  const auto curves = data_of(page, "curve-data").at(0).at("curves");
  ASSERT_EQ(curves.size(), 2U);
  EXPECT_TRUE(curves.at(0).contains("low")) << "two seeds";
  EXPECT_FALSE(curves.at(1).contains("low"));
}

TEST_F(Report, IsTheIndexOfAFolder) {
  const auto bare = [&](const Arguments& more) {
    const auto result = run_program(joined({"report", "--out", out_.string(), "--examples", "0"}, more));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.err;
  };
  const fs::path folder = folder_ / "public" / "results";
  EXPECT_THAT(bare({"--open-dir", folder.string()}), HasSubstr((folder / "index.html").string()));
  bare({});
  EXPECT_EQ(read_file(folder / "index.html"), bare_text());
  EXPECT_EQ(read_file(out_ / "report" / "index.html"), bare_text()) << "where no place is named";
}

TEST_F(Report, ShowsMeasuredSpeedsOfWhatItIsAbout) {
  EXPECT_THAT(bare_text(), Not(HasSubstr("id=\"throughput\"")));
  ThroughputRow row;
  row.measurement = "20240202T000000.000000Z-eeeeeeee";
  row.source = Source::kSynthetic;
  row.method = "selavi";
  row.dataset = "ave";
  row.variant = "mini";
  row.stage = "backward";
  row.precision = "fp32";
  row.seconds = row.clips_per_s = 1;
  ThroughputRow other = row;
  other.variant = "other";
  KernelSpeed kernel;
  kernel.measurement = row.measurement;
  kernel.program = "sinkhorn";
  kernel.name = "small";
  kernel.seconds = 1;
  auto store = Store::open(out_ / "results.db");
  store.add(std::vector<ThroughputRow>{row, other});
  store.add(std::vector<KernelSpeed>{kernel});
  const auto shown = [](const std::string& page, const std::string& variant) {
    return page.find("<td>" + variant + "</td><td>backward</td>") != std::string::npos;
  };
  const auto all = bare_text();
  EXPECT_TRUE(shown(all, "mini") && shown(all, "other"));
  EXPECT_THAT(all, HasSubstr("Single kernels"));
  const auto chosen = bare_text({"--method", "selavi", "--variant", "mini"});
  EXPECT_TRUE(shown(chosen, "mini") && !shown(chosen, "other"));
  EXPECT_THAT(chosen, Not(HasSubstr("Single kernels"))) << "of no method";
  const auto named = bare_text({"--run", *ids_in(all).begin()});
  EXPECT_TRUE(shown(named, "mini") && !shown(named, "other")) << "the variants of the named runs";
}

TEST_F(Report, WhatCannotBeReadOrWrittenIsAnError) {
  expect_error(run_program({"report", "--out", out_.string(), "--output", "/dev/full"}), kInput, {"/dev/full"});
  const fs::path file = folder_ / "page";
  write_file_atomically(file, "no folder");
  expect_error(run_program({"report", "--out", out_.string(), "--output", (file / "x.html").string()}), kInput, {"is no folder"});
  fs::create_directory(folder_ / "broken");
  write_file_atomically(folder_ / "broken" / "results.db", "this is no store");
  expect_error(run_program({"report", "--out", (folder_ / "broken").string(), "--output", page_.string()}), kInput, {"results.db"});
}

TEST_F(Report, NamesOfClassesComeFromTheRunsFolderWhereItHoldsTheSameCounts) {
  const fs::path out = folder_ / "named";
  Arguments train{"--method", "smth3d", "--dataset", "something-something-v2", "--variant", "mini", "--epochs", "1", "--out", out.string()};
  for (const char* setting :
       {"model.divisor=32", "sampling.frames=8", "view.crop=24", "batch_size=8", "standin.train_videos=5", "standin.scarce_videos=1",
        "standin.val_videos=2", "standin.test_videos=1", "standin.frames=12", "standin.height=32"})
    train.insert(train.end(), {"--set", setting});
  (void)json_of(train);
  const Arguments report{"report", "--out", out.string(), "--output", page_.string()};
  ASSERT_EQ(run_program(joined(report, {"--strict"})).exit_code, 0);
  const auto matrix = data_of(read_file(page_), "matrix-data").at(0);
  const auto table = test::find_file(out, "confusion.csv");
  ASSERT_EQ(matrix.at("names").size(), 8U);
  EXPECT_THAT(read_file(table), HasSubstr(matrix.at("names").at(0).get<std::string>() + ","));
  EXPECT_EQ(matrix.at("names").at(0), "Moving something down");
  const std::string whole = read_file(table);
  write_file_atomically(table, std::regex_replace(whole, std::regex(",[1-9]"), ",7"));
  ASSERT_EQ(run_program(report).exit_code, 0);
  EXPECT_EQ(data_of(read_file(page_), "matrix-data").at(0).at("names").at(0), "class 0") << "counts of another run";
  write_file_atomically(table, std::regex_replace(whole, std::regex("\nMoving something down,[0-9]+"), "\nMoving something down,none"));
  const auto damaged = run_program(report);
  EXPECT_EQ(damaged.exit_code, 0) << damaged.err;
  EXPECT_THAT(damaged.err, HasSubstr("confusion.csv: line 2: 'none' is no count"));
  expect_error(run_program(joined(report, {"--strict"})), kInput, {"confusion.csv", "'none' is no count"});
}

}  // namespace
}  // namespace vbench
