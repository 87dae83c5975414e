#include "lfp/line_flow.hpp"

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "lfp/checks.hpp"
#include "lfp/real_space_kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace fprinciple::lfp {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

using Complex = std::complex<double>;

/// The poles in the upper half plane of the best approximation of e^z on (−∞, 0] by a rational
/// function of degree 14, and their residues, by the Carathéodory-Fejér method; its error there is
/// 1.03e-13. The other 7 are their conjugates.
struct Pole {
  Complex place, residue;
};
const std::array<Pole, 7> poles = {{
    {{5.62317153475742, 1.1940664287021552}, {-27.876162291177156, -102.15000629291019}},
    {{5.089374564875054, 3.588816095602845}, {46.93490458700584, 45.644543838980354}},
    {{3.993400429650635, 6.004818060139016}, {-23.49897941909133, -5.808219208333141}},
    {{2.2698165258521406, 8.461717806877203}, {4.807233308906512, -1.3211122031487392}},
    {{-0.20872377764902525, 10.991232026333313}, {-0.37636336734574083, 0.33520468313104734}},
    {{-3.703239160176677, 13.656333463712498}, {0.009438720567093254, -0.017185736312372236}},
    {{-8.897735413180298, 16.63093520842446}, {-7.153878179758697e-05, 0.00014361901788104045}},
}};

double inverse(double x) { return 1.0 / x; }
/// Without the library's care for infinities, which takes longer than all else.
Complex inverse(Complex z) { return std::conj(z) / std::norm(z); }

struct Kernel {
  double k3, k1;
  bool line() const { return k3 > 0.0; }  // is a free polynomial
};

/// What the samples on one side of a place say of (f, g) there: the information, the inverse of
/// the covariance, its determinant, and the mean. Before two distinct samples are seen g of the
/// mean is any number, as the information does not have it.
template <class Number>
struct Known {
  Number ff{}, fg{}, gg{}, determinant{};
  Number f{}, g{};

  /// A sample of value y with noise of variance 1/information. Of positive numbers only sums are
  /// taken, fg being ≤ 0 where all samples lie to the left.
  void see(double y, const Number& information, bool line) {
    determinant += gg * information;
    ff += information;
    if (!line) {
      f += information * inverse(ff) * (y - f);
      return;
    }
    if (determinant == Number(0.0)) {  // the first sample
      f = y;
      return;
    }
    const Number gain = information * inverse(determinant) * (y - f);
    f += gain * gg;
    g -= gain * fg;
  }

  /// Moves by h: first f grows by h g, then the noise Q of the gap is added to the covariance,
  ///   (M^{-1} + Q)^{-1} = (M + |M| adj Q) / (1 + |M||Q| + tr M Q).
  /// Without lines g = 0 stays out.
  void move(double h, const Kernel& kernel) {
    const double q_gg = 12.0 * kernel.k3 * h;
    const double q_fg = 0.5 * h * q_gg;
    const double q_ff = 2.0 * kernel.k1 * h + h * h * q_gg / 3.0;
    const double q_determinant = (2.0 * kernel.k1 * h + h * h * q_gg / 12.0) * q_gg;
    const Number share =
        inverse(1.0 + determinant * q_determinant + ff * q_ff - 2.0 * q_fg * fg + gg * q_gg);
    if (kernel.line()) {
      f += h * g;
      gg += h * (h * ff - 2.0 * fg);
      fg -= h * ff;
    }
    ff = share * (ff + determinant * q_gg);
    fg = share * (fg - determinant * q_fg);
    gg = share * (gg + determinant * q_ff);
    determinant *= share;
  }
};

using Curve = LineFlow::Curve;

Curve zero_curve(Index n) {
  return {VectorXd::Zero(n), Eigen::MatrixX2d::Zero(n - 1, 2), 0.0, 0.0, 0.0};
}

