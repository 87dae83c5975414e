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
#include <utility>
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

constexpr double kInfinity = std::numeric_limits<double>::infinity();

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

/// Why Q of a target in closed form is infinite.
std::string why_infinite(Shape shape) {
  switch (shape) {
    case Shape::square:
      return "the FP-norm of the square wave is infinite, so that no bound holds";
    case Shape::triangle:
      return "the FP-norm of the triangle wave is infinite, so that no bound holds: it is finite "
             "only for ReLU neurons whose biases move, in one dimension";
    case Shape::sine:
      break;
  }
  return "the target has a frequency where γ² is 0: its FP-norm is infinite, and no bound holds";
}

/// The coefficients of the interpolant at n^d points of the box.
VectorXcd interpolant(const lfp::Lattice& lattice, const VectorXd& corner, Index n,
                      const BoundedTarget::Values& values) {
  const double last = lattice.box * static_cast<double>(n - 1) / static_cast<double>(n);
  std::vector<data::Axis> axes;
  for (const double lo : corner) axes.push_back({lo, lo + last, n});
  VectorXcd c = lfp::sampled_coefficients(lattice, n, values(data::make_grid(axes))).c;
  return c.cwiseProduct(lfp::phases(lattice, corner).conjugate());
}

/// √(r_0^T K^{-1} r_0) from the limit, which is least in ‖h‖² + |h − y|²/ridge.
double data_norm(const lfp::Problem& problem, const VectorXcd& limit) {
  const double norm = lfp::fp_norm_squared(problem, limit);
  if (problem.ridge == 0.0) return std::sqrt(norm);
  const VectorXd off = lfp::values(problem.lattice, limit, problem.samples.x) - problem.samples.y;
  return std::sqrt(norm + off.squaredNorm() / problem.ridge);
}

void require_on_target(const VectorXd& target, const VectorXd& y, double most) {
  const double off = (target - y).cwiseAbs().maxCoeff();
  if (!(off <= 1e-10 * most))
    throw InputError(fmt::format(
        "the samples are off the target by up to {:.3g}: bounds are for samples without noise",
        off));
}

// What the reader must know ----------------------------------------------------------------------

