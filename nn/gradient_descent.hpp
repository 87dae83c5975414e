#pragma once

#include "nn/method.hpp"
#include "nn/training.hpp"

#include <cstdint>

namespace fprinciple::nn {

/// Descent by steps.
struct Descent {
  using Method = nn::Method;
  enum class Precision { double_precision, single_precision };

  double step = 0.0;  ///< η > 0
  Method method = Method::gd;
  Precision precision = Precision::double_precision;
  double momentum = 0.9;   ///< β in [0, 1)
  Eigen::Index batch = 0;  ///< samples of a step of sgd, drawn anew without repetition every epoch
  std::uint64_t seed = 1;  ///< of the batches
};
constexpr base::Names<Descent::Precision, 2> names_of(Descent::Precision) {
  return {{{Descent::Precision::double_precision, "double"},
           {Descent::Precision::single_precision, "single"}}};
}

/// Descends R_S = ½ Σ (f − y)². After k steps t = η k; with momentum t = η k/(1 − β), the time of
/// the flow that it follows for small steps. Adam's steps have no such time: t = η k there.
/// Snapshots are taken at the step nearest to each time that was asked for, or log-spaced in steps
/// (nn/snapshot_clock.hpp). Cost O(n m d) a step, O(n + m) for ReLU and d = 1. Throws InputError
/// for what it cannot be asked, and RunError when the loss diverges (also when it ends above its
/// start) or leaves the range of numbers, or when no parameter moves any more, with the largest
/// stable step 2/λ_max as advice.
Trajectory gradient_descent(const Network& start, const Task& task, const Descent& descent);

}  // namespace fprinciple::nn
