// How training went: losses, scores, learning rates and seconds of every epoch, seeds as bands. Used by the sections of a group.
#pragma once

#include <string>

#include "results/report/curve_chart.hpp"
#include "results/report/groups.hpp"

namespace vbench::report {

/// Charts of a group, of which the less important ones are folded. A sentence where nothing was trained.
[[nodiscard]] std::string curves_html(const Group& group, CurveCharts& charts);

}  // namespace vbench::report
