#include "lfp/deep_kernel.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <random>

#include "problems.hpp"
#include <boost/math/quadrature/gauss.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <catch2/catch.hpp>

using namespace fprinciple;
using Catch::Contains;
using data::DeepActivation;
using data::DeepLaw;
using data::Parameterisation;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using std::numbers::pi;

namespace {

using Real = long double;

DeepLaw law_of(DeepActivation activation, Index layers, double weight_std, double bias_std) {
  return {.activation = activation,
          .weight_std = VectorXd::Constant(layers + 1, weight_std),
          .bias_std = VectorXd::Constant(layers + 1, bias_std)};
}

/// Another σ_w and σ_b in every layer.
DeepLaw uneven_law(DeepActivation activation, Index layers) {
  return {.activation = activation,
          .weight_std = VectorXd::LinSpaced(layers + 1, 1.5, 0.8),
          .bias_std = VectorXd::LinSpaced(layers + 1, 0.1, 0.7)};
}

Real sigma(DeepActivation activation, Real z) {
  const Real e = std::exp(-z * z / 2);
  switch (activation) {
    case DeepActivation::tanh:
      return std::tanh(z);
    case DeepActivation::sigmoid:
      return 1 / (1 + std::exp(-z));
    case DeepActivation::softplus:
      return z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z));
    case DeepActivation::gaussian:
      return e;
    case DeepActivation::ricker:
      return (1 - z * z) * e;
    case DeepActivation::sine:
      return std::sin(z);
    case DeepActivation::erf:
      return std::erf(z);
    case DeepActivation::gelu:
      return z * std::erfc(-z / std::sqrt(Real(2))) / 2;
    case DeepActivation::relu2:
      return z > 0 ? z * z : 0;
    default:
      return z > 0 ? z : 0;
  }
}

Real sigma_prime(DeepActivation activation, Real z) {
  const Real e = std::exp(-z * z / 2);
  switch (activation) {
    case DeepActivation::tanh:
      return 1 / (std::cosh(z) * std::cosh(z));
    case DeepActivation::sigmoid:
      return 1 / (2 + 2 * std::cosh(z));
    case DeepActivation::softplus:
      return 1 / (1 + std::exp(-z));
    case DeepActivation::gaussian:
      return -z * e;
    case DeepActivation::ricker:
      return (z * z * z - 3 * z) * e;
    case DeepActivation::sine:
      return std::cos(z);
    case DeepActivation::erf:
      return 2 / std::sqrt(Real(pi)) * std::exp(-z * z);
    case DeepActivation::gelu:
      return std::erfc(-z / std::sqrt(Real(2))) / 2 + z * e / std::sqrt(2 * std::acos(Real(-1)));
    case DeepActivation::relu2:
      return z > 0 ? 2 * z : 0;
    default:
      return z > 0 ? 1 : 0;
  }
}

struct Covariance {
  Real q, q_prime, c;
};

/// E[f(u)f(v)] by the trapezoidal rule in two dimensions, which converges exponentially; for
/// functions that are analytic.
Real smooth_average(const std::function<Real(Real)>& f, const Covariance& of) {
  constexpr int kHalf = 73;
  constexpr Real kStep = 0.15L;
  const Real a = std::sqrt(of.q);
  const Real along = of.c / a;
  const Real across = std::sqrt(std::max(Real(0), of.q_prime - along * along));
  Real sum = 0;
  Real total = 0;
  for (int i = -kHalf; i <= kHalf; ++i) {
    const Real g = static_cast<Real>(i) * kStep;
    Real inner = 0;
    Real weight = 0;
    for (int j = -kHalf; j <= kHalf; ++j) {
      const Real h = static_cast<Real>(j) * kStep;
      const Real density = std::exp(-h * h / 2);
      inner += density * f(along * g + across * h);
      weight += density;
    }
    const Real density = std::exp(-g * g / 2);
    sum += density * f(a * g) * inner / weight;
    total += density;
  }
  return sum / total;
}

