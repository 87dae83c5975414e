#pragma once

#include "base/names.hpp"
#include "compare/comparison.hpp"
#include "compare/problem.hpp"
#include "compare/theory.hpp"
#include "nn/training.hpp"

#include <functional>
#include <optional>
#include <string>

namespace fprinciple::compare {

/// What a comparison is at.
enum class Stage { prediction, training };
constexpr base::Names<Stage, 2> names_of(Stage) {
  return {{{Stage::prediction, "prediction"}, {Stage::training, "training"}}};
}

/// How far it is.
struct Progress {
  Stage stage = Stage::prediction;
  double done = 0.0;          ///< share of the stage, or of its part, in [0, 1]
  double loss = 0.0;          ///< ½Σ(f−y)², while training
  double time = 0.0;          ///< t, while training
  std::string forecast = {};  ///< if not empty: what is expected of the training to come
  std::string part = {};      ///< if not empty: of the stage, the model that is worked on
  std::string warning = {};   ///< if not empty: something to tell before the run goes on
};
using ProgressCallback = std::function<void(const Progress&)>;

/// Tells `progress` of models that are being solved, from the second on that one of them takes
/// longer than two seconds. `progress` must outlive it.
ModelTold told_of_models(const ProgressCallback& progress);

/// Trains a network on the samples and keeps its outputs on the grid: practice without theory.
/// `expected_time` is the forecast's t at the end, which progress counts in. Throws as the nn's
/// optimisers do, Interrupted when `supervision` stops it.
nn::Trajectory train(const Training& training, const nn::Network& start,
                     const data::Samples& samples, const data::Grid& grid,
                     const ProgressCallback& progress = {}, const nn::Supervision& supervision = {},
                     std::optional<double> expected_time = {});

/// Sets solved models beside a trained network, at its times: the arrays but for bounds.
Comparison compare(const Predictions& predictions, const nn::Trajectory& trained,
                   const data::Samples& samples, const data::Grid& grid,
                   const std::optional<data::Target>& target = {});

/// How far neighbours on the ladder are apart, as far as both are there.
std::vector<RungNumbers> ladder(const Comparison& comparison);

/// Both sides of a problem: trains the network, predicts it at the same times t by all models,
/// solves for the limit by all routes, and compares. Deterministic: the same problem gives the same
/// arrays, bit for bit, whatever the number of threads, and however often training was interrupted
/// and resumed by `supervision`. Throws InputError for what makes no problem, RunError when
/// training fails, Interrupted when `supervision` stops it.
Outcome solve(const Problem& problem, const ProgressCallback& progress = {},
              const nn::Supervision& supervision = {});

}  // namespace fprinciple::compare
