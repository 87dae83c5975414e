#include "lfp/bounds.hpp"

#include "base/error.hpp"
#include "base/linear_algebra.hpp"
#include "data/random.hpp"
#include "lfp/fft.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
#include <numbers>

#include <Eigen/QR>
#include <spdlog/fmt/fmt.h>

namespace fprinciple::lfp {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXcd;
using Eigen::VectorXd;

namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

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

/// B = Q R: the projector onto the columns of B, and what is orthogonal to them.
class Features {
 public:
  explicit Features(const Problem& problem) : b_(whitened_features(problem)), qr_(b_) {
    const VectorXd pivots = b_.diagonal().cwiseAbs();
    if (b_.rows() < b_.cols() ||
        !(pivots.minCoeff() > static_cast<double>(b_.cols()) * kEpsilon * pivots.maxCoeff()))
      throw RunError("the lattice cannot tell all samples apart: more modes or a ridge");
  }
  Index rows() const { return b_.rows(); }
  /// √(r^T K^{-1} r) = |R^{-T} r|.
  double least_norm(const VectorXd& r) const {
    return b_.topRows(b_.cols()).triangularView<Eigen::Upper>().transpose().solve(r).norm();
  }
  /// Each column's part beyond the first n rows of Q^T z: in these coordinates it is (I − Π) z.
  MatrixXd tail(MatrixXd z) const {
    z.applyOnTheLeft(qr_.householderQ().adjoint());
    return z.bottomRows(b_.rows() - b_.cols());
  }
  /// (I − Π) z.
  VectorXd rejection(const VectorXd& z) const {
    VectorXd padded(b_.rows());
    padded << VectorXd::Zero(b_.cols()), tail(z);
    padded.applyOnTheLeft(qr_.householderQ());
    return padded;
  }

 private:
  MatrixXd b_;  // R, and below it the reflectors
  Eigen::HouseholderQR<Eigen::Ref<MatrixXd>> qr_;
};

/// P_S at points.
VectorXd power_function(const Problem& problem, const Features& features, const MatrixXd& points) {
  constexpr Index kChunk = 1024;
  constexpr Index kBlock = 128;  // fixed, so that the bits do not depend on the threads
  VectorXd power(points.cols());
  Problem at = problem;
  at.ridge = 0.0;
  for (Index first = 0; first < points.cols(); first += kChunk) {
    at.samples.x = points.middleCols(first, std::min(kChunk, points.cols() - first));
    MatrixXd b = MatrixXd::Zero(features.rows(), at.samples.x.cols());
    at.samples.y = VectorXd::Zero(b.cols());
    b.topRows(2 * problem.lattice.size()) = whitened_features(at);
#pragma omp parallel for schedule(static)
    for (Index j = 0; j < b.cols(); j += kBlock) {
      const Index size = std::min(kBlock, b.cols() - j);
      power.segment(first + j, size) =
          features.tail(b.middleCols(j, size)).colwise().norm().transpose();
    }
  }
  return power;
}

/// The largest eigenvalue λ of D(I − Π)D, D = Γ^{1/2}, and (I − Π)D v for its eigenvector |v| = 1.
struct WorstCase {
  double lambda;    // a Ritz value plus its residual
  double residual;  // as a share of lambda
  VectorXd z;
};

WorstCase worst_case(const Problem& problem, const Features& features) {
  const VectorXd d = [&] {
    VectorXd root = VectorXd::Zero(features.rows());
    for (Index k = 0; k < problem.weight.rows(); ++k)
      root.segment<2>(2 * k).setConstant(std::sqrt(problem.weight(k, 0)));
    return root;
  }();
  const Index steps = std::min<Index>(features.rows(), 100);
  MatrixXd q(features.rows(), steps);
  VectorXd diagonal(steps), beside(steps);
  VectorXd next(features.rows());
  for (Index i = 0; i < next.size(); ++i)
    next[i] = data::uniform_pair(1, data::Stream::a, static_cast<std::uint64_t>(i), 0)[0] - 0.5;
  next = next.cwiseProduct(d);
  keep_functions(problem.lattice, next);
  next.normalize();
  for (Index k = 0, check = 0; k < steps; ++k) {
    q.col(k) = next;
    next = d.cwiseProduct(features.rejection(d.cwiseProduct(next)));
    keep_functions(problem.lattice, next);
    diagonal[k] = q.col(k).dot(next);
    for (int pass = 0; pass < 2; ++pass) {  // twice is enough (Kahan and Parlett)
      const VectorXd along = q.leftCols(k + 1).transpose() * next;
      next -= q.leftCols(k + 1) * along;
    }
    beside[k] = next.norm();
    next /= beside[k];
    if (k < check && k + 1 < steps && beside[k] > 0.0) continue;
    check = k + 1 + k / 10;
    MatrixXd t = MatrixXd::Zero(k + 1, k + 1);
    t.diagonal() = diagonal.head(k + 1);
    t.diagonal(-1) = beside.head(k);
    const base::SymmetricEigen ritz = base::symmetric_eigen(t);
    const double theta = std::max(ritz.values[k], 0.0);
    const double residual = beside[k] * std::abs(ritz.vectors(k, k));
    // The second is the operator's own rounding, which matters where λ vanishes beside Γ.
    const double enough =
        std::max(1e-10 * theta, 16.0 * kEpsilon * d.maxCoeff() * std::sqrt(theta));
    if (residual <= enough || (k + 1 == steps && residual <= 1e-2 * theta)) {
      const double lambda = theta + residual;
      const VectorXd v = q.leftCols(k + 1) * ritz.vectors.col(k);
      return {lambda, lambda > 0.0 ? residual / lambda : 0.0,
              features.rejection(d.cwiseProduct(v))};
    }
  }
  throw RunError(fmt::format("the radius of information was not found in {} steps", steps));
}

}  // namespace

