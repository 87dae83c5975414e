#pragma once

#include "data/network_law.hpp"
#include "nn/initialise.hpp"

#include <tuple>
#include <utility>

#include "arrays.hpp"
#include <nanobind/stl/tuple.h>

namespace fprinciple::python {

/// a (m,), w (m, d), b (m,).
using WeightsArgs = std::tuple<Row, Rows, Row>;

inline data::Weights weights(const WeightsArgs& args) {
  const auto& [a, w, b] = args;
  return {vector(a), columns(w).transpose(), vector(b)};
}

inline nb::tuple to_numpy(data::Weights weights) {
  return nb::make_tuple(to_numpy(std::move(weights.a)),
                        to_numpy(Eigen::MatrixXd(weights.w.transpose())),
                        to_numpy(std::move(weights.b)));
}

/// The network of a law at given weights; the law's width is theirs.
inline nn::Network network(const data::NetworkLaw& law, const WeightsArgs& args) {
  data::Weights given = weights(args);
  data::NetworkLaw of_weights = law;
  of_weights.width = given.width();
  const Eigen::Index dim = given.dim();
  return nn::make_network(of_weights, dim, std::move(given));
}

}  // namespace fprinciple::python
