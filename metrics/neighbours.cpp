#include "metrics/neighbours.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/core/error.hpp"
#include "metrics/retrieval.hpp"

namespace vbench {
namespace {

/// A float32 matrix on the CPU and the norms of its rows.
struct Features {
  at::Tensor rows;            // [N, F] float32
  std::vector<double> norms;  // [N]
  [[nodiscard]] const float* row(int64_t i) const { return rows.data_ptr<float>() + i * rows.size(1); }
};

Features prepare(const at::Tensor& given, std::string_view name) {
  Features features{.rows = given.detach().to(at::kCPU, at::kFloat).contiguous(), .norms = std::vector<double>(given.size(0))};
  const int64_t width = given.size(1);
  at::parallel_for(0, given.size(0), 256, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float* row = features.row(i);
      double sum = 0;
      for (int64_t f = 0; f < width; ++f) sum += static_cast<double>(row[f]) * row[f];
      features.norms[i] = std::sqrt(sum);
    }
  });
  // A sum of squares of floats fits a double: it is not finite only where an entry is not.
  for (size_t i = 0; i < features.norms.size(); ++i) {
    if (!std::isfinite(features.norms[i])) {
      throw Error(ErrorKind::kNumeric, "a feature is NaN or infinite", fmt::format("{}, row {}", name, i));
    }
  }
  return features;
}

/// Half the squared distance, less half the query's squared norm, in float32, and how far rounding can have moved it.
///
/// With u = 2^-24, a product of F terms is off by F u |q| |c| at most, in whatever order it is summed, and what is done to it afterwards by
/// a few u of |q| |c| and of |c|². Entries and products below the smallest normal
/// number may be lost.
struct Bounds {
  std::vector<float> half_squares;  // [N] |c|² / 2
  std::vector<float> per_norm;      // [N] times |q|: error from the product
  std::vector<float> fixed;         // [N] error from |c|²

  Bounds(const Features& candidates, int64_t width) {
    constexpr double kUnit = 0x1p-24, kRoundedUp = 1.01;
    const double lost = static_cast<double>(width + 8) * std::numeric_limits<float>::min();
    for (const double norm : candidates.norms) {
      half_squares.push_back(static_cast<float>(norm * norm / 2));
      per_norm.push_back(static_cast<float>(kRoundedUp * (static_cast<double>(width + 8) * kUnit * norm + lost)));
      fixed.push_back(static_cast<float>(kRoundedUp * (8 * kUnit * norm * norm + lost * (1 + norm))));
    }
  }
};

/// Candidates of one query that may be among its k nearest.
class Shortlist {
 public:
  Shortlist(const Features& queries, const Features& candidates, int64_t query, int64_t k)
      : query_(queries.row(query)), query_norm_(static_cast<float>(queries.norms[query])), candidates_(candidates), k_(k) {}

  /// @param products  [count] products of the query with the candidates first, first + 1, ...
  void add(const float* products, int64_t first, int64_t count, const Bounds& bounds) {
    for (int64_t begin = 0; begin < count; begin += kChunk) {
      add_chunk(products + begin, first + begin, std::min(kChunk, count - begin), bounds);
    }
  }

  void write_nearest(int64_t* nearest) {
    keep_nearest();
    for (const auto& entry : entries_) *nearest++ = entry.candidate;
  }

 private:
  static constexpr int64_t kChunk = 64;

  struct Entry {
    float lower, upper;  // of the score that Bounds describes
    int64_t candidate;
  };

  /// Whole chunks are judged at once, because after the first blocks hardly one holds a candidate that matters.
  void add_chunk(const float* products, int64_t first, int64_t count, const Bounds& bounds) {
    const float* half_squares = bounds.half_squares.data() + first;
    const float* per_norm = bounds.per_norm.data() + first;
    const float* fixed = bounds.fixed.data() + first;
    std::array<float, kChunk> lower{};
    int32_t possible = 0;  // as wide as a float, so that the loop is done in vectors
    for (int64_t j = 0; j < count; ++j) {
      lower[j] = (half_squares[j] - products[j]) - (query_norm_ * per_norm[j] + fixed[j]);
      possible += lower[j] <= limit_;
    }
    if (possible == 0) return;
    for (int64_t j = 0; j < count; ++j) {
      if (!(lower[j] <= limit_)) continue;
      entries_.push_back({lower[j], (half_squares[j] - products[j]) + (query_norm_ * per_norm[j] + fixed[j]), first + j});
    }
    if (static_cast<int64_t>(entries_.size()) >= capacity()) keep_possible();
  }

