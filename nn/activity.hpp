#pragma once

#include "nn/network.hpp"

#include <cstdint>
#include <vector>

namespace fprinciple::nn {

/// For each neuron a hash of the set of points (d × N) at which z_j = w_j·x + b_j > 0: the sum of
/// keys of those points, so that equal sets have equal hashes and different ones practically never
/// do. Cost O(N m d); for d = 1, where the sets are rays, O((N + m) log N). Throws
/// InputError as outputs() (nn/kernels.hpp).
std::vector<std::uint64_t> activity(const Network& network, const Eigen::MatrixXd& points);

}  // namespace fprinciple::nn
