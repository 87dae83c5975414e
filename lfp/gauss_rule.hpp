#pragma once

#include <vector>

#include <Eigen/Core>

namespace fprinciple::lfp {

/// Nodes and weights of a quadrature rule; the weights sum to 1.
struct Rule {
  Eigen::VectorXd x, w;
};

/// How many nodes composite_rule has: order · ⌈half_width/panel⌉, as a number that may be too large
/// for an integer.
double composite_size(double half_width, double panel, Eigen::Index order);

/// The mean over (−half_width, half_width) by Gauss–Legendre rules of `order` points on panels no
/// wider than 2 · panel: exact to rounding for functions that are analytic well beyond a panel.
/// Throws InputError for more than 10⁷ nodes, which what is called at them would not live to see.
Rule composite_rule(double half_width, double panel, Eigen::Index order);

/// Where an integrand is not smooth: around `centre`, on the scale of `width`, and away from it on
/// that of the distance to it. An erf((x − centre)/width) is such a function.
struct Feature {
  double centre, width;
};

/// ∫ over (lo, hi) by Gauss–Legendre rules of 16 points on panels that are no longer than their
/// distance to each feature, or than its width where they are nearer: the number of panels grows
/// with the logarithm of (hi − lo)/width only. The weights sum to hi − lo.
Rule graded_rule(double lo, double hi, const std::vector<Feature>& features);

}  // namespace fprinciple::lfp