std::string note_of(const Problem& problem, const BoundedTarget& target,
                    const BoundNumbers& numbers) {
  constexpr double kGrows = 0.05;
  std::vector<std::string> notes;
  const bool finite = numbers.finite.has_value();
  if (!finite) notes.push_back(target.why_infinite);
  if (finite && numbers.finite->beyond > 1e-12 * target.fp_norm * numbers.gamma_norm)
    notes.push_back(fmt::format(
        "the lattice ends before the target's Fourier series: what the rest adds to the error, a "
        "root mean square of {:.2g}, is added to each bound",
        numbers.finite->beyond));
  if (finite && target.fp_norm_error > kGrows)
    notes.push_back(fmt::format(
        "with half the samples along each axis the target's FP-norm is another by {:.0f} %: that "
        "of the whole target may be much larger, or infinite",
        100.0 * target.fp_norm_error));
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

BoundedTarget bounded_target(const Problem& problem, const lfp::SpectralWeight& weight) {
  const lfp::Lattice& lattice = *problem.theory.lattice;
  const data::Target& target = *problem.target;
  const data::Target series = {
      data::fourier_series(target, (static_cast<double>(lattice.modes) - 0.5) / lattice.box)};
  const auto values_of = [](const data::Target& of) -> BoundedTarget::Values {
    return [of](const data::Grid& grid) { return data::values(of, grid.points); };
  };
  BoundedTarget out{
      values_of(target), lfp::wave_coefficients(lattice, series.waves), {}, kInfinity};
  out.why_infinite = why_infinite(target.shape);
  if (target.shape != Shape::sine) out.part_values = values_of(series);
  if (target.shape == Shape::sine)
    out.fp_norm = std::sqrt(lfp::fp_norm_squared(
        lfp::make_problem(lattice, weight, problem.samples, problem.theory.ridge), out.part));
  if (target.shape == Shape::triangle) {
    const data::Wave& wave = target.waves.front();
    out.fp_norm = std::abs(wave.amplitude) *
                  lfp::triangle_fp_norm(weight, lattice.box, wave.frequency.norm());
  }
  return out;
}

BoundedTarget bounded_target(const Problem& problem, const lfp::SpectralWeight& weight,
                             const BoundedTarget::Values& values) {
  const lfp::Lattice& lattice = *problem.theory.lattice;
  const VectorXd corner = corner_of_box(problem);
  const lfp::Problem normed =
      lfp::make_problem(lattice, weight, problem.samples, problem.theory.ridge);
  const auto in_the_box = [values, corner, box = lattice.box](const data::Grid& grid) {
    data::Grid inside{grid.points, {}};
    for (auto x : inside.points.colwise()) x -= box * ((x - corner) / box).array().floor().matrix();
    return values(inside);
  };
  const auto norm = [&](const VectorXcd& c) { return std::sqrt(lfp::fp_norm_squared(normed, c)); };
  BoundedTarget out{
      in_the_box, interpolant(lattice, corner, 2 * lattice.modes - 1, in_the_box), {}, 0.0};
  out.part_values = [lattice, c = out.part](const data::Grid& grid) {
    return lfp::GridEvaluator(lattice, grid)(c);
  };
  out.fp_norm = norm(out.part);
  out.why_infinite = why_infinite(Shape::sine);
  const Index half = lattice.modes | 1;  // odd, as the whole is
  if (out.fp_norm > 0.0)
    out.fp_norm_error =
        std::abs(1.0 - norm(interpolant(lattice, corner, half, in_the_box)) / out.fp_norm);
  return out;
}

GeneralisationBounds::GeneralisationBounds(const Problem& problem,
                                           const lfp::SpectralWeight& weight)
    : GeneralisationBounds(problem, weight, bounded_target(problem, weight)) {}

GeneralisationBounds::GeneralisationBounds(const Problem& problem,
                                           const lfp::SpectralWeight& weight, BoundedTarget target)
    : target_(std::move(target)), grid_(problem.grid), corner_(corner_of_box(problem)) {
  problem_ =
      lfp::make_problem(*problem.theory.lattice, weight, problem.samples, problem.theory.ridge);
  limit_ = lfp::solve_dual(problem_).col(0);
  numbers_.delta = problem.bounds->delta;
  numbers_.gamma_norm = lfp::gamma_norm(problem_);
  numbers_.data_norm = data_norm(problem_, limit_);
  if (std::isfinite(target_.fp_norm)) numbers_.finite = bound();
  numbers_.note = note_of(problem, target_, numbers_);
}

FiniteBounds GeneralisationBounds::bound() {
  const lfp::Lattice& lattice = problem_.lattice;
  const double norm = target_.fp_norm;
  const data::Grid at_samples{problem_.samples.x, {}};
  require_on_target(target_.values(at_samples), problem_.samples.y, norm * numbers_.gamma_norm);
  const bool cut = static_cast<bool>(target_.part_values);
  const BoundedTarget::Values& part = cut ? target_.part_values : target_.values;
  lfp::Problem known = problem_;  // samples of the target's part on the lattice
  known.samples.y = part(at_samples);
  VectorXcd rest = VectorXcd::Zero(target_.part.size());  // h_n of what is beyond
  if (cut) rest = limit_ - lfp::solve_dual(known).col(0);
  const auto beyond = [&](const data::Grid& grid) -> VectorXd {
    return target_.values(grid) - part(grid) - lfp::GridEvaluator(lattice, grid)(rest);
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
  const lfp::Bounds b = lfp::bounds(known, target_.part, points, delta);
  VectorXd at_box = b.rho * b.power_function.tail(box.size());
  power_function_ = b.rho * b.power_function.head(grid_.size());
  if (cut) {
    at_box += beyond(box).cwiseAbs();
    power_function_ += beyond(grid_).cwiseAbs();
  }
  const Means mean = means(at_box, lattice.dim, count);
  const VectorXd error =
      (target_.values(box) - lfp::GridEvaluator(lattice, box)(limit_)).cwiseAbs();
  // Beside a sample both vanish, and their ratio is rounding.
  const double rounding = 1e-6 * at_box.maxCoeff();
  const double ratio =
      (at_box.array() > rounding).select(error.array() / at_box.array(), 0.0).maxCoeff();
  const double most = norm * b.gamma_norm;
  const Index n = problem_.samples.size();
  const double beyond_rms = std::sqrt(added.value[1]);
  return {.fp_norm = norm,
          .fp_norm_error = target_.fp_norm_error,
          .beyond = beyond_rms,
          .rho = b.rho,
          .published = most * lfp::published_factor(n, delta) + added.value[0],
          .sharper = most * lfp::sharper_factor(n, delta) + added.value[0],
          .power_function = mean.value[0],
          .power_function_error = mean.error,
          .power_function_max_ratio = ratio,
          .radius = b.radius + beyond_rms,
          .radius_error = b.radius_error};
}

BoundNumbers GeneralisationBounds::numbers(const nn::Network* trained) const {
  const lfp::Lattice& lattice = problem_.lattice;
  const Means mean = means_over_box(corner_, lattice.box, [&](const data::Grid& grid) {
    const VectorXd f = target_.values(grid);
    MatrixXd off = MatrixXd::Zero(grid.size(), 2);
    off.col(0) = f - lfp::GridEvaluator(lattice, grid)(limit_);
    if (trained != nullptr) off.col(1) = f - nn::outputs(*trained, grid.points);
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
