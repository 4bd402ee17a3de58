#include "methods/selavi/sinkhorn.hpp"

#include <fmt/format.h>
#include <torch/types.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/core/error.hpp"

namespace vbench::selavi {
namespace {

constexpr int64_t kMinBlockRows = 128, kMaxBlocks = 512;  // fixed, so that partial sums do not depend on threads
constexpr double kLog2 = 0.693147180559945309417;
constexpr size_t kHugePage = size_t{2} << 20U;

int64_t rounded_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

/// Entries are kept above this share of their row's largest. Without them a cluster that few samples can reach has no solution, and the
/// scaling grows until it overflows; the square of their inverse is still far from that.
double least_kept(Storage storage) { return storage == Storage::kFloat64 ? 1e-100 : 1e-36; }

kernels::Power power_of(double lambda, Storage storage) {
  if (!(lambda > 0) || !std::isfinite(lambda)) throw usage_error(fmt::format("lambda must be positive and finite, not {}", lambda));
  kernels::Power power;
  power.exponent = lambda / 2;
  power.least = std::pow(least_kept(storage), 1 / power.exponent);
  power.chained = lambda == std::floor(lambda) && lambda <= 128;
  if (power.chained) {
    power.whole = static_cast<uint32_t>(lambda) / 2;
    power.half = static_cast<uint32_t>(lambda) % 2 == 1;
  }
  return power;
}

/// Pages of 2 MiB where the system gives them: gigabytes of small ones take as long to map as an iteration takes.
void* allocate(int64_t samples, int64_t width, Storage storage) {
  const double wanted = static_cast<double>(samples) * static_cast<double>(width) * (storage == Storage::kFloat64 ? 8 : 4);
  void* memory = nullptr;
  if (wanted < 9e18) {
    const size_t bytes = (static_cast<size_t>(wanted) / kHugePage + 1) * kHugePage;
    memory = std::aligned_alloc(kHugePage, bytes);
#if defined(__linux__)
    if (memory != nullptr && bytes > kHugePage) ::madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  }
  if (memory == nullptr) {
    throw Error(ErrorKind::kInput,
                fmt::format("no memory for the probabilities of {} samples and {} clusters ({:.1f} GB)", samples, width, wanted / 1e9), "",
                storage == Storage::kFloat64 ? "store them as float32, or use more processes" : "use more processes");
  }
  return memory;
}

void check_shape(const at::Tensor& probabilities, int64_t clusters, int64_t free_rows) {
  if (probabilities.dim() == 2 && probabilities.size(1) == clusters && probabilities.size(0) <= free_rows) return;
  throw Error(ErrorKind::kInternal, fmt::format("probabilities of shape [{}] do not fit {} more samples and {} clusters",
                                                fmt::join(probabilities.sizes(), ", "), free_rows, clusters));
}

template <class In>
[[noreturn]] void throw_bad_row(const In* first, const In* second, int64_t clusters, int64_t sample) {
  const bool regular = std::all_of(first, first + clusters, [](In p) { return p >= 0 && std::isfinite(p); }) &&
                       (second == nullptr || std::all_of(second, second + clusters, [](In p) { return p >= 0 && std::isfinite(p); }));
  throw Error(ErrorKind::kNumeric, regular ? "no cluster has a positive probability" : "a probability is negative, infinite or NaN",
              fmt::format("sample {}", sample), "the network's outputs may have diverged; lower the learning rate");
}

void add_up(const SampleSum& sum, std::span<double> values) {
  if (sum) sum(values);
}

std::vector<double> checked_share(const at::Tensor& share, int64_t clusters) {
  if (!share.defined()) return std::vector<double>(static_cast<size_t>(clusters), 1.0 / static_cast<double>(clusters));
  const auto values = share.to(torch::kCPU, torch::kDouble).contiguous().flatten();
  const double* begin = values.data_ptr<double>();
  std::vector<double> r(begin, begin + values.numel());
  if (values.numel() != clusters || !std::all_of(r.begin(), r.end(), [](double x) { return x > 0 && std::isfinite(x); })) {
    throw Error(ErrorKind::kNumeric, fmt::format("the shares of the clusters must be {} positive numbers", clusters));
  }
  return r;
}

}  // namespace

/// State of one solution.
struct Transport::Scaling {
  std::vector<double> r, alpha;  ///< [K]; [width], 0 in the padding
  std::vector<double> beta;      ///< [N]
  std::vector<double> sums;      ///< [K]: beta^T P over all processes
  std::vector<double> partial;   ///< [blocks, width + 1]: column sums and the error
  double c = 0;                  ///< 1 / samples of all processes
};

Transport::Transport(int64_t samples, int64_t clusters, double lambda, Storage storage)
    : samples_(samples), clusters_(clusters), lambda_(lambda), storage_(storage), power_(power_of(lambda, storage)) {
  if (samples < 0 || clusters < 1) throw usage_error(fmt::format("cannot label {} samples with {} clusters", samples, clusters));
  width_ = rounded_up(clusters, kernels::kWidthStep);
  block_rows_ = std::max(kMinBlockRows, rounded_up((samples + kMaxBlocks - 1) / kMaxBlocks, 8));
  blocks_ = (samples + block_rows_ - 1) / block_rows_;
  matrix_.reset(allocate(samples, width_, storage));
  scale_.resize(static_cast<size_t>(samples));
  sums_before_.assign(static_cast<size_t>(blocks_ * width_), 0.0);
  sums_after_ = sums_before_;
}

void Transport::add(const at::Tensor& video, const at::Tensor& audio) {
  check_shape(video, clusters_, samples_ - filled_);
  check_shape(audio, clusters_, samples_ - filled_);
  if (video.size(0) != audio.size(0)) throw Error(ErrorKind::kInternal, "the two modalities have different numbers of samples");
  const bool single = video.scalar_type() != torch::kDouble && audio.scalar_type() != torch::kDouble;
  const auto type = single ? torch::kFloat : torch::kDouble;
  const auto v = video.detach().to(torch::kCPU, type).contiguous(), a = audio.detach().to(torch::kCPU, type).contiguous();
  if (single) {
    add_rows(v.data_ptr<float>(), a.data_ptr<float>(), v.size(0));
  } else {
    add_rows(v.data_ptr<double>(), a.data_ptr<double>(), v.size(0));
  }
}

void Transport::add(const at::Tensor& product) {
  check_shape(product, clusters_, samples_ - filled_);
  const bool single = product.scalar_type() != torch::kDouble;
  const auto p = product.detach().to(torch::kCPU, single ? torch::kFloat : torch::kDouble).contiguous();
  if (single) {
    add_rows<float>(p.data_ptr<float>(), nullptr, p.size(0));
  } else {
    add_rows<double>(p.data_ptr<double>(), nullptr, p.size(0));
  }
}

template <class In>
void Transport::add_rows(const In* first, const In* second, int64_t rows) {
  if (storage_ == Storage::kFloat64) {
    add_rows_as<In, double>(first, second, rows);
  } else {
    add_rows_as<In, float>(first, second, rows);
  }
}

template <class In, class T>
void Transport::add_rows_as(const In* first, const In* second, int64_t rows) {
  const int64_t from = filled_, to = filled_ + rows;
  std::vector<int64_t> bad(static_cast<size_t>(blocks_), to);
  for_each_block(from / block_rows_, (to + block_rows_ - 1) / block_rows_, [&](int64_t block) {
    std::vector<double> scratch(static_cast<size_t>(2 * width_));
    const int64_t row = std::max(from, block * block_rows_), last = std::min(to, (block + 1) * block_rows_);
    const int64_t skipped = (row - from) * clusters_;
    const kernels::Probabilities<In> in{first + skipped, second == nullptr ? nullptr : second + skipped};
    const kernels::Powered<T> out{stored<T>() + row * width_, scale_.data() + row, sums_before_.data() + block * width_,
                                  sums_after_.data() + block * width_};
    int64_t done = 0;
    if constexpr (std::is_same_v<In, float>) {
      done = kernels::stored<T>().power_f32(in, last - row, clusters_, width_, power_, scratch.data(), out);
    } else {
      done = kernels::stored<T>().power_f64(in, last - row, clusters_, width_, power_, scratch.data(), out);
    }
    if (done < last - row) bad[static_cast<size_t>(block)] = row + done;
  });
  const int64_t worst = bad.empty() ? to : *std::min_element(bad.begin(), bad.end());
  if (worst < to) {
    const int64_t skipped = (worst - from) * clusters_;
    throw_bad_row(first + skipped, second == nullptr ? nullptr : second + skipped, clusters_, worst);
  }
  filled_ = to;
}

void Transport::clear() {
  filled_ = 0;
  std::fill(sums_before_.begin(), sums_before_.end(), 0.0);
  std::fill(sums_after_.begin(), sums_after_.end(), 0.0);
}

std::vector<double> Transport::column_totals(const std::vector<double>& partial) const {
  std::vector<double> totals(static_cast<size_t>(clusters_), 0.0);
  for (int64_t block = 0; block < blocks_; ++block) {
    const double* row = partial.data() + block * width_;
    for (size_t k = 0; k < totals.size(); ++k) totals[k] += row[k];
  }
  return totals;
}

at::Tensor Transport::column_sums(const SampleSum& sum) const {
  auto totals = column_totals(sums_before_);
  add_up(sum, totals);
  return torch::tensor(totals, torch::kDouble);
}

// The authors start with beta = 1/N; a row that was divided by its power of two starts with that over N instead.
void Transport::start(Scaling& scaling, const at::Tensor& share, const SampleSum& sum) const {
  scaling.r = checked_share(share, clusters_);
  auto totals = column_totals(sums_after_);
  totals.push_back(static_cast<double>(samples_));
  add_up(sum, totals);
  scaling.c = 1.0 / totals.back();
  totals.pop_back();
  scaling.sums = std::move(totals);
  for (double& s : scaling.sums) s *= scaling.c;
  scaling.alpha.assign(static_cast<size_t>(width_), 0.0);
  scaling.partial.resize(static_cast<size_t>(blocks_ * (width_ + 1)));
  scaling.beta.resize(scale_.size());
  for (size_t i = 0; i < scale_.size(); ++i) scaling.beta[i] = std::exp2(scale_[i]) * scaling.c;
}

void Transport::next_alpha(Scaling& scaling) const {
  for (size_t k = 0; k < scaling.sums.size(); ++k) {
    scaling.alpha[k] = scaling.r[k] / scaling.sums[k];
    if (scaling.sums[k] > 0 && std::isfinite(scaling.sums[k]) && std::isfinite(scaling.alpha[k])) continue;
    throw Error(
        ErrorKind::kNumeric,
        fmt::format("no sample gives it a share: the sum of probabilities to the power of {} is {}", power_.exponent, scaling.sums[k]),
        fmt::format("cluster {}", k), "lower lambda or the number of clusters");
  }
}

template <class T>
double Transport::iterate(Scaling& scaling, const SampleSum& sum) const {
  const int64_t stride = width_ + 1;
  for_each_block(0, blocks_, [&](int64_t block) {
    const int64_t row = block * block_rows_, rows = std::min(block_rows_, samples_ - row);
    double* sums = scaling.partial.data() + block * stride;
    std::fill(sums, sums + stride, 0.0);
    sums[width_] = kernels::stored<T>().sweep(stored<T>() + row * width_, rows, width_, scaling.alpha.data(), scaling.c,
                                              scaling.beta.data() + row, sums);
  });
  scaling.sums.assign(static_cast<size_t>(clusters_ + 1), 0.0);
  for (int64_t block = 0; block < blocks_; ++block) {
    const double* sums = scaling.partial.data() + block * stride;
    for (int64_t k = 0; k < clusters_; ++k) scaling.sums[static_cast<size_t>(k)] += sums[k];
    scaling.sums.back() += sums[width_];
  }
  add_up(sum, scaling.sums);
  const double error = scaling.sums.back();
  scaling.sums.pop_back();
  return error;
}

template <class T>
void Transport::finish(const Scaling& scaling, const SampleSum& sum, Labelling& result) const {
  result.labels = torch::empty({samples_}, torch::kLong);
  auto* labels = result.labels.data_ptr<int64_t>();
  std::vector<double> logarithms(static_cast<size_t>(blocks_), 0.0);
  for_each_block(0, blocks_, [&](int64_t block) {
    std::vector<double> chosen(static_cast<size_t>(block_rows_));
    const int64_t row = block * block_rows_, rows = std::min(block_rows_, samples_ - row);
    kernels::stored<T>().label(stored<T>() + row * width_, rows, width_, scaling.alpha.data(), labels + row, chosen.data());
    double& total = logarithms[static_cast<size_t>(block)];
    for (int64_t i = 0; i < rows; ++i) total += std::log(chosen[static_cast<size_t>(i)]) + kLog2 * scale_[static_cast<size_t>(row + i)];
  });
  std::vector<double> totals(static_cast<size_t>(clusters_ + 1), 0.0);  // cluster sizes and the sum of logarithms
  for (int64_t i = 0; i < samples_; ++i) totals[static_cast<size_t>(labels[i])] += 1;
  for (const double logarithm : logarithms) totals.back() += logarithm;
  add_up(sum, totals);
  result.cost = -totals.back() * scaling.c / lambda_;
  totals.pop_back();
  result.cluster_sizes = torch::tensor(totals, torch::kDouble).to(torch::kLong);
}

template <class T>
Labelling Transport::solve_as(const at::Tensor& share, const TransportOptions& options, const SampleSum& sum) const {
  if (options.error_every < 1 || options.max_iterations < 1) throw usage_error("the transport needs at least one iteration and one check");
  Scaling scaling;
  start(scaling, share, sum);
  Labelling result;
  result.error = std::numeric_limits<double>::infinity();
  while (!result.converged && result.iterations < options.max_iterations) {
    next_alpha(scaling);
    const double error = iterate<T>(scaling, sum);
    if (result.iterations % options.error_every == 0) {
      if (!std::isfinite(error)) throw Error(ErrorKind::kNumeric, "the scaling of the samples overflowed", "", "lower lambda");
      result.error = error;
      if (options.watch) options.watch(result.iterations, error);
    }
    result.converged = result.error <= options.tolerance;
    ++result.iterations;
  }
  finish<T>(scaling, sum, result);
  return result;
}

Labelling Transport::solve(const at::Tensor& share, const TransportOptions& options, const SampleSum& sum) const {
  if (filled_ != samples_) {
    throw Error(ErrorKind::kInternal, fmt::format("labels were asked for after {} of {} samples", filled_, samples_));
  }
  return storage_ == Storage::kFloat64 ? solve_as<double>(share, options, sum) : solve_as<float>(share, options, sum);
}

Labelling label_by_transport(const at::Tensor& video, const at::Tensor& audio, double lambda, const at::Tensor& share) {
  if (video.dim() != 2) throw Error(ErrorKind::kInternal, "probabilities must have two dimensions");
  Transport transport(video.size(0), video.size(1), lambda);
  transport.add(video, audio);
  return transport.solve(share);
}

}  // namespace vbench::selavi
