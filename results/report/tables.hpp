// Tables of a page: they need no script, and a wide one scrolls within its box. Used by everything of a report that shows tables.
#pragma once

#include <string>

#include "results/table_formats.hpp"

namespace vbench::report {

using table_formats::html_table;

/// A heading that opens: content is read only by who asks for it. @param html  already escaped
[[nodiscard]] std::string folded(const std::string& summary, const std::string& html);

}  // namespace vbench::report
