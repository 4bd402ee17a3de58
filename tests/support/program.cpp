#include "tests/support/program.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"

namespace vbench::test {
namespace fs = std::filesystem;
namespace {

const char* inherited(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

std::vector<std::string> environment_of(const ProgramOptions& options) {
  std::map<std::string, std::string> all{{"PATH", inherited("PATH", "/usr/bin:/bin")},
                                         {"HOME", inherited("HOME", "/")},
                                         {"VBENCH_CACHE", (fs::path(VBENCH_BINARY_DIR) / "test_cache").string()}};
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) all[name] = value;
  }
  for (const auto& [name, value] : options.environment) all[name] = value;
  std::vector<std::string> entries;
  for (const auto& [name, value] : all) entries.push_back(name + "=" + value);
  return entries;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

void redirect(const fs::path& path, int descriptor) {
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0644);
  ::dup2(file, descriptor);
  ::close(file);
}

}  // namespace

Program::Program(const std::vector<std::string>& arguments, const ProgramOptions& options) {
  std::string name = (fs::temp_directory_path() / "vbench_program_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw input_error("cannot create a temporary folder", name);
  folder_ = name;
  const std::string program = (options.program.empty() ? fs::path(VBENCH_BINARY_DIR) / "vbench" : options.program).string();
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  auto variables = environment_of(options);
  auto argv = pointers(words);
  auto envp = pointers(variables);
  pid_ = ::fork();
  if (pid_ != 0) return;
  redirect(folder_ / "out", STDOUT_FILENO);
  redirect(folder_ / "err", STDERR_FILENO);
  if (::chdir(options.folder.c_str()) != 0) ::_exit(127);
  if (options.file_size_limit) {
    const rlimit limit{*options.file_size_limit, *options.file_size_limit};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ::execve(program.c_str(), argv.data(), envp.data());
  ::_exit(127);
}

Program::~Program() {
  if (!status_) {
    signal(SIGKILL);
    (void)wait();
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Program::signal(int number) const { ::kill(pid_, number); }

bool Program::running() {
  if (status_) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
  return !status_;
}

ProgramResult Program::wait() {
  if (!status_) {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    status_ = status;
  }
  ProgramResult result;
  result.exit_code = WIFEXITED(*status_) ? WEXITSTATUS(*status_) : 128 + WTERMSIG(*status_);
  if (fs::exists(folder_ / "out")) result.out = read_file(folder_ / "out");
  if (fs::exists(folder_ / "err")) result.err = read_file(folder_ / "err");
  return result;
}

bool Program::wait_for(const std::string& text, std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < end) {
    const bool alive = running();
    if (fs::exists(folder_ / "err") && read_file(folder_ / "err").find(text) != std::string::npos) return true;
    if (!alive) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

ProgramResult run_program(const std::vector<std::string>& arguments, const ProgramOptions& options) {
  return Program(arguments, options).wait();
}

}  // namespace vbench::test
