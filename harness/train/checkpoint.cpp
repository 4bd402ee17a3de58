#include "harness/train/checkpoint.hpp"

#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "datasets/formats/torch_checkpoint.hpp"
#include "harness/core/error.hpp"
#include "harness/train/trainer.hpp"

namespace vbench {
namespace {

using nlohmann::json;
using torch_file::Dict;
using torch_file::Value;

constexpr int64_t kFormatVersion = 3;

// Numbers live as JSON text: doubles survive the round trip exactly, and a reader sees what they are.
json to_json(const EpochRecord& record) {
  return {{"epoch", record.epoch},           {"learning_rate", record.learning_rate}, {"seconds", record.seconds},
          {"train_loss", record.train_loss}, {"val_loss", record.val_loss},           {"scores", record.scores},
          {"improved", record.improved}};
}

// JSON has no NaN: a score that is none has been written as null.
std::map<std::string, double> numbers_from_json(const json& object) {
  std::map<std::string, double> numbers;
  for (const auto& [name, value] : object.items())
    numbers[name] = value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
  return numbers;
}

EpochRecord epoch_from_json(const json& text) {
  EpochRecord record;
  text.at("epoch").get_to(record.epoch);
  text.at("learning_rate").get_to(record.learning_rate);
  text.at("seconds").get_to(record.seconds);
  record.train_loss = numbers_from_json(text.at("train_loss"));
  record.val_loss = numbers_from_json(text.at("val_loss"));
  record.scores = numbers_from_json(text.at("scores"));
  text.at("improved").get_to(record.improved);
  return record;
}

json state_to_json(const CheckpointParts& parts) {
  json history = json::array();
  for (const auto& record : parts.state.history) history.push_back(to_json(record));
  return {{"version", kFormatVersion},
          {"name", parts.job.name},
          {"seed", parts.job.seed},
          {"settings", parts.job.settings},
          {"epoch", parts.state.epoch},
          {"step", parts.state.step},
          {"global_step", parts.state.global_step},
          {"loss_sums", parts.state.loss.sums},
          {"loss_weight", parts.state.loss.weight},
          {"history", history},
          {"schedule", parts.schedule.state()},
          {"best", parts.best.state()},
          {"scaler", parts.scaler.state()}};
}

Value weights_to_value(const std::vector<NamedTensor>& weights) {
  std::vector<std::pair<std::string, Dict>> networks;
  for (const auto& [name, tensor] : weights) {
    const auto slash = name.find('/');
    const std::string network = name.substr(0, slash);
    if (networks.empty() || networks.back().first != network) networks.push_back({network, {}});
    networks.back().second.ordered = true;
    networks.back().second.set(name.substr(slash + 1), tensor.detach().cpu());
  }
  Dict all;
  for (auto& [network, tensors] : networks) all.set(network, std::move(tensors));
  return all;
}

void copy_weights(const Value& saved, const std::vector<NamedTensor>& weights) {
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : weights) {
    const auto slash = name.find('/');
    const Value found = saved[name.substr(0, slash)][name.substr(slash + 1)];
    if (found.tensor().sizes() != tensor.sizes()) {
      throw input_error(
          fmt::format("has shape {}, the model needs {}", fmt::join(found.tensor().sizes(), "x"), fmt::join(tensor.sizes(), "x")),
          found.where());
    }
    at::Tensor target = tensor;
    target.copy_(found.tensor());
  }
}

void check_same_run(const json& saved, const TrainJob& job, const std::string& where) {
  const std::string advice = "use the same settings, or leave out --resume";
  if (saved.at("version") != kFormatVersion) throw input_error("was written by another version of vbench", where, "leave out --resume");
  if (saved.at("seed") != job.seed)
    throw usage_error(fmt::format("was written with seed {}, this run has {}", saved.at("seed").get<uint64_t>(), job.seed), where, advice);
  if (saved.at("name") != job.name)
    throw usage_error(fmt::format("was written by {}, this is {}", saved.at("name").get<std::string>(), job.name), where, advice);
  const auto schedule = job.settings.find("schedule");
  const bool stretched = job.stretched || (schedule != job.settings.end() && schedule->second.rfind("cosine", 0) == 0);
  const auto before = saved.at("settings").get<std::map<std::string, std::string>>();
  for (const auto& [key, value] : job.settings) {
    const auto found = before.find(key);
    const std::string old = found == before.end() ? "nothing" : found->second;
    // More epochs may be asked for, unless something is stretched over them: what has already been trained must stay the same.
    if ((key != "epochs" || stretched) && old != value)
      throw usage_error(fmt::format("was written with {}={}, this run has {}", key, old, value), where, advice);
  }
}

void restore(const json& saved, const CheckpointParts& parts) {
  saved.at("epoch").get_to(parts.state.epoch);
  saved.at("step").get_to(parts.state.step);
  saved.at("global_step").get_to(parts.state.global_step);
  saved.at("loss_sums").get_to(parts.state.loss.sums);
  saved.at("loss_weight").get_to(parts.state.loss.weight);
  parts.state.history.clear();
  for (const auto& record : saved.at("history")) parts.state.history.push_back(epoch_from_json(record));
  parts.schedule.load_state(saved.at("schedule").get<std::vector<double>>());
  parts.best.load_state(saved.at("best").get<std::vector<double>>());
  parts.scaler.load_state(saved.at("scaler").get<std::vector<double>>());
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const CheckpointParts& parts) {
  Dict optimizer;
  for (const auto& [name, tensor] : parts.optimizer.state()) optimizer.set(name, tensor.detach().cpu());
  Dict all;
  all.set("state", state_to_json(parts).dump());
  all.set("weights", weights_to_value(parts.weights));
  all.set("optimizer", std::move(optimizer));
  torch_file::save_torch_file(path, std::move(all));
}

void load_checkpoint(const std::filesystem::path& path, const CheckpointParts& parts) {
  const Value root = torch_file::read_torch_file(path);
  std::map<std::string, at::Tensor> optimizer;
  for (const auto& [name, value] : root["optimizer"].entries()) optimizer[name] = value.tensor();
  try {
    const json saved = json::parse(root["state"].text());
    check_same_run(saved, parts.job, path.string());
    copy_weights(root["weights"], parts.weights);
    parts.optimizer.load_state(optimizer);
    restore(saved, parts);
  } catch (const json::exception& error) {
    throw input_error(std::string("the saved state is damaged: ") + error.what(), path.string(), "leave out --resume to start anew");
  }
}

void save_weights(const std::filesystem::path& path, const std::vector<NamedTensor>& weights) {
  torch_file::save_torch_file(path, weights_to_value(weights));
}

void load_weights(const std::filesystem::path& path, const std::vector<NamedTensor>& weights) {
  copy_weights(torch_file::read_torch_file(path), weights);
}

}  // namespace vbench
