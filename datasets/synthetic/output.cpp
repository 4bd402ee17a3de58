#include "datasets/synthetic/output.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <set>

#include "datasets/formats/json_file.hpp"
#include "datasets/formats/npy.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"

namespace vbench::synthetic {
namespace fs = std::filesystem;

void write_meta(const fs::path& folder, const std::vector<ItemMeta>& items) {
  nlohmann::json meta = nlohmann::json::object();
  for (const ItemMeta& item : items) {
    nlohmann::json segments = nlohmann::json::array();
    for (const auto& segment : item.segments) {
      segments.push_back({{"text", segment.text}, {"start_sec", segment.start_sec}, {"stop_sec", segment.stop_sec}});
    }
    meta[item.key] = {
        {"data_key", item.data_key}, {"split", item.split}, {"duration_sec", item.duration_sec}, {"segments", std::move(segments)}};
  }
  write_file_atomically(folder / "meta_all.json", json_text(meta));
}

DataReport report_of(const std::vector<ItemMeta>& items) {
  std::map<std::string, std::pair<int64_t, int64_t>> splits;
  for (const ItemMeta& item : items) {
    ++splits[item.split].first;
    splits[item.split].second += static_cast<int64_t>(item.segments.size());
  }
  DataReport report;
  report.checked = report.listed = static_cast<int64_t>(items.size());
  for (const auto& [split, counts] : splits)
    report.facts.push_back(fmt::format("{}: {} videos, {} segments", split, counts.first, counts.second));
  return report;
}

VideoFeatureWriter::VideoFeatureWriter(Layout layout, const fs::path& folder, const std::string& name) {
  if (layout == Layout::kHdf5) {
    file_ = hdf5::File::create(folder / (name + ".h5"));
  } else {
    npz_folder_ = folder / "features" / name;
    make_folder(npz_folder_);
  }
}

void VideoFeatureWriter::add(const std::string& data_key, const at::Tensor& frames) {
  if (file_) {
    file_->write(data_key, frames);
  } else {
    const at::Tensor pooled = frames.view({frames.size(0), 1, frames.size(1), 1, 1});
    npy::write_npz(npz_folder_ / ("v_" + data_key + ".npz"), {{"frame_scores", pooled}});
  }
}

void VideoFeatureWriter::close() {
  if (file_) file_->close();
}

TextFeatureWriter::TextFeatureWriter(const fs::path& folder, const std::string& dataset, const std::string& name)
    : splits_path_(folder / fmt::format("text_feat_{}_meta_all_{}_sentence_splits.json", dataset, name)),
      file_(hdf5::File::create(folder / fmt::format("text_feat_{}_meta_all_{}.h5", dataset, name))) {}

void TextFeatureWriter::add(const std::string& key, const at::Tensor& words, const std::vector<int64_t>& token_counts) {
  file_.write(key, words);
  splits_[key] = token_counts;
}

void TextFeatureWriter::close() {
  file_.close();
  write_file_atomically(splits_path_, json_text(splits_));
}

}  // namespace vbench::synthetic
