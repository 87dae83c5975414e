#pragma once

#include "compare/compare.hpp"
#include "compare/prediction.hpp"
#include "compare/problem.hpp"
#include "compare/test_set.hpp"

#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::compare {

/// What one model says of k outputs, over T times at G points.
struct ModelAlone {
  Model model = Model::lfp2019;
  std::vector<Eigen::MatrixXd> f;       ///< k outputs of G × T
  Eigen::VectorXd loss;                 ///< T, ½Σ(f−y)² over the samples and outputs
  std::vector<Eigen::MatrixXd> f_test;  ///< k outputs of N × T; empty without a test set
  std::optional<TestScores> test;
};

/// What theory says of a problem when no network is trained.
struct TheoryAlone {
  Eigen::VectorXd t;               ///< T, increasing; ∞ may be the last
  std::vector<ModelAlone> models;  ///< from the network downwards
  std::size_t prediction = 0;      ///< which of them is the prediction
  /// Of the prediction, increasing; none where it is solved on the line (solved_on_line), as they
  /// alone would cost O(n³).
  Eigen::VectorXd rates;
  PredictionDetails details;
  /// The band about the prediction, G × T: the standard deviation over networks drawn anew
  /// (compare/ensemble.hpp). Only of the complete model, and where draws are not antisymmetric.
  std::optional<Eigen::MatrixXd> deviation;
  std::optional<SolverCheck> solvers;  ///< of the first output's limit, where theory.check asks
  bool network_drawn = false;          ///< only where the model is of a network's first weights
  std::vector<std::string> warnings;
  const ModelAlone& lfp() const { return models.at(prediction); }
};

/// What there is to be learnt: `problem` without its training, and y (n × k), of which samples.y is
/// the first column. Where k > 1 each output is that of a network of its own. One kernel and one
/// decomposition serve them all where the model is mesh-free.
struct AloneTask {
  const Problem& problem;
  const Eigen::MatrixXd& y;
  std::optional<TestSet> test;
  /// ≥ 0, increasing, ∞ among them; empty: chosen from the rates, without rates 0 and ∞.
  Eigen::VectorXd times;
};

/// Theory alone: the problem's model, and where problem.ladder says so the others that apply.
/// Starts at given weights where there are some; else weights are drawn only for the linearised
/// model and for moments of the weights, and f starts at 0 otherwise, the mean over all draws. Cost
/// as the models', and O(n (G + N) T k). Where the prediction is
/// solved on the line O((n + G + N) T k), and the ladder's other models, which are not, are left
/// out: warnings say so. Throws as predict does.
TheoryAlone theory_alone(const AloneTask& task, const ProgressCallback& progress = {});

/// What that needs: each model's matrices, and the arrays that are kept.
base::Memory theory_alone_memory(const AloneTask& task);

/// From well before the fastest rate to well after the slowest: 0, 58 logarithmic times, ∞.
Eigen::VectorXd times_of(const Eigen::VectorXd& rates);

}  // namespace fprinciple::compare
