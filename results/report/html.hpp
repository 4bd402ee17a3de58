// Text from files as parts of an HTML page: nothing in it can end an element or a script. Used by everything in results/report.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace vbench::report {

/// Text as content of an element or of a quoted attribute. Control characters and bytes that are no UTF-8 become \x1f.
[[nodiscard]] std::string escape_html(std::string_view text);

/// The same of text with line ends, which stay.
[[nodiscard]] std::string escape_lines(std::string_view text);

/// JSON in ASCII that may stand within <script>: holds neither '<' nor '>' nor '&'. Texts must be UTF-8, see printable().
[[nodiscard]] std::string script_json(const nlohmann::json& value);

/// RFC 4648, with padding.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace vbench::report
