#pragma once

#include "base/names.hpp"
#include "data/random.hpp"

#include <Eigen/Core>

namespace fprinciple::data {

/// The law of one coordinate of a parameter: mean + U(−scale, scale) or N(mean, scale²).
struct Distribution {
  enum class Kind { uniform, normal };
  Kind kind = Kind::uniform;
  double scale = 1.0;
  double mean = 0.0;
};
constexpr base::Names<Distribution::Kind, 2> names_of(Distribution::Kind) {
  return {{{Distribution::Kind::uniform, "uniform"}, {Distribution::Kind::normal, "normal"}}};
}

/// Throws InputError unless the scale is finite and >= 0, and the mean finite, as all below do.
/// Densities need a scale > 0.
void require_law(const Distribution& law);

/// E[a²].
double second_moment(const Distribution& law);

/// The density at 0: 1/(2B) for U(−B, B) where |mean| ≤ B, else 0; e^{−mean²/2σ²}/(√(2π) σ) for
/// N(mean, σ²).
double density_at_zero(const Distribution& law);

/// E cos(w·x), w of independent coordinates: the characteristic function at x.
double characteristic(const Distribution& law, const Eigen::VectorXd& x);

/// E|r|^p, r the Euclidean norm of d ≥ 1 independent coordinates of mean 0, p > 0.
/// Normal, any d and p: σ^p 2^{p/2} Γ((d+p)/2)/Γ(d/2). Uniform, d = 1: B^p/(p+1).
/// Uniform, d > 1 (a cube, so not isotropic), p < 6: one-dimensional quadrature of
///   E r^p = 1/Γ(q) ∫_0^∞ λ^{q−1} E[r^{2N} e^{−λ r²}] dλ,  N = ⌊p/2⌋ + 1, q = N − p/2,
/// whose integrand factorises over the coordinates; relative error below 1e-12.
double norm_moment(const Distribution& law, Eigen::Index d, double p);

/// p_b(0) from drawn biases: a Gaussian kernel estimate with Silverman's bandwidth
/// 1.06 σ m^{−1/5}. Relative standard error about (2√π p_b(0) m bandwidth)^{−1/2}: 3 % for m = 10⁴.
/// Not finite where all are equal. Throws InputError for none, and for numbers that are not finite.
double estimate_density_at_zero(const Eigen::VectorXd& b);

/// Value number `index` (coordinate `component`) of the stream.
double draw(const Distribution& law, std::uint64_t seed, Stream stream, std::uint64_t index,
            std::uint32_t component = 0);

}  // namespace fprinciple::data
