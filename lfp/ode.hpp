#pragma once

#include "lfp/problem.hpp"

#include <vector>

namespace fprinciple::lfp {

struct OdeOptions {
  double tolerance = 1e-9;        ///< local error of h at any point, relative to max|r_0|
  double limit_residual = 1e-11;  ///< limit: max|E c − y| to stop at, relative to max|r_0|
  long max_steps = 20000;
};

/// z at the given times (increasing, ≥ 0) of the flow z' = −B (B^T z − r_0), z(0) = 0, by
/// integrating the Fourier ODE with Boost.Odeint; of B only products and B^T B are used.
///
/// The ODE is stiff (rates from λ_max to λ_min of K) but its Jacobian −B B^T has rank n. So we use
/// Odeint's L-stable Rosenbrock method of order 4 with its coefficients and step control, and solve
/// its linear systems (α + B B^T) g = f by the Woodbury identity g = (f − B (α + K)^{-1} B^T f)/α:
/// O(n · size + n³) a step where Odeint's dense LU would take O(size³).
/// Throws RunError when max_steps is not enough, or Γ = 0 everywhere.
std::vector<Eigen::VectorXd> integrate_ode(const LinearOperator& b, const Eigen::VectorXd& r_0,
                                           const std::vector<double>& times,
                                           const OdeOptions& options = {});

/// The long-time limit: integrates until max|B^T z − r_0| ≤ limit_residual · max|r_0|.
Eigen::VectorXd integrate_ode_to_limit(const LinearOperator& b, const Eigen::VectorXd& r_0,
                                       const OdeOptions& options = {});

/// The same for a problem in memory, as its coefficients c.
std::vector<Eigen::MatrixXcd> integrate_ode(const Problem& problem,
                                            const std::vector<double>& times,
                                            const OdeOptions& options = {});
Eigen::MatrixXcd integrate_ode_to_limit(const Problem& problem, const OdeOptions& options = {});

}  // namespace fprinciple::lfp
