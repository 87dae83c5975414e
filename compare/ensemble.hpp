#pragma once

#include "base/memory.hpp"
#include "data/deep_law.hpp"
#include "data/network_law.hpp"

#include <Eigen/Core>

namespace fprinciple::compare {

/// How networks of a law, each trained on the samples X (d × n) from a draw of its own that is not
/// antisymmetric, differ at points (d × N) and times t ≥ 0, ∞ among them, where they are infinitely
/// wide: the standard deviation of their outputs, N × T. Their mean is predict of the complete, or
/// of the deep model; y does not matter. `a` must have the mean 0. (lfp/ensemble.hpp) O(n³ + N n²
/// T), and the kernels of law; 512 points at a time. Throws InputError as predict.
Eigen::MatrixXd ensemble_deviation(const data::NetworkLaw& law, const Eigen::MatrixXd& x,
                                   double ridge, const Eigen::MatrixXd& points,
                                   const Eigen::VectorXd& t);
Eigen::MatrixXd ensemble_deviation(const data::DeepLaw& law, const Eigen::MatrixXd& x, double ridge,
                                   const Eigen::MatrixXd& points, const Eigen::VectorXd& t);

/// Of either, for n samples and N points, the result apart.
base::Memory ensemble_memory(Eigen::Index samples, Eigen::Index points);

}  // namespace fprinciple::compare
