#include "results/paper_tables/definitions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench {
namespace {

using Columns = std::vector<PaperColumn>;

/// Header and metric.
using Metrics = std::vector<std::pair<std::string, std::string>>;

Columns group(const std::string& heading, const std::string& dataset, const Metrics& metrics) {
  Columns columns;
  for (const auto& [header, metric] : metrics) columns.push_back({PaperColumnKind::kMetric, heading, header, dataset, metric});
  return columns;
}

Columns joined(const std::vector<Columns>& groups) {
  Columns all;
  for (const auto& columns : groups) all.insert(all.end(), columns.begin(), columns.end());
  return all;
}

/// "n=1" ... and all of them together.
Metrics by_size(const std::string& key, int first, int last) {
  Metrics metrics;
  for (int n = first; n <= last; ++n) metrics.emplace_back(fmt::format("n={}", n), fmt::format("{}_n{}", key, n));
  metrics.emplace_back("all", key);
  return metrics;
}

Columns recalls(const std::string& heading, const std::string& dataset, const std::string& direction, const std::vector<int>& ks,
                bool rank) {
  Metrics metrics;
  for (const int k : ks) metrics.emplace_back(fmt::format("R@{}", k), fmt::format("{}_r{}", direction, k));
  if (rank) metrics.emplace_back("MR", direction + "_medr");
  return group(heading, dataset, metrics);
}

Columns accuracies(const std::string& heading, const std::string& dataset) {
  return group(heading, dataset, {{"top-1", "top1"}, {"top-5", "top5"}});
}

Columns clusters(const std::string& heading, const std::string& dataset) {
  return group(heading, dataset,
               {{"NMI", "nmi"}, {"aNMI", "anmi"}, {"aRI", "ari"}, {"acc", "acc"}, {"entropy", "entropy"}, {"purity", "purity"}});
}

Columns sizes() { return {{PaperColumnKind::kGflops, "", "GFLOPs", "", ""}, {PaperColumnKind::kParameters, "", "params, M", "", ""}}; }

constexpr const char* kMoments = "Multi-Moments in Time";

std::vector<PaperTableDefinition> make_definitions() {
  return {
      {"coot-table2",
       "coot",
       "COOT, table 2: videos and paragraphs of ActivityNet Captions (val1)",
       {},
       0,
       joined({recalls("Paragraph → Video", "activitynet", "p2v", {1, 5, 50}, false),
               recalls("Video → Paragraph", "activitynet", "v2p", {1, 5, 50}, false)})},
      {"coot-table3",
       "coot",
       "COOT, table 3: videos and paragraphs, clips and sentences of YouCook2 (val)",
       {"features"},
       0,
       joined({recalls("Paragraph → Video", "youcook2", "p2v", {1, 5, 10}, true),
               recalls("Sentence → Clip", "youcook2", "s2c", {1, 5, 10}, true)})},
      {"srtg-accuracy",
       "srtg",
       "SRTG: accuracy, operations and parameters of the networks",
       {},
       0,
       joined({sizes(), accuracies("HACS", "hacs"), accuracies("Kinetics-700", "kinetics-700"),
               accuracies("Moments in Time", "moments-in-time")})},
      {"srtg-small-sets",
       "srtg",
       "SRTG: accuracy on the small datasets",
       {},
       0,
       joined({accuracies("UCF-101", "ucf101"), accuracies("HMDB-51", "hmdb51"), accuracies("Diving-48", "diving48")})},
      {"selavi-clustering",
       "selavi",
       "SeLaVi: clusters against the datasets' labels",
       {},
       0,
       joined({clusters("VGG-Sound", "vgg-sound"), clusters("AVE", "ave"), clusters("Kinetics", "kinetics"),
               clusters("Kinetics-Sound", "kinetics-sound")})},
      {"selavi-recognition",
       "selavi",
       "SeLaVi: action recognition with the learnt video network, mean of 3 splits",
       {},
       3,
       joined({group("UCF-101", "ucf101", {{"top-1", "video_top1"}}), group("HMDB-51", "hmdb51", {{"top-1", "video_top1"}})})},
      {"something-something-v2",
       "smth3d",
       "Something-something-v2: the authors' baseline (validation)",
       {"clip"},
       0,
       joined({accuracies("", "something-something-v2"), group("", "something-something-v2", {{"contrastive groups", "commonsense"}})})},
      {"sam-abstraction",
       "sam",
       "SAM, set abstraction: accuracy by the number of videos",
       {},
       0,
       joined({group("Kinetics, top-1", "kinetics", by_size("abstraction_top1", 1, 4)),
               group("Kinetics, top-5", "kinetics", by_size("abstraction_top5", 1, 4)),
               group(std::string(kMoments) + ", top-1", "moments", by_size("abstraction_top1", 1, 4)),
               group(std::string(kMoments) + ", top-5", "moments", by_size("abstraction_top5", 1, 4))})},
      {"sam-completion",
       "sam",
       "SAM, set completion: rank correlation by the number of videos",
       {},
       0,
       joined(
           {group("Kinetics", "kinetics", by_size("completion_rho", 1, 4)), group(kMoments, "moments", by_size("completion_rho", 1, 4))})},
      {"sam-odd-one-out",
       "sam",
       "SAM, odd one out: accuracy by the number of videos",
       {},
       0,
       joined({group("Kinetics", "kinetics", by_size("ooo_acc", 3, 5)), group(kMoments, "moments", by_size("ooo_acc", 3, 5))})},
  };
}

}  // namespace

const std::vector<PaperTableDefinition>& paper_table_definitions() {
  static const std::vector<PaperTableDefinition> definitions = make_definitions();
  return definitions;
}

std::vector<const PaperTableDefinition*> find_paper_tables(const std::string& name) {
  std::vector<const PaperTableDefinition*> found;
  std::vector<std::string> tables, methods;
  for (const auto& definition : paper_table_definitions()) {
    if (definition.name == name) return {&definition};
    if (definition.method == name) found.push_back(&definition);
    tables.push_back(definition.name);
    if (std::find(methods.begin(), methods.end(), definition.method) == methods.end()) methods.push_back(definition.method);
  }
  if (!found.empty()) return found;
  auto names = tables;
  names.insert(names.end(), methods.begin(), methods.end());
  const std::string hint = nearest(name, names).empty() ? fmt::format("tables: {}; methods, for all of their tables: {}",
                                                                      fmt::join(tables, ", "), fmt::join(methods, ", "))
                                                        : suggest(name, names);
  throw usage_error(fmt::format("unknown table '{}'", name), "vbench table", hint + " ('vbench table' lists all)");
}

}  // namespace vbench
