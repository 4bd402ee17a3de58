#include "datasets/video_text/sample.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "harness/core/error.hpp"

namespace vbench::video_text {
namespace {

/// Row of the padded layout [N * T] that every packed row goes to. [sum of lengths] int64
at::Tensor padded_positions(const std::vector<int64_t>& lengths, int64_t width) {
  const int64_t rows = std::accumulate(lengths.begin(), lengths.end(), int64_t{0});
  at::Tensor positions = at::empty({rows}, at::TensorOptions().dtype(at::kLong));
  auto* out = positions.data_ptr<int64_t>();
  for (size_t i = 0; i < lengths.size(); ++i) {
    std::iota(out, out + lengths[i], static_cast<int64_t>(i) * width);
    out += lengths[i];
  }
  return positions;
}

void require_length(int64_t length, size_t index) {
  if (length < 1) throw Error(ErrorKind::kInternal, fmt::format("sequence {} has length {}, at least 1 is needed", index, length));
}

/// Appends [T, D] float32 at `out` and returns the place behind it.
float* append_rows(float* out, const at::Tensor& item) {
  const at::Tensor dense = item.contiguous();
  std::memcpy(out, dense.data_ptr<float>(), static_cast<size_t>(dense.numel()) * sizeof(float));
  return out + dense.numel();
}

/// Gathers sequences that live in the samples without an intermediate list: one allocation, one copy.
template <class Visit>
Sequences gather(size_t count, const Visit& visit) {
  Sequences result;
  result.lengths.reserve(count);
  int64_t width = -1;
  int64_t rows = 0;
  visit([&](const at::Tensor& item) {
    if (item.dim() != 2 || item.scalar_type() != at::kFloat || !item.device().is_cpu()) {
      throw Error(ErrorKind::kInternal, "a sequence is not a [T, D] float32 tensor in memory");
    }
    require_length(item.size(0), result.lengths.size());
    if (width < 0) width = item.size(1);
    if (item.size(1) != width)
      throw Error(ErrorKind::kInternal, fmt::format("sequences of widths {} and {} in one batch", width, item.size(1)));
    result.lengths.push_back(item.size(0));
    rows += item.size(0);
  });
  result.rows = at::empty({rows, std::max<int64_t>(width, 0)}, at::TensorOptions().dtype(at::kFloat));
  float* out = result.rows.data_ptr<float>();
  visit([&](const at::Tensor& item) { out = append_rows(out, item); });
  return result;
}

/// The sentences are the paragraph cut into pieces, without gap or overlap: the same memory, row by row.
bool sentences_are_the_words(const Sample& sample) {
  const at::Tensor& words = sample.words;
  if (!words.is_contiguous()) return false;
  int64_t row = 0;
  for (const at::Tensor& sentence : sample.sentences) {
    if (!sentence.is_contiguous() || sentence.size(0) > words.size(0) - row) return false;
    if (sentence.data_ptr<float>() != words.data_ptr<float>() + row * words.size(1)) return false;
    row += sentence.size(0);
  }
  return row == words.size(0);
}

}  // namespace

int64_t Sequences::max_length() const { return lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end()); }

at::Tensor Sequences::padded() const {
  const int64_t longest = max_length();
  const at::Tensor positions = padded_positions(lengths, longest).to(rows.device());
  // Out of place, so that a gradient finds its way back to the rows.
  return at::zeros({size() * longest, rows.size(1)}, rows.options()).index_copy(0, positions, rows).view({size(), longest, rows.size(1)});
}

at::Tensor Sequences::padding() const {
  const auto options = at::TensorOptions().dtype(at::kLong);
  const at::Tensor ends = at::tensor(lengths, options).to(rows.device());
  return at::arange(max_length(), options.device(rows.device())).unsqueeze(0).ge(ends.unsqueeze(1));
}

Sequences Sequences::to(const at::Device& device) const { return {rows.to(device), lengths}; }

Sequences Sequences::from_padded(const at::Tensor& padded, const std::vector<int64_t>& lengths) {
  if (padded.dim() != 3 || padded.size(0) != static_cast<int64_t>(lengths.size())) {
    throw Error(ErrorKind::kInternal, fmt::format("a padded tensor of {} dimensions for {} sequences", padded.dim(), lengths.size()));
  }
  for (size_t i = 0; i < lengths.size(); ++i) {
    require_length(lengths[i], i);
    if (lengths[i] > padded.size(1)) throw Error(ErrorKind::kInternal, fmt::format("sequence {} is longer than the padded tensor", i));
  }
  const at::Tensor positions = padded_positions(lengths, padded.size(1)).to(padded.device());
  return {padded.reshape({-1, padded.size(2)}).index_select(0, positions), lengths};
}

Sequences Sequences::concatenate(const std::vector<at::Tensor>& items) {
  return gather(items.size(), [&](const auto& take) {
    for (const at::Tensor& item : items) take(item);
  });
}

Batch Batch::to(const at::Device& device) const {
  Batch moved{keys, video.to(device), paragraph.to(device), clips.to(device), sentences, clip_num, sent_num};
  const bool shared = sentences.rows.is_same(paragraph.rows);
  moved.sentences.rows = shared ? moved.paragraph.rows : sentences.rows.to(device);
  return moved;
}

Batch collate(const std::vector<Sample>& samples) {
  Batch batch;
  for (const Sample& sample : samples) {
    batch.keys.push_back(sample.key);
    batch.clip_num.push_back(static_cast<int64_t>(sample.clips.size()));
    batch.sent_num.push_back(static_cast<int64_t>(sample.sentences.size()));
  }
  const auto each = [&](at::Tensor Sample::*field) {
    return gather(samples.size(), [&](const auto& take) {
      for (const Sample& sample : samples) take(sample.*field);
    });
  };
  const auto each_of = [&](std::vector<at::Tensor> Sample::*field, const std::vector<int64_t>& counts) {
    const int64_t total = std::accumulate(counts.begin(), counts.end(), int64_t{0});
    return gather(static_cast<size_t>(total), [&](const auto& take) {
      for (const Sample& sample : samples) {
        for (const at::Tensor& item : sample.*field) take(item);
      }
    });
  };
  batch.video = each(&Sample::frames);
  batch.paragraph = each(&Sample::words);
  batch.clips = each_of(&Sample::clips, batch.clip_num);
  if (!std::all_of(samples.begin(), samples.end(), sentences_are_the_words)) {
    batch.sentences = each_of(&Sample::sentences, batch.sent_num);
    return batch;
  }
  batch.sentences.rows = batch.paragraph.rows;
  for (const Sample& sample : samples) {
    for (const at::Tensor& sentence : sample.sentences) batch.sentences.lengths.push_back(sentence.size(0));
  }
  return batch;
}

}  // namespace vbench::video_text