/// E[u₊^p v₊^p] in polar coordinates, where ∫ r^{2p+1} e^{−r²/2} dr = 2^p p!.
Real rectified_average(int p, const Covariance& of) {
  const Real scale = std::sqrt(of.q * of.q_prime);
  const Real angle = std::acos(std::max(Real(-1), std::min(Real(1), of.c / scale)));
  const Real half_pi = std::acos(Real(0));
  const auto integrand = [&](Real phi) {
    return std::pow(std::cos(phi) * std::cos(phi - angle), static_cast<Real>(p));
  };
  const Real sum =
      boost::math::quadrature::gauss<Real, 40>::integrate(integrand, angle - half_pi, half_pi);
  const Real radial = p == 0 ? 1 : p == 1 ? 2 : 8;
  return std::pow(scale, static_cast<Real>(p)) * radial * sum / (4 * half_pi);
}

struct Averages {
  Real value, derivative;
};
Averages averages(DeepActivation activation, const Covariance& of) {
  if (activation == DeepActivation::relu)
    return {rectified_average(1, of), rectified_average(0, of)};
  if (activation == DeepActivation::relu2)
    return {rectified_average(2, of), 4 * rectified_average(1, of)};
  return {smooth_average([=](Real z) { return sigma(activation, z); }, of),
          smooth_average([=](Real z) { return sigma_prime(activation, z); }, of)};
}

/// Σ^{L+1} and Θ^{L+1} at two points, by the recursion as it stands in lfp/deep_kernel.hpp.
struct Oracle {
  Real covariance, tangent;
};
Oracle oracle(const DeepLaw& law, const VectorXd& x, const VectorXd& y) {
  const auto square = [](double s) { return static_cast<Real>(s) * static_cast<Real>(s); };
  const auto dot = [&](const VectorXd& a, const VectorXd& b) {
    Real sum = 0;
    for (Index k = 0; k < a.size(); ++k) sum += static_cast<Real>(a[k]) * static_cast<Real>(b[k]);
    return sum;
  };
  const auto d = static_cast<Real>(x.size());
  const bool standard = law.parameterisation == Parameterisation::standard;
  const Real w1 = square(law.weight_std[0]);
  const Real b1 = square(law.bias_std[0]);
  Covariance at{w1 * dot(x, x) / d + b1, w1 * dot(y, y) / d + b1, w1 * dot(x, y) / d + b1};
  Real theta = standard ? dot(x, y) + 1 : at.c;
  for (Index l = 1; l < law.weight_std.size(); ++l) {
    const Real w = square(law.weight_std[l]);
    const Real b = square(law.bias_std[l]);
    const Averages mixed = averages(law.activation, at);
    const Covariance next{
        w * averages(law.activation, {at.q, at.q, at.q}).value + b,
        w * averages(law.activation, {at.q_prime, at.q_prime, at.q_prime}).value + b,
        w * mixed.value + b};
    const Real own = standard ? static_cast<Real>(law.width[l - 1]) * mixed.value + 1 : next.c;
    theta = own + w * theta * mixed.derivative;
    at = next;
  }
  return {at.c, theta};
}

double relative(double got, Real expected, double scale) {
  return static_cast<double>(std::abs(static_cast<Real>(got) - expected)) / scale;
}

}  // namespace

