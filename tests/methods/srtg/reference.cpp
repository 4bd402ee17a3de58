#include "tests/methods/srtg/reference.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <map>

namespace vbench::srtg::test {

nlohmann::json stored_json(const Golden& golden, const std::string& dataset) {
  const auto bytes = golden[dataset].to(torch::kUInt8).contiguous();
  const auto* const begin = bytes.data_ptr<uint8_t>();
  return nlohmann::json::parse(begin, begin + bytes.numel());
}

Builder builder_of(const std::string& authors_class) {
  static const std::map<std::string, Builder> kBuilders{{"Conv3DSimple", Builder::kConv3d},
                                                        {"Conv2Plus1D", Builder::kConv2Plus1d},
                                                        {"Conv3DDepthwise", Builder::kDepthwise},
                                                        {"IPConv3DDepthwise", Builder::kIpDepthwise},
                                                        {"Conv3DNoTemporal", Builder::kSpatial}};
  return kBuilders.at(authors_class);
}

Place place_of(const std::string& authors_name) {
  static const std::map<std::string, Place> kPlaces{{"start", Place::kStart}, {"top", Place::kTop},   {"mid", Place::kMiddle},
                                                    {"end", Place::kEnd},     {"skip", Place::kSkip}, {"bottom", Place::kBottom},
                                                    {"final", Place::kFinal}};
  return kPlaces.at(authors_name);
}

NetworkOptions options_of(const nlohmann::json& config) {
  NetworkOptions options;
  options.config.block = config.at("block") == "BasicBlock" ? BlockKind::kBasic : BlockKind::kBottleneck;
  options.config.builder = builder_of(config.at("conv"));
  options.config.depths = config.at("layers");
  options.config.base_width = config.at("width");
  options.config.groups = config.at("groups");
  options.config.recursion = config.at("recursion");
  options.planes = config.at("planes");
  options.stem_channels = config.at("stem_ch");
  options.stem_middle = config.at("stem_mid");
  options.classes = config.at("ncls");
  return options;
}

void expect_gradients(const Golden& golden, const std::string& group, const Weights& weights, double relative, const std::string& why) {
  vbench::test::expect_gradients(golden, group, weights, [&](double largest) { return Tolerance{relative * largest, 0, why}; });
}

at::Tensor cotangent_like(const at::Tensor& y) {
  return torch::sin(0.7 * torch::arange(y.numel(), torch::kDouble) + 0.3).view(y.sizes()).to(y.scalar_type());
}

NetworkOptions small_options(const Config& config) {
  NetworkOptions options;
  options.config = config;
  options.config.depths = {1, 1, 1, 1};
  options.planes = {8, 12, 16, 20};
  options.stem_channels = 6;
  options.stem_middle = config.builder == Builder::kConv2Plus1d ? 5 : 0;
  options.classes = 7;
  return options;
}

}  // namespace vbench::srtg::test
