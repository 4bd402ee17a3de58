// What `vbench predict` and `vbench explain` say of videos. Used by method.hpp and tests.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/something/something_data.hpp"
#include "harness/core/experiment.hpp"
#include "methods/smth3d/network.hpp"

namespace vbench::smth3d {

/// A table a video: its `top` classes with their probabilities; the true class is in the title where it is known.
/// @throws Error kUsage for candidates (there is nothing to compare), and as SomethingData::look
[[nodiscard]] std::vector<Answer> predict_videos(const Network& network, const something::SomethingData& data,
                                                 const PredictRequest& request);

/// Grad-CAM of the first clip of each video: `<folder>/<id>-gradcam.webm` (original and overlay side by side) and
/// `<folder>/<id>-gradcam.png` (contact sheet). Two tables a video: the classes of that clip with their probabilities, and the files.
/// @throws Error kUsage for a class that is not there (with the nearest names), and as SomethingData::look
[[nodiscard]] std::vector<Answer> explain_videos(const Network& network, const something::SomethingData& data,
                                                 const ExplainRequest& request);

// The same for one video that was read already.
[[nodiscard]] Answer predict_view(const Network& network, const something::View& view, const std::vector<std::string>& names, int64_t top);

/// How one video is explained.
struct ViewRequest {
  std::string class_name;      ///< empty: the class with the highest score
  std::filesystem::path base;  ///< of the files' names: "folder/166766" gives folder/166766-gradcam.png
  int64_t top = 5;
};
[[nodiscard]] std::vector<Answer> explain_view(const Network& network, const something::View& view, const std::vector<std::string>& names,
                                               const ViewRequest& request);

/// The index of a class by its name; capitals and the brackets of a template ("Moving [something] up") make no difference.
/// @throws Error kUsage with the nearest names
[[nodiscard]] int64_t class_by_name(const std::string& name, const std::vector<std::string>& names);

/// A part of a file's name for each video: paths lose folders and a video's extension, characters other than letters, digits, '.', '_' and
/// '-' become '_', and names that were given away get "-2", "-3", ...
[[nodiscard]] std::vector<std::string> file_names_of(const std::vector<std::string>& videos);

}  // namespace vbench::smth3d
