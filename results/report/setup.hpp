// What runs were run with and on: speed, settings in which configurations differ, environments. Used by the sections of a report.
#pragma once

#include <string>
#include <vector>

#include "results/report/groups.hpp"
#include "results/throughput.hpp"

namespace vbench::report {

/// Steps a second by configuration, and which runs were on a busy machine.
[[nodiscard]] std::string speed_html(const Group& group);

/// What `vbench throughput` measured: stage by stage, and single kernels.
[[nodiscard]] std::string throughput_html(const std::vector<ThroughputRow>& rows, const std::vector<KernelSpeed>& kernels);

/// Only settings that differ between configurations; those that all have are folded.
[[nodiscard]] std::string settings_html(const Group& group);

/// What all runs have in common, and by run what they have not.
[[nodiscard]] std::string environment_html(const Group& group);

}  // namespace vbench::report
