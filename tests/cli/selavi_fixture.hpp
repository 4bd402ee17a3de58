// Small runs of SeLaVi: a stand-in and a network of seconds, folders of real videos that tests may damage, readers of the files that a run
// leaves. Used by the tests of the whole program.
#pragma once

#include <fmt/format.h>

#include <map>
#include <set>
#include <sstream>

#include "tests/cli/fixture.hpp"

namespace vbench::test {

using Arguments = std::vector<std::string>;

inline Arguments joined(Arguments arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

inline Arguments with_settings(Arguments arguments, const Arguments& settings) {
  for (const auto& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
  return arguments;
}

/// Four small videos of a second for each of the stand-in's eight classes, one of them for validation.
inline const Arguments kSelaviStandin{"standin.train_videos=4", "standin.val_videos=1", "standin.seconds=1.3", "standin.side=32",
                                      "standin.fps=8"};
inline constexpr int64_t kSelaviVideos = 32, kSelaviClasses = 8, kSelaviHeads = 2, kSelaviLabellings = 3;

/// A network of a few channels on clips of four small pictures.
inline Arguments tiny_selavi(const fs::path& out, const std::string& variant = "mini") {
  return with_settings({"--method", "selavi", "--dataset", "ave", "--variant", variant, "--out", out.string()},
                       {"model.divisor=32", "model.heads=2", "picture.frames=4", "picture.fps=4", "picture.crop=16", "labels.times=4",
                        "labels.warmup_batches=2", "batch_size=8", "first_validated_epoch=0"});
}

/// On the stand-in, which the tests of one build share in the cache.
inline Arguments selavi_run(const fs::path& out, const Arguments& more = {}, const std::string& variant = "mini") {
  return joined(with_settings(tiny_selavi(out, variant), kSelaviStandin), more);
}

/// k-means on the same videos.
inline Arguments raw_run(const fs::path& out, const Arguments& more = {}) {
  return joined(with_settings({"--method", "selavi", "--dataset", "ave", "--variant", "kmeans-raw", "--out", out.string()}, kSelaviStandin),
                more);
}

/// A file of a run; no cell of these tests holds a comma.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;

  [[nodiscard]] size_t column(const std::string& name) const {
    const auto found = std::find(columns.begin(), columns.end(), name);
    EXPECT_NE(found, columns.end()) << name;
    return static_cast<size_t>(found - columns.begin());
  }
  [[nodiscard]] std::vector<std::string> words(const std::string& name) const {
    std::vector<std::string> all;
    for (const auto& row : rows) all.push_back(row.at(column(name)));
    return all;
  }
  [[nodiscard]] std::vector<double> numbers(const std::string& name) const {
    std::vector<double> all;
    for (const auto& word : words(name)) all.push_back(std::stod(word));
    return all;
  }
};

inline Table read_table(const fs::path& file) {
  const auto cells = [](const std::string& line) {
    std::vector<std::string> all;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) all.push_back(cell);
    if (line.ends_with(',')) all.emplace_back();
    return all;
  };
  Table table;
  std::istringstream text(read_file(file));
  std::string line;
  if (std::getline(text, line)) table.columns = cells(line);
  while (std::getline(text, line)) {
    table.rows.push_back(cells(line));
    EXPECT_EQ(table.rows.back().size(), table.columns.size()) << file << ": " << line;
  }
  return table;
}

inline Table table_of(const fs::path& out, const std::string& name) { return read_table(find_file(out, name)); }

/// A score of one run in what `--format json` prints.
inline double score(const nlohmann::json& result, const std::string& name) { return result.at("scores").at(name).at("mean").get<double>(); }

/// What must not depend on interruptions: scores, weights, clusters, and when labels were computed from what.
struct Clustered {
  Outcome outcome;
  std::string clusters, labellings, marginals;
  bool operator==(const Clustered&) const = default;
};
inline Clustered clustered(const fs::path& out, const nlohmann::json& result) {
  return {outcome(out, result), read_file(find_file(out, "clusters.csv")), read_file(find_file(out, "labellings.csv")),
          read_file(find_file(out, "marginals.csv"))};
}

}  // namespace vbench::test
