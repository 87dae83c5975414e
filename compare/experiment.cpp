#include "compare/experiment.hpp"

namespace fprinciple::compare {

data::NetworkLaw network_law(const Experiment& experiment) {
  const Experiment::Network& spec = experiment.network;
  return {data::activation_named(spec.activation),
          spec.width,
          spec.output_scale,
          spec.a,
          spec.w,
          spec.b,
          spec.train_a,
          spec.train_w,
          spec.train_b};
}

double extent(const Experiment& experiment) {
  const auto& x = experiment.samples.x;
  const auto& points = experiment.grid.points;
  const Eigen::VectorXd hi = x.rowwise().maxCoeff().cwiseMax(points.rowwise().maxCoeff());
  const Eigen::VectorXd lo = x.rowwise().minCoeff().cwiseMin(points.rowwise().minCoeff());
  return (hi - lo).maxCoeff();
}

}  // namespace fprinciple::compare
