// Published sizes in float64, with weights by formula. The larger networks take minutes together: only with VBENCH_SLOW_TESTS=1.
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ostream>
#include <set>

#include "tests/methods/srtg/reference.hpp"

namespace vbench::srtg::test {
namespace {

constexpr double kRelative = 1e-6, kCalibratedRelative = 1e-5;

/// Values by position in the state dict.
enum class Rule { kSine, kHash };

/// splitmix64(q 2^32 + i) as a number in [-1, 1).
double hashed(uint64_t q, uint64_t i) {
  uint64_t z = (q << 32) + i + 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  z ^= z >> 31;
  return 2 * (static_cast<double>(z >> 11) * 0x1p-53) - 1;
}

/// offset + scale * u(q, i) in float64.
at::Tensor hash_values(uint64_t q, at::IntArrayRef shape, double offset, double scale) {
  auto values = torch::empty(shape, torch::kDouble);
  auto* const out = values.data_ptr<double>();
  at::parallel_for(0, values.numel(), 1 << 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) out[i] = offset + scale * hashed(q, static_cast<uint64_t>(i));
  });
  return values;
}

at::Tensor hash_weight(uint64_t q, const NamedTensor& weight) {
  const auto& [name, tensor] = weight;
  const bool recurrent = name.find(".lstm.") != std::string::npos;
  if (tensor.dim() >= 2) {
    const auto fan_in = static_cast<double>(recurrent ? tensor.size(1) : tensor.numel() / tensor.size(0));
    return hash_values(q, tensor.sizes(), 0, std::sqrt(6 / fan_in));
  }
  if (recurrent) return hash_values(q, tensor.sizes(), 0, 0.5);
  return hash_values(q, tensor.sizes(), name.ends_with("weight") || name.ends_with("running_var") ? 1 : 0, 0.2);
}

at::Tensor sine_weight(uint64_t q, const NamedTensor& weight) {
  const auto& [name, tensor] = weight;
  auto wave = torch::arange(tensor.numel(), torch::kDouble).mul_(0.11).add_(0.37 * static_cast<double>(q)).sin_().mul_(0.05);
  if (tensor.dim() == 1 && (name.ends_with("weight") || name.ends_with("running_var"))) wave.add_(1);
  return wave.view(tensor.sizes());
}

/// Float32 values in a float64 network.
void set_formula_weights(const Network& network, Rule rule) {
  const torch::NoGradGuard no_grad;
  uint64_t q = 0;
  for (const auto& weight : network.weights()) {
    ++q;
    at::Tensor target = weight.tensor;
    if (!target.is_floating_point()) {
      target.zero_();
    } else {
      target.copy_((rule == Rule::kSine ? sine_weight(q, weight) : hash_weight(q, weight)).to(torch::kFloat));
    }
  }
}

at::Tensor clips(Rule rule, int number, at::IntArrayRef shape) {
  if (rule == Rule::kHash)
    return hash_values(0xF0000000U + static_cast<uint64_t>(number), shape, 0, 1).to(torch::kFloat).to(torch::kDouble);
  const auto count = c10::multiply_integers(shape);
  return torch::sin(0.013 * torch::arange(count, torch::kDouble)).view(shape).to(torch::kFloat).to(torch::kDouble);
}

void expect_relative(const at::Tensor& actual, const at::Tensor& expected, double relative, const std::string& name) {
  expect_close(actual, expected, {relative * magnitude(expected), 0, "float64"}, name);
}

void expect_stages(const Golden& golden, const std::string& group, const std::vector<NamedTensor>& stages, double relative) {
  EXPECT_EQ(stages.size(), 7U);
  for (const auto& [name, tensor] : stages) {
    const std::string stage = group + "/" + name;
    const auto flat = tensor.detach().flatten();
    const auto samples = golden[stage + "/samples"];
    const auto picked = flat.slice(0, 0, flat.numel(), integer(golden, stage, "sample_step")).slice(0, 0, samples.numel());
    expect_relative(picked, samples, relative, stage);
    const double squares = golden[stage + "/sumsq"].item<double>();
    EXPECT_NEAR(flat.square().sum().item<double>(), squares, 2 * relative * squares) << stage;
    // A sum that cancels is as exact as its terms.
    const double terms = std::sqrt(squares * static_cast<double>(flat.numel()));
    EXPECT_NEAR(flat.sum().item<double>(), golden[stage + "/sum"].item<double>(), relative * terms) << stage;
  }
}

/// One forward pass compared with the group; gives back the logits.
at::Tensor check_forward(const Golden& golden, const std::string& group, const Network& network, const at::Tensor& x, Pass pass,
                         double relative) {
  std::vector<NamedTensor> stages;
  pass.stages = &stages;
  const auto logits = network.forward(x, pass);
  expect_stages(golden, group, stages, relative);
  expect_relative(logits, golden[group + "/logits"], relative, group + "/logits");
  return logits;
}

