// How each output format writes a table, and what they share. Private to results/.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "results/table.hpp"

namespace vbench::table_formats {

[[nodiscard]] std::string text(const Table& table, bool colour);
[[nodiscard]] std::string markdown(const Table& table);
[[nodiscard]] std::string latex(const Table& table);
[[nodiscard]] std::string csv(std::span<const Table> tables);
[[nodiscard]] std::string json(const Table& table);
[[nodiscard]] std::string json(std::span<const Table> tables);
[[nodiscard]] std::string html(std::span<const Table> tables);
/// One table and its notes as a part of a page: a box that scrolls.
[[nodiscard]] std::string html_table(const Table& table);

/// A text above neighbouring columns; empty above those without one.
struct Heading {
  std::string text;
  size_t columns = 1;
};

/// A table without short rows and without cells that a terminal would obey.
class Grid {
 public:
  /// @throws Error kInternal if a row is longer than the header
  explicit Grid(const Table& table);

  [[nodiscard]] const Table& table() const { return table_; }
  [[nodiscard]] size_t rows() const { return table_.rows.size(); }
  [[nodiscard]] size_t columns() const { return table_.header.size(); }
  [[nodiscard]] const Cell& cell(size_t row, size_t column) const;
  [[nodiscard]] ColumnInfo info(size_t column) const;                                 ///< with the key filled in
  [[nodiscard]] bool numeric(size_t column) const { return facts_[column].numeric; }  ///< some cell is
  [[nodiscard]] bool marked(size_t column) const { return facts_[column].marked; }    ///< some cell is bold or underlined
  [[nodiscard]] size_t width(size_t column, bool stars) const;                        ///< on a terminal; `stars` mark bold cells
  [[nodiscard]] size_t gap_before(size_t column, bool first) const;
  /// The columns for people, cut into blocks no wider than `limit` where the table has a stub.
  [[nodiscard]] std::vector<std::vector<size_t>> blocks(bool stars, size_t limit = kTableWidth) const;
  /// The rows of a block: all of the first one, of the others those that have something beyond the stub.
  [[nodiscard]] std::vector<size_t> rows_of(const std::vector<size_t>& columns, bool first) const;
  /// What stands above these columns, from left to right; nothing if no column has a heading.
  [[nodiscard]] std::vector<Heading> headings(const std::vector<size_t>& columns) const;
  [[nodiscard]] bool rule_above(size_t row) const;
  /// A rule stands above this row or one between it and `last`, the row that was shown before it.
  [[nodiscard]] bool rule_between(size_t last, size_t row) const;

 private:
  /// Over all rows, counted once: reports have tens of thousands.
  struct ColumnFacts {
    bool numeric = false, marked = false;
    size_t widest_cell = 0, header = 0;  ///< widths on a terminal
  };
  [[nodiscard]] ColumnFacts facts_of(size_t column) const;
  void make_room_for_headings();

  const Table& table_;
  std::vector<ColumnFacts> facts_;
};

/// The notes as formats say them that have bold and underlined text: nothing of the signs "*" and "_" that stand for them elsewhere.
[[nodiscard]] std::vector<std::string> notes_beside_marks(const Table& table);

/// One line: control characters become blanks.
[[nodiscard]] std::string one_line(const std::string& text);

/// The code point that begins at a byte of UTF-8 text; moves `at` behind it. Bytes that are no UTF-8 give U+FFFD.
[[nodiscard]] char32_t next_code_point(std::string_view text, size_t& at);

/// Text as content of an element or of a quoted attribute of HTML; what is not printable() is written as \x1f.
[[nodiscard]] std::string escaped_html(std::string_view text);

/// Every occurrence of a key replaced, longest byte sequence at each place first.
[[nodiscard]] std::string replaced(std::string_view text, const std::map<std::string_view, std::string_view, std::greater<>>& replacements);

}  // namespace vbench::table_formats
