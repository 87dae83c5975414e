#include "measure/crossing.hpp"

#include "base/require.hpp"

#include <cmath>
#include <limits>

namespace fprinciple::measure {

using Eigen::Index;
using Eigen::VectorXd;

VectorXd crossing_times(const VectorXd& t, const Eigen::MatrixXd& delta, double threshold) {
  base::require_shape("delta", delta, base::kAny, t.size());
  base::require(threshold > 0.0, "threshold", threshold, "above 0");
  VectorXd out = VectorXd::Constant(delta.rows(), std::numeric_limits<double>::infinity());
  for (Index k = 0; k < delta.rows(); ++k)
    for (Index j = t.size(); j-- > 0 && delta(k, j) < threshold;) out[k] = t[j];
  return out;
}

std::vector<Index> present(const VectorXd& target_energy, double floor) {
  std::vector<Index> out;
  const double least = floor * floor * target_energy.maxCoeff();
  for (Index k = 0; k < target_energy.size(); ++k)
    if (target_energy[k] > 0.0 && target_energy[k] >= least) out.push_back(k);
  return out;
}

double kendall_tau(const VectorXd& a, const VectorXd& b) {
  base::require_size("b", b.size(), a.size());
  const auto order = [](double p, double q) { return (p > q) - (p < q); };
  double agreement = 0.0, untied_a = 0.0, untied_b = 0.0;
  for (Index i = 0; i < a.size(); ++i)
    for (Index j = 0; j < i; ++j) {
      const int in_a = order(a[i], a[j]), in_b = order(b[i], b[j]);
      agreement += in_a * in_b;
      untied_a += std::abs(in_a);
      untied_b += std::abs(in_b);
    }
  return agreement / std::sqrt(untied_a * untied_b);
}

}  // namespace fprinciple::measure
