// The run store: one SQLite file that several processes may read and write at once.
// Written by `vbench run`, `throughput` and `rescore`, read by `leaderboard` and `compare`.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/throughput.hpp"

namespace vbench {

/// Which runs to read; an empty text means any.
struct RunFilter {
  std::string method = "", dataset = "", variant = "";
  std::optional<Source> source = std::nullopt;
  bool include_invalid = false;
  bool with_outputs = false;  ///< per-item outputs: megabytes a run
  bool with_history = false;  ///< epoch by epoch
};

/// A score that was computed from the stored outputs of a run.
struct ScoreChange {
  std::string run_id, metric;
  double value = 0;
  std::optional<double> replaces = std::nullopt;  ///< what the run has now; nothing: the score is new
};

/// Which measured speeds to read; an empty text means any.
struct ThroughputFilter {
  std::string method = "", dataset = "", variant = "";
};

/// An open store. A failed write leaves what was there before; a damaged file is reported, never replaced.
/// One object belongs to one thread at a time, and must not be used across fork().
class Store {
 public:
  /// Opens for reading and writing; creates the file and its folder if they are not there. A store of an older vbench gets the tables that
  /// it lacks, its runs stay as they are.
  /// @throws Error kInput: not a store, damaged, of a newer vbench, folder not writable, disk full
  [[nodiscard]] static Store open(const std::filesystem::path& file);
  /// Opens for reading, also where nothing can be written; nothing if the file does not exist.
  [[nodiscard]] static std::optional<Store> open_existing(const std::filesystem::path& file);

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  /// Adds a run, whole or not at all, and gives its id: the record's, or a new one if that is empty.
  /// @throws Error kInput: disk full, read-only, locked for a minute, id taken
  std::string add(const RunRecord& record);

  /// Matching runs, oldest first.
  [[nodiscard]] std::vector<RunRecord> runs(const RunFilter& filter = {}) const;

  /// One run with everything, valid or not.
  [[nodiscard]] std::optional<RunRecord> find(const std::string& run_id) const;

  /// A run's outputs of these names in the order in which they were stored, all if no name is given; those that it lacks are left out.
  [[nodiscard]] std::vector<ItemOutput> outputs(const std::string& run_id, const std::vector<std::string>& names = {}) const;
  /// Their names alone.
  [[nodiscard]] std::vector<std::string> output_names(const std::string& run_id) const;

  /// Adds scores to runs or replaces them, all or none; what was done is stored with the run's environment as "rescored.METRIC".
  /// @throws Error kInput: no such run; a score that is there and was not meant to be replaced, or is no longer what it was
  void amend(const std::vector<ScoreChange>& changes);

  /// Adds measured speeds, all or none. @throws Error kInput as the other add()
  void add(const std::vector<ThroughputRow>& rows);
  /// Matching ones, oldest first.
  [[nodiscard]] std::vector<ThroughputRow> throughput(const ThroughputFilter& filter = {}) const;

  /// The same for speeds of kernels.
  void add(const std::vector<KernelSpeed>& speeds);
  [[nodiscard]] std::vector<KernelSpeed> kernels() const;

  [[nodiscard]] const std::filesystem::path& file() const;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// "20240131T101502.123456Z-9f86d081": sorts by time, increases within a process, unique across processes.
[[nodiscard]] std::string new_run_id();

}  // namespace vbench
