#pragma once

#include <vector>

#include <Eigen/Core>

namespace fprinciple::measure {

/// When each frequency is learnt for good: the first t[j] with delta(κ, j') < threshold for every
/// j' ≥ j; infinity where there is none. delta: K × T; a nan is not below. O(K T). Throws
/// InputError where delta has not one column for each time, or the threshold is not above 0.
Eigen::VectorXd crossing_times(const Eigen::VectorXd& t, const Eigen::MatrixXd& delta,
                               double threshold);

/// The frequencies at which the target has something to learn: |ŷ| is at least `floor` times the
/// largest |ŷ|. Elsewhere Δ divides by next to nothing. `target_energy`: |ŷ|², K.
std::vector<Eigen::Index> present(const Eigen::VectorXd& target_energy, double floor);

/// Kendall's τ_b of two rankings: (pairs in the same order − pairs in the opposite order) over the
/// geometric mean of the pairs that a does not tie and those that b does not tie. Infinities are
/// equal. nan where a or b ties all, and for fewer than two. O(K²). Throws InputError for different
/// sizes.
double kendall_tau(const Eigen::VectorXd& a, const Eigen::VectorXd& b);

}  // namespace fprinciple::measure
