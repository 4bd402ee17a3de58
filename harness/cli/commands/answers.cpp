#include "harness/cli/commands/answers.hpp"

#include <filesystem>

#include "harness/cli/commands/boards.hpp"
#include "harness/core/text.hpp"

namespace vbench::cli {
namespace {

Table table_of(const Answer& answer) {
  Table table{.title = answer.title, .header = answer.header, .rows = {}, .notes = {}};
  for (const auto& row : answer.rows) {
    table.rows.emplace_back();
    for (const auto& text : row) table.rows.back().push_back({text});
  }
  return table;
}

}  // namespace

std::vector<std::string> names_of(const std::string& list) {
  if (std::filesystem::is_regular_file(list)) return {list};  // a file whose name has commas
  std::vector<std::string> all;
  for (const auto& piece : split(list, ',')) {
    if (!trim(piece).empty()) all.push_back(trim(piece));
  }
  return all;
}

void print_answers(const std::vector<Answer>& answers, OutputFormat format) {
  std::vector<Table> tables;
  for (const Answer& answer : answers) tables.push_back(table_of(answer));
  print_tables(tables, format);
}

}  // namespace vbench::cli