/// Re(weight · f_ρ), and where weight = 1 its energy. Two sweeps, see the header.
template <class Number>
Curve smoothed(const Kernel& kernel, const VectorXd& h, const VectorXd& y, const VectorXd& count,
               const Number& ridge, const Number& weight) {
  const Index n = y.size();
  Curve out = zero_curve(n);
  const auto enter = [&weight](double& place, const Number& value) {
    place = std::real(weight * value);
  };
  const Number information = inverse(ridge);
  std::vector<Known<Number>> left(static_cast<std::size_t>(n));  // with the sample itself
  Known<Number> known;
  for (Index i = 0; i < n; ++i) {
    if (i > 0) known.move(h[i - 1], kernel);
    known.see(y[i], count[i] * information, kernel.line());
    left[static_cast<std::size_t>(i)] = known;
  }
  enter(out.f[n - 1], known.f);
  enter(out.slope_right, known.g);
  enter(out.slope_left, known.g);  // where n = 1
  known = {};  // from here on seen from the right: the line is mirrored, g = −f'
  for (Index i = n - 2; i >= 0; --i) {
    known.see(y[i + 1], count[i + 1] * information, kernel.line());
    known.move(h[i], kernel);
    const Known<Number>& other = left[static_cast<std::size_t>(i)];
    const Number df = known.f - other.f, dg = -known.g - other.g;
    const Number pull_f = known.ff * df - known.fg * dg, pull_g = known.gg * dg - known.fg * df;
    const Number ff = known.ff + other.ff;
    Number f, g{};
    if (kernel.line()) {
      const Number gg = known.gg + other.gg, fg = other.fg - known.fg;
      const Number share = inverse(known.determinant + other.determinant + known.ff * other.gg +
                                   known.gg * other.ff + 2.0 * known.fg * other.fg);
      f = share * (gg * pull_f - fg * pull_g);
      g = share * (ff * pull_g - fg * pull_f);
    } else {
      f = inverse(ff) * pull_f;
    }
    enter(out.f[i], other.f + f);
    if (i == 0) enter(out.slope_left, other.g + g);
    // The adjoint state in the gap: (a_f, a_g) at its left end, a_g falling by a_f along it.
    const Number rest_f = df - f, rest_g = dg - g;
    const Number a_f = known.ff * rest_f - known.fg * rest_g;
    const Number a_g = known.gg * rest_g - known.fg * rest_f;
    const Number b_g = a_g - h[i] * a_f;
    enter(out.second(i, 0), 12.0 * kernel.k3 * a_g);
    enter(out.second(i, 1), 12.0 * kernel.k3 * b_g);
    out.energy += std::real(h[i] * (2.0 * kernel.k1 * a_f * a_f +
                                    4.0 * kernel.k3 * (a_g * a_g + a_g * b_g + b_g * b_g)));
  }
  return out;
}

/// The limit without a ridge: Q K Q^T μ = Q y, solved by L D L^T without pivoting.
Curve interpolant(const Kernel& kernel, const VectorXd& h, const VectorXd& y) {
  const Index n = y.size();
  const auto& [k3, k1] = kernel;
  Curve out = zero_curve(n);
  out.f = y;
  if (!kernel.line()) {
    for (Index i = 0; i + 1 < n; ++i)
      out.energy += (y[i + 1] - y[i]) / h[i] * (y[i + 1] - y[i]) / (2.0 * k1);
    return out;
  }
  const Index rows = n - 2;
  VectorXd main(rows), beside(rows), mu(rows);
  for (Index i = 0; i < rows; ++i) {
    main[i] = 4.0 * k3 * (h[i] + h[i + 1]) + 2.0 * k1 * (1.0 / h[i] + 1.0 / h[i + 1]);
    beside[i] = 2.0 * k3 * h[i + 1] - 2.0 * k1 / h[i + 1];
    // Differences of y first: two close samples lose no digits.
    mu[i] = (y[i + 2] - y[i + 1]) / h[i + 1] - (y[i + 1] - y[i]) / h[i];
    if (i == 0) continue;
    const double l = beside[i - 1] / main[i - 1];
    main[i] -= l * beside[i - 1];
    mu[i] -= l * mu[i - 1];
  }
  for (Index i = 0; i < rows; ++i) out.energy += mu[i] * mu[i] / main[i];
  for (Index i = rows - 1; i >= 0; --i)
    mu[i] = (mu[i] - (i + 1 < rows ? beside[i] * mu[i + 1] : 0.0)) / main[i];
  out.second.col(0).tail(rows) = 12.0 * k3 * mu;
  out.second.col(1).head(rows) = 12.0 * k3 * mu;
  // Outside all samples f is a line. Its slope is that of the outermost cubic and the jump there,
  // −2 k₁ λ, λ = Q^T μ.
  const double first = rows > 0 ? mu[0] : 0.0, last = rows > 0 ? mu[rows - 1] : 0.0;
  out.slope_left = (y[1] - y[0]) / h[0] - 2.0 * k3 * h[0] * first + 2.0 * k1 * first / h[0];
  out.slope_right =
      (y[n - 1] - y[n - 2]) / h[n - 2] + 2.0 * k3 * h[n - 2] * last - 2.0 * k1 * last / h[n - 2];
  return out;
}

/// The places of values in increasing order.
std::vector<Index> increasing(const Eigen::Ref<const VectorXd>& values) {
  std::vector<Index> order(static_cast<std::size_t>(values.size()));
  std::iota(order.begin(), order.end(), Index{0});
  if (std::is_sorted(values.begin(), values.end())) return order;
  // Value and place side by side: a sort that looks values up elsewhere takes twice as long.
  std::vector<std::pair<double, Index>> pairs;
  pairs.reserve(order.size());
  for (const Index i : order) pairs.emplace_back(values[i], i);
  std::ranges::sort(pairs);
  std::ranges::transform(pairs, order.begin(), [](const auto& pair) { return pair.second; });
  return order;
}

}  // namespace

