#include "lfp/wide_averages.hpp"

#include "base/blas.hpp"
#include "base/error.hpp"
#include "base/parallel.hpp"
#include "lfp/checks.hpp"
#include "lfp/gauss_rule.hpp"
#include "lfp/pair_geometry.hpp"
#include "lfp/smoothed.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include <fmt/format.h>

namespace fprinciple::lfp {
namespace {

using data::Activation;
using data::Distribution;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using std::numbers::pi;

constexpr double kReach = 9.0;  // beyond it the normal density is below 1e-18

bool normal(const Distribution& law) { return law.kind == Distribution::Kind::normal; }

double density(double x, double centre, double width) {
  const double g = (x - centre) / width;
  return std::exp(-0.5 * g * g) / (width * std::sqrt(2.0 * pi));
}

/// The average over σ and that over σ' of one pair.
struct PairAverages {
  double value = 0.0;
  double derivative = 0.0;
};

// Gaussian and Ricker ----------------------------------------------------------------------------

/// F(a, b) = E exp(−((z + a)² + (z' + b)²)/2) = det(A)^{−1/2} exp(−(a, b)A^{−1}(a, b)^T/2), and the
/// derivatives that the averages of a shifted pair are: ∂_a∂_b F for the Gaussian's σ', ∂_a²∂_b² F
/// for Ricker = −Gaussian'', ∂_a³∂_b³ F for its σ'; at a = b = shift.
PairAverages gaussian_pair(Activation activation, const PairGeometry& pair, double shift) {
  const double det = 1.0 + pair.c11 + pair.c22 + pair.det;
  const double p = (1.0 + pair.c22) / det;
  const double q = -pair.c12 / det;
  const double r = (1.0 + pair.c11) / det;
  const double h = (p + q) * shift;
  const double k = (q + r) * shift;
  const double f = std::exp(-0.5 * (h + k) * shift) / std::sqrt(det);
  if (activation == Activation::gaussian) return {f, f * (h * k - q)};
  const double hk = h * k;
  return {f * ((h * h - p) * (k * k - r) - 4.0 * q * hk + 2.0 * q * q),
          f * (hk * hk * hk - 3.0 * p * hk * k * k - 3.0 * r * hk * h * h - 9.0 * q * hk * hk +
               (9.0 * p * r + 18.0 * q * q) * hk + 9.0 * p * q * k * k + 9.0 * r * q * h * h -
               6.0 * q * q * q - 9.0 * p * q * r)};
}

// Normal w ---------------------------------------------------------------------------------------

/// S(·, τ), by the table or by quadrature.
class Inner {
 public:
  Inner(const data::RealFunction& f, const std::optional<Smoothed>& table, double tau)
      : f_(f), tau_(tau) {
    if (table) at_.emplace(table->at(tau));
  }
  double operator()(double m) const { return at_ ? (*at_)(m) : smoothed(f_, m, tau_); }

