#include "results/report/tables.hpp"

#include <fmt/format.h>

#include "results/report/html.hpp"

namespace vbench::report {

std::string folded(const std::string& summary, const std::string& html) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", escape_html(summary), html);
}

}  // namespace vbench::report
