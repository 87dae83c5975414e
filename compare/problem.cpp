#include "compare/problem.hpp"

#include "base/require.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <fmt/format.h>

namespace fprinciple::compare {
namespace {

bool is_positive(double value) { return std::isfinite(value) && value > 0.0; }
bool is_non_negative(double value) { return std::isfinite(value) && value >= 0.0; }

void require_valid(const std::string& name, const lfp::Lattice& lattice, Eigen::Index dim) {
  base::require(lattice.dim == dim && dim <= 3, name + ".dim", lattice.dim,
                "the samples' dimension, which is 1, 2 or 3 with a lattice");
  base::require(is_positive(lattice.box), name + ".box", lattice.box, "a finite number above 0");
  base::require(lattice.modes >= 1, name + ".modes", lattice.modes, "at least 1");
  base::require(is_positive(lattice.zero_frequency), name + ".zero_frequency",
                lattice.zero_frequency, "a finite number above 0");
}

void require_valid(const BoundsTask& task, const Problem& problem) {
  base::require(task.delta > 0.0 && task.delta < 1.0, "bounds.delta", task.delta,
                "above 0 and below 1");
  base::require_size("bounds.range", static_cast<Eigen::Index>(task.range.size()),
                     problem.samples.dim());
  for (const auto& [lo, hi] : task.range)
    base::require(is_positive(hi - lo), "bounds.range", hi - lo, "[lo, hi] with lo < hi");
  base::require(problem.target.has_value(), "target", "unknown", "given where bounds are computed");
  base::require(problem.theory.model == Model::lfp2019 && problem.theory.lattice.has_value(),
                "theory.model", base::name_of(problem.theory.model),
                "lfp2019 on a lattice where bounds are computed");
}

}  // namespace

void require_valid(const data::Samples& samples) {
  if (const auto defect = data::find_defect(samples))
    base::refuse("samples", defect->message, "finite points with one value each");
}

void require_valid(const data::NetworkLaw& law) {
  base::require(law.width >= 1, "law.width", law.width, "at least 1");
  base::require(is_positive(law.output_scale), "law.output_scale", law.output_scale,
                "a finite number above 0");
  base::require(law.train.a || law.train.w || law.train.b, "law.train", "no group",
                "one of a, w and b at least");
  base::require(is_non_negative(law.a.scale), "law.a.scale", law.a.scale, "a finite number >= 0");
  base::require(is_positive(law.w.scale), "law.w.scale", law.w.scale, "a finite number above 0");
  base::require(is_positive(law.b.scale), "law.b.scale", law.b.scale, "a finite number above 0");
  base::require(std::isfinite(law.a.mean), "law.a.mean", law.a.mean, "a finite number");
  base::require(law.w.mean == 0.0, "law.w.mean", law.w.mean, "0: no direction of w is preferred");
  base::require(std::isfinite(law.b.mean), "law.b.mean", law.b.mean, "a finite number");
}

void require_valid(const Theory& theory, Eigen::Index dim) {
  if (theory.lattice) require_valid("theory.lattice", *theory.lattice, dim);
  base::require(is_non_negative(theory.ridge), "theory.ridge", theory.ridge,
                "a finite number >= 0");
  base::require(is_non_negative(theory.exponent), "theory.exponent", theory.exponent,
                "a finite number >= 0");
  if (theory.bias_density) {
    base::require(is_positive(*theory.bias_density), "theory.bias_density", *theory.bias_density,
                  "a finite number above 0");
    base::require(theory.model != Model::complete, "theory.model", "complete",
                  "another one for weights of no known law: it is a mean over laws");
  }
  if (theory.lattice) return;
  base::require(theory.model != Model::power, "theory.lattice", "none", "given for a power law");
  base::require(theory.moments == Moments::distribution || theory.model == Model::linearised ||
                    theory.model == Model::complete,
                "theory.moments", "weights", "distribution without a lattice");
}

void require_valid(const Problem& problem) {
  require_valid(problem.samples);
  const Eigen::Index dim = problem.samples.dim();
  base::require_shape("grid.points", problem.grid.points, dim, base::kAny);
  base::require(problem.grid.size() >= 1, "grid.points", problem.grid.size(), "at least 1");
  base::require_finite("grid.points", problem.grid.points);
  if (problem.test) {
    const auto& [x, y] = *problem.test;
    base::require_shape("test.x", x, dim, base::kAny);
    base::require(x.cols() >= 1, "test.x", x.cols(), "a point at least");
    base::require_finite("test.x", x);
    base::require_shape("test.y", y, x.cols(), 1);
    base::require_finite("test.y", y);
  }
  require_valid(problem.law);
  require_valid(problem.theory, dim);
  if (const auto& tolerance = problem.training.tolerance)
    base::require(is_positive(*tolerance), "training.tolerance", *tolerance,
                  "a finite number above 0");
  if (problem.bounds) require_valid(*problem.bounds, problem);
}

namespace {

/// share · max|y|^power, or its size where y = 0, within the range of doubles.
double in_units_of_y(double share, int power, const data::Samples& samples) {
  const double largest = samples.y.size() > 0 ? samples.y.cwiseAbs().maxCoeff() : 0.0;
  const double scaled = share * std::pow(largest > 0.0 ? largest : 1.0, power);
  return std::clamp(scaled, std::numeric_limits<double>::min(), std::numeric_limits<double>::max());
}

}  // namespace

double default_tolerance(const data::Samples& samples) { return in_units_of_y(1e-5, 1, samples); }

double default_stop_loss(const data::Samples& samples) {
  const auto between = data::contradiction(samples);
  return std::min(in_units_of_y(1e-12, 2, samples) + (between ? between->loss : 0.0),
                  std::numeric_limits<double>::max());
}

std::string contradiction_words(const data::Samples& samples) {
  const auto between = data::contradiction(samples);
  if (!between) return {};
  return fmt::format(
      "samples {} and {} have the same x and different y ({} and {}): f tends to the mean, and the "
      "loss stays above {:.3g}",
      between->first + 1, between->second + 1, samples.y[between->first],
      samples.y[between->second], between->loss);
}

double extent(const data::Samples& samples, const data::Grid& grid) {
  const auto& x = samples.x;
  const auto& points = grid.points;
  const Eigen::VectorXd hi = x.rowwise().maxCoeff().cwiseMax(points.rowwise().maxCoeff());
  const Eigen::VectorXd lo = x.rowwise().minCoeff().cwiseMin(points.rowwise().minCoeff());
  return (hi - lo).maxCoeff();
}

}  // namespace fprinciple::compare
