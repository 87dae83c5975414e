#include "lfp/wide_averages.hpp"

#include "lfp/hermite_averages.hpp"
#include "lfp/neuron_rule.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "problems.hpp"
#include <Eigen/LU>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <catch2/catch.hpp>

using namespace fprinciple;
using data::Activation;
using Eigen::Index;
using Eigen::MatrixXd;
using tests::normal;
using tests::uniform;

namespace {

data::NetworkLaw law(Activation activation, const data::Distribution& w,
                     const data::Distribution& b) {
  data::NetworkLaw out;
  out.activation = activation;
  out.width = 1;
  out.a = normal(1.0);
  out.w = w;
  out.b = b;
  return out;
}

// The oracle: the averages as they are defined, by adaptive Gauss–Kronrod rules nested in each
// other, on pieces that end at every power of ten around the places where σ or a density is
// centred.

std::vector<double> pieces(const data::Distribution& b, const std::vector<double>& centres) {
  const double reach = b.kind == data::Distribution::Kind::uniform ? b.scale : 9.5 * b.scale;
  std::vector<double> cuts{-reach, reach};
  for (const double centre : centres)
    for (const double side : {-1.0, 0.0, 1.0})
      for (double away = 0.1; away < 1e8; away *= 10.0)
        if (std::abs(centre + side * away) < reach) cuts.push_back(centre + side * away);
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

double density(const data::Distribution& b, double x) {
  if (b.kind == data::Distribution::Kind::uniform) return 0.5 / b.scale;
  return std::exp(-0.5 * x * x / (b.scale * b.scale)) /
         (b.scale * std::sqrt(2.0 * std::numbers::pi));
}

template <class F>
double mean(const F& f, const data::Distribution& b, const std::vector<double>& centres) {
  const std::vector<double> cuts = pieces(b, centres);
  double sum = 0.0;
  for (std::size_t k = 0; k + 1 < cuts.size(); ++k)
    if (cuts[k] < cuts[k + 1])
      sum += boost::math::quadrature::gauss_kronrod<double, 21>::integrate(
          [&](double x) { return density(b, x) * f(x); }, cuts[k], cuts[k + 1], 3, 1e-11);
  return sum;
}

/// E f(w x + b) f(w x' + b), d = 1, over b and then over w.
template <class F>
double oracle(const F& f, const data::NetworkLaw& of, double x, double x_prime) {
  std::vector<double> centres{0.0};
  if (of.b.kind == data::Distribution::Kind::uniform)
    for (const double at : {x, x_prime})
      centres.insert(centres.end(), {of.b.scale / at, -of.b.scale / at});
  return mean(
      [&](double w) {
        return mean([&](double b) { return f(w * x + b) * f(w * x_prime + b); }, of.b,
                    {0.0, -w * x, -w * x_prime});
      },
      of.w, centres);
}

const std::vector kTwo = {Activation::sigmoid, Activation::ricker};
const std::vector kSmooth = {Activation::tanh, Activation::sigmoid, Activation::softplus,
                             Activation::gaussian, Activation::ricker};

}  // namespace

TEST_CASE("wide averages: the definition, by another quadrature, z up to 1e6 wide", "[slow]") {
  // Errors relative to the largest entry.
  const MatrixXd x = (MatrixXd(1, 2) << -1.0, 0.37).finished();
  for (const double scale : {40.0, 1e6})
    for (const auto& w : {normal(scale), uniform(scale)})
      for (const auto& b : {normal(0.8), uniform(2.5)}) {
        INFO("scale " << scale << ", w " << base::name_of(w.kind) << ", b "
                      << base::name_of(b.kind));
        const auto line = law(Activation::softplus, w, b);
        const auto at_line = lfp::wide_averages(line, x, x);
        const auto softplus = [](double z) { return data::Softplus::value(z); };
        CHECK(std::abs(at_line.value(0, 1) - oracle(softplus, line, x(0, 0), x(0, 1))) <
              1e-10 * at_line.value.maxCoeff());
        const auto local = law(Activation::ricker, w, b);
        const auto at_local = lfp::wide_averages(local, x, x);
        const auto slope = [](double z) { return data::Ricker::derivative(z); };
        CHECK(std::abs(at_local.derivative(0, 1) - oracle(slope, local, x(0, 0), x(0, 1))) <
              1e-10 * at_local.derivative.maxCoeff());
        CHECK(std::max(at_line.error, at_local.error) < 1e-10);
      }
}

TEST_CASE("wide averages: the rules for narrow laws, all smooth activations, d = 1 and 3") {
  for (const Index d : {1, 3})
    for (const Activation s : d == 1 ? kSmooth : kTwo)
      for (const auto& b : {normal(0.7), uniform(1.6)}) {
        const MatrixXd x = tests::random_matrix(d, 5, 61);
        INFO(base::name_of(s) << ", d = " << d << ", b " << base::name_of(b.kind));
        const auto of = law(s, normal(0.8), b);
        const auto wide = lfp::wide_averages(of, x, x);
        const auto narrow = lfp::hermite_averages(of, x, x);
        CHECK((wide.value - narrow.value).cwiseAbs().maxCoeff() < 1e-11 * narrow.value.maxCoeff());
        CHECK((wide.derivative - narrow.derivative).cwiseAbs().maxCoeff() <
              1e-11 * narrow.derivative.maxCoeff());
        if (d > 1) continue;
        const auto on_line = law(s, uniform(1.9), b);
        CHECK((lfp::wide_averages(on_line, x, x).value - lfp::neuron_averages(on_line, x, x).value)
                  .cwiseAbs()
                  .maxCoeff() < 1e-11 * narrow.value.maxCoeff());
      }
}

TEST_CASE("complete kernel: tanh of wide neurons tends to the sign's arcsine law") {
  // E sign(z) sign(z') = (2/π) arcsin ρ; what is missing is of the order of 1/scale.
  const MatrixXd x = tests::random_matrix(2, 6, 62);
  const auto average =
      lfp::activation_averages(law(Activation::tanh, normal(1e9), normal(1e9)), x, x);
  for (Index i = 0; i < 6; ++i)
    for (Index j = 0; j < 6; ++j) {
      const double cosine =
          (1.0 + x.col(i).dot(x.col(j))) /
          std::sqrt((1.0 + x.col(i).squaredNorm()) * (1.0 + x.col(j).squaredNorm()));
      CHECK(average.value(i, j) ==
            Approx(2.0 / std::numbers::pi * std::asin(std::min(1.0, cosine))).margin(3e-8));
    }
}

TEST_CASE("complete kernel: tanh neurons far wider than their step, a limit that was wrong") {
  // x = 0, 1, 10; y = 1, 0, 1; w ~ N(0, 16²), a, b ~ N(0, 1): 0.433 at x = 4, where 400,000 neurons
  // give 0.434.
  MatrixXd x(1, 4);
  x << 0.0, 1.0, 10.0, 4.0;
  const MatrixXd k =
      lfp::complete_kernel(law(Activation::tanh, normal(16.0), normal(1.0)), x, x.leftCols(3)).k;
  const Eigen::Vector3d y(1.0, 0.0, 1.0);
  const double limit = k.row(3).dot(k.topRows(3).partialPivLu().solve(y));
  CHECK(limit == Approx(0.433).margin(0.001));
}

TEST_CASE("complete kernel: ReLU's digits under biases much narrower than w·x") {
  // In long double from det C = σ_b² |Δ|² (d = 1), nothing subtracted; entries of K near 0 too.
  const double sb = 1e-5;
  MatrixXd x(1, 7);
  x << 0.0, 250.0, 500.0, 750.0, 1000.0, -250.0, -1000.0;
  const auto average =
      lfp::activation_averages(law(Activation::relu, normal(1.0), normal(sb)), x, x);
  const long double pi = std::numbers::pi_v<long double>;
  for (Index i = 0; i < 7; ++i)
    for (Index j = 0; j < 7; ++j) {
      const long double u = x(0, i), v = x(0, j), s2 = static_cast<long double>(sb) * sb;
      const long double sine = sb * std::abs(u - v);
      const long double c12 = u * v + s2;
      const long double acute = std::atan2(sine, std::abs(c12));
      const long double open = c12 < 0.0L ? acute : pi - acute;
      INFO("points " << i << ' ' << j);
      CHECK(average.derivative(i, j) ==
            Approx(static_cast<double>(open / (2.0L * pi))).epsilon(1e-14).margin(0.0));
      // sin o − o cos o for a small o by its series: o³/3.
      const long double size = std::hypot(sine, c12);
      const long double ramp = c12 < 0.0L && open < 1e-4L
                                   ? size * open * open * open / 3.0L / (2.0L * pi)
                                   : (sine + open * c12) / (2.0L * pi);
      CHECK(average.value(i, j) == Approx(static_cast<double>(ramp)).epsilon(1e-8).margin(0.0));
    }
}

TEST_CASE("complete kernel: ReLU on one ray in the plane, and on opposite ones") {
  // On a ray x' = r x the plane's kernel is the line's, of |x| and r|x|: rotations change nothing.
  const double sb = 1e-4;
  for (const Activation s : {Activation::relu, Activation::relu2}) {
    MatrixXd line(1, 5), plane(2, 5);
    line << 1.0, 2.0, 300.0, -1.0, -5000.0;
    plane << 0.6 * line, 0.8 * line;
    const auto flat = lfp::activation_averages(law(s, normal(1.0), normal(sb)), line, line);
    const auto average = lfp::activation_averages(law(s, normal(1.0), normal(sb)), plane, plane);
    for (Index i = 0; i < 5; ++i)
      for (Index j = 0; j < 5; ++j) {
        INFO(base::name_of(s) << ", points " << i << ' ' << j);
        CHECK(average.value(i, j) == Approx(flat.value(i, j)).epsilon(1e-9));
        CHECK(average.derivative(i, j) == Approx(flat.derivative(i, j)).epsilon(1e-9));
      }
  }
}

TEST_CASE("complete kernel: uniform w over a normal bias of any narrowness, ReLU, d = 1") {
  // Against bias_average's own definition by the oracle; as σ_b → 0 the average tends to
  // E (w x)₊(w x')₊ = W² x x'/6 for x x' > 0.
  const MatrixXd x = (MatrixXd(1, 3) << -1.0, 0.5, 1.0).finished();
  for (const double sb : {1.0, 1e-3, 1e-6, 1e-8, 1e-12}) {
    const auto of = law(Activation::relu, uniform(1.0), normal(sb));
    const auto average = lfp::activation_averages(of, x, x);
    INFO("σ_b = " << sb);
    const auto relu = [](double z) { return std::max(z, 0.0); };
    for (const auto& [i, j] : {std::pair<Index, Index>{0, 0}, {0, 1}, {1, 2}})
      CHECK(std::abs(average.value(i, j) - oracle(relu, of, x(0, i), x(0, j))) < 1e-10);
    if (sb < 1e-5) CHECK(average.value(1, 2) == Approx(0.5 / 6.0).epsilon(1e-5));
  }
}
