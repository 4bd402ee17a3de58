// SeLaVi from the command line: what a run leaves, the same bits whatever interrupts it, weights of others, floors, single modalities.
#include <cmath>
#include <csignal>
#include <numeric>
#include <thread>

#include "datasets/formats/hdf5.hpp"
#include "tests/cli/selavi_fixture.hpp"

namespace vbench {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::Arguments;
using test::Clustered;
using test::clustered;
using test::expect_error;
using test::find_file;
using test::joined;
using test::json_of;
using test::kInput;
using test::kSelaviClasses;
using test::kSelaviHeads;
using test::kSelaviLabellings;
using test::kSelaviVideos;
using test::kUsage;
using test::Program;
using test::ProgramResult;
using test::raw_run;
using test::run_program;
using test::score;
using test::selavi_run;
using test::Table;
using test::table_of;
using test::TemporaryFolder;
using test::with_settings;
using testing::HasSubstr;
namespace fs = std::filesystem;

/// A run of two epochs with three labellings that nobody disturbs, made once.
struct Unbroken {
  TemporaryFolder folder;
  json result;
  Clustered clustered;
  std::string weights;
};
const Unbroken& unbroken() {
  static Unbroken run;
  static const bool made = [] {
    run.result = json_of(selavi_run(run.folder.path(), {"--epochs", "2"}));
    run.clustered = clustered(run.folder.path(), run.result);
    run.weights = find_file(run.folder.path(), "best.pth").string();
    return true;
  }();
  (void)made;
  return run;
}

/// What cluster_summary.csv must say about one cluster.
struct Counted {
  int64_t size = 0;
  std::map<std::string, int64_t> classes;

