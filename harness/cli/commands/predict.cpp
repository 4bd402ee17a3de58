// `vbench predict`: what a trained model says about videos of a dataset, in words.
#include "harness/cli/commands/boards.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"
#include "harness/train/session.hpp"

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

std::vector<std::string> names(const std::string& list) {
  std::vector<std::string> all;
  for (const auto& piece : split(list, ',')) {
    if (!trim(piece).empty()) all.push_back(trim(piece));
  }
  return all;
}

}  // namespace

int predict_command(const CommandContext& context) {
  RunSpec spec = context.invocation.run;
  const PredictRequest request{names(context.invocation.videos), names(context.invocation.candidates), context.invocation.top};
  if (request.videos.empty()) throw usage_error("no videos given", "vbench predict", "name them with --videos a,b,c");
  spec.eval_only = true;
  Session session(spec, context.registry);
  std::vector<Table> tables;
  for (const Answer& answer : session.predict(request, context.progress)) tables.push_back(table_of(answer));
  print_tables(tables, effective_format(spec));
  return 0;
}

}  // namespace vbench::cli
