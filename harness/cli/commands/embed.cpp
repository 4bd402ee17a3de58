// `vbench embed`: writes the embeddings of the evaluation split.
#include "harness/cli/commands/commands.hpp"
#include "harness/core/error.hpp"
#include "harness/train/session.hpp"

namespace vbench::cli {

int embed_command(const CommandContext& context) {
  if (context.invocation.output.empty()) throw usage_error("no file to write to", "vbench embed", "name it with --output FILE.h5");
  RunSpec spec = context.invocation.run;
  if (spec.init.empty()) throw usage_error("no weights", "vbench embed", "name them with --init FILE");
  spec.eval_only = true;
  Session session(spec, context.registry);
  session.embed(context.invocation.output, context.progress);
  context.progress.info("wrote " + context.invocation.output);
  return 0;
}

}  // namespace vbench::cli
