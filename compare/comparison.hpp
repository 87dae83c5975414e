#pragma once

#include "data/grid.hpp"
#include "data/samples.hpp"
#include "data/weights.hpp"

#include <optional>
#include <string>

#include <Eigen/Core>
#include <nlohmann/json.hpp>

namespace fprinciple::compare {

/// Theory and practice of one experiment side by side: what result.nc and summary.json hold.
/// G grid points, T times, F frequencies; snapshots are columns. "nn" is the trained network, "lfp"
/// the prediction.
struct Comparison {
  std::string name;  ///< the experiment file's stem
  std::string title;
  std::string experiment_text;  ///< the experiment file, as read

  data::Samples samples;  ///< x (d × n), y (n)
  data::Grid grid;

  Eigen::VectorXd t;            ///< T, t[0] = 0, increasing; gradient-flow time of ½Σ(f−y)²
  Eigen::MatrixXd f_nn, f_lfp;  ///< G × T
  Eigen::VectorXd loss_nn, loss_lfp;  ///< T, ½Σ(f−y)² on the samples
  Eigen::VectorXd rmse;               ///< T, root mean square of f_nn − f_lfp on the grid
  Eigen::VectorXd f_lfp_limit;        ///< G, the minimiser of the FP-norm

  /// How far the network has left its first linearisation, as nn::Trajectory has it. T, or empty.
  Eigen::VectorXd kernel_drift, parameter_distance, switched;

  /// The error ladder, from the network down to LFP-2019: the network linearised at its first
  /// weights, complete LFP, LFP-2020, LFP-2019. G × T, and their limits, G; empty where a model
  /// does not apply. Each rung is the difference of two neighbours; the topmost is f_nn −
  /// f_linearised.
  Eigen::MatrixXd f_linearised, f_complete, f_lfp2020, f_lfp2019;
  Eigen::VectorXd f_linearised_limit, f_complete_limit, f_lfp2020_limit, f_lfp2019_limit;

  /// Analytic target on the grid, and ½ n/G Σ_grid (f − target)², so on the scale of the loss.
  std::optional<Eigen::VectorXd> target;                       ///< G
  std::optional<Eigen::VectorXd> test_loss_nn, test_loss_lfp;  ///< T

  Eigen::VectorXd power_function;  ///< G, ρ P_S ≥ |target − f_lfp_limit|; empty without bounds

  /// d = 1: the classical interpolants of the samples on the grid.
  std::optional<Eigen::VectorXd> cubic_spline, piecewise_linear;  ///< G

  /// Regular grids: amplitude spectra (Hann window; d > 1: root mean square over shells of |ξ|),
  /// and the share of the initial spectral error that is left, |F[f(t) − r]| / |F[f(0) − r]|, with
  /// r the target where known, else f_lfp_limit. Empty otherwise.
  Eigen::VectorXd frequency;                              ///< F, in cycles per unit of x
  Eigen::MatrixXd spectrum_nn, spectrum_lfp;              ///< F × T
  Eigen::MatrixXd spectrum_error_nn, spectrum_error_lfp;  ///< F × T

  nlohmann::json summary;  ///< summary.json: every scalar under stable keys

  /// Written beside the results when the experiment says save_weights.
  std::optional<data::Weights> weights_initial, weights_final;
};

/// The conventions of time, frequency and loss, as every result states them.
nlohmann::json conventions();

}  // namespace fprinciple::compare
