#include "compare/prediction.hpp"

#include "base/blas.hpp"
#include "base/require.hpp"
#include "base/stopwatch.hpp"
#include "lfp/evaluate.hpp"
#include "lfp/line_flow.hpp"
#include "lfp/mesh_free.hpp"
#include "lfp/propagator.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <unordered_map>
#include <utility>

namespace fprinciple::compare {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

struct Prediction::OnLattice {
  lfp::Problem problem;
  lfp::Propagator propagator;
  std::optional<lfp::GridEvaluator> on_grid;  // none where the grid has no point
  double seconds;
};

struct Prediction::MeshFree {
  std::shared_ptr<const KernelModel> model;
  lfp::KernelFlow flow;
  std::shared_ptr<const MatrixXd> k_grid;
  MatrixXd p_grid;
  double seconds;
};

struct Prediction::OnLine {
  LineModel model;
  lfp::LineFlow flow;
  double seconds;
  Prediction dense() const { return model.dense(model.residual); }
};

namespace {

bool same(const MatrixXd& a, const MatrixXd& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() && a == b;
}

/// f at the distinct samples, of which the problem has √count f.
MatrixXd at_distinct(const KernelModel& model, const lfp::KernelWeights& weights,
                     const VectorXd& root) {
  return root.cwiseInverse().asDiagonal() *
         lfp::values(weights, MatrixXd(model.problem.k.selfadjointView<Eigen::Lower>()),
                     model.problem.polynomials);
}

bool same(const data::Grid& a, const data::Grid& b) {
  return a.axes.size() == b.axes.size() && same(a.points, b.points);
}

}  // namespace

Residual::Residual(const data::Samples& samples)
    : values(samples.y), once(data::distinct(samples)) {}

Prediction::Prediction(lfp::Problem problem, Residual residual, const data::Grid& grid,
                       Function f_ini)
    : grid_(std::make_shared<data::Grid>(grid)),
      residual_(std::make_shared<const Residual>(std::move(residual))),
      f_ini_(std::move(f_ini)) {
  const base::Stopwatch watch;
  lfp::Propagator propagator(problem);
  std::optional<lfp::GridEvaluator> on_grid;
  if (grid.size() > 0) on_grid.emplace(problem.lattice, grid);
  solution_ = std::make_shared<const OnLattice>(OnLattice{.problem = std::move(problem),
                                                          .propagator = std::move(propagator),
                                                          .on_grid = std::move(on_grid),
                                                          .seconds = watch.seconds()});
}

Prediction::Prediction(KernelModel model, Residual residual, MatrixXd k_grid,
                       const data::Grid& grid, Function f_ini)
    : grid_(std::make_shared<data::Grid>(grid)),
      residual_(std::make_shared<const Residual>(std::move(residual))),
      f_ini_(std::move(f_ini)) {
  const base::Stopwatch watch;
  lfp::KernelFlow flow(model.problem);
  const double seconds = watch.seconds();
  MatrixXd p_grid(0, model.problem.polynomials.cols());
  if (grid.size() > 0) p_grid = lfp::polynomials(model.unpenalised_order, grid.points);
  solution_ = std::make_shared<const MeshFree>(
      MeshFree{.model = std::make_shared<const KernelModel>(std::move(model)),
               .flow = std::move(flow),
               .k_grid = std::make_shared<const MatrixXd>(std::move(k_grid)),
               .p_grid = std::move(p_grid),
               .seconds = seconds});
}

Prediction::Prediction(LineModel model, const data::Grid& grid, Function f_ini)
    : grid_(std::make_shared<data::Grid>(grid)),
      residual_(std::make_shared<const Residual>(model.residual)),
      f_ini_(std::move(f_ini)) {
  const base::Stopwatch watch;
  lfp::LineFlow flow(model.law, model.residual, model.ridge);
  solution_ = std::make_shared<const OnLine>(
      OnLine{.model = std::move(model), .flow = std::move(flow), .seconds = watch.seconds()});
}

MatrixXd Prediction::change(const data::Grid& grid, const VectorXd& t) const {
  if (const auto* line = std::get_if<2>(&solution_))
    return grid.size() > 0 ? (*line)->flow.values(grid.points.row(0).transpose(), t)
                           : MatrixXd(0, t.size());
  const bool kept = same(grid, *grid_);
  if (const auto* lattice = std::get_if<0>(&solution_)) {
    const OnLattice& solved = **lattice;
    MatrixXd f(grid.size(), t.size());
    if (grid.size() == 0) return f;
    std::optional<lfp::GridEvaluator> other;
    if (!kept) other.emplace(solved.problem.lattice, grid);
    const lfp::GridEvaluator& evaluate = kept ? *solved.on_grid : *other;
    for (Index k = 0; k < t.size(); ++k) f.col(k) = evaluate(solved.propagator.coefficients(t[k]));
    return f;
  }
  const MeshFree& solved = *std::get<1>(solution_);
  const lfp::KernelWeights weights = solved.flow.weights(t);
  if (kept) return lfp::values(weights, *solved.k_grid, solved.p_grid);
  return lfp::values(weights, solved.model->kernel(grid.points),
                     lfp::polynomials(solved.model->unpenalised_order, grid.points));
}

MatrixXd Prediction::change_at_samples(const VectorXd& t) const {
  if (const auto* line = std::get_if<2>(&solution_)) return (*line)->flow.at_samples(t);
  MatrixXd f = change_at_distinct(t);
  const data::DistinctSamples& once = residual_->once;
  return once.repeated() ? MatrixXd(f(once.place, Eigen::all)) : f;
}

MatrixXd Prediction::change_at_distinct(const VectorXd& t) const {
  const MatrixXd& x = residual_->once.samples.x;
  if (const auto* lattice = std::get_if<0>(&solution_)) {
    const OnLattice& solved = **lattice;
    MatrixXd f(x.cols(), t.size());
    for (Index k = 0; k < t.size(); ++k)
      f.col(k) = lfp::values(solved.problem.lattice, solved.propagator.coefficients(t[k]), x);
    return f;
  }
  const MeshFree& solved = *std::get<1>(solution_);
  return at_distinct(*solved.model, solved.flow.weights(t), residual_->root());
}

MatrixXd Prediction::at(const data::Grid& grid, const VectorXd& t) const {
  const base::OneBlasThread blas;
  base::require_shape("points", grid.points, grid_->dim(), base::kAny);
  base::require_finite("points", grid.points);
  for (const double time : t) base::require(time >= 0.0, "t", time, "0, above it, or infinite");
  const MatrixXd f = change(grid, t);
  return f_ini_ ? MatrixXd(f.colwise() + f_ini_(grid.points)) : f;
}

MatrixXd Prediction::at(const MatrixXd& points, const VectorXd& t) const {
  return at(data::Grid{.points = points, .axes = {}}, t);
}

MatrixXd Prediction::residuals(const VectorXd& t) const {
  const base::OneBlasThread blas;
  return change_at_samples(t).colwise() - residual_->values;
}

VectorXd Prediction::loss(const VectorXd& t) const {
  return 0.5 * residuals(t).colwise().squaredNorm().transpose();
}

VectorXd Prediction::rates() const {
  const base::OneBlasThread blas;
  if (const auto* lattice = std::get_if<0>(&solution_))
    return (*lattice)->propagator.rates().reverse();
  if (const auto* line = std::get_if<2>(&solution_)) return (*line)->dense().rates();
  return std::get<1>(solution_)->flow.rates();
}

Prediction Prediction::of(const VectorXd& residual) const {
  base::require_size("residual", residual.size(), residual_->values.size());
  auto values = std::make_shared<Residual>(*residual_);
  values->values = residual;
  values->once.samples.y = residual_->once.means(residual);
  if (const auto* lattice = std::get_if<0>(&solution_)) {
    lfp::Problem problem = (*lattice)->problem;
    problem.samples.y = values->once.samples.y;
    Prediction out(std::move(problem), *values, *grid_, f_ini_);
    out.details = details;
    return out;
  }
  if (const auto* line = std::get_if<2>(&solution_)) {
    LineModel model = (*line)->model;
    model.residual.y = residual;
    Prediction out(std::move(model), *grid_, f_ini_);
    out.details = details;
    return out;
  }
  Prediction out(*this);
  MeshFree solved = *std::get<1>(solution_);
  solved.flow = solved.flow.of(values->root().cwiseProduct(values->once.samples.y));
  out.solution_ = std::make_shared<const MeshFree>(std::move(solved));
  out.residual_ = std::move(values);
  return out;
}

double Prediction::norm() const {
  const base::OneBlasThread blas;
  constexpr double kForever = std::numeric_limits<double>::infinity();
  if (const auto* lattice = std::get_if<0>(&solution_)) {
    const OnLattice& solved = **lattice;
    return std::sqrt(
        lfp::fp_norm_squared(solved.problem, solved.propagator.coefficients(kForever)));
  }
  if (const auto* line = std::get_if<2>(&solution_)) return (*line)->flow.norm();
  const MeshFree& solved = *std::get<1>(solution_);
  const VectorXd weights = solved.flow.weights(VectorXd::Constant(1, kForever)).kernel.col(0);
  // Of a singular kernel rounding may leave a little less than 0.
  const double squared =
      weights.dot(solved.model->problem.k.selfadjointView<Eigen::Lower>() * weights);
  return std::sqrt(std::max(0.0, squared));
}

SolverCheck Prediction::check(double scale) const {
  base::require(grid_->size() > 0, "grid.points", grid_->size(), "at least 1 for a check");
  if (const auto* lattice = std::get_if<0>(&solution_)) {
    const OnLattice& solved = **lattice;
    return check_solvers(solved.problem, solved.propagator, solved.seconds, *solved.on_grid, scale);
  }
  if (const auto* line = std::get_if<2>(&solution_))
    return check_solvers((*line)->flow, residual_->values, (*line)->model.ridge, (*line)->seconds,
                         grid_->points.row(0).transpose(), scale);
  const MeshFree& solved = *std::get<1>(solution_);
  return check_solvers(solved.model->problem, solved.flow, solved.seconds, *solved.k_grid,
                       solved.p_grid, scale);
}

VectorXd Prediction::sensitivity(const data::Grid& grid, const VectorXd& t, int draws) const {
  constexpr double kRounding = std::numeric_limits<double>::epsilon();
  const base::OneBlasThread blas;
  std::mt19937_64 random;
  const auto draw = [&](const MatrixXd& like) -> MatrixXd {  // entries in (−1, 1)
    return MatrixXd::NullaryExpr(like.rows(), like.cols(), [&] {
      return std::uniform_real_distribution<>(-1.0, 1.0)(random);
    });
  };
  const auto relative = [&](const MatrixXd& values) -> MatrixXd {
    return values.array() * (1.0 + 2.0 * kRounding * draw(values).array());
  };
  VectorXd largest = VectorXd::Zero(t.size());
  const auto compare = [&](const MatrixXd& other, const MatrixXd& f) {
    largest = largest.cwiseMax((other - f).cwiseAbs().colwise().maxCoeff().transpose());
  };
  if (const auto* lattice = std::get_if<0>(&solution_)) {
    const MatrixXd f = change(grid, t);
    for (int seed = 1; seed <= draws; ++seed) {
      random.seed(static_cast<std::uint64_t>(seed));
      lfp::Problem problem = (*lattice)->problem;
      problem.samples.x = relative(problem.samples.x);
      problem.samples.y = relative(problem.samples.y);
      problem.weight = relative(problem.weight);
      compare(Prediction(std::move(problem), *residual_, grid, {}).change(grid, t), f);
    }
    return largest;
  }
  if (const auto* line = std::get_if<2>(&solution_)) {
    const MatrixXd f = change(grid, t);
    for (int seed = 1; seed <= draws; ++seed) {
      random.seed(static_cast<std::uint64_t>(seed));
      LineModel other = (*line)->model;
      std::unordered_map<double, double> moved;  // one x stays one x
      for (double& x : other.residual.x.reshaped())
        x = moved.try_emplace(x, relative(MatrixXd::Constant(1, 1, x))(0, 0)).first->second;
      other.residual.y = relative(residual_->values);
      compare(Prediction(std::move(other), grid, {}).change(grid, t), f);
    }
    return largest;
  }
  const MeshFree& solved = *std::get<1>(solution_);
  const lfp::KernelProblem& problem = solved.model->problem;
  const MatrixXd k = solved.model->kernel(grid.points);
  const MatrixXd p = lfp::polynomials(solved.model->unpenalised_order, grid.points);
  const MatrixXd f = lfp::values(solved.flow.weights(t), k, p);
  const double share = std::max(details.kernel_error.value_or(0.0),
                                std::sqrt(static_cast<double>(problem.k.rows())) * kRounding);
  const double error = share * problem.k.cwiseAbs().maxCoeff();
  for (int seed = 1; seed <= draws; ++seed) {
    random.seed(static_cast<std::uint64_t>(seed));
    lfp::KernelProblem other = problem;
    other.k += error * draw(other.k);  // of which the lower triangle is read
    other.residual = relative(problem.residual);
    const lfp::KernelWeights weights = lfp::KernelFlow(std::move(other)).weights(t);
    compare(lfp::values(weights, k + error * draw(k), p), f);
  }
  return largest;
}

Prediction::Truncated Prediction::truncated(double threshold) const {
  if (const auto* line = std::get_if<2>(&solution_)) return (*line)->dense().truncated(threshold);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Truncated out{.threshold = threshold};
  VectorXd met;  // at the distinct samples
  if (const auto* lattice = std::get_if<0>(&solution_)) {
    const OnLattice& solved = **lattice;
    const VectorXd rates = solved.propagator.rates();
    const double least = threshold * rates.maxCoeff();
    out.rank = (rates.array() > least).count();
    const Eigen::MatrixXcd c = solved.propagator.coefficients(kInfinity, least);
    out.limit = solved.on_grid ? (*solved.on_grid)(c) : VectorXd();
    met = lfp::values(solved.problem.lattice, c, solved.problem.samples.x);
  } else {
    const MeshFree& solved = *std::get<1>(solution_);
    const double least = threshold * solved.flow.fastest();
    out.rank = solved.flow.rank(least);
    const lfp::KernelWeights weights = solved.flow.weights(VectorXd::Constant(1, kInfinity), least);
    out.limit = lfp::values(weights, *solved.k_grid, solved.p_grid);
    met = at_distinct(*solved.model, weights, residual_->root());
  }
  out.misses = (met - residual_->once.samples.y).cwiseAbs().maxCoeff();
  if (f_ini_) out.limit += f_ini_(grid_->points);
  return out;
}

VectorXd Prediction::limit(const SolverCheck& checked) const {
  return f_ini_ ? VectorXd(f_ini_(grid_->points) + checked.limit) : checked.limit;
}

}  // namespace fprinciple::compare
