#pragma once

#include "data/grid.hpp"
#include "lfp/kernel_flow.hpp"
#include "lfp/problem.hpp"

#include <functional>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <nlohmann/json.hpp>

namespace fprinciple::compare {

/// What a model predicts for f − f_ini, at any times t ≥ 0 (t = ∞: the limit), whatever it is
/// solved by: the one interface of all models.
struct Prediction {
  std::function<Eigen::MatrixXd(const Eigen::VectorXd& t)> on_grid;     ///< G × T
  std::function<Eigen::MatrixXd(const Eigen::VectorXd& t)> at_samples;  ///< n × T
  Eigen::VectorXd limit;                                                ///< G
  nlohmann::json solvers;  ///< the limit's routes, where they were asked for
  nlohmann::json details = nlohmann::json::object();  ///< what the model adds to `lfp.*`
  std::vector<std::string> warnings;
};

/// On a lattice. `check`: the limit by all four routes, differences relative to `scale`.
Prediction lattice_prediction(const lfp::Problem& problem, const data::Grid& grid, bool check,
                              double scale);

/// Mesh-free: a kernel between samples, and from grid to samples. With `check` the limit is that of
/// the saddle system, and the propagator's is held against it.
Prediction kernel_prediction(const lfp::KernelProblem& problem, const Eigen::MatrixXd& k_grid,
                             const Eigen::MatrixXd& p_grid, bool check, double scale);

}  // namespace fprinciple::compare
