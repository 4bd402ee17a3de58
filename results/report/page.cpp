#include "results/report/page.hpp"

#include <fmt/format.h>

#include "report/assets.hpp"
#include "results/report/html.hpp"
#include "results/report/tables.hpp"

namespace vbench::report {
namespace {

/// What a Content-Security-Policy calls a script or style by.
std::string source_of(const assets::Asset& asset) {
  std::string digest;
  for (size_t i = 0; i + 1 < asset.sha256.size(); i += 2)
    digest += static_cast<char>(std::stoi(std::string(asset.sha256.substr(i, 2)), nullptr, 16));
  return "'sha256-" + base64(digest) + "'";
}

std::vector<const assets::Asset*> styles_of(const Page& page) {
  return page.curves ? std::vector{&assets::kUplotStyle, &assets::kStyle} : std::vector{&assets::kStyle};
}
const assets::Asset& kDark = assets::kDarkStyle;  // counts where the system or the reader likes it dark
std::vector<const assets::Asset*> scripts_of(const Page& page) {
  return page.curves ? std::vector{&assets::kUplotScript, &assets::kScript} : std::vector{&assets::kScript};
}

std::string policy(const Page& page) {
  std::string styles, scripts;
  for (const auto* style : styles_of(page)) styles += " " + source_of(*style);
  styles += " " + source_of(kDark);
  for (const auto* script : scripts_of(page)) scripts += " " + source_of(*script);
  return fmt::format("default-src 'none'; img-src data:; style-src{}; script-src{}; base-uri 'none'; form-action 'none'", styles, scripts);
}

std::string head_text(const Page& page) {
  std::string text = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" "
      "content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n<title>{}{}</title>\n",
      policy(page), page.data_kind == DataKind::kSynthetic ? "SYNTHETIC: " : "", escape_html(page.title));
  for (const auto* style : styles_of(page)) text += fmt::format("<style>{}</style>\n", style->text);
  text += fmt::format("<style id=\"dark-style\" media=\"screen and (prefers-color-scheme: dark)\">{}</style>\n", kDark.text);
  return text + "</head>\n";
}

/// Shown by the script, which makes it work.
constexpr const char* kThemeSwitch =
    "<label class=\"field\" id=\"theme-field\" hidden>colours <select id=\"theme\"><option value=\"system\">as the system</option>"
    "<option value=\"light\">light</option><option value=\"dark\">dark</option></select></label>";

std::string banner(DataKind kind) {
  if (kind == DataKind::kReal) return "";
  const char* what = kind == DataKind::kSynthetic
                         ? "stand-in data, not the official files: these figures say nothing about the paper"
                         : "stand-in data are on this page beside real ones: what is of them is marked, and shares no table with the rest";
  return fmt::format("<p class=\"synthetic\" role=\"note\"><strong>SYNTHETIC</strong> {}</p>\n", what);
}

std::string footer(const Page& page) {
  std::string text = "<footer class=\"page-foot\">\n<p>Written by vbench " VBENCH_VERSION
                     ". This page asks nobody for anything: style, scripts and data are within it.</p>\n";
  if (page.curves) {
    text += folded(fmt::format("Curves are drawn by uPlot {} (MIT licence)", assets::kUplotVersion),
                   fmt::format("<pre tabindex=\"0\">{}</pre>", escape_lines(assets::kUplotLicence)));
  }
  return text + "</footer>\n";
}

}  // namespace

std::string page_text(const Page& page) {
  std::string text = head_text(page) + "<body>\n<a class=\"skip\" href=\"#content\">Skip to the content</a>\n" + banner(page.data_kind);
  text += fmt::format(
      "<header class=\"page-head\">\n<div class=\"title-line\"><h1>{}</h1>{}</div>\n{}\n<nav class=\"contents\" aria-label=\"Contents\">",
      escape_html(page.title), kThemeSwitch, page.head_html);
  for (const auto& section : page.sections)
    text += fmt::format("<a href=\"#{}\">{}</a>", escape_html(section.id), escape_html(section.title));
  text += "</nav>\n</header>\n<main id=\"content\" tabindex=\"-1\">\n";
  for (const auto& section : page.sections) {
    text += fmt::format("<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h2 id=\"{0}-title\">{1}</h2>\n{2}\n</section>\n",
                        escape_html(section.id), escape_html(section.title), section.html);
  }
  text += "</main>\n" + footer(page);
  for (const auto& [id, json] : page.data) {  // tens of megabytes where there are pictures: no copy on the way
    text.append("<script type=\"application/json\" id=\"").append(id).append("\">").append(json).append("</script>\n");
  }
  for (const auto* script : scripts_of(page)) text += fmt::format("<script>{}</script>\n", script->text);
  return text + "</body>\n</html>\n";
}

}  // namespace vbench::report
