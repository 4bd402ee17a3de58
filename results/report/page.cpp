#include "results/report/page.hpp"

#include <fmt/format.h>

#include "report/assets.hpp"
#include "results/report/html.hpp"

namespace vbench::report {
namespace {

/// What a Content-Security-Policy calls a script or style by. @param hex  of its SHA-256
std::string source_of(std::string_view hex) {
  std::string digest;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) digest += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return "'sha256-" + base64(digest) + "'";
}

std::string policy() {
  return fmt::format("default-src 'none'; img-src data:; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
                     source_of(assets::kStyleHash), source_of(assets::kScriptHash));
}

}  // namespace

std::string page_text(const Page& page) {
  const auto title = escape_html(page.title);
  std::string text = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" "
      "content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}{}</title>\n<style>",
      policy(), page.synthetic ? "SYNTHETIC: " : "", title);
  text += assets::kStyle;
  text += "</style>\n</head>\n<body>\n";
  if (page.synthetic) {
    text +=
        "<p class=\"synthetic\" role=\"note\"><strong>SYNTHETIC</strong> stand-in data, not the official files: these figures say nothing "
        "about the paper</p>\n";
  }
  text +=
      fmt::format("<header class=\"page-head\">\n<h1>{}</h1>\n{}\n<nav class=\"contents\" aria-label=\"Contents\">", title, page.head_html);
  for (const auto& section : page.sections)
    text += fmt::format("<a href=\"#{}\">{}</a>", escape_html(section.id), escape_html(section.title));
  text += "</nav>\n</header>\n<main>\n";
  for (const auto& section : page.sections) {
    text += fmt::format("<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h2 id=\"{0}-title\">{1}</h2>\n{2}\n</section>\n",
                        escape_html(section.id), escape_html(section.title), section.html);
  }
  text += "</main>\n";
  for (const auto& [id, json] : page.data) text += fmt::format("<script type=\"application/json\" id=\"{}\">{}</script>\n", id, json);
  text += "<script>";
  text += assets::kScript;
  return text + "</script>\n</body>\n</html>\n";
}

}  // namespace vbench::report
