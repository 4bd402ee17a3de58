#include "datasets/formats/csv.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::csv {
namespace {

std::string line_of(const std::string& where, int64_t line) { return fmt::format("{}: line {}", where, line); }

class Parser {
 public:
  Parser(std::string_view bytes, const std::string& where) : rest_(bytes), where_(where) {
    result_.byte_order_mark = cut_byte_order_mark(rest_, where);
  }

  Rows run() {
    while (!rest_.empty()) {
      Row row{line_, {}};
      do {
        row.cells.push_back(cell());
      } while (take(","));
      end_line();
      if (row.cells.size() > 1 || !row.cells.front().empty()) result_.rows.push_back(std::move(row));
    }
    return std::move(result_);
  }

 private:
  bool take(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

  std::string cell() { return take("\"") ? quoted() : plain(); }

  std::string plain() {
    // A carriage return ends a line with or without a line feed behind it.
    const std::string text(rest_.substr(0, rest_.find_first_of(",\r\n")));
    rest_.remove_prefix(text.size());
    return text;
  }

  std::string quoted() {
    const int64_t opened = line_;
    std::string text;
    while (true) {
      const size_t end = rest_.find('"');
      if (end == std::string_view::npos)
        throw input_error("a quote is opened and not closed", line_of(where_, opened), "double a quote that belongs to the text: \"\"");
      const std::string_view piece = rest_.substr(0, end);
      line_ += std::count(piece.begin(), piece.end(), '\n');
      text += piece;
      rest_.remove_prefix(end + 1);
      if (!take("\"")) break;
      text += '"';
    }
    if (!rest_.empty() && std::string_view(",\r\n").find(rest_.front()) == std::string_view::npos)
      throw input_error("there is text behind a closing quote", line_of(where_, line_), "double a quote that belongs to the text: \"\"");
    return text;
  }

  void end_line() {
    if (take("\r\n") || take("\r")) {
      result_.carriage_returns = true;
    } else {
      take("\n");
    }
    ++line_;
  }

  std::string_view rest_;
  const std::string& where_;
  int64_t line_ = 1;
  Rows result_;
};

}  // namespace

bool cut_byte_order_mark(std::string_view& bytes, const std::string& where) {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) throw input_error("the file is in UTF-16", where, "save it as UTF-8");
  const bool marked = bytes.starts_with("\xEF\xBB\xBF");
  if (marked) bytes.remove_prefix(3);
  return marked;
}

Rows parse(std::string_view bytes, const std::string& where) { return Parser(bytes, where).run(); }

Table::Table(const std::filesystem::path& path) : where_(printable(path.string())), rows_(parse(read_file(path), where_)) {
  if (rows_.rows.empty()) throw input_error("the file is empty, a header was expected", where_);
  const Row first = std::move(rows_.rows.front());
  rows_.rows.erase(rows_.rows.begin());
  for (const auto& cell : first.cells) {
    const std::string name = trim(cell);
    if (has(name)) throw input_error(fmt::format("two columns have the name '{}'", printable(name)), line_of(where_, first.line));
    header_.push_back(name);
  }
  for (const Row& row : rows_.rows) {
    if (row.cells.size() != header_.size())
      throw input_error(fmt::format("{} cells, the header has {}", row.cells.size(), header_.size()), place(row),
                        "put quotes around a cell that holds a comma");
  }
}

size_t Table::find(const std::string& column) const {
  return static_cast<size_t>(std::find(header_.begin(), header_.end(), column) - header_.begin());
}

size_t Table::column(const std::string& name) const {
  const size_t place = find(name);
  if (place == header_.size())
    throw input_error(
        fmt::format("there is no column '{}'", name), where_,
        fmt::format("the first line has to name the columns; it says: {}", printable(fmt::format("{}", fmt::join(header_, ",")))));
  return place;
}

std::string Table::place(const Row& row) const { return line_of(where_, row.line); }

std::string row_text(const std::vector<std::string>& cells) {
  std::string text;
  for (const auto& cell : cells) {
    if (&cell != &cells.front()) text += ',';
    if (cell.find_first_of(",\"\r\n") == std::string::npos) {
      text += cell;
      continue;
    }
    text += '"';
    for (const char c : cell) {
      if (c == '"') text += '"';
      text += c;
    }
    text += '"';
  }
  return text + '\n';
}

}  // namespace vbench::csv
