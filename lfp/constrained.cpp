#include "lfp/constrained.hpp"

#include "base/blas.hpp"
#include "base/error.hpp"
#include "base/require.hpp"
#include "lfp/checks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <ceres/ceres.h>
#include <fmt/format.h>

namespace fprinciple::lfp {
namespace {

using Eigen::Index;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr Index kBlock = 64;  // variables in a Ceres parameter block

/// The residual z of one block: ½|z|² summed over the blocks is half the squared FP-norm.
class NormCost : public ceres::CostFunction {
 public:
  explicit NormCost(int size) : size_(size) {
    set_num_residuals(size);
    mutable_parameter_block_sizes()->push_back(size);
  }
  bool Evaluate(double const* const* parameters, double* residuals,
                double** jacobians) const override {
    std::copy_n(parameters[0], size_, residuals);
    if (jacobians != nullptr && jacobians[0] != nullptr)
      Eigen::Map<RowMajor>(jacobians[0], size_, size_).setIdentity();
    return true;
  }

 private:
  int size_;
};

/// The residual √ρ (B^T z − r_0 + μ/ρ) over all blocks.
class ConstraintCost : public ceres::CostFunction {
 public:
  ConstraintCost(const Eigen::MatrixXd& b, const Eigen::VectorXd& r_0, const Eigen::VectorXd& mu,
                 const double& rho)
      : b_(b), r_0_(r_0), mu_(mu), rho_(rho) {
    set_num_residuals(static_cast<int>(b.cols()));
    for (Index first = 0; first < b.rows(); first += kBlock)
      mutable_parameter_block_sizes()->push_back(
          static_cast<int>(std::min(kBlock, b.rows() - first)));
  }
  bool Evaluate(double const* const* parameters, double* residuals,
                double** jacobians) const override {
    const double root = std::sqrt(rho_);
    Eigen::Map<Eigen::VectorXd> residual(residuals, b_.cols());
    residual = root * (mu_ / rho_ - r_0_);
    for (std::size_t k = 0; k < parameter_block_sizes().size(); ++k) {
      const Index size = parameter_block_sizes()[k];
      const auto rows = b_.middleRows(static_cast<Index>(k) * kBlock, size);
      residual.noalias() +=
          root * (rows.transpose() * Eigen::Map<const Eigen::VectorXd>(parameters[k], size));
      if (jacobians != nullptr && jacobians[k] != nullptr)
        Eigen::Map<RowMajor>(jacobians[k], b_.cols(), size) = root * rows.transpose();
    }
    return true;
  }

 private:
  const Eigen::MatrixXd& b_;
  const Eigen::VectorXd& r_0_;
  const Eigen::VectorXd& mu_;
  const double& rho_;
};

ceres::Solver::Options least_squares_options(Index n) {
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::CGNR;
  options.preconditioner_type = ceres::IDENTITY;
  options.jacobi_scaling = false;              // keeps the normal matrix identity + rank n
  options.initial_trust_region_radius = 1e32;  // the problem is linear: Gauss–Newton
  options.max_trust_region_radius = 1e32;
  options.min_lm_diagonal = 1e-32;
  options.eta = 1e-30;
  options.max_linear_solver_iterations =
      static_cast<int>(std::min<Index>(3 * n + 20, std::numeric_limits<int>::max()));
  options.max_num_iterations = 2;
  options.function_tolerance = 0.0;
  options.gradient_tolerance = 0.0;
  options.parameter_tolerance = 0.0;
  options.logging_type = ceres::SILENT;
  return options;
}

}  // namespace

Eigen::MatrixXcd solve_constrained(const Problem& problem, const ConstrainedOptions& options) {
  base::require(options.residual > 0.0, "options.residual", options.residual, "above 0");
  base::require(options.max_outer >= 1, "options.max_outer", options.max_outer, "at least 1");
  const base::OneBlasThread blas;
  const Eigen::MatrixXd b = whitened_features(problem);
  base::require(b.cols() <= std::numeric_limits<int>::max(), "problem.samples.size()", b.cols(),
                "what Ceres can count in 32 bits");
  Eigen::VectorXd r_0 = initial_residual(problem);
  const double unit = power_of_two(r_0);  // squares are summed
  r_0 /= unit;
  const double goal = options.residual * r_0.cwiseAbs().maxCoeff();
  // Single modes without weight are rows of zeros; ρ needs one that moves.
  if (!(b.squaredNorm() > 0.0)) throw RunError("the spectral weight is 0 on the whole lattice");
  Eigen::VectorXd mu = Eigen::VectorXd::Zero(b.cols());
  double rho = 1e3 * static_cast<double>(b.cols()) / b.squaredNorm();

  Eigen::VectorXd z = Eigen::VectorXd::Zero(b.rows());
  ceres::Problem least_squares;
  std::vector<double*> blocks;
  for (Index first = 0; first < b.rows(); first += kBlock) {
    blocks.push_back(z.data() + first);
    least_squares.AddResidualBlock(
        new NormCost(static_cast<int>(std::min(kBlock, b.rows() - first))), nullptr, blocks.back());
  }
  least_squares.AddResidualBlock(new ConstraintCost(b, r_0, mu, rho), nullptr, blocks);

  const ceres::Solver::Options solver = least_squares_options(b.cols());
  double before = r_0.cwiseAbs().maxCoeff();
  for (int outer = 0; outer < options.max_outer; ++outer) {
    ceres::Solver::Summary summary;
    ceres::Solve(solver, &least_squares, &summary);
    const Eigen::VectorXd residual = b.transpose() * z - r_0;
    const double now = residual.cwiseAbs().maxCoeff();
    if (now <= goal) return coefficients(problem, unit * z);
    mu += rho * residual;
    if (now > 0.1 * before) rho *= 10.0;  // too slow: weigh the constraint more
    before = now;
  }
  throw RunError(fmt::format("the constrained solver stopped at a residual of {:.3g}, above {:.3g}",
                             before, goal));
}

}  // namespace fprinciple::lfp
