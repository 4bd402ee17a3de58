#include "metrics/contingency.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>

#include "harness/core/error.hpp"

namespace vbench {
namespace {

constexpr int64_t kSamplesPerTask = 1 << 15;

/// Labels as small numbers in the order of the labels.
struct Codes {
  std::vector<int32_t> of_sample;  // [N]
  int64_t size = 0;                // codes are in [0, size); not each need occur
  int64_t first = 0;               // label of code 0, where codes are distances from the lowest label
  std::vector<int64_t> labels;     // label of each code, where labels lie far apart

  [[nodiscard]] int64_t label(int64_t code) const { return labels.empty() ? first + code : labels[code]; }
};

template <class CodeOf>
void fill_codes(const int64_t* labels, CodeOf code_of, std::vector<int32_t>& codes) {
  at::parallel_for(0, static_cast<int64_t>(codes.size()), kSamplesPerTask, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) codes[n] = static_cast<int32_t>(code_of(labels[n]));
  });
}

Codes encode(const at::Tensor& labels) {
  const int64_t samples = labels.numel();
  const int64_t* values = labels.data_ptr<int64_t>();
  const auto bounds = at::aminmax(labels);
  Codes codes;
  codes.of_sample.resize(samples);
  codes.first = std::get<0>(bounds).item<int64_t>();
  const auto span = static_cast<uint64_t>(std::get<1>(bounds).item<int64_t>()) - static_cast<uint64_t>(codes.first);
  const int64_t near = std::clamp<int64_t>(4 * samples, 1 << 16, std::numeric_limits<int32_t>::max());
  if (span < static_cast<uint64_t>(near)) {
    codes.size = static_cast<int64_t>(span) + 1;
    fill_codes(
        values, [first = codes.first](int64_t label) { return label - first; }, codes.of_sample);
    return codes;
  }
  codes.labels.assign(values, values + samples);
  std::sort(codes.labels.begin(), codes.labels.end());
  codes.labels.erase(std::unique(codes.labels.begin(), codes.labels.end()), codes.labels.end());
  codes.size = static_cast<int64_t>(codes.labels.size());
  const auto rank = [&known = codes.labels](int64_t label) { return std::lower_bound(known.begin(), known.end(), label) - known.begin(); };
  fill_codes(values, rank, codes.of_sample);
  return codes;
}

struct CodedCell {
  int32_t row, column;
  int64_t count;
};

/// A table of all pairs for each thread, added up.
std::vector<CodedCell> count_in_tables(const Codes& rows, const Codes& columns) {
  const int64_t size = rows.size * columns.size;
  const auto samples = static_cast<int64_t>(rows.of_sample.size());
  const int64_t tables = std::clamp<int64_t>(samples / kSamplesPerTask, 1, at::get_num_threads());
  std::vector<uint32_t> counts(tables * size);
  at::parallel_for(0, tables, 1, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      uint32_t* table = counts.data() + t * size;
      for (int64_t n = samples * t / tables; n < samples * (t + 1) / tables; ++n) {
        ++table[rows.of_sample[n] * columns.size + columns.of_sample[n]];
      }
    }
  });
  std::vector<CodedCell> cells;
  for (int64_t cell = 0; cell < size; ++cell) {
    int64_t count = 0;
    for (int64_t t = 0; t < tables; ++t) count += counts[t * size + cell];
    if (count > 0) cells.push_back({static_cast<int32_t>(cell / columns.size), static_cast<int32_t>(cell % columns.size), count});
  }
  return cells;
}

/// Samples gathered by row, each row's columns sorted, runs counted.
std::vector<CodedCell> count_by_sorting(const Codes& rows, const Codes& columns) {
  std::vector<int64_t> begin_of(rows.size + 1);
  for (const int32_t row : rows.of_sample) ++begin_of[row + 1];
  for (int64_t row = 0; row < rows.size; ++row) begin_of[row + 1] += begin_of[row];
  std::vector<int64_t> next(begin_of.begin(), begin_of.end() - 1);
  std::vector<int32_t> gathered(rows.of_sample.size());
  for (size_t n = 0; n < gathered.size(); ++n) gathered[next[rows.of_sample[n]]++] = columns.of_sample[n];
  at::parallel_for(0, rows.size, 64, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) std::sort(gathered.begin() + begin_of[row], gathered.begin() + begin_of[row + 1]);
  });
  std::vector<CodedCell> cells;
  for (int64_t row = 0; row < rows.size; ++row) {
    for (int64_t n = begin_of[row]; n < begin_of[row + 1]; ++n) {
      if (n > begin_of[row] && gathered[n] == gathered[n - 1]) {
        ++cells.back().count;
      } else {
        cells.push_back({static_cast<int32_t>(row), gathered[n], 1});
      }
    }
  }
  return cells;
}

/// Labels and sums of the codes that occur. @return for each code its place among them
std::vector<int64_t> keep_occurring(const Codes& codes, const std::vector<int64_t>& sums, std::vector<int64_t>& labels,
                                    std::vector<int64_t>& kept_sums) {
  std::vector<int64_t> place(codes.size);
  for (int64_t code = 0; code < codes.size; ++code) {
    place[code] = static_cast<int64_t>(labels.size());
    if (sums[code] == 0) continue;
    labels.push_back(codes.label(code));
    kept_sums.push_back(sums[code]);
  }
  return place;
}

Contingency compact(const Codes& rows, const Codes& columns, const std::vector<CodedCell>& cells) {
  std::vector<int64_t> row_sums(rows.size), column_sums(columns.size);
  Contingency table;
  for (const auto& cell : cells) {
    row_sums[cell.row] += cell.count;
    column_sums[cell.column] += cell.count;
    table.samples += cell.count;
  }
  const auto row_place = keep_occurring(rows, row_sums, table.row_labels, table.row_sums);
  const auto column_place = keep_occurring(columns, column_sums, table.column_labels, table.column_sums);
  table.row_begin.assign(table.rows() + 1, 0);
  table.cells.reserve(cells.size());
  for (const auto& cell : cells) {
    table.cells.push_back({column_place[cell.column], cell.count});
    table.row_begin[row_place[cell.row] + 1] = static_cast<int64_t>(table.cells.size());
  }
  return table;
}

}  // namespace

Contingency tabulate(const at::Tensor& row_of, const at::Tensor& column_of) {
  for (const auto& labels : {row_of, column_of}) {
    if (labels.dim() != 1 || labels.scalar_type() != at::kLong) throw input_error("cluster numbers and labels must be vectors of int64");
  }
  if (row_of.size(0) != column_of.size(0)) {
    throw input_error(fmt::format("there are {} cluster numbers and {} labels", row_of.size(0), column_of.size(0)));
  }
  if (row_of.size(0) > std::numeric_limits<int32_t>::max()) throw input_error("tables of 2^31 samples and more are not supported");
  if (row_of.size(0) == 0) return {.row_labels = {}, .column_labels = {}, .row_sums = {}, .column_sums = {}, .row_begin = {0}, .cells = {}};
  const auto rows = encode(row_of.cpu().contiguous());
  const auto columns = encode(column_of.cpu().contiguous());
  const int64_t most_cells = std::clamp<int64_t>(row_of.size(0), 1 << 18, 1 << 22);
  return compact(rows, columns, rows.size <= most_cells / columns.size ? count_in_tables(rows, columns) : count_by_sorting(rows, columns));
}

}  // namespace vbench
