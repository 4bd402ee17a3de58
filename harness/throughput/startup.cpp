// How long the program takes to start: help (no LibTorch) and a command that loads the engine.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <filesystem>
#include <string>
#include <vector>

extern char** environ;

namespace {

std::string program() { return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "vbench").string(); }

// Runs the program to its end with its output thrown away. False if it failed.
bool run(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{program()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const bool started = posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  return started && waitpid(child, &status, 0) == child && status == 0;
}

void start(benchmark::State& state, const std::vector<std::string>& arguments) {
  for (auto _ : state) {
    if (!run(arguments)) {
      state.SkipWithError("the program failed");
      break;
    }
  }
}

void help(benchmark::State& state) { start(state, {"--help"}); }
void list(benchmark::State& state) { start(state, {"list", "metrics"}); }
BENCHMARK(help)->Name("startup/help")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(list)->Name("startup/list_metrics")->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
