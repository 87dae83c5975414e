#include "compare/theory.hpp"

#include "lfp/complete_kernel.hpp"
#include "lfp/complete_lattice.hpp"
#include "lfp/mesh_free.hpp"
#include "nn/kernels.hpp"
#include "nn/tangent_kernel.hpp"

#include <optional>

namespace fprinciple::compare {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// The samples of f − f_ini.
data::Samples residual_samples(const Experiment& experiment, const nn::Network& network) {
  data::Samples residual = experiment.samples;
  residual.y -= nn::outputs(network, residual.x);
  return residual;
}

/// What solver differences are relative to: max|y|, or what there is to learn where y = 0.
double scale_of(const VectorXd& y, const VectorXd& residual) {
  for (const VectorXd& v : {y, residual})
    if (const double largest = v.cwiseAbs().maxCoeff(); largest > 0.0) return largest;
  return 1.0;
}

double bias_density(const Experiment& experiment) {
  return experiment.lfp.bias_density.value_or(data::density_at_zero(experiment.network.b));
}

Prediction on_lattice(const Experiment& experiment, const data::Weights& weights,
                      const data::Samples& residual, bool divergence, bool check, double scale) {
  const Experiment::Lfp& spec = experiment.lfp;
  const data::NetworkLaw law = network_law(experiment);
  const lfp::SpectralWeight weight = spectral_weight(experiment, weights);
  if (!divergence || !law.train_w)
    return lattice_prediction(lfp::make_problem(spec.lattice, weight, residual, spec.ridge),
                              experiment.grid, check, scale);
  const lfp::SpectralWeight added =
      spec.moments == "distribution"
          ? lfp::divergence_weight(law, residual.dim())
          : lfp::divergence_weight(law, weights, bias_density(experiment));
  return lattice_prediction(lfp::make_problem(spec.lattice, weight, added, residual, spec.ridge),
                            experiment.grid, check, scale);
}

Prediction without_lattice(const Experiment& experiment, const data::Samples& residual,
                           bool divergence, bool check, double scale) {
  const data::NetworkLaw law = network_law(experiment);
  const lfp::MeshFree model = divergence ? lfp::mesh_free_2020(law, residual.dim())
                                         : lfp::mesh_free_2019(law, residual.dim());
  const MatrixXd& points = experiment.grid.points;
  Prediction out = kernel_prediction(
      {lfp::kernel_matrix(model, residual.x, residual.x), lfp::polynomials(model.order, residual.x),
       residual.y, experiment.lfp.ridge},
      lfp::kernel_matrix(model, points, residual.x), lfp::polynomials(model.order, points), check,
      scale);
  out.details["unpenalised_degree"] = model.order - 1;
  return out;
}

/// Between the complete kernel k at the samples and its Fourier sums on the experiment's lattice,
/// relative to the largest entry; nothing where these do not apply or would take seconds.
std::optional<double> lattice_difference(const Experiment& experiment, const MatrixXd& k) {
  constexpr double kLargestSum = 1e8;
  const data::NetworkLaw law = network_law(experiment);
  const MatrixXd& x = experiment.samples.x;
  const lfp::Lattice& lattice = experiment.lfp.lattice;
  if (experiment.lfp.kernel ||
      !lfp::has_lattice_form(law, x.rows(), x.colwise().norm().maxCoeff()) ||
      static_cast<double>(k.size()) * static_cast<double>(lattice.size()) > kLargestSum)
    return {};
  return (lfp::complete_on_lattice(law, lattice, x, x) - k).cwiseAbs().maxCoeff() /
         k.cwiseAbs().maxCoeff();
}

}  // namespace

Prediction predict(const Experiment& experiment, const nn::Network& network,
                   const std::string& model, bool check) {
  const data::Samples residual = residual_samples(experiment, network);
  const double scale = scale_of(experiment.samples.y, residual.y);
  const MatrixXd& points = experiment.grid.points;
  const double ridge = experiment.lfp.ridge;
  const MatrixXd none(residual.size(), 0);
  const MatrixXd none_on_grid(points.cols(), 0);
  if (model == "linearised")
    return kernel_prediction({nn::tangent_kernel(network, residual.x), none, residual.y, ridge},
                             nn::tangent_kernel(network, points, residual.x), none_on_grid, check,
                             scale);
  if (model == "complete") {
    const data::NetworkLaw law = network_law(experiment);
    const Eigen::Index n = residual.size();
    MatrixXd rows(points.rows(), n + points.cols());  // in one go: some rules cost by the point
    rows << residual.x, points;
    const lfp::KernelMatrix k = lfp::complete_kernel(law, rows, residual.x);
    Prediction out = kernel_prediction({k.k.topRows(n), none, residual.y, ridge},
                                       k.k.bottomRows(points.cols()), none_on_grid, check, scale);
    out.details["kernel_method"] = k.method;
    out.details["kernel_error"] = k.error;
    if (const auto difference = lattice_difference(experiment, k.k.topRows(n)))
      out.details["lattice_difference"] = *difference;
    return out;
  }
  const bool divergence = model == "lfp2020";
  return experiment.lfp.kernel
             ? without_lattice(experiment, residual, divergence, check, scale)
             : on_lattice(experiment, network.weights, residual, divergence, check, scale);
}

lfp::SpectralWeight spectral_weight(const Experiment& experiment, const data::Weights& weights) {
  if (experiment.lfp.model == "power")
    return lfp::power_weight(experiment.samples.dim(), experiment.lfp.exponent);
  const data::NetworkLaw law = network_law(experiment);
  return experiment.lfp.moments == "distribution"
             ? lfp::lfp2019(law, experiment.samples.dim())
             : lfp::lfp2019(law, weights, bias_density(experiment));
}

nlohmann::json theory_numbers(const Experiment& experiment, const data::Weights& weights) {
  const Experiment::Lfp& spec = experiment.lfp;
  nlohmann::json numbers = {{"model", spec.model},
                            {"kernel", spec.kernel || spec.model == "complete"},  // mesh-free
                            {"ridge", spec.ridge}};
  if (!spec.kernel) {
    numbers["box"] = spec.lattice.box;
    numbers["modes"] = spec.lattice.modes;
    numbers["zero_frequency"] = spec.lattice.zero_frequency;
  }
  const data::NetworkLaw law = network_law(experiment);
  if (spec.model == "power") {
    numbers["exponent"] = spec.exponent;
  } else if (law.activation != data::Activation::sine) {
    const lfp::SpectralWeight weight = spectral_weight(experiment, weights);
    numbers["kappa"] = weight.kappa;
    if (law.activation == data::Activation::relu) {
      numbers["c1"] = weight.c1;
      numbers["c2"] = weight.c2;
    }
  }
  return numbers;
}

}  // namespace fprinciple::compare
