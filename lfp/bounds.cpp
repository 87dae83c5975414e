#include "lfp/bounds.hpp"

#include "base/blas.hpp"
#include "base/error.hpp"
#include "base/fft.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"
#include "data/random.hpp"
#include "lfp/checks.hpp"
#include "lfp/lanczos.hpp"
#include "lfp/projector.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
#include <numbers>

#include <Eigen/QR>
#include <fmt/format.h>

namespace fprinciple::lfp {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXcd;
using Eigen::VectorXd;

namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr Index kChunk = 1024;  // points whose features are in memory at a time
constexpr Index kSteps = 100;   // of Lanczos' recursion

/// c_k += value where the lattice stores k, for |k|_∞ < modes.
void add(const Lattice& lattice, const Eigen::VectorXi& k, std::complex<double> value,
         VectorXcd& c) {
  if (k[0] < 0) return;
  Index at = 0;
  for (Index axis = 0; axis < lattice.dim; ++axis)
    at = at * lattice.axis_size(axis) + k[axis] - lattice.axis_start(axis);
  c[at] += value;
}

void require_one_part(const Problem& problem) {
  if (problem.weight.cols() != 1)
    throw InputError("generalisation bounds are for functions periodic in the box: LFP-2019 only");
}

/// z of c: the inverse of coefficients(), 0 for the ridge's variables.
VectorXd whitened(const Problem& problem, const VectorXcd& c, Index rows) {
  const VectorXd weights = mode_weights(problem.lattice);
  VectorXd z = VectorXd::Zero(rows);
  for (Index k = 0; k < c.size(); ++k) {
    const std::complex<double> change = c[k] - problem.c_ini(k, 0);
    if (change == 0.0) continue;
    if (!(problem.weight(k, 0) > 0.0))
      throw InputError("the target has a frequency where γ² is 0: its FP-norm is infinite");
    const double scale = std::sqrt(weights[k] / problem.weight(k, 0));
    z[2 * k] = scale * change.real();
    z[2 * k + 1] = scale * change.imag();
  }
  return z;
}

/// Where k_1 = 0 both of ±k are stored: the part of z with c_{−k} = conj c_k, that of functions.
/// The others are orthogonal to B, so I − Π leaves them as they are.
void keep_functions(const Lattice& lattice, VectorXd& z) {
  const Index slice = lattice.size() / lattice.modes;
  for (Index k = 0; 2 * k < slice; ++k) {
    const Index minus = slice - 1 - k;
    z[2 * k] = z[2 * minus] = 0.5 * (z[2 * k] + z[2 * minus]);
    z[2 * minus + 1] = 0.5 * (z[2 * minus + 1] - z[2 * k + 1]);
    z[2 * k + 1] = -z[2 * minus + 1];
  }
}

/// P_S at points.
VectorXd power_function(const Problem& problem, const Projector& projector,
                        const MatrixXd& points) {
  constexpr Index kBlock = 128;  // fixed, so that the bits do not depend on the threads
  VectorXd power(points.cols());
  Problem at = problem;
  at.ridge = 0.0;
  at.count.resize(0);
  for (Index first = 0; first < points.cols(); first += kChunk) {
    at.samples.x = points.middleCols(first, std::min(kChunk, points.cols() - first));
    MatrixXd b = MatrixXd::Zero(projector.rows(), at.samples.x.cols());
    at.samples.y = VectorXd::Zero(b.cols());
    b.topRows(2 * problem.lattice.size()) = whitened_features(at);
    base::parallel_for((b.cols() + kBlock - 1) / kBlock, true, [&](Index block) {
      const Index j = block * kBlock;
      const Index size = std::min(kBlock, b.cols() - j);
      power.segment(first + j, size) =
          projector.tail(b.middleCols(j, size)).colwise().norm().transpose();
    });
  }
  return power;
}

/// The largest eigenvalue λ of D(I − Π)D, D = Γ^{1/2}, among functions, and (I − Π)D v for its
/// eigenvector |v| = 1.
struct WorstCase {
  double lambda;    // a Ritz value plus its residual
  double residual;  // as a share of lambda
  VectorXd z;
};

WorstCase worst_case(const Problem& problem, const Projector& projector) {
  const VectorXd d = [&] {
    VectorXd root = VectorXd::Zero(projector.rows());
    for (Index k = 0; k < problem.weight.rows(); ++k)
      root.segment<2>(2 * k).setConstant(std::sqrt(problem.weight(k, 0)));
    return root;
  }();
  const auto functions = [&](VectorXd z) {
    keep_functions(problem.lattice, z);
    return z;
  };
  const SymmetricOperator open{
      projector.rows(), [&](const VectorXd& z) {
        return functions(d.cwiseProduct(projector.rejection(d.cwiseProduct(z))));
      }};
  VectorXd start(projector.rows());
  for (Index i = 0; i < start.size(); ++i)
    start[i] = data::uniform_pair(1, data::Stream::a, static_cast<std::uint64_t>(i), 0)[0] - 0.5;
  // The second is the operator's own rounding, which matters where λ vanishes beside Γ.
  const auto enough = [&](double theta) {
    return std::max(1e-10 * theta, 16.0 * kEpsilon * d.maxCoeff() * std::sqrt(theta));
  };
  const LargestEigenvalue largest =
      largest_eigenvalue(open, functions(start.cwiseProduct(d)), kSteps, enough);
  return {largest.value, largest.residual, projector.rejection(d.cwiseProduct(largest.vector))};
}

}  // namespace

