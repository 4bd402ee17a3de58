// A metadata folder from one's own classes, taxonomy and cached features. Used by `vbench data prepare` of Kinetics and Moments.
#pragma once

#include <string>

#include "harness/core/registry.hpp"

namespace vbench::set_abstraction {

/// What it needs, for people; several lines.
[[nodiscard]] std::string preparation_text();

/// Writes graph, list files, features (copied), category and video embeddings, abstraction sets of train and val, and ranked sets of test
/// into `folder`, which must be new or empty; whole or not at all. PREPARED.json says what it was made from.
///
/// Our rules, where the authors' are not known: the vector of a class is the mean of its words' vectors (words without a vector do not
/// count); of another concept, the mean over all classes below it; of a video, the mean over its classes. Without word vectors every class
/// has a random one. Distances of ranked sets are semantic (edges between classes in the graph), not judged by people.
///
/// @param dataset  "kinetics" or "moments": how files and videos are called
/// @param request  settings classes, taxonomy, list_{train,val,test}, features_{train,val,test}, word_vectors, embedding_width, train_sets,
///                 val_sets, ranking_records; and the seed
/// @throws Error   kUsage for missing or unknown settings, kInput for what is wrong with a file
DataReport prepare(const std::string& dataset, const DataRequest& request, const std::string& folder);

}  // namespace vbench::set_abstraction
