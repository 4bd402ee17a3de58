// Counts the operations of matrix products, attention and convolutions that are really computed, whoever asks for them: any method's
// forward pass, backward pass or evaluation. Used by stage_passes.cpp.
#pragma once

namespace vbench::throughput {

/// Counts from its construction on, in all threads; one at a time. Observing costs time: nothing that is timed should run meanwhile.
class OperationCounter {
 public:
  OperationCounter();
  ~OperationCounter();
  OperationCounter(const OperationCounter&) = delete;
  OperationCounter& operator=(const OperationCounter&) = delete;

  /// A multiply-add is two.
  [[nodiscard]] double operations() const;

 private:
  unsigned long callback_;
};

}  // namespace vbench::throughput
