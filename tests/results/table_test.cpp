#include "results/table.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/golden.hpp"

namespace vbench {
namespace {

Table example() {
  Table table;
  table.title = "A title";
  table.header = {"name", "v2p R@1"};
  table.columns = {{.key = "name"}, {.key = "v2p_r1", .group = "v2p"}};
  table.rows = {{{.text = "größe, \"x\""}, {.text = "75.35 ±2.67", .bold = true, .numeric = true, .value = 0.7535, .deviation = 0.0267}},
                {{.text = "a|b_c"}, {.text = "-", .numeric = true, .value = std::nan(""), .deviation = std::nullopt}}};
  table.notes = {"a note with 100%"};
  table.facts = {{"source", "real"}};
  return table;
}

TEST(DisplayWidth, CountsColumnsAndNotBytes) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("±→ü"), 3U);
  EXPECT_EQ(display_width("e\u0301"), 1U) << "a combining mark";
  EXPECT_EQ(display_width("漢字"), 4U);
  EXPECT_EQ(display_width("\xC3"), 1U) << "cut off in the middle";
}

TEST(TextTable, AlignsByDisplayWidthAndMarksTheBest) {
  EXPECT_EQ(render(example(), OutputFormat::kTable),
            "A title\n\n"
            "name             v2p R@1\n"
            "────────────────────────\n"
            "größe, \"x\"  75.35 ±2.67*\n"
            "a|b_c                 -\n"
            "\na note with 100%\n");
}

TEST(TextTable, IsBoldInsteadOfStarredWithColour) {
  const std::string text = render(example(), OutputFormat::kTable, true);
  EXPECT_NE(text.find("\x1b[1m75.35 ±2.67\x1b[0m\n"), std::string::npos) << text;
  EXPECT_EQ(text.find('*'), std::string::npos);
}

TEST(TextTable, ShowsNoControlCharactersOfNames) {
  Table table;
  table.header = {"name"};
  table.rows = {{{.text = "a\x1b[2J\nb"}}};
  EXPECT_EQ(render(table, OutputFormat::kTable), "name\n───────\na [2J b\n");
}

TEST(TextTable, CutsAWideTableIntoBlocksThatRepeatTheFirstColumnsAndKeepGroupsWhole) {
  Table table;
  table.header = {"method"};
  table.columns = {{}};
  table.stub = 1;
  std::vector<Cell> row{{.text = "coot"}};
  for (const std::string group : {"v2p", "p2v", "c2s"}) {
    for (const std::string column : {"a", "b", "c", "d"}) {
      table.header.push_back(group + " " + column);
      table.columns.push_back({.group = group});
      row.push_back({.text = "75.35 ±2.67", .numeric = true});
    }
  }
  table.rows = {row};
  std::istringstream lines(render(table, OutputFormat::kTable));
  std::vector<std::string> headers;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(display_width(line), kTableWidth);
    if (line.rfind("method", 0) == 0) headers.push_back(line);
  }
  ASSERT_EQ(headers.size(), 2U);
  EXPECT_NE(headers[0].find("p2v d"), std::string::npos);
  EXPECT_NE(headers[1].find("c2s a"), std::string::npos);
  const std::string latex = render(table, OutputFormat::kLatex);
  EXPECT_NE(latex.find("\\end{tabular}\n\n\\medskip\n\\begin{tabular}"), std::string::npos);
  EXPECT_NE(latex.find("\\begin{tabular}{@{}lrrrr@{}}\n"), std::string::npos) << "a line of an article has room for one group\n" << latex;
}

TEST(TextTable, ShowsInFurtherBlocksOnlyRowsWithSomethingInThem) {
  Table table;
  table.header = {"method", "a", "b"};
  table.stub = 1;
  const std::string wide(60, 'x');
  table.rows = {{{"one"}, {wide}, {""}}, {{"two"}, {""}, {wide}}, {{"three"}, {wide}, {""}}, {{"four"}, {wide}, {wide}}};
  table.rules = {2};
  const std::string text = render(table, OutputFormat::kTable), latex = render(table, OutputFormat::kLatex);
  EXPECT_NE(text.find("two\n"), std::string::npos) << "the first block has every row\n" << text;
  EXPECT_EQ(text.find("one "), text.rfind("one ")) << text;
  EXPECT_EQ(text.find("three "), text.rfind("three ")) << text;
  EXPECT_NE(text.rfind("two "), text.rfind("four ")) << text;
  EXPECT_NE(text.find("\ntwo     " + wide + "\n─"), std::string::npos) << "the line stays, above another row\n" << text;
  EXPECT_NE(latex.find("\\midrule\ntwo & " + wide + " \\\\\n\\midrule\nfour & "), std::string::npos) << latex;
}

