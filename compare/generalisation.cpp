#include "compare/generalisation.hpp"

#include "base/error.hpp"
#include "compare/theory.hpp"
#include "lfp/bounds.hpp"
#include "lfp/dual.hpp"
#include "lfp/evaluate.hpp"
#include "nn/kernels.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace fprinciple::compare {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXcd;
using Eigen::VectorXd;
using Shape = data::Target::Shape;

// Means over the box -----------------------------------------------------------------------------

/// The centres of count^d equal cells of the box.
data::Grid midpoints(const VectorXd& corner, double box, Index count) {
  const double half = 0.5 * box / static_cast<double>(count);
  std::vector<data::Axis> axes;
  for (const double lo : corner) axes.push_back({lo + half, lo + box - half, count});
  return data::make_grid(axes);
}

Index power(Index base, Index exponent) {
  Index out = 1;
  while (exponent-- > 0) out *= base;
  return out;
}

/// The largest 3^j with at most `most` points 3^{jd}.
Index largest_count(Index dim, Index most) {
  Index count = 3;
  while (power(3 * count, dim) <= most) count *= 3;
  return count;
}

struct Means {
  RowVectorXd value;   ///< of each column
  double error = 0.0;  ///< largest, relative: the difference to every third centre alone
};

Means means(const MatrixXd& values, Index dim, Index count) {
  RowVectorXd coarse = RowVectorXd::Zero(values.cols());
  for (Index j = 0; j < values.rows(); ++j) {
    bool centre = true;
    for (Index axis = 0, rest = j; axis < dim; ++axis, rest /= count)
      centre = centre && rest % count % 3 == 1;
    if (centre) coarse += values.row(j);
  }
  coarse /= static_cast<double>(power(count / 3, dim));
  Means out{values.colwise().mean(), 0.0};
  for (Index k = 0; k < coarse.size(); ++k)
    if (out.value[k] > 0.0)
      out.error = std::max(out.error, std::abs(1.0 - coarse[k] / out.value[k]));
  return out;
}

/// The means of columns over the box, refined up to an error of 1e-4 or 2e5 points.
Means means_over_box(const VectorXd& corner, double box,
                     const std::function<MatrixXd(const data::Grid&)>& columns) {
  const Index dim = corner.size();
  for (Index count = largest_count(dim, 7000);; count *= 3) {
    Means out = means(columns(midpoints(corner, box, count)), dim, count);
    if (out.error <= 1e-4 || power(3 * count, dim) > 200000) return out;
  }
}

/// Absolute values and squares, of which the means are wanted.
MatrixXd with_squares(const MatrixXd& values) {
  MatrixXd out(values.rows(), 2 * values.cols());
  out << values.cwiseAbs(), values.cwiseAbs2();
  return out;
}

// The target -------------------------------------------------------------------------------------

VectorXd corner_of_box(const Problem& problem) {
  VectorXd corner(problem.samples.dim());
  for (Index k = 0; k < corner.size(); ++k) {
    const auto& [lo, hi] = problem.bounds->range[static_cast<std::size_t>(k)];
    corner[k] = 0.5 * (lo + hi - problem.theory.lattice->box);
  }
  return corner;
}

data::Target on_lattice(const data::Target& target, const lfp::Lattice& lattice) {
  return {data::fourier_series(target, (static_cast<double>(lattice.modes) - 0.5) / lattice.box)};
}

/// Q of the whole target, ∞ where it is.
double fp_norm(const data::Target& target, const lfp::SpectralWeight& weight,
               const lfp::Problem& problem, const VectorXcd& c) {
  if (target.shape == Shape::square) return std::numeric_limits<double>::infinity();
  if (target.shape == Shape::sine) return std::sqrt(lfp::fp_norm_squared(problem, c));
  const data::Wave& wave = target.waves.front();
  return std::abs(wave.amplitude) *
         lfp::triangle_fp_norm(weight, problem.lattice.box, wave.frequency.norm());
}

/// √(r_0^T K^{-1} r_0) from the limit, which is least in ‖h‖² + |h − y|²/ridge.
double data_norm(const lfp::Problem& problem, const VectorXcd& limit) {
  const double norm = lfp::fp_norm_squared(problem, limit);
  if (problem.ridge == 0.0) return std::sqrt(norm);
  const VectorXd off = lfp::values(problem.lattice, limit, problem.samples.x) - problem.samples.y;
  return std::sqrt(norm + off.squaredNorm() / problem.ridge);
}

// What the reader must know ----------------------------------------------------------------------

std::string note_of(const Problem& problem, bool finite, double beyond) {
  std::vector<std::string> notes;
  const Shape shape = problem.target->shape;
  if (shape == Shape::square)
    notes.emplace_back("the FP-norm of the square wave is infinite, so that no bound holds");
  else if (!finite && shape == Shape::triangle)
    notes.emplace_back(
        "the FP-norm of the triangle wave is infinite, so that no bound holds: it is finite only "
        "for ReLU neurons whose biases move, in one dimension");
  else if (!finite)
    notes.emplace_back(
        "the target has a frequency where γ² is 0: its FP-norm is infinite, and no bound holds");
  if (beyond > 0.0)
    notes.push_back(fmt::format(
        "the lattice ends before the target's Fourier series: what the rest adds to the error, a "
        "root mean square of {:.2g}, is added to each bound",
        beyond));
  bool whole_box = problem.bounds->at_random;
  for (const auto& [lo, hi] : problem.bounds->range)
    whole_box = whole_box && std::abs(hi - lo - problem.theory.lattice->box) <=
                                 1e-12 * problem.theory.lattice->box;
  if (finite && !whole_box)
    notes.emplace_back(
        "the published and the sharper bound are for samples drawn uniformly from the whole box, "
        "which these are not; the others hold for any samples");
  return fmt::format("{}", fmt::join(notes, "; "));
}

}  // namespace

