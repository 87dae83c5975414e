#pragma once

#include <array>

#include <Eigen/Core>

namespace fprinciple::nn {

/// The residual u(s) = f(X) − y over a step of the gradient flow, s ∈ [0, h]: as the linearised
/// network has it, and as what is seen of the network's departure r from that changes it:
///   u' = −K u + r',  u(0) = V p,  r = r_2 (s/h)² + r_3 (s/h)³ + bends,  K = V Λ V^T.
/// The bends are the part that comes from kinks, linear between the ends of kPieces equal pieces of
/// the step. All is in closed form, φ-functions of −Λs, so that no rate is too fast.
class ResidualPath {
 public:
  static constexpr Eigen::Index kPieces = 64;

  /// rates: Λ ≥ 0, n; vectors: V, n × n, which must outlive this; projection: p = V^T u(0).
  ResidualPath(const Eigen::VectorXd& rates, const Eigen::MatrixXd& vectors,
               const Eigen::VectorXd& projection, double h)
      : rates_(rates), v_(vectors), h_(h), coefficients_{projection, {}, {}} {}

  /// Sets r, anew, from f(X) − y − linear() at h/2 and h, `middle` and `end`, and from the bends at
  /// the pieces' ends, n × kPieces. O(n² kPieces).
  void correct(const Eigen::VectorXd& middle, const Eigen::VectorXd& end,
               const Eigen::MatrixXd& bends);

  /// u(0) − K ∫_0^{σh} u: what the linearised network makes of this u.
  Eigen::VectorXd linear(double sigma) const;

  /// ∫_0^{σh} ℓ(s/h) u(s) ds for ℓ(τ) = ℓ[0] + ℓ[1] τ + ℓ[2] τ². O(n²).
  Eigen::VectorXd integral(double sigma, const std::array<double, 3>& l) const;

  /// ∫ u over each piece of [0, σh], the last one cut off there: n × ⌈σ kPieces⌉. O(n² kPieces).
  Eigen::MatrixXd pieces(double sigma) const;

 private:
  bool corrected() const { return coefficients_[1].size() > 0; }
  const Eigen::VectorXd& rates_;
  const Eigen::MatrixXd& v_;
  double h_;
  // u = V Σ_k c_k G_k, G_k = (s/h)^j φ_j(−Λs), j = 0, 2, 3, and the answer to the bends.
  std::array<Eigen::VectorXd, 3> coefficients_;
  Eigen::MatrixXd answer_;  // n × kPieces, its integral over each piece
};

}  // namespace fprinciple::nn
