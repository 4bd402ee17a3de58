#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <string_view>

#include "results/table_formats.hpp"

namespace vbench::table_formats {
namespace {

std::string bold(const std::string& text, bool colour) { return colour && !text.empty() ? "\x1b[1m" + text + "\x1b[0m" : text; }

std::string underlined(const std::string& text, bool colour) { return colour && !text.empty() ? "\x1b[4m" + text + "\x1b[0m" : text; }

std::string aligned(const std::string& text, size_t width, bool right) {
  const size_t have = display_width(text);
  const std::string blanks(width > have ? width - have : 0, ' ');
  return right ? blanks + text : text + blanks;
}

std::string without_trailing_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string text_cell(const Grid& grid, size_t row, size_t column, bool colour) {
  const Cell& cell = grid.cell(row, column);
  std::string content = one_line(cell.text);
  const bool stars = !colour && grid.marked(column);
  if (stars) content += cell.bold ? "*" : cell.underlined ? "_" : grid.numeric(column) ? " " : "";
  const std::string padded = aligned(content, grid.width(column, !colour), grid.numeric(column));
  if (cell.underlined && colour) {  // not the blanks
    const size_t at = padded.find(content);
    return padded.substr(0, at) + underlined(content, colour) + padded.substr(at + content.size());
  }
  return cell.bold ? bold(padded, colour) : padded;
}

/// The line of headings; empty if there are none.
std::string text_headings(const Grid& grid, const std::vector<size_t>& columns, bool colour) {
  std::string line;
  size_t at = 0;
  for (const auto& heading : grid.headings(columns)) {
    size_t width = 0;
    for (size_t i = at; i < at + heading.columns; ++i) width += grid.width(columns[i], !colour) + grid.gap_before(columns[i], i == at);
    line += std::string(grid.gap_before(columns[at], at == 0), ' ') + aligned(one_line(heading.text), width, false);
    at += heading.columns;
  }
  return line.empty() ? "" : without_trailing_blanks(line) + "\n";
}

std::string text_block(const Grid& grid, const std::vector<size_t>& columns, bool first, bool colour) {
  std::string header, rule;
  for (size_t i = 0; i < columns.size(); ++i) {
    const size_t width = grid.width(columns[i], !colour), gap = grid.gap_before(columns[i], i == 0);
    header += std::string(gap, ' ') + aligned(one_line(grid.table().header[columns[i]]), width, grid.numeric(columns[i]));
    for (size_t k = 0; k < gap + width; ++k) rule += "─";
  }
  std::string out = text_headings(grid, columns, colour) + without_trailing_blanks(header) + "\n" + rule + "\n";
  size_t last = grid.rows();  // none
  for (const size_t row : grid.rows_of(columns, first)) {
    if (grid.rule_between(last, row)) out += rule + "\n";
    last = row;
    std::string line;
    for (size_t i = 0; i < columns.size(); ++i) {
      line += std::string(grid.gap_before(columns[i], i == 0), ' ') + text_cell(grid, row, columns[i], colour);
    }
    out += without_trailing_blanks(line) + "\n";
  }
  return out;
}

std::string markdown_escaped(const std::string& text) {
  return replaced(text, {{"\\", "\\\\"},
                         {"|", "\\|"},
                         {"*", "\\*"},
                         {"`", "\\`"},
                         {"![", "\\!\\["},
                         {"[", "\\["},
                         {"]", "\\]"},
                         {"<", "&lt;"},
                         {"\r\n", "<br>"},
                         {"\n", "<br>"},
                         {"\r", " "}});
}

/// Columns of a terminal whose text LaTeX sets about as wide as a line of its article class, at \footnotesize.
constexpr size_t kLatexWidth = 82;
/// Lines of its page, which a float must fit.
constexpr size_t kLatexLines = 54;

/// What pdflatex sets without further packages: most letters of Latin-1 and Latin Extended-A, quotes, daggers, dots.
bool latex_knows(char32_t code) {
  constexpr std::array kUnknownLetters{0xAB,  0xBB,  0xD0,  0xDE,  0xF0,  0xFE,  0x104, 0x105, 0x110, 0x111, 0x118, 0x119, 0x126, 0x127,
                                       0x12E, 0x12F, 0x138, 0x13F, 0x140, 0x149, 0x14A, 0x14B, 0x166, 0x167, 0x172, 0x173, 0x17F};
  constexpr std::array kKnownSigns{0x2018, 0x2019, 0x201C, 0x201D, 0x2020, 0x2021, 0x2022, 0x2026};
  const auto is_code = [code](int known) { return static_cast<char32_t>(known) == code; };
  if (code < 0x80) return true;
  if (code < 0xA0) return false;
  if (code < 0x180) return std::none_of(kUnknownLetters.begin(), kUnknownLetters.end(), is_code);
  return std::any_of(kKnownSigns.begin(), kKnownSigns.end(), is_code);
}

/// Names may be in any script, and a table with one letter that LaTeX does not know would not compile at all.
std::string with_letters_of_latex(const std::string& text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    const char32_t code = next_code_point(text, at);
    out += latex_knows(code) ? text.substr(start, at - start) : fmt::format("\\texttt{{U+{:04X}}}", static_cast<uint32_t>(code));
  }
  return out;
}

std::string latex_escaped(const std::string& text) {
  return with_letters_of_latex(replaced(one_line(text), {{"\\", "\\textbackslash{}"},
                                                         {"&", "\\&"},
                                                         {"%", "\\%"},
                                                         {"$", "\\$"},
                                                         {"#", "\\#"},
                                                         {"_", "\\_"},
                                                         {"{", "\\{"},
                                                         {"}", "\\}"},
                                                         {"~", "\\textasciitilde{}"},
                                                         {"^", "\\textasciicircum{}"},
                                                         {"±", "$\\pm$"},
                                                         {"→", "$\\to$"},
                                                         {"⇒", "$\\Rightarrow$"},
                                                         {"∞", "$\\infty$"},
                                                         {"…", "\\dots{}"},
                                                         {"·", "$\\cdot$"},
                                                         {"×", "$\\times$"},
                                                         {"≥", "$\\geq$"},
                                                         {"≤", "$\\leq$"},
                                                         {"≈", "$\\approx$"},
                                                         {"ρ", "$\\rho$"},
                                                         {"−", "$-$"},
                                                         {"–", "--"},
                                                         {"—", "---"},
                                                         {"<", "\\textless{}"},
                                                         {">", "\\textgreater{}"},
                                                         {"|", "\\textbar{}"}}));
}

std::string latex_cell(const Cell& cell) {
  std::string content = latex_escaped(cell.text);
  if (content.starts_with('[') || content.starts_with('*')) content.insert(0, "{}");  // else the line break before it would take it
  if (cell.numeric && content.size() > 1 && content.front() == '-') content = "$-$" + content.substr(1);
  if (cell.underlined) return "\\underline{" + content + "}";
  return cell.bold ? "\\textbf{" + content + "}" : content;
}

/// "& \multicolumn{3}{c}{...}" and the short lines below; empty if there are no headings.
std::string latex_headings(const Grid& grid, const std::vector<size_t>& columns) {
  std::string line, rules;
  size_t at = 1;
  for (const auto& heading : grid.headings(columns)) {
    if (at > 1) line += " & ";
    if (!heading.text.empty()) {
      line += fmt::format("\\multicolumn{{{}}}{{c}}{{{}}}", heading.columns, latex_escaped(heading.text));
      rules += fmt::format("\\cmidrule(lr){{{}-{}}}", at, at + heading.columns - 1);
    }
    at += heading.columns;
  }
  return line.empty() ? "" : line + " \\\\\n" + rules + "\n";
}

std::string latex_block(const Grid& grid, const std::vector<size_t>& columns, bool first) {
  std::string alignment, header, body;
  for (const size_t column : columns) {
    alignment += grid.numeric(column) ? 'r' : 'l';
    header += (header.empty() ? "" : " & ") + latex_escaped(grid.table().header[column]);
  }
  size_t last = grid.rows();  // none
  for (const size_t row : grid.rows_of(columns, first)) {
    if (grid.rule_between(last, row)) body += "\\midrule\n";
    last = row;
    for (size_t i = 0; i < columns.size(); ++i) body += (i == 0 ? "" : " & ") + latex_cell(grid.cell(row, columns[i]));
    body += " \\\\\n";
  }
  return fmt::format("\\begin{{tabular}}{{@{{}}{}@{{}}}}\n\\toprule\n{}{} \\\\\n\\midrule\n{}\\bottomrule\n\\end{{tabular}}\n", alignment,
                     latex_headings(grid, columns), header, body);
}

}  // namespace

