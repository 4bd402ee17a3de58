// ActivityNet as a dataset of videos with described clips. Used by the methods that train on it.
#pragma once

#include "datasets/video_text/retrieval_data.hpp"

namespace vbench {

namespace video_text {
[[nodiscard]] const Family& activitynet_family();  ///< names, files and layout
}

class ActivityNet : public video_text::RetrievalData {
 public:
  /// The split that `role` asks for: options.train_split or options.eval_split. @throws Error kInput, see RetrievalData
  static ActivityNet open(const Options& options, const RunSpec& spec, Role role) { return {options, spec, role}; }

 private:
  ActivityNet(const Options& options, const RunSpec& spec, Role role)
      : RetrievalData(video_text::activitynet_family(), options, spec, role) {}
};

}  // namespace vbench
