// `vbench compare`: is CANDIDATE worse than BASE? The gate of CI jobs; the decisions are in results/gate/.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "harness/cli/commands/boards.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/cli/commands/item_comparison.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"
#include "results/gate/presentation.hpp"
#include "results/store.hpp"

namespace vbench::cli {
namespace {
namespace fs = std::filesystem;

constexpr size_t kShortestPrefix = 4;  // of a run id or revision: fewer characters are a mistake
constexpr size_t kMostSentences = 3;   // in the last line
constexpr const char* kWhatSidesAre = "name a run id, a git revision, a JSON file of ours or a folder of such files";

/// "[METHOD/]METRIC=TOLERANCE", the tolerance in the units of tables.
gate::GatedMetric parse_gate(const std::string& text, const Registry& registry) {
  const std::string option = "--gate " + text;
  const size_t equals = text.find('=');
  if (equals == std::string::npos) throw usage_error("has no tolerance", option, "write METRIC=TOLERANCE, as in v2p_r1=2");
  const std::string name = text.substr(0, equals);
  const size_t slash = name.find('/');
  gate::GatedMetric gated;
  if (slash != std::string::npos) gated.method = registry.find_method(name.substr(0, slash)).name;
  gated.key = name.substr(slash == std::string::npos ? 0 : slash + 1);
  const auto metric = find_metric(gated.key);
  if (!metric) {
    std::vector<std::string> keys;
    for (const auto& known : all_metrics()) keys.push_back(known.key);
    const auto near = nearest(gated.key, keys);
    throw usage_error(fmt::format("no metric is called '{}'", printable(gated.key)), printable(option),
                      near.empty() ? "'vbench list metrics' names them" : suggest(gated.key, near));
  }
  const auto tolerance = parse_double(text.substr(equals + 1));
  if (!tolerance || !(*tolerance > 0 && *tolerance < 1e6)) throw usage_error("the tolerance is not a number above 0", option);
  gated.tolerance = metric->unit == Unit::kFraction ? *tolerance / 100 : *tolerance;
  return gated;
}

gate::GateRequest request_of(const CommandContext& context) {
  gate::GateRequest request;
  std::set<std::pair<std::string, std::string>> known;
  for (const auto& text : context.invocation.compare.gates) {
    request.metrics.push_back(parse_gate(text, context.registry));
    if (!known.emplace(request.metrics.back().method, request.metrics.back().key).second)
      throw usage_error("is given twice", "--gate " + text);
  }
  request.speed_tolerance = context.invocation.compare.speed_tolerance / 100;
  return request;
}

std::string revision_of(const RunRecord& run) {
  const auto found = run.environment.find("revision");
  return found == run.environment.end() ? "" : found->second;
}

/// "v0.1-5-gabcdef123456-dirty" is also found by "abcdef".
bool begins_revision(const std::string& revision, const std::string& text) {
  const size_t commit = revision.rfind("-g");
  return revision.rfind(text, 0) == 0 || (commit != std::string::npos && revision.compare(commit + 2, text.size(), text) == 0);
}

/// Runs of the one run id or the one revision that `text` begins. @throws Error kInput if there is none or more than one
std::vector<RunRecord> stored_side(const std::string& text, const std::vector<RunRecord>& runs, const std::string& store) {
  if (text.size() < kShortestPrefix)
    throw usage_error(fmt::format("'{}' is too short for a run id or a revision", text), "vbench compare", kWhatSidesAre);
  std::set<std::string> ids, revisions;
  for (const auto& run : runs) {
    if (run.run_id.rfind(text, 0) == 0) ids.insert(run.run_id);
    const auto revision = revision_of(run);
    if (begins_revision(revision, text)) revisions.insert(revision);
  }
  if (revisions.contains(text)) revisions = {text};  // "abc" is not "abc-dirty"
  if (ids.size() + revisions.size() == 0)
    throw input_error(fmt::format("no run id and no revision begins with '{}'", printable(text)), store, kWhatSidesAre);
  if (ids.size() + revisions.size() > 1) {
    std::vector<std::string> names(ids.begin(), ids.end());
    names.insert(names.end(), revisions.begin(), revisions.end());
    const size_t shown = std::min(names.size(), kMostSentences);
    throw input_error(fmt::format("'{}' begins several runs or revisions: {}{}", printable(text),
                                  fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                                  names.size() > shown ? ", ..." : ""),
                      store, "write more of it");
  }
  std::vector<RunRecord> side;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(side),
               [&](const RunRecord& run) { return ids.contains(run.run_id) || revisions.contains(revision_of(run)); });
  return side;
}

/// Reads sides; the store only if one needs it, and once.
class Sides {
 public:
  explicit Sides(const RunSpec& spec) : spec_(spec) {}

  [[nodiscard]] std::vector<gate::Configuration> read(const std::string& text) {
    auto side = is_file(text) ? gate::read_exported(text) : gate::configurations_of(stored_side(text, runs(text), store_path(spec_)));
    std::erase_if(side, [&](const gate::Configuration& configuration) {
      return (!spec_.method.empty() && configuration.method != spec_.method) ||
             (!spec_.dataset.empty() && configuration.dataset != spec_.dataset);
    });
    return side;
  }

