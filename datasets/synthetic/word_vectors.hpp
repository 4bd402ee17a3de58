// Word vectors in GloVe's text format. Used by features for real annotations.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "datasets/synthetic/feature_map.hpp"

namespace vbench::synthetic {

class WordVectors {
 public:
  /// Lines of `word v1 ... vN`. @throws Error kInput naming the line: wrong number of columns, not a finite number, a word twice, no line
  /// at all
  static WordVectors read(const std::filesystem::path& path);

  [[nodiscard]] int64_t width() const { return width_; }
  [[nodiscard]] int64_t size() const { return static_cast<int64_t>(rows_.size()); }
  [[nodiscard]] bool has(const std::string& word) const { return rows_.count(word) > 0; }
  /// The word's vector; for an unknown word a random one of the usual size, always the same for the same word.
  [[nodiscard]] Latent vector(const std::string& word) const;

 private:
  void add_line(std::string_view line, const std::string& where);

  int64_t width_ = 0;
  double value_deviation_ = 0;  // root mean square of all values
  std::vector<float> values_;   // [size, width]
  std::unordered_map<std::string, size_t> rows_;
};

/// Lower-case words of a sentence as BERT's pre-processing delimits them: letters, digits and anything outside ASCII belong to words, all
/// else separates; a full stop between sentences becomes [SEP].
[[nodiscard]] std::vector<std::string> tokens_of(const std::string& sentence);

}  // namespace vbench::synthetic
