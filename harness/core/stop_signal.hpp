// SIGINT and SIGTERM as a polite request: the trainer finishes its step, saves and ends with exit code 130. A second signal ends at once.
#pragma once

namespace vbench {

/// Installs the handlers for SIGINT and SIGTERM. Files are replaced atomically, so that the second signal may come at any moment.
void install_stop_signal();

/// True after the first signal.
[[nodiscard]] bool stop_requested();

/// @throws Error kInterrupted if a stop was requested. For long loops that have nothing to save.
void throw_if_stop_requested();

}  // namespace vbench
