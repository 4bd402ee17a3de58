// What the whole report is about: leaderboards and the list of runs. Used by report_page().
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/published.hpp"
#include "results/significance.hpp"

namespace vbench::report {

/// Boards with their notes, published figures beside real results. @param by_item  may be empty: rows are compared by seed alone
[[nodiscard]] std::string leaderboards_html(const std::vector<RunRecord>& runs, const std::map<std::string, Published>& published,
                                            const ItemTester& by_item);

/// Every run, the newest first; INVALID ones say why.
[[nodiscard]] std::string runs_html(const std::vector<RunRecord>& runs);

/// "coot on youcook2", or how much there is.
[[nodiscard]] std::string title_of(const std::vector<RunRecord>& runs);

/// Numbers of runs, methods and so on, and notes on what does not count. @param notes  further ones
[[nodiscard]] std::string head_html(const std::vector<RunRecord>& runs, const std::vector<std::string>& notes);

/// "2024-01-31 10:15 UTC".
[[nodiscard]] std::string moment(int64_t unix_seconds);

}  // namespace vbench::report
