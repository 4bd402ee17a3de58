#include "datasets/location/warning.hpp"

#include <mutex>
#include <set>

#include "harness/core/progress.hpp"

namespace vbench {

void warn_once(const std::string& line, int verbosity) {
  static std::mutex mutex;
  static std::set<std::string> said;
  const std::lock_guard lock(mutex);
  if (said.insert(line).second) Progress(static_cast<Verbosity>(verbosity)).warning(line);
}

}  // namespace vbench
