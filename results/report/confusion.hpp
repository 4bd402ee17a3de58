// Which class was taken for which, from what runs stored of every item: a matrix that the page's script draws, and tables that need none.
// Used by the sections of a group.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/run_record.hpp"

namespace vbench::report {

/// A stored number of a class or of a cluster; nothing for what is none. 5000 and more are a damaged store, not a dataset.
[[nodiscard]] std::optional<int64_t> class_in(float value);

struct ConfusionMatrix {
  std::string name;  ///< of the configuration
  int64_t classes = 0;
  std::map<std::pair<int64_t, int64_t>, int64_t> counts;  ///< (true class, predicted class) -> items
  std::vector<std::string> names;                         ///< of the classes; as many, or none
  int64_t runs = 0;

  [[nodiscard]] int64_t items() const;
  [[nodiscard]] std::string class_name(int64_t number) const;
};

/// From the outputs "label" and "predicted"; items without a label do not count. Nothing if a run has none or holds no class numbers.
[[nodiscard]] std::optional<ConfusionMatrix> confusion_of(const std::vector<ItemOutput>& outputs);

/// "<class>/<video>" as ids have it, where every label has one such class; else nothing.
[[nodiscard]] std::vector<std::string> classes_by_ids(const std::vector<std::string>& ids, const std::vector<int64_t>& labels);

/// Counts of another run with the same classes.
void add_counts(ConfusionMatrix& matrix, const ConfusionMatrix& other);

/// Place for the drawing, the whole matrix or its worst entries, and every class. @param number  of the matrix on the page, from 0
[[nodiscard]] std::string confusion_html(const ConfusionMatrix& matrix, size_t number);

/// What the script draws.
[[nodiscard]] nlohmann::json confusion_json(const ConfusionMatrix& matrix);

}  // namespace vbench::report