 private:
  static bool is_file(const std::string& text) {
    std::error_code unreadable;
    if (fs::exists(text, unreadable)) return true;
    if (text.find('/') == std::string::npos && !text.ends_with(".json")) return false;
    throw input_error("there is no such file or folder", text, kWhatSidesAre);
  }

  const std::vector<RunRecord>& runs(const std::string& text) {
    if (read_) return runs_;
    const auto store = Store::open_existing(store_path(spec_));
    if (!store)
      throw input_error(fmt::format("no results store to look '{}' up in", printable(text)), store_path(spec_),
                        "name its folder with --out, or name a file");
    RunFilter filter;
    filter.include_invalid = true;  // a candidate whose runs are INVALID must not pass as one that is not there
    runs_ = store->runs(filter);
    read_ = true;
    return runs_;
  }

  const RunSpec& spec_;
  bool read_ = false;
  std::vector<RunRecord> runs_;
};

/// Why no configuration of one side is compared with one of the other.
std::string why_no_pairs(const std::vector<gate::Unpaired>& sides) {
  const auto any_two = [&](const auto& alike) {
    return std::any_of(sides.begin(), sides.end(), [&](const gate::Unpaired& base) {
      return base.in_base && std::any_of(sides.begin(), sides.end(), [&](const gate::Unpaired& candidate) {
               return !candidate.in_base && alike(base.configuration, candidate.configuration);
             });
    });
  };
  using Side = gate::Configuration;
  if (!any_two([](const Side&, const Side&) { return true; })) return "--method and --dataset leave nothing of BASE or of CANDIDATE";
  if (!any_two([](const Side& a, const Side& b) { return a.source == b.source; })) return "real and synthetic results are never compared";
  const auto same_variant = [](const Side& a, const Side& b) {
    return a.source == b.source && a.method == b.method && a.variant == b.variant && a.dataset == b.dataset && a.split == b.split;
  };
  if (any_two(same_variant)) return "there are several configurations of a variant, and none is known to be the same on both sides";
  return "BASE and CANDIDATE have nothing in common";
}

void require_pairs(const gate::GateReport& report) {
  if (!report.pairs.empty()) return;
  std::vector<std::string> names;
  for (const auto& side : report.unpaired) {
    names.push_back(fmt::format("{} has {} ({}, split {})", side.in_base ? "BASE" : "CANDIDATE", gate::name_of(side.configuration),
                                to_string(side.configuration.source), side.configuration.split));
  }
  names.resize(std::min<size_t>(names.size(), 4));
  throw input_error(why_no_pairs(report.unpaired), "vbench compare", printable(fmt::format("{}", fmt::join(names, "; "))));
}

/// The scores that BASE has where `gated` is asked for, as a hint.
std::string known_scores(const gate::GateReport& report, const gate::GatedMetric& gated) {
  constexpr size_t kMost = 12;
  std::vector<std::string> keys;
  for (const auto& metric : all_metrics()) {
    const bool known = std::any_of(report.pairs.begin(), report.pairs.end(), [&](const gate::GatedPair& pair) {
      return (gated.method.empty() || gated.method == pair.base.method) && pair.base.scores.contains(metric.key);
    });
    if (known) keys.push_back(metric.key);
  }
  const auto near = nearest(gated.key, keys);
  if (!near.empty()) return suggest(gated.key, near);
  const std::string more = keys.size() > kMost ? ", ..." : "";
  keys.resize(std::min(keys.size(), kMost));
  return keys.empty() ? "it has none" : fmt::format("it has {}{}", fmt::join(keys, ", "), more);
}

/// A gate on what nobody has would let everything pass.
void require_metrics(const gate::GateReport& report, const gate::GateRequest& request) {
  for (const auto& gated : request.metrics) {
    const bool known = std::any_of(report.pairs.begin(), report.pairs.end(), [&](const gate::GatedPair& pair) {
      return (gated.method.empty() || gated.method == pair.base.method) && pair.base.scores.contains(gated.key);
    });
    if (known) continue;
    const bool compared = gated.method.empty() || std::any_of(report.pairs.begin(), report.pairs.end(), [&](const gate::GatedPair& pair) {
                            return gated.method == pair.base.method;
                          });
    const auto option = fmt::format("--gate {}{}{}", gated.method, gated.method.empty() ? "" : "/", gated.key);
    if (!compared) throw input_error(fmt::format("nothing of {} is compared", gated.method), option);
    const auto of_method = gated.method.empty() ? std::string() : fmt::format("of {} ", gated.method);
    throw input_error(fmt::format("nothing {}that is compared has the score '{}' in BASE", of_method, gated.key), option,
                      known_scores(report, gated));
  }
}

/// Nor may what BASE has none of.
void require_scores(const gate::GateReport& report) {
  if (gate::judges_nothing(report))
    throw input_error("nothing was judged: BASE has none of the scores that boards show", "vbench compare",
                      "name one that it has with --gate");
}

/// Whether reading `side` reads `file`.
bool is_read(const fs::path& file, const fs::path& side) {
  std::error_code missing;
  if (fs::equivalent(file, side, missing)) return true;
  const auto folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  return file.extension() == ".json" && fs::equivalent(folder, side, missing);
}

/// What is written must replace neither a side nor each other.
void require_own_files(const CompareOptions& files, const std::vector<fs::path>& inputs) {
  for (const auto& [option, file] : {std::pair("--junit", files.junit), std::pair("--summary", files.summary)}) {
    const fs::path written = file;
    if (std::any_of(inputs.begin(), inputs.end(), [&](const fs::path& side) { return is_read(written, side); }))
      throw usage_error("lies where BASE or CANDIDATE is read from", printable(fmt::format("{} {}", option, file)),
                        "write to another file");
  }
  if (files.junit.empty() || files.summary.empty()) return;
  if (fs::weakly_canonical(fs::absolute(files.junit)) == fs::weakly_canonical(fs::absolute(files.summary)))
    throw usage_error("is the file of --junit too", printable(fmt::format("--summary {}", files.summary)), "write to another file");
}

/// Files of an earlier call would be taken for those of this one if it ends early.
void remove_earlier(const fs::path& file) {
  std::error_code error;
  fs::remove(file, error);
  if (error) throw input_error("cannot remove the file of an earlier call: " + error.message(), printable(file.string()));
}

/// What may be written; an error names the option that gave the file.
void require_place(const fs::path& file, std::string_view option) {
  if (file.empty()) return;
  try {
    require_writable(file);
  } catch (const Error& error) {
    throw input_error(error.fact(), error.where(), fmt::format("choose another file with {}", option));
  }
}

/// Why the gate does not let CANDIDATE pass, the worst first.
std::vector<std::string> failures(const gate::GateReport& report, bool strict) {
  std::vector<std::string> worse, gone, doubtful;
  for (const auto& pair : report.pairs) {
    const auto name = gate::name_of(pair.base);
    if (!pair.not_comparable.empty()) gone.push_back(fmt::format("{} cannot be compared: {}", name, pair.not_comparable));
    if (!pair.lost_runs.empty()) gone.push_back(fmt::format("{} lost runs: {}", name, pair.lost_runs));
    for (const auto& score : pair.scores) {
      const auto text = fmt::format("{}: {}", name, gate::sentence(report, score));
      if (score.gone) {
        gone.push_back(text);
      } else if (score.judgement.verdict == gate::Verdict::kWorse) {
        worse.push_back(text);
      } else if (gate::fails(score, strict)) {
        doubtful.push_back(text);
      }
    }
  }
  for (const auto& side : report.unpaired) {
    if (strict && side.in_base) doubtful.push_back(fmt::format("{} is in BASE alone", gate::name_of(side.configuration)));
  }
  worse.insert(worse.end(), gone.begin(), gone.end());
  worse.insert(worse.end(), doubtful.begin(), doubtful.end());
  return worse;
}

Error failure(std::vector<std::string> sentences) {
  const size_t count = sentences.size();
  const std::string more = count > kMostSentences ? fmt::format("; and {} more", count - kMostSentences) : std::string();
  sentences.resize(std::min(count, kMostSentences));
  return {ErrorKind::kCheck, printable(fmt::format("{}{}", fmt::join(sentences, "; "), more)), "vbench compare"};
}

}  // namespace

