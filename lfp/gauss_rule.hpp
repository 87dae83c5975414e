#pragma once

#include <Eigen/Core>

namespace fprinciple::lfp {

/// Nodes and weights of a quadrature rule; the weights sum to 1.
struct Rule {
  Eigen::VectorXd x, w;
};

/// The mean over (−half_width, half_width) by Gauss–Legendre rules of `order` points on panels no
/// wider than 2 · panel: exact to rounding for functions that are analytic well beyond a panel.
Rule composite_rule(double half_width, double panel, Eigen::Index order);

}  // namespace fprinciple::lfp
