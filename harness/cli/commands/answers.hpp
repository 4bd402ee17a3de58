// Answers in words and the videos they are about. Used by predict and explain.
#pragma once

#include <string>
#include <vector>

#include "harness/core/experiment.hpp"
#include "harness/core/run_spec.hpp"

namespace vbench::cli {

/// "a, b" as {"a", "b"}; the name of a file that exists as it is.
[[nodiscard]] std::vector<std::string> names_of(const std::string& list);

/// One table an answer, to stdout.
void print_answers(const std::vector<Answer>& answers, OutputFormat format);

}  // namespace vbench::cli
