#include "nn/network.hpp"

#include "base/require.hpp"

#include <cmath>

namespace fprinciple::nn {

void require_network(const Network& network) {
  const data::Weights& theta = network.weights;
  base::require(theta.a.size() > 0, "weights.a", "empty", "a number for each neuron");
  base::require(theta.w.cols() > 0, "weights.w", "without columns", "m × d");
  base::require_shape("weights.w", theta.w, theta.width(), theta.dim());
  base::require_size("weights.b", theta.b.size(), theta.width());
  base::require(std::isfinite(network.output_scale), "output_scale", network.output_scale,
                "finite");
}

void require_points(std::string_view argument, const Network& network,
                    const Eigen::MatrixXd& points) {
  base::require_shape(argument, points, network.weights.dim(), base::kAny);
  base::require_finite(argument, points);
}

}  // namespace fprinciple::nn