TEST(MarkdownTable, EscapesWhatWouldBreakTheTable) {
  EXPECT_EQ(render(example(), OutputFormat::kMarkdown),
            "**A title**\n\n"
            "| name | v2p R@1 |\n"
            "|---|---:|\n"
            "| größe, \"x\" | **75.35 ±2.67** |\n"
            "| a\\|b_c | - |\n"
            "\n- a note with 100%\n");
}

TEST(LatexTable, UsesBooktabsAndEscapesSpecialCharacters) {
  const std::string latex = render(example(), OutputFormat::kLatex);
  EXPECT_NE(latex.find("\\begin{tabular}{@{}lr@{}}\n\\toprule\nname & v2p R@1 \\\\\n\\midrule\n"), std::string::npos) << latex;
  EXPECT_NE(latex.find("\\textbf{75.35 $\\pm$2.67} \\\\\n"), std::string::npos) << latex;
  EXPECT_NE(latex.find("a\\textbar{}b\\_c"), std::string::npos) << latex;
  EXPECT_NE(latex.find("a note with 100\\%"), std::string::npos) << latex;
  Table table;
  table.header = {"x"};
  table.rows = {{{.text = "-1.20", .numeric = true}}, {{.text = "\\&%$#_{}~^"}}};
  const std::string special = render(table, OutputFormat::kLatex);
  EXPECT_NE(special.find("$-$1.20"), std::string::npos);
  EXPECT_NE(special.find("\\textbackslash{}\\&\\%\\$\\#\\_\\{\\}\\textasciitilde{}\\textasciicircum{}"), std::string::npos) << special;
}

TEST(LatexTable, GoesOnInAnotherFloatWhereItIsLongerThanAPage) {
  Table table;
  table.title = "T";
  table.header = {"method", "a", "b", "c"};
  table.stub = 1;
  const auto floats = [&](size_t rows) {
    table.rows.assign(rows, {{"x"}, {std::string(70, 'a')}, {std::string(70, 'b')}, {std::string(70, 'c')}});
    std::vector<std::string> parts;
    const std::string latex = render(table, OutputFormat::kLatex), begin = "\\begin{table}[t]\n";
    for (size_t at = latex.find(begin); at != std::string::npos; at = latex.find(begin, at + 1))
      parts.push_back(latex.substr(at, latex.find("\\end{table}\n", at) - at));
    return parts;
  };
  EXPECT_EQ(floats(10).size(), 1U);
  const auto parts = floats(30);
  ASSERT_EQ(parts.size(), 3U) << "a block each";
  EXPECT_NE(parts[0].find("\\caption{T}"), std::string::npos) << parts[0];
  EXPECT_NE(parts[1].find("\\addtocounter{table}{-1}\n\\caption{T (continued)}"), std::string::npos) << parts[1];
  EXPECT_NE(parts[2].find(std::string(70, 'c')), std::string::npos) << parts[2];
  table.notes.assign(30, std::string(100, 'n'));
  const auto with_notes = floats(30);
  ASSERT_EQ(with_notes.size(), 4U);
  EXPECT_NE(with_notes[3].find("nnn"), std::string::npos);
}

TEST(LatexTable, WritesLettersThatItDoesNotKnowAsTheirNumbers) {
  Table table;
  table.header = {"x"};
  table.rows = {{{.text = "Ærø 日 \xff"}}, {{.text = "[a]"}}};
  const std::string latex = render(table, OutputFormat::kLatex);
  EXPECT_NE(latex.find("Ærø \\texttt{U+65E5} \\texttt{U+FFFD} "), std::string::npos) << latex;
  EXPECT_NE(latex.find("{}[a]"), std::string::npos) << "a bracket behind a line break would be its option";
}

/// Two columns below one heading, and a line above the second row.
Table headed() {
  Table table;
  table.header = {"name", "a", "b"};
  table.columns = {{}, {.heading = "both of them together"}, {.heading = "both of them together"}};
  table.rows = {{{"x"}, {.text = "1", .numeric = true}, {.text = "2", .numeric = true}},
                {{"y"}, {.text = "3", .numeric = true}, {.text = "4", .numeric = true}}};
  table.rules = {1};
  return table;
}

