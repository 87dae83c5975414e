#pragma once

#include "data/grid.hpp"

#include <vector>

namespace fprinciple::reports {

/// At most `most` of the indices 0 … count − 1, evenly spread, the first and the last among them.
std::vector<Eigen::Index> evenly(Eigen::Index count, Eigen::Index most);

/// Every how many of `count` points one is drawn, so that there are at most `most`.
Eigen::Index stride(Eigen::Index count, Eigen::Index most);

/// The points of the grid that are drawn, at most `most` along each axis (of a list of points in
/// more than one dimension, most² in all). For d = 1 by increasing x: a list need not be sorted.
std::vector<Eigen::Index> thinned(const data::Grid& grid, Eigen::Index most);

}  // namespace fprinciple::reports
