#include "harness/core/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <numeric>

namespace vbench {

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), row(b.size() + 1), next(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) next[j] = std::min(next[j], before[j - 2] + 1);
    }
    before.swap(row);
    row.swap(next);
  }
  return row[b.size()];
}

std::vector<std::string> nearest(std::string_view name, const std::vector<std::string>& known, size_t count) {
  std::vector<std::pair<size_t, std::string>> ranked;
  for (const auto& candidate : known) {
    const size_t distance = edit_distance(name, candidate);
    const bool contains = !name.empty() && candidate.find(name) != std::string::npos;
    if (contains || distance <= std::max<size_t>(2, std::max(name.size(), candidate.size()) / 2)) {
      ranked.emplace_back(contains ? std::min<size_t>(distance, 1) : distance, candidate);
    }
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
  std::vector<std::string> names;
  for (const auto& [distance, candidate] : ranked) {
    if (names.size() < count) names.push_back(candidate);
  }
  return names;
}

std::string suggest(std::string_view name, const std::vector<std::string>& known) {
  const auto near = nearest(name, known);
  const auto& shown = near.empty() ? known : near;
  std::string text = near.empty() ? "known: " : "did you mean ";
  for (size_t i = 0; i < shown.size(); ++i) {
    if (i > 0) text += ", ";
    text += near.empty() ? shown[i] : "'" + shown[i] + "'";
  }
  return near.empty() ? text : text + "?";
}

std::string trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> pieces;
  if (trim(text).empty()) return pieces;
  size_t start = 0;
  while (true) {
    const size_t end = text.find(separator, start);
    pieces.push_back(trim(text.substr(start, end == std::string_view::npos ? end : end - start)));
    if (end == std::string_view::npos) return pieces;
    start = end + 1;
  }
}

namespace {
template <class T>
std::optional<T> parse(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}
/// Bytes of the UTF-8 character at the head of `text`; 0 if there is none.
size_t character_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool outside = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);  // surrogates, beyond U+10FFFF
  return overlong || outside ? 0 : length;
}

}  // namespace

std::string printable(std::string_view text) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string out;
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text[0]);
    const size_t length = byte < 0x20 || byte == 0x7F ? 0 : character_length(text);
    if (length > 0) {
      out += text.substr(0, length);
    } else {
      out += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

std::optional<double> parse_double(std::string_view text) { return parse<double>(text); }
std::optional<int64_t> parse_int(std::string_view text) { return parse<int64_t>(text); }

std::string fit_columns(const std::string& text, size_t columns) {
  std::string fitted;
  size_t used = 0;
  for (size_t i = 0; i < text.size() && used < columns; ++i) {
    if (text[i] == '\x1b') {
      const size_t end = std::min(text.find('m', i), text.size() - 1);
      fitted.append(text, i, end - i + 1);
      i = end;
    } else {
      fitted += text[i];
      ++used;
    }
  }
  return fitted.size() < text.size() && fitted.find('\x1b') != std::string::npos ? fitted + "\x1b[0m" : fitted;
}

}  // namespace vbench
