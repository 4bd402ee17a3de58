#include "harness/core/run_spec.hpp"

namespace vbench {

std::string to_string(SourceChoice choice) {
  switch (choice) {
    case SourceChoice::kAuto:
      return "auto";
    case SourceChoice::kReal:
      return "real";
    case SourceChoice::kSynthetic:
      return "synthetic";
  }
  return "?";
}

std::string to_string(Source source) { return source == Source::kReal ? "real" : "synthetic"; }

std::string to_string(Precision precision) {
  switch (precision) {
    case Precision::kFp32:
      return "fp32";
    case Precision::kBf16:
      return "bf16";
    case Precision::kFp16:
      return "fp16";
  }
  return "?";
}

std::string to_string(OutputFormat format) {
  switch (format) {
    case OutputFormat::kTable:
      return "table";
    case OutputFormat::kMarkdown:
      return "markdown";
    case OutputFormat::kLatex:
      return "latex";
    case OutputFormat::kCsv:
      return "csv";
    case OutputFormat::kJson:
      return "json";
    case OutputFormat::kHtml:
      return "html";
  }
  return "?";
}

}  // namespace vbench
