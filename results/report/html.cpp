#include "results/report/html.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "results/table_formats.hpp"

namespace vbench::report {

std::string escape_html(std::string_view text) { return table_formats::escaped_html(text); }

std::string escape_lines(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    escaped += escape_html(text.substr(0, end));
    if (end < text.size()) escaped += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return escaped;
}

std::string script_json(const nlohmann::json& value) {
  const auto text = value.dump(-1, ' ', true);
  std::string safe;
  safe.reserve(text.size());   // pictures make it tens of megabytes
  for (const char c : text) {  // these three occur within its strings only, where \u is the same
    switch (c) {
      case '&':
        safe += "\\u0026";
        break;
      case '<':
        safe += "\\u003c";
        break;
      case '>':
        safe += "\\u003e";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](size_t at) { return at < bytes.size() ? static_cast<uint32_t>(static_cast<unsigned char>(bytes[at])) : 0U; };
    const uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    for (size_t digit = 0; digit < 4; ++digit) {
      const bool padding = i + digit > bytes.size();
      text += padding ? '=' : kDigits[group >> (18 - 6 * digit) & 63];
    }
  }
  return text;
}

}  // namespace vbench::report
