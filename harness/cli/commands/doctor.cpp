// `vbench doctor`: what this machine and build can do, and what slows them down.
#include "harness/cli/commands/boards.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/train/device.hpp"
#include "harness/train/environment.hpp"

namespace vbench::cli {

int doctor_command(const CommandContext& context) {
  set_threads(0);  // as a run would
  const auto environment = describe_environment();
  Table facts{.title = "This machine and build", .header = {"property", "value"}, .rows = {}, .notes = {}};
  for (const auto& [name, value] : environment) facts.rows.push_back({{name}, {value}});
  Table findings{.title = "Findings", .header = {"", "subject", "finding", "advice"}, .rows = {}, .notes = {}};
  for (const auto& finding : diagnose(environment)) {
    findings.rows.push_back({{finding.good ? "ok" : "SLOW"}, {finding.subject}, {finding.fact}, {finding.advice}});
  }
  print_tables({facts, findings}, effective_format(context.invocation.run));
  return 0;
}

}  // namespace vbench::cli
