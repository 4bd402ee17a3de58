// The formats that programs read: full precision, keys instead of headers.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/text.hpp"
#include "results/table_formats.hpp"

namespace vbench::table_formats {
namespace {

using Json = nlohmann::ordered_json;

bool has_deviation(const Table& table, size_t column) {
  for (const auto& row : table.rows) {
    if (column < row.size() && row[column].deviation) return true;
  }
  return false;
}

std::string quoted(const std::string& field) {
  const bool plain = field.find_first_of(",\"\r\n") == std::string::npos && trim(field) == field;
  if (plain) return field;
  std::string out = "\"";
  for (const char c : field) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

const std::string& whole_text(const Cell& cell) { return cell.whole.empty() ? cell.text : cell.whole; }

std::string number(const std::optional<double>& value) { return value && std::isfinite(*value) ? fmt::format("{}", *value) : ""; }

void append_csv_line(std::string& out, const std::vector<std::string>& fields) {
  for (size_t i = 0; i < fields.size(); ++i) out += (i == 0 ? "" : ",") + quoted(fields[i]);
  out += "\r\n";
}

std::vector<std::string> csv_header(const Grid& grid, const std::vector<bool>& deviations) {
  std::vector<std::string> fields;
  for (const auto& [name, value] : grid.table().facts) fields.push_back(name);
  for (size_t column = 0; column < grid.columns(); ++column) {
    fields.push_back(grid.info(column).key);
    if (deviations[column]) fields.push_back(fields.back() + "_std");
  }
  return fields;
}

void append_csv_rows(std::string& out, const Grid& grid, const std::vector<bool>& deviations) {
  for (size_t row = 0; row < grid.rows(); ++row) {
    std::vector<std::string> fields;
    for (const auto& [name, value] : grid.table().facts) fields.push_back(value);
    for (size_t column = 0; column < grid.columns(); ++column) {
      const Cell& cell = grid.cell(row, column);
      fields.push_back(cell.value ? number(cell.value) : whole_text(cell));
      if (deviations[column]) fields.push_back(number(cell.deviation));
    }
    append_csv_line(out, fields);
  }
}

/// Columns and facts alike: the tables can share one header.
bool same_shape(const Table& a, const Table& b) {
  const Grid left(a), right(b);
  if (left.columns() != right.columns() || a.facts.size() != b.facts.size()) return false;
  for (size_t i = 0; i < a.facts.size(); ++i) {
    if (a.facts[i].first != b.facts[i].first) return false;
  }
  for (size_t column = 0; column < left.columns(); ++column) {
    if (left.info(column).key != right.info(column).key) return false;
  }
  return true;
}

std::string csv_together(std::span<const Table> tables) {
  std::vector<bool> deviations(tables.front().header.size(), false);
  for (const auto& table : tables) {
    for (size_t column = 0; column < deviations.size(); ++column) deviations[column] = deviations[column] || has_deviation(table, column);
  }
  std::string out;
  append_csv_line(out, csv_header(Grid(tables.front()), deviations));
  for (const auto& table : tables) append_csv_rows(out, Grid(table), deviations);
  return out;
}

Json finite(const std::optional<double>& value) { return value && std::isfinite(*value) ? Json(*value) : Json(nullptr); }

Json json_cell(const Cell& cell, bool with_deviation) {
  if (with_deviation && (cell.value || cell.text.empty())) return Json{{"mean", finite(cell.value)}, {"std", finite(cell.deviation)}};
  if (cell.value) return finite(cell.value);
  if (!cell.numeric) return whole_text(cell);
  if (const auto whole = parse_int(whole_text(cell))) return *whole;
  return finite(parse_double(whole_text(cell)));
}

Json json_table(const Table& table) {
  const Grid grid(table);
  Json out{{"title", table.title}};
  for (const auto& [name, value] : table.facts) out[name] = value;
  out["rows"] = Json::array();
  for (size_t row = 0; row < grid.rows(); ++row) {
    Json object = Json::object();
    for (size_t column = 0; column < grid.columns(); ++column) {
      object[grid.info(column).key] = json_cell(grid.cell(row, column), has_deviation(table, column));
    }
    out["rows"].push_back(std::move(object));
  }
  out["notes"] = table.notes;
  return out;
}

std::string dumped(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace

std::string csv(std::span<const Table> tables) {
  if (tables.empty()) return "";
  bool together = true;
  for (const auto& table : tables) together = together && same_shape(tables.front(), table);
  if (together) return csv_together(tables);
  std::string out;
  for (const auto& table : tables) out += (out.empty() ? "" : "\r\n") + csv_together({&table, 1});
  return out;
}

std::string json(const Table& table) { return dumped(json_table(table)); }

std::string json(std::span<const Table> tables) {
  Json all = Json::array();
  for (const auto& table : tables) all.push_back(json_table(table));
  return dumped(all);
}

}  // namespace vbench::table_formats
