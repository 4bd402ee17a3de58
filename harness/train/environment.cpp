#include "harness/train/environment.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>
#include <sys/sysinfo.h>
#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/version.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "generated/revision.hpp"
#include "harness/core/text.hpp"
#include "harness/train/device.hpp"

namespace vbench {
namespace {

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) == 0) return trim(line.substr(line.find(':') + 1));
  }
  return "unknown";
}

std::string cpu_abilities() {
  std::ifstream file("/proc/cpuinfo");
  std::vector<std::string> found;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("flags", 0) != 0) continue;
    for (const char* flag : {"avx2", "avx512f", "avx512_bf16", "amx_bf16"}) {
      if (fmt::format("{} ", line).find(fmt::format(" {} ", flag)) != std::string::npos) found.emplace_back(flag);
    }
    break;
  }
  return found.empty() ? "none of avx2, avx512f, avx512_bf16, amx_bf16" : fmt::format("{}", fmt::join(found, " "));
}

// Debian chooses the BLAS by an alternative, so only the running process knows: look at what is loaded.
std::string loaded_blas() {
  std::string found = "unknown";
  const auto look = [](dl_phdr_info* info, size_t, void* out) -> int {
    std::error_code error;
    const auto path = std::filesystem::canonical(info->dlpi_name, error).string();
    if (!error && (path.find("libblas.so") != std::string::npos || path.find("openblas") != std::string::npos))
      *static_cast<std::string*>(out) = path;
    return 0;
  };
  ::dl_iterate_phdr(look, &found);
  if (found.find("openblas-openmp") != std::string::npos) return "openblas-openmp";
  if (found.find("openblas-pthread") != std::string::npos) return "openblas-pthread";
  if (found.find("openblas-serial") != std::string::npos) return "openblas-serial";
  if (found.find("/blas/libblas") != std::string::npos) return "reference";
  return found;
}

/// Which processor OpenBLAS thinks this is; its kernels are chosen by that. Empty for another BLAS.
std::string openblas_core() {
  using CoreName = char* (*)();
  const auto name = reinterpret_cast<CoreName>(::dlsym(RTLD_DEFAULT, "openblas_get_corename"));
  return name == nullptr ? "" : name();
}

}  // namespace

std::map<std::string, std::string> describe_environment() {
  std::map<std::string, std::string> all;
  all["cpu"] = cpu_name();
  all["cpu_abilities"] = cpu_abilities();
  all["cores"] = std::to_string(available_cores());
  all["threads"] = std::to_string(at::get_num_threads());
  all["blas"] = loaded_blas();
  all["libtorch"] = TORCH_VERSION;
  all["onednn"] = at::globalContext().hasMKLDNN() ? "yes" : "no";
  all["cuda"] = torch::cuda::is_available() ? fmt::format("{} device(s)", torch::cuda::device_count()) : "no";
#if defined(__clang__)
  all["compiler"] = __VERSION__;  // names itself
#else
  all["compiler"] = fmt::format("GCC {}", __VERSION__);
#endif
  all["revision"] = VBENCH_REVISION;
  all["build"] = VBENCH_BUILD_TYPE;
  if (const auto core = openblas_core(); !core.empty()) all["openblas_core"] = core;
  struct sysinfo info {};
  if (::sysinfo(&info) == 0) {
    all["memory_gib"] = fmt::format("{:.1f}", static_cast<double>(info.totalram) * info.mem_unit / (1 << 30));
    all["load_1min"] = fmt::format("{:.2f}", static_cast<double>(info.loads[0]) / (1 << SI_LOAD_SHIFT));
  }
  return all;
}

std::vector<Finding> diagnose(const std::map<std::string, std::string>& environment) {
  const auto value = [&](const char* key) {
    const auto found = environment.find(key);
    return found == environment.end() ? std::string() : found->second;
  };
  std::vector<Finding> findings;
  const auto add = [&](bool good, const std::string& subject, const std::string& fact, const std::string& advice) {
    findings.push_back({good, subject, fact, good ? "" : advice});
  };
  const std::string blas = value("blas");
  add(blas != "reference" && blas != "openblas-pthread" && blas != "openblas-serial", "BLAS", blas,
      blas == "reference" ? "matrix products are 16 to 60 times slower: install libopenblas0-openmp"
                          : "its threads fight LibTorch's OpenMP threads or are missing: install libopenblas0-openmp and remove this one");
  add(value("threads") == value("cores"), "threads", value("threads") + " of " + value("cores") + " cores",
      "let --threads be 0 (all cores)");
  add(value("onednn") == "yes", "oneDNN", value("onednn"),
      "this LibTorch was built without oneDNN: narrow linear layers and bf16 are slower");
  add(value("build") == "Release" || value("build") == "RelWithDebInfo", "build type", value("build"),
      "use the preset 'release' for measurements");
  const std::string core = value("openblas_core");
  const bool wide = value("cpu_abilities").find("avx2") != std::string::npos;
  add(!(wide && (core == "Prescott" || core == "Nehalem" || core == "Sandybridge")), "OpenBLAS kernels",
      core.empty() ? "not OpenBLAS" : core,
      "they are for an older processor: set OPENBLAS_CORETYPE to Haswell, or to SkylakeX where the CPU has avx512f");
  const bool fast_bf16 = value("cpu_abilities").find("bf16") != std::string::npos;
  add(true, "bf16 on this CPU", fast_bf16 ? "native: --precision bf16 is worth trying" : "emulated: --precision bf16 will not be faster",
      "");
  add(true, "CUDA", value("cuda"), "");
  const double load = parse_double(value("load_1min")).value_or(0);
  const double cores = parse_double(value("cores")).value_or(1);
  add(load <= cores, "load", value("load_1min"), "other programs use this machine: speeds measured now are too low");
  return findings;
}

}  // namespace vbench
