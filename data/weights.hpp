#pragma once

#include <filesystem>

#include <Eigen/Core>

namespace fprinciple::data {

/// The parameters θ of a two-layer network with m neurons on R^d.
struct Weights {
  Eigen::VectorXd a;  ///< m, output weights
  Eigen::MatrixXd w;  ///< m × d, input weights: one column for each input coordinate
  Eigen::VectorXd b;  ///< m, biases
  Eigen::Index width() const { return a.size(); }
  Eigen::Index dim() const { return w.cols(); }
};

/// Reads the variables a(neuron), w(neuron, dim), b(neuron) of a NetCDF-4 file. Throws InputError
/// naming file and variable when one is missing, has another shape or a value that is not finite.
Weights read_weights(const std::filesystem::path& file);

/// Writes what read_weights reads, bit for bit.
void write_weights(const std::filesystem::path& file, const Weights& weights);

}  // namespace fprinciple::data
