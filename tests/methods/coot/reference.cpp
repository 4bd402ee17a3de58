#include "tests/methods/coot/reference.hpp"

#include <fmt/format.h>

#include <numeric>
#include <set>

namespace vbench::coot::test {
namespace {

using video_text::Sequences;

Sequences rows_of(const Sequences& all, int64_t first, int64_t count) {
  const auto begin = all.lengths.begin() + first;
  const auto before = std::accumulate(all.lengths.begin(), begin, int64_t{0});
  const std::vector<int64_t> lengths(begin, begin + count);
  return {all.rows.slice(0, before, before + std::accumulate(lengths.begin(), lengths.end(), int64_t{0})).clone(), lengths};
}

Sequences random_rows(const std::vector<int64_t>& lengths, int64_t width) {
  return {torch::randn({std::accumulate(lengths.begin(), lengths.end(), int64_t{0}), width}), lengths};
}

int64_t sum_of(const std::vector<int64_t>& counts, int64_t first, int64_t count) {
  return std::accumulate(counts.begin() + first, counts.begin() + first + count, int64_t{0});
}

}  // namespace

std::vector<int64_t> numbers(const Golden& golden, const std::string& name) {
  const auto values = golden[name].to(torch::kLong).contiguous();
  return {values.data_ptr<int64_t>(), values.data_ptr<int64_t>() + values.numel()};
}

int64_t integer(const Golden& golden, const std::string& group, const std::string& attribute) {
  return static_cast<int64_t>(golden.number(group, attribute));
}

void expect_order(const Weights& weights, const nlohmann::json& order) {
  ASSERT_EQ(weights.size(), order.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    EXPECT_EQ(weights[i].name, order[i][0].get<std::string>());
    EXPECT_EQ(weights[i].tensor.sizes().vec(), order[i][1].get<std::vector<int64_t>>()) << weights[i].name;
  }
}

void load_weights(const Weights& weights, const Golden& golden, const std::string& owner, const std::string& attribute,
                  const std::string& group) {
  expect_order(weights, golden.json(owner, attribute));
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : weights) {
    at::Tensor target = tensor;
    target.copy_(golden[fmt::format("{}/{}/{}", owner, group, name)]);
  }
}

void expect_gradients(const Weights& weights, const Golden& golden, const std::string& group, const Tolerance& tolerance) {
  const auto stored = golden.file().children(group);
  const std::set<std::string> expected(stored.begin(), stored.end());
  std::set<std::string> known;
  for (const auto& [name, tensor] : weights) {
    known.insert(name);
    if (expected.contains(name)) {
      ASSERT_TRUE(tensor.grad().defined()) << name << " has no gradient";
      vbench::test::expect_close(tensor.grad(), golden[group + "/" + name], tolerance, name);
    } else if (tensor.grad().defined()) {
      EXPECT_EQ(tensor.grad().abs().max().item<float>(), 0) << name << " should have no gradient";
    }
  }
  for (const auto& name : expected) EXPECT_TRUE(known.contains(name)) << "gradient of an unknown tensor " << name;
}

void clear_gradients(const Weights& weights) {
  for (const auto& [name, tensor] : weights) tensor.mutable_grad() = at::Tensor();
}

const Weights& network_weights(const Model& model, size_t index) { return model.network(index).weights(); }

ModelOptions model_options(const Golden& golden, const std::string& group) {
  const auto number = [&](const char* name) { return integer(golden, group, name); };
  ModelOptions options;
  auto& s = options.structure;
  s.width = number("hidden_dim");
  s.heads = number("num_heads");
  s.feed_forward = number("pointwise_ff_dim");
  s.layers = number("num_layers");
  s.context_layers = number("context_layers");
  s.pooler_heads = number("pool_heads");
  s.pooler_hidden = number("pool_hidden_dim");
  s.dropout = 0;
  options.video_width = number("vid_feat_dim");
  options.text_width = number("text_feat_dim");
  return options;
}

void load_model(const Model& model, const Golden& golden, const std::string& group) {
  for (size_t i = 0; i < kNetworkNames.size(); ++i) {
    const std::string owner = fmt::format("{}/{}", group, kNetworkNames[i]);
    if (golden.file().text_attribute(owner, "param_order")) {
      load_weights(network_weights(model, i), golden, owner);
      continue;
    }
    const torch::NoGradGuard no_grad;
    for (const auto& [name, tensor] : network_weights(model, i)) {
      at::Tensor target = tensor;
      target.copy_(golden[owner + "/params/" + name]);
    }
  }
}

