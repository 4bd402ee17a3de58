// The authors' whole program on tiny data: training with its schedule, validation, completion, odd one out, a released checkpoint.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <nlohmann/json.hpp>

#include "datasets/kinetics/kinetics.hpp"
#include "datasets/moments/moments.hpp"
#include "harness/train/loss_mean.hpp"
#include "harness/train/optimizer.hpp"
#include "harness/train/schedule.hpp"
#include "methods/sam/method.hpp"
#include "metrics/rank_correlation.hpp"
#include "tests/support/golden.hpp"

namespace vbench::sam {
namespace {

using nlohmann::json;
using set_abstraction::Task;
using vbench::test::expect_close;
using vbench::test::Golden;

const vbench::test::Tolerance kLosses{2e-5, 0, "float32 sums in another order, over three epochs"};
const vbench::test::Tolerance kDistances{5e-6, 0, "float32 sums in another order"};
const vbench::test::Tolerance kWeights{5e-5, 0, "float32 sums in another order, 15 steps of Adam at rate 3e-3"};
constexpr double kRho = 1e-6;      // ranks are exact, the correlation of ranks is double arithmetic
constexpr double kPercent = 1e-4;  // counts are exact, their percentages float32 in the original

int64_t integer(const Golden& golden, const std::string& group, const std::string& name) {
  return static_cast<int64_t>(golden.number(group, name));
}

RunSpec tiny_spec() {
  RunSpec spec;
  spec.data_root = (vbench::test::golden_root() / "sam" / "tiny").string();
  spec.source = SourceChoice::kReal;
  return spec;
}

template <class Data>
std::vector<set_abstraction::Batch> batches_of(const Data& data, int64_t size) {
  std::vector<set_abstraction::Batch> batches;
  for (int64_t first = 0; first < data.size(); first += size) {
    std::vector<set_abstraction::Sample> samples;
    for (int64_t i = first; i < std::min(first + size, data.size()); ++i) {
      RandomStream unused(1, "test");
      samples.push_back(data.read(i, unused));
    }
    batches.push_back(Data::collate(samples));
  }
  return batches;
}

std::string text_of(const Golden& golden, const std::string& name) { return golden.file().read_strings(name).at(0); }
json json_of(const Golden& golden, const std::string& name) { return json::parse(text_of(golden, name)); }

void expect_meters(const std::map<std::string, double>& actual, const json& expected, const std::string& where) {
  ASSERT_FALSE(expected.empty());
  for (const auto& [name, value] : expected.items()) {
    const auto found = actual.find(name == "full" ? "total" : name);
    ASSERT_NE(found, actual.end()) << where << ": " << name << " is not measured";
    EXPECT_NEAR(found->second, value.get<double>(), name.starts_with("top") ? kPercent : kLosses.absolute) << where << ": " << name;
  }
}

template <class Data>
class TinyRun {
 public:
  TinyRun(const Golden& golden, std::string group)
      : golden_(golden),
        group_(std::move(group)),
        train_(Data::open({}, tiny_spec(), Role::kTrain)),
        val_(Data::open({}, tiny_spec(), Role::kEvaluate)),
        tuning_(tuning()),
        method_(tuning_, val_.options(), 1, at::kCPU) {}

