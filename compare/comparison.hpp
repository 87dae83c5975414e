#pragma once

#include "compare/generalisation.hpp"
#include "compare/model.hpp"
#include "compare/solver_check.hpp"
#include "compare/test_error.hpp"
#include "compare/test_set.hpp"
#include "compare/theory.hpp"
#include "compare/uncertainty.hpp"
#include "data/grid.hpp"
#include "data/samples.hpp"
#include "data/weights.hpp"
#include "nn/forecast.hpp"
#include "nn/training.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::compare {

/// What one model predicts on the grid.
struct ModelValues {
  Model model = Model::lfp2019;
  Eigen::MatrixXd f;      ///< G × T
  Eigen::VectorXd limit;  ///< G, t → ∞
};

/// Theory and practice of one problem side by side: the arrays. G grid points, T times, F
/// frequencies; snapshots are columns. "nn" is the trained network, "lfp" the prediction.
struct Comparison {
  data::Samples samples;  ///< x (d × n), y (n)
  data::Grid grid;

  Eigen::VectorXd t;     ///< T, t[0] = 0, increasing; gradient-flow time of ½Σ(f−y)²
  Eigen::MatrixXd f_nn;  ///< G × T

  /// The models, from the network down to LFP-2019: one is "the prediction", the others stand where
  /// they were asked for and apply.
  std::vector<ModelValues> models;
  std::size_t prediction = 0;  ///< which of them is the prediction

  Eigen::VectorXd loss_nn, loss_lfp;  ///< T, ½Σ(f−y)² on the samples
  Eigen::VectorXd rmse;               ///< T, root mean square of network − prediction on the grid

  /// How far the network has left its first linearisation, as nn::Trajectory has it. T, or empty.
  Eigen::VectorXd kernel_drift, parameter_distance, switched;

  /// Analytic target on the grid, and ½ n/G Σ_grid (f − target)², so on the scale of the loss; with
  /// a test set over its points in place of the grid's.
  std::optional<Eigen::VectorXd> target;                       ///< G
  std::optional<Eigen::VectorXd> test_loss_nn, test_loss_lfp;  ///< T

  Eigen::VectorXd uncertainty_lfp;  ///< T, how far the prediction is known; empty without a check
  /// G, a limit of fewer directions, where that of all is not known; empty otherwise.
  Eigen::VectorXd limit_truncated;

  Eigen::VectorXd power_function;  ///< G, ρ P_S ≥ |target − limit|; empty without bounds

  /// d = 1: the classical interpolants of the samples on the grid.
  std::optional<Eigen::VectorXd> cubic_spline, piecewise_linear;  ///< G

  /// Regular grids: amplitude spectra (Hann window; d > 1: root mean square over shells of |ξ|),
  /// and the share of the initial spectral error that is left, |F[f(t) − r]| / |F[f(0) − r]|, with
  /// r the target where known, else the prediction's limit. Empty otherwise.
  Eigen::VectorXd frequency;                              ///< F, in cycles per unit of x
  Eigen::MatrixXd spectrum_nn, spectrum_lfp;              ///< F × T
  Eigen::MatrixXd spectrum_error_nn, spectrum_error_lfp;  ///< F × T

  /// The prediction. Throws InputError when there is none.
  const ModelValues& lfp() const;
  /// A model; null where it is not there.
  const ModelValues* find(Model model) const;
  /// Whether there are models beside the prediction.
  bool has_ladder() const { return models.size() > 1; }
};

/// How far two functions on the grid are apart.
struct Distance {
  double rmse, relative_l2, max;
};

/// A rung of the ladder, as far as its ends are apart: root mean squares on the grid.
struct RungNumbers {
  Rung rung;
  double rmse = 0.0;        ///< at the last time
  double rmse_max = 0.0;    ///< at the worst time
  double rmse_limit = 0.0;  ///< in the limit; the network's is its last time
};

/// How training went.
struct TrainingNumbers {
  std::int64_t steps = 0, gradients = 0;
  double time = 0.0, loss = 0.0;  ///< at the end
  std::string stopped_by;
  std::optional<double> kernel_drift, parameter_distance, switched;  ///< at the end
  double seconds = 0.0;
};

/// On a test set: the network, and each model of the comparison, in its order.
struct ScoresOfTest {
  Eigen::Index points = 0;
  TestScores nn;
  std::vector<TestScores> models;
};

/// Every number of a comparison that is no array.
struct Numbers {
  Distance error{};                      ///< of the network to the prediction, at the last time
  Distance error_limit{};                ///< and to the prediction's limit
  double limit_rms = 0.0;                ///< root mean square of the prediction's limit
  std::optional<nn::Forecast> forecast;  ///< before the first step; none: too dear
  TrainingNumbers training;
  WeightNumbers weight;
  PredictionDetails prediction;
  std::vector<RungNumbers> ladder;
  TestErrors test;                         ///< empty without a target, or with a test set
  std::optional<ScoresOfTest> scores;      ///< where there is a test set
  std::optional<BoundNumbers> bounds;      ///< where they were asked for
  std::optional<SolverCheck> solvers;      ///< likewise
  std::optional<Uncertainty> uncertainty;  ///< with them
  std::optional<double> box_error;         ///< with them, on a lattice that has an infinite form
  double seconds = 0.0;
  double peak_mib = 0.0, foreseen_mib = 0.0;  ///< of memory: used, and as memory() says
  std::vector<std::string> warnings;
};

/// What comes of a problem.
struct Outcome {
  Comparison comparison;
  Numbers numbers;
  data::Weights first, last;  ///< of the network: at its start, and trained
};

}  // namespace fprinciple::compare
