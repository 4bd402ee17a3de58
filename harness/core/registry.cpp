#include "harness/core/registry.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench {
namespace {

template <class Entry>
std::vector<std::string> names_of(const std::vector<Entry>& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries) names.push_back(entry.name);
  return names;
}

template <class Entry>
const Entry& find_by_name(const std::vector<Entry>& entries, const std::string& name, const std::string& kind) {
  for (const auto& entry : entries) {
    if (entry.name == name) return entry;
  }
  throw usage_error("unknown " + kind + " '" + name + "'", "",
                    suggest(name, names_of(entries)) + " ('vbench list " + kind + "s' lists all)");
}

template <class Entry>
void require_new(const std::vector<Entry>& entries, const std::string& name, const std::string& kind) {
  for (const auto& entry : entries) {
    if (entry.name == name) throw Error(ErrorKind::kInternal, fmt::format("{} '{}' is registered twice", kind, name));
  }
}

}  // namespace

void Registry::require_open(const std::string& adding) const {
  if (frozen_) throw Error(ErrorKind::kInternal, "'" + adding + "' registered after the registry was frozen");
}

Registry::MethodHandle Registry::method(const std::string& name, const std::string& purpose, const std::string& published_json) {
  require_open(name);
  require_new(methods_, name, "method");
  methods_.push_back({name, purpose, published_json});
  return {*this, name};
}

Registry::MethodHandle& Registry::MethodHandle::variant(const std::string& dataset, const std::string& name, const std::string& reproduces,
                                                        std::function<std::unique_ptr<Pairing>()> make) {
  registry_.require_open(name);
  for (const auto& entry : registry_.variants_) {
    if (entry.method == method_ && entry.name == name && entry.dataset == dataset)
      throw Error(ErrorKind::kInternal, fmt::format("variant '{}/{}' is registered twice for {}", method_, name, dataset));
  }
  registry_.variants_.push_back({method_, name, dataset, reproduces, std::move(make)});
  return *this;
}

void Registry::dataset(DatasetEntry entry) {
  require_open(entry.name);
  require_new(datasets_, entry.name, "dataset");
  datasets_.push_back(std::move(entry));
}

const MethodEntry& Registry::find_method(const std::string& name) const { return find_by_name(methods_, name, "method"); }
const DatasetEntry& Registry::find_dataset(const std::string& name) const { return find_by_name(datasets_, name, "dataset"); }

const VariantEntry& Registry::find_variant(const std::string& method, const std::string& dataset, const std::string& variant) const {
  (void)find_method(method);
  if (!dataset.empty()) (void)find_dataset(dataset);
  std::vector<std::string> known;
  for (const auto& entry : variants_) {
    if (entry.method != method || (!dataset.empty() && entry.dataset != dataset)) continue;
    if (variant.empty() || entry.name == variant) return entry;
    if (std::find(known.begin(), known.end(), entry.name) == known.end()) known.push_back(entry.name);  // once for all its datasets
  }
  if (known.empty()) {
    std::vector<std::string> pairs;
    for (const auto& entry : variants_) {
      if (entry.method == method && std::find(pairs.begin(), pairs.end(), entry.dataset) == pairs.end()) pairs.push_back(entry.dataset);
    }
    throw usage_error("method '" + method + "' does not run on dataset '" + dataset + "'", "", suggest(dataset, pairs));
  }
  throw usage_error("unknown variant '" + variant + "' of method '" + method + "'" + (dataset.empty() ? "" : " on '" + dataset + "'"),
                    "--variant", suggest(variant, known));
}

}  // namespace vbench
