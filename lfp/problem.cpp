#include "lfp/problem.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"
#include "lfp/checks.hpp"

#include <cmath>

#include <fmt/format.h>

namespace fprinciple::lfp {

using Eigen::Index;

Problem make_problem(const Lattice& lattice, const SpectralWeight& weight,
                     const data::Samples& samples, double ridge) {
  require_lattice(lattice);
  Problem problem{lattice, sampled_weight(lattice, weight), samples,
                  Eigen::MatrixXcd::Zero(lattice.size(), 1), ridge};
  require_problem(problem);
  return problem;
}

Problem make_problem(const Lattice& lattice, const SpectralWeight& weight,
                     const SpectralWeight& divergence, const data::Samples& samples, double ridge) {
  require_lattice(lattice);
  const Index parts = 1 + lattice.dim;
  Problem problem{lattice, sampled_weight(lattice, divergence).replicate(1, parts), samples,
                  Eigen::MatrixXcd::Zero(lattice.size(), parts), ridge};
  problem.weight.col(0) = sampled_weight(lattice, weight);
  require_problem(problem);
  return problem;
}

void require_problem(const Problem& problem) {
  require_lattice(problem.lattice);
  require_samples(problem.samples, problem.lattice.dim);
  require_ridge(problem.ridge);
  const Index parts = problem.weight.cols();
  base::require(parts == 1 || parts == 1 + problem.lattice.dim, "problem.weight.cols()", parts,
                "1, or 1 + the dimension");
  base::require_shape("problem.weight", problem.weight, problem.lattice.size(), parts);
  base::require_finite("problem.weight", problem.weight);
  base::require(problem.weight.minCoeff() >= 0.0, "problem.weight", problem.weight.minCoeff(),
                "at least 0");
  base::require_size("problem.c_ini", problem.c_ini.rows(), problem.lattice.size());
  base::require(problem.c_ini.cols() == parts, "problem.c_ini.cols()", problem.c_ini.cols(),
                "as many as of problem.weight");
  base::require_finite("problem.c_ini", problem.c_ini.real());
  base::require_finite("problem.c_ini", problem.c_ini.imag());
  if (problem.count.size() == 0) return;
  base::require_size("problem.count", problem.count.size(), problem.samples.size());
  base::require_finite("problem.count", problem.count);
  base::require(problem.count.minCoeff() > 0.0, "problem.count", problem.count.minCoeff(),
                "above 0");
}

double ProblemSize::coefficients() const {
  const auto modes = static_cast<double>(lattice.modes);
  return static_cast<double>(parts) * modes *
         std::pow(2.0 * modes - 1.0, static_cast<double>(lattice.dim - 1));
}

double ProblemSize::rows() const {
  return 2.0 * coefficients() + (ridge ? static_cast<double>(samples) : 0.0);
}

base::Memory problem_memory(const ProblemSize& size) {
  return base::held(base::doubles(3.0 * size.coefficients() +
                                  static_cast<double>((size.lattice.dim + 1) * size.samples)));
}

base::Memory features_memory(const ProblemSize& size) {
  return base::passing(base::doubles(3.0 * size.coefficients())) +
         base::held(base::doubles(size.rows() * static_cast<double>(size.samples)));
}

Eigen::VectorXd initial_residual(const Problem& problem) {
  require_problem(problem);
  const Eigen::VectorXd r_0 =
      problem.samples.y - values(problem.lattice, problem.c_ini, problem.samples.x);
  return problem.count.size() > 0 ? r_0.cwiseProduct(problem.count.cwiseSqrt()) : r_0;
}

Eigen::MatrixXd whitened_features(const Problem& problem) {
  require_problem(problem);
  const Index n = problem.samples.size();
  const Index size = problem.lattice.size();
  const Index parts = problem.weight.cols();
  const Index rows = 2 * size * parts + (problem.ridge > 0.0 ? n : 0);
  base::require_memory(
      features_memory({problem.lattice, parts, n, problem.ridge > 0.0}).peak,
      fmt::format("a lattice of {} coefficients with {} samples", size * parts, n));
  const Eigen::MatrixXd scale =
      (mode_weights(problem.lattice).asDiagonal() * problem.weight).cwiseSqrt();
  Eigen::MatrixXd b = Eigen::MatrixXd::Zero(rows, n);
  base::parallel_for(n, true, [&](Index i) {
    const Eigen::VectorXd x = problem.samples.x.col(i);
    const Eigen::VectorXcd e = phases(problem.lattice, x);
    const double root = problem.count.size() > 0 ? std::sqrt(problem.count[i]) : 1.0;
    for (Index part = 0; part < parts; ++part) {
      const double factor = root * part_factor(part, x)[0];
      for (Index k = 0; k < size; ++k) {  // w Re(c e) = w (Re c cos − Im c sin)
        const Index row = 2 * (part * size + k);
        b(row, i) = factor * scale(k, part) * e[k].real();
        b(row + 1, i) = -factor * scale(k, part) * e[k].imag();
      }
    }
    if (problem.ridge > 0.0) b(2 * size * parts + i, i) = std::sqrt(problem.ridge);
  });
  return b;
}

LinearOperator lattice_operator(const Problem& problem) {
  return dense_operator(whitened_features(problem));
}

Eigen::MatrixXcd coefficients(const Problem& problem, const Eigen::VectorXd& z) {
  const Eigen::VectorXd weights = mode_weights(problem.lattice);
  base::require(z.size() >= 2 * problem.weight.size(), "z.size()", z.size(),
                "twice the number of weights, or more");
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
  base::require(c.rows() == problem.c_ini.rows() && c.cols() == problem.c_ini.cols(), "c.size()",
                c.size(), "the number of weights");
  const Eigen::VectorXd weights = mode_weights(problem.lattice);
  const Eigen::MatrixXd change = (c - problem.c_ini).cwiseAbs2();
  double sum = 0.0;
  bool finite = true;  // but for weights of 0
  for (Index part = 0; part < c.cols(); ++part)
    for (Index k = 0; k < c.rows(); ++k)  // 0/0 := 0: with Γ = 0, what has not moved costs nothing
      if (change(k, part) > 0.0) {
        const double share = weights[k] * change(k, part) / problem.weight(k, part);
        if (problem.weight(k, part) > 0.0) finite = finite && std::isfinite(share);
        sum += share;
      }
  if (!finite)
    throw RunError("the FP-norm's square is beyond the range of numbers: bring y nearer to 1");
  return sum;
}

}  // namespace fprinciple::lfp