void check_gradients(const Golden& golden, const std::string& group, const Network& network) {
  const auto names = stored_json(golden, group + "/grad_names_json");
  const auto norms = golden[group + "/grad_l2"], samples = golden[group + "/grad_samples"];
  const auto parameters = network.parameters();
  ASSERT_EQ(names.size(), parameters.size());
  for (size_t p = 0; p < parameters.size(); ++p) {
    const auto& [name, tensor] = std::tie(parameters[p].name, parameters[p].tensor);
    ASSERT_EQ(names[p], name);
    const auto at = static_cast<int64_t>(p);
    const auto flat = tensor.grad().flatten();
    const double norm = norms[at].item<double>();
    EXPECT_NEAR(flat.norm().item<double>(), norm, kRelative * norm) << name;
    for (int64_t k = 0; k < 4; ++k) {
      const int64_t place = k * std::max<int64_t>(1, flat.numel() / 4) % flat.numel();
      EXPECT_NEAR(flat[place].item<double>(), samples[at][k].item<double>(), kRelative * norm) << name << " " << place;
    }
  }
}

void check_training(const Golden& golden, const std::string& group, const Network& network, const at::Tensor& x) {
  Pass pass;
  pass.training = true;
  const bool gradients = golden.has(group + "/grad_l2");
  const c10::AutoGradMode mode(gradients);
  const auto logits = check_forward(golden, group, network, x, pass, kRelative);
  const auto loss = at::cross_entropy_loss(logits, golden[group + "/target"]);
  expect_close(loss, golden[group + "/loss"], {0, kRelative, "float64"}, "loss");
  if (!gradients) return;
  loss.backward();
  check_gradients(golden, group, network);
}

void check_network(const Golden& golden, const std::string& name, Rule rule) {
  const torch::NoGradGuard no_grad;
  Network network(NetworkOptions::of(network_config(name), integer(golden, name, "num_classes")));
  EXPECT_EQ(summarise(network, {16, 112, 112}).parameters, integer(golden, name, "parameters"));
  network.to(at::kDouble);
  set_formula_weights(network, rule);
  const std::vector<int64_t> shape{1, 3, 16, 112, 112};
  ASSERT_EQ(golden.text(name, "rule"), rule == Rule::kHash ? "hash" : "c005");
  const auto x = clips(rule, 1, shape);
  golden.for_each_group({{"A_eval", [&](const std::string& group) { check_forward(golden, group, network, x, {}, kRelative); }},
                         {"B_train", [&](const std::string& group) { check_training(golden, group, network, x); }},
                         {"C_calibrated_eval",
                          [&](const std::string& group) {
                            set_formula_weights(network, rule);
                            Pass calibration;
                            calibration.training = true;
                            calibration.momentum = 1;
                            (void)network.forward(x, calibration);
                            check_forward(golden, group, network, clips(rule, 2, shape), {}, kCalibratedRelative);
                          }}},
                        name);
}

/// What is stored, and whether every run of the tests has the time for it.
struct Stored {
  const char* name;
  bool always;
};
struct File {
  const char* path;
  Rule rule;
  std::vector<Stored> networks;
};

void PrintTo(const Stored& network, std::ostream* out) { *out << network.name; }  // GoogleTest's name for this

const File& sine_file() {
  static const File kFile{"srtg/full_size.h5",
                          Rule::kSine,
                          {{"r3d_18", true},
                           {"srtg_r3d_18", true},
                           {"srtg_r3d_34", false},
                           {"srtg_r3d_50", false},
                           {"srtg_r3d_101", false},
                           {"srtg_r2plus1d_34", false},
                           {"srtg_r2plus1d_50", true}}};
  return kFile;
}

const File& hash_file() {
  static const File kFile{"srtg/full_size_hash.h5",
                          Rule::kHash,
                          {{"r3d_18", true},
                           {"srtg_r3d_18", true},
                           {"srtg_r3d_34", false},
                           {"srtg_r3d_50", true},
                           {"srtg_r3d_101", false},
                           {"srtg_r2plus1d_34", false},
                           {"srtg_r2plus1d_50", false},
                           {"srtg_r3dxt50_32x4d", false},
                           {"srtg_wide_r2plus1d50_2", false}}};
  return kFile;
}

void check_stored(const File& file, const Stored& network) {
  VBENCH_REQUIRE_GOLDEN(golden, file.path);
  if (!network.always && std::getenv("VBENCH_SLOW_TESTS") == nullptr)
    GTEST_SKIP() << network.name << " takes long in float64: set VBENCH_SLOW_TESTS=1 to compare it too";
  check_network(golden, network.name, file.rule);
}

class SrtgSineWeightsGolden : public testing::TestWithParam<Stored> {};
class SrtgHashedWeightsGolden : public testing::TestWithParam<Stored> {};
TEST_P(SrtgSineWeightsGolden, GiveTheOriginalsStagesLogitsAndGradients) { check_stored(sine_file(), GetParam()); }
TEST_P(SrtgHashedWeightsGolden, GiveTheOriginalsStagesLogitsAndGradients) { check_stored(hash_file(), GetParam()); }

std::string name_of(const testing::TestParamInfo<Stored>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(FullSize, SrtgSineWeightsGolden, testing::ValuesIn(sine_file().networks), name_of);
INSTANTIATE_TEST_SUITE_P(FullSize, SrtgHashedWeightsGolden, testing::ValuesIn(hash_file().networks), name_of);

TEST(SrtgFullSizeGolden, EveryStoredNetworkHasATest) {
  for (const auto* file : {&sine_file(), &hash_file()}) {
    VBENCH_REQUIRE_GOLDEN(golden, file->path);
    std::set<std::string> listed;
    for (const auto& network : file->networks) listed.insert(network.name);
    const auto groups = golden.file().children("");
    EXPECT_EQ(std::set<std::string>(groups.begin(), groups.end()), listed) << file->path;
  }
}

}  // namespace
}  // namespace vbench::srtg::test
