// Tables as one page that needs no other file and no script: it can be sent, opened, and copied into another page.
#include <fmt/format.h>

#include "harness/core/text.hpp"
#include "results/table_formats.hpp"

namespace vbench::table_formats {
namespace {

constexpr const char* kStyle = R"(:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;margin:1.5rem auto;max-width:76rem;padding:0 1rem}
section{margin-bottom:2rem}
div.table-box{overflow-x:auto}
table{border-collapse:collapse;border-top:2px solid;border-bottom:2px solid}
caption{font-size:1.05rem;font-weight:bold;padding:.5rem 0;text-align:left}
th,td{padding:.2rem .7rem;text-align:left;white-space:nowrap}
tbody th{font-weight:normal}
thead tr:last-child th{border-bottom:1px solid}
th[scope=colgroup]{text-align:center;border-bottom:1px solid}
th.n,td.n{text-align:right;font-variant-numeric:tabular-nums}
tr.rule>*{border-top:1px solid}
ul.notes{padding-left:1.2rem;font-size:.9rem}
)";

std::string escaped(const std::string& text) { return escaped_html(one_line(text)); }

std::string heading_row(const Grid& grid, const std::vector<size_t>& columns) {
  std::string row;
  for (const auto& heading : grid.headings(columns)) {
    row += heading.text.empty() ? "<td></td>"
                                : fmt::format("<th scope=\"colgroup\" colspan=\"{}\">{}</th>", heading.columns, escaped(heading.text));
  }
  return row.empty() ? "" : "<tr>" + row + "</tr>\n";
}

std::string header_row(const Grid& grid, const std::vector<size_t>& columns) {
  std::string row;
  for (const size_t column : columns) {
    row += fmt::format("<th scope=\"col\"{}>{}</th>", grid.numeric(column) ? " class=\"n\"" : "", escaped(grid.table().header[column]));
  }
  return "<tr>" + row + "</tr>\n";
}

std::string content_of(const Cell& cell) {
  const std::string text = escaped(cell.text);
  if (cell.underlined && !text.empty()) return "<u>" + text + "</u>";
  return cell.bold && !text.empty() ? "<strong>" + text + "</strong>" : text;
}

/// The first cell heads its row.
std::string body_row(const Grid& grid, const std::vector<size_t>& columns, size_t row) {
  std::string cells;
  for (const size_t column : columns) {
    const bool heads = column == columns.front();
    cells += fmt::format("<{0}{1}{2}>{3}</{0}>", heads ? "th" : "td", heads ? " scope=\"row\"" : "",
                         grid.numeric(column) ? " class=\"n\"" : "", content_of(grid.cell(row, column)));
  }
  return fmt::format("<tr{}>{}</tr>\n", grid.rule_above(row) ? " class=\"rule\"" : "", cells);
}

}  // namespace

std::string escaped_html(std::string_view text) {
  return replaced(printable(text), {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

std::string html_table(const Table& table) {
  const Grid grid(table);
  std::vector<size_t> columns;
  for (size_t column = 0; column < grid.columns(); ++column) {
    if (!grid.info(column).detail) columns.push_back(column);
  }
  const std::string title = escaped(table.title);
  std::string body, notes;
  for (size_t row = 0; row < grid.rows(); ++row) body += body_row(grid, columns, row);
  for (const auto& note : notes_beside_marks(table)) notes += "<li>" + escaped(note) + "</li>\n";
  // A box that scrolls must be reachable by keyboard.
  return fmt::format(
      "<div class=\"table-box\" role=\"region\" aria-label=\"{}\" tabindex=\"0\"><table>{}\n<thead>\n{}{}</thead>\n<tbody>\n{}</tbody>\n"
      "</table></div>\n{}",
      title, title.empty() ? "" : "<caption>" + title + "</caption>", heading_row(grid, columns), header_row(grid, columns), body,
      notes.empty() ? "" : "<ul class=\"notes\">\n" + notes + "</ul>\n");
}

std::string html(std::span<const Table> tables) {
  const std::string title = tables.empty() || tables.front().title.empty() ? "vbench" : escaped(tables.front().title);
  std::string out = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\">\n<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n",
      title, kStyle);
  for (const auto& table : tables) out += "<section>\n" + html_table(table) + "</section>\n";
  return out + "</body>\n</html>\n";
}

}  // namespace vbench::table_formats