VectorXcd wave_coefficients(const Lattice& lattice, const std::vector<data::Wave>& waves) {
  require_lattice(lattice);
  VectorXcd c = VectorXcd::Zero(lattice.size());
  for (const data::Wave& wave : waves) {
    const VectorXd turns = wave.frequency * lattice.box;
    const VectorXd k = turns.array().rint();
    // v L is rounded, and so may v be, which a box of 2π, say, cannot avoid.
    if (turns.size() != lattice.dim ||
        !((turns - k).cwiseAbs().maxCoeff() <= 1e-12 * k.cwiseAbs().maxCoeff()) ||
        !(k.cwiseAbs().maxCoeff() < static_cast<double>(lattice.modes)))
      throw InputError(
          fmt::format("the frequency ({}) is not on the lattice: its multiples of the "
                      "box's {} must be {} integers below {}",
                      fmt::join(wave.frequency.begin(), wave.frequency.end(), ", "), lattice.box,
                      lattice.dim, lattice.modes));
    const std::complex<double> half =
        std::polar(0.5 * wave.amplitude, wave.phase - 0.5 * std::numbers::pi);
    add(lattice, k.cast<int>(), half, c);
    add(lattice, -k.cast<int>(), std::conj(half), c);
  }
  return c;
}

SampledFunction sampled_coefficients(const Lattice& lattice, Index n_axis, const VectorXd& values) {
  require_lattice(lattice);
  base::require(n_axis >= 1, "n_axis", n_axis, "at least 1");
  base::require_finite("values", values);
  const auto dim = static_cast<std::size_t>(lattice.dim);
  const double size = std::pow(static_cast<double>(n_axis), static_cast<double>(dim));
  if (size != static_cast<double>(values.size()))
    throw InputError(fmt::format("a grid of {} points along each of {} axes, but {} values", n_axis,
                                 dim, values.size()));
  VectorXcd all = values.cast<std::complex<double>>() / size;
  base::Fft(std::vector<Index>(dim, n_axis), base::Fft::Sign::forward)(all);
  const double scale = values.cwiseAbs().maxCoeff();
  SampledFunction out{VectorXcd::Zero(lattice.size()), 0.0};
  Eigen::VectorXi k(lattice.dim);
  for (Index j = 0; j < all.size(); ++j) {
    const double magnitude = std::abs(all[j]);
    if (magnitude <= kEpsilon * scale) continue;
    std::vector<Index> both;  // the axes on which +n/2 and −n/2 are one at the points
    Index rest = j;
    for (Index axis = lattice.dim; axis-- > 0; rest /= n_axis) {
      const Index turns = rest % n_axis;
      k[axis] = static_cast<int>(2 * turns <= n_axis ? turns : turns - n_axis);
      if (2 * turns == n_axis) both.push_back(axis);
    }
    const Index highest = k.cwiseAbs().maxCoeff();
    if (4 * highest > n_axis) out.aliasing += 2.0 * magnitude;
    if (highest >= lattice.modes) {
      if (!(magnitude <= 1e-10 * scale))
        throw InputError(
            fmt::format("the function has the frequency ({})/{}, which is not on the "
                        "lattice of {} modes",
                        fmt::join(k.begin(), k.end(), ", "), lattice.box, lattice.modes));
      continue;
    }
    const unsigned signs = 1U << both.size();
    for (unsigned choice = 0; choice < signs; ++choice) {
      for (std::size_t bit = 0; bit < both.size(); ++bit)
        k[both[bit]] = std::abs(k[both[bit]]) * ((choice >> bit & 1U) != 0 ? -1 : 1);
      add(lattice, k, all[j] / static_cast<double>(signs), out.c);
    }
  }
  return out;
}

