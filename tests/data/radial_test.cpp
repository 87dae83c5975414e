#include "data/radial.hpp"

#include "base/error.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "problems.hpp"
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/bessel.hpp>
#include <catch2/catch.hpp>

using namespace fprinciple;
using namespace fprinciple::data;
using std::numbers::pi;

namespace {

struct Law {
  Distribution coordinate;
  Eigen::Index d;
};

std::vector<Law> laws() {
  std::vector<Law> out;
  for (const Eigen::Index d : {1, 2, 3}) out.push_back({tests::uniform(0.7), d});
  for (const Eigen::Index d : {1, 2, 3, 4, 10, 100}) out.push_back({tests::normal(0.7), d});
  return out;
}

}  // namespace

TEST_CASE("radial means of powers and Gaussians have their closed forms") {
  for (const Law& law : laws()) {
    const double b = law.coordinate.scale;
    const bool is_uniform = law.coordinate.kind == Distribution::Kind::uniform;
    INFO(base::name_of(law.coordinate.kind) << " d = " << law.d);
    const auto check = [&](const RealFunction& f, double expected) {
      const Mean mean = radial_mean(law.coordinate, law.d, f);
      CHECK(mean.value == Approx(expected).epsilon(1e-12));
      CHECK(mean.error < 1e-12 * std::abs(expected));
      CHECK(std::abs(mean.value - expected) < 10.0 * mean.error + 1e-13 * std::abs(expected));
    };
    check([](double) { return 1.0; }, 1.0);
    for (const double p : {1.0, 2.0, 3.0, 5.0})
      check([p](double r) { return std::pow(r, p); }, norm_moment(law.coordinate, law.d, p));
    for (const double c : {0.01, 1.0, 30.0, 3000.0}) {  // e^{−c r²} factorises over the coordinates
      const double root = std::sqrt(c) * b;
      const double one = is_uniform ? std::sqrt(pi) * std::erf(root) / (2.0 * root)
                                    : 1.0 / std::sqrt(1.0 + 2.0 * root * root);
      check([c](double r) { return std::exp(-c * r * r); }, std::pow(one, law.d));
    }
  }
}

TEST_CASE("radial means of functions concentrated far from the bulk of |w|") {
  // |F[tanh](ξ/r)|²/r, by 20-digit quadrature over the cube's pyramids and the half-line.
  const auto at = [](const Distribution& law, Eigen::Index d, double xi) {
    return radial_mean(
               law, d,
               [xi](double r) { return std::pow(pi / std::sinh(pi * pi * xi / r), 2.0) / r; })
        .value;
  };
  CHECK(at(tests::uniform(1), 1, 0.1) == Approx(2.373893942317872).epsilon(1e-13));
  CHECK(at(tests::uniform(1), 2, 0.1) == Approx(4.810963824951643).epsilon(1e-13));
  CHECK(at(tests::uniform(1), 3, 0.1) == Approx(6.95756390614352).epsilon(1e-12));
  CHECK(at(tests::uniform(1), 1, 2.0) == Approx(6.98442211076973816e-18).epsilon(1e-12));
  CHECK(at(tests::uniform(1), 2, 2.0) == Approx(9.820333560770323e-14).epsilon(1e-12));
  CHECK(at(tests::uniform(1), 3, 2.0) == Approx(5.4699405677960962e-12).epsilon(1e-12));
  CHECK(at(tests::normal(1), 2, 0.1) == Approx(10.3118659523016).epsilon(1e-13));
  CHECK(at(tests::normal(1), 2, 2.0) == Approx(1.59229023847898e-6).epsilon(1e-13));

  // ∫_0^∞ e^{−c/r² − r²/2}/r dr = K_0(√(2c)): from a logarithm at 0 to the verge of underflow.
  for (const double c : {1e-12, 1e-3, 1.0, 100.0, 1e4, 2e5}) {
    const Mean mean =
        radial_mean(tests::normal(1), 1, [c](double r) { return std::exp(-c / (r * r)) / r; });
    INFO("c = " << c);
    const double expected = std::sqrt(2.0 / pi) * boost::math::cyl_bessel_k(0, std::sqrt(2.0 * c));
    CHECK(std::abs(mean.value / expected - 1.0) < 1e-12);
    CHECK(mean.error < 1e-12 * expected);
  }
}

TEST_CASE("radial densities: total 1, second moment, Monte Carlo, support") {
  for (const Law& law : laws()) {
    const double b = law.coordinate.scale;
    const bool is_uniform = law.coordinate.kind == Distribution::Kind::uniform;
    INFO(base::name_of(law.coordinate.kind) << " d = " << law.d);
    double total = 0.0;
    double square = 0.0;
    const double ends[] = {0.0, 1.0, std::sqrt(2.0), std::sqrt(3.0), 4.0, 8.0, 12.0, 20.0};
    for (int j = 1; j < 8; ++j) {
      // r = lo + (hi − lo) s², for the roots at the starts of the pieces
      const double lo = b * ends[j - 1];
      const double width = b * ends[j] - lo;
      using Rule = boost::math::quadrature::gauss_kronrod<double, 61>;
      const auto r = [&](double s) { return lo + width * s * s; };
      const auto p = [&](double s) {
        return 2.0 * width * s * radial_density(law.coordinate, law.d, r(s));
      };
      total += Rule::integrate(p, 0.0, 1.0, 10, 1e-13);
      square += Rule::integrate([&](double s) { return p(s) * r(s) * r(s); }, 0.0, 1.0, 10, 1e-13);
    }
    CHECK(total == Approx(1.0).epsilon(1e-12));
    CHECK(square ==
          Approx(static_cast<double>(law.d) * second_moment(law.coordinate)).epsilon(1e-12));
    if (is_uniform) {
      CHECK(radial_density(law.coordinate, law.d, 1.0001 * b * std::sqrt(law.d)) == 0.0);
      CHECK(radial_density(law.coordinate, law.d, 0.999999 * b * std::sqrt(law.d)) > 0.0);
    }
  }
  // E f by draws, f smooth and not a polynomial.
  for (const Law& law : laws()) {
    const auto f = [](double r) { return std::sin(3.0 * r) + r; };
    constexpr int kDraws = 100000;
    double sum = 0.0;
    double squares = 0.0;
    for (std::uint64_t j = 0; j < kDraws; ++j) {
      double r2 = 0.0;
      for (Eigen::Index k = 0; k < law.d; ++k) {
        const double w = draw(law.coordinate, 17, Stream::w, j, static_cast<std::uint32_t>(k));
        r2 += w * w;
      }
      const double value = f(std::sqrt(r2));
      sum += value;
      squares += value * value;
    }
    const double mean = sum / kDraws;
    const double error = std::sqrt((squares / kDraws - mean * mean) / kDraws);
    CHECK(std::abs(mean - radial_mean(law.coordinate, law.d, f).value) < 4.0 * error);
  }
}

TEST_CASE("what has no radial law is refused, a mean that overflows is infinite") {
  CHECK_FALSE(has_radial_law(tests::uniform(1), 4));
  CHECK_THROWS_AS(radial_density(tests::uniform(1), 4, 0.5), InputError);
  CHECK_THROWS_AS(radial_mean(tests::uniform(1), 4, [](double) { return 1.0; }), InputError);
  for (const auto& law : {tests::uniform(1), tests::normal(1)})
    CHECK(radial_mean(law, 2, [](double r) { return std::exp(1000.0 * r); }).value ==
          std::numeric_limits<double>::infinity());
}
