#include "results/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/core/error.hpp"
#include "results/table_formats.hpp"

namespace vbench {
namespace {

struct CodeRange {
  char32_t first, last;
};

// Marks that take no column, and scripts and symbols that take two; the ranges that names and titles can plausibly hold.
constexpr std::array kZeroWidth{CodeRange{0x0300, 0x036F}, CodeRange{0x200B, 0x200F}, CodeRange{0x20D0, 0x20FF}, CodeRange{0xFE00, 0xFE0F}};
constexpr std::array kDoubleWidth{CodeRange{0x1100, 0x115F},   CodeRange{0x2E80, 0x303E},  CodeRange{0x3041, 0xA4CF},
                                  CodeRange{0xAC00, 0xD7A3},   CodeRange{0xF900, 0xFAFF},  CodeRange{0xFE30, 0xFE6F},
                                  CodeRange{0xFF00, 0xFF60},   CodeRange{0xFFE0, 0xFFE6},  CodeRange{0x1F300, 0x1F64F},
                                  CodeRange{0x1F900, 0x1F9FF}, CodeRange{0x20000, 0x3FFFD}};

constexpr char32_t kReplacement = 0xFFFD;  // for bytes that are no UTF-8

template <size_t N>
bool within(const std::array<CodeRange, N>& ranges, char32_t code) {
  return std::any_of(ranges.begin(), ranges.end(), [code](const CodeRange& range) { return code >= range.first && code <= range.last; });
}

}  // namespace

size_t display_width(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const char32_t code = table_formats::next_code_point(text, at);
    width += within(kZeroWidth, code) ? 0 : within(kDoubleWidth, code) ? 2 : 1;
  }
  return width;
}

std::string render(const Table& table, OutputFormat format, bool colour) {
  switch (format) {
    case OutputFormat::kTable:
      return table_formats::text(table, colour);
    case OutputFormat::kMarkdown:
      return table_formats::markdown(table);
    case OutputFormat::kLatex:
      return table_formats::latex(table);
    case OutputFormat::kCsv:
      return table_formats::csv({&table, 1});
    case OutputFormat::kJson:
      return table_formats::json(table);
    case OutputFormat::kHtml:
      return table_formats::html({&table, 1});
  }
  throw Error(ErrorKind::kInternal, "unknown output format", "render");
}

std::string render(const std::vector<Table>& tables, OutputFormat format, bool colour) {
  if (format == OutputFormat::kCsv) return table_formats::csv(tables);
  if (format == OutputFormat::kJson) return table_formats::json(std::span<const Table>(tables));
  if (format == OutputFormat::kHtml) return table_formats::html(tables);
  std::string all;
  for (const auto& table : tables) all += (all.empty() ? "" : "\n") + render(table, format, colour);
  return all;
}

