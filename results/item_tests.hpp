// Rows of a leaderboard compared by item, from the outputs that their runs stored. Used by `vbench leaderboard` and `vbench run`.
#pragma once

#include "results/significance.hpp"
#include "results/store.hpp"

namespace vbench {

/// McNemar's test of hits between two single runs; else a paired bootstrap over items of the difference between the rows' means over seeds.
/// Items are matched by their ids; rows of different items are not compared. Reads only outputs that the metrics take.
/// @param store  must live as long as the function
[[nodiscard]] ItemTester item_tester(const Store& store);

/// The same from the outputs that the records hold.
[[nodiscard]] ItemTester item_tester();

}  // namespace vbench
