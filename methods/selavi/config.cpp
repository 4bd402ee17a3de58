#include "methods/selavi/config.hpp"

#include <fmt/format.h>

#include <string>

#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::selavi {
namespace {

constexpr int64_t kLargestDivisor = 32;  // leaves two channels in the first stage and one between the stem's convolutions

void require(bool fits, const char* what) {
  if (!fits) throw usage_error(what, "SeLaVi network");
}

void check_divisor(int64_t divisor) {
  const bool power_of_two = divisor > 0 && (divisor & (divisor - 1)) == 0;
  if (!power_of_two || divisor > kLargestDivisor)
    throw usage_error(fmt::format("channels cannot be divided by {}", divisor), "SeLaVi network", "take 1, 2, 4, 8, 16 or 32");
}

bool is_dropout(double p) { return p >= 0 && p < 1; }

}  // namespace

std::vector<std::string_view> audio_depth_names() { return {"resnet9", "resnet18"}; }

AudioDepth audio_depth(std::string_view name) {
  if (const auto depth = find_audio_depth(name)) return *depth;
  const auto names = audio_depth_names();
  throw usage_error(fmt::format("there is no audio network '{}'", name), "SeLaVi",
                    suggest(name, std::vector<std::string>(names.begin(), names.end())));
}

void check(const NetworkOptions& options) {
  check_divisor(options.divisor);
  require(options.heads > 0, "the number of heads must be positive");
  require(options.clusters > 0, "the number of clusters must be positive");
  require(is_dropout(options.dropout), "dropout must be in [0, 1)");
}

void check(const ClassifierOptions& options) {
  check_divisor(options.divisor);
  require(options.classes > 0, "the number of classes must be positive");
  require(is_dropout(options.dropout), "dropout must be in [0, 1)");
}

}  // namespace vbench::selavi
