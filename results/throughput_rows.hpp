// How measured speeds become rows of the store's tables `throughput` and `kernels`, and come back. Private to results/.
#pragma once

#include <vector>

#include "harness/core/sqlite.hpp"
#include "results/store.hpp"

namespace vbench::store_rows {

/// CREATE TABLE; came with version 2 of the schema.
extern const char* const kThroughputSchema;

/// Within a transaction of the caller's.
void insert(const sqlite::Database& database, const std::vector<ThroughputRow>& rows);
/// Oldest first; nothing from a store of version 1.
[[nodiscard]] std::vector<ThroughputRow> select(const sqlite::Database& database, const ThroughputFilter& filter);

/// As those above.
void insert(const sqlite::Database& database, const std::vector<KernelSpeed>& speeds);
[[nodiscard]] std::vector<KernelSpeed> select_kernels(const sqlite::Database& database);

}  // namespace vbench::store_rows
