// Warnings about data, each once. Used by the datasets: a run opens the same files for every seed.
#pragma once

#include <string>

namespace vbench {

/// A line on stderr, once a process. @param verbosity  as RunSpec::verbosity
void warn_once(const std::string& line, int verbosity);

}  // namespace vbench
