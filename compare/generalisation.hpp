#pragma once

#include "compare/problem.hpp"
#include "lfp/problem.hpp"
#include "nn/network.hpp"

#include <optional>
#include <string>

#include <Eigen/Core>

namespace fprinciple::compare {

/// What bounds say where Q is finite. In units of y.
struct FiniteBounds {
  double fp_norm;                   ///< Q
  double rho;                       ///< ρ
  double published, sharper;        ///< of the mean of |f − h_n|, with probability 1 − δ
  double power_function;            ///< the mean of ρ P_S
  double power_function_error;      ///< of that mean, relative
  double power_function_max_ratio;  ///< the largest |f − h_n|/(ρ P_S)
  double radius, radius_error;      ///< of the root mean square
};

/// docs/bounds.md. Means are over the whole box.
struct BoundNumbers {
  double delta, gamma_norm, data_norm;
  std::optional<FiniteBounds> finite;            ///< none where Q is infinite
  double measured_lfp = 0.0, measured_nn = 0.0;  ///< the mean of |f − h_n|, and of |f − f_nn|
  double measured_lfp_l2 = 0.0, measured_nn_l2 = 0.0;  ///< root mean squares
  double measured_error = 0.0;                         ///< of the four, relative
  std::string note;                                    ///< what a reader must know; may be empty
};

/// How far the limit h_n of LFP-2019, and the network, are from the target that the samples are of:
/// lfp/bounds.hpp for a problem. Means are over the whole box, which lies about the centre of
/// the samples' range. The target's part beyond the lattice (the triangle's) is no part of
/// lfp::bounds: as h_n is linear in the samples, what it adds to f − h_n is a known function, and
/// is added.
class GeneralisationBounds {
 public:
  /// What needs no training, of a problem whose network starts at 0. Cost as lfp::bounds with the
  /// grid and some 700 points. Throws what lfp::bounds throws.
  GeneralisationBounds(const Problem& problem, const nn::Network& start);

  /// ρ P_S on the grid, G: |f − f_lfp_limit| is nowhere above. Empty where Q is infinite.
  const Eigen::VectorXd& power_function() const { return power_function_; }

  /// All numbers. Means by the midpoint rule with N^d points, N = 3^j up to an error of 1e-4 by
  /// that of N/3, or N^d = 2e5.
  BoundNumbers numbers(const nn::Network& trained) const;

 private:
  /// From the target's coefficients, its norm, δ and G; `beyond` becomes the root mean square that
  /// is beyond the lattice.
  FiniteBounds bound(const Eigen::VectorXcd& c, double norm, double& beyond);

  data::Target target_;
  data::Target series_;  // the target's part on the lattice
  lfp::Problem problem_;
  data::Grid grid_;
  Eigen::VectorXd corner_;  // the box's lowest
  Eigen::VectorXcd limit_;  // h_n
  Eigen::VectorXd power_function_;
  BoundNumbers numbers_;
};

}  // namespace fprinciple::compare