TEST(HeadedTable, HasTheHeadingOnceAboveItsColumnsAndALineWhereItIsWanted) {
  EXPECT_EQ(render(headed(), OutputFormat::kTable),
            "      both of them together\n"
            "name  a                   b\n"
            "───────────────────────────\n"
            "x     1                   2\n"
            "───────────────────────────\n"
            "y     3                   4\n");
  const std::string latex = render(headed(), OutputFormat::kLatex);
  EXPECT_NE(
      latex.find("\\toprule\n & \\multicolumn{2}{c}{both of them together} \\\\\n\\cmidrule(lr){2-3}\nname & a & b \\\\\n\\midrule\n"),
      std::string::npos)
      << latex;
  EXPECT_NE(latex.find("x & 1 & 2 \\\\\n\\midrule\ny & 3 & 4"), std::string::npos) << latex;
  EXPECT_NE(render(headed(), OutputFormat::kMarkdown).find("| name | both of them together a | both of them together b |"),
            std::string::npos);
  EXPECT_EQ(render(headed(), OutputFormat::kCsv).rfind("name,a,b\r\nx,1,2\r\n", 0), 0U) << "headings are for people";
}

TEST(HtmlTable, IsAWholePageWithTheTableAndItsNotes) {
  const std::string html = render(headed(), OutputFormat::kHtml);
  EXPECT_EQ(html.rfind("<!doctype html>\n<html lang=\"en\">", 0), 0U);
  EXPECT_NE(html.find("<tr><td></td><th scope=\"colgroup\" colspan=\"2\">both of them together</th></tr>"), std::string::npos) << html;
  EXPECT_NE(html.find("<tr class=\"rule\"><th scope=\"row\">y</th><td class=\"n\">3</td>"), std::string::npos) << html;
  EXPECT_EQ(html.find("src="), std::string::npos) << "nothing is loaded";
  EXPECT_EQ(html.find("http"), std::string::npos);
  const std::string marked = render(example(), OutputFormat::kHtml);
  EXPECT_NE(marked.find("<strong>75.35 ±2.67</strong>"), std::string::npos) << marked;
  EXPECT_NE(marked.find("<li>a note with 100%</li>"), std::string::npos) << marked;
}

TEST(HtmlTable, EscapesWhatWouldBeMarkup) {
  Table table;
  table.title = "<script>alert(1)</script>";
  table.header = {"a<b", "c"};
  table.columns = {{.heading = "\"h\""}, {}};
  table.rows = {{{.text = "</td><b onclick='x'>&amp;", .bold = true}}};
  table.notes = {"<i>"};
  const std::string html = render(table, OutputFormat::kHtml);
  for (const char* markup : {"<script", "<b onclick", "<i>", "a<b", "\"h\""}) EXPECT_EQ(html.find(markup), std::string::npos) << markup;
  EXPECT_NE(html.find("&lt;/td&gt;&lt;b onclick=&#39;x&#39;&gt;&amp;amp;"), std::string::npos) << html;
}

