// Throughput of COOT at the size of its YouCook2 configuration with HowTo100M features: one training step (forward, losses, backward,
// optimiser) and one evaluated batch, against a transcription of the published computation in the same run, repetitions interleaved.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>

#include "harness/core/random.hpp"
#include "harness/throughput/coot_padded.hpp"
#include "harness/throughput/interleaved.hpp"
#include "harness/train/device.hpp"
#include "harness/train/optimizer.hpp"
#include "methods/coot/model.hpp"
#include "methods/nn/kernels/table.hpp"

namespace vbench::throughput {
namespace {

constexpr coot::Config kConfig = coot::kYc2100m;
constexpr int64_t kBatch = 64;
constexpr int kRepetitions = 5;

struct Lengths {
  std::string source;
  std::vector<int64_t> video, clips, sentences, clip_num;
};

// 1 frame a second; [CLS] before a paragraph, [SEP] behind each sentence, a token a word.
void add_video(const nlohmann::json& video, Lengths& lengths) {
  const auto frames = std::max<int64_t>(1, std::llround(video.at("duration").get<double>()));
  int64_t count = 0;
  for (const auto& part : video.at("annotations")) {
    const auto start = static_cast<int64_t>(part.at("segment").at(0).get<double>());
    const auto end = static_cast<int64_t>(std::ceil(part.at("segment").at(1).get<double>()));
    const auto stop = std::min(frames, end + kConfig.data.add_stop_frame);
    if (stop <= start) continue;
    std::istringstream words(part.at("sentence").get<std::string>());
    const auto tokens = std::distance(std::istream_iterator<std::string>(words), std::istream_iterator<std::string>());
    lengths.clips.push_back(std::min(stop - start, kConfig.data.max_frames));
    lengths.sentences.push_back(tokens + (count++ == 0 ? 2 : 1));
  }
  lengths.video.push_back(std::min(frames, kConfig.data.max_frames));
  lengths.clip_num.push_back(count);
}

// A random batch of the training split.
std::optional<Lengths> real_lengths() {
  const char* root = std::getenv("VBENCH_REAL_DATA");
  const std::filesystem::path beside = std::filesystem::path(VBENCH_SOURCE_DIR) / "../shared/data";
  const auto file = (root == nullptr ? beside : std::filesystem::path(root)) / "youcook2/youcookii_annotations_trainval.json";
  if (!std::filesystem::exists(file)) return std::nullopt;
  std::ifstream stream(file);
  const auto database = nlohmann::json::parse(stream).at("database");
  std::vector<const nlohmann::json*> videos;
  for (const auto& video : database) {
    if (video.at("subset") == "training") videos.push_back(&video);
  }
  RandomStream(1, "bench.coot").shuffle(std::span(videos));
  Lengths lengths{file.string(), {}, {}, {}, {}};
  for (size_t i = 0; i < videos.size() && i < kBatch; ++i) add_video(*videos[i], lengths);
  return lengths;
}

// Without the annotations: numbers with about their distribution.
Lengths drawn_lengths() {
  Lengths lengths{"drawn, distributed about as in YouCook2 (the annotations were not found)", {}, {}, {}, {}};
  RandomStream random(1, "bench.coot");
  for (int64_t i = 0; i < kBatch; ++i) {
    const auto count = static_cast<int64_t>(4 + random.below(8));
    for (int64_t c = 0; c < count; ++c) {
      lengths.clips.push_back(std::clamp<int64_t>(std::llround(17 * std::exp(0.7 * random.normal())), 3, kConfig.data.max_frames));
      lengths.sentences.push_back(std::clamp<int64_t>(std::llround(9 + 4 * random.normal()), 4, 25) + (c == 0 ? 2 : 1));
    }
    lengths.video.push_back(kConfig.data.max_frames);
    lengths.clip_num.push_back(count);
  }
  return lengths;
}

video_text::Batch batch_of(const Lengths& lengths) {
  torch::manual_seed(1);
  const auto rows = [](const std::vector<int64_t>& counts, int64_t width) {
    return video_text::Sequences{torch::randn({std::accumulate(counts.begin(), counts.end(), int64_t{0}), width}), counts};
  };
  video_text::Batch batch;
  batch.keys.resize(lengths.video.size(), "video");
  batch.video = rows(lengths.video, kConfig.data.video_width);
  batch.clips = rows(lengths.clips, kConfig.data.video_width);
  batch.sentences = rows(lengths.sentences, kConfig.data.text_width);
  batch.paragraph.rows = batch.sentences.rows;
  batch.clip_num = batch.sent_num = lengths.clip_num;
  auto sentence = lengths.sentences.begin();
  for (const int64_t count : lengths.clip_num) {
    batch.paragraph.lengths.push_back(std::accumulate(sentence, sentence + count, int64_t{0}));
    sentence += count;
  }
  return batch;
}

double real_share(const video_text::Sequences& s) {
  return 100.0 * static_cast<double>(s.rows.size(0)) / static_cast<double>(s.size() * s.max_length());
}

// Seconds of the parts of one training step.
struct Step {
  double forward = 0, backward = 0, optimiser = 0;
  [[nodiscard]] double training() const { return forward + backward + optimiser; }
};

double median_of(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double seconds_of(const std::function<void()>& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// One side of the comparison: what it calculates a loss and embeddings by, and the seconds that took.
struct Side {
  std::string name;
  std::function<at::Tensor()> loss;
  std::function<coot::Outputs()> infer;
  std::unique_ptr<Optimizer> optimizer;
  std::vector<Step> steps = {};
  std::vector<double> evaluations = {};
  bool warm = false;

  double train() {
    Step step;
    optimizer->zero_grad();
    at::Tensor total;
    step.forward = seconds_of([&] { total = loss(); });
    step.backward = seconds_of([&] { total.backward(); });
    step.optimiser = seconds_of([&] { optimizer->step(kConfig.training.optimizer.learning_rate); });
    steps.push_back(step);
    return step.training();
  }

  double evaluate() {
    evaluations.push_back(seconds_of([&] {
      const torch::NoGradGuard no_grad;
      (void)infer();
    }));
    return evaluations.back();
  }

  [[nodiscard]] double median(const std::function<double(const Step&)>& of) const {
    std::vector<double> values;
    for (const Step& step : steps) values.push_back(of(step));
    return median_of(std::move(values));
  }
};

Side our_side(const std::string& name, Precision precision, const coot::Model& model, const video_text::Batch& batch) {
  Side side{name, {}, {}, Optimizer::make(kConfig.training.optimizer, model.parameters())};
  side.loss = [&model, &batch, precision, step = int64_t{0}]() mutable {
    const Autocast autocast(precision, torch::kCPU);
    const StepContext context{1, 0, step, step};
    nn::DropoutKeys keys(static_cast<uint64_t>(++step));
    return coot::coot_loss(model.forward(batch, keys), batch.clip_num, batch.sent_num, kConfig.loss, context, "bench").total;
  };
  side.infer = [&model, &batch, precision] {
    const Autocast autocast(precision, torch::kCPU);
    nn::DropoutKeys none;
    return model.forward(batch, none);
  };
  return side;
}

Side published_side(const PaddedCoot& model, const PaddedBatch& batch) {
  Side side{"published, fp32", {}, {}, Optimizer::make(kConfig.training.optimizer, model.parameters(), UpdatePath::kTensorOps)};
  side.loss = [&] { return model.loss(model.forward(batch, true), batch, kConfig.loss); };
  side.infer = [&] { return model.forward(batch, false); };
  return side;
}

double largest_difference(const coot::Outputs& a, const coot::Outputs& b) {
  const auto of = [](const at::Tensor& x, const at::Tensor& y) {
    return (x - y).abs().max().item<double>() / y.abs().max().item<double>();
  };
  return std::max({of(a.video, b.video), of(a.paragraph, b.paragraph), of(a.clips, b.clips), of(a.sentences, b.sentences)});
}

void print_ratios(const std::vector<Side>& sides) {
  if (sides.front().steps.empty() || sides.front().evaluations.empty()) return;
  const auto training = [](const Step& s) { return s.training(); };
  fmt::print("\nmedians of {} interleaved repetitions; ratio: first line / this line\n", sides.front().steps.size());
  fmt::print("{:<18}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}{:>12}\n", "seconds", "forward", "backward", "optimiser", "step", "ratio",
             "evaluate", "ratio");
  const Side& published = sides.front();
  for (const Side& side : sides) {
    const double step = side.median(training), evaluation = median_of(side.evaluations);
    fmt::print("{:<18}{:>10.3f}{:>10.3f}{:>10.3f}{:>10.3f}{:>9.2f}x{:>10.3f}{:>11.2f}x\n", side.name,
               side.median([](const Step& s) { return s.forward; }), side.median([](const Step& s) { return s.backward; }),
               side.median([](const Step& s) { return s.optimiser; }), step, published.median(training) / step, evaluation,
               median_of(published.evaluations) / evaluation);
  }
}

// First touches of memory, and the updates that RAdam skips while its variance is intractable.
void warm_up(Side& side) {
  side.train();
  for (int i = 0; i < 8; ++i) side.optimizer->step(0);
  side.steps.clear();
}

void report_differences(std::vector<Side>& sides) {
  const torch::NoGradGuard no_grad;
  const auto expected = sides[0].infer();
  fmt::print("largest difference of an embedding from the published computation: fp32 {:.1e}, bf16 {:.1e}\n",
             largest_difference(sides[1].infer(), expected), largest_difference(sides[2].infer(), expected));
}

template <class Body>
void add(const std::string& name, Body body) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [body](benchmark::State& state) {
                                 for (auto _ : state) state.SetIterationTime(body());
                               })
      ->UseManualTime()
      ->Iterations(1)
      ->Repetitions(kRepetitions)
      ->ReportAggregatesOnly()
      ->Unit(benchmark::kMillisecond);
}

void run(int argc, char** argv) {
  const auto threads = set_threads(0);
  const Lengths lengths = real_lengths().value_or(drawn_lengths());
  const video_text::Batch batch = batch_of(lengths);
  const PaddedBatch padded(batch);
  coot::ModelOptions options;
  options.structure = kConfig.structure;
  const coot::Model model(options, 1, torch::kCPU), narrow(options, 1, torch::kCPU);
  const PaddedCoot published(model.weights(), kConfig.structure);
  fmt::print("COOT, {} videos, {} clips; lengths: {}\n", lengths.video.size(), lengths.clips.size(), lengths.source);
  fmt::print("real positions: clips {:.0f} %, sentences {:.0f} %; {} threads, {}, kernels {}\n", real_share(batch.clips),
             real_share(batch.sentences), threads, blas_core(), nn::kernels::table().name);
  std::vector<Side> sides;
  sides.push_back(published_side(published, padded));
  sides.push_back(our_side("vbench, fp32", Precision::kFp32, model, batch));
  sides.push_back(our_side("vbench, bf16", Precision::kBf16, narrow, batch));
  report_differences(sides);
  const char* const names[] = {"published", "fp32", "bf16"};
  for (size_t i = 0; i < sides.size(); ++i) {
    add(fmt::format("coot/step/{}", names[i]), [&side = sides[i]] {
      if (!std::exchange(side.warm, true)) warm_up(side);
      return side.train();
    });
    add(fmt::format("coot/evaluate/{}", names[i]), [&side = sides[i]] { return side.evaluate(); });
  }
  benchmark::Initialize(&argc, argv);
  if (!benchmark::ReportUnrecognizedArguments(argc, argv)) benchmark::RunSpecifiedBenchmarks();
  print_ratios(sides);
}

}  // namespace
}  // namespace vbench::throughput

/// --benchmark_filter=fp32 leaves the published computation out, for profiles; then there are no ratios.
int main(int argc, char** argv) { return vbench::throughput::run_interleaved(argc, argv, vbench::throughput::run); }
