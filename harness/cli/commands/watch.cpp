// `vbench watch`: the runs below --out, again and again until nothing goes on any more.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <map>
#include <thread>

#include "harness/cli/commands/boards.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/cli/commands/watched_runs.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/stop_signal.hpp"

namespace vbench::cli {
namespace {

using Clock = std::chrono::steady_clock;

void check(const CommandContext& context) {
  const RunSpec& spec = context.invocation.run;
  const WatchOptions& options = context.invocation.watch;
  if (!spec.method.empty()) (void)context.registry.find_method(spec.method);
  if (!spec.dataset.empty()) (void)context.registry.find_dataset(spec.dataset);
  constexpr double kShortest = 0.1, kLongest = 1e6;
  if (!(options.interval >= kShortest) || options.interval > kLongest)
    throw usage_error(fmt::format("{} s between two looks", options.interval), "--interval", "0.1 or more");
  if (!(options.idle >= 0) || options.idle > kLongest) throw usage_error(fmt::format("{} s without a run", options.idle), "--idle");
  if (spec.format && !options.once)
    throw usage_error("what is printed anew all the time has one form", "--format", "with --once it has all of them");
}

/// Shows runs as often as it is asked to.
class Screen {
 public:
  void show(const std::vector<WatchedRun>& runs) { terminal_ ? redraw(runs) : print_changes(runs); }

 private:
  static void redraw(const std::vector<WatchedRun>& runs) {
    // Home, then over what was there, then clear the rest: nothing flickers.
    std::string text = "\x1b[H" + render(cut(watch_table(runs)), OutputFormat::kTable, true);
    for (size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 4)) text.insert(at, "\x1b[K");
    std::cout << text << "\x1b[J" << std::flush;
  }

  /// What does not fit would scroll by again and again; those that go on stand first.
  static Table cut(Table table) {
    winsize size{};
    constexpr size_t kOther = 6;  // title, header, lines, the note below and the cursor
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row <= kOther + table.notes.size()) return table;
    const size_t room = size.ws_row - kOther - table.notes.size();
    if (table.rows.size() <= room) return table;
    table.notes.push_back(fmt::format("{} more runs: a larger window shows them, or --once.", table.rows.size() - room));
    table.rows.resize(room);
    return table;
  }

  void print_changes(const std::vector<WatchedRun>& runs) {
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {  // the newest last
      const auto line = watch_line(*run);
      auto& said = said_[run->folder.string()];
      if (said != line) std::cout << line << std::endl;
      said = line;
    }
  }

  const bool terminal_ = ::isatty(STDOUT_FILENO) == 1;
  std::map<std::string, std::string> said_;
};

/// False if the user wants to leave.
bool wait(double seconds) {
  constexpr std::chrono::milliseconds kLook(50);
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (!stop_requested() && Clock::now() < end) std::this_thread::sleep_for(kLook);
  return !stop_requested();
}

std::vector<WatchedRun> look(const CommandContext& context) {
  auto runs = watched_runs(context.invocation.run);
  const std::string& folder = context.invocation.watch.tensorboard;
  if (folder.empty()) return runs;
  for (const auto& run : runs) write_event_file(run, folder);
  return runs;
}

Error nothing_there(const RunSpec& spec) {
  return input_error("holds no runs that match", spec.out, "'vbench run' makes some; --out names their folder");
}

}  // namespace

int watch_command(const CommandContext& context) {
  check(context);
  const RunSpec& spec = context.invocation.run;
  const WatchOptions& options = context.invocation.watch;
  if (!options.tensorboard.empty()) make_folder(options.tensorboard);
  auto runs = look(context);
  if (options.once) {
    if (runs.empty()) throw nothing_there(spec);
    print_tables({watch_table(runs)}, effective_format(spec));
    return 0;
  }
  Screen screen;
  auto last_sign = Clock::now();
  while (true) {
    screen.show(runs);
    const bool any = std::any_of(runs.begin(), runs.end(), [](const WatchedRun& run) { return run.goes_on(); });
    if (any) last_sign = Clock::now();
    if (Clock::now() - last_sign >= std::chrono::duration<double>(options.idle)) break;
    if (!wait(options.interval)) return 0;
    runs = look(context);
  }
  if (runs.empty()) throw nothing_there(spec);
  return 0;
}

}  // namespace vbench::cli
