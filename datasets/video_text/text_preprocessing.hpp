// How sentences are written before a language model reads them. Used where word features are computed, and by the meta readers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vbench::video_text {

/// The six ways of the published code. Each collapses white space first.
enum class TextMode {
  kBertPaper,  ///< no final dot, inner dots become [SEP], [CLS] before the first sentence, [SEP] behind each
  kBertNew,    ///< the same, with capital letters where sentences begin
  kGpt2,       ///< capital letters and a final dot
  kSimple,     ///< as kGpt2
  kNothing,    ///< a final dot
  kWithDots,   ///< no final dot, inner ones stay
};

/// @throws Error kUsage with the known names
[[nodiscard]] TextMode text_mode(const std::string& name);
[[nodiscard]] const std::vector<std::string>& text_mode_names();

/// The sentences of one paragraph. @throws Error kInput for a sentence without any character but white space
[[nodiscard]] std::vector<std::string> preprocess_text(const std::vector<std::string>& sentences, TextMode mode);

/// Runs of white space (Unicode's too) become one blank; none at either end.
[[nodiscard]] std::string collapse_white_space(std::string_view text);

}  // namespace vbench::video_text
