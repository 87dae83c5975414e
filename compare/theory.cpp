#include "compare/theory.hpp"

#include "base/message.hpp"
#include "base/require.hpp"
#include "lfp/complete_kernel.hpp"
#include "lfp/complete_lattice.hpp"
#include "lfp/deep_kernel.hpp"
#include "lfp/mesh_free.hpp"
#include "nn/kernels.hpp"
#include "nn/tangent_kernel.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

namespace fprinciple::compare {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// What every model of one problem starts from.
struct Setting {
  const data::NetworkLaw& law;
  const data::Grid& grid;
  data::Samples samples;     ///< of f − f_ini
  const nn::Network* start;  ///< null: f_ini = 0
  Function f_ini;            ///< none: 0
  base::ShareTold tell = {};
};

/// The outputs of a network, once and for all at the points where they are asked for most.
Function outputs_of(const nn::Network& network, const MatrixXd& points) {
  struct Kept {
    nn::Network network;
    MatrixXd points;
    VectorXd values;
  };
  const auto kept = std::make_shared<const Kept>(
      Kept{.network = network, .points = points, .values = nn::outputs(network, points)});
  return [kept](const MatrixXd& at) {
    const bool same = at.cols() == kept->points.cols() && at == kept->points;
    return same ? kept->values : nn::outputs(kept->network, at);
  };
}

Setting setting_of(const data::NetworkLaw& law, const data::Samples& samples,
                   const data::Grid& grid, const nn::Network* start) {
  Setting out{.law = law, .grid = grid, .samples = samples, .start = start, .f_ini = {}};
  if (!start) return out;
  out.samples.y -= nn::outputs(*start, samples.x);
  out.f_ini = outputs_of(*start, grid.points);
  return out;
}

/// A kernel model of the distinct samples of a residual: k(x, X) for points x, their samples' own
/// K, and at the grid, all without regard to how often a sample counts.
using Kernel = std::function<MatrixXd(const MatrixXd& points)>;
Prediction of_kernel(const Kernel& kernel, MatrixXd k, MatrixXd k_grid, const Residual& residual,
                     double ridge, const data::Grid& grid, const Function& f_ini, int order = 0) {
  const auto& [x, y] = residual.once.samples;
  KernelModel model{.problem = {.k = std::move(k),
                                .polynomials = lfp::polynomials(order, x),
                                .residual = y,
                                .ridge = ridge},
                    .kernel = kernel,
                    .unpenalised_order = order};
  if (residual.once.repeated()) {
    const VectorXd root = residual.root();
    lfp::KernelProblem& problem = model.problem;
    problem.k = root.asDiagonal() * problem.k * root.asDiagonal();
    problem.polynomials = root.asDiagonal() * problem.polynomials;
    problem.residual.array() *= root.array();
    model.kernel = [kernel, root](const MatrixXd& points) -> MatrixXd {
      return kernel(points) * root.asDiagonal();
    };
    k_grid = k_grid * root.asDiagonal();
  }
  return {std::move(model), residual, std::move(k_grid), grid, f_ini};
}

/// k(x, X) at the points of a grid, which may have none: G × n.
MatrixXd on_grid(const Kernel& kernel, const data::Grid& grid, Eigen::Index n) {
  return grid.size() > 0 ? kernel(grid.points) : MatrixXd(0, n);
}

/// What solver differences are relative to: max|y|, or what there is to learn where y = 0.
double scale_of(const VectorXd& y, const VectorXd& residual) {
  for (const VectorXd& v : {y, residual})
    if (const double largest = v.cwiseAbs().maxCoeff(); largest > 0.0) return largest;
  return 1.0;
}

const nn::Network& start_of(const Setting& setting) {
  base::require(setting.start != nullptr, "start", "none",
                "a network, for the linearised model and for moments of the weights");
  return *setting.start;
}

double bias_density(const Theory& theory, const data::NetworkLaw& law) {
  return theory.bias_density.value_or(data::density_at_zero(law.b));
}

/// γ² from the law alone, or from none.
lfp::SpectralWeight weight_of_law(const Theory& theory, const data::NetworkLaw& law,
                                  Eigen::Index dim) {
  return theory.model == Model::power ? lfp::power_weight(dim, theory.exponent)
                                      : lfp::lfp2019(law, dim);
}

lfp::SpectralWeight divergence_weight(const Theory& theory, const Setting& setting) {
  if (theory.moments == Moments::distribution)
    return lfp::divergence_weight(setting.law, setting.samples.dim());
  return lfp::divergence_weight(setting.law, start_of(setting).weights,
                                bias_density(theory, setting.law));
}

Prediction on_lattice(const Theory& theory, const Setting& setting) {
  const bool divergence = theory.model == Model::lfp2020 && setting.law.train.w;
  const lfp::SpectralWeight weight =
      theory.model == Model::power || theory.moments == Moments::distribution
          ? weight_of_law(theory, setting.law, setting.samples.dim())
          : lfp::lfp2019(setting.law, start_of(setting).weights, bias_density(theory, setting.law));
  const Residual residual(setting.samples);
  const data::Samples& samples = residual.once.samples;
  lfp::Problem problem =
      divergence ? lfp::make_problem(*theory.lattice, weight, divergence_weight(theory, setting),
                                     samples, theory.ridge)
                 : lfp::make_problem(*theory.lattice, weight, samples, theory.ridge);
  if (residual.once.repeated()) problem.count = residual.once.count;
  return {std::move(problem), residual, setting.grid, setting.f_ini};
}

Prediction by_kernel(const Theory& theory, const Setting& setting) {
  const Residual residual(setting.samples);
  const MatrixXd& x = residual.once.samples.x;
  const lfp::MeshFree model = theory.model == Model::lfp2020
                                  ? lfp::mesh_free_2020(setting.law, x.rows())
                                  : lfp::mesh_free_2019(setting.law, x.rows());
  lfp::require_determined(x.cols(), lfp::polynomial_count(model.order, x.rows()));
  const Kernel kernel = [model, x](const MatrixXd& points) -> MatrixXd {
    return lfp::kernel_matrix(model, points, x);
  };
  Prediction out = of_kernel(kernel, kernel(x), on_grid(kernel, setting.grid, x.cols()), residual,
                             theory.ridge, setting.grid, setting.f_ini, model.order);
  out.details.unpenalised_degree = model.order - 1;
  return out;
}

Prediction without_lattice(const Theory& theory, const Setting& setting) {
  const data::Samples& samples = setting.samples;
  if (!solved_on_line(theory, setting.law, samples.dim(), samples.size()))
    return by_kernel(theory, setting);
  const auto dense = [theory, law = setting.law, grid = setting.grid,
                      f_ini = setting.f_ini](const data::Samples& residual) -> Prediction {
    return by_kernel(
        theory, {.law = law, .grid = grid, .samples = residual, .start = nullptr, .f_ini = f_ini});
  };
  Prediction out({.law = setting.law, .residual = samples, .ridge = theory.ridge, .dense = dense},
                 setting.grid, setting.f_ini);
  out.details.unpenalised_degree = lfp::mesh_free_2019(setting.law, 1).order - 1;
  return out;
}

Prediction linearised(const Theory& theory, const Setting& setting) {
  const Residual residual(setting.samples);
  const MatrixXd& x = residual.once.samples.x;
  const nn::Network& start = start_of(setting);
  const Kernel kernel = [start, x](const MatrixXd& points) -> MatrixXd {
    return nn::tangent_kernel(start, points, x);
  };
  return of_kernel(kernel, nn::tangent_kernel(start, x), on_grid(kernel, setting.grid, x.cols()),
                   residual, theory.ridge, setting.grid, setting.f_ini);
}

/// Between the complete kernel k at the samples and its Fourier sums on the theory's lattice,
/// relative to the largest entry; nothing where these do not apply or would take seconds.
std::optional<double> lattice_difference(const Theory& theory, const data::NetworkLaw& law,
                                         const MatrixXd& x, const MatrixXd& k) {
  constexpr double kLargestSum = 1e8;
  const auto& lattice = theory.lattice;
  if (!lattice || !lfp::has_lattice_form(law, x.rows(), x.colwise().norm().maxCoeff()) ||
      static_cast<double>(k.size()) * static_cast<double>(lattice->size()) > kLargestSum)
    return {};
  return (lfp::complete_on_lattice(law, *lattice, x, x) - k).cwiseAbs().maxCoeff() /
         k.cwiseAbs().maxCoeff();
}

Prediction complete(const Theory& theory, const Setting& setting) {
  const Residual residual(setting.samples);
  const MatrixXd& x = residual.once.samples.x;
  const data::NetworkLaw& law = setting.law;
  // Samples and points in one go: some rules cost by the point, and choose their nodes by the
  // farthest.
  const auto with_samples = [law, x](const MatrixXd& points, const base::ShareTold& tell) {
    MatrixXd rows(points.rows(), x.cols() + points.cols());
    rows << x, points;
    return lfp::complete_kernel(law, rows, x, tell);
  };
  const lfp::KernelMatrix k = with_samples(setting.grid.points, setting.tell);
  const MatrixXd at_samples = k.k.topRows(x.cols());
  const Kernel kernel = [with_samples](const MatrixXd& points) -> MatrixXd {
    return with_samples(points, {}).k.bottomRows(points.cols());
  };
  Prediction out = of_kernel(kernel, at_samples, k.k.bottomRows(setting.grid.size()), residual,
                             theory.ridge, setting.grid, setting.f_ini);
  out.details.kernel_method = k.method;
  out.details.kernel_error = k.error;
  out.details.lattice_difference = lattice_difference(theory, law, x, at_samples);
  return out;
}

Prediction predict(const Theory& theory, const Setting& setting) {
  if (theory.model == Model::linearised) return linearised(theory, setting);
  if (theory.model == Model::complete) return complete(theory, setting);
  return theory.lattice ? on_lattice(theory, setting) : without_lattice(theory, setting);
}

void require_valid_points(const data::Samples& samples, const data::Grid& grid) {
  require_valid(samples);
  base::require_shape("grid.points", grid.points, samples.dim(), base::kAny);
  base::require_finite("grid.points", grid.points);
}

}  // namespace

