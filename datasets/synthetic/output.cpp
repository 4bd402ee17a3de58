#include "datasets/synthetic/output.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <unistd.h>

#include <set>
#include <system_error>

#include "datasets/formats/npy.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"

namespace vbench::synthetic {
namespace fs = std::filesystem;

namespace {

std::string json_text(const nlohmann::json& value, int indent = -1) {
  // As Python's json.dump: sorted keys, characters outside ASCII escaped; bytes that are not UTF-8 become the replacement character.
  return value.dump(indent, ' ', true, nlohmann::json::error_handler_t::replace);
}

void require_replaceable(const fs::path& target) {
  std::error_code error;
  const auto kind = fs::status(target, error).type();
  if (kind == fs::file_type::not_found) return;
  if (kind != fs::file_type::directory) throw input_error("is not a folder", target.string(), "name another folder");
  const bool empty = fs::is_empty(target, error);
  if (error) throw input_error("cannot read the folder: " + error.message(), target.string());
  if (empty || fs::is_regular_file(target / kMarkerFile)) return;
  throw input_error(fmt::format("the folder holds files that were not generated (no {})", kMarkerFile), target.string(),
                    "generated data never replaces other files; name another folder");
}

void rename_folder(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) throw input_error("cannot rename the folder to its final name: " + error.message(), to.string());
}

/// Removes a folder at the end of a scope, whatever happens.
struct Cleanup {
  fs::path folder;
  ~Cleanup() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
};

}  // namespace

void replace_generated_folder(const fs::path& wanted, const std::function<void(const fs::path&)>& write) {
  fs::path target = fs::weakly_canonical(fs::absolute(wanted));
  if (!target.has_filename()) target = target.parent_path();
  require_replaceable(target);
  make_folder(target.parent_path());
  const std::string beside = (target.parent_path() / fmt::format(".{}.{}", target.filename().string(), ::getpid())).string();
  const Cleanup partial{beside + ".partial"};
  const Cleanup old{beside + ".old"};
  fs::remove_all(partial.folder);
  make_folder(partial.folder);
  write(partial.folder);
  require_replaceable(target);  // somebody may have put files there in the meantime
  if (fs::exists(target)) rename_folder(target, old.folder);
  rename_folder(partial.folder, target);
}

void write_marker(const fs::path& folder, const std::string& dataset, uint64_t seed, const std::string& annotations,
                  const std::map<std::string, std::string>& options) {
  nlohmann::json marker{{"generator", "vbench data synth " + dataset},
                        {"version", kGeneratorVersion},
                        {"dataset", dataset},
                        {"seed", seed},
                        {"annotations", annotations},
                        {"options", options},
                        {"note", "synthetic stand-in, not the official data"}};
  if (annotations == "real") marker["note"] = "real annotations with generated features, not the official data";
  write_file_atomically(folder / kMarkerFile, json_text(marker, 2) + "\n");
}

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
