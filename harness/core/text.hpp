// Small text helpers that every folder needs: nearest names, splitting, numbers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vbench {

/// Edit distance with transpositions (optimal string alignment).
[[nodiscard]] size_t edit_distance(std::string_view a, std::string_view b);

/// The `count` names nearest to `name`, nearest first; names that share nothing with it are left out.
[[nodiscard]] std::vector<std::string> nearest(std::string_view name, const std::vector<std::string>& known, size_t count = 3);

/// "did you mean 'a', 'b'?" or "known: a, b, c" when nothing is near. For the hint of an Error.
[[nodiscard]] std::string suggest(std::string_view name, const std::vector<std::string>& known);

/// Pieces between separators; empty text gives no pieces, blanks around pieces are cut.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
[[nodiscard]] std::string trim(std::string_view text);

/// The text with control characters and bytes that are no UTF-8 written as \x1f: file names may hold anything.
[[nodiscard]] std::string printable(std::string_view text);

/// Whole text as a number, else nothing. Locale-free.
[[nodiscard]] std::optional<double> parse_double(std::string_view text);
[[nodiscard]] std::optional<int64_t> parse_int(std::string_view text);

/// At most so many columns of a text in ASCII. Escape sequences of colours take no column and are closed if they are cut.
[[nodiscard]] std::string fit_columns(const std::string& text, size_t columns);

}  // namespace vbench