Prediction predict(const Theory& theory, const data::NetworkLaw& law, const data::Samples& samples,
                   const data::Grid& grid, const nn::Network* start, const base::ShareTold& tell) {
  require_valid_points(samples, grid);
  require_valid(law);
  require_valid(theory, samples.dim());
  Setting setting = setting_of(law, samples, grid, start);
  setting.tell = tell;
  return predict(theory, setting);
}

Prediction predict(const data::DeepLaw& law, double ridge, const data::Samples& samples,
                   const data::Grid& grid) {
  require_valid_points(samples, grid);
  require_valid(Theory{.model = Model::complete, .ridge = ridge}, samples.dim());
  const Residual residual(samples);
  const MatrixXd& x = residual.once.samples.x;
  const Kernel kernel = [law, x](const MatrixXd& points) -> MatrixXd {
    return lfp::deep_tangent_kernel(law, points, x).k;
  };
  lfp::KernelMatrix k = lfp::deep_tangent_kernel(law, x, x);
  Prediction out =
      of_kernel(kernel, std::move(k.k), on_grid(kernel, grid, x.cols()), residual, ridge, grid, {});
  out.details.kernel_method = k.method;
  out.details.kernel_error = k.error;
  return out;
}

bool solved_on_line(const Theory& theory, const data::NetworkLaw& law, Eigen::Index dim,
                    Eigen::Index samples) {
  constexpr Eigen::Index kFewSamples = 2000;
  return theory.model == Model::lfp2019 && !theory.lattice && dim == 1 && samples > kFewSamples &&
         law.activation == data::Activation::relu && (law.train.a || law.train.b);
}

