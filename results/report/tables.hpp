// Tables of a page: they need no script, and a wide one scrolls within its box. Used by everything of a report that shows tables.
#pragma once

#include <string>

#include "results/table.hpp"

namespace vbench::report {

/// Title, columns for people, notes below. The first column heads its row.
[[nodiscard]] std::string table_html(const Table& table);

/// A heading that opens: content is read only by who asks for it. @param html  already escaped
[[nodiscard]] std::string folded(const std::string& summary, const std::string& html);

}  // namespace vbench::report