TEST(HtmlTable, PutsSeveralTablesOnOnePage) {
  const std::string html = render(std::vector<Table>{headed(), headed()}, OutputFormat::kHtml);
  const auto count = [&](const std::string& part) {
    size_t found = 0;
    for (size_t at = html.find(part); at != std::string::npos; at = html.find(part, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("<!doctype html>"), 1U);
  EXPECT_EQ(count("<table>"), 2U);
  EXPECT_EQ(count("</html>"), 1U);
}

TEST(CsvTable, FollowsRfc4180WithFullPrecisionAndTheDeviationAsAColumn) {
  EXPECT_EQ(render(example(), OutputFormat::kCsv),
            "source,name,v2p_r1,v2p_r1_std\r\n"
            "real,\"größe, \"\"x\"\"\",0.7535,0.0267\r\n"
            "real,a|b_c,,\r\n");
}

TEST(CsvTable, ShareOneHeaderIfTheyAreAlike) {
  Table second = example();
  second.facts = {{"source", "synthetic"}};
  const std::string csv = render(std::vector<Table>{example(), second}, OutputFormat::kCsv);
  EXPECT_EQ(csv.find("source,name"), csv.rfind("source,name"));
  EXPECT_NE(csv.find("synthetic,a|b_c,,\r\n"), std::string::npos);
  second.columns[1].key = "other";
  EXPECT_NE(render(std::vector<Table>{example(), second}, OutputFormat::kCsv).find("\r\n\r\nsource,name,other"), std::string::npos);
}

TEST(JsonTable, CarriesNumbersNotTexts) {
  const auto json = nlohmann::json::parse(render(example(), OutputFormat::kJson));
  EXPECT_EQ(json["title"], "A title");
  EXPECT_EQ(json["source"], "real");
  EXPECT_EQ(json["notes"][0], "a note with 100%");
  EXPECT_EQ(json["rows"][0]["v2p_r1"]["mean"], 0.7535);
  EXPECT_EQ(json["rows"][0]["v2p_r1"]["std"], 0.0267);
  EXPECT_TRUE(json["rows"][1]["v2p_r1"]["mean"].is_null());
  Table table;
  table.header = {"a", "b", "c"};
  table.rows = {{{.text = "12", .numeric = true}, {.text = "1.5", .numeric = true}}};
  const auto plain = nlohmann::json::parse(render(std::vector<Table>{table}, OutputFormat::kJson));
  EXPECT_EQ(plain[0]["rows"][0], (nlohmann::json{{"a", 12}, {"b", 1.5}, {"c", ""}}));
}

TEST(Table, SkipsDetailsForPeopleOnly) {
  Table table = example();
  table.columns[1].detail = true;
  for (const auto format : {OutputFormat::kTable, OutputFormat::kMarkdown, OutputFormat::kLatex}) {
    EXPECT_EQ(render(table, format).find("75.35"), std::string::npos) << to_string(format);
  }
  EXPECT_NE(render(table, OutputFormat::kCsv).find("0.7535"), std::string::npos);
}

TEST(Table, RefusesARowLongerThanItsHeader) {
  Table table;
  table.title = "t";
  table.header = {"a"};
  table.rows = {{{.text = "1"}, {.text = "2"}}};
  EXPECT_EQ(test::error_of([&] { (void)render(table, OutputFormat::kTable); }), "table 't': a row has 2 cells, the header 1");
}

// Work that grows with the square of the rows would run into CTest's limit.
TEST(Table, TensOfThousandsOfRowsAreWrittenInEveryFormat) {
  Table table{.title = "T", .header = {"a", "b"}, .rows = {}, .notes = {}};
  for (int64_t row = 0; row < 60'000; ++row) table.rows.push_back({{std::to_string(row)}, {"text", row % 2 == 0}});
  for (const auto format : {OutputFormat::kTable, OutputFormat::kMarkdown, OutputFormat::kLatex, OutputFormat::kCsv}) {
    const auto text = render(table, format, false);
    EXPECT_GT(std::count(text.begin(), text.end(), '\n'), 60'000);
  }
}

TEST(Table, UnderlinesTheSecondInEveryFormatForPeople) {
  Table table;
  table.header = {"name", "score"};
  table.rows = {{{.text = "a"}, {.text = "3", .bold = true, .numeric = true}},
                {{.text = "b"}, {.text = "2", .numeric = true, .underlined = true}},
                {{.text = "c"}, {.text = "1", .numeric = true}}};
  EXPECT_THAT(render(table, OutputFormat::kTable), testing::HasSubstr("b        2_\n"));
  EXPECT_THAT(render(table, OutputFormat::kTable, true), testing::HasSubstr("\x1b[4m2\x1b[0m"));
  EXPECT_THAT(render(table, OutputFormat::kMarkdown), testing::HasSubstr("| <ins>2</ins> |"));
  EXPECT_THAT(render(table, OutputFormat::kLatex), testing::HasSubstr("\\underline{2}"));
  EXPECT_THAT(render(table, OutputFormat::kHtml), testing::HasSubstr("<u>2</u>"));
  EXPECT_THAT(render(table, OutputFormat::kCsv), testing::HasSubstr("b,2\r\n"));
}

TEST(Tables, NotesNameOnlyTheMarksOfTheirFormat) {
  Table table{.title = "T", .header = {"a"}, .rows = {}, .notes = {"Best in bold or with *, second underlined or with _, where sure."}};
  for (const auto format : {OutputFormat::kMarkdown, OutputFormat::kLatex, OutputFormat::kHtml})
    EXPECT_NE(render(table, format).find("Best in bold, second underlined, where sure."), std::string::npos);
  EXPECT_NE(render(table, OutputFormat::kTable).find(table.notes[0]), std::string::npos);
}

}  // namespace
}  // namespace vbench