  [[nodiscard]] int64_t capacity() const { return 2 * (k_ + kChunk); }

  /// Drops those that k others are nearer than for certain; puts them in order if that leaves too many.
  void keep_possible() {
    const auto kth = entries_.begin() + (k_ - 1);
    std::nth_element(entries_.begin(), kth, entries_.end(), [](const Entry& x, const Entry& y) { return x.upper < y.upper; });
    limit_ = std::min(limit_, kth->upper);
    std::erase_if(entries_, [limit = limit_](const Entry& entry) { return entry.lower > limit; });
    if (static_cast<int64_t>(entries_.size()) > capacity() / 2) keep_nearest();
  }

  /// The k nearest so far, in order. What comes later is still compared with their bounds, so the limit stays true.
  void keep_nearest() {
    std::sort(entries_.begin(), entries_.end(), [](const Entry& x, const Entry& y) { return x.lower < y.lower; });
    for (auto begin = entries_.begin(); begin < entries_.end() && begin - entries_.begin() < k_;) {
      // Bounds that reach over one another leave the order open; those behind the run are further away for certain.
      auto end = begin + 1;
      for (float upper = begin->upper; end < entries_.end() && end->lower <= upper; ++end) upper = std::max(upper, end->upper);
      if (end - begin > 1) put_in_order({&*begin, static_cast<size_t>(end - begin)});
      begin = end;
    }
    if (static_cast<int64_t>(entries_.size()) > k_) entries_.resize(k_);
  }

  void put_in_order(std::span<Entry> run) const {
    std::vector<std::pair<double, Entry>> ordered;
    ordered.reserve(run.size());
    for (const auto& entry : run) ordered.emplace_back(squared_distance(entry.candidate), entry);
    std::sort(ordered.begin(), ordered.end(),
              [](const auto& x, const auto& y) { return std::pair(x.first, x.second.candidate) < std::pair(y.first, y.second.candidate); });
    std::transform(ordered.begin(), ordered.end(), run.begin(), [](const auto& distance_and_entry) { return distance_and_entry.second; });
  }

  /// In several sums that the processor can work on at the same time; the same for every candidate.
  [[nodiscard]] double squared_distance(int64_t candidate) const {
    constexpr int64_t kSums = 8;
    const float* other = candidates_.row(candidate);
    const int64_t width = candidates_.rows.size(1);
    std::array<double, kSums> sums{};
    const auto add = [&](int64_t f, double& sum) {
      const double difference = static_cast<double>(query_[f]) - static_cast<double>(other[f]);
      sum += difference * difference;
    };
    int64_t f = 0;
    for (; f + kSums <= width; f += kSums) {
      for (int64_t s = 0; s < kSums; ++s) add(f + s, sums[s]);
    }
    for (; f < width; ++f) add(f, sums[0]);
    return std::accumulate(sums.begin(), sums.end(), 0.0);
  }

  const float* query_;
  float query_norm_;
  const Features& candidates_;
  int64_t k_;
  float limit_ = std::numeric_limits<float>::infinity();  // no neighbour's score lies above
  std::vector<Entry> entries_;
};

void check_features(const at::Tensor& queries, const at::Tensor& candidates, int64_t k, const NeighbourBlocks& blocks) {
  if (queries.dim() != 2 || candidates.dim() != 2 || queries.size(1) != candidates.size(1) || queries.size(1) == 0) {
    throw input_error(fmt::format("neighbours need two matrices [items, width] of one width, not {} and {}",
                                  fmt::join(queries.sizes(), "x"), fmt::join(candidates.sizes(), "x")));
  }
  if (!queries.is_floating_point() || !candidates.is_floating_point()) throw input_error("features must be floating point");
  if (blocks.queries < 1 || blocks.candidates < 1) throw input_error("blocks of features must hold at least one row");
  if (k < 1 || k > candidates.size(0)) throw input_error(fmt::format("there are no {} nearest among {} candidates", k, candidates.size(0)));
}

void check_overflow(const Features& queries, const Features& candidates) {
  const auto largest = [](const Features& features) { return *std::max_element(features.norms.begin(), features.norms.end()); };
  if (std::pow(largest(queries) + largest(candidates), 2) > std::numeric_limits<float>::max() / 2) {
    throw Error(ErrorKind::kNumeric, "distances overflow float32", "", "normalise the features first");
  }
}

const int64_t* checked_labels(const at::Tensor& labels, int64_t rows, const char* what) {
  if (labels.dim() != 1 || labels.scalar_type() != at::kLong || labels.size(0) != rows)
    throw input_error(fmt::format("there must be one int64 label for each of the {} {}", rows, what));
  return labels.data_ptr<int64_t>();
}

}  // namespace

