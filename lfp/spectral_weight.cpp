#include "lfp/spectral_weight.hpp"

#include <cmath>
#include <numbers>

namespace fprinciple::lfp {

double SpectralWeight::gamma2(double xi) const {
  const auto d = static_cast<double>(dim);
  return (c1 / (xi * xi) + c2) / std::pow(xi, d + 1.0);
}

SpectralWeight lfp2019(const data::Moments& moments, Eigen::Index dim, Eigen::Index width,
                       double output_scale, bool a_moves, bool b_moves) {
  using std::numbers::pi;
  const auto d = static_cast<double>(dim);
  const double kappa = output_scale * output_scale * static_cast<double>(width) * moments.p_b0 *
                       std::tgamma(d / 2.0) / std::pow(pi, d / 2.0);
  return {dim, kappa, a_moves ? kappa * moments.r3 / (16.0 * std::pow(pi, 4.0)) : 0.0,
          b_moves ? kappa * moments.a2_r / (4.0 * pi * pi) : 0.0};
}

SpectralWeight divergence_weight(const data::Moments& moments, Eigen::Index dim, Eigen::Index width,
                                 double output_scale) {
  // K_w = x·x' K_b, and x is (i/2π) ∇_ξ in Fourier space: the same γ_b² as that of the biases.
  return lfp2019(moments, dim, width, output_scale, false, true);
}

}  // namespace fprinciple::lfp
