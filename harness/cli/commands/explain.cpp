// `vbench explain`: where in videos a trained model looked.
#include "harness/cli/commands/answers.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/core/error.hpp"
#include "harness/train/session.hpp"

namespace vbench::cli {

int explain_command(const CommandContext& context) {
  const Invocation& invocation = context.invocation;
  const ExplainRequest request{names_of(invocation.videos), invocation.class_name, invocation.output, invocation.top};
  if (request.videos.empty()) throw usage_error("no videos given", "vbench explain", "name them with --videos a,b,c");
  if (invocation.output.empty()) throw usage_error("no folder to write to", "vbench explain", "name it with --output DIR");
  RunSpec spec = invocation.run;
  spec.eval_only = true;
  Session session(spec, context.registry);
  print_answers(session.explain(request, context.progress), effective_format(spec));
  return 0;
}

}  // namespace vbench::cli