  [[nodiscard]] int64_t most() const {
    int64_t most = 0;
    for (const auto& [name, count] : classes) most = std::max(most, count);
    return most;
  }
  [[nodiscard]] double entropy() const {
    double nats = 0;
    for (const auto& [name, count] : classes) {
      const double share = static_cast<double>(count) / static_cast<double>(size);
      nats -= share * std::log(share);
    }
    return nats;
  }
};

std::map<int64_t, Counted> counted(const Table& clusters, int64_t head) {
  std::map<int64_t, Counted> all;
  const auto classes = clusters.words("class");
  const auto numbers = clusters.numbers(fmt::format("head_{}", head));
  for (size_t i = 0; i < classes.size(); ++i) {
    auto& cluster = all[static_cast<int64_t>(numbers[i])];
    ++cluster.size;
    ++cluster.classes[classes[i]];
  }
  return all;
}

bool agrees(const Table& summary, const std::map<int64_t, Counted>& expected) {
  if (summary.rows.size() != expected.size()) return false;
  const auto numbers = summary.numbers("cluster"), sizes = summary.numbers("size"), purities = summary.numbers("purity"),
             nats = summary.numbers("entropy_nats"), bits = summary.numbers("entropy_bits");
  const auto names = summary.words("dominant_class");
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto found = expected.find(static_cast<int64_t>(numbers[i]));
    if (found == expected.end()) return false;
    const Counted& cluster = found->second;
    const double purity = static_cast<double>(cluster.most()) / static_cast<double>(cluster.size);
    const auto dominant = cluster.classes.find(names[i]);
    const bool same = sizes[i] == static_cast<double>(cluster.size) && std::abs(purities[i] - purity) < 1e-6 &&
                      std::abs(nats[i] - cluster.entropy()) < 1e-6 && std::abs(bits[i] - cluster.entropy() / std::log(2.0)) < 2e-6 &&
                      dominant != cluster.classes.end() && dominant->second == cluster.most();
    if (!same) return false;
  }
  return true;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TEST(SelaviRun, EveryVideoHasOneClusterUnderEveryHead) {
  const auto& run = unbroken();
  EXPECT_EQ(run.result.at("source"), "synthetic");
  EXPECT_EQ(run.result.at("split"), "train");
  EXPECT_EQ(run.result.at("data").at("items"), kSelaviVideos);
  for (const char* name : {"nmi", "anmi", "ari", "acc", "purity", "entropy", "nmi_mean", "nmi_video", "nmi_audio"})
    EXPECT_TRUE(std::isfinite(score(run.result, name))) << name;
  EXPECT_GE(score(run.result, "nmi"), score(run.result, "nmi_mean")) << "the best head is reported";
  const auto clusters = table_of(run.folder.path(), "clusters.csv");
  EXPECT_THAT(clusters.columns, testing::ElementsAre("id", "class", "head_0", "head_1"));
  ASSERT_EQ(clusters.rows.size(), static_cast<size_t>(kSelaviVideos));
  std::set<std::string> ids;
  for (const auto& row : clusters.rows) {
    EXPECT_TRUE(ids.insert(row[0]).second) << row[0] << " is there twice";
    EXPECT_EQ(row[0].substr(0, row[0].find('/')), row[1]);
    for (const size_t head : {2, 3})
      EXPECT_LT(std::stoll(row[head]), kSelaviClasses) << "as many clusters as classes where 0 are asked for";
  }
}

TEST(SelaviRun, TheSummaryIsThatOfTheBestHeadsClusters) {
  const auto& run = unbroken();
  const auto clusters = table_of(run.folder.path(), "clusters.csv"), summary = table_of(run.folder.path(), "cluster_summary.csv");
  EXPECT_TRUE(agrees(summary, counted(clusters, 0)) || agrees(summary, counted(clusters, 1)))
      << read_file(find_file(run.folder.path(), "cluster_summary.csv"));
  const auto sizes = summary.numbers("size");
  EXPECT_EQ(std::accumulate(sizes.begin(), sizes.end(), 0.0), kSelaviVideos);
  EXPECT_NEAR(score(run.result, "purity"), mean(summary.numbers("purity")), 1e-6);
  EXPECT_NEAR(score(run.result, "entropy"), mean(summary.numbers("entropy_nats")), 1e-6);
}

TEST(SelaviRun, SizesOfClustersStandBesideThePrescribedOnes) {
  const auto& run = unbroken();
  const auto clusters = table_of(run.folder.path(), "clusters.csv"), sizes = table_of(run.folder.path(), "marginals.csv");
  ASSERT_EQ(sizes.rows.size(), static_cast<size_t>(kSelaviHeads * kSelaviClasses));
  for (int64_t head = 0; head < kSelaviHeads; ++head) {
    std::map<std::string, std::vector<double>> columns;
    for (const auto& row : sizes.rows) {
      if (std::stoll(row[0]) != head) continue;
      for (const char* name : {"evaluated", "labelled", "drawn", "prescribed"}) columns[name].push_back(std::stod(row[sizes.column(name)]));
    }
    for (const auto& [name, values] : columns) EXPECT_TRUE(std::is_sorted(values.begin(), values.end())) << name << " of head " << head;
    std::vector<double> evaluated(static_cast<size_t>(kSelaviClasses), 0.0);
    for (const auto& [number, cluster] : counted(clusters, head))
      evaluated[static_cast<size_t>(number)] = static_cast<double>(cluster.size);
    std::sort(evaluated.begin(), evaluated.end());
    EXPECT_EQ(columns["evaluated"], evaluated) << "head " << head;
    EXPECT_EQ(mean(columns["labelled"]) * kSelaviClasses, kSelaviVideos) << "all videos have labels";
    EXPECT_NEAR(mean(columns["prescribed"]) * kSelaviClasses, kSelaviVideos, 0.01);
  }
}

TEST(SelaviRun, EveryLabellingIsARow) {
  const auto& run = unbroken();
  const auto history = table_of(run.folder.path(), "labellings.csv");
  ASSERT_EQ(history.rows.size(), static_cast<size_t>(kSelaviLabellings));
  EXPECT_EQ(history.numbers("step").front(), 0) << "before the first step";
  EXPECT_EQ(history.numbers("nmi_before").front(), 0) << "there were none before";
  const auto before = history.numbers("matched_from"), after = history.numbers("matched_to");
  EXPECT_LE(after[0], before[0]) << "heads are aligned at the first labelling";
  EXPECT_EQ(before[1], 0) << "and at no other";
  const auto epochs = history.numbers("epoch"), steps = history.numbers("step");
  EXPECT_TRUE(std::is_sorted(steps.begin(), steps.end()));
  EXPECT_LE(epochs.back(), 1);
  for (const double nmi : history.numbers("nmi_classes")) EXPECT_TRUE(nmi >= 0 && nmi <= 1) << nmi;
  for (const double heads : history.numbers("unconverged")) EXPECT_EQ(heads, 0);
}

TEST(SelaviRun, TheSeedDecidesEveryBit) {
  const TemporaryFolder same, other;
  EXPECT_EQ(clustered(same.path(), json_of(selavi_run(same.path(), {"--epochs", "2"}))), unbroken().clustered);
  const auto another = json_of(selavi_run(other.path(), {"--epochs", "2", "--seeds", "2"}));
  EXPECT_NE(clustered(other.path(), another).labellings, unbroken().clustered.labellings);
}

/// Interrupts a run at a moment, and demands that it goes on as if nothing had happened. @return what it had said until then
std::string interrupted(const std::string& moment, std::chrono::milliseconds delay, int signal, const Arguments& more = {}) {
  const TemporaryFolder out;
  const auto arguments = selavi_run(out.path(), joined({"--epochs", "2"}, more));
  ProgramResult stopped;
  {
    Program program(arguments);
    EXPECT_TRUE(program.wait_for(moment, 60s)) << moment;
    std::this_thread::sleep_for(delay);
    program.signal(signal);
    stopped = program.wait();
  }
  if (signal == SIGINT && stopped.exit_code != 0) {
    EXPECT_EQ(stopped.exit_code, 130) << stopped.err;
    EXPECT_THAT(stopped.err, HasSubstr("--resume goes on"));
  }
  EXPECT_EQ(clustered(out.path(), json_of(joined(arguments, {"--resume"}))), unbroken().clustered) << moment << " " << delay.count();
  return stopped.err;
}

// The warning about the stand-in comes last before BatchNorm is warmed up and the first labels are computed.
TEST(SelaviInterrupt, DuringTheFirstLabellingNothingIsLost) {
  int during = 0;
  for (const auto delay : {30ms, 200ms}) {
    const auto said = interrupted("SYNTHETIC stand-in data, not", delay, SIGINT);
    during += said.find("labels 1 of") == std::string::npos ? 1 : 0;
  }
  EXPECT_GE(during, 1) << "no signal came before the labels were there";
}

TEST(SelaviInterrupt, BetweenLabellingsNothingIsLost) { (void)interrupted("labels 2 of", 0ms, SIGTERM); }

TEST(SelaviInterrupt, KilledAfterALabellingItGoesOnFromTheLastCheckpoint) {
  (void)interrupted("epoch 2/2", 30ms, SIGKILL, {"--set", "checkpoint_every_steps=1"});
}

TEST(SelaviWeights, EvaluatedAgainGiveTheSameClusters) {
  const TemporaryFolder out;
  const auto again = json_of(selavi_run(out.path(), {"--eval-only", "--init", unbroken().weights}));
  for (const auto& [name, value] : unbroken().result.at("scores").items()) EXPECT_EQ(again.at("scores").at(name), value) << name;
  EXPECT_EQ(read_file(find_file(out.path(), "clusters.csv")), unbroken().clustered.clusters);
  EXPECT_EQ(table_of(out.path(), "marginals.csv").words("labelled").front(), "") << "nothing was labelled in this run";
}

TEST(SelaviWeights, OfTheAuthorsFillTheNetwork) {
  const auto file = test::golden_root() / "selavi" / "authors_layout.pth";
  if (!fs::exists(file)) GTEST_SKIP() << file << " is not there";
  const TemporaryFolder out;
  const auto result =
      run_program(selavi_run(out.path(), {"--eval-only", "--init", file.string(), "--set", "model.clusters=7", "--format", "json"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("authors_layout.pth: 326 of 326 tensors loaded\n"));
  EXPECT_TRUE(json::parse(result.out).at("verdict").at("valid").get<bool>()) << result.out;
}

TEST(SelaviWeights, OfAnotherNumberOfClustersAreSaidToLackTheHeads) {
  const TemporaryFolder out;
  const Arguments fewer{"--init", unbroken().weights, "--set", "model.clusters=5", "--format", "json"};
  const auto evaluated = run_program(selavi_run(out.path(), joined(fewer, {"--eval-only"})));
  EXPECT_EQ(evaluated.exit_code, 0) << evaluated.err;
  EXPECT_THAT(evaluated.err,
              HasSubstr("the file has 2 heads of 8 clusters, this network 2 heads of 5 clusters; left as they were: mlp_v0"));
  EXPECT_THAT(evaluated.err, HasSubstr("INVALID: a part of the network was neither trained nor filled by --init"));
  const auto trained = run_program(selavi_run(out.path(), joined(fewer, {"--epochs", "1"})));
  EXPECT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_TRUE(json::parse(trained.out).at("verdict").at("valid").get<bool>()) << "what was not loaded was trained";
}

TEST(SelaviWeights, ThatAreNoneAreNamed) {
  const TemporaryFolder out;
  write_file_atomically(out / "no.pth", "no weights");
  expect_error(run_program(selavi_run(out.path(), {"--init", (out / "no.pth").string()})), kInput, {"no.pth"});
  expect_error(run_program(selavi_run(out.path(), {"--init", (out / "gone.pth").string()})), kInput, {"gone.pth"});
}

TEST(SelaviVariants, KMeansNeedsNoTraining) {
  const TemporaryFolder out;
  const auto result = json_of(raw_run(out.path()));
  EXPECT_EQ(result.at("epochs"), 0);
  EXPECT_TRUE(result.at("verdict").at("valid").get<bool>()) << result.at("verdict");
  EXPECT_GT(score(result, "nmi"), 0.2);
  const auto clusters = table_of(out.path(), "clusters.csv");
  EXPECT_THAT(clusters.columns, testing::ElementsAre("id", "class", "head_0"));
  EXPECT_EQ(clusters.rows.size(), static_cast<size_t>(kSelaviVideos));
  EXPECT_TRUE(agrees(table_of(out.path(), "cluster_summary.csv"), counted(clusters, 0)));
  expect_error(run_program(raw_run(out.path(), {"--epochs", "3"})), kUsage, {"--epochs", "nothing to train"});
  expect_error(run_program(raw_run(out.path(), {"--set", "epochs=3"})), kUsage, {"epochs", "nothing to train"});
  expect_error(run_program(raw_run(out.path(), {"--set", "kmeans.clusters=100"})), kUsage, {"100 clusters", "32 videos"});
  expect_error(run_program(raw_run(out.path(), {"--set", "model.clusters=3"})), kUsage, {"model.clusters", "kmeans.clusters"});
}

TEST(SelaviVariants, OneModalityGivesItsOwnScoresOnly) {
  for (const auto& [variant, own, other] : {std::tuple{"mini-video", "nmi_video", "nmi_audio"}, {"mini-audio", "nmi_audio", "nmi_video"}}) {
    const TemporaryFolder out;
    const auto result = json_of(selavi_run(out.path(), {"--epochs", "1"}, variant));
    EXPECT_EQ(score(result, "nmi"), score(result, own)) << variant;
    EXPECT_FALSE(result.at("scores").contains(other)) << variant;
    EXPECT_EQ(table_of(out.path(), "labellings.csv").numbers("matched_from").front(), 0) << "nothing to be aligned";
  }
}

TEST(SelaviVariants, UniformSizesAndOtherTransportsRun) {
  for (const Arguments& settings :
       {Arguments{"labels.distribution=uniform", "labels.match=upstream", "labels.storage=float32"},
        Arguments{"labels.per_head=false", "labels.redraw=true", "labels.placement=sorted", "labels.match=off"},
        Arguments{"model.heads=1", "labels.groups=1", "model.mlp=false", "model.clusters=3", "data.evaluated=val"}}) {
    const TemporaryFolder out;
    const auto result = json_of(with_settings(selavi_run(out.path(), {"--epochs", "1"}), settings));
    EXPECT_TRUE(result.at("verdict").at("valid").get<bool>()) << settings.front();
  }
}

TEST(SelaviEmbed, KeepsFeaturesLogitsAndClusters) {
  const TemporaryFolder folder;
  const auto file = folder / "features.h5";
  auto arguments = selavi_run(folder.path(), {"--init", unbroken().weights, "--output", file.string(), "-q"});
  const auto out = std::find(arguments.begin(), arguments.end(), "--out");  // what it writes is asked for with --output
  arguments.erase(out, out + 2);
  arguments.insert(arguments.begin(), "embed");
  const auto result = run_program(arguments);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto stored = hdf5::File::open(file);
  EXPECT_EQ(stored.read("clusters").sizes().vec(), (std::vector<int64_t>{kSelaviVideos, kSelaviHeads}));
  for (const char* name : {"video/logits/head_1", "audio/logits/head_0"})
    EXPECT_EQ(stored.read(name).sizes().vec(), (std::vector<int64_t>{kSelaviVideos, kSelaviClasses})) << name;
}

TEST(SelaviSettings, ThatMakeNoSenseAreRefused) {
  const TemporaryFolder out;
  const auto error = [&](const std::string& setting) { return run_program(selavi_run(out.path(), {"--set", setting})); };
  expect_error(error("labels.distribution=zipf"), kUsage, {"labels.distribution", "zipf", "uniform, gauss"});
  expect_error(error("labels.groups=3"), kUsage, {"labels.groups", "3 groups", "at most as many groups as heads"});
  expect_error(error("labels.times=0"), kUsage, {"labels.times", "'0'"});
  expect_error(error("labels.modality=smell"), kUsage, {"labels.modality", "smell", "both, video, audio"});
  expect_error(error("labels.deviation=5"), kUsage, {"labels.deviation", "smaller deviation"});
  expect_error(error("model.clusters=1"), kUsage, {"model.clusters", "at least 2"});
  expect_error(error("model.clusters=100"), kUsage, {"model.clusters", "100 clusters", "32 videos"});
  expect_error(error("model.divisor=3"), kUsage, {"3", "1, 2, 4, 8, 16 or 32"});
  expect_error(error("sound.filters=50"), kUsage, {"sound.filters", "unknown value '50'"});
  expect_error(error("picture.crop=300"), kUsage, {"picture.crop", "256"});
  expect_error(error("standin.side=33"), kUsage, {"standin.side", "even"});
  expect_error(error("epochs=-1"), kUsage, {"epochs=-1", "never end"});
  expect_error(error("labels.lambda=10000"), 4, {"cluster", "lower lambda"});
  expect_error(run_program(selavi_run(out.path(), {}, "minni")), kUsage, {"minni", "mini"});
}

}  // namespace
}  // namespace vbench
