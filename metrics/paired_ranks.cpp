#include "metrics/paired_ranks.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <vector>

#include "harness/core/error.hpp"

namespace vbench {
namespace rank_tiles {
namespace {

/// A contiguous run of rows of a matrix [N, depth].
struct Rows {
  const float* data;
  int64_t depth;
  int64_t begin, end;
};

int64_t panels_of(int64_t items, int64_t width) { return (items + width - 1) / width; }

/// Writes panel number `panel` of the rows: out[d * width + r]; items beyond the end are zero.
void pack_panel(const Rows& rows, int64_t panel, int width, float* out) {
  const int64_t first = rows.begin + panel * width;
  const int64_t valid = std::min<int64_t>(width, rows.end - first);
  if (valid < width) std::fill_n(out, rows.depth * width, 0.0F);
  constexpr int64_t kDepthStep = 16;  // a cache line of each row at a time, so that the scattered stores stay in the level-1 cache
  for (int64_t d0 = 0; d0 < rows.depth; d0 += kDepthStep) {
    const int64_t d1 = std::min(d0 + kDepthStep, rows.depth);
    for (int64_t r = 0; r < valid; ++r) {
      const float* row = rows.data + (first + r) * rows.depth;
      for (int64_t d = d0; d < d1; ++d) out[d * width + r] = row[d];
    }
  }
}

/// Counts over all pairs (i, j) of N matched items. Work is handed out in blocks of rows; counts are integers, so the order does not
/// matter.
class PairCounter {
 public:
  PairCounter(const Kernel& kernel, const at::Tensor& a, const at::Tensor& b, Ties ties, const RankBlocks& blocks)
      : kernel_(kernel),
        a_(a.data_ptr<float>()),
        b_(b.data_ptr<float>()),
        items_(a.size(0)),
        depth_(a.size(1)),
        ties_(ties),
        blocks_(blocks) {
    // Tiles at the end reach past the last item; pivots and counts there are never looked at.
    pivots_.resize(items_ + kMaxColumns);
    row_counts_.resize(items_ + kMaxRows);
    column_counts_.assign(at::get_num_threads(), std::vector<int32_t>(items_ + kMaxColumns));
  }

  RankPair run() {
    find_pivots();
    packed_columns_ = at::empty({panels_of(std::min(blocks_.columns, items_), kernel_.columns) * kernel_.columns * depth_}, at::kFloat);
    for (int64_t begin = 0; begin < items_; begin += blocks_.columns)
      count_columns({b_, depth_, begin, std::min(begin + blocks_.columns, items_)});
    auto backward = std::vector<int32_t>(items_);
    for (const auto& counts : column_counts_) {
      for (int64_t j = 0; j < items_; ++j) backward[j] += counts[j];
    }
    return {to_ranks(row_counts_), to_ranks(backward)};
  }

 private:
  at::Tensor to_ranks(const std::vector<int32_t>& counts) const {
    auto ranks = at::empty({items_}, at::kLong);
    std::transform(counts.begin(), counts.begin() + items_, ranks.data_ptr<int64_t>(), [](int32_t count) { return int64_t{1} + count; });
    return ranks;
  }

  /// Similarities of the matched pairs, from tiles like all others.
  void find_pivots() {
    at::parallel_for(0, panels_of(items_, kernel_.rows), 1, [this](int64_t begin, int64_t end) {
      const auto panels = at::empty({(kernel_.rows + kernel_.columns) * depth_}, at::kFloat);
      float* a_panel = panels.data_ptr<float>();
      float* b_panel = a_panel + kernel_.rows * depth_;
      float tile[kMaxRows * kMaxColumns];
      for (int64_t panel = begin; panel < end; ++panel) {
        const int64_t first = panel * kernel_.rows;
        const int64_t last = std::min<int64_t>(first + kernel_.rows, items_);
        pack_panel({a_, depth_, first, last}, 0, kernel_.rows, a_panel);
        pack_panel({b_, depth_, first, last}, 0, kernel_.columns, b_panel);
        kernel_.product(a_panel, b_panel, depth_, tile);
        for (int64_t i = first; i < last; ++i) pivots_[i] = tile[(i - first) * (kernel_.columns + 1)];
      }
    });
  }

  /// All rows against one block of columns.
  void count_columns(const Rows& columns) {
    float* packed = packed_columns_.data_ptr<float>();
    at::parallel_for(0, panels_of(columns.end - columns.begin, kernel_.columns), 1, [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p) pack_panel(columns, p, kernel_.columns, packed + p * kernel_.columns * depth_);
    });
    std::atomic<int64_t> next_row{0};  // taken block by block: a thread that the machine slows down gets fewer
    at::parallel_for(0, static_cast<int64_t>(column_counts_.size()), 1, [&](int64_t begin, int64_t end) {
      const auto packed_rows = at::empty({panels_of(blocks_.rows, kernel_.rows) * kernel_.rows * depth_}, at::kFloat);
      for (int64_t worker = begin; worker < end; ++worker) {
        for (int64_t row = next_row.fetch_add(blocks_.rows); row < items_; row = next_row.fetch_add(blocks_.rows)) {
          count_block({a_, depth_, row, std::min(row + blocks_.rows, items_)}, columns, packed_rows.data_ptr<float>(),
                      column_counts_[worker].data());
        }
      }
    });
  }

