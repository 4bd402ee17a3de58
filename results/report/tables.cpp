#include "results/report/tables.hpp"

#include <fmt/format.h>

#include <vector>

#include "results/report/html.hpp"

namespace vbench::report {
namespace {

bool is_detail(const Table& table, size_t column) { return column < table.columns.size() && table.columns[column].detail; }

bool is_numeric(const Table& table, size_t column) {
  for (const auto& row : table.rows) {
    if (column < row.size() && row[column].numeric) return true;
  }
  return false;
}

std::string cell_html(const Cell& cell, bool heads, bool numeric) {
  const auto text = escape_html(cell.text);
  const auto content = text.empty() ? text : cell.bold ? "<strong>" + text + "</strong>" : cell.underlined ? "<u>" + text + "</u>" : text;
  if (heads) return fmt::format("<th scope=\"row\">{}</th>", content);
  return numeric ? fmt::format("<td class=\"n\">{}</td>", content) : fmt::format("<td>{}</td>", content);
}

}  // namespace

std::string table_html(const Table& table) {
  std::vector<size_t> columns;
  std::vector<bool> numeric;
  for (size_t column = 0; column < table.header.size(); ++column) {
    numeric.push_back(is_numeric(table, column));
    if (!is_detail(table, column)) columns.push_back(column);
  }
  std::string head, body, notes;
  for (const size_t column : columns)
    head += fmt::format("<th scope=\"col\"{}>{}</th>", numeric[column] ? " class=\"n\"" : "", escape_html(table.header[column]));
  for (const auto& row : table.rows) {
    body += "<tr>";
    for (const size_t column : columns)
      body += cell_html(column < row.size() ? row[column] : Cell(), column == columns.front(), numeric[column]);
    body += "</tr>\n";
  }
  for (const auto& note : table.notes) notes += fmt::format("<li>{}</li>", escape_html(note));
  const auto title = escape_html(table.title);
  // A box that scrolls must be reachable by keyboard.
  return fmt::format(
      "<div class=\"table-box\" role=\"region\" aria-label=\"{}\" tabindex=\"0\"><table>{}<thead><tr>{}</tr></thead>\n"
      "<tbody>{}</tbody></table></div>{}\n",
      title, title.empty() ? "" : "<caption><span>" + title + "</span></caption>", head, body,
      notes.empty() ? "" : "<ul class=\"notes\">" + notes + "</ul>");
}

std::string folded(const std::string& summary, const std::string& html) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", escape_html(summary), html);
}

}  // namespace vbench::report
