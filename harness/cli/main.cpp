// The program: answers --help and wrong usage at once, loads the engine (LibTorch and all) only when there is work to do.
#include <dlfcn.h>

#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "harness/cli/options.hpp"
#include "harness/core/error.hpp"

namespace {

using EngineMain = int (*)(int, char**);

EngineMain load_engine() {
  namespace fs = std::filesystem;
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
  std::string reason;
  for (const auto& path : {folder / "libvbench_engine.so", folder / VBENCH_ENGINE_FOLDER / "libvbench_engine.so"}) {
    if (!fs::exists(path)) continue;
    void* engine = ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (engine != nullptr) return reinterpret_cast<EngineMain>(::dlsym(engine, "vbench_engine_main"));
    reason = ::dlerror();
  }
  throw vbench::Error(vbench::ErrorKind::kInternal, reason.empty() ? "libvbench_engine.so is not beside the program" : reason, "vbench", "build or install it again");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto invocation = vbench::cli::parse({argv + 1, argv + argc});
    if (invocation.version) {
      std::cout << vbench::cli::version_text() << "\n";
      return 0;
    }
    if (invocation.help) {
      std::cout << vbench::cli::help_text(invocation.command);
      return 0;
    }
    return load_engine()(argc, argv);
  } catch (const vbench::Error& error) {
    std::cerr << "vbench: " << error.what() << "\n";
    return vbench::exit_code(error.kind());
  } catch (const std::exception& error) {
    std::cerr << "vbench: internal error: " << error.what() << "\n";
    return vbench::exit_code(vbench::ErrorKind::kInternal);
  }
}
