#include <fmt/format.h>

#include <cmath>

#include "datasets/annotations/annotation.hpp"
#include "harness/core/error.hpp"

namespace vbench::annotations {
namespace {

using Splits = std::map<std::string, OfficialRows>;

/// The same numbers in each of three folds.
Splits three_folds(int64_t train, int64_t val) {
  return {{"train1", {train}}, {"val1", {val}}, {"train2", {train}}, {"val2", {val}}, {"train3", {train}}, {"val3", {val}}};
}

/// Round figures where the publishers give thousands.
const std::map<std::string, Official>& all() {
  static const Splits ucf101{{"train1", {9537}}, {"val1", {3783}},   {"train2", {9586}},
                             {"val2", {3734}},   {"train3", {9624}}, {"val3", {3696}}};
  static const std::map<std::string, Official> datasets{
      {"ucf101", {"UCF-101", 101, false, ucf101}},
      {"hmdb51", {"HMDB-51", 51, true, three_folds(3570, 1530)}},
      {"kinetics-200", {"Kinetics-200", 200, true, {{"train", {80000}}, {"val", {5000}}}}},
      {"kinetics-400", {"Kinetics-400", 400, true, {{"train", {246000, 0.01}}, {"val", {20000}}, {"test", {40000}}}}},
      {"kinetics-600", {"Kinetics-600", 600, true, {{"train", {392000, 0.01}}, {"val", {30000}}, {"test", {60000, 0.25}}}}},
      {"kinetics-700", {"Kinetics-700", 700, true, {{"train", {545000, 0.01}}, {"val", {35000}}, {"test", {70000}}}}},
      {"moments-in-time", {"Moments in Time", 339, false, {{"train", {802264}}, {"val", {33900}}}}},
      {"moments-in-time-v2", {"Moments in Time, version 2", 305, false, {{"train", {}}, {"val", {}}}}},
      {"hacs", {"HACS Clips", 200, true, {{"train", {}}, {"val", {}}}}},
      {"diving48", {"Diving-48 V2", 48, false, {{"train", {15027}}, {"val", {1970}}}}},
      {"diving48-v1", {"Diving-48 V1", 48, false, {{"train", {15943}}, {"val", {2096}}}}},
      {"something-something-v2", {"something-something-v2", 174, true, {{"train", {168913}}, {"validation", {24777}}, {"test", {27157}}}}},
  };
  return datasets;
}

}  // namespace

bool OfficialRows::allow(int64_t found) const {
  return rows == 0 || std::abs(static_cast<double>(found - rows)) <= slack * static_cast<double>(rows);
}

std::string OfficialRows::text() const { return slack > 0 ? fmt::format("about {}", rows) : std::to_string(rows); }

const Official& official(const std::string& dataset) {
  const auto found = all().find(dataset);
  if (found == all().end()) throw Error(ErrorKind::kInternal, "has no official counts", dataset);
  return found->second;
}

}  // namespace vbench::annotations
