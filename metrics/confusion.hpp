// Which class is taken for which: the confusion matrix and its worst entries. Pure functions of tensors.
// Used by the protocols of methods that name things, and by the contrastive score.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace vbench {

/// How often each class was predicted for the samples of each class.
///
/// @param target     [N] int64 in [0, classes)
/// @param predicted  [N] int64 in [0, classes)
/// @return           [classes, classes] int64 on the CPU, row = true class
/// @throws Error     kInput for shapes, types and classes out of range
[[nodiscard]] at::Tensor confusion_matrix(const at::Tensor& target, const at::Tensor& predicted, int64_t classes);

/// One class taken for another.
struct Confusion {
  int64_t target = 0, predicted = 0;
  int64_t count = 0;
  double share = 0;  ///< of the samples of the true class, (0, 1]
};

/// All that happened, the largest share first; among equal ones the lower true class, then the lower predicted one.
/// @param matrix  [K, K] as from confusion_matrix()
[[nodiscard]] std::vector<Confusion> confusions(const at::Tensor& matrix);

/// Share [0, 1] of samples on the diagonal; NaN without samples.
[[nodiscard]] double diagonal_share(const at::Tensor& matrix);

}  // namespace vbench
