#include "nn/residual_path.hpp"

#include <algorithm>
#include <cmath>

namespace fprinciple::nn {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kPhi = 7;
using Phi = std::array<double, kPhi>;

/// φ_0 … φ_6 at −z, z ≥ 0: φ_0 = e^{−z}, φ_j(−z) = 1/j! − z φ_{j+1}(−z).
Phi phi_functions(double z) {
  constexpr Phi kInverseFactorial = {1.0, 1.0, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720};
  Phi phi{};
  if (z < 2.0) {  // the recurrence downwards from the series of φ_6
    double term = kInverseFactorial[kPhi - 1];
    for (int k = kPhi; term != 0.0 && k < 40; ++k) {
      phi[kPhi - 1] += term;
      term *= -z / k;
    }
    for (std::size_t j = kPhi - 1; j > 0; --j) phi[j - 1] = kInverseFactorial[j - 1] - z * phi[j];
  } else {
    phi[0] = std::exp(-z);
    for (std::size_t j = 1; j < kPhi; ++j) phi[j] = (kInverseFactorial[j - 1] - phi[j - 1]) / z;
  }
  return phi;
}

constexpr std::array<std::size_t, 3> kOrder = {0, 2, 3};  // j of G_k

/// Where piece p begins, as a share of the step, and how many [0, σ] meets.
double share(Index p) {
  return static_cast<double>(p) / static_cast<double>(ResidualPath::kPieces);
}
Index pieces_to(double sigma) {
  return static_cast<Index>(std::ceil(sigma * static_cast<double>(ResidualPath::kPieces)));
}

}  // namespace

void ResidualPath::correct(const VectorXd& middle, const VectorXd& end, const MatrixXd& bends) {
  // r_2 σ² + r_3 σ³ through what the bends leave; G_2 and G_3 answer to r' = 2 r_2 σ and 3 r_3 σ².
  const VectorXd half = v_.transpose() * (middle - bends.col(kPieces / 2 - 1));
  const VectorXd whole = v_.transpose() * (end - bends.col(kPieces - 1));
  coefficients_[1] = 2.0 * (8.0 * half - whole);
  coefficients_[2] = 6.0 * (2.0 * whole - 8.0 * half);
  answer_.resize(0, 0);
  if (bends.isZero(0.0)) return;
  MatrixXd q = v_.transpose() * bends;
  const double step = h_ / static_cast<double>(kPieces);
  for (Index i = 0; i < q.rows(); ++i) {
    const Phi phi = phi_functions(rates_[i] * step);
    double before = 0.0;
    double answer = 0.0;
    for (Index p = 0; p < kPieces; ++p) {
      const double rise = q(i, p) - before;
      before = q(i, p);
      q(i, p) = step * (phi[1] * answer + phi[2] * rise);
      answer = phi[0] * answer + phi[1] * rise;
    }
  }
  answer_ = v_ * q;
}

VectorXd ResidualPath::linear(double sigma) const {
  const VectorXd pushed = v_.transpose() * integral(sigma, {1.0, 0.0, 0.0});
  return v_ * (coefficients_[0] - rates_.cwiseProduct(pushed));
}

VectorXd ResidualPath::integral(double sigma, const std::array<double, 3>& l) const {
  VectorXd q = VectorXd::Zero(rates_.size());
  for (Index i = 0; i < q.size(); ++i) {
    const Phi phi = phi_functions(rates_[i] * sigma * h_);
    for (std::size_t k = 0; k < (corrected() ? 3 : 1); ++k) {
      const std::size_t j = kOrder[k];
      // By parts, ∫_0^σ τ^j φ_j = σ^{j+1} φ_{j+1} again and again.
      const double of_l = l[0] * phi[j + 1] + l[1] * sigma * (phi[j + 1] - phi[j + 2]) +
                          l[2] * sigma * sigma * (phi[j + 1] - 2.0 * phi[j + 2] + 2.0 * phi[j + 3]);
      q[i] += coefficients_[k][i] * std::pow(sigma, static_cast<double>(j + 1)) * of_l;
    }
  }
  VectorXd out = h_ * (v_ * q);
  for (Index p = 0; p < std::min(answer_.cols(), pieces_to(sigma)); ++p) {
    const double from = share(p);
    const double to = std::min(sigma, share(p + 1));
    const double middle = 0.5 * (from + to);
    out += (l[0] + middle * (l[1] + middle * l[2])) * (to - from) * static_cast<double>(kPieces) *
           answer_.col(p);
  }
  return out;
}

MatrixXd ResidualPath::pieces(double sigma) const {
  MatrixXd q(rates_.size(), pieces_to(sigma));
  for (Index i = 0; i < q.rows(); ++i) {
    double before = 0.0;
    for (Index p = 0; p < q.cols(); ++p) {
      const double to = std::min(sigma, share(p + 1));
      const Phi phi = phi_functions(rates_[i] * to * h_);
      double sum = coefficients_[0][i] * to * phi[1];
      if (corrected())
        sum += to * to * to * (coefficients_[1][i] * phi[3] + coefficients_[2][i] * to * phi[4]);
      q(i, p) = sum - before;
      before = sum;
    }
  }
  MatrixXd out = h_ * (v_ * q);
  if (answer_.size() > 0 && q.cols() > 0) {
    out += answer_.leftCols(q.cols());
    out.rightCols(1) -=
        (share(q.cols()) - sigma) * static_cast<double>(kPieces) * answer_.col(q.cols() - 1);
  }
  return out;
}

}  // namespace fprinciple::nn