std::string text(const Table& table, bool colour) {
  const Grid grid(table);
  std::string out = table.title.empty() ? "" : bold(one_line(table.title), colour) + "\n\n";
  bool first = true;
  for (const auto& columns : grid.blocks(!colour)) {
    out += (first ? "" : "\n") + text_block(grid, columns, first, colour);
    first = false;
  }
  if (!table.notes.empty()) out += "\n";
  for (const auto& note : table.notes) out += one_line(note) + "\n";
  return out;
}

namespace {

std::string markdown_cell(const Cell& cell) {
  const std::string content = markdown_escaped(cell.text);
  if (content.empty()) return content;
  if (cell.underlined) return "<ins>" + content + "</ins>";  // <u> is not shown everywhere
  return cell.bold ? "**" + content + "**" : content;
}

}  // namespace

std::string markdown(const Table& table) {
  const Grid grid(table);
  std::string header = "|", rule = "|", body;
  std::vector<size_t> columns;
  for (size_t column = 0; column < grid.columns(); ++column) {
    if (grid.info(column).detail) continue;
    columns.push_back(column);
    const std::string heading = grid.info(column).heading;
    header += " " + markdown_escaped(heading.empty() ? table.header[column] : heading + " " + table.header[column]) + " |";
    rule += grid.numeric(column) ? "---:|" : "---|";
  }
  for (size_t row = 0; row < grid.rows(); ++row) {
    body += "|";
    for (const size_t column : columns) {
      const Cell& cell = grid.cell(row, column);
      body += " " + markdown_cell(cell) + " |";
    }
    body += "\n";
  }
  std::string out = table.title.empty() ? "" : "**" + markdown_escaped(table.title) + "**\n\n";
  out += header + "\n" + rule + "\n" + body;
  if (!table.notes.empty()) out += "\n";
  for (const auto& note : notes_beside_marks(table)) out += "- " + markdown_escaped(note) + "\n";
  return out;
}