int compare_command(const CommandContext& context) {
  const auto& invocation = context.invocation;
  const bool strict = invocation.run.strict;
  auto request = request_of(context);
  require_own_files(invocation.compare, {invocation.positional[0], invocation.positional[1], store_path(invocation.run)});
  require_place(invocation.compare.junit, "--junit");
  require_place(invocation.compare.summary, "--summary");
  for (const auto& file : {invocation.compare.junit, invocation.compare.summary}) {
    if (!file.empty()) remove_earlier(file);
  }
  if (!invocation.run.method.empty()) (void)context.registry.find_method(invocation.run.method);
  if (!invocation.run.dataset.empty()) (void)context.registry.find_dataset(invocation.run.dataset);
  Sides sides(invocation.run);
  const auto base = sides.read(invocation.positional[0]), candidate = sides.read(invocation.positional[1]);
  request.by_item = item_comparison(store_path(invocation.run));
  const auto report = gate::run_gate(base, candidate, request);
  require_pairs(report);
  require_metrics(report, request);
  require_scores(report);
  print_tables(gate::tables(report), effective_format(invocation.run));
  if (!invocation.compare.junit.empty()) write_file_atomically(invocation.compare.junit, gate::junit(report, strict));
  if (!invocation.compare.summary.empty()) write_file_atomically(invocation.compare.summary, gate::markdown_summary(report, strict));
  for (const auto& side : report.unpaired) {
    context.progress.warning(printable(
        fmt::format("{} is in {} alone and was not compared", gate::name_of(side.configuration), side.in_base ? "BASE" : "CANDIDATE")));
  }
  if (!gate::passed(report, strict)) throw failure(failures(report, strict));
  context.progress.info(gate::headline(report));
  return 0;
}

}  // namespace vbench::cli
