// How a run record becomes rows of the store's tables, and comes back. Private to results/.
#pragma once

#include <string>
#include <vector>

#include "harness/core/run_record.hpp"
#include "harness/core/sqlite.hpp"
#include "results/store.hpp"

namespace vbench::store_rows {

/// Raised whenever a table changes.
inline constexpr int64_t kSchemaVersion = 2;

/// CREATE TABLE statements of version 1. Later versions add to them: throughput_rows.hpp.
extern const char* const kSchema;

/// Within a transaction of the caller's. `run_id` must be free.
void insert(const sqlite::Database& database, const RunRecord& record, const std::string& run_id);

/// Within a transaction of the caller's; oldest first. A `run_id` that is not empty picks that run alone.
[[nodiscard]] std::vector<RunRecord> select(const sqlite::Database& database, const RunFilter& filter, const std::string& run_id);

/// A run's outputs of these names, all if there are none. Within a transaction of the caller's.
[[nodiscard]] std::vector<ItemOutput> select_outputs(const sqlite::Database& database, const std::string& run_id,
                                                     const std::vector<std::string>& names);
[[nodiscard]] std::vector<std::string> select_output_names(const sqlite::Database& database, const std::string& run_id);

/// Within a transaction of the caller's. @throws Error kInput: see Store::amend
void amend(const sqlite::Database& database, const ScoreChange& change);

}  // namespace vbench::store_rows
