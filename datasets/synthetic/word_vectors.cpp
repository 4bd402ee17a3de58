#include "datasets/synthetic/word_vectors.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <fstream>

#include "datasets/synthetic/sentence.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::synthetic {
namespace {

constexpr size_t kMaxLine = size_t{1} << 20;  // bytes; a 300-d line has about 2,600

}  // namespace

WordVectors WordVectors::read(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file || std::filesystem::is_directory(path))
    throw input_error("cannot read the word vectors", path.string(), "is the file there and readable?");
  WordVectors vectors;
  std::vector<char> buffer(kMaxLine);
  for (int64_t number = 1; file.getline(buffer.data(), static_cast<std::streamsize>(buffer.size())) || !file.eof(); ++number) {
    const std::string where = fmt::format("{}: line {}", path.string(), number);
    if (file.fail()) throw input_error(fmt::format("the line is longer than {} bytes", kMaxLine), where, "is this a file of word vectors?");
    vectors.add_line(trim(std::string_view(buffer.data())), where);
  }
  if (vectors.rows_.empty()) throw input_error("the file holds no word vectors", path.string());
  double squares = 0;
  for (const float value : vectors.values_) squares += static_cast<double>(value) * value;
  vectors.value_deviation_ = std::sqrt(squares / static_cast<double>(vectors.values_.size()));
  return vectors;
}

void WordVectors::add_line(std::string_view line, const std::string& where) {
  const std::vector<std::string> columns = split(line, ' ');
  const int64_t width = static_cast<int64_t>(columns.size()) - 1;
  if (width < 1) throw input_error("expected a word and its numbers", where);
  if (width_ == 0) width_ = width;
  if (width != width_) throw input_error(fmt::format("{} numbers, the first line has {}", width, width_), where);
  if (!rows_.emplace(columns[0], rows_.size()).second) throw input_error(fmt::format("the word '{}' was there before", columns[0]), where);
  for (size_t i = 1; i < columns.size(); ++i) {
    const auto value = parse_double(columns[i]);
    if (!value || !std::isfinite(static_cast<float>(*value)))
      throw input_error(fmt::format("'{}' is not a finite number", columns[i].substr(0, 40)), where);
    values_.push_back(static_cast<float>(*value));
  }
}

Latent WordVectors::vector(const std::string& word) const {
  const auto found = rows_.find(word);
  if (found == rows_.end()) {
    RandomStream random(0, "word_vectors.unknown/" + word);
    return noise_latent(random, width_, value_deviation_ * std::sqrt(static_cast<double>(width_)));
  }
  const auto first = values_.begin() + static_cast<int64_t>(found->second) * width_;
  return {first, first + width_};
}

std::vector<std::string> tokens_of(const std::string& sentence) {
  std::vector<std::string> tokens;
  std::string word;
  const auto finish = [&] {
    if (!word.empty()) tokens.push_back(std::move(word));
    word.clear();
  };
  for (size_t i = 0; i < sentence.size(); ++i) {
    const auto byte = static_cast<unsigned char>(sentence[i]);
    if (byte >= 0x80 || std::isalnum(byte) != 0) {
      word += static_cast<char>(byte < 0x80 ? std::tolower(byte) : byte);
      continue;
    }
    finish();
    const bool ends_sentence = byte == '.' && i + 1 < sentence.size() && sentence[i + 1] == ' ';
    if (ends_sentence && sentence.find_first_not_of(" .", i) != std::string::npos && !tokens.empty() && tokens.back() != kEndToken) {
      tokens.emplace_back(kEndToken);
    }
  }
  finish();
  return tokens;
}

}  // namespace vbench::synthetic