GeneralisationBounds::GeneralisationBounds(const Problem& problem, const nn::Network& start)
    : target_(*problem.target),
      series_(on_lattice(target_, *problem.theory.lattice)),
      grid_(problem.grid),
      corner_(corner_of_box(problem)) {
  const lfp::SpectralWeight weight = spectral_weight(problem.theory, problem.law, start.weights);
  problem_ =
      lfp::make_problem(*problem.theory.lattice, weight, problem.samples, problem.theory.ridge);
  limit_ = lfp::solve_dual(problem_).col(0);
  const VectorXcd c = lfp::wave_coefficients(problem_.lattice, series_.waves);
  const double norm = fp_norm(target_, weight, problem_, c);
  numbers_.delta = problem.bounds->delta;
  numbers_.gamma_norm = lfp::gamma_norm(problem_);
  numbers_.data_norm = data_norm(problem_, limit_);
  double beyond = 0.0;
  if (std::isfinite(norm)) numbers_.finite = bound(c, norm, beyond);
  numbers_.note = note_of(problem, std::isfinite(norm), beyond);
}

FiniteBounds GeneralisationBounds::bound(const VectorXcd& c, double norm, double& beyond_rms) {
  const lfp::Lattice& lattice = problem_.lattice;
  lfp::Problem known = problem_;  // samples of the target's part on the lattice
  known.samples.y = data::values(series_, problem_.samples.x);
  const bool cut = target_.shape != Shape::sine;
  VectorXcd rest = VectorXcd::Zero(c.size());  // h_n of what is beyond
  if (cut) rest = limit_ - lfp::solve_dual(known).col(0);
  const auto beyond = [&](const data::Grid& grid) -> VectorXd {
    return data::values(target_, grid.points) - data::values(series_, grid.points) -
           lfp::GridEvaluator(lattice, grid)(rest);
  };
  Means added{RowVectorXd::Zero(2), 0.0};
  if (cut)
    added = means_over_box(corner_, lattice.box,
                           [&](const data::Grid& grid) { return with_squares(beyond(grid)); });

  const Index count = largest_count(lattice.dim, 1000);
  const data::Grid box = midpoints(corner_, lattice.box, count);
  MatrixXd points(lattice.dim, grid_.size() + box.size());
  points << grid_.points, box.points;
  const double delta = numbers_.delta;
  const lfp::Bounds b = lfp::bounds(known, c, points, delta);
  VectorXd at_box = b.rho * b.power_function.tail(box.size());
  power_function_ = b.rho * b.power_function.head(grid_.size());
  if (cut) {
    at_box += beyond(box).cwiseAbs();
    power_function_ += beyond(grid_).cwiseAbs();
  }
  const Means mean = means(at_box, lattice.dim, count);
  const VectorXd error =
      (data::values(target_, box.points) - lfp::GridEvaluator(lattice, box)(limit_)).cwiseAbs();
  // Beside a sample both vanish, and their ratio is rounding.
  const double rounding = 1e-6 * at_box.maxCoeff();
  const double ratio =
      (at_box.array() > rounding).select(error.array() / at_box.array(), 0.0).maxCoeff();
  const double most = norm * b.gamma_norm;
  const Index n = problem_.samples.size();
  beyond_rms = std::sqrt(added.value[1]);
  return {.fp_norm = norm,
          .rho = b.rho,
          .published = most * lfp::published_factor(n, delta) + added.value[0],
          .sharper = most * lfp::sharper_factor(n, delta) + added.value[0],
          .power_function = mean.value[0],
          .power_function_error = mean.error,
          .power_function_max_ratio = ratio,
          .radius = b.radius + beyond_rms,
          .radius_error = b.radius_error};
}

BoundNumbers GeneralisationBounds::numbers(const nn::Network& trained) const {
  const lfp::Lattice& lattice = problem_.lattice;
  const Means mean = means_over_box(corner_, lattice.box, [&](const data::Grid& grid) {
    const VectorXd f = data::values(target_, grid.points);
    MatrixXd off(grid.size(), 2);
    off << f - lfp::GridEvaluator(lattice, grid)(limit_), f - nn::outputs(trained, grid.points);
    return with_squares(off);
  });
  BoundNumbers out = numbers_;
  out.measured_lfp = mean.value[0];
  out.measured_nn = mean.value[1];
  out.measured_lfp_l2 = std::sqrt(mean.value[2]);
  out.measured_nn_l2 = std::sqrt(mean.value[3]);
  out.measured_error = mean.error;
  return out;
}

}  // namespace fprinciple::compare
