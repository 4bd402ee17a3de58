// A page of made-up clusters for the tests of reports, with names that try to break out of it.
#pragma once

#include <fmt/format.h>

#include <string>

#include "results/report/cluster_page.hpp"

namespace vbench::test {

inline constexpr const char* kHostileClass = "</script><script>document.title='broken'</script>";
inline constexpr const char* kHostileVideo = "\"><img src=x onerror=\"document.title='broken'\">&amp;'`${1}";

/// Four classes of ten videos, the last one with a hostile name, in clusters 0, 1, 2 and 12 of head 0, which is the best one: three pure
/// ones and one with the second class in it. Head 1 has everything in cluster 3. Every shown video has the strip.
inline report::ClusterPage sample_page(const std::string& strip = "jpeg") {
  report::ClusterPage page{.method = "selavi",
                           .variant = "mini",
                           .dataset = "ave",
                           .run_id = "20240131T101502.123456Z-9f86d081",
                           .evaluated_at = "2024-01-31 10:15 UTC",
                           .split = "train",
                           .synthetic = true,
                           .seed = 7,
                           .epochs = 20,
                           .figures = {{"NMI", "66.20 %", "how well"}, {"entropy", "1.234 nats", "how mixed"}},
                           .notes = {"A note with <b>marks</b>."},
                           .classes = {"barking dog", "violin", "train_horn", kHostileClass},
                           .examples = 3};
  const int64_t numbers[] = {0, 1, 2, 12};
  page.heads = {{"head 0", 0.81, {}}, {"head 1", 0, {}}};
  for (int64_t i = 0; i < 40; ++i) {
    const int64_t label = i / 10;
    page.ids.push_back(i == 38 ? std::string("x/") + kHostileVideo
                               : fmt::format("{}/video_{:03}", page.classes[static_cast<size_t>(label % 3)], i));
    page.labels.push_back(label);
    page.heads[0].clusters.push_back(label == 1 && i % 10 < 4 ? 0 : numbers[label]);
    page.heads[1].clusters.push_back(3);
  }
  page.heads[0].sizes = {{"evaluated", {6, 10, 10, 14}}, {"labelled", {8, 9, 11, 12}}, {"drawn", {9.1, 9.7, 10.2, 11}}};
  page.labellings = {{0.05, 0.31}, {0.62, 0.55}, {0.9, 0.66}};
  for (const int64_t video : report::shown_videos(page)) page.strips[video] = strip;
  return page;
}

/// A page with nothing but them.
inline std::string page_of(const report::ClusterPage& clusters) {
  report::Page page{.title = "Clusters of selavi on ave",
                    .data_kind = clusters.synthetic ? report::DataKind::kSynthetic : report::DataKind::kReal};
  add_clusters(page, clusters);
  return page_text(page);
}

}  // namespace vbench::test
