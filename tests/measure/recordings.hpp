#pragma once

#include "measure/recording.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "problems.hpp"

namespace fprinciple::tests {

/// Random samples, targets and outputs: nothing has been learnt, and everything can be measured.
inline measure::Recording random_recording(Eigen::Index d, Eigen::Index n, Eigen::Index k,
                                           Eigen::Index times, std::uint64_t seed) {
  measure::Recording r;
  r.x = random_matrix(d, n, seed);
  r.y = random_matrix(k, n, seed + 1);
  r.f = random_matrix(k, n * times, seed + 2);
  r.t = Eigen::VectorXd::LinSpaced(times, 0.5, static_cast<double>(times) / 2.0);
  return r;
}

/// sin 2πx + sin 6πx + sin 10πx on n equispaced points of [0, 1), each learnt as 1 − e^{−λt} with
/// its own λ.
inline measure::Recording three_sines(Eigen::Index n, const Eigen::VectorXd& t,
                                      const std::vector<double>& rates) {
  measure::Recording r;
  r.x.resize(1, n);
  r.y = Eigen::MatrixXd::Zero(1, n);
  r.t = t;
  r.f = Eigen::MatrixXd::Zero(1, n * t.size());
  for (Eigen::Index i = 0; i < n; ++i) {
    r.x(0, i) = static_cast<double>(i) / static_cast<double>(n);
    for (std::size_t s = 0; s < rates.size(); ++s) {
      const double wave =
          std::sin(2.0 * std::numbers::pi * static_cast<double>(2 * s + 1) * r.x(0, i));
      r.y(0, i) += wave;
      for (Eigen::Index j = 0; j < t.size(); ++j)
        r.f(0, j * n + i) += wave * -std::expm1(-rates[s] * t[j]);
    }
  }
  return r;
}

/// The samples in another order.
inline measure::Recording reordered(const measure::Recording& r,
                                    const std::vector<Eigen::Index>& order) {
  measure::Recording out = r;
  const Eigen::Index n = r.x.cols();
  out.x = r.x(Eigen::all, order);
  out.y = r.y(Eigen::all, order);
  for (Eigen::Index j = 0; j < r.t.size(); ++j)
    out.f.middleCols(j * n, n) = r.f.middleCols(j * n, n)(Eigen::all, order);
  if (r.weight.size() > 0) out.weight = r.weight(order);
  return out;
}

/// A permutation without a pattern.
inline std::vector<Eigen::Index> shuffle(Eigen::Index n, std::uint64_t seed) {
  const Eigen::VectorXd keys = random_vector(n, seed);
  std::vector<Eigen::Index> order(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<Eigen::Index>(i);
  std::sort(order.begin(), order.end(),
            [&](Eigen::Index a, Eigen::Index b) { return keys[a] < keys[b]; });
  return order;
}

}  // namespace fprinciple::tests
