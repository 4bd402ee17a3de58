#include "datasets/set_abstraction/metadata.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "datasets/formats/torch_value.hpp"

namespace vbench::set_abstraction {
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> files_of(const Family& family, const Options& options, const fs::path& folder, std::optional<Role> role) {
  const Files files{folder, family.name, options.base_model};
  if (role) return needed_files(family, options, files, *role);
  auto all = needed_files(family, options, files, Role::kTrain);
  for (const fs::path& path : needed_files(family, options, files, Role::kEvaluate)) {
    if (std::find(all.begin(), all.end(), path) == all.end()) all.push_back(path);
  }
  return all;
}

std::vector<std::string> standin_request(const Options& options) {
  std::vector<std::string> request;
  if (options.feature_width > 0) request.push_back(fmt::format("feature_width={}", options.feature_width));
  if (options.embedding_width > 0) request.push_back(fmt::format("embedding_width={}", options.embedding_width));
  return request;
}

/// Fills in a number, or insists on it.
void settle(int64_t& wanted, int64_t there, const std::string& what, const std::string& setting, const std::string& where) {
  if (wanted > 0 && wanted != there) {
    throw input_error(fmt::format("{}: {} in the file, {} expected", what, there, wanted), where,
                      fmt::format("--set {}={} for these files", setting, there));
  }
  wanted = there;
}

void read_categories(Metadata& metadata) {
  const std::string where = metadata.files.category_embeddings().string();
  std::vector<at::Tensor> vectors(static_cast<size_t>(metadata.graph->size()));
  for (const auto& [name, vector] : read_embeddings(metadata.files.category_embeddings())) {
    const auto label = metadata.graph->find_id(name);
    if (label) {
      vectors[static_cast<size_t>(*label)] = vector;
    } else {
      metadata.findings.push_back({Flaw::kNote, "unknown node", input_error(fmt::format("'{}' is no node of the graph", name), where)});
    }
  }
  for (int64_t label = 0; label < metadata.graph->size(); ++label) {
    if (vectors[static_cast<size_t>(label)].defined()) continue;
    metadata.findings.push_back({Flaw::kNote, "missing category embedding",
                                 input_error(fmt::format("node '{}' has no embedding", metadata.graph->node(label).id), where)});
  }
  metadata.categories =
      Rows(std::move(vectors), where, [&](size_t label) { return "'" + metadata.graph->node(static_cast<int64_t>(label)).id + "'"; });
  metadata.finite_categories = metadata.categories.finite();
}

void check_graph(Metadata& metadata) {
  const SemanticGraph& graph = *metadata.graph;
  const auto note = [&](const std::string& kind, const std::string& what) {
    metadata.findings.push_back({Flaw::kNote, kind, input_error(what, metadata.files.graph().string())});
  };
  if (!graph.root()) return note("no root", "the graph has no node with the id 'root'");
  for (int64_t label = 0; label < graph.size(); ++label) {
    if (graph.depth(label) < 0) note("unconnected node", fmt::format("node '{}' is not below the root", graph.node(label).id));
  }
}

/// Videos of the list file, if it is there.
std::vector<std::string> listed_keys(const Metadata& metadata, Split split) {
  std::vector<std::string> keys;
  for (const ListedVideo& video : read_list(metadata.files.list(split))) keys.push_back(metadata.key_of(video.name));
  return keys;
}

/// Names of `first` that `second` lacks, as a finding.
void compare_names(const std::vector<std::string>& first, const std::vector<std::string>& second, const char* what,
                   const std::string& where, std::vector<Finding>& findings) {
  const std::unordered_set<std::string_view> known(second.begin(), second.end());
  std::vector<const std::string*> lacking;
  for (const std::string& name : first) {
    if (known.count(name) == 0) lacking.push_back(&name);
  }
  if (lacking.empty()) return;
  findings.push_back(
      {Flaw::kBad, "row orders", input_error(fmt::format("{} {}, the first: '{}'", lacking.size(), what, *lacking.front()), where)});
}

void index_names(VideoTable& table) {
  for (size_t row = 0; row < table.names.size(); ++row) {
    const auto [entry, is_new] = table.rows.insert_or_assign(table.names[row], static_cast<int32_t>(row));
    if (is_new) continue;
    table.findings.push_back({Flaw::kNote, "duplicate video",
                              input_error(fmt::format("'{}' is named twice, row {} counts", table.names[row], row), table.path)});
  }
}

void read_video_embeddings(const Metadata& metadata, VideoTable& table) {
  const std::string where = metadata.files.video_embeddings(table.split).string();
  auto embeddings = read_embeddings(metadata.files.video_embeddings(table.split));
  std::vector<std::string> embedded;
  for (const auto& [name, vector] : embeddings) embedded.push_back(name);
  const bool has_list = fs::exists(metadata.files.list(table.split));
  const bool by_embeddings = table.names.empty();
  if (by_embeddings) table.names = embedded;
  index_names(table);
  std::vector<at::Tensor> vectors(table.names.size());
  for (size_t i = 0; i < embeddings.size(); ++i) {
    if (by_embeddings) {
      vectors[i] = std::move(embeddings[i].second);
    } else if (const auto row = table.find(embedded[i])) {
      vectors[static_cast<size_t>(*row)] = std::move(embeddings[i].second);
    }
  }
  table.embeddings = Rows(std::move(vectors), where, [&](size_t row) { return "'" + table.names[row] + "'"; });
  if (by_embeddings && !has_list) return;
  const auto listed = by_embeddings ? listed_keys(metadata, table.split) : table.names;
  compare_names(listed, embedded, "listed videos have no embedding", where, table.findings);
  compare_names(embedded, listed, "embeddings belong to no listed video", where, table.findings);
}

void require_rows(const VideoTable& table, const std::string& named_by) {
  const auto rows = table.features.count();
  if (rows == static_cast<int64_t>(table.names.size())) return;
  throw input_error(fmt::format("{} rows of features, but {} videos in {}", rows, table.names.size(), named_by), table.path,
                    "features and names must come from the same release");
}

}  // namespace