LineFlow::LineFlow(const data::NetworkLaw& law, const data::Samples& samples, double ridge)
    : ridge_(ridge) {
  require_samples(samples, 1);
  require_ridge(ridge);
  if (law.activation != data::Activation::relu)
    throw InputError("law.activation: LFP-2019 on the line is solved for relu");
  if (!law.train.a && !law.train.b)
    throw InputError("law.train: LFP-2019 moves nothing where a and b are frozen");
  const RealSpaceKernels kernels = real_space_kernels(law, 1);
  k3_ = law.train.a ? kernels.a(1.0) : 0.0;
  k1_ = law.train.b ? -kernels.b(1.0) : 0.0;

  x_.resize(samples.size());
  y_.resize(samples.size());
  count_.resize(samples.size());
  node_.resize(static_cast<std::size_t>(samples.size()));
  Index n = 0;
  for (const Index i : increasing(samples.x.row(0).transpose())) {
    const double x = samples.x(0, i);
    if (n == 0 || x != x_[n - 1]) {
      x_[n] = x;
      y_[n] = samples.y[i];
      count_[n++] = 1.0;
    } else {
      count_[n - 1] += 1.0;
      y_[n - 1] += (samples.y[i] - y_[n - 1]) / count_[n - 1];
    }
    node_[static_cast<std::size_t>(i)] = n - 1;
  }
  if (k3_ > 0.0 && n < 2)
    throw InputError("samples: one x does not fix the line that LFP-2019 leaves free");
  x_.conservativeResize(n);
  y_.conservativeResize(n);
  count_.conservativeResize(n);
  h_ = x_.tail(n - 1) - x_.head(n - 1);
}

LineFlow::Curve LineFlow::curve(double t) const {
  const Kernel kernel{k3_, k1_};
  if (t == 0.0) return zero_curve(x_.size());
  Curve out;
  if (std::isinf(t)) {
    out =
        ridge_ > 0.0 ? smoothed(kernel, h_, y_, count_, ridge_, 1.0) : interpolant(kernel, h_, y_);
  } else {
    std::array<Curve, poles.size()> parts;
    base::parallel_for_uneven(static_cast<Index>(poles.size()), true, [&](Index k) {
      const auto& [place, residue] = poles[static_cast<std::size_t>(k)];
      // With the conjugate pole's part, which is the conjugate.
      parts[static_cast<std::size_t>(k)] = smoothed<Complex>(
          kernel, h_, y_, count_, ridge_ + place / t, -2.0 * residue * inverse(place));
    });
    out = std::move(parts[0]);
    for (std::size_t k = 1; k < parts.size(); ++k) {
      out.f += parts[k].f;
      out.second += parts[k].second;
      out.slope_left += parts[k].slope_left;
      out.slope_right += parts[k].slope_right;
    }
  }
  require_in_range("LFP-2019 on the line", out.f);
  return out;
}

MatrixXd LineFlow::values(const VectorXd& points, const VectorXd& t) const {
  require_points("points", points.transpose(), 1);
  require_times(t);
  const Index n = x_.size();
  const std::vector<Index> order = increasing(points);
  MatrixXd f(points.size(), t.size());
  for (Index k = 0; k < t.size(); ++k) {
    const Curve at = curve(t[k]);
    Index right = 0;  // the first sample to the right of the point
    for (const Index g : order) {
      const double x = points[g];
      while (right < n && x_[right] <= x) ++right;
      if (right == 0) {
        f(g, k) = at.f[0] + at.slope_left * (x - x_[0]);
      } else if (right == n) {
        f(g, k) = at.f[n - 1] + at.slope_right * (x - x_[n - 1]);
      } else {
        const Index i = right - 1;
        const double b = (x - x_[i]) / h_[i];
        const double a = (x_[i + 1] - x) / h_[i];
        const double bend =
            a * (a * a - 1.0) * at.second(i, 0) + b * (b * b - 1.0) * at.second(i, 1);
        f(g, k) = a * at.f[i] + b * at.f[i + 1] + bend * h_[i] * h_[i] / 6.0;
      }
    }
  }
  return f;
}

MatrixXd LineFlow::at_samples(const VectorXd& t) const {
  require_times(t);
  MatrixXd f(static_cast<Index>(node_.size()), t.size());
  for (Index k = 0; k < t.size(); ++k) f.col(k) = curve(t[k]).f(node_);
  return f;
}

double LineFlow::settled() const {
  // No rate is below a small share of what the nearest two samples differ by.
  constexpr double kLater = 1e18;
  double least = std::numeric_limits<double>::infinity();
  for (const double h : h_) least = std::min(least, h * (k1_ + h * h * k3_));
  return h_.size() > 0 ? kLater / (least + ridge_) : 1.0;
}

double LineFlow::norm() const {
  return std::sqrt(curve(std::numeric_limits<double>::infinity()).energy);
}

base::Memory line_flow_memory(Index n) {
  // Samples and their order; 7 curves of three numbers, and on each thread's 6 complex ones.
  constexpr double kHeld = 8.0, kCurves = 21.0, kSweep = 12.0;
  const auto threads = static_cast<double>(std::min(omp_get_max_threads(), 7));
  return base::held(base::doubles(kHeld * static_cast<double>(n))) +
         base::passing(base::doubles((kCurves + kSweep * threads) * static_cast<double>(n)));
}

}  // namespace fprinciple::lfp
