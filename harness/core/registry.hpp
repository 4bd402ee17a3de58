// Names -> methods, variants and datasets. Filled by the register_* functions that CMake's generated file calls; frozen before the first
// run.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/core/run_spec.hpp"

namespace vbench {

class Pairing;

/// One (method configuration, dataset) pair.
struct VariantEntry {
  std::string method, name, dataset;
  std::string reproduces;  ///< the table of the paper, one line
  std::function<std::unique_ptr<Pairing>()> make;
};

struct MethodEntry {
  std::string name, purpose;
  std::string published_json;  ///< figures with paper, table, row, split, metric (results/published format); may be empty
};

/// Where data commands look and what they may use.
struct DataRequest {
  std::string root = "data";  ///< as --data-root; the dataset's own folder lies below it
  SourceChoice source = SourceChoice::kAuto;
  std::vector<std::string> settings;  ///< "key=value" of the dataset's own options
  uint64_t seed = 1;
  bool deep = false;         ///< read every value, not only headers
  double allow_missing = 0;  ///< share of listed items that may lack files, [0, 1]
};

struct DataProblem {
  std::string kind;     ///< "missing features", "not finite", ...
  std::string item;     ///< key or file
  std::string message;  ///< what is wrong, with values
  bool fatal = true;    ///< false: worth knowing, not an error
};

struct DataReport {
  int64_t checked = 0;
  int64_t listed = 0;
  std::vector<std::string> facts;  ///< "train: 1333 videos, 10337 segments"
  std::vector<DataProblem> problems;
};

/// What the `vbench data` commands need of a dataset family.
struct DatasetEntry {
  std::string name, title, licence;
  std::string layout;  ///< what to put where below --data-root, several lines
  /// Official splits into training and evaluation, of which the setting data.fold names one. 1: there is one; 0: as many as the user's
  /// files.
  int64_t folds = 1;
  std::function<DataReport(const DataRequest&)> info;
  std::function<DataReport(const DataRequest&)> verify;
  /// Writes a stand-in (or, with annotations=DIR and word_vectors=FILE among the settings, features for real annotations) into a folder.
  std::function<DataReport(const DataRequest&, const std::string& folder)> synthesize;
  std::string preparation = {};  ///< what `vbench data prepare` needs and where to get it, several lines; empty: it can't prepare anything
  /// Makes the dataset's derived files from the user's own into a folder.
  std::function<DataReport(const DataRequest&, const std::string& folder)> prepare = {};
};

class Registry {
 public:
  /// Handle that adds variants to a method.
  class MethodHandle {
   public:
    MethodHandle(Registry& registry, std::string method) : registry_(registry), method_(std::move(method)) {}
    MethodHandle& variant(const std::string& dataset, const std::string& name, const std::string& reproduces,
                          std::function<std::unique_ptr<Pairing>()> make);

   private:
    Registry& registry_;
    std::string method_;
  };

  MethodHandle method(const std::string& name, const std::string& purpose, const std::string& published_json = "");
  void dataset(DatasetEntry entry);
  void freeze() { frozen_ = true; }

  [[nodiscard]] const std::vector<MethodEntry>& methods() const { return methods_; }
  [[nodiscard]] const std::vector<DatasetEntry>& datasets() const { return datasets_; }
  [[nodiscard]] const std::vector<VariantEntry>& variants() const { return variants_; }

  /// @throws Error kUsage with the nearest names
  [[nodiscard]] const MethodEntry& find_method(const std::string& name) const;
  [[nodiscard]] const DatasetEntry& find_dataset(const std::string& name) const;
  /// Empty `variant`: the first that pairs method and dataset. Empty `dataset`: the first with that variant.
  [[nodiscard]] const VariantEntry& find_variant(const std::string& method, const std::string& dataset, const std::string& variant) const;

 private:
  void require_open(const std::string& adding) const;

  std::vector<MethodEntry> methods_;
  std::vector<DatasetEntry> datasets_;
  std::vector<VariantEntry> variants_;
  bool frozen_ = false;
};

}  // namespace vbench