TEST_CASE("deep kernel: values by hand") {
  // Orthonormal points, σ_w² = 2, no bias, d = 2: Σ¹ = I. ReLU has E[σσ'] = 1/2π, 1/2 and
  // E[HH] = 1/4, 1/2, so Σ² = (1/π, 1) and Θ² = (1/π, 2).
  const MatrixXd x = MatrixXd::Identity(2, 2);
  const double root2 = std::numbers::sqrt2;
  const DeepLaw relu = law_of(DeepActivation::relu, 1, root2, 0.0);
  const MatrixXd covariance = lfp::deep_covariance(relu, x, x).k;
  const MatrixXd tangent = lfp::deep_tangent_kernel(relu, x, x).k;
  CHECK(covariance(0, 0) == Approx(1.0).epsilon(1e-14));
  CHECK(covariance(1, 0) == Approx(1.0 / pi).epsilon(1e-14));
  CHECK(tangent(0, 0) == Approx(2.0).epsilon(1e-14));
  CHECK(tangent(1, 0) == Approx(1.0 / pi).epsilon(1e-14));
  // One layer more: ρ = 1/π, θ = acos ρ.
  const DeepLaw relu2 = law_of(DeepActivation::relu, 2, root2, 0.0);
  const double open = pi - std::acos(1.0 / pi);
  const double third = (std::sqrt(1.0 - 1.0 / (pi * pi)) + open / pi) / pi;
  CHECK(lfp::deep_covariance(relu2, x, x).k(0, 1) == Approx(third).epsilon(1e-14));
  const MatrixXd deeper = lfp::deep_tangent_kernel(relu2, x, x).k;
  CHECK(deeper(0, 1) == Approx(third + open / (pi * pi)).epsilon(1e-14));
  CHECK(deeper(1, 1) == Approx(3.0).epsilon(1e-14));
  // erf: E[σ²] = (2/π) asin(2/3), E[σ'²] = (4/π)/√5.
  const MatrixXd of_erf =
      lfp::deep_tangent_kernel(law_of(DeepActivation::erf, 1, root2, 0.0), x, x).k;
  CHECK(of_erf(0, 0) == Approx(4.0 / pi * std::asin(2.0 / 3.0) + 8.0 / (pi * std::sqrt(5.0))));
  CHECK(of_erf(1, 0) == Approx(0.0).margin(1e-16));
  // sine: E[sin²] = (1 − e^{−2})/2, E[cos²] = (1 + e^{−2})/2, E[cos cos] = e^{−1} where c = 0.
  const MatrixXd of_sine =
      lfp::deep_tangent_kernel(law_of(DeepActivation::sine, 1, root2, 0.5), x, x).k;
  const double q = 1.25;
  CHECK(of_sine(0, 0) == Approx(1.0 - std::exp(-2.0 * q) + 0.25 + q * (1.0 + std::exp(-2.0 * q))));
}

TEST_CASE("deep kernel: quadrature in long double says the same") {
  struct Setting {
    Index d, layers;
    Parameterisation parameterisation;
  };
  for (const DeepActivation activation : base::all_values<DeepActivation>())
    for (const auto& [d, layers, parameterisation] :
         {Setting{1, 1, Parameterisation::ntk}, Setting{10, 3, Parameterisation::ntk},
          Setting{10, 2, Parameterisation::standard}, Setting{784, 1, Parameterisation::ntk}}) {
      DeepLaw law = uneven_law(activation, layers);
      law.parameterisation = parameterisation;
      if (parameterisation == Parameterisation::standard)
        law.width = VectorXd::LinSpaced(layers, 20.0, 30.0);
      // Two points apart, one near the first, one opposite to it.
      MatrixXd x = 1.5 * tests::random_matrix(d, 4, 40 + static_cast<std::uint64_t>(d));
      x.col(2) = x.col(0) + 1e-3 * x.col(1);
      x.col(3) = -x.col(0);
      const auto covariance = lfp::deep_covariance(law, x, x);
      const auto tangent = lfp::deep_tangent_kernel(law, x, x);
      const auto diagonal = lfp::deep_diagonal(law, x);
      INFO(base::name_of(activation) << ", d = " << d << ", " << base::name_of(parameterisation));
      CHECK(tangent.error < 1e-13);
      for (Index i = 0; i < 4; ++i) {
        CHECK(diagonal.covariance[i] == Approx(covariance.k(i, i)).epsilon(1e-13));
        CHECK(diagonal.tangent[i] == Approx(tangent.k(i, i)).epsilon(1e-13));
      }
      for (const auto& [i, j] : {std::pair<Index, Index>{0, 0}, {0, 1}, {0, 2}, {3, 0}}) {
        const Oracle expected = oracle(law, x.col(i), x.col(j));
        const double size = std::sqrt(covariance.k(i, i) * covariance.k(j, j));
        CHECK(relative(covariance.k(i, j), expected.covariance, size) < 2e-14);
        const double tangent_size = std::sqrt(tangent.k(i, i) * tangent.k(j, j));
        CHECK(relative(tangent.k(i, j), expected.tangent, tangent_size) < 2e-14);
      }
    }
}