  void count_block(const Rows& rows, const Rows& columns, float* packed_rows, int32_t* column_count) {
    const int64_t row_panels = panels_of(rows.end - rows.begin, kernel_.rows);
    const int64_t column_panels = panels_of(columns.end - columns.begin, kernel_.columns);
    for (int64_t p = 0; p < row_panels; ++p) pack_panel(rows, p, kernel_.rows, packed_rows + p * kernel_.rows * depth_);
    float tile[kMaxRows * kMaxColumns];
    for (int64_t c = 0; c < column_panels; ++c) {
      const float* b_panel = packed_columns_.data_ptr<float>() + c * kernel_.columns * depth_;
      const int64_t j = columns.begin + c * kernel_.columns;
      for (int64_t r = 0; r < row_panels; ++r) {
        const int64_t i = rows.begin + r * kernel_.rows;
        kernel_.product(packed_rows + r * kernel_.rows * depth_, b_panel, depth_, tile);
        count_tile(tile, {i, std::min<int64_t>(i + kernel_.rows, rows.end)}, {j, std::min<int64_t>(j + kernel_.columns, columns.end)},
                   column_count);
      }
    }
  }

  struct Range {
    int64_t begin, end;
  };

  void count_tile(float* tile, Range rows, Range columns, int32_t* column_count) {
    const bool below = columns.end <= rows.begin;  // every j < i
    const bool above = rows.end <= columns.begin;  // every i < j
    if (!below && !above) return count_diagonal_tile(tile, rows, columns, column_count);
    const int valid_rows = static_cast<int>(rows.end - rows.begin);
    const auto valid_columns = columns.end - columns.begin;
    for (int r = 0; r < valid_rows && valid_columns < kernel_.columns; ++r) {
      float* row = tile + static_cast<int64_t>(r) * kernel_.columns;
      std::fill(row + valid_columns, row + kernel_.columns, -std::numeric_limits<float>::infinity());
    }
    kernel_.count(tile, valid_rows,
                  {.row_pivot = pivots_.data() + rows.begin,
                   .column_pivot = pivots_.data() + columns.begin,
                   .row_ties = tie_counts(below),
                   .column_ties = tie_counts(above),
                   .row_count = row_counts_.data() + rows.begin,
                   .column_count = column_count + columns.begin});
  }

  /// Tiles with a matched pair in them: entry by entry, the pair itself left out.
  void count_diagonal_tile(const float* tile, Range rows, Range columns, int32_t* column_count) {
    for (int64_t i = rows.begin; i < rows.end; ++i) {
      for (int64_t j = columns.begin; j < columns.end; ++j) {
        if (i == j) continue;
        const float entry = tile[(i - rows.begin) * kernel_.columns + (j - columns.begin)];
        row_counts_[i] += (entry > pivots_[i]) + ((entry == pivots_[i]) & tie_counts(j < i));
        column_count[j] += (entry > pivots_[j]) + ((entry == pivots_[j]) & tie_counts(i < j));
      }
    }
  }

  /// Whether a tie counts against the query, given whether its candidate comes before the right one.
  int32_t tie_counts(bool candidate_before) const { return ties_ == Ties::kPessimistic || (ties_ == Ties::kByIndex && candidate_before); }

  const Kernel& kernel_;
  const float* a_;
  const float* b_;
  int64_t items_, depth_;
  Ties ties_;
  RankBlocks blocks_;
  std::vector<float> pivots_;                        // [N] similarity of pair i
  std::vector<int32_t> row_counts_;                  // [N] a block of rows belongs to one thread at a time
  std::vector<std::vector<int32_t>> column_counts_;  // [threads][N]
  at::Tensor packed_columns_;                        // panels of the current block of columns
};

/// Largest magnitude in the matrix. @throws Error kNumeric names the first row with NaN or infinity
double checked_magnitude(const at::Tensor& rows, const char* name) {
  const double magnitude = std::max(rows.max().item<double>(), -rows.min().item<double>());
  if (std::isfinite(magnitude)) return magnitude;
  const int64_t row = rows.isfinite().all(1).logical_not().nonzero()[0].item<int64_t>();
  throw Error(ErrorKind::kNumeric, "an embedding holds NaN or infinity", fmt::format("{} embeddings, row {}", name, row));
}

}  // namespace

RankPair paired_ranks(const Kernel& kernel, const at::Tensor& a, const at::Tensor& b, Ties ties, const RankBlocks& blocks) {
  if (a.dim() != 2 || a.sizes() != b.sizes() || a.size(1) == 0) {
    throw input_error(fmt::format("matched embeddings need two matrices [items, width] of one shape, not {} and {}",
                                  fmt::join(a.sizes(), "x"), fmt::join(b.sizes(), "x")));
  }
  if (!a.is_floating_point() || !b.is_floating_point()) throw input_error("embeddings must be floating point");
  if (blocks.rows < 1 || blocks.columns < 1) throw input_error("blocks of ranks must hold at least one item");
  if (a.size(0) == 0) return {at::empty({0}, at::kLong), at::empty({0}, at::kLong)};
  const auto first = a.detach().to(at::kCPU, at::kFloat).contiguous();
  const auto second = b.detach().to(at::kCPU, at::kFloat).contiguous();
  const double bound = checked_magnitude(first, "first") * checked_magnitude(second, "second") * static_cast<double>(a.size(1));
  if (bound > std::numeric_limits<float>::max())
    throw Error(ErrorKind::kNumeric, "similarities overflow float32", "", "normalise the embeddings first");
  return PairCounter(kernel, first, second, ties, blocks).run();
}

}  // namespace rank_tiles

RankPair paired_ranks(const at::Tensor& a, const at::Tensor& b, Ties ties, const RankBlocks& blocks) {
  return rank_tiles::paired_ranks(rank_tiles::kernels().front(), a, b, ties, blocks);
}

}  // namespace vbench
