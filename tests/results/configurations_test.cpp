// How texts of settings are shortened.
#include "results/configurations.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "results/leaderboard.hpp"
#include "tests/results/records.hpp"

namespace vbench::configurations_test {
namespace {

TEST(Shortened, KeepsWhatFitsAndWholeCharacters) {
  EXPECT_EQ(shortened("12345678", 8), "12345678");
  EXPECT_EQ(shortened("123456789", 8), "12345...");
  EXPECT_EQ(shortened("123ä56789", 8), "123ä...") << "five bytes, the last two of which are one letter";
  EXPECT_EQ(shortened("1234ä6789", 8), "1234...") << "half a letter is none";
  EXPECT_EQ(shortened("1234\U0001F3A56789", 10), "1234...") << "four bytes";
  EXPECT_EQ(shortened("1234", 2), "...");
}

/// Every letter beyond ASCII is whole, where all of them have four bytes.
void expect_whole_letters(const std::string& text) {
  const auto is_beyond = [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; };
  EXPECT_EQ(std::count_if(text.begin(), text.end(), is_beyond), 4 * std::count(text.begin(), text.end(), '\xF0')) << text;
}

TEST(Shortened, ConfigurationsOfBoardsStayText) {
  for (size_t length = 27; length < 31; ++length) {  // the text ends at every byte of a letter once
    auto first = test::run_with(1, 0.5), second = test::run_with(2, 0.5);
    second.run_id = "run-2";
    first.settings["k"] = std::string(length, 'x') + "\U0001F3A5\U0001F3A5\U0001F3A5\U0001F3A5";
    int cut = 0;
    const auto boards = leaderboards({first, second}, {}, {});
    for (const auto& row : boards.at(0).rows) {
      for (const auto& cell : row) {
        cut += cell.text.ends_with("...");
        expect_whole_letters(cell.text);
      }
    }
    EXPECT_EQ(cut, 1);
  }
}

}  // namespace
}  // namespace vbench::configurations_test
