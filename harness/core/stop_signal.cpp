#include "harness/core/stop_signal.hpp"

#include <unistd.h>

#include <csignal>

#include "harness/core/error.hpp"

namespace vbench {
namespace {

volatile std::sig_atomic_t stop_count = 0;

void on_signal(int) {
  stop_count = stop_count + 1;
  if (stop_count > 1) ::_exit(exit_code(ErrorKind::kInterrupted));
}

}  // namespace

void install_stop_signal() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  // A write beyond RLIMIT_FSIZE must be an error message, not a silent death.
  std::signal(SIGXFSZ, SIG_IGN);
}

bool stop_requested() { return stop_count > 0; }

void throw_if_stop_requested() {
  if (stop_requested()) throw Error(ErrorKind::kInterrupted, "interrupted; nothing was written");
}

}  // namespace vbench