TEST_CASE("deep kernel: ReLU keeps its digits near coincident and opposite points") {
  // By the formula with arccos, in 100 digits, from the same points. In double, arccos of a rounded
  // correlation leaves an error of 1e-8.
  using Many = boost::multiprecision::cpp_bin_float_100;
  const auto exact = [](const DeepLaw& law, const VectorXd& x, const VectorXd& y) {
    const auto dot = [](const VectorXd& a, const VectorXd& b) {
      Many sum = 0;
      for (Index k = 0; k < a.size(); ++k) sum += Many(a[k]) * Many(b[k]);
      return sum;
    };
    const Many w = Many(law.weight_std[0]) * Many(law.weight_std[0]);
    const Many b = Many(law.bias_std[0]) * Many(law.bias_std[0]);
    const Many all_of_pi = acos(Many(-1));
    const auto d = static_cast<double>(x.size());
    Many q = w * dot(x, x) / d + b;
    Many r = w * dot(y, y) / d + b;
    Many c = w * dot(x, y) / d + b;
    Many theta = c;
    for (Index l = 0; l < law.layers(); ++l) {
      const Many scale = sqrt(q * r);
      Many cosine = c / scale;
      if (cosine > 1) cosine = 1;
      if (cosine < -1) cosine = -1;
      const Many angle = acos(cosine);
      const Many open = all_of_pi - angle;
      c = w * scale * (sin(angle) + open * cosine) / (2 * all_of_pi) + b;
      theta = c + w * theta * open / (2 * all_of_pi);
      q = w * q / 2 + b;
      r = w * r / 2 + b;
    }
    return std::array<Many, 2>{c, theta};
  };
  double largest = 0.0;
  for (const Index d : {1, 3, 784})
    for (const Index layers : {1, 2, 5})
      for (const double bias : {0.0, 0.3, 30.0})
        for (const double side : {1.0, -1.0})
          for (const double distance : {0.0, 1e-15, 1e-12, 1e-8, 1e-5, 1e-3, 0.05}) {
            const DeepLaw law = law_of(DeepActivation::relu, layers, 1.4, bias);
            const MatrixXd x = tests::random_matrix(d, 2, 3);
            const MatrixXd y = side * x.col(0) + distance * x.col(1);
            const auto expected = exact(law, x.col(0), y.col(0));
            const double covariance = lfp::deep_covariance(law, x.leftCols(1), y).k(0, 0);
            const double tangent = lfp::deep_tangent_kernel(law, x.leftCols(1), y).k(0, 0);
            const double scale = lfp::deep_diagonal(law, x.leftCols(1)).tangent[0];
            const double misses[] = {
                static_cast<double>(abs(Many(covariance) - expected[0])) / scale,
                static_cast<double>(abs(Many(tangent) - expected[1])) / scale};
            INFO("d = " << d << ", L = " << layers << ", σ_b = " << bias << ", " << side << ", "
                        << distance);
            CHECK(misses[0] < 4e-15);
            CHECK(misses[1] < 4e-15);
            largest = std::max({largest, misses[0], misses[1]});
            // Without a bias the first covariance has all its digits, however small it is.
            if (layers == 1 && bias == 0.0 && d == 3 && side < 0.0 && distance > 1e-10)
              CHECK(static_cast<double>(abs(Many(covariance) - expected[0]) / expected[0]) <
                    1e-15 / distance * 100);
          }
  CHECK(largest > 0.0);
}

TEST_CASE("deep kernel: one hidden layer is the complete kernel of the two-layer network") {
  // σ_w of the output is its s, σ_w/√d and σ_b of the hidden layer are its laws of w and b.
  const Index d = 3;
  const MatrixXd x = tests::random_matrix(d, 9, 5);
  const MatrixXd y = tests::random_matrix(d, 7, 6);
  for (const data::Activation activation : base::all_values<data::Activation>()) {
    DeepLaw deep;
    deep.activation = base::named<DeepActivation>("activation", base::name_of(activation));
    deep.weight_std = VectorXd::LinSpaced(2, 1.3, 0.7);
    deep.bias_std = VectorXd::LinSpaced(2, 0.4, 0.2);
    data::NetworkLaw law;
    law.width = 1;
    law.activation = activation;
    law.a = tests::normal(1.0);
    law.w = tests::normal(1.3 / std::sqrt(3.0));
    law.b = tests::normal(0.4);
    const auto average = lfp::activation_averages(law, x, y);
    const MatrixXd first = (1.69 / 3.0 * x.transpose() * y).array() + 0.16;
    const MatrixXd covariance = 0.49 * average.value.array() + 0.04;
    const MatrixXd tangent = covariance.array() + 0.49 * first.array() * average.derivative.array();
    INFO(base::name_of(activation));
    CHECK((lfp::deep_covariance(deep, x, y).k - covariance).cwiseAbs().maxCoeff() < 1e-13);
    CHECK((lfp::deep_tangent_kernel(deep, x, y).k - tangent).cwiseAbs().maxCoeff() < 1e-13);
  }
}