double triangle_fp_norm(const SpectralWeight& weight, double box, double v) {
  base::require(box > 0.0 && std::isfinite(box), "box", box, "finite and above 0");
  base::require(v != 0.0 && std::isfinite(v), "v", v, "finite and not 0");
  if (weight.dim != 1 || !(weight.c2 > 0.0)) return std::numeric_limits<double>::infinity();
  const double pi = std::numbers::pi;
  const double alpha = std::sqrt(weight.c1 / weight.c2) / std::abs(v);
  const double mean = alpha > 0.0 ? std::tanh(0.5 * pi * alpha) / alpha : 0.5 * pi;
  return std::abs(v) * std::sqrt(8.0 * box * mean / (weight.c2 * pi * pi * pi));
}

double gamma_norm(const Problem& problem) {
  require_problem(problem);
  require_one_part(problem);
  return std::sqrt(mode_weights(problem.lattice).dot(problem.weight.col(0)));
}

double published_factor(Index n, double delta) {
  base::require(n >= 1, "n", n, "at least 1");
  base::require(delta > 0.0 && delta < 1.0, "delta", delta, "between 0 and 1");
  return (2.0 + 4.0 * std::sqrt(2.0 * std::log(4.0 / delta))) / std::sqrt(static_cast<double>(n));
}

double sharper_factor(Index n, double delta) {
  base::require(n >= 1, "n", n, "at least 1");
  base::require(delta > 0.0 && delta < 1.0, "delta", delta, "between 0 and 1");
  return (2.0 + std::sqrt(0.5 * std::log(1.0 / delta))) / std::sqrt(static_cast<double>(n));
}

base::Memory bounds_memory(const ProblemSize& size, Index points) {
  const double chunk = static_cast<double>(std::min(points, kChunk));
  // The points' features twice and a block of them for each of some threads, or Lanczos' vectors.
  const double beside = size.rows() * std::max(2.5 * chunk, static_cast<double>(kSteps) + 8.0);
  return then_freed(problem_memory(size) + features_memory(size) +
                    base::passing(base::doubles(beside)));
}

Bounds bounds(const Problem& problem, const VectorXcd& target, const MatrixXd& points,
              double delta) {
  require_problem(problem);
  base::require(delta > 0.0 && delta < 1.0, "delta", delta, "between 0 and 1");
  base::require_size("target", target.size(), problem.lattice.size());
  // No point is fine: the radius alone is then what is asked for.
  base::require_shape("points", points, problem.lattice.dim, base::kAny);
  base::require_finite("points", points);
  const base::OneBlasThread blas;
  Bounds out;
  out.delta = delta;
  out.gamma_norm = gamma_norm(problem);
  const Projector projector(whitened_features(problem));
  const VectorXd z = whitened(problem, target, projector.rows());
  out.fp_norm = z.norm();
  if (!std::isfinite(out.fp_norm))
    throw RunError("the target's FP-norm is beyond the range of numbers: bring y nearer to 1");
  const double most = out.fp_norm * out.gamma_norm;  // |f − h_ini| ≤ Q G
  const double off = (values(problem.lattice, target, problem.samples.x) - problem.samples.y)
                         .cwiseAbs()
                         .maxCoeff();
  if (!(off <= 1e-10 * most))
    throw InputError(
        fmt::format("the samples are off the target by up to {:.3g}: bounds are for "
                    "samples without noise",
                    off));
  out.data_norm = projector.least_norm(initial_residual(problem));
  out.rho = projector.tail(z).norm();
  out.published = most * published_factor(problem.samples.size(), delta);
  out.sharper = most * sharper_factor(problem.samples.size(), delta);
  out.power_function = power_function(problem, projector, points);
  const WorstCase worst = worst_case(problem, projector);
  out.radius = std::sqrt(worst.lambda) * out.rho;
  out.radius_error = 0.5 * worst.residual;
  Problem from_zero = problem;
  from_zero.c_ini.setZero();
  const double norm = worst.z.norm();
  out.worst = coefficients(from_zero, norm > 0.0 ? VectorXd(worst.z * (out.rho / norm)) : worst.z);
  return out;
}

}  // namespace fprinciple::lfp
