#include "measure/spectral_bias.hpp"

#include "base/require.hpp"

#include <cmath>

namespace fprinciple::measure {

using Eigen::Index;
using Eigen::VectorXd;

double halving_cut(const VectorXd& frequency, const VectorXd& target_energy) {
  base::require(frequency.size() >= 1, "number of frequencies", frequency.size(), "at least 1");
  base::require_size("target_energy", target_energy.size(), frequency.size());
  constexpr double kSame = 1e-9;
  const double half = target_energy.sum() / 2.0;
  Index best = 0;
  double below = 0.0, nearest = 0.0;
  for (Index k = 0; k + 1 < frequency.size(); ++k) {
    below += target_energy[k];
    if (k > 0 && std::abs(below - half) >= nearest - kSame * half) continue;
    nearest = std::abs(below - half);
    best = k;
  }
  return frequency[best];
}

SpectralBias spectral_bias(const VectorXd& frequency, const Eigen::MatrixXd& residual_energy,
                           const VectorXd& target_energy, double cut) {
  const Index times = residual_energy.cols();
  base::require_shape("residual_energy", residual_energy, frequency.size(), base::kAny);
  base::require_size("target_energy", target_energy.size(), frequency.size());
  const VectorXd low = (frequency.array() <= cut).cast<double>();
  const VectorXd high = 1.0 - low.array();
  SpectralBias out{};
  out.cut = cut;
  out.e_low = residual_energy.transpose() * low / low.dot(target_energy);
  out.e_high = residual_energy.transpose() * high / high.dot(target_energy);
  out.over_time = (out.e_high - out.e_low).array() / (out.e_high + out.e_low).array();
  double a = 0.0, b = 0.0;
  for (Index j = 1; j < times; ++j) {
    a += (out.e_high[j] + out.e_high[j - 1]) / 2.0 * std::abs(out.e_low[j] - out.e_low[j - 1]);
    b += (out.e_low[j] + out.e_low[j - 1]) / 2.0 * std::abs(out.e_high[j] - out.e_high[j - 1]);
  }
  out.value = (a - b) / (a + b);
  return out;
}

}  // namespace fprinciple::measure
