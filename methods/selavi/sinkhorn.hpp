// Labels by optimal transport (paper, section 3.1): Sinkhorn-Knopp on the product of both modalities' probabilities. Used by the method's
// relabelling, once for every head.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

#include "methods/selavi/kernels/table.hpp"
#include "methods/selavi/sample_blocks.hpp"

namespace vbench::selavi {

/// How the powered matrix is kept: 8 bytes an entry, or 4, with which two clusters that tie within about 1e-6 may swap. Sums are float64.
enum class Storage { kFloat64, kFloat32 };

struct TransportOptions {
  double tolerance = 0.1;  ///< stop when the sum of |beta / beta' - 1| over all samples is at most this
  int64_t max_iterations = 2000;
  int64_t error_every = 10;                                         ///< the error counts at iterations 0, 10, ... only
  std::function<void(int64_t iteration, double error)> watch = {};  ///< called then; may throw to stop
};

struct Labelling {
  at::Tensor labels;         ///< [N] int64 in [0, K), of this process's samples
  at::Tensor cluster_sizes;  ///< [K] int64, over all processes
  double cost = 0;           ///< -1/lambda times the mean over samples of log P^(lambda/2) at the label
  double error = 0;          ///< of the last check
  int64_t iterations = 0;
  bool converged = false;  ///< false: max_iterations ran out, as the authors' code accepts silently
};

/// The matrix P^(lambda/2) of one head and its scaling. Rows arrive block by block, so that only this one matrix of N x K must fit.
///
/// Each row is kept divided by a power of two near its largest entry: the scaling takes row factors out anyway, and no row underflows.
/// Positive entries below 1e-100 of that (as float32: 1e-36) count as so much: a cluster that hardly any sample reaches would otherwise end
/// in an overflow, where the authors' code goes on with NaN.
/// One iteration reads the matrix once: beta' of a row needs alpha only, and the next column sums need beta' only.
/// Results do not depend on the number of threads nor on how rows were cut into blocks.
class Transport {
 public:
  /// @param samples   N, rows of this process
  /// @param lambda    the published runs use 20; the exponent is half of it
  Transport(int64_t samples, int64_t clusters, double lambda, Storage storage = Storage::kFloat64);

  /// The next rows: [n, K] float32 or float64 probabilities of both modalities; their product is computed in float64.
  /// @throws Error kNumeric for a row with a negative, infinite or NaN product or with no positive one; the object is of no use then
  void add(const at::Tensor& video, const at::Tensor& audio);
  /// The next rows of the product itself, [n, K].
  void add(const at::Tensor& product);

  /// Forgets the rows: the memory serves the next head, which is faster than to ask the system for gigabytes again.
  void clear();

  [[nodiscard]] int64_t samples() const { return samples_; }
  [[nodiscard]] int64_t clusters() const { return clusters_; }
  /// [K] float64: column sums of P before the power, over all processes.
  [[nodiscard]] at::Tensor column_sums(const SampleSum& sum = {}) const;

  /// @param share  [K] float64, r: positive, sums to 1; undefined: 1/K each. See marginals.hpp
  /// @throws Error kNumeric if a cluster gets nothing from any sample; kInternal if rows are missing
  /// Cost of an iteration: N K entries read once, 4 N K operations.
  [[nodiscard]] Labelling solve(const at::Tensor& share = {}, const TransportOptions& options = {}, const SampleSum& sum = {}) const;

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  struct Scaling;

  template <class T>
  T* stored() const {
    return static_cast<T*>(matrix_.get());
  }
  template <class In>
  void add_rows(const In* first, const In* second, int64_t rows);
  template <class In, class T>
  void add_rows_as(const In* first, const In* second, int64_t rows);
  [[nodiscard]] std::vector<double> column_totals(const std::vector<double>& partial) const;
  void start(Scaling& scaling, const at::Tensor& share, const SampleSum& sum) const;
  void next_alpha(Scaling& scaling) const;
  template <class T>
  double iterate(Scaling& scaling, const SampleSum& sum) const;
  template <class T>
  void finish(const Scaling& scaling, const SampleSum& sum, Labelling& result) const;
  template <class T>
  Labelling solve_as(const at::Tensor& share, const TransportOptions& options, const SampleSum& sum) const;

  int64_t samples_, clusters_, width_, block_rows_, blocks_;
  double lambda_;
  Storage storage_;
  kernels::Power power_;
  int64_t filled_ = 0;
  std::unique_ptr<void, Free> matrix_;            ///< [N, width], double or float
  std::vector<double> scale_;                     ///< [N]: binary logarithm of what each row was divided by
  std::vector<double> sums_before_, sums_after_;  ///< [blocks, width]: partial column sums, added in order
};

/// Labels of N samples from [N, K] probabilities of both modalities.
[[nodiscard]] Labelling label_by_transport(const at::Tensor& video, const at::Tensor& audio, double lambda, const at::Tensor& share = {});

}  // namespace vbench::selavi
