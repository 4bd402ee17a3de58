// The gate's report as files for other programs: JUnit XML and GitHub-flavoured Markdown.
#include <fmt/format.h>

#include "harness/core/text.hpp"
#include "results/gate/presentation.hpp"
#include "results/score_cells.hpp"
#include "results/table_formats.hpp"

namespace vbench::gate {
namespace {

using table_formats::replaced;

/// XML 1.0 has no way to write most control characters, U+FFFE and U+FFFF, not even escaped.
std::string xml(const std::string& text) {
  return replaced(printable(text), {{"&", "&amp;"},
                                    {"<", "&lt;"},
                                    {">", "&gt;"},
                                    {"\"", "&quot;"},
                                    {"'", "&apos;"},
                                    {"\xef\xbf\xbe", "\xef\xbf\xbd"},
                                    {"\xef\xbf\xbf", "\xef\xbf\xbd"}});
}

/// Without what GitHub makes a link or a mention of where no markup asks for one.
std::string unlinked(const std::string& text) { return replaced(text, {{"@", "&#64;"}, {"://", "&#58;//"}, {"www.", "www&#46;"}}); }

/// Text that GitHub shows as it is: no markup, no link, nobody notified by an @.
std::string markdown(const std::string& text) {
  static const std::string marks = "\\`*_{}[]()#+!|<>&@~";
  std::string out;
  for (const char c : printable(text)) out += marks.find(c) == std::string::npos ? std::string(1, c) : fmt::format("&#{};", int{c});
  return unlinked(out);
}

struct TestCase {
  std::string name, failure = "", skipped = "", output = "";
};

std::vector<TestCase> cases_of(const GateReport& report, const GatedPair& pair, bool strict) {
  if (!pair.not_comparable.empty()) return {{.name = "comparable", .failure = "not comparable: " + pair.not_comparable}};
  std::vector<TestCase> cases;
  if (!pair.lost_runs.empty()) cases.push_back({.name = "valid runs", .failure = "runs were lost: " + pair.lost_runs});
  for (const auto& score : pair.scores) {
    TestCase one{.name = score.key};
    const auto text = sentence(report, score);
    const bool told = score.gone || score.judgement.verdict != Verdict::kCannotTell;
    if (fails(score, strict)) {
      one.failure = text;
    } else if (!told) {
      one.skipped = text;
    } else {
      one.output = text;
    }
    cases.push_back(std::move(one));
  }
  return cases;
}

std::string suite(const std::string& name, const std::string& class_name, const std::vector<TestCase>& cases) {
  size_t failures = 0, skipped = 0;
  std::string body;
  for (const auto& one : cases) {
    body += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"0\">", xml(class_name), xml(one.name));
    if (!one.failure.empty()) body += fmt::format("<failure type=\"regression\" message=\"{0}\">{0}</failure>", xml(one.failure));
    if (!one.skipped.empty()) body += fmt::format("<skipped message=\"{}\"/>", xml(one.skipped));
    if (!one.output.empty()) body += fmt::format("<system-out>{}</system-out>", xml(one.output));
    body += "</testcase>\n";
    failures += !one.failure.empty();
    skipped += !one.skipped.empty();
  }
  return fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"0\">\n{}  </testsuite>\n",
                     xml(name), cases.size(), failures, skipped, body);
}

std::string class_of(const Configuration& side) {
  const auto name = fmt::format("{}.{}.{}.{}", side.method, side.variant, side.dataset, side.split);
  return side.distinction.empty() ? name : fmt::format("{} ({})", name, side.distinction);
}

std::vector<std::string> problems(const GateReport& report, bool strict) {
  std::vector<std::string> all;
  for (const auto& pair : report.pairs) {
    if (!pair.not_comparable.empty()) all.push_back(fmt::format("{}: not comparable: {}", name_of(pair.base), pair.not_comparable));
    if (!pair.lost_runs.empty()) all.push_back(fmt::format("{}: runs were lost: {}", name_of(pair.base), pair.lost_runs));
    for (const auto& score : pair.scores) {
      if (fails(score, strict)) all.push_back(fmt::format("{}: {}", name_of(pair.base), sentence(report, score)));
    }
  }
  for (const auto& side : report.unpaired)
    all.push_back(fmt::format("{} is in {} alone", name_of(side.configuration), side.in_base ? "BASE" : "CANDIDATE"));
  return all;
}

}  // namespace

std::string junit(const GateReport& report, bool strict) {
  size_t tests = 0, failures = 0;
  std::string body;
  const auto add = [&](const std::string& name, const Configuration& side, const std::vector<TestCase>& cases) {
    body += suite(name, class_of(side), cases);
    tests += cases.size();
    for (const auto& one : cases) failures += !one.failure.empty();
  };
  for (const auto& pair : report.pairs) {
    const auto name = fmt::format("{}, {}, split {}", name_of(pair.base), source_title(pair.base.source), pair.base.split);
    add(name, pair.base, cases_of(report, pair, strict));
  }
  for (const auto& [in_base, side] : report.unpaired) {
    const std::string text = fmt::format("only {} has it", in_base ? "BASE" : "CANDIDATE");
    TestCase one{.name = "counterpart"};
    (in_base && strict ? one.failure : one.skipped) = text;
    add(fmt::format("{}, {}, split {}", name_of(side), source_title(side.source), side.split), side, {one});
  }
  // Jenkins' schema knows no `skipped` of all suites together; readers add up those of the suites.
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"vbench compare\" tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"0\">\n{}</testsuites>\n",
      tests, failures, body);
}

std::string markdown_summary(const GateReport& report, bool strict) {
  std::string out = fmt::format("### vbench compare: {}\n\n{}.\n\n", passed(report, strict) ? "passed" : "FAILED", headline(report));
  for (const auto& problem : problems(report, strict)) out += "- " + markdown(problem) + "\n";
  out += "\n<details><summary>All metrics</summary>\n\n";
  return out + unlinked(render(tables(report), OutputFormat::kMarkdown)) + "\n</details>\n";
}

}  // namespace vbench::gate
