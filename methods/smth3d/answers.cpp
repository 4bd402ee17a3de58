#include "methods/smth3d/answers.hpp"

#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "datasets/video/video_file.hpp"
#include "datasets/video/video_writer.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"
#include "methods/smth3d/canvas.hpp"
#include "methods/smth3d/gradcam.hpp"
#include "methods/smth3d/pictures.hpp"
#include "methods/smth3d/protocol.hpp"

namespace vbench::smth3d {
namespace {

constexpr int kFramesPerSecond = 12;  // of something-something
constexpr int64_t kMostOnSheet = 10;  // classes in words above a contact sheet

struct Ranked {
  int64_t label;
  int64_t rank;  // from 1
  double probability;
};

/// All classes, the best first, the lower one among equals.
std::vector<Ranked> ranked_classes(const at::Tensor& logits) {
  const auto scores = logits.to(torch::kCPU, torch::kDouble);
  if (!torch::isfinite(scores).all().item<bool>()) throw Error(ErrorKind::kNumeric, "the network's logits are not finite");
  const auto probabilities = torch::softmax(scores, 0);
  const auto order = torch::argsort(scores, /*stable=*/true, 0, /*descending=*/true);
  std::vector<Ranked> ranked;
  for (int64_t i = 0; i < order.numel(); ++i) {
    const auto label = order[i].item<int64_t>();
    ranked.push_back({label, i + 1, probabilities[label].item<double>()});
  }
  return ranked;
}

std::string percent(double probability) { return fmt::format("{:.2f} %", 100 * probability); }

std::string true_class(const something::View& view, const std::vector<std::string>& names) {
  if (view.label < 0 || view.label >= static_cast<int64_t>(names.size())) return "";
  return names[static_cast<size_t>(view.label)];
}

std::string title_of(const something::View& view, const std::vector<std::string>& names) {
  const auto truth = true_class(view, names);
  return printable(truth.empty() ? view.id : fmt::format("{}: {}", view.id, truth));
}

at::Device device_of(const Network& network) { return network.weights().front().tensor.device(); }

std::vector<std::string> labels_of(const Network& network, const something::SomethingData& data) {
  return class_labels(data.class_names(), network.options().classes);
}

std::string comparable(const std::string& name) {
  std::string plain;
  for (const char c : name) {
    if (c != '[' && c != ']') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return plain;
}

Answer class_table(const std::string& title, const std::vector<Ranked>& ranked, const std::vector<std::string>& names, int64_t top) {
  Answer answer{title, {"rank", "class", "probability"}, {}};
  for (const auto& each : ranked) {
    if (each.rank > top) break;
    answer.rows.push_back({fmt::format("{}", each.rank), printable(names[static_cast<size_t>(each.label)]), percent(each.probability)});
  }
  return answer;
}

std::vector<std::string> sheet_lines(const something::View& view, const std::vector<std::string>& names, const std::vector<Ranked>& ranked,
                                     const Ranked& explained, int64_t top) {
  const auto truth = true_class(view, names);
  std::vector<std::string> lines{truth.empty() ? view.id : fmt::format("{}: {}", view.id, truth)};
  lines.push_back(fmt::format("explained: {} ({}, rank {})", names[static_cast<size_t>(explained.label)], percent(explained.probability),
                              explained.rank));
  for (const auto& each : ranked) {
    if (each.rank > std::min(top, kMostOnSheet)) break;
    lines.push_back(fmt::format("{}. {}  {}", each.rank, names[static_cast<size_t>(each.label)], percent(each.probability)));
  }
  return lines;
}

std::vector<cv::Mat> overlays_of(const std::vector<cv::Mat>& pictures, const at::Tensor& mask) {
  std::vector<cv::Mat> overlays;
  for (size_t t = 0; t < pictures.size(); ++t) overlays.push_back(overlay(pictures[t], mask[static_cast<int64_t>(t)]));
  return overlays;
}

std::filesystem::path with_ending(const std::filesystem::path& base, const std::string& ending) { return base.string() + ending; }

}  // namespace

int64_t class_by_name(const std::string& name, const std::vector<std::string>& names) {
  const auto exact = std::find(names.begin(), names.end(), name);
  if (exact != names.end()) return exact - names.begin();
  const auto wanted = comparable(name);
  const auto alike = std::find_if(names.begin(), names.end(), [&](const std::string& each) { return comparable(each) == wanted; });
  if (alike != names.end()) return alike - names.begin();
  throw usage_error(fmt::format("no class is called '{}'", printable(name)), "", suggest(name, names));
}

std::vector<std::string> file_names_of(const std::vector<std::string>& videos) {
  constexpr size_t kLongest = 100;
  std::set<std::string> taken;
  std::vector<std::string> names;
  for (const auto& video : videos) {
    const std::filesystem::path path(video);
    const auto last = path.has_filename() ? path.filename() : path.parent_path().filename();
    std::string name = (video::is_video_name(last) ? last.stem() : last).string().substr(0, kLongest);
    for (char& c : name) {
      if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '_' && c != '-') c = '_';
    }
    if (name.empty() || name.front() == '.' || name.front() == '-') name.insert(0, "video");
    std::string unused = name;
    for (int number = 2; !taken.insert(unused).second; ++number) unused = fmt::format("{}-{}", name, number);
    names.push_back(unused);
  }
  return names;
}

Answer predict_view(const Network& network, const something::View& view, const std::vector<std::string>& names, int64_t top) {
  const torch::NoGradGuard no_grad;
  const auto prediction = network.forward(view.clips.to(device_of(network)), {view.clips.size(0)}, {});
  return class_table(title_of(view, names), ranked_classes(prediction.logits[0]), names, top);
}

std::vector<Answer> explain_view(const Network& network, const something::View& view, const std::vector<std::string>& names,
                                 const ViewRequest& request) {
  std::optional<int64_t> chosen;
  if (!request.class_name.empty()) chosen = class_by_name(request.class_name, names);
  const auto explanation = explain_clip(network, view.clips.narrow(0, 0, 1).to(device_of(network)), chosen);
  const auto frames = static_cast<size_t>(view.clips.size(2));
  if (view.pictures.size() < frames) throw Error(ErrorKind::kInternal, "a video has fewer pictures than its clip has frames", view.id);
  const std::vector<cv::Mat> pictures(view.pictures.begin(), view.pictures.begin() + static_cast<int64_t>(frames));
  const auto overlays = overlays_of(pictures, explanation.mask);
  const auto ranked = ranked_classes(explanation.logits);
  const auto explained =
      *std::find_if(ranked.begin(), ranked.end(), [&](const Ranked& each) { return each.label == explanation.explained; });
  const auto sheet = with_ending(request.base, "-gradcam.png"), video = with_ending(request.base, "-gradcam.webm");
  write_png(sheet, contact_sheet(pictures, overlays, sheet_lines(view, names, ranked, explained, request.top)));
  video::write_webm(video, side_by_side(pictures, overlays), kFramesPerSecond);
  const auto title = title_of(view, names);
  return {class_table(title, ranked, names, request.top),
          {"Grad-CAM of " + title,
           {"explained class", "rank", "probability", "contact sheet", "video"},
           {{printable(names[static_cast<size_t>(explained.label)]), fmt::format("{}", explained.rank), percent(explained.probability),
             printable(sheet.string()), printable(video.string())}}}};
}

std::vector<Answer> predict_videos(const Network& network, const something::SomethingData& data, const PredictRequest& request) {
  if (!request.candidates.empty()) throw usage_error("smth3d names classes: it compares no videos with candidates");
  const auto names = labels_of(network, data);
  std::vector<Answer> answers;
  for (const auto& video : request.videos) answers.push_back(predict_view(network, data.look(video), names, request.top));
  return answers;
}

std::vector<Answer> explain_videos(const Network& network, const something::SomethingData& data, const ExplainRequest& request) {
  const auto names = labels_of(network, data);
  if (!request.class_name.empty()) (void)class_by_name(request.class_name, names);  // before the first video is read
  const auto files = file_names_of(request.videos);
  std::vector<Answer> answers;
  for (size_t i = 0; i < request.videos.size(); ++i) {
    const ViewRequest one{request.class_name, request.folder / files[i], request.top};
    for (auto& answer : explain_view(network, data.look(request.videos[i]), names, one)) answers.push_back(std::move(answer));
  }
  return answers;
}

}  // namespace vbench::smth3d
