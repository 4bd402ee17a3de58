#include "methods/srtg/config.hpp"

#include <fmt/format.h>

#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::srtg {

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  for (const auto& network : kNetworks) names.emplace_back(network.name);
  for (const auto& network : kNetworks) names.push_back(fmt::format("{}{}", kSrtgPrefix, network.name));
  return names;
}

Config network_config(std::string_view name) {
  if (const auto config = find_network(name)) return *config;
  throw usage_error(fmt::format("there is no network '{}'", name), "SRTG", suggest(name, network_names()));
}

}  // namespace vbench::srtg
