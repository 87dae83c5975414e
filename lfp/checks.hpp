#pragma once

#include "data/network_law.hpp"
#include "data/samples.hpp"

#include <string_view>

#include <Eigen/Core>

namespace fprinciple::lfp {

// What the room's public functions are given. Each throws InputError that names the argument.

/// A network that the theory has a weight for: at least one neuron, finite scales, those of w and b
/// above 0.
void require_law(const data::NetworkLaw& law);

/// At least one sample in `dim` dimensions (any, if 0), as many y as x, all of them finite. One x
/// may have two y, between which a ridge decides.
void require_samples(const data::Samples& samples, Eigen::Index dim = 0);

/// At least one point, in `dim` dimensions (any, if 0), all coordinates finite.
void require_points(std::string_view argument, const Eigen::MatrixXd& points, Eigen::Index dim = 0);

/// Times of a flow: t ≥ 0, ∞ included.
void require_time(double t);
void require_times(const Eigen::VectorXd& t);

/// ρ ≥ 0, finite.
void require_ridge(double ridge);

/// Throws RunError "<what> is beyond the range of numbers: …" where an entry is not finite.
void require_in_range(std::string_view what, const Eigen::Ref<const Eigen::MatrixXd>& result);

/// 1, or the power of two by which r is to be divided so that its square neither overflows nor
/// vanishes: what is solved for is linear in r, and a power of two leaves all digits as they are.
double power_of_two(const Eigen::VectorXd& r);

}  // namespace fprinciple::lfp
