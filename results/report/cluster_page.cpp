#include "results/report/cluster_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "harness/core/text.hpp"
#include "results/report/chart.hpp"
#include "results/report/clusters.hpp"
#include "results/report/html.hpp"

namespace vbench::report {
namespace {

using Json = nlohmann::json;

std::string fact(const std::string& name, const std::string& value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escape_html(name), escape_html(value));
}

/// "25 of 28" where some have no videos. @param used  clusters that have some
std::string clusters_in_words(const ClusterPage& page, size_t used) {
  const auto& sizes = page.heads.at(page.best).sizes;
  const auto all = sizes.find("evaluated");
  const bool some_empty = all != sizes.end() && all->second.size() > used;
  return some_empty ? fmt::format("{} of {}", used, all->second.size()) : std::to_string(used);
}

std::string head_html(const ClusterPage& page, size_t clusters) {
  std::string html = "<dl class=\"figures\">";
  for (const auto& figure : page.figures) {
    html += fmt::format("<div title=\"{}\"><dt>{}</dt><dd>{}</dd></div>", escape_html(figure.meaning), escape_html(figure.name),
                        escape_html(figure.value));
  }
  html += "</dl>\n<dl class=\"facts\">";
  if (page.synthetic) html += fact("data", "SYNTHETIC");
  html += fact("videos", fmt::format("{} ({})", page.ids.size(), page.split)) + fact("clusters", clusters_in_words(page, clusters)) +
          fact("classes", std::to_string(page.classes.size())) + fact("heads", std::to_string(page.heads.size())) +
          fact("epochs", std::to_string(page.epochs)) + fact("seed", std::to_string(page.seed)) + fact("run", page.run_id) +
          fact("evaluated", page.evaluated_at);
  html += "</dl>";
  for (const auto& note : page.notes) html += fmt::format("\n<p class=\"note\" role=\"note\">{}</p>", escape_html(note));
  return html;
}

std::string label_name(const ClusterPage& page, int64_t label) {
  const bool known = label >= 0 && label < static_cast<int64_t>(page.classes.size());
  return known ? page.classes[static_cast<size_t>(label)] : fmt::format("class {}", label);
}

/// For who has no script.
std::string plain_table(const ClusterPage& page, const std::vector<Cluster>& clusters) {
  std::string html =
      "<noscript><p>Pictures, search and sorting need JavaScript, which this page brings along.</p><table><thead><tr><th>cluster</th>"
      "<th>videos</th><th>purity</th><th>entropy, bits</th><th>most frequent label</th></tr></thead><tbody>";
  for (const auto& cluster : clusters) {
    html += fmt::format("<tr><td>{}</td><td>{}</td><td>{:.1f} %</td><td>{:.2f}</td><td>{}</td></tr>", cluster.number, cluster.size(),
                        100 * cluster.purity, cluster.entropy_bits, escape_html(label_name(page, cluster.labels.front().first)));
  }
  return html + "</tbody></table></noscript>";
}

/// What the script fills: see assets/page.js.
constexpr const char* kBrowser = R"html(<div class="tools" role="search" hidden>
<input type="search" id="query" placeholder="class, video or cluster number" aria-label="Search for a class, a video or a cluster number" autocomplete="off" spellcheck="false">
<label class="field">sort <select id="sort"><option value="number">number</option><option value="size">size</option><option value="purity">purity</option><option value="entropy">entropy</option><option value="label">label</option></select></label>
<button type="button" id="direction" aria-label="Reverse the order">&#8593;</button>
<label class="field" id="head-field">head <select id="head"></select></label>
<button type="button" id="random">Random</button>
<button type="button" id="labels" aria-pressed="true">Labels</button>
<button type="button" id="motion" aria-pressed="true">Motion</button>
</div>
<p class="count" id="count" role="status"></p>
<nav class="index" id="index" aria-label="All clusters" hidden></nav>
<div class="cards" id="cards"></div>
<p class="hint" hidden>Keys: <kbd>/</kbd> search, <kbd>j</kbd> <kbd>k</kbd> next and previous cluster, <kbd>r</kbd> a random one.</p>
)html";

std::string size_charts(const ClusterPage& page) {
  static constexpr std::pair<const char*, const char*> kLines[] = {{"evaluated", "videos, as evaluated"},
                                                                   {"labelled", "videos, as labelled last"},
                                                                   {"drawn", "drawn sizes"},
                                                                   {"prescribed", "sizes prescribed to the transport"}};
  std::string html =
      "<p>Clusters from the smallest to the largest: how many videos they got, against how many they were to get. The transport is asked "
      "for "
      "the reciprocals of the drawn sizes, as in the authors' code.</p>\n<div class=\"charts\">";
  for (size_t head = 0; head < page.heads.size(); ++head) {
    const auto& about = page.heads[head];
    Chart chart{.title = fmt::format("Cluster sizes, {}{}", about.name, head == page.best && page.heads.size() > 1 ? " (best)" : ""),
                .x_title = "cluster, by size",
                .y_title = "videos",
                .series = {}};
    int look = 0;
    for (const auto& [key, name] : kLines) {
      Series series{name, look++, {}};
      if (const auto found = about.sizes.find(key); found != about.sizes.end()) {
        for (size_t i = 0; i < found->second.size(); ++i) series.points.emplace_back(static_cast<double>(i + 1), found->second[i]);
      }
      chart.series.push_back(std::move(series));
    }
    html += line_chart(chart);
  }
  return html + "</div>";
}

