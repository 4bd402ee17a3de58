#include "datasets/set_abstraction/files.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "datasets/formats/torch_checkpoint.hpp"
#include "datasets/set_abstraction/family.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::set_abstraction {
namespace fs = std::filesystem;

std::string to_string(Split split) {
  switch (split) {
    case Split::kTrain:
      return "train";
    case Split::kVal:
      return "val";
    default:
      return "test";
  }
}

fs::path Files::graph() const { return folder / (dataset + "_graph.json"); }
fs::path Files::category_embeddings() const { return folder / (dataset + "_category_embeddings.pth"); }
fs::path Files::abstraction_sets(Split split) const {
  return folder / fmt::format("{}_{}_abstraction_sets.json", dataset, split == Split::kTest ? "human" : to_string(split));
}
fs::path Files::features(Split split) const { return folder / fmt::format("{}_{}_{}_features.pth", base_model, dataset, to_string(split)); }
fs::path Files::video_embeddings(Split split) const { return folder / fmt::format("{}_{}_embeddings.pth", dataset, to_string(split)); }
fs::path Files::list(Split split) const { return folder / fmt::format("{}_{}_listfile.txt", dataset, to_string(split)); }

bool rows_by_embeddings(const Family& family, Split split) { return family.rows_by_embeddings && split != Split::kTest; }

std::vector<fs::path> needed_files(const Family& family, const Options& options, const Files& files, Role role) {
  std::vector<fs::path> needed{files.graph(), files.category_embeddings()};
  const bool online = role == Role::kTrain && options.sets == SetSource::kOnline;
  const bool rows = options.layout == FeatureLayout::kRows;
  const auto add_split = [&](Split split, bool listed) {
    needed.push_back(files.features(split));
    if (listed) needed.push_back(files.list(split));
  };
  const Split main = role == Role::kTrain ? Split::kTrain : Split::kVal;
  if (!online) needed.push_back(files.abstraction_sets(main));
  add_split(main, online || (rows && !rows_by_embeddings(family, main)));
  needed.push_back(files.video_embeddings(main));
  if (role == Role::kEvaluate && options.tasks) {
    needed.push_back(files.abstraction_sets(Split::kTest));
    add_split(Split::kTest, rows);
  }
  return needed;
}

std::span<const int64_t> ListedVideo::labels() const { return std::span<const int64_t>(numbers).subspan(numbers.size() > 1 ? 1 : 0); }

std::vector<ListedVideo> read_list(const fs::path& path) {
  std::istringstream lines(read_file(path));
  std::vector<ListedVideo> videos;
  std::string line;
  for (int64_t number = 1; std::getline(lines, line); ++number) {
    std::istringstream words(line);
    std::string word;
    if (!(words >> word)) continue;
    ListedVideo video{word, {}};
    while (words >> word) {
      const auto value = parse_int(word);
      if (!value) {
        throw input_error(fmt::format("line {}: '{}' behind the name is no integer", number, word), path.string(),
                          "a line holds a name without blanks, then integers");
      }
      video.numbers.push_back(*value);
    }
    videos.push_back(std::move(video));
  }
  if (videos.empty()) throw input_error("the list names no videos", path.string());
  return videos;
}

void write_list(const fs::path& path, const std::vector<ListedVideo>& videos) {
  std::string text;
  for (const ListedVideo& video : videos) {
    text += video.name;
    for (const int64_t number : video.numbers) text += fmt::format(" {}", number);
    text += '\n';
  }
  write_file_atomically(path, text);
}

torch_file::Value read_vectors(const fs::path& path) {
  // Multi-Moments has more than a million videos, each with a tensor of its own.
  torch_file::Limits limits;
  limits.pickle_bytes = uint64_t{1} << 32;
  limits.object_bytes = uint64_t{1} << 34;
  limits.values = uint64_t{1} << 27;
  return torch_file::read_torch_file(path, limits);
}