namespace {

/// A float of its own, which a table goes on in if it is not the first.
std::string latex_start(const std::string& title, bool first) {
  std::string out = R"(\begin{table}[t]
\centering
\footnotesize
\setlength{\tabcolsep}{2pt}
\renewcommand{\arraystretch}{0.95}
)";
  if (title.empty()) return out;
  return out + fmt::format("{}\\caption{{{}{}}}\n", first ? "" : "\\addtocounter{table}{-1}\n", latex_escaped(title),
                           first ? "" : " (continued)");
}

/// Lines of \footnotesize that notes take at \scriptsize.
size_t latex_lines(const std::vector<std::string>& notes) {
  size_t characters = 0;
  for (const auto& note : notes) characters += display_width(note) + 1;
  return characters / 100 + 1;
}

}  // namespace

std::string latex(const Table& table) {
  Table cut = table;
  cut.stub = std::max<size_t>(cut.stub, 1);  // a page has an end where a terminal scrolls
  const Grid grid(cut);
  std::string out = "% needs \\usepackage{booktabs}\n" + latex_start(table.title, true);
  size_t used = 0;
  bool first = true;
  const auto make_room = [&](size_t lines) {
    const bool fits = used == 0 || used + lines <= kLatexLines;
    if (!fits) out += "\\end{table}\n" + latex_start(table.title, false);
    used = fits ? used + lines : lines;
    return fits;
  };
  for (const auto& columns : grid.blocks(false, kLatexWidth)) {
    constexpr size_t kHeadingsAndRules = 4;
    if (make_room(grid.rows_of(columns, first).size() + kHeadingsAndRules) && !first) out += "\n\\medskip\n";
    out += latex_block(grid, columns, first);
    first = false;
  }
  if (!table.notes.empty()) {  // one small paragraph
    make_room(latex_lines(table.notes));
    out += "\\par\\smallskip\\scriptsize\n";
  }
  for (const auto& note : notes_beside_marks(table)) out += latex_escaped(note) + "\n";
  return out + "\\end{table}\n";
}

}  // namespace vbench::table_formats
