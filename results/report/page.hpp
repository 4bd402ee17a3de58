// A report as one HTML file that needs nothing else: a head and sections, with style, script and data inside. Used by the builders of
// sections.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace vbench::report {

struct Section {
  std::string id;     ///< of the link to it
  std::string title;  ///< text
  std::string html;   ///< already escaped
};

struct Page {
  std::string title;           ///< text
  bool synthetic = false;      ///< says loudly that the data were generated
  std::string head_html = {};  ///< below the title; already escaped
  std::vector<Section> sections = {};
  /// JSON by element id, for the script (see script_json).
  std::vector<std::pair<std::string, std::string>> data = {};
};

/// The page forbids itself every request and every script but its own (Content-Security-Policy).
[[nodiscard]] std::string page_text(const Page& page);

}  // namespace vbench::report