  void train() {
    EXPECT_EQ(val_.options().feature_width, integer(golden_, group_, "in_features"));
    EXPECT_EQ(val_.options().nodes, integer(golden_, group_, "num_nodes"));
    EXPECT_EQ(val_.options().embedding_width, integer(golden_, group_, "embedding_dim"));
    for (const auto& [name, tensor] : method_.weights()) copy(tensor, golden_[param("params_initial", name)]);
    auto defaults = Sam<kSam>::training_defaults();
    const auto optimizer = Optimizer::make(defaults.optimizer, method_.parameters());
    const auto schedule = Schedule::make(defaults.schedule, golden_.number(group_, "lr"), 1, integer(golden_, group_, "T_max"));
    const auto rates = golden_[group_ + "/lr_used_in_epoch"];
    const auto train_meters = json_of(golden_, group_ + "/train_meters_json"), val_meters = json_of(golden_, group_ + "/val_meters_json");
    for (int64_t epoch = 0; epoch < integer(golden_, group_, "epochs"); ++epoch) {
      EXPECT_NEAR(schedule->learning_rate(), rates[epoch].template item<double>(), 1e-9) << "the rate follows the validation's loss";
      expect_meters(train_epoch(*optimizer, schedule->learning_rate(), defaults.clip_gradient_norm), train_meters[epoch],
                    group_ + " train");
      const auto losses = validate(nullptr);
      expect_meters(losses, val_meters[epoch], group_ + " val");
      schedule->step_epoch(true, true, losses.at("total"));
    }
    for (const auto& [name, tensor] : method_.weights()) expect_close(tensor, golden_[param("params_final", name)], kWeights, name);
  }

  void evaluate_released_weights() {
    const auto file = fmt::format("AbstractionEmbedding_{}_SAM_1-2-3-4_best.pth.tar", group_);
    method_.import_checkpoint(std::filesystem::path(tiny_spec().data_root) / "metadata" / file);
    for (const auto& [name, tensor] : method_.weights()) vbench::test::expect_same(tensor, golden_[param("params_final", name)], name);
    auto protocol = method_.protocol(val_);
    expect_meters(validate(&protocol), json_of(golden_, group_ + "/evaluate/val_meters_json"), group_ + " evaluate");
    const auto scores = protocol.finish().scores;
    check_completion_scores(scores, "rank");
    check_outlier_scores(scores, "find_outlier");
    check_distances("rank", "find_outlier", Predictor::kEmbeddings);
    check_distances("rank_features", "find_outlier_features", Predictor::kFeatures);
    check_distances("rank_baseline", "find_outlier_baseline", Predictor::kMeanFeature);
    check_summary(scores);
  }

 private:
  Tuning tuning() const {
    auto tuning = Sam<kSam>::tuning_defaults();
    tuning.bottleneck = integer(golden_, group_, "bottleneck_dim");
    tuning.out_features = integer(golden_, group_, "out_features");
    return tuning;
  }

  [[nodiscard]] std::string param(const std::string& which, const std::string& name) const {
    return fmt::format("{}/{}/{}", group_, which, name.substr(name.find('/') + 1));
  }

  static void copy(at::Tensor to, const at::Tensor& from) {
    const torch::NoGradGuard no_grad;
    to.copy_(from);
  }

  std::map<std::string, double> train_epoch(Optimizer& optimizer, double rate, double clip) {
    LossMean losses;
    for (const auto& batch : batches_of(train_, integer(golden_, group_, "batch_size"))) {
      optimizer.zero_grad();
      const auto loss = method_.loss(batch, {});
      loss.total.backward();
      (void)clip_gradient_norm(method_.parameters(), clip);
      optimizer.step(rate);
      losses.add(loss);
    }
    return losses.means();
  }

  std::map<std::string, double> validate(SetProtocol* protocol) {
    const torch::NoGradGuard no_grad;
    LossMean losses;
    for (const auto& batch : batches_of(val_, integer(golden_, group_, "batch_size"))) {
      const auto outputs = method_.infer(batch);
      if (protocol != nullptr) protocol->add(outputs);
      losses.add(method_.eval_loss(batch, outputs, {}));
    }
    return losses.means();
  }