bool applies(Model model, const Theory& theory, bool network) {
  if (model == Model::linearised) return network;
  if (model == Model::complete) return !theory.bias_density;
  return theory.lattice || theory.moments == Moments::distribution;
}

Predictions predict(const Problem& problem, const nn::Network& start, const ModelTold& tell) {
  Setting setting = setting_of(problem.law, problem.samples, problem.grid, &start);
  setting.tell = told_of(tell, problem.theory.model);
  const Prediction chosen = predict(problem.theory, setting);
  Predictions out;
  out.scale = scale_of(problem.samples.y, setting.samples.y);
  if (problem.theory.check) out.solvers = chosen.check(out.scale);
  const auto add_chosen = [&] {
    out.chosen = out.models.size();
    out.models.push_back({.model = problem.theory.model, .prediction = chosen});
  };
  if (!problem.ladder || problem.theory.model == Model::power) {  // which is on no ladder
    add_chosen();
    return out;
  }
  for (const Rung& rung : rungs) {
    if (rung.lower == problem.theory.model) {
      add_chosen();
      continue;
    }
    if (!applies(rung.lower, problem.theory, true)) continue;
    Theory theory = problem.theory;
    theory.model = rung.lower;
    setting.tell = told_of(tell, rung.lower);
    try {
      out.models.push_back({.model = rung.lower, .prediction = predict(theory, setting)});
    } catch (const std::exception& error) {
      out.warnings.push_back(fmt::format("the ladder goes without {}: {}",
                                         base::name_of(rung.lower), message_of(error)));
    }
  }
  return out;
}

lfp::SpectralWeight spectral_weight(const Theory& theory, const data::NetworkLaw& law,
                                    const data::Weights& weights) {
  return theory.model == Model::power || theory.moments == Moments::distribution
             ? weight_of_law(theory, law, weights.dim())
             : lfp::lfp2019(law, weights, bias_density(theory, law));
}

WeightNumbers weight_numbers(const Theory& theory, const data::NetworkLaw& law,
                             const data::Weights& weights) {
  WeightNumbers out;
  if (theory.model == Model::power || law.activation == data::Activation::sine) return out;
  // Of given weights without a law, no density of b is known.
  if (theory.moments == Moments::weights && !theory.lattice) return out;
  const lfp::SpectralWeight weight = spectral_weight(theory, law, weights);
  out.kappa = weight.kappa;
  if (law.activation != data::Activation::relu) return out;
  out.c1 = weight.c1;
  out.c2 = weight.c2;
  return out;
}

}  // namespace fprinciple::compare
