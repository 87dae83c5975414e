#pragma once

#include "compare/problem.hpp"
#include "lfp/problem.hpp"
#include "lfp/spectral_weight.hpp"
#include "nn/network.hpp"

#include <functional>
#include <optional>
#include <string>

#include <Eigen/Core>

namespace fprinciple::compare {

/// The function that samples are of, as bounds see it.
struct BoundedTarget {
  using Values = std::function<Eigen::VectorXd(const data::Grid&)>;

  Values values;
  Eigen::VectorXcd part;  ///< coefficients of its part on the lattice, size
  Values part_values;     ///< of that part; null where it is the whole
  double fp_norm;         ///< Q: of the whole where that is known, else of the part
  /// By what share Q is another by every second sample alone; 0 where it is in closed form.
  double fp_norm_error = 0.0;
  std::string why_infinite = {};  ///< for the reader, where Q is
};

/// The target of a problem, in closed form, under the weight γ² of its model.
BoundedTarget bounded_target(const Problem& problem, const lfp::SpectralWeight& weight);

/// A target that is known by its values alone: periodic in the problem's box, and never asked
/// outside of it. The part is the trigonometric interpolant of its values at (2 modes − 1)^d
/// points, which have no frequency that the lattice has not, and one only to each of its own. What
/// the interpolant is off between the points is the rest, so bounds hold whatever the sampling
/// misses; what depends on the sampling is how near Q of the part is to that of the whole. Costs
/// as many values, some 2^{-d} more, and an FFT.
BoundedTarget bounded_target(const Problem& problem, const lfp::SpectralWeight& weight,
                             const BoundedTarget::Values& values);

/// What bounds say where Q is finite. In units of y.
struct FiniteBounds {
  double fp_norm;                   ///< Q
  double fp_norm_error;             ///< see BoundedTarget
  double beyond;                    ///< root mean square of what the part leaves to be added
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
  double measured_lfp_l2 = 0.0, measured_nn_l2 = 0.0;  ///< root mean squares; 0 of no network
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
  /// What needs no training, of a problem whose network starts at 0, under the weight γ² of its
  /// model. Cost as lfp::bounds with the
  /// grid and some 700 points. Throws what lfp::bounds throws.
  GeneralisationBounds(const Problem& problem, const lfp::SpectralWeight& weight);

  /// The same for a target of the caller's; problem.target is not looked at.
  /// Throws InputError for samples off the target by more than 1e-10 Q G.
  GeneralisationBounds(const Problem& problem, const lfp::SpectralWeight& weight,
                       BoundedTarget target);

  /// ρ P_S on the grid, G: |f − f_lfp_limit| is nowhere above. Empty where Q is infinite.
  const Eigen::VectorXd& power_function() const { return power_function_; }

  /// All numbers. Means by the midpoint rule with N^d points, N = 3^j up to an error of 1e-4 by
  /// that of N/3, or N^d = 2e5. Null: of no network.
  BoundNumbers numbers(const nn::Network* trained) const;

 private:
  FiniteBounds bound();

  BoundedTarget target_;
  lfp::Problem problem_;
  data::Grid grid_;
  Eigen::VectorXd corner_;  // the box's lowest
  Eigen::VectorXcd limit_;  // h_n
  Eigen::VectorXd power_function_;
  BoundNumbers numbers_;
};

}  // namespace fprinciple::compare
