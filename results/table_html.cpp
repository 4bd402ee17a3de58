// Tables as one page that needs no other file and no script: it can be sent, opened, and copied into another page.
#include <fmt/format.h>

#include "results/table_formats.hpp"

namespace vbench::table_formats {
namespace {

constexpr const char* kStyle = R"(:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;margin:1.5rem auto;max-width:76rem;padding:0 1rem}
h2{font-size:1.05rem;margin:1.5rem 0 .5rem}
div.scroll{overflow-x:auto}
table{border-collapse:collapse;border-top:2px solid;border-bottom:2px solid}
th,td{padding:.2rem .7rem;text-align:left;white-space:nowrap}
thead tr:last-child th{border-bottom:1px solid}
th[scope=colgroup]{text-align:center;border-bottom:1px solid}
th.number,td.number{text-align:right;font-variant-numeric:tabular-nums}
tr.rule td{border-top:1px solid}
ul{padding-left:1.2rem;font-size:.9rem}
)";

std::string escaped(const std::string& text) {
  return replaced(one_line(text), {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

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
    row +=
        fmt::format("<th scope=\"col\"{}>{}</th>", grid.numeric(column) ? " class=\"number\"" : "", escaped(grid.table().header[column]));
  }
  return "<tr>" + row + "</tr>\n";
}

std::string content_of(const Cell& cell) {
  const std::string text = escaped(cell.text);
  if (cell.underlined && !text.empty()) return "<u>" + text + "</u>";
  return cell.bold && !text.empty() ? "<b>" + text + "</b>" : text;
}

std::string body_row(const Grid& grid, const std::vector<size_t>& columns, size_t row) {
  std::string cells;
  for (const size_t column : columns) {
    cells += fmt::format("<td{}>{}</td>", grid.numeric(column) ? " class=\"number\"" : "", content_of(grid.cell(row, column)));
  }
  return fmt::format("<tr{}>{}</tr>\n", grid.rule_above(row) ? " class=\"rule\"" : "", cells);
}

std::string section(const Table& table) {
  const Grid grid(table);
  std::vector<size_t> columns;
  for (size_t column = 0; column < grid.columns(); ++column) {
    if (!grid.info(column).detail) columns.push_back(column);
  }
  std::string out = "<section>\n";
  if (!table.title.empty()) out += "<h2>" + escaped(table.title) + "</h2>\n";
  out += "<div class=\"scroll\"><table>\n<thead>\n" + heading_row(grid, columns) + header_row(grid, columns) + "</thead>\n<tbody>\n";
  for (size_t row = 0; row < grid.rows(); ++row) out += body_row(grid, columns, row);
  out += "</tbody>\n</table></div>\n";
  if (!table.notes.empty()) {
    out += "<ul>\n";
    for (const auto& note : table.notes) out += "<li>" + escaped(note) + "</li>\n";
    out += "</ul>\n";
  }
  return out + "</section>\n";
}

}  // namespace

std::string html(std::span<const Table> tables) {
  const std::string title = tables.empty() || tables.front().title.empty() ? "vbench" : escaped(tables.front().title);
  std::string out = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\">\n<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n",
      title, kStyle);
  for (const auto& table : tables) out += section(table);
  return out + "</body>\n</html>\n";
}

}  // namespace vbench::table_formats
