// The program: answers --help and wrong usage at once, loads the engine (LibTorch and all) only when there is work to do.
#include <dlfcn.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "harness/cli/error_line.hpp"
#include "harness/cli/options.hpp"
#include "harness/core/error.hpp"

namespace {

using EngineMain = int (*)(int, char**);

// Two settings that the engine's libraries read while they are loaded. What the user has set stays.
void prepare_libraries() {
  // Waiting threads of GNU OpenMP spin: next to any other busy process, training becomes up to ten times slower. A short spin costs
  // nothing.
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) ::setenv("GOMP_SPINCOUNT", "1000", 0);
#if defined(__x86_64__)
  // OpenBLAS takes virtual and new processors that it does not know for a Pentium 4, and is then four times slower.
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    ::setenv("OPENBLAS_CORETYPE", "SkylakeX", 0);
  } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    ::setenv("OPENBLAS_CORETYPE", "Haswell", 0);
  }
#endif
}

EngineMain load_engine() {
  namespace fs = std::filesystem;
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
  std::string reason;
  for (const auto& path : {folder / "libvbench_engine.so", folder / VBENCH_ENGINE_FOLDER / "libvbench_engine.so"}) {
    if (!fs::exists(path)) continue;
    void* engine = ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
    void* entry = engine == nullptr ? nullptr : ::dlsym(engine, "vbench_engine_main");
    if (entry != nullptr) return reinterpret_cast<EngineMain>(entry);
    reason = ::dlerror();
  }
  throw vbench::Error(vbench::ErrorKind::kInternal, reason.empty() ? "libvbench_engine.so is not beside the program" : reason, "vbench",
                      "build or install it again");
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
    prepare_libraries();
    return load_engine()(argc, argv);
  } catch (const vbench::Error& error) {
    std::cerr << vbench::cli::error_line(error.what()) << "\n";
    return vbench::exit_code(error.kind());
  } catch (const std::exception& error) {
    std::cerr << "vbench: internal error: " << error.what() << "\n";
    return vbench::exit_code(vbench::ErrorKind::kInternal);
  }
}
