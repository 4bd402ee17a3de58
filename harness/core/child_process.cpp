#include "harness/core/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>

#include "harness/core/error.hpp"
#include "harness/core/process_memory.hpp"
#include "harness/core/stop_signal.hpp"

extern char** environ;

namespace vbench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kKept = 4096;  // bytes of stderr
constexpr std::chrono::milliseconds kLook(20);
constexpr std::chrono::seconds kPatience(5);

/// stderr of the child, read as it comes so that a full pipe never stops it.
class ErrorPipe {
 public:
  ErrorPipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) throw Error(ErrorKind::kInternal, std::string("no pipe: ") + std::strerror(errno));
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  ErrorPipe(const ErrorPipe&) = delete;
  ErrorPipe& operator=(const ErrorPipe&) = delete;
  ~ErrorPipe() {
    close_writing();
    ::close(ends_[0]);
  }
  [[nodiscard]] int writing() const { return ends_[1]; }
  void close_writing() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

  /// Waits a moment for something to read.
  void look() {
    pollfd waited{ends_[0], POLLIN, 0};
    if (::poll(&waited, 1, static_cast<int>(kLook.count())) <= 0 || (waited.revents & POLLIN) == 0) {
      if ((waited.revents & POLLHUP) != 0) std::this_thread::sleep_for(kLook);
      return;
    }
    std::array<char, 4096> bytes{};
    for (ssize_t got = 1; got > 0;) {
      got = ::read(ends_[0], bytes.data(), bytes.size());
      if (got > 0) text_.append(bytes.data(), static_cast<size_t>(got));
      if (text_.size() > kKept) text_.erase(0, text_.size() - kKept);
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::array<int, 2> ends_{-1, -1};
  std::string text_;
};

pid_t start(const std::filesystem::path& program, const std::vector<std::string>& arguments, int error) {
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, error, 2);
  pid_t child = 0;
  const int code = ::posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (code != 0) throw input_error(std::string("cannot be started: ") + std::strerror(code), program.string());
  return child;
}

/// Nothing while it runs.
std::optional<int> exit_of(pid_t child) {
  int status = 0;
  const pid_t ended = ::waitpid(child, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return std::nullopt;
  if (ended < 0) return 255;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void stop(pid_t child) {
  ::kill(child, SIGTERM);
  const auto begin = Clock::now();
  while (!exit_of(child)) {
    if (Clock::now() - begin > kPatience) ::kill(child, SIGKILL);
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace

ChildResult run_program(const std::filesystem::path& program, const std::vector<std::string>& arguments) {
  ErrorPipe error;
  const pid_t child = start(program, arguments, error.writing());
  error.close_writing();
  ChildResult result;
  std::optional<int> code;
  while (!(code = exit_of(child))) {
    result.peak_bytes = std::max(result.peak_bytes, peak_memory(std::to_string(child)));
    if (stop_requested()) {
      stop(child);
      throw Error(ErrorKind::kInterrupted, "interrupted", program.filename().string());
    }
    error.look();
  }
  // A Ctrl-C reaches the child too: it may have ended before we looked.
  if (stop_requested()) throw Error(ErrorKind::kInterrupted, "interrupted", program.filename().string());
  error.look();  // what it said last
  result.exit_code = *code;
  result.error = error.text();
  return result;
}

}  // namespace vbench