VectorXcd wave_coefficients(const Lattice& lattice, const std::vector<data::Wave>& waves) {
  VectorXcd c = VectorXcd::Zero(lattice.size());
  for (const data::Wave& wave : waves) {
    const VectorXd turns = wave.frequency * lattice.box;
    const VectorXd k = turns.array().rint();
    // v L is rounded, and so may v be, which a box of 2π, say, cannot avoid.
    if (turns.size() != lattice.dim ||
        !((turns - k).cwiseAbs().maxCoeff() <= 1e-12 * (1.0 + k.cwiseAbs().maxCoeff())) ||
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

VectorXcd sampled_coefficients(const Lattice& lattice, Index n_axis, const VectorXd& values) {
  const auto dim = static_cast<std::size_t>(lattice.dim);
  Index size = 1;
  for (std::size_t axis = 0; axis < dim; ++axis) size *= n_axis;
  if (size != values.size() || size < 1)
    throw InputError(fmt::format("a grid of {} points along each of {} axes, but {} values", n_axis,
                                 dim, values.size()));
  VectorXcd all = values.cast<std::complex<double>>() / static_cast<double>(size);
  Fft(std::vector<Index>(dim, n_axis), Fft::Sign::forward)(all);
  const double scale = values.cwiseAbs().maxCoeff();
  VectorXcd c = VectorXcd::Zero(lattice.size());
  Eigen::VectorXi k(lattice.dim);
  for (Index j = 0; j < size; ++j) {
    const double magnitude = std::abs(all[j]);
    if (magnitude <= kEpsilon * scale) continue;
    Index rest = j;
    for (Index axis = lattice.dim; axis-- > 0; rest /= n_axis) {
      const Index turns = rest % n_axis;
      k[axis] = static_cast<int>(2 * turns < n_axis ? turns : turns - n_axis);
    }
    if (k.cwiseAbs().maxCoeff() < lattice.modes)
      add(lattice, k, all[j], c);
    else if (!(magnitude <= 1e-10 * scale))
      throw InputError(
          fmt::format("the function has the frequency ({})/{}, which is not on the "
                      "lattice of {} modes",
                      fmt::join(k.begin(), k.end(), ", "), lattice.box, lattice.modes));
  }
  return c;
}

double triangle_fp_norm(const SpectralWeight& weight, double box, double v) {
  if (weight.dim != 1 || !(weight.c2 > 0.0)) return std::numeric_limits<double>::infinity();
  const double pi = std::numbers::pi;
  const double alpha = std::sqrt(weight.c1 / weight.c2) / std::abs(v);
  const double mean = alpha > 0.0 ? std::tanh(0.5 * pi * alpha) / alpha : 0.5 * pi;
  return std::abs(v) * std::sqrt(8.0 * box * mean / (weight.c2 * pi * pi * pi));
}

double gamma_norm(const Problem& problem) {
  require_one_part(problem);
  return std::sqrt(mode_weights(problem.lattice).dot(problem.weight.col(0)));
}

double published_factor(Index n, double delta) {
  return (2.0 + 4.0 * std::sqrt(2.0 * std::log(4.0 / delta))) / std::sqrt(static_cast<double>(n));
}

double sharper_factor(Index n, double delta) {
  return (2.0 + std::sqrt(0.5 * std::log(1.0 / delta))) / std::sqrt(static_cast<double>(n));
}

Bounds bounds(const Problem& problem, const VectorXcd& target, const MatrixXd& points,
              double delta) {
  if (!(delta > 0.0 && delta < 1.0))
    throw InputError(fmt::format("δ must be between 0 and 1, got {}", delta));
  Bounds out;
  out.delta = delta;
  out.gamma_norm = gamma_norm(problem);
  const Features features(problem);
  const VectorXd z = whitened(problem, target, features.rows());
  out.fp_norm = z.norm();
  const double most = out.fp_norm * out.gamma_norm;  // |f − h_ini| ≤ Q G
  const double off = (values(problem.lattice, target, problem.samples.x) - problem.samples.y)
                         .cwiseAbs()
                         .maxCoeff();
  if (!(off <= 1e-10 * most))
    throw InputError(
        fmt::format("the samples are off the target by up to {:.3g}: bounds are for "
                    "samples without noise",
                    off));
  out.data_norm = features.least_norm(initial_residual(problem));
  out.rho = features.tail(z).norm();
  out.published = most * published_factor(problem.samples.size(), delta);
  out.sharper = most * sharper_factor(problem.samples.size(), delta);
  out.power_function = power_function(problem, features, points);
  const WorstCase worst = worst_case(problem, features);
  out.radius = std::sqrt(worst.lambda) * out.rho;
  out.radius_error = 0.5 * worst.residual;
  Problem from_zero = problem;
  from_zero.c_ini.setZero();
  const double norm = worst.z.norm();
  out.worst = coefficients(from_zero, norm > 0.0 ? VectorXd(worst.z * (out.rho / norm)) : worst.z);
  return out;
}

}  // namespace fprinciple::lfp
