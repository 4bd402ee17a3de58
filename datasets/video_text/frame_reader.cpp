#include "datasets/video_text/frame_reader.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vbench::video_text {
namespace {

// Reading a few unwanted rows costs less than another request.
constexpr int64_t kLargestGap = 16;

/// Quantiles of the normal distribution truncated at two standard deviations, in the middle of 65,536 equal shares.
const std::vector<float>& noise_quantiles() {
  static const std::vector<float> quantiles = [] {
    constexpr int64_t kShares = 1 << 16;
    const double within = std::erf(std::sqrt(2.0));
    const at::Tensor middles = (at::arange(kShares, at::kDouble) + 0.5) / static_cast<double>(kShares);
    const at::Tensor values = (at::erfinv((middles * 2 - 1) * within) * std::sqrt(2.0)).to(at::kFloat);
    const auto* data = static_cast<const float*>(values.data_ptr());
    return std::vector<float>(data, data + kShares);
  }();
  return quantiles;
}

}  // namespace

FrameRows::FrameRows(at::Tensor rows) : rows_(std::move(rows)), runs_{{0, rows_.size(0), 0}} {}

std::vector<FrameRows::Run> FrameRows::runs_of(std::vector<int64_t> frames) {
  std::sort(frames.begin(), frames.end());
  std::vector<Run> runs;
  for (const int64_t frame : frames) {
    const int64_t gap = runs.empty() ? kLargestGap + 1 : frame - (runs.back().first + runs.back().count);
    if (gap > kLargestGap) {
      const int64_t position = runs.empty() ? 0 : runs.back().position + runs.back().count;
      runs.push_back({frame, 1, position});
    } else if (gap >= 0) {
      runs.back().count += gap + 1;
    }
  }
  return runs;
}

FrameRows FrameRows::read(const FeatureStore& store, const std::string& key, int64_t frames,
                          const std::vector<std::vector<int64_t>>& wanted) {
  std::vector<int64_t> all;
  for (const auto& list : wanted) all.insert(all.end(), list.begin(), list.end());
  std::vector<Run> runs = runs_of(std::move(all));
  const int64_t needed = runs.empty() ? 0 : runs.back().position + runs.back().count;
  if (!store.reads_parts() || needed > frames / 2) {
    const at::Tensor rows = store.read(key);
    if (rows.size(0) != frames) {
      throw input_error(fmt::format("the features have {} frames, {} are listed", rows.size(0), frames), store.where(key),
                        "delete the file ..._num_frames.json if the features have changed, it is made anew");
    }
    require_finite(rows, store.where(key));
    return FrameRows(rows);
  }
  std::vector<at::Tensor> parts;
  for (const Run& run : runs) {
    parts.push_back(store.read_rows(key, run.first, run.count));
    require_finite(parts.back(), store.where(key), run.first);
  }
  return {at::cat(parts), std::move(runs)};
}

int64_t FrameRows::position(int64_t frame) const {
  const auto behind = std::upper_bound(runs_.begin(), runs_.end(), frame, [](int64_t value, const Run& run) { return value < run.first; });
  const Run& run = *std::prev(behind);
  return run.position + frame - run.first;
}

at::Tensor FrameRows::take(const std::vector<int64_t>& frames) const {
  const auto count = static_cast<int64_t>(frames.size());
  // Neighbours never lie in different runs.
  if (frames.back() - frames.front() + 1 == count) return rows_.narrow(0, position(frames.front()), count);
  at::Tensor positions = at::empty({count}, at::kLong);
  auto* out = static_cast<int64_t*>(positions.data_ptr());
  for (const int64_t frame : frames) *out++ = position(frame);
  return rows_.index_select(0, positions);
}

at::Tensor add_noise(const at::Tensor& frames, double std, RandomStream& random) {
  const std::vector<float>& quantiles = noise_quantiles();
  at::Tensor noisy = frames.clone();
  auto* values = static_cast<float*>(noisy.data_ptr());
  const auto scale = static_cast<float>(std);
  const int64_t count = noisy.numel();
  for (int64_t i = 0; i < count; i += 2) {
    const uint32_t bits = random();
    values[i] += scale * quantiles[bits & 0xffff];
    if (i + 1 < count) values[i + 1] += scale * quantiles[bits >> 16];
  }
  return noisy;
}

}  // namespace vbench::video_text
