#include "methods/srtg/checkpoint.hpp"

#include <algorithm>

namespace vbench::srtg {
namespace {

constexpr nn::StateDictLayout kLayout{"SRTG", "srtg", "fc.weight"};

/// "layer2.0.sar.lstm.bias_hh_l1" -> "layer2.0.sar": what a reader wants to know of.
std::string part_of(const std::string& name) {
  const auto recursion = name.find(".sar.");
  return name.substr(0, recursion == std::string::npos ? name.rfind('.') : recursion + 4);
}

}  // namespace

std::string LoadReport::text() const { return nn::LoadReport::text(part_of); }

LoadReport load_matching(const Weights& source, const Network& network) {
  LoadReport report{nn::load_matching(source, network.weights(), kLayout)};
  report.source_recursion =
      std::any_of(source.begin(), source.end(), [](const auto& entry) { return entry.name.find("sar.lstm") != std::string::npos; });
  return report;
}

LoadReport import_checkpoint(const std::filesystem::path& file, const Network& network) {
  try {
    auto report = load_matching(nn::read_state_dict(file, kLayout), network);
    if (report.loaded.empty()) throw input_error("no tensor has a name and shape of this network", "", nn::kLayoutHint);
    return report;
  } catch (const Error& error) {
    throw nn::error_in_file(error, file);
  }
}

}  // namespace vbench::srtg
