// Kinetics-400 as a dataset of video sets. Used by the methods that train on it.
#pragma once

#include "datasets/set_abstraction/set_data.hpp"

namespace vbench {

namespace set_abstraction {
[[nodiscard]] const Family& kinetics_family();  ///< names, files and layout
}

class Kinetics : public set_abstraction::SetData {
 public:
  /// kTrain: the training sets; kEvaluate: val, and the test split's rankings. @throws Error kInput, see SetData
  static Kinetics open(const Options& options, const RunSpec& spec, Role role) { return {options, spec, role}; }

 private:
  Kinetics(const Options& options, const RunSpec& spec, Role role) : SetData(set_abstraction::kinetics_family(), options, spec, role) {}
};

}  // namespace vbench
