#pragma once

#include "compare/comparison.hpp"
#include "compare/experiment.hpp"
#include "nn/training.hpp"

#include <functional>
#include <string>

namespace fprinciple::compare {

/// How far a run is.
struct Progress {
  std::string stage;       ///< "training" or "prediction"
  double done = 0.0;       ///< share of the stage, in [0, 1]
  double loss = 0.0;       ///< ½Σ(f−y)², while training
  double time = 0.0;       ///< t, while training
  std::string warning;     ///< if not empty: something to tell before the run goes on
  std::string words = {};  ///< how far, where there is more to say than the share
};
using ProgressCallback = std::function<void(const Progress&)>;

/// Runs both sides of an experiment: trains the network, predicts it by LFP at the same times t,
/// solves for the limit by all routes, and compares. Deterministic: the same experiment gives the
/// same arrays, bit for bit, whatever the number of threads, and however often training was
/// interrupted and resumed by `supervision`. Throws RunError when training fails, Interrupted when
/// `supervision` stops it.
Comparison run(const Experiment& experiment, const ProgressCallback& progress = {},
               const nn::Supervision& supervision = {});

}  // namespace fprinciple::compare
