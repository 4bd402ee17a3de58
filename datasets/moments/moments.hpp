// Multi-Moments in Time as a dataset of video sets. Used by the methods that train on it.
#pragma once

#include "datasets/set_abstraction/set_data.hpp"

namespace vbench {

namespace set_abstraction {
[[nodiscard]] const Family& moments_family();  ///< names, files and layout
}

class Moments : public set_abstraction::SetData {
 public:
  /// kTrain: the training sets; kEvaluate: val, and the test split's rankings. @throws Error kInput, see SetData
  static Moments open(const Options& options, const RunSpec& spec, Role role) { return {options, spec, role}; }

 private:
  Moments(const Options& options, const RunSpec& spec, Role role) : SetData(set_abstraction::moments_family(), options, spec, role) {}
};

}  // namespace vbench