TEST_CASE("deep kernel: within 4 standard errors of wide random networks") {
  constexpr Index kWidth = 1024;
  constexpr Index kNetworks = 24;
  constexpr Index d = 3;
  const double w = 1.2;
  const double b = 0.4;
  const MatrixXd x = tests::random_matrix(d, 2, 8);
  const std::vector<DeepActivation> activations = base::all_values<DeepActivation>();
  MatrixXd covariance(kNetworks, static_cast<Index>(activations.size()));
  MatrixXd tangent(kNetworks, static_cast<Index>(activations.size()));
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal;
  const auto draw = [&](Index rows, Index columns) -> MatrixXd {
    return MatrixXd::NullaryExpr(rows, columns, [&] { return normal(random); });
  };
  const double by_fan = w / std::sqrt(static_cast<double>(kWidth));
  for (Index network = 0; network < kNetworks; ++network) {
    const MatrixXd w1 = draw(kWidth, d);
    const VectorXd b1 = draw(kWidth, 1);
    const MatrixXd w2 = draw(kWidth, kWidth);
    const VectorXd b2 = draw(kWidth, 1);
    const VectorXd w3 = draw(kWidth, 1);
    for (std::size_t a = 0; a < activations.size(); ++a) {
      const auto f = [&](double z) { return static_cast<double>(sigma(activations[a], z)); };
      const auto g = [&](double z) { return static_cast<double>(sigma_prime(activations[a], z)); };
      const MatrixXd h1 = (w / std::sqrt(3.0) * (w1 * x)).colwise() + b * b1;
      const MatrixXd s1 = h1.unaryExpr(f);
      const MatrixXd h2 = (by_fan * (w2 * s1)).colwise() + b * b2;
      const MatrixXd s2 = h2.unaryExpr(f);
      // Backwards, ∂f/∂h² and ∂f/∂h¹.
      const MatrixXd d2 = by_fan * (h2.unaryExpr(g).array().colwise() * w3.array());
      const MatrixXd d1 = by_fan * (w2.transpose() * d2).array() * h1.unaryExpr(g).array();
      const auto inner = [](const MatrixXd& m) { return m.col(0).dot(m.col(1)); };
      const Index column = static_cast<Index>(a);
      covariance(network, column) = by_fan * by_fan * inner(s2) + b * b;
      tangent(network, column) = covariance(network, column) +
                                 inner(d2) * (by_fan * by_fan * inner(s1) + b * b) +
                                 inner(d1) * (w * w / 3.0 * inner(x) + b * b);
    }
  }
  for (std::size_t a = 0; a < activations.size(); ++a) {
    const DeepLaw law = law_of(activations[a], 2, w, b);
    const auto column = static_cast<Index>(a);
    const auto deviation = [&](const MatrixXd& drawn, double expected) {
      const VectorXd values = drawn.col(column);
      const double mean = values.mean();
      const double error = std::sqrt((values.array() - mean).square().sum() /
                                     static_cast<double>(kNetworks * (kNetworks - 1)));
      CHECK(error < 0.05 * std::abs(expected));  // or the test says nothing
      return std::abs(mean - expected) / error;
    };
    INFO(base::name_of(activations[a]));
    CHECK(deviation(covariance, lfp::deep_covariance(law, x, x).k(0, 1)) < 4.0);
    CHECK(deviation(tangent, lfp::deep_tangent_kernel(law, x, x).k(0, 1)) < 4.0);
  }
}

