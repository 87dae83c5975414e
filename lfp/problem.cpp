#include "lfp/problem.hpp"

#include "base/memory.hpp"

#include <cmath>

#include <spdlog/fmt/fmt.h>

namespace fprinciple::lfp {

using Eigen::Index;

Problem make_problem(const Lattice& lattice, const SpectralWeight& weight,
                     const data::Samples& samples, double ridge) {
  return {lattice, sampled_weight(lattice, weight), samples,
          Eigen::MatrixXcd::Zero(lattice.size(), 1), ridge};
}

Problem make_problem(const Lattice& lattice, const SpectralWeight& weight,
                     const SpectralWeight& divergence, const data::Samples& samples, double ridge) {
  const Index parts = 1 + lattice.dim;
  Problem problem{lattice, sampled_weight(lattice, divergence).replicate(1, parts), samples,
                  Eigen::MatrixXcd::Zero(lattice.size(), parts), ridge};
  problem.weight.col(0) = sampled_weight(lattice, weight);
  return problem;
}

Eigen::VectorXd initial_residual(const Problem& problem) {
  return problem.samples.y - values(problem.lattice, problem.c_ini, problem.samples.x);
}

Eigen::MatrixXd whitened_features(const Problem& problem) {
  const Index n = problem.samples.size();
  const Index size = problem.lattice.size();
  const Index parts = problem.weight.cols();
  const Index rows = 2 * size * parts + (problem.ridge > 0.0 ? n : 0);
  base::require_memory(
      3.0 * 8.0 * static_cast<double>(rows) * static_cast<double>(n),
      fmt::format("a lattice of {} coefficients with {} samples", size * parts, n));
  const Eigen::MatrixXd scale =
      (mode_weights(problem.lattice).asDiagonal() * problem.weight).cwiseSqrt();
  Eigen::MatrixXd b = Eigen::MatrixXd::Zero(rows, n);
#pragma omp parallel for schedule(static)
  for (Index i = 0; i < n; ++i) {
    const Eigen::VectorXd x = problem.samples.x.col(i);
    const Eigen::VectorXcd e = phases(problem.lattice, x);
    for (Index part = 0; part < parts; ++part) {
      const double factor = part_factor(part, x)[0];
      for (Index k = 0; k < size; ++k) {  // w Re(c e) = w (Re c cos − Im c sin)
        const Index row = 2 * (part * size + k);
        b(row, i) = factor * scale(k, part) * e[k].real();
        b(row + 1, i) = -factor * scale(k, part) * e[k].imag();
      }
    }
    if (problem.ridge > 0.0) b(2 * size * parts + i, i) = std::sqrt(problem.ridge);
  }
  return b;
}

Eigen::MatrixXcd coefficients(const Problem& problem, const Eigen::VectorXd& z) {
  const Eigen::VectorXd weights = mode_weights(problem.lattice);
  Eigen::MatrixXcd c = problem.c_ini;
  for (Index part = 0; part < c.cols(); ++part)
    for (Index k = 0; k < c.rows(); ++k) {
      const Index row = 2 * (part * c.rows() + k);
      c(k, part) += std::sqrt(problem.weight(k, part) / weights[k]) *
                    std::complex<double>(z[row], z[row + 1]);
    }
  return c;
}

double fp_norm_squared(const Problem& problem, const Eigen::MatrixXcd& c) {
  const Eigen::VectorXd weights = mode_weights(problem.lattice);
  const Eigen::MatrixXd change = (c - problem.c_ini).cwiseAbs2();
  double sum = 0.0;
  for (Index part = 0; part < c.cols(); ++part)
    for (Index k = 0; k < c.rows(); ++k)  // 0/0 := 0: with Γ = 0, what has not moved costs nothing
      if (change(k, part) > 0.0) sum += weights[k] * change(k, part) / problem.weight(k, part);
  return sum;
}

}  // namespace fprinciple::lfp