LocationQuery location_query(const Family& family, const Options& options, const std::string& root, std::optional<Role> role) {
  LocationQuery query;
  query.dataset = family.name;
  query.folders = {fs::path(root) / family.name, fs::path(root) / "metadata"};
  query.has_official_files = [&family, options](const fs::path& folder) {
    const auto files = files_of(family, options, folder, std::nullopt);
    return std::any_of(files.begin(), files.end(), [](const fs::path& path) { return fs::exists(path); });
  };
  query.missing_files = [&family, options, role](const fs::path& folder) {
    std::vector<std::string> missing;
    for (const fs::path& path : files_of(family, options, folder, role)) {
      if (!fs::exists(path)) missing.push_back(path.filename().string());
    }
    return missing;
  };
  query.standin = standin_folder(family.name, family.standin_settings(), standin_request(options));
  query.synthesize = [&family, options](const fs::path& folder) {
    DataRequest request;
    request.settings = standin_request(options);
    (void)family.synthesize(request, folder.string());
  };
  return query;
}

std::optional<int32_t> VideoTable::find(const std::string& key) const {
  const auto found = rows.find(key);
  return found == rows.end() ? std::nullopt : std::optional(found->second);
}

bool VideoTable::is_finite(int32_t row) const {
  const auto at = static_cast<size_t>(row);
  return (finite_features.empty() || finite_features[at]) && (finite_embeddings.empty() || finite_embeddings[at]);
}

std::string Metadata::key_of(const std::string& listed) const {
  const std::string& suffix = family->key_suffix;
  return listed.ends_with(suffix) ? listed : listed + suffix;
}

Metadata Metadata::open(const Family& family, const Options& options, const Location& location) {
  Metadata metadata;
  metadata.family = &family;
  metadata.options = options;
  metadata.location = location;
  metadata.files = {location.folder, family.name, options.base_model};
  metadata.graph = std::make_shared<const SemanticGraph>(SemanticGraph::read(metadata.files.graph()));
  settle(metadata.options.nodes, metadata.graph->size(), "nodes of the graph", "data.nodes", metadata.files.graph().string());
  settle(metadata.options.classes, metadata.graph->classes(), "classes of the graph", "data.classes", metadata.files.graph().string());
  check_graph(metadata);
  read_categories(metadata);
  settle(metadata.options.embedding_width, metadata.categories.width(), "width of the embeddings", "data.embedding_width",
         metadata.files.category_embeddings().string());
  return metadata;
}

std::shared_ptr<const VideoTable> Metadata::videos(Split split, bool values) {
  auto table = open_videos(split, values);
  options.feature_width = table->features.width();
  return table;
}

std::shared_ptr<const VideoTable> Metadata::open_videos(Split split, bool values) const {
  auto opened = std::make_shared<VideoTable>();
  VideoTable& table = *opened;
  table.split = split;
  table.path = files.features(split).string();
  const torch_file::Value content = read_vectors(files.features(split));
  const bool by_embeddings = options.layout == FeatureLayout::kRows && rows_by_embeddings(*family, split);
  if (options.layout == FeatureLayout::kPaths) {
    table.features = Rows::of(content["features"], table.path);
    const torch_file::Value names = content["path"];
    for (const auto& name : names.items()) table.names.push_back(name.text());
  } else {
    table.features = Rows::of(content, table.path);
    if (!by_embeddings) table.names = listed_keys(*this, split);
  }
  if (split == Split::kTest) {
    index_names(table);
  } else {
    read_video_embeddings(*this, table);
  }
  require_rows(table, options.layout == FeatureLayout::kPaths ? "its paths"
                      : by_embeddings                         ? files.video_embeddings(split).filename().string()
                                                              : files.list(split).filename().string());
  int64_t feature_width = options.feature_width, embedding_width = options.embedding_width;
  settle(feature_width, table.features.width(), "width of the features", "data.feature_width", table.path);
  if (table.embeddings.width() > 0) {
    settle(embedding_width, table.embeddings.width(), "width of the embeddings", "data.embedding_width",
           files.video_embeddings(split).string());
  }
  if (values) {
    table.finite_features = table.features.finite();
    table.finite_embeddings = table.embeddings.finite();
  }
  return opened;
}

}  // namespace vbench::set_abstraction