TEST_CASE("deep kernel: tiles, symmetry, and lists that differ") {
  const MatrixXd x = tests::random_matrix(4, 300, 21);
  const MatrixXd y = tests::random_matrix(4, 131, 22);
  for (const DeepActivation activation : {DeepActivation::relu, DeepActivation::tanh}) {
    const DeepLaw law = uneven_law(activation, 2);
    const MatrixXd square = lfp::deep_tangent_kernel(law, x, x).k;
    CHECK(square == square.transpose());
    const MatrixXd other = lfp::deep_tangent_kernel(law, x, y).k;
    REQUIRE(other.rows() == 300);
    REQUIRE(other.cols() == 131);
    CHECK((other - lfp::deep_tangent_kernel(law, y, x).k.transpose()).cwiseAbs().maxCoeff() <
          1e-14 * other.cwiseAbs().maxCoeff());
    MatrixXd both(4, 431);
    both << x, y;
    const MatrixXd all = lfp::deep_tangent_kernel(law, both, both).k;
    CHECK((all.topLeftCorner(300, 300) - square).cwiseAbs().maxCoeff() < 1e-14 * square.maxCoeff());
    CHECK((all.topRightCorner(300, 131) - other).cwiseAbs().maxCoeff() < 1e-14 * square.maxCoeff());
  }
  // At the origin without a bias nothing depends on x.
  const DeepLaw law = law_of(DeepActivation::relu, 2, 1.4, 0.0);
  CHECK(lfp::deep_tangent_kernel(law, MatrixXd::Zero(4, 1), x).k.isZero());
}

TEST_CASE("deep kernel: what makes no law is refused by name") {
  const MatrixXd x = tests::random_matrix(2, 3, 1);
  const auto refuses = [&](const char* says, const std::function<void(DeepLaw&)>& spoil) {
    DeepLaw law = law_of(DeepActivation::relu, 2, 1.4, 0.1);
    spoil(law);
    INFO(says);
    CHECK_THROWS_AS(lfp::deep_covariance(law, x, x), InputError);
    CHECK_THROWS_WITH(lfp::deep_covariance(law, x, x), Contains(says));
    CHECK_THROWS_WITH(lfp::deep_tangent_kernel(law, x, x), Contains(says));
    CHECK_THROWS_WITH(lfp::deep_diagonal(law, x), Contains(says));
  };
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  refuses("law.weight_std.size() is 1", [](DeepLaw& law) { law.weight_std.resize(1); });
  refuses("law.bias_std has 2 entries, but must have 3",
          [](DeepLaw& law) { law.bias_std.resize(2); });
  refuses("law.weight_std is 0", [](DeepLaw& law) { law.weight_std[1] = 0.0; });
  refuses("law.weight_std is nan", [](DeepLaw& law) { law.weight_std[2] = kNan; });
  refuses("law.bias_std is -1", [](DeepLaw& law) { law.bias_std[0] = -1.0; });
  refuses("law.width has 1 entries", [](DeepLaw& law) { law.width = VectorXd::Ones(1); });
  refuses("law.width has 0 entries",
          [](DeepLaw& law) { law.parameterisation = Parameterisation::standard; });
  refuses("law.width is 0", [](DeepLaw& law) {
    law.parameterisation = Parameterisation::standard;
    law.width = VectorXd::Zero(2);
  });
  refuses("not a value of its enum",
          [](DeepLaw& law) { law.activation = static_cast<DeepActivation>(99); });
  const DeepLaw law = law_of(DeepActivation::tanh, 1, 1.4, 0.1);
  CHECK_THROWS_WITH(lfp::deep_covariance(law, x, MatrixXd::Zero(3, 1)), Contains("columns"));
  CHECK_THROWS_WITH(lfp::deep_covariance(law, kNan * x, x), Contains("rows"));
  CHECK_THROWS_AS(lfp::deep_covariance(law, 1e3 * x, x), RunError);
  CHECK_THROWS_WITH(lfp::deep_covariance(law, 1e3 * x, x), Contains("hidden layer 1"));
  const DeepLaw square = law_of(DeepActivation::relu2, 9, 1.4, 0.1);
  CHECK_THROWS_AS(lfp::deep_tangent_kernel(square, 1e10 * x, x), RunError);
}