namespace {

/// A float32 vector as it is, another real one converted. @throws Error kInput
at::Tensor vector_of(const torch_file::Value& value, const std::string& where) {
  if (!value.is_tensor()) throw input_error("is no tensor", where);
  const at::Tensor vector = value.tensor().detach();
  if (vector.dim() != 1 || vector.numel() == 0)
    throw input_error(fmt::format("has {} dimensions, a vector is expected", vector.dim()), where);
  if (!at::isFloatingType(vector.scalar_type())) throw input_error("does not hold real numbers", where);
  return vector.to(at::kFloat).contiguous();
}

}  // namespace

Rows Rows::of(const torch_file::Value& value, const std::string& where) {
  if (value.is_sequence()) {
    std::vector<at::Tensor> vectors;
    for (const auto& item : value.items()) vectors.push_back(vector_of(item, fmt::format("{}: [{}]", where, vectors.size())));
    return Rows(std::move(vectors), where, [](size_t row) { return fmt::format("[{}]", row); });
  }
  if (!value.is_tensor()) throw input_error("holds neither a tensor of features nor a list of them", where);
  Rows rows;
  rows.matrix_ = value.tensor().detach();
  if (rows.matrix_.dim() != 2 || rows.matrix_.size(1) == 0) {
    throw input_error(fmt::format("features have {} dimensions, [videos, width] is expected", rows.matrix_.dim()), where);
  }
  if (!at::isFloatingType(rows.matrix_.scalar_type())) throw input_error("features are no real numbers", where);
  rows.width_ = rows.matrix_.size(1);
  return rows;
}

Rows::Rows(std::vector<at::Tensor> vectors, const std::string& where, const std::function<std::string(size_t)>& name_of)
    : vectors_(std::move(vectors)) {
  for (size_t row = 0; row < vectors_.size(); ++row) {
    if (!vectors_[row].defined()) continue;
    if (width_ == 0) width_ = vectors_[row].numel();
    if (vectors_[row].numel() != width_) {
      throw input_error(fmt::format("{} is {} wide, others are {} wide", name_of(row), vectors_[row].numel(), width_), where);
    }
  }
}

int64_t Rows::count() const { return matrix_.defined() ? matrix_.size(0) : static_cast<int64_t>(vectors_.size()); }

void Rows::copy(int64_t row, float* to) const {
  const at::Tensor vector = matrix_.defined() ? matrix_[row].to(at::kFloat).contiguous() : vectors_[static_cast<size_t>(row)];
  std::copy_n(vector.data_ptr<float>(), width_, to);
}

at::Tensor Rows::take(std::span<const int32_t> rows) const {
  at::Tensor taken = at::empty({static_cast<int64_t>(rows.size()), width_}, at::kFloat);
  auto* to = taken.data_ptr<float>();
  for (const int32_t row : rows) {
    copy(row, to);
    to += width_;
  }
  return taken;
}

std::vector<char> Rows::finite() const {
  std::vector<char> finite(static_cast<size_t>(count()), 1);
  at::parallel_for(0, count(), 64, [&](int64_t begin, int64_t end) {
    std::vector<float> values(static_cast<size_t>(width_));
    for (int64_t row = begin; row < end; ++row) {
      if (!has(row)) continue;
      copy(row, values.data());
      finite[static_cast<size_t>(row)] = std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
    }
  });
  return finite;
}

std::vector<std::pair<std::string, at::Tensor>> read_embeddings(const fs::path& path) {
  const torch_file::Value file = read_vectors(path);
  if (!file.is_dict()) throw input_error("does not hold a dictionary of vectors by name", path.string());
  std::vector<std::pair<std::string, at::Tensor>> embeddings;
  embeddings.reserve(file.size());
  for (const auto& [key, value] : file.dict().items()) {
    if (!key.is_text()) throw input_error("holds a key that is no text", path.string());
    embeddings.emplace_back(key.text(), vector_of(value, fmt::format("{}: '{}'", path.string(), key.text())));
  }
  if (embeddings.empty()) throw input_error("holds no vectors", path.string());
  return embeddings;
}

}  // namespace vbench::set_abstraction
