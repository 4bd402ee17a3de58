#include "datasets/formats/csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "harness/core/files.hpp"
#include "tests/support/golden.hpp"

namespace vbench::csv {
namespace {

using Cells = std::vector<std::string>;
using test::error_of;
using testing::HasSubstr;

std::vector<Cells> cells_of(std::string_view text) {
  std::vector<Cells> rows;
  for (const auto& row : parse(text, "a.csv").rows) rows.push_back(row.cells);
  return rows;
}

TEST(Csv, QuotesHoldCommasQuotesAndLineEnds) {
  EXPECT_EQ(cells_of("a,\"b,c\",\"say \"\"x\"\"\"\n\"two\nlines\",,\"\"\n"),
            (std::vector<Cells>{{"a", "b,c", "say \"x\""}, {"two\nlines", "", ""}}));
  EXPECT_EQ(cells_of("5\" pipe, \"x\"\n"), (std::vector<Cells>{{"5\" pipe", " \"x\""}})) << "a quote within a cell is a character";
}

TEST(Csv, MarksAndLineEndsOfAnySystemBelongToNoCell) {
  const auto file = parse(
      "\xEF\xBB\xBF"
      "a,b\r\n\r\n1,2\r3,4",
      "a.csv");
  EXPECT_TRUE(file.byte_order_mark);
  EXPECT_TRUE(file.carriage_returns);
  ASSERT_EQ(file.rows.size(), 3U);
  EXPECT_EQ(file.rows[0].cells, (Cells{"a", "b"}));
  EXPECT_EQ(file.rows[1].cells, (Cells{"1", "2"}));
  EXPECT_EQ(file.rows[2].cells, (Cells{"3", "4"}));
  EXPECT_EQ(file.rows[1].line, 3);
  EXPECT_EQ(file.rows[2].line, 4);
  const auto plain = parse("a\n", "a.csv");
  EXPECT_FALSE(plain.byte_order_mark || plain.carriage_returns);
}

TEST(Csv, LinesAreCountedThroughQuotedLineEnds) {
  const auto file = parse("\"a\n\nb\",c\nd,e\n", "a.csv");
  EXPECT_EQ(file.rows[0].line, 1);
  EXPECT_EQ(file.rows[1].line, 4);
}

TEST(Csv, BytesThatAreNoTextAreKept) { EXPECT_EQ(cells_of("caf\xE9,\xFF\n"), (std::vector<Cells>{{"caf\xE9", "\xFF"}})); }

TEST(Csv, BrokenQuotesAndUtf16AreNamedWithTheirLine) {
  EXPECT_EQ(error_of([] { (void)parse("a\nb,\"c\nd\n", "a.csv"); }),
            "a.csv: line 2: a quote is opened and not closed; double a quote that belongs to the text: \"\"");
  EXPECT_THAT(error_of([] { (void)parse("a\n\"b\"c,d\n", "a.csv"); }), HasSubstr("a.csv: line 2: there is text behind a closing quote"));
  EXPECT_EQ(error_of([] {
              (void)parse(std::string_view("\xFF\xFE"
                                           "a\0",
                                           4),
                          "a.csv");
            }),
            "a.csv: the file is in UTF-16; save it as UTF-8");
}

TEST(Csv, WhatIsWrittenIsReadBack) {
  std::mt19937 random(3);
  const std::string alphabet = "ab,\"\n\r '\xE9";
  for (int round = 0; round < 200; ++round) {
    std::string text;
    std::vector<Cells> rows;
    for (int r = 0; r < 3; ++r) {
      Cells row{"x"};
      for (int c = 0; c < 3; ++c) {
        row.emplace_back();
        for (uint32_t i = random() % 6; i > 0; --i) row.back() += alphabet[random() % alphabet.size()];
      }
      text += row_text(row);
      rows.push_back(row);
    }
    ASSERT_EQ(cells_of(text), rows) << text;
  }
}

TEST(CsvTable, ColumnsAreFoundByNameInAnyOrder) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a.csv", "b, a ,c\n1,2,3\n");
  const Table table(folder / "a.csv");
  EXPECT_EQ(table.rows()[0].cells[table.column("a")], "2");
  EXPECT_TRUE(table.has("c"));
  EXPECT_FALSE(table.has("d"));
  EXPECT_THAT(error_of([&] { (void)table.column("d"); }),
              HasSubstr("there is no column 'd'; the first line has to name the columns; it says: b,a,c"));
}

TEST(CsvTable, RowsOfOtherLengthsAndDoubleColumnsAreRefused) {
  const test::TemporaryFolder folder;
  const auto error = [&](const std::string& text) {
    write_file_atomically(folder / "a.csv", text);
    return error_of([&] { Table(folder / "a.csv"); });
  };
  EXPECT_THAT(error("a,b\n1,2\n1,2,3\n"),
              HasSubstr("a.csv: line 3: 3 cells, the header has 2; put quotes around a cell that holds a comma"));
  EXPECT_THAT(error("a,b\n1\n"), HasSubstr("line 2: 1 cells, the header has 2"));
  EXPECT_THAT(error("a,b,a\n"), HasSubstr("line 1: two columns have the name 'a'"));
  EXPECT_THAT(error(""), HasSubstr("the file is empty, a header was expected"));
}

}  // namespace
}  // namespace vbench::csv
