// How busy other programs keep the machine while something is measured. Used by `vbench throughput`.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace vbench::cli {

/// Counts from its construction on.
class OtherLoad {
 public:
  OtherLoad();
  /// Processors, of those that this process may use, that others kept busy on average; programs that we started and that have ended are no
  /// others. Nothing where the kernel does not say.
  [[nodiscard]] std::optional<double> cores() const;
  /// Why speeds measured meanwhile are not to be believed; empty: no reason.
  [[nodiscard]] std::string doubt() const;

 private:
  std::optional<double> busy_;  ///< seconds of all these processors, since the machine started
  double own_;
  std::chrono::steady_clock::time_point begun_;
};

}  // namespace vbench::cli