at::Tensor nearest_neighbours(const at::Tensor& queries, const at::Tensor& candidates, int64_t k, const NeighbourBlocks& blocks) {
  check_features(queries, candidates, k, blocks);
  auto nearest = at::empty({queries.size(0), k}, at::kLong);
  if (queries.size(0) == 0) return nearest;
  const auto from = prepare(queries, "queries"), among = prepare(candidates, "candidates");
  check_overflow(from, among);
  const int64_t width = queries.size(1), total = among.rows.size(0);
  const Bounds bounds(among, width);
  const auto memory = at::empty({std::min(blocks.queries, from.rows.size(0)) * std::min(blocks.candidates, total)}, at::kFloat);
  for (int64_t q = 0; q < from.rows.size(0); q += blocks.queries) {
    const int64_t rows = std::min(blocks.queries, from.rows.size(0) - q);
    std::vector<Shortlist> lists;
    lists.reserve(rows);
    for (int64_t i = 0; i < rows; ++i) lists.emplace_back(from, among, q + i, k);
    for (int64_t c = 0; c < total; c += blocks.candidates) {
      const int64_t columns = std::min(blocks.candidates, total - c);
      auto products = memory.narrow(0, 0, rows * columns).view({rows, columns});
      at::mm_out(products, from.rows.narrow(0, q, rows), among.rows.narrow(0, c, columns).t());
      at::parallel_for(0, rows, 4, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) lists[i].add(products.data_ptr<float>() + i * columns, c, columns, bounds);
      });
    }
    at::parallel_for(0, rows, 4, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) lists[i].write_nearest(nearest.data_ptr<int64_t>() + (q + i) * k);
    });
  }
  return nearest;
}

double neighbour_recall(const at::Tensor& neighbours, const at::Tensor& query_labels, const at::Tensor& candidate_labels, int64_t k) {
  if (neighbours.dim() != 2 || neighbours.scalar_type() != at::kLong) throw input_error("neighbours must be an int64 matrix [queries, k]");
  if (k < 1 || k > neighbours.size(1)) throw input_error(fmt::format("{} of {} neighbours cannot be looked at", k, neighbours.size(1)));
  const auto indices = neighbours.cpu().contiguous();
  const auto of_queries = query_labels.cpu().contiguous(), of_candidates = candidate_labels.cpu().contiguous();
  const int64_t* wanted = checked_labels(of_queries, indices.size(0), "queries");
  const int64_t* labels = checked_labels(of_candidates, of_candidates.numel(), "candidates");
  int64_t hits = 0;
  for (int64_t q = 0; q < indices.size(0); ++q) {
    const int64_t* row = indices.data_ptr<int64_t>() + q * indices.size(1);
    bool hit = false;
    for (int64_t i = 0; i < k; ++i) {
      if (row[i] < 0 || row[i] >= of_candidates.numel()) {
        throw input_error(fmt::format("neighbour {} is not one of {} candidates", row[i], of_candidates.numel()),
                          fmt::format("query {}", q));
      }
      hit = hit || labels[row[i]] == wanted[q];
    }
    hits += hit;
  }
  return static_cast<double>(hits) / static_cast<double>(indices.size(0));
}

at::Tensor average_clip_features(const at::Tensor& clips, const at::Tensor& video_of_clip, int64_t videos) {
  const auto unit = l2_normalize(clips.detach().to(at::kCPU, at::kFloat), "clip features");
  const auto video_of = video_of_clip.cpu().contiguous();
  const int64_t* video = checked_labels(video_of, unit.size(0), "clips");
  if (videos < 0) throw input_error(fmt::format("there cannot be {} videos", videos));
  for (int64_t i = 0; i < unit.size(0); ++i) {
    if (video[i] < 0 || video[i] >= videos) {
      throw input_error(fmt::format("video {} is not one of {}", video[i], videos), fmt::format("clip {}", i));
    }
  }
  const auto clips_of = at::bincount(video_of, {}, videos);
  const auto without = clips_of.eq(0).nonzero();
  if (without.size(0) > 0) throw input_error("the video has no clips", fmt::format("video {}", without[0].item<int64_t>()));
  const auto sums = at::zeros({videos, unit.size(1)}, at::kDouble).index_add(0, video_of, unit.to(at::kDouble));
  return (sums / clips_of.unsqueeze(1)).to(at::kFloat);
}

}  // namespace vbench
