// A report as one HTML file that needs nothing else: a head and sections, with style, scripts and data inside. Used by the builders of
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

/// What the data of a page are.
enum class DataKind { kReal, kSynthetic, kBoth };

struct Page {
  std::string title;                     ///< text
  DataKind data_kind = DataKind::kReal;  ///< said loudly where some were generated
  std::string head_html = {};            ///< below the title; already escaped
  std::vector<Section> sections = {};
  /// JSON by element id, for the script (see script_json).
  std::vector<std::pair<std::string, std::string>> data = {};
  bool curves = false;  ///< some chart needs uPlot, which the page then brings along with its licence
};

/// The page forbids itself every request and every script but its own (Content-Security-Policy).
[[nodiscard]] std::string page_text(const Page& page);

}  // namespace vbench::report
