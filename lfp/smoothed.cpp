#include "lfp/smoothed.hpp"

#include "lfp/gauss_rule.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <numbers>

namespace fprinciple::lfp {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using std::numbers::pi;

constexpr Index kNodes = 20;
constexpr double kLine = 64.0;  // beyond it f is a straight line
constexpr double kLeastOctave = 0.125;
constexpr Index kPanelsAside = 7;  // [0, 1], [1, 2], … [32, 64]

/// The panel of |x| < kLine: kPanelsAside for x ≥ 0, then as many for x < 0.
struct Panel {
  Index index;
  double lo, hi;
};

Panel panel_of(double x) {
  const double size = std::abs(x);
  const Index octave = size < 1.0 ? 0 : 1 + static_cast<Index>(std::ilogb(size));
  const double lo = octave == 0 ? 0.0 : std::ldexp(1.0, static_cast<int>(octave) - 1);
  const double hi = octave == 0 ? 1.0 : 2.0 * lo;
  return x < 0.0 ? Panel{kPanelsAside + octave, -hi, -lo} : Panel{octave, lo, hi};
}

/// The panel of an index.
Panel panel_at(Index index) {
  const Index octave = index % kPanelsAside;
  const double inside = octave == 0 ? 0.5 : 1.5 * std::ldexp(1.0, static_cast<int>(octave) - 1);
  return panel_of(index < kPanelsAside ? inside : -inside);
}

/// Chebyshev's nodes on (−1, 1), and the matrix from values there to coefficients.
struct Chebyshev {
  VectorXd nodes{kNodes};
  MatrixXd to_coefficients{kNodes, kNodes};
  Chebyshev() {
    for (Index j = 0; j < kNodes; ++j) {
      const double angle = pi * (static_cast<double>(j) + 0.5) / static_cast<double>(kNodes);
      nodes[j] = std::cos(angle);
      for (Index k = 0; k < kNodes; ++k)
        to_coefficients(k, j) = (k == 0 ? 1.0 : 2.0) * std::cos(static_cast<double>(k) * angle) /
                                static_cast<double>(kNodes);
    }
  }
};

double between(double lo, double hi, double node) {
  return 0.5 * (lo + hi) + 0.5 * (hi - lo) * node;
}

/// T_k(x), k < kNodes.
VectorXd chebyshev_values(double x) {
  VectorXd t(kNodes);
  t[0] = 1.0;
  t[1] = x;
  for (Index k = 2; k < kNodes; ++k) t[k] = 2.0 * x * t[k - 1] - t[k - 2];
  return t;
}

}  // namespace

double smoothed(const data::RealFunction& f, double m, double tau) {
  if (tau == 0.0) return f(m);
  constexpr double kReach = 9.0;  // beyond it the normal density is below 1e-18
  const Rule rule = graded_rule(m - kReach * tau, m + kReach * tau, {{0.0, 0.7}, {m, 0.7 * tau}});
  double sum = 0.0;
  for (Index q = 0; q < rule.x.size(); ++q) {
    const double g = (rule.x[q] - m) / tau;
    sum += rule.w[q] * std::exp(-0.5 * g * g) * f(rule.x[q]);
  }
  return sum / (tau * std::sqrt(2.0 * pi));
}

namespace {

/// The polynomials of all panels of x, for τ in (lo, hi).
std::vector<MatrixXd> panels_between(const data::RealFunction& f, double lo, double hi) {
  const Chebyshev chebyshev;
  std::vector<MatrixXd> panels;
  for (Index index = 0; index < 2 * kPanelsAside; ++index) {
    const Panel panel = panel_at(index);
    MatrixXd values(kNodes, kNodes);  // x × τ
    for (Index j = 0; j < kNodes; ++j) {
      const double tau = between(lo, hi, chebyshev.nodes[j]);
      const double width = std::sqrt(1.0 + tau * tau);
      for (Index i = 0; i < kNodes; ++i)
        values(i, j) = smoothed(f, width * between(panel.lo, panel.hi, chebyshev.nodes[i]), tau);
    }
    panels.emplace_back(chebyshev.to_coefficients * values * chebyshev.to_coefficients.transpose());
  }
  return panels;
}

}  // namespace

struct Smoothed::Octave {
  double lo, hi;  // of τ
  std::once_flag made;
  std::vector<MatrixXd> panels;  // of x: degree in x × degree in τ
};

Smoothed::Smoothed(const data::RealFunction& f, double tau_max) : f_(f) {
  for (double lo = 0.0; lo == 0.0 || lo < tau_max;) {
    const double hi = lo == 0.0 ? kLeastOctave : 2.0 * lo;
    octaves_.push_back(std::make_unique<Octave>());
    octaves_.back()->lo = lo;
    octaves_.back()->hi = hi;
    lo = hi;
  }
}

Smoothed::~Smoothed() = default;

Smoothed::AtTau Smoothed::at(double tau) const {
  auto place = std::find_if(octaves_.begin(), octaves_.end(),
                            [&](const auto& candidate) { return tau <= candidate->hi; });
  if (place == octaves_.end()) --place;
  Octave* const octave = place->get();
  std::call_once(octave->made,
                 [&] { octave->panels = panels_between(f_, octave->lo, octave->hi); });
  const VectorXd t =
      chebyshev_values((2.0 * tau - octave->lo - octave->hi) / (octave->hi - octave->lo));
  AtTau out;
  out.f_ = &f_;
  out.width_ = std::sqrt(1.0 + tau * tau);
  out.coefficients_.resize(kNodes, 2 * kPanelsAside);
  for (Index k = 0; k < 2 * kPanelsAside; ++k)
    out.coefficients_.col(k).noalias() = octave->panels[static_cast<std::size_t>(k)] * t;
  return out;
}

double Smoothed::AtTau::operator()(double m) const {
  const double x = m / width_;
  if (!(std::abs(x) < kLine)) return (*f_)(m);
  const Panel panel = panel_of(x);
  const double u = 2.0 * (2.0 * x - panel.lo - panel.hi) / (panel.hi - panel.lo);
  const auto c = coefficients_.col(panel.index);
  double next = 0.0;
  double after = 0.0;
  for (Index k = kNodes - 1; k > 0; --k) {  // Clenshaw
    const double now = c[k] + u * next - after;
    after = next;
    next = now;
  }
  return c[0] + 0.5 * u * next - after;
}

}  // namespace fprinciple::lfp
