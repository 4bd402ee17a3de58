// The engine's entry: registers everything, runs one command, turns errors into one line and an exit code.
#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <map>
#include <new>
#include <string>

#include "datasets/register.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/cli/error_line.hpp"
#include "harness/core/error.hpp"
#include "harness/core/stop_signal.hpp"
#include "methods/registered_methods.hpp"

namespace vbench::cli {
namespace {

int dispatch(const CommandContext& context) {
  static const std::map<std::string, int (*)(const CommandContext&)> commands{{"run", run_command},
                                                                              {"list", list_command},
                                                                              {"show", show_command},
                                                                              {"leaderboard", leaderboard_command},
                                                                              {"data", data_command},
                                                                              {"embed", embed_command},
                                                                              {"predict", predict_command},
                                                                              {"explain", explain_command},
                                                                              {"rescore", rescore_command},
                                                                              {"report", report_command},
                                                                              {"compare", compare_command},
                                                                              {"table", table_command},
                                                                              {"throughput", throughput_command},
                                                                              {"watch", watch_command},
                                                                              {"doctor", doctor_command}};
  return commands.at(context.invocation.command)(context);
}

std::string join(int argc, char** argv) { return fmt::format("{}", fmt::join(argv, argv + argc, " ")); }

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

int fail(ErrorKind kind, const std::string& line) {
  std::cout.flush();
  std::cerr << error_line(line) << "\n";
  return exit_code(kind);
}

int run_engine(int argc, char** argv) {
  try {
    const auto invocation = parse({argv + 1, argv + argc});
    install_stop_signal();
    Registry registry;
    register_datasets(registry);
    register_methods(registry);
    registry.freeze();
    Progress progress(static_cast<Verbosity>(invocation.run.verbosity));
    const int code = dispatch({invocation, registry, progress, join(argc, argv)});
    std::cout.flush();
    if (!std::cout) return fail(ErrorKind::kInput, "cannot write the result to stdout");
    return code;
  } catch (const Error& error) {
    return fail(error.kind(), error.what());
  } catch (const c10::Error& error) {
    return fail(ErrorKind::kInternal, "internal error in a tensor operation: " + first_line(error.what_without_backtrace()));
  } catch (const std::filesystem::filesystem_error& error) {  // a name that is too long, a folder that may not be read, ...
    return fail(ErrorKind::kInput, fmt::format("{}: {}", error.path1().string(), error.code().message()));
  } catch (const std::bad_alloc&) {
    return fail(ErrorKind::kInternal, "out of memory; lower batch_size with --set, or leave out --preload");
  } catch (const std::exception& error) {
    return fail(ErrorKind::kInternal, "internal error: " + first_line(error.what()));
  }
}

}  // namespace
}  // namespace vbench::cli

extern "C" __attribute__((visibility("default"))) int vbench_engine_main(int argc, char** argv) {
  return vbench::cli::run_engine(argc, argv);
}