std::string labelling_chart(const ClusterPage& page) {
  Chart chart{.title = "Labels over time, mean over heads",
              .x_title = "labelling",
              .y_title = "NMI",
              .series = {{"with the classes", 0, {}}, {"with the labels before", 1, {}}},
              .y_top = 1};
  for (size_t i = 0; i < page.labellings.size(); ++i) {
    const auto x = static_cast<double>(i + 1);
    chart.series[0].points.emplace_back(x, page.labellings[i].nmi_classes);
    chart.series[1].points.emplace_back(x, page.labellings[i].nmi_before);
  }
  return "<p>Training labels its own videos again and again. NMI with the classes tells how good the labels are, NMI with the labels "
         "before "
         "how far they have settled.</p>\n<div class=\"charts\">" +
         line_chart(chart) + "</div>";
}

Json label_counts(const Cluster& cluster) {
  Json counts = Json::array();
  for (const auto& [label, count] : cluster.labels) counts.push_back({label, count});
  return counts;
}

/// Gives videos their places on the page.
class ListedVideos {
 public:
  ListedVideos(const ClusterPage& page, const std::vector<int64_t>& shown) : all_(page.ids.size() <= kMostSearchable) {
    listed_ = shown;
    if (all_) {
      listed_.resize(page.ids.size());
      std::iota(listed_.begin(), listed_.end(), 0);
    }
    for (size_t i = 0; i < listed_.size(); ++i) place_[listed_[i]] = i;
  }

  [[nodiscard]] bool all() const { return all_; }
  [[nodiscard]] size_t place(int64_t video) const { return place_.at(video); }
  [[nodiscard]] Json places(const std::vector<int64_t>& videos) const {
    Json places = Json::array();
    for (const int64_t video : videos) places.push_back(place(video));
    return places;
  }
  template <class Value>
  [[nodiscard]] Json each(const Value& value) const {
    Json values = Json::array();
    for (const int64_t video : listed_) values.push_back(value(static_cast<size_t>(video)));
    return values;
  }

 private:
  bool all_;
  std::vector<int64_t> listed_;
  std::map<int64_t, size_t> place_;
};

Json head_json(const ClusterPage& page, size_t index, const std::vector<int64_t>& shown, const ListedVideos& listed) {
  const Head& head = page.heads[index];
  Json clusters = Json::array();
  for (const auto& cluster : clusters_of(head.clusters, page.labels)) {
    std::vector<int64_t> candidates;
    for (const int64_t video : cluster.members) {
      if (std::binary_search(shown.begin(), shown.end(), video)) candidates.push_back(video);
    }
    clusters.push_back({{"number", cluster.number},
                        {"size", cluster.size()},
                        {"purity", cluster.purity},
                        {"entropy", cluster.entropy_bits},
                        {"labels", label_counts(cluster)},
                        {"examples", listed.places(spread(candidates, page.examples))}});
  }
  return {{"name", printable(head.name)}, {"nmi", head.nmi}, {"clusters", clusters}, {"of", listed.each([&](size_t video) {
                                                                                        return head.clusters[video];
                                                                                      })}};
}

Json page_json(const ClusterPage& page, const std::vector<int64_t>& shown, const ListedVideos& listed) {
  Json heads = Json::array();
  for (size_t head = 0; head < page.heads.size(); ++head) heads.push_back(head_json(page, head, shown, listed));
  Json classes = Json::array();
  for (const auto& name : page.classes) classes.push_back(printable(name));
  return {{"classes", classes},
          {"ids", listed.each([&](size_t video) { return printable(page.ids[video]); })},
          {"labels", listed.each([&](size_t video) { return page.labels[video]; })},
          {"complete", listed.all()},
          {"heads", heads},
          {"best", page.best},
          {"frames", page.frames},
          {"pictures", !page.strips.empty()}};
}

Json strips_json(const ClusterPage& page, const ListedVideos& listed) {
  Json strips = Json::object();
  for (const auto& [video, jpeg] : page.strips) {
    if (!jpeg.empty()) strips[std::to_string(listed.place(video))] = base64(jpeg);
  }
  return strips;
}

}  // namespace

std::vector<int64_t> shown_videos(const ClusterPage& page) {
  std::vector<int64_t> shown;
  for (const auto& cluster : clusters_of(page.heads.at(page.best).clusters, page.labels)) {
    const auto chosen = spread(cluster.members, page.examples);
    shown.insert(shown.end(), chosen.begin(), chosen.end());
  }
  std::sort(shown.begin(), shown.end());
  return shown;
}

void add_clusters(Page& whole, const ClusterPage& page) {
  const auto clusters = clusters_of(page.heads.at(page.best).clusters, page.labels);
  const auto shown = shown_videos(page);
  const auto title = fmt::format("Clusters of {} {} on {}, seed {}", page.method, page.variant, page.dataset, page.seed);
  whole.sections.push_back({"clusters", title, head_html(page, clusters.size()) + kBrowser + plain_table(page, clusters)});
  const bool has_sizes = std::any_of(page.heads.begin(), page.heads.end(), [](const Head& head) { return !head.sizes.empty(); });
  if (has_sizes) whole.sections.push_back({"sizes", "Cluster sizes", size_charts(page)});
  if (!page.labellings.empty()) whole.sections.push_back({"labellings", "Labellings", labelling_chart(page)});
  const ListedVideos listed(page, shown);
  whole.data.emplace_back("cluster-data", script_json(page_json(page, shown, listed)));
  whole.data.emplace_back("strips", script_json(strips_json(page, listed)));
}

}  // namespace vbench::report
