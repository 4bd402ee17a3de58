// `vbench predict`: what a trained model says about videos, in words, or about a whole split, as a file.
#include <fmt/format.h>

#include "harness/cli/commands/answers.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/core/error.hpp"
#include "harness/train/session.hpp"

namespace vbench::cli {
namespace {

void write_split(const CommandContext& context, Session& session) {
  const Invocation& invocation = context.invocation;
  if (!invocation.videos.empty() || !invocation.candidates.empty())
    throw usage_error("a file holds the predictions of the whole split", "--output", "leave out --videos and --candidates, or --output");
  if (invocation.run.format) throw usage_error("has no effect beside --output: the file has one form", "--format");
  const int64_t items = session.predict_split(invocation.output, invocation.top, context.progress);
  context.progress.info(fmt::format("wrote {} predictions to {}", items, invocation.output));
}

void answer(const CommandContext& context, Session& session) {
  const Invocation& invocation = context.invocation;
  const PredictRequest request{names_of(invocation.videos), names_of(invocation.candidates), invocation.top};
  if (request.videos.empty()) {
    throw usage_error("no videos given", "vbench predict",
                      "name them with --videos a,b,c, or write the predictions of a whole split with --output FILE");
  }
  print_answers(session.predict(request, context.progress), effective_format(invocation.run));
}

}  // namespace

int predict_command(const CommandContext& context) {
  RunSpec spec = context.invocation.run;
  spec.eval_only = true;
  Session session(spec, context.registry);
  context.invocation.output.empty() ? answer(context, session) : write_split(context, session);
  return 0;
}

}  // namespace vbench::cli