video_text::Batch read_batch(const Golden& golden, const std::string& group) {
  const auto sequences = [&](const std::string& name) {
    return Sequences::from_padded(golden[group + "/" + name + "_feat"], numbers(golden, group + "/" + name + "_feat_len"));
  };
  video_text::Batch batch{{},
                          sequences("vid"),
                          sequences("par"),
                          sequences("clip"),
                          sequences("sent"),
                          numbers(golden, group + "/clip_num"),
                          numbers(golden, group + "/sent_num")};
  for (int64_t i = 0; i < batch.video.size(); ++i) batch.keys.push_back(fmt::format("v{}", i));
  return batch;
}

LossOptions loss_options(const nlohmann::json& options) {
  LossOptions loss;
  const std::map<std::string, double*> fields{{"margin", &loss.margin},
                                              {"weight_high", &loss.high},
                                              {"weight_high_internal", &loss.high_internal},
                                              {"weight_low", &loss.low},
                                              {"weight_low_internal", &loss.low_internal},
                                              {"weight_context", &loss.context},
                                              {"weight_context_internal", &loss.context_internal},
                                              {"cycle_consistency", &loss.cycle}};
  for (const auto& [name, value] : options.items()) {
    const auto field = fields.find(name);
    if (field == fields.end()) {
      ADD_FAILURE() << "unknown loss option " << name;
      continue;
    }
    *field->second = value.get<double>();
  }
  return loss;
}

video_text::Batch random_batch(const std::vector<std::vector<int64_t>>& lengths, int64_t video_width, int64_t text_width, uint64_t seed) {
  torch::manual_seed(seed);
  std::vector<int64_t> frames, words, clip_frames, sentence_words, counts;
  std::vector<std::string> keys;
  for (const auto& video : lengths) {
    counts.push_back(static_cast<int64_t>(video.size()));
    frames.push_back(std::accumulate(video.begin(), video.end(), int64_t{2}));
    words.push_back(frames.back() - 2 + counts.back());
    for (const int64_t length : video) {
      clip_frames.push_back(length);
      sentence_words.push_back(length + 1);
    }
    keys.push_back(fmt::format("v{}", keys.size()));
  }
  const auto paragraph = random_rows(words, text_width);
  return {keys,
          random_rows(frames, video_width),
          paragraph,
          random_rows(clip_frames, video_width),
          {paragraph.rows.clone(), sentence_words},
          counts,
          counts};
}

video_text::Batch part_of(const video_text::Batch& batch, int64_t first, int64_t count) {
  const int64_t clips_before = sum_of(batch.clip_num, 0, first), clips = sum_of(batch.clip_num, first, count);
  const std::vector<int64_t> counts(batch.clip_num.begin() + first, batch.clip_num.begin() + first + count);
  return {{batch.keys.begin() + first, batch.keys.begin() + first + count},
          rows_of(batch.video, first, count),
          rows_of(batch.paragraph, first, count),
          rows_of(batch.clips, clips_before, clips),
          rows_of(batch.sentences, clips_before, clips),
          counts,
          counts};
}

ModelOptions small_model() {
  ModelOptions options;
  options.structure = kSmallYouCook2.structure;
  options.structure.dropout = 0;
  options.structure.init_deviation = 0.2;  // at 0.01 everything is nearly equal and tests see little
  options.video_width = kSmallYouCook2.data.video_width;
  options.text_width = kSmallYouCook2.data.text_width;
  return options;
}

Outputs evaluate(const Model& model, const video_text::Batch& batch) {
  const torch::NoGradGuard no_grad;
  nn::DropoutKeys keys;
  return model.forward(batch, keys);
}

std::vector<NamedTensor> fields(const Outputs& o) {
  return {{"vid_emb", o.video},      {"par_emb", o.paragraph},         {"clip_emb", o.clips},
          {"sent_emb", o.sentences}, {"vid_context", o.video_context}, {"par_context", o.paragraph_context}};
}

}  // namespace vbench::coot::test
