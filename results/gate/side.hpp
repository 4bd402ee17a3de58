// One side of a comparison: configurations with the scores and speeds of their runs, from stored records or from exported JSON files.
// Used by `vbench compare`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/configurations.hpp"
#include "results/gate/verdict.hpp"

namespace vbench::gate {

/// A speed as one run measured it.
struct MeasuredSpeed {
  std::string run_id;  ///< sorts by time
  double value = 0;
  std::string machine;  ///< processor, cores, threads; speeds of different ones are not compared
  std::string doubt;    ///< why it is unreliable; empty: it is not
};

/// Runs that differ in nothing but the seed.
struct Configuration {
  std::string method, variant, dataset;
  Source source = Source::kReal;
  std::string split;
  ProtocolId protocol;
  int64_t items = 0;
  std::string data_hash = "", train_data = "";  ///< fingerprints; empty: not known
  std::optional<SettingValues> settings = {};   ///< without what follows from the data; nothing: not known
  std::string board_text = "";                  ///< settings that leaderboards print: those in which its variant is there more than once
  std::string distinction = "";                 ///< what its name lacks where its side has several of that name
  std::map<std::string, Sample> scores = {};    ///< of valid runs
  std::map<std::string, std::vector<MeasuredSpeed>> speeds = {};
  bool trained = true;                    ///< some run trained
  int64_t runs = 0;                       ///< valid ones, one a seed
  std::vector<std::string> run_ids = {};  ///< of them; empty: not known
  std::vector<std::string> invalid = {};  ///< of every seed that is INVALID: "seed 3: the loss is not finite"
};

/// "Intel Xeon ..., 16 cores, 8 threads", of a run's environment.
[[nodiscard]] std::string machine_of(const std::map<std::string, std::string>& environment);

/// "coot yc2-100m on youcook2", "coot yc2-100m on youcook2 (epochs=10)" where there are several
[[nodiscard]] std::string name_of(const Configuration& configuration);

/// The newest run of each seed counts, valid or not. In a fixed order.
[[nodiscard]] std::vector<Configuration> configurations_of(const std::vector<RunRecord>& runs);

/// Fills in `distinction`, and `board_text` where settings are known.
[[nodiscard]] std::vector<Configuration> told_apart(std::vector<Configuration> side);

/// What `vbench run --format json` or `vbench leaderboard --format json` wrote; of a folder, all its *.json files in the order of their
/// names. @throws Error kInput naming file and field: not JSON, fields missing or of another kind, no configuration
[[nodiscard]] std::vector<Configuration> read_exported(const std::filesystem::path& path);

}  // namespace vbench::gate
