// One table of text and its rendering as aligned text, Markdown, LaTeX, CSV, JSON or HTML.
// Used by the leaderboard, `run` and every command that lists something.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/core/run_spec.hpp"

namespace vbench {

struct Cell {
  std::string text = "";
  bool bold = false;                               ///< the best of its column; "*" where text can't be bold
  bool numeric = false;                            ///< right-aligned; a bare number in JSON if `text` is one
  std::optional<double> value = std::nullopt;      ///< what CSV and JSON carry at full precision instead of `text`
  std::optional<double> deviation = std::nullopt;  ///< standard deviation of `value`; CSV adds a column "<key>_std"
  std::string whole = "";                          ///< what CSV and JSON carry where `text` is cut short; empty: `text`
  bool underlined = false;                         ///< the second of its column; "_" where text can't be underlined
};

/// What the renderers know of a column beyond its header.
struct ColumnInfo {
  std::string key = "";      ///< name in CSV and JSON; empty: the header
  std::string group = "";    ///< columns of one group stay side by side when a wide table is cut
  bool detail = false;       ///< CSV and JSON only
  std::string heading = "";  ///< stands once above all neighbours that have it too; in front of the header in Markdown; for people only
};

struct Table {
  std::string title;
  std::vector<std::string> header;
  std::vector<std::vector<Cell>> rows;  ///< a row shorter than the header is filled up with empty cells
  std::vector<std::string> notes;       ///< lines below the table

  std::vector<ColumnInfo> columns = {};  ///< empty, or one a header
  std::vector<std::pair<std::string, std::string>> facts =
      {};                          ///< what the title says, for machines: leading columns in CSV, fields in JSON
  size_t stub = 0;                 ///< leading columns repeated when a wide table is cut into blocks; 0: never cut
  std::vector<size_t> rules = {};  ///< rows above which a line is drawn, where the format has lines
};

/// Columns of the terminal beyond which tables with a stub are cut into stacked blocks.
inline constexpr size_t kTableWidth = 110;

/// The table with a final newline; HTML is a whole page that needs no other file. `colour`: bold by ANSI codes (text format only).
/// @throws Error kInternal if a row is longer than the header
[[nodiscard]] std::string render(const Table& table, OutputFormat format, bool colour = false);

/// Several tables: one JSON array, one HTML page, one CSV if the columns are the same, else one after the other.
[[nodiscard]] std::string render(const std::vector<Table>& tables, OutputFormat format, bool colour = false);

/// Columns that a UTF-8 text takes on a terminal.
[[nodiscard]] size_t display_width(std::string_view text);

}  // namespace vbench