  void check_distances(const std::string& completion, const std::string& outlier, Predictor predictor) {
    auto tuning = tuning_;
    tuning.predictor = predictor;
    Sam<kSam> method(tuning, val_.options(), 1, at::kCPU);
    const auto weights = method.weights();
    for (size_t i = 0; i < weights.size(); ++i) copy(weights[i].tensor, method_.weights()[i].tensor);
    const auto ranks = golden_[group_ + "/evaluate/" + completion], rhos = golden_[group_ + "/evaluate/" + completion + "_rho"];
    const auto outliers = golden_[group_ + "/evaluate/" + outlier + "_dist_padded_minus1"];
    int64_t record = 0, set = 0;
    const torch::NoGradGuard no_grad;
    for (const auto& batch : batches_of(val_, 1)) {
      const auto& group = batch.groups.front();
      if (group.task == Task::kAbstraction) continue;
      const auto distances = method.infer(batch).front().distances[0];
      if (group.task == Task::kOddOneOut) {
        expect_close(distances, outliers[set++].narrow(0, 0, distances.size(0)), kDistances, outlier);
        continue;
      }
      expect_close(distances, ranks[record], kDistances, completion);
      const auto given = distances.to(torch::kDouble).contiguous(), truth = group.distances[0].contiguous();
      const auto count = static_cast<size_t>(given.numel());
      EXPECT_NEAR(spearman({truth.template data_ptr<double>(), count}, {given.template data_ptr<double>(), count}),
                  rhos[record++].template item<double>(), kRho);
    }
    EXPECT_EQ(record, ranks.size(0));
    EXPECT_EQ(set, outliers.size(0));
  }

  void check_completion_scores(const Scores& scores, const std::string& name) const {
    const auto expected = json_of(golden_, group_ + "/evaluate/" + name + "_by_size_json");
    for (const auto& [size, rho] : expected.items()) {
      const std::string key = size == "overall" ? "completion_rho" : "completion_rho_n" + size;
      EXPECT_NEAR(scores.at(key), rho.template get<double>(), kRho) << key;
    }
  }

  void check_outlier_scores(const Scores& scores, const std::string& name) const {
    const auto expected = json_of(golden_, group_ + "/evaluate/" + name + "_accuracy_json");
    for (const auto& [size, accuracy] : expected.items()) {
      EXPECT_DOUBLE_EQ(100 * scores.at("ooo_acc_n" + size), accuracy.at("top1").template get<double>());
      EXPECT_DOUBLE_EQ(100 * scores.at("ooo_acc2_n" + size), accuracy.at("top2").template get<double>());
    }
  }

  /// The summary that the authors' program wrote; one of the two datasets' groups holds that of the other one.
  void check_summary(const Scores& scores) const {
    const auto name = parse_authors_name(text_of(golden_, group_ + "/evaluate/summary_file_name"));
    ASSERT_TRUE(name.has_value());
    EXPECT_EQ(name->scales, (std::vector<int64_t>{1, 2, 3, 4}));
    if (name->dataset != group_) return;
    const auto text = text_of(golden_, group_ + "/evaluate/summary_text");
    for (int size = 1; size <= 4; ++size) {
      const auto line = fmt::format("Avg Rank Correlation (N={}): {:.4f}\n", size, scores.at(fmt::format("completion_rho_n{}", size)));
      EXPECT_NE(text.find(line), std::string::npos) << line << text;
    }
    for (int size = 3; size <= 5; ++size) {
      const auto line = fmt::format("N = {} Acc@1 ({:.3f}) Acc@2  ({:.3f})", size, 100 * scores.at(fmt::format("ooo_acc_n{}", size)),
                                    100 * scores.at(fmt::format("ooo_acc2_n{}", size)));
      EXPECT_NE(text.find(line), std::string::npos) << line << text;
    }
  }

  const Golden& golden_;
  std::string group_;
  Data train_, val_;
  Tuning tuning_;
  Sam<kSam> method_;
};

template <class Data>
void check(const Golden& golden, const std::string& group) {
  TinyRun<Data> run(golden, group);
  run.train();
  run.evaluate_released_weights();
  const auto name = parse_authors_name(text_of(golden, group + "/experiment_name"));
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(name->dataset, group);
}

TEST(SamEvaluation, TrainsAndEvaluatesTheTinyDatasetsAsTheAuthorsProgramDid) {
  VBENCH_REQUIRE_GOLDEN(golden, "sam/evaluation.h5");
  golden.for_each_group({{"kinetics", [&](const std::string& group) { check<Kinetics>(golden, group); }},
                         {"moments", [&](const std::string& group) { check<Moments>(golden, group); }}});
}

}  // namespace
}  // namespace vbench::sam
