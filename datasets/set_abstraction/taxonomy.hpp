// Semantic graphs from plain text: a list of classes and a file of parents and children. Used by `vbench data prepare` and by the stand-in.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/set_abstraction/graph.hpp"

namespace vbench::set_abstraction {

/// A line of a taxonomy file.
struct TaxonomyEdge {
  std::string parent, child;
};

/// One class a line, in the order of the labels; '#' starts a comment, empty lines do not count.
/// @throws Error kInput naming the line of a class that was there before; also for a file without classes
[[nodiscard]] std::vector<std::string> read_classes(const std::filesystem::path& path);

/// Lines of `parent<tab>child`, or `parent child` where neither name holds a blank; '#' starts a comment.
/// @throws Error kInput naming a line of another form, or one that was there before
[[nodiscard]] std::vector<TaxonomyEdge> read_taxonomy(const std::filesystem::path& path);

void write_classes(const std::filesystem::path& path, const std::vector<std::string>& classes);
void write_taxonomy(const std::filesystem::path& path, const std::vector<TaxonomyEdge>& edges);

/// Labels: the classes in their order, the other concepts by first appearance, `root` last. A concept without a parent goes below `root`.
/// Ids are the names; classes have them as categories too.
/// @throws Error kInput for a class that is not in the taxonomy, a concept without a class below, a cycle, something above `root`
[[nodiscard]] SemanticGraph build_graph(const std::vector<std::string>& classes, const std::vector<TaxonomyEdge>& edges,
                                        const std::string& where);

}  // namespace vbench::set_abstraction