namespace table_formats {

Grid::Grid(const Table& table) : table_(table) {
  for (const auto& row : table.rows) {
    if (row.size() > columns()) {
      throw Error(ErrorKind::kInternal, fmt::format("a row has {} cells, the header {}", row.size(), columns()),
                  "table '" + table.title + "'");
    }
  }
  if (!table.columns.empty() && table.columns.size() != columns()) {
    throw Error(ErrorKind::kInternal, fmt::format("{} columns are described, the header has {}", table.columns.size(), columns()),
                "table '" + table.title + "'");
  }
  for (size_t column = 0; column < columns(); ++column) facts_.push_back(facts_of(column));
  make_room_for_headings();
}

void Grid::make_room_for_headings() {
  std::vector<size_t> shown;
  for (size_t column = 0; column < columns(); ++column) {
    if (!info(column).detail) shown.push_back(column);
  }
  size_t at = 0;
  for (const auto& heading : headings(shown)) {
    size_t have = 0;
    for (size_t i = at; i < at + heading.columns; ++i) have += width(shown[i], false) + gap_before(shown[i], i == at);
    at += heading.columns;
    ColumnFacts& last = facts_[shown[at - 1]];
    const size_t wanted = display_width(one_line(heading.text));
    if (wanted > have) last.header = width(shown[at - 1], false) + wanted - have;
  }
}

std::vector<Heading> Grid::headings(const std::vector<size_t>& columns) const {
  std::vector<Heading> all;
  bool any = false;
  for (const size_t column : columns) {
    const std::string text = info(column).heading;
    any = any || !text.empty();
    if (!all.empty() && !text.empty() && all.back().text == text) {
      ++all.back().columns;
    } else {
      all.push_back({text, 1});
    }
  }
  return any ? all : std::vector<Heading>{};
}

bool Grid::rule_above(size_t row) const { return std::find(table_.rules.begin(), table_.rules.end(), row) != table_.rules.end(); }

bool Grid::rule_between(size_t last, size_t row) const {
  return std::any_of(table_.rules.begin(), table_.rules.end(), [&](size_t rule) { return rule > last && rule <= row; });
}

std::vector<size_t> Grid::rows_of(const std::vector<size_t>& columns, bool first) const {
  std::vector<size_t> shown;
  for (size_t row = 0; row < rows(); ++row) {
    const bool filled = std::any_of(columns.begin(), columns.end(),
                                    [&](size_t column) { return column >= table_.stub && !cell(row, column).text.empty(); });
    if (first || filled) shown.push_back(row);
  }
  return shown;
}

const Cell& Grid::cell(size_t row, size_t column) const {
  static const Cell kEmpty;
  const auto& cells = table_.rows[row];
  return column < cells.size() ? cells[column] : kEmpty;
}

ColumnInfo Grid::info(size_t column) const {
  ColumnInfo info = table_.columns.empty() ? ColumnInfo{} : table_.columns[column];
  if (info.key.empty()) info.key = table_.header[column];
  return info;
}

Grid::ColumnFacts Grid::facts_of(size_t column) const {
  ColumnFacts facts;
  facts.header = display_width(one_line(table_.header[column]));
  for (size_t row = 0; row < rows(); ++row) {
    const Cell& here = cell(row, column);
    facts.numeric = facts.numeric || here.numeric;
    facts.marked = facts.marked || here.bold || here.underlined;
    facts.widest_cell = std::max(facts.widest_cell, display_width(one_line(here.text)));
  }
  return facts;
}

size_t Grid::width(size_t column, bool stars) const {
  const ColumnFacts& facts = facts_[column];
  return std::max(facts.header, facts.widest_cell + (stars && facts.marked ? 1 : 0));
}

size_t Grid::gap_before(size_t column, bool first) const {
  if (first) return 0;
  const std::string group = info(column).group;
  return !group.empty() && column > 0 && info(column - 1).group == group ? 1 : 2;
}

std::vector<std::vector<size_t>> Grid::blocks(bool stars, size_t limit) const {
  std::vector<size_t> stub;
  std::vector<std::vector<size_t>> pieces;  // columns that stay together: a group, as far as it fits a line
  size_t stub_width = 0;
  std::vector<size_t> widths;
  for (size_t column = 0; column < columns(); ++column) {
    const ColumnInfo known = info(column);
    if (known.detail) continue;
    const size_t here = width(column, stars) + 2;
    const bool of_group = !pieces.empty() && !known.group.empty() && info(pieces.back().back()).group == known.group;
    if (column < table_.stub) {
      stub.push_back(column);
      stub_width += here;
    } else if (of_group && (table_.stub == 0 || stub_width + widths.back() + here <= limit + 3)) {
      pieces.back().push_back(column);
      widths.back() += here - 1;
    } else {
      pieces.push_back({column});
      widths.push_back(here);
    }
  }
  std::vector<std::vector<size_t>> blocks{stub};
  size_t used = stub_width;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const bool full = table_.stub > 0 && used + widths[i] > limit + 2 && blocks.back().size() > stub.size();
    if (full) {
      blocks.push_back(stub);
      used = stub_width;
    }
    blocks.back().insert(blocks.back().end(), pieces[i].begin(), pieces[i].end());
    used += widths[i];
  }
  return blocks;
}

std::vector<std::string> notes_beside_marks(const Table& table) {
  std::vector<std::string> notes;
  for (const auto& note : table.notes)
    notes.push_back(replaced(note, {{" in bold or with *", " in bold"}, {" underlined or with _", " underlined"}}));
  return notes;
}

char32_t next_code_point(std::string_view text, size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  const int follow = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  char32_t code = follow == 0 ? lead : static_cast<char32_t>(lead & (0x3F >> follow));
  int found = 0;
  for (; found < follow && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80; ++found) {
    code = code << 6 | (static_cast<unsigned char>(text[at++]) & 0x3F);
  }
  const bool broken = found < follow || (lead >= 0x80 && (follow == 0 || code < 0x80));
  return broken ? kReplacement : code;
}

std::string one_line(const std::string& text) {
  std::string line = text;
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return line;
}

std::string replaced(std::string_view text, const std::map<std::string_view, std::string_view, std::greater<>>& replacements) {
  std::string out;
  while (!text.empty()) {
    bool found = false;
    for (const auto& [from, to] : replacements) {
      if (text.substr(0, from.size()) != from) continue;
      out += to;
      text.remove_prefix(from.size());
      found = true;
      break;
    }
    if (found) continue;
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace table_formats
}  // namespace vbench
