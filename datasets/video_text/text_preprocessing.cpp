#include "datasets/video_text/text_preprocessing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::video_text {
namespace {

/// Bytes of the white space at the start of `text`, 0 if there is none. UTF-8.
size_t white_space_bytes(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : 0; };
  const uint8_t first = byte(0);
  if (first == ' ' || (first >= 0x09 && first <= 0x0d) || (first >= 0x1c && first <= 0x1f)) return 1;
  if (first == 0xc2 && (byte(1) == 0x85 || byte(1) == 0xa0)) return 2;
  const uint32_t three = static_cast<uint32_t>(first) << 16 | static_cast<uint32_t>(byte(1)) << 8 | byte(2);
  const bool en_quad_to_hair = three >= 0xe28080 && three <= 0xe2808a;
  const bool separator = three == 0xe280a8 || three == 0xe280a9 || three == 0xe280af || three == 0xe2819f;
  return en_quad_to_hair || separator || three == 0xe19a80 || three == 0xe38080 ? 3 : 0;
}

bool ends_with_one_dot(const std::string& text) {
  // A lone "." is kept: without it nothing would be left to read.
  return text.size() > 1 && text.back() == '.' && text[text.size() - 2] != '.';
}

void drop_final_dot(std::string& text) {
  if (ends_with_one_dot(text)) text.pop_back();
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

/// ASCII and the Latin letters of U+00E0 to U+00FE.
void capitalise(std::string& text, size_t at) {
  if (at >= text.size()) return;
  const auto first = static_cast<uint8_t>(text[at]);
  if (first >= 'a' && first <= 'z') text[at] = static_cast<char>(first - 'a' + 'A');
  if (first == 0xc3 && at + 1 < text.size()) {
    const auto second = static_cast<uint8_t>(text[at + 1]);
    if (second >= 0xa0 && second <= 0xbe && second != 0xb7) text[at + 1] = static_cast<char>(second - 0x20);
  }
}

/// The sentence's first letter and the one behind its first inner dot; later ones stay, as published.
void capitalise_starts(std::string& text) {
  capitalise(text, 0);
  const size_t dot = text.find(". ");
  if (dot != std::string::npos) capitalise(text, dot + 2);
}

void write_for_bert(std::string& text, bool first) {
  drop_final_dot(text);
  replace_all(text, ". ", " [SEP] ");
  text = collapse_white_space((first ? "[CLS] " : "") + text + " [SEP]");
}

void write_one(std::string& text, TextMode mode, bool first) {
  const bool capitals = mode == TextMode::kBertNew || mode == TextMode::kGpt2 || mode == TextMode::kSimple;
  if (capitals) capitalise_starts(text);
  if (mode == TextMode::kBertPaper || mode == TextMode::kBertNew) {
    write_for_bert(text, first);
  } else if (mode == TextMode::kWithDots) {
    drop_final_dot(text);
  } else if (text.back() != '.') {
    text += '.';
  }
}

}  // namespace

const std::vector<std::string>& text_mode_names() {
  static const std::vector<std::string> names{"bert_paper", "bert_new", "gpt2", "simple", "nothing", "with_dots"};
  return names;
}

TextMode text_mode(const std::string& name) {
  const auto& names = text_mode_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw usage_error("unknown way of writing text '" + name + "'", "", suggest(name, names));
  return static_cast<TextMode>(found - names.begin());
}

std::vector<std::string> preprocess_text(const std::vector<std::string>& sentences, TextMode mode) {
  std::vector<std::string> written;
  for (size_t i = 0; i < sentences.size(); ++i) {
    std::string text = collapse_white_space(sentences[i]);
    if (text.empty()) throw input_error(fmt::format("sentence {} is empty", i));
    write_one(text, mode, i == 0);
    written.push_back(std::move(text));
  }
  return written;
}

std::string collapse_white_space(std::string_view text) {
  std::string out;
  bool pending = false;
  while (!text.empty()) {
    const size_t white = white_space_bytes(text);
    if (white > 0) {
      pending = !out.empty();
      text.remove_prefix(white);
      continue;
    }
    if (pending) out += ' ';
    pending = false;
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace vbench::video_text