 private:
  const data::RealFunction& f_;
  double tau_;
  std::optional<Smoothed::AtTau> at_;
};

/// E[f(shift + v) f(shift + v')], (v, v') ~ N(0, C); panels are `fineness` times as short.
double conditional_average(const data::RealFunction& f, const std::optional<Smoothed>& table,
                           const PairGeometry& given, const Rule& shifts, double fineness) {
  PairGeometry pair = given;
  if (pair.c22 > pair.c11) std::swap(pair.c11, pair.c22);
  const double s = std::sqrt(pair.c11);
  const double beta = s > 0.0 ? pair.c12 / pair.c11 : 0.0;
  const double tau = s > 0.0 ? std::sqrt(pair.det) / s : 0.0;
  const Inner inner(f, table, tau);
  double sum = 0.0;
  for (Index k = 0; k < shifts.x.size(); ++k) {
    const double shift = shifts.x[k];
    if (s == 0.0) {
      sum += shifts.w[k] * f(shift) * f(shift);
      continue;
    }
    std::vector<Feature> features{{0.0, 1.0 / fineness}, {shift, s / fineness}};
    if (shift != 0.0 && beta != 0.0)
      features.push_back({shift - shift / beta, std::max(1.0, tau) / (std::abs(beta) * fineness)});
    const Rule rule = graded_rule(shift - kReach * s, shift + kReach * s, features);
    double average = 0.0;
    for (Index q = 0; q < rule.x.size(); ++q) {
      const double z = rule.x[q];
      average += rule.w[q] * density(z, shift, s) * f(z) * inner(shift + beta * (z - shift));
    }
    sum += shifts.w[k] * average;
  }
  return sum;
}

/// Over b: at 0 alone where it is a coordinate of (z, z').
Rule shifts_of(const Distribution& b, double fineness) {
  if (normal(b)) return {VectorXd::Zero(1), VectorXd::Ones(1)};
  Rule rule = graded_rule(-b.scale, b.scale, {{0.0, 1.0 / fineness}});
  rule.w /= 2.0 * b.scale;
  return rule;
}

// Uniform w, d = 1 -------------------------------------------------------------------------------

/// E over b of f(u + b) f(u' + b).
double over_bias(const data::RealFunction& f, double u, double u_prime, const Distribution& b,
                 double fineness) {
  const double width = 1.0 / fineness;
  std::vector<Feature> features{{-u, width}, {-u_prime, width}};
  const double reach = normal(b) ? kReach * b.scale : b.scale;
  if (normal(b)) features.push_back({0.0, b.scale / fineness});
  const Rule rule = graded_rule(-reach, reach, features);
  double sum = 0.0;
  for (Index q = 0; q < rule.x.size(); ++q) {
    const double at = rule.x[q];
    const double share = normal(b) ? density(at, 0.0, b.scale) : 0.5 / b.scale;
    sum += rule.w[q] * share * f(u + at) * f(u_prime + at);
  }
  return sum;
}

double line_average(const data::RealFunction& f, const data::NetworkLaw& law, double x,
                    double x_prime, double fineness) {
  const double reach = std::max({std::abs(x), std::abs(x_prime), 1e-300});
  const double least = normal(law.b) ? std::min(1.0, law.b.scale) : 1.0;
  std::vector<Feature> features{{0.0, least / (reach * fineness)}};
  if (!normal(law.b))  // w x passes the ends of b's range
    for (const double at : {x, x_prime})
      if (at != 0.0)
        for (const double side : {-1.0, 1.0})
          features.push_back({side * law.b.scale / at, 1.0 / (std::abs(at) * fineness)});
  const Rule rule = graded_rule(-law.w.scale, law.w.scale, features);
  double sum = 0.0;
  for (Index q = 0; q < rule.x.size(); ++q)
    sum += rule.w[q] * over_bias(f, rule.x[q] * x, rule.x[q] * x_prime, law.b, fineness);
  return sum / (2.0 * law.w.scale);
}

// All pairs --------------------------------------------------------------------------------------

/// σ or σ' of one law between all points.
class Averages {
 public:
  Averages(const data::NetworkLaw& law, const MatrixXd& rows, const MatrixXd& columns,
           const data::RealFunction& f)
      : law_(law), rows_(rows), columns_(columns), f_(f) {
    if (!normal(law.w)) return;
    u_ = law.w.scale * rows;
    v_ = law.w.scale * columns;
    common_ = normal(law.b) ? law.b.scale : 0.0;
    shifts_ = shifts_of(law.b, 1.0);
    table_.emplace(
        f_, std::hypot(std::max(u_.colwise().norm().maxCoeff(), v_.colwise().norm().maxCoeff()),
                       common_));
  }

  double operator()(Index i, Index j) const {
    if (!normal(law_.w)) return line_average(f_, law_, rows_(0, i), columns_(0, j), 1.0);
    return conditional_average(f_, table_, pair(i, j), shifts_, 1.0);
  }

  /// Without the table, on half the panels.
  double finer(Index i, Index j) const {
    if (!normal(law_.w)) return line_average(f_, law_, rows_(0, i), columns_(0, j), 2.0);
    return conditional_average(f_, std::nullopt, pair(i, j), shifts_of(law_.b, 2.0), 2.0);
  }

 private:
  PairGeometry pair(Index i, Index j) const {
    const Index d = u_.rows();
    return pair_geometry(u_.data() + i * d, v_.data() + j * d, d, common_);
  }

