#include <fmt/format.h>
#include <gtest/gtest.h>

#include "datasets/video_text/sample.hpp"
#include "tests/methods/coot/reference.hpp"

namespace vbench::coot::test {
namespace {

using vbench::test::expect_close;
using video_text::Sequences;

torch::Tensor leaf(const torch::Tensor& values) { return values.clone().requires_grad_(); }

torch::Tensor padding_of(const Golden& golden, const std::string& group) { return golden[group + "/mask"].to(torch::kBool); }

template <class Part>
Weights weights_of(const Part& part, const std::string& prefix = "") {
  Weights weights;
  part.collect(prefix, weights);
  return weights;
}

void backward(const torch::Tensor& y, const Golden& golden, const std::string& group) {
  (y * golden[group + "/upstream_grad"]).sum().backward();
}

void check_norm(const Golden& golden, const std::string& group) {
  const auto x = leaf(golden[group + "/x"]);
  const Norm norm(x.size(-1), golden.number(group, "epsilon"));
  load_weights(weights_of(norm), golden, group);
  const auto y = norm.forward(x);
  expect_close(y, golden[group + "/y"], kForward, "y");
  backward(y, golden, group);
  expect_close(x.grad(), golden[group + "/grad_x"], kGradient, "grad_x");
  expect_gradients(weights_of(norm), golden, group + "/grads", kGradient);
}

void check_encodings(const Golden& golden, const std::string& group) {
  golden.for_each_group({{"pe_dim",
                          [&](const std::string& name) {
                            const auto expected = golden[name];
                            const auto ours = positional_encoding(std::max<int64_t>(1000, expected.size(0)), expected.size(1));
                            expect_close(ours.slice(0, 0, expected.size(0)), expected, kForward, name);
                          }}},
                        group);
}

void check_attention(const Golden& golden, const std::string& group) {
  const bool self = golden.text(group, "kind") == "self";
  const int64_t heads = integer(golden, group, "num_heads");
  const Attention attention(integer(golden, group, "hidden_dim"), heads);
  load_weights(weights_of(attention), golden, group);
  const auto keys = leaf(golden[group + "/key_value"]);
  const auto query = self ? keys : leaf(golden[group + "/query"]);
  const auto y = attention.padded(query, keys, padding_of(golden, group), {});
  expect_close(y, golden[group + "/y"], kForward, "y");
  backward(y, golden, group);
  expect_close(keys.grad(), golden[group + "/grad_key_value"], kGradient, "grad_key_value");
  if (!self) expect_close(query.grad(), golden[group + "/grad_query"], kGradient, "grad_query");
  expect_gradients(weights_of(attention), golden, group + "/grads", kGradient);
  if (!self) return;
  const auto lengths = numbers(golden, group + "/lengths");
  const auto packed = attention.packed(Sequences::from_padded(keys, lengths).rows, nn::Spans::of(lengths), {});
  expect_close(packed, Sequences::from_padded(golden[group + "/y"], lengths).rows, kForward, "packed");
}

void check_feed_forward(const Golden& golden, const std::string& group) {
  const auto first = golden[group + "/params/feed_forward.0.weight"];
  const FeedForward feed_forward(first.size(1), first.size(0));
  load_weights(weights_of(feed_forward), golden, group);
  const auto x = leaf(golden[group + "/x"]);
  const auto y = feed_forward.forward(x, {});
  expect_close(y, golden[group + "/y"], kForward, "y");
  backward(y, golden, group);
  expect_close(x.grad(), golden[group + "/grad_x"], kGradient, "grad_x");
  expect_gradients(weights_of(feed_forward), golden, group + "/grads", kGradient);
}

Encoder make_encoder(const Golden& golden, const std::string& group) {
  const auto number = [&](const char* name) { return integer(golden, group, name); };
  return Encoder({number("hidden_dim"), number("num_heads"), number("pointwise_ff_dim"), 1e-6, 0}, number("num_layers"), false);
}

void expect_unused(const Weights& weights, const nlohmann::json& names) {
  std::set<std::string> unused;
  for (const auto& [name, tensor] : weights) {
    if (!tensor.grad().defined()) unused.insert(name);
  }
  EXPECT_EQ(unused, names.get<std::set<std::string>>());
}

void check_encoder(const Golden& golden, const std::string& group, bool self) {
  const auto encoder = make_encoder(golden, group);
  load_weights(weights_of(encoder), golden, group);
  const auto padding = padding_of(golden, group);
  nn::DropoutKeys no_dropout;
  const auto keys = leaf(golden[group + "/key_value"]);
  const auto query = leaf(golden[group + "/query"]);
  const auto y = self ? encoder.padded(keys, padding, no_dropout) : encoder.cross(query, keys, padding, no_dropout);
  expect_close(y, golden[group + "/y"], kForward, "y");
  backward(y, golden, group);
  expect_close(keys.grad(), golden[group + "/grad_key_value"], kGradient, "grad_key_value");
  if (golden.has(group + "/grad_query")) expect_close(query.grad(), golden[group + "/grad_query"], kGradient, "grad_query");
  expect_gradients(weights_of(encoder), golden, group + "/grads", kGradient);
  expect_unused(weights_of(encoder), golden.json(group, "params_without_grad"));
  if (!self) return;
  const auto lengths = numbers(golden, group + "/lengths");
  const auto packed = encoder.packed(Sequences::from_padded(keys, lengths).rows, nn::Spans::of(lengths), no_dropout);
  expect_close(packed, Sequences::from_padded(golden[group + "/y"], lengths).rows, kForward, "packed");
}

void check_attention_pool(const Golden& golden, const std::string& group) {
  const auto number = [&](const char* name) { return integer(golden, group, name); };
  const AttentionPool pool(number("input_dim"), number("num_heads"), number("hidden_dim"));
  const auto weights = weights_of(pool, "pools.0.");
  load_weights(weights, golden, group);
  const auto x = leaf(golden[group + "/x"]);
  const auto lengths = numbers(golden, group + "/lengths");
  nn::DropoutKeys no_dropout;
  const auto y = pool.packed(Sequences::from_padded(x, lengths).rows, nn::Spans::of(lengths), 0, no_dropout);
  expect_close(y, golden[group + "/y"], kForward, "y");
  backward(y, golden, group);
  expect_close(x.grad(), golden[group + "/grad_x"], kGradient, "grad_x");
  expect_gradients(weights, golden, group + "/grads", kGradient);
}

void check_average_pool(const Golden& golden, const std::string& group) {
  const auto y = average_pool(golden[group + "/x"], padding_of(golden, group), numbers(golden, group + "/lengths"), false);
  expect_close(y, golden[group + "/y"], kForward, "y");
}

void check_input_layers(const Golden& golden, const std::string& group) {
  const auto x = golden[group + "/x"];
  const auto residual = golden.text(group, "residual");
  ASSERT_TRUE(residual == "none" || residual == "linear") << residual;
  const InputLayers layers(x.size(-1), golden[group + "/y"].size(-1), integer(golden, group, "num_layers"),
                           integer(golden, group, "hidden_dim"), residual == "linear");
  load_weights(weights_of(layers), golden, group);
  nn::DropoutKeys no_dropout;
  expect_close(layers.forward(x, 0, no_dropout), golden[group + "/y"], kForward, "y");
}

Network make_network(const Golden& golden, const std::string& group, Level level) {
  const auto number = [&](const char* name) { return integer(golden, group, name); };
  NetworkOptions options;
  options.level = level;
  options.input_width = number("input_dim");
  options.width = number("hidden_dim");
  options.heads = number("num_heads");
  options.feed_forward = number("pointwise_ff_dim");
  options.layers = number("num_layers");
  options.context_layers = std::max<int64_t>(1, number("context_layers"));
  options.pooler_heads = number("pool_heads");
  options.pooler_hidden = number("pool_hidden_dim");
  Network network(options);
  load_weights(network.weights(), golden, group);
  return network;
}

void check_local(const Golden& golden, const std::string& group) {
  const auto network = make_network(golden, group, Level::kLocal);
  const auto x = leaf(golden[group + "/x"]);
  const auto lengths = numbers(golden, group + "/lengths");
  const auto spans = nn::Spans::of(lengths);
  nn::DropoutKeys no_dropout;
  const auto embedded = network.embed(Sequences::from_padded(x, lengths).rows, {&spans}, no_dropout);
  const auto encoded = network.encode(embedded.front(), spans, no_dropout);
  expect_close(encoded, Sequences::from_padded(golden[group + "/features_before_pooling"], lengths).rows, kForward,
               "features_before_pooling");
  const auto y = network.pool(encoded, spans, no_dropout);
  expect_close(y, golden[group + "/y"], kForward, "y");
  backward(y, golden, group);
  expect_close(x.grad(), golden[group + "/grad_x"], kGradient, "grad_x");
  expect_gradients(network.weights(), golden, group + "/grads", kGradient);
}

void check_global(const Golden& golden, const std::string& group) {
  const auto network = make_network(golden, group, Level::kGlobal);
  const auto x = leaf(golden[group + "/x"]), context = leaf(golden[group + "/context"]);
  nn::DropoutKeys no_dropout;
  expect_close(network.encode_padded(x, padding_of(golden, group), no_dropout), golden[group + "/features_before_pooling"], kForward,
               "features_before_pooling");
  const auto y = network.forward(x, numbers(golden, group + "/lengths"), context, no_dropout);
  expect_close(y, golden[group + "/y"], kForward, "y");
  backward(y, golden, group);
  expect_close(x.grad(), golden[group + "/grad_x"], kGradient, "grad_x");
  expect_close(context.grad(), golden[group + "/grad_context"], kGradient, "grad_context");
  expect_gradients(network.weights(), golden, group + "/grads", kGradient);
}

TEST(CootModulesGolden, EveryModuleGivesTheOriginalsValuesAndGradients) {
  VBENCH_REQUIRE_GOLDEN(golden, "coot/modules.h5");
  const auto handler = [&](auto check) { return [&golden, check](const std::string& group) { check(golden, group); }; };
  golden.for_each_group({{"layernorm", handler(check_norm)},
                         {"positional_encoding", handler(check_encodings)},
                         {"attention_", handler(check_attention)},
                         {"attention_pool_", handler(check_attention_pool)},
                         {"average_pool", handler(check_average_pool)},
                         {"feed_forward", handler(check_feed_forward)},
                         {"input_fc_", handler(check_input_layers)},
                         {"encoder_self_", [&](const std::string& group) { check_encoder(golden, group, true); }},
                         {"encoder_cross_", [&](const std::string& group) { check_encoder(golden, group, false); }},
                         {"transformer_video_local", handler(check_local)},
                         {"transformer_text_local", handler(check_local)},
                         {"transformer_video_global", handler(check_global)},
                         {"transformer_text_global", handler(check_global)}});
}

}  // namespace
}  // namespace vbench::coot::test
