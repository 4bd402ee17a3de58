// Comma-separated files as people have them (RFC 4180, with marks and line ends of any system). Used by the readers of annotations and
// indices.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace vbench::csv {

struct Row {
  int64_t line = 0;  ///< in the file, from 1; a quoted cell may go on over several lines
  std::vector<std::string> cells;
};

/// The rows of a file without the empty ones. Bytes are kept as they are, whatever they encode.
struct Rows {
  std::vector<Row> rows;
  bool byte_order_mark = false;   ///< was at the head of the file; it belongs to no cell
  bool carriage_returns = false;  ///< stood at ends of lines; they belong to no cell
};

/// Cuts the mark of UTF-8 and says whether there was one. @throws Error kInput for UTF-16
bool cut_byte_order_mark(std::string_view& bytes, const std::string& where);

/// A quote within an unquoted cell is a character like others.
/// @param where   what errors name: a path
/// @throws Error  kInput naming the line of a quote that is not closed, of text behind a closing quote, and for UTF-16
[[nodiscard]] Rows parse(std::string_view bytes, const std::string& where);

/// A file whose first row names the columns; every other row has as many cells.
class Table {
 public:
  /// @throws Error kInput as parse, without a header, for a name that two columns have, and for a row of another length
  explicit Table(const std::filesystem::path& path);

  [[nodiscard]] bool has(const std::string& column) const { return find(column) < header_.size(); }
  /// @throws Error kInput naming the columns that there are
  [[nodiscard]] size_t column(const std::string& name) const;

  [[nodiscard]] const std::vector<Row>& rows() const { return rows_.rows; }
  [[nodiscard]] const Rows& file() const { return rows_; }
  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  [[nodiscard]] std::string place(const Row& row) const;  ///< "<path>: line 7"

 private:
  [[nodiscard]] size_t find(const std::string& column) const;

  std::string where_;
  std::vector<std::string> header_;
  Rows rows_;
};

/// One row with its line end; cells are quoted where they have to be.
[[nodiscard]] std::string row_text(const std::vector<std::string>& cells);

}  // namespace vbench::csv
