#pragma once

#include "data/activation.hpp"
#include "data/network_law.hpp"
#include "data/weights.hpp"

#include <string_view>

namespace fprinciple::nn {

/// The two-layer network f_θ(x) = s Σ_j a_j σ(z_j), z_j = w_j·x + b_j: weights, and of its law what
/// no draw changes. Everything in this folder takes any activation σ.
struct Network {
  data::Weights weights;      ///< θ = (a, w, b)
  double output_scale = 1.0;  ///< s
  data::Groups train;         ///< groups that are not trained stay frozen
  data::Activation activation = data::Activation::relu;  ///< σ
};

/// Throws InputError unless the weights' shapes go together, with one neuron and one dimension at
/// least and the output scale is finite. O(1).
void require_network(const Network& network);

/// Throws InputError unless points are d × N and finite. O(d N).
void require_points(std::string_view argument, const Network& network,
                    const Eigen::MatrixXd& points);

}  // namespace fprinciple::nn
