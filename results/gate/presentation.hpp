// How the regression gate's report is said: tables, one line for people, JUnit XML for CI servers, a Markdown summary for pull requests.
// Used by `vbench compare`.
#pragma once

#include <string>
#include <vector>

#include "results/gate/gate.hpp"
#include "results/table.hpp"

namespace vbench::gate {

/// Worse or gone; strictly, also a score that cannot be told. Speeds often cannot, and that is no failure.
[[nodiscard]] bool fails(const GatedScore& score, bool strict);

/// Some score was judged, nothing is worse, no run was lost, everything could be compared; strictly: every score could be told and nothing
/// of BASE is missing.
[[nodiscard]] bool passed(const GateReport& report, bool strict);

/// "2 worse, 1 cannot tell, 5 same"
[[nodiscard]] std::string headline(const GateReport& report);

/// "v2p_r1 is worse: -4.20 points (90% interval -5.10 .. -3.30, tolerance 1.00), paired t over 5 seeds, p 0.0003 over the gate"
[[nodiscard]] std::string sentence(const GateReport& report, const GatedScore& score);

/// One table a pair, then one of what has no counterpart, if anything.
[[nodiscard]] std::vector<Table> tables(const GateReport& report);

/// One test suite a pair, one test case a metric: worse, gone, lost runs and not comparable are failures, cannot tell is skipped (strictly,
/// for a score: a failure).
[[nodiscard]] std::string junit(const GateReport& report, bool strict);

/// GitHub-flavoured: verdict as a heading, what is wrong as a list, all tables folded away.
[[nodiscard]] std::string markdown_summary(const GateReport& report, bool strict);

}  // namespace vbench::gate
