#include "methods/smth3d/confusion_files.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>

#include "datasets/formats/csv.hpp"
#include "harness/core/files.hpp"
#include "methods/smth3d/canvas.hpp"
#include "methods/smth3d/confusion_picture.hpp"
#include "metrics/confusion.hpp"

namespace vbench::smth3d {
namespace {

constexpr size_t kTop = 20, kTopPretending = 10;

const std::string& name_of(const std::vector<std::string>& names, int64_t label) { return names[static_cast<size_t>(label)]; }

std::string matrix_text(const at::Tensor& confusion, const std::vector<std::string>& names) {
  std::vector<std::string> cells{"true class"};
  cells.insert(cells.end(), names.begin(), names.end());
  std::string text = csv::row_text(cells);
  const auto counts = confusion.contiguous();
  const auto* const values = counts.data_ptr<int64_t>();
  const auto classes = static_cast<int64_t>(names.size());
  for (int64_t row = 0; row < classes; ++row) {
    cells.assign(1, name_of(names, row));
    for (int64_t column = 0; column < classes; ++column) cells.push_back(fmt::format("{}", values[row * classes + column]));
    text += csv::row_text(cells);
  }
  return text;
}

std::string rows_of_list(const std::string& list, std::vector<Confusion> worst, size_t most, const std::vector<std::string>& names) {
  worst.resize(std::min(worst.size(), most));
  std::string text;
  for (size_t i = 0; i < worst.size(); ++i) {
    const auto& each = worst[i];
    text += csv::row_text({list, fmt::format("{}", i + 1), name_of(names, each.target), name_of(names, each.predicted),
                           fmt::format("{:.2f}", 100 * each.share), fmt::format("{}", each.count)});
  }
  return text;
}

std::string top_text(const at::Tensor& confusion, const std::vector<std::string>& names) {
  const auto all = confusions(confusion);
  const auto pretends = [&](int64_t label) { return name_of(names, label).starts_with("Pretending"); };
  std::vector<Confusion> pretending;
  std::copy_if(all.begin(), all.end(), std::back_inserter(pretending),
               [&](const Confusion& each) { return pretends(each.target) || pretends(each.predicted); });
  return csv::row_text({"list", "rank", "true class", "predicted class", "percent of the true class", "videos"}) +
         rows_of_list("all", all, kTop, names) + rows_of_list("pretending", pretending, kTopPretending, names);
}

/// Classes of a group as its confusion has them: "a + b | c".
std::string classes_text(const ClassGroup& group, const std::vector<std::string>& names) {
  std::vector<int64_t> seen;
  std::vector<std::string> merged;
  for (size_t i = 0; i < group.classes.size(); ++i) {
    const auto& name = name_of(names, group.classes[i]);
    const auto place = std::find(seen.begin(), seen.end(), group.merge[i]);
    if (place == seen.end()) {
      seen.push_back(group.merge[i]);
      merged.push_back(name);
    } else {
      merged[static_cast<size_t>(place - seen.begin())] += " + " + name;
    }
  }
  return fmt::format("{}", fmt::join(merged, " | "));
}

/// "119 18 | 60 47": a row a true class.
std::string counts_text(const at::Tensor& confusion) {
  std::vector<std::string> rows;
  for (int64_t row = 0; row < confusion.size(0); ++row) {
    std::vector<int64_t> counts;
    for (int64_t column = 0; column < confusion.size(1); ++column) counts.push_back(confusion[row][column].item<int64_t>());
    rows.push_back(fmt::format("{}", fmt::join(counts, " ")));
  }
  return fmt::format("{}", fmt::join(rows, " | "));
}

}  // namespace

void write_confusion_files(const std::filesystem::path& folder, const at::Tensor& confusion, const std::vector<std::string>& names) {
  write_file_atomically(folder / "confusion.csv", matrix_text(confusion, names));
  write_file_atomically(folder / "top_confusions.csv", top_text(confusion, names));
  write_png(folder / "confusion.png", confusion_picture(confusion, names));
}

void write_contrastive_groups(const std::filesystem::path& folder, const ContrastiveScore& score, const std::vector<ClassGroup>& groups,
                              const std::vector<std::string>& names) {
  std::string text =
      csv::row_text({"group", "classes", "videos", "accuracy in percent", "most frequent class in percent", "confusion (row: true class)"});
  for (size_t i = 0; i < groups.size(); ++i) {
    const auto& group = score.groups[i];
    const auto percent = [&](double share) { return group.samples() == 0 ? std::string() : fmt::format("{:.2f}", 100 * share); };
    text += csv::row_text({fmt::format("{}", i + 1), classes_text(groups[i], names), fmt::format("{}", group.samples()),
                           percent(group.accuracy), percent(group.most_frequent), counts_text(group.confusion)});
  }
  write_file_atomically(folder / "contrastive_groups.csv", text);
}

}  // namespace vbench::smth3d
