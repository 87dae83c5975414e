#include "lfp/problem.hpp"

#include "data/memory.hpp"

#include <cmath>

#include <spdlog/fmt/fmt.h>

namespace fprinciple::lfp {

using Eigen::Index;

Problem make_problem(const Lattice& lattice, const SpectralWeight& weight,
                     const data::Samples& samples, double ridge) {
  return {lattice, sampled_weight(lattice, weight), samples, Eigen::VectorXcd::Zero(lattice.size()),
          ridge};
}

Eigen::VectorXd initial_residual(const Problem& problem) {
  return problem.samples.y - values(problem.lattice, problem.c_ini, problem.samples.x);
}

Eigen::MatrixXd whitened_features(const Problem& problem) {
  const Index n = problem.samples.size();
  const Index rows = 2 * problem.lattice.size() + (problem.ridge > 0.0 ? n : 0);
  data::require_memory(
      3.0 * 8.0 * static_cast<double>(rows) * static_cast<double>(n),
      fmt::format("a lattice of {} coefficients with {} samples", problem.lattice.size(), n));
  const Eigen::VectorXd scale =
      problem.weight.cwiseProduct(mode_weights(problem.lattice)).cwiseSqrt();
  Eigen::MatrixXd b = Eigen::MatrixXd::Zero(rows, n);
#pragma omp parallel for schedule(static)
  for (Index i = 0; i < n; ++i) {
    const Eigen::VectorXcd e = phases(problem.lattice, problem.samples.x.col(i));
    for (Index k = 0; k < e.size(); ++k) {  // w Re(c e) = w (Re c cos − Im c sin)
      b(2 * k, i) = scale[k] * e[k].real();
      b(2 * k + 1, i) = -scale[k] * e[k].imag();
    }
    if (problem.ridge > 0.0) b(2 * e.size() + i, i) = std::sqrt(problem.ridge);
  }
  return b;
}

Eigen::VectorXcd coefficients(const Problem& problem, const Eigen::VectorXd& z) {
  const Eigen::VectorXd scale =
      problem.weight.cwiseQuotient(mode_weights(problem.lattice)).cwiseSqrt();
  Eigen::VectorXcd c = problem.c_ini;
  for (Index k = 0; k < c.size(); ++k)
    c[k] += scale[k] * std::complex<double>(z[2 * k], z[2 * k + 1]);
  return c;
}

double fp_norm_squared(const Problem& problem, const Eigen::VectorXcd& c) {
  return ((c - problem.c_ini).cwiseAbs2().array() * mode_weights(problem.lattice).array() /
          problem.weight.array())
      .sum();
}

}  // namespace fprinciple::lfp
