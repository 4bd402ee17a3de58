// Optimisers (Adam, RAdam, SGD) with savable state, and gradient clipping. Used by the trainer and its checkpoints.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/core/experiment.hpp"
#include "harness/train/options.hpp"

namespace vbench {

class UpdateRule;

/// How updates are computed. Results differ by rounding at most.
enum class UpdatePath {
  kFastest,    ///< one multi-threaded pass over all contiguous float32 CPU parameters; tensor operations for the others
  kTensorOps,  ///< tensor operations for all: every device and dtype
};

/// Changes parameters by their gradients.
///
/// As in PyTorch, a parameter without a gradient is left alone: no update, no weight decay, moments and its step count unchanged.
/// The step count belongs to the parameter, so one that joins late gets its bias corrections from its own first step.
class Optimizer {
 public:
  /// @throws Error kUsage for options that make no sense, kInternal for parameters that are no floating-point tensors or occur twice
  [[nodiscard]] static std::unique_ptr<Optimizer> make(const OptimizerOptions& options, std::vector<Parameter> parameters,
                                                       UpdatePath path = UpdatePath::kFastest);
  ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// One update of all parameters that have a gradient. The result does not depend on the number of threads.
  /// @throws Error kInternal for a sparse gradient
  void step(double learning_rate);

  /// Drops all gradients: they become undefined, not zero, so that parameters outside the next loss are left alone.
  void zero_grad();

  /// For each parameter in order: "<name>/step" (int64 scalar), then "<name>/m" and "<name>/v" as far as the rule has them (shape, dtype
  /// and device of the parameter). The moments are the live tensors, so copy them if they must outlive the next step.
  [[nodiscard]] std::vector<NamedTensor> state() const;

  /// Puts a saved state back, from any device; later steps give the same bits as if nothing had happened.
  /// @throws Error kInput for a missing, unknown or misfitting entry; nothing is changed then
  void load_state(const std::map<std::string, at::Tensor>& state);

 private:
  struct Slot;
  Optimizer(std::unique_ptr<UpdateRule> rule, std::vector<Slot> slots, UpdatePath path);

  std::unique_ptr<UpdateRule> rule_;
  std::vector<Slot> slots_;
  UpdatePath path_;
};

/// L2 norm of all gradients taken as one vector, in double; 0 without any.
[[nodiscard]] double gradient_norm(const std::vector<Parameter>& parameters);

/// Multiplies all gradients by max_norm / (norm + 1e-6) if that is below 1, as PyTorch does. @return the norm before
/// @throws Error kNumeric if the norm is not finite; the gradients are unchanged then
double clip_gradient_norm(const std::vector<Parameter>& parameters, double max_norm);

}  // namespace vbench