  const data::NetworkLaw& law_;
  const MatrixXd& rows_;
  const MatrixXd& columns_;
  data::RealFunction f_;
  MatrixXd u_, v_;
  double common_ = 0.0;
  Rule shifts_;
  std::optional<Smoothed> table_;
};

/// All entries; where rows begin with columns that square block is symmetric.
MatrixXd all_pairs(const Averages& average, const MatrixXd& rows, const MatrixXd& columns,
                   const base::ShareTold& tell) {
  const Index n = columns.cols();
  const bool symmetric = rows.cols() >= n && rows.leftCols(n) == columns;
  MatrixXd out(rows.cols(), n);
  base::parallel_for_uneven(n, true, tell, [&](Index j) {
    for (Index i = symmetric ? j : 0; i < rows.cols(); ++i) out(i, j) = average(i, j);
  });
  if (symmetric) out.topRows(n).triangularView<Eigen::StrictlyUpper>() = out.topRows(n).transpose();
  return out;
}

/// The largest difference to the finer rules over six pairs: the points of largest and of least
/// norm with each other, and the first with the last.
double largest_miss(const Averages& average, const MatrixXd& out, const MatrixXd& rows,
                    const MatrixXd& columns) {
  Index large = 0, least = 0, other_large = 0, other_least = 0;
  rows.colwise().squaredNorm().maxCoeff(&large);
  rows.colwise().squaredNorm().minCoeff(&least);
  columns.colwise().squaredNorm().maxCoeff(&other_large);
  columns.colwise().squaredNorm().minCoeff(&other_least);
  const std::array<std::pair<Index, Index>, 6> pairs = {{{large, other_large},
                                                         {large, other_least},
                                                         {least, other_large},
                                                         {least, other_least},
                                                         {0, columns.cols() - 1},
                                                         {rows.cols() - 1, 0}}};
  std::array<double, 6> misses{};
  base::parallel_for_uneven(6, true, [&](Index k) {
    const auto [i, j] = pairs[static_cast<std::size_t>(k)];
    misses[static_cast<std::size_t>(k)] = std::abs(average.finer(i, j) - out(i, j));
  });
  return *std::max_element(misses.begin(), misses.end()) /
         std::max(out.cwiseAbs().maxCoeff(), 1e-300);
}

ActivationAverages gaussian_averages(const data::NetworkLaw& law, const MatrixXd& rows,
                                     const MatrixXd& columns) {
  const MatrixXd u = law.w.scale * rows;
  const MatrixXd v = law.w.scale * columns;
  const Index d = u.rows();
  const double common = normal(law.b) ? law.b.scale : 0.0;
  ActivationAverages out{MatrixXd(rows.cols(), columns.cols()),
                         MatrixXd(rows.cols(), columns.cols()), 0.0,
                         normal(law.b) ? "closed form" : "quadrature"};
  base::parallel_for(columns.cols(), true, [&](Index j) {
    for (Index i = 0; i < rows.cols(); ++i) {
      const PairGeometry pair = pair_geometry(u.data() + i * d, v.data() + j * d, d, common);
      PairAverages sum;
      const auto add = [&](double shift, double share) {
        const PairAverages one = gaussian_pair(law.activation, pair, shift);
        sum.value += share * one.value;
        sum.derivative += share * one.derivative;
      };
      if (normal(law.b)) {
        add(0.0, 1.0);
      } else {  // e^{−x²/2} in units of 1/√(p + 2q + r)
        const double det = 1.0 + pair.c11 + pair.c22 + pair.det;
        const double width = std::sqrt(det / (2.0 + pair.e2));
        const double reach = std::min(law.b.scale, kReach * width);
        const Rule rule = graded_rule(-reach, reach, {{0.0, width}});
        for (Index k = 0; k < rule.x.size(); ++k) add(rule.x[k], rule.w[k] / (2.0 * law.b.scale));
      }
      out.value(i, j) = sum.value;
      out.derivative(i, j) = sum.derivative;
    }
  });
  return out;
}

}  // namespace

ActivationAverages wide_averages(const data::NetworkLaw& law, const MatrixXd& rows,
                                 const MatrixXd& columns, const base::ShareTold& tell) {
  require_law(law);
  require_points("rows", rows);
  require_points("columns", columns, rows.rows());
  const double largest =
      law.w.scale * std::max(rows.cwiseAbs().maxCoeff(), columns.cwiseAbs().maxCoeff());
  constexpr double kLargest = 1e150;  // its square is a number
  if (!(std::max(largest, law.b.scale) <= kLargest))
    throw InputError(fmt::format("law: w·x + b of the size of {:.3g}: averages are for at most {}",
                                 std::max(largest, law.b.scale), kLargest));
  if (law.b.mean != 0.0)
    throw RunError(fmt::format(
        "the complete kernel of a smooth activation, where |w·x| goes up to {:.3g} and the biases "
        "have the mean {:.3g}, is not known here: use a mean of 0, relu, or smaller scales of w "
        "and "
        "b",
        largest, law.b.mean));
  const base::OneBlasThread blas;
  const bool gaussian =
      law.activation == Activation::gaussian || law.activation == Activation::ricker;
  if (gaussian && normal(law.w)) return gaussian_averages(law, rows, columns);
  ActivationAverages out;
  out.method = "quadrature";
  const auto average = [&](const data::RealFunction& f, double first, MatrixXd& into) {
    const Averages pairs(law, rows, columns, f);
    into = all_pairs(pairs, rows, columns, base::part_of(tell, first, 0.5));
    out.error = std::max(out.error, largest_miss(pairs, into, rows, columns));
  };
  average([&](double z) { return data::value(law.activation, z); }, 0.0, out.value);
  average([&](double z) { return data::derivative(law.activation, z); }, 0.5, out.derivative);
  return out;
}

}  // namespace fprinciple::lfp
