#include "compare/statistics.hpp"

#include "data/random.hpp"

#include <cmath>
#include <limits>
#include <string>

#include <catch2/catch.hpp>

using namespace fprinciple;
using compare::Statistic;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Standard normal numbers (Box and Muller).
MatrixXd normal(std::uint64_t seed, Index rows, Index cols) {
  MatrixXd out(rows, cols);
  for (Index j = 0; j < cols; ++j)
    for (Index i = 0; i < rows; ++i) {
      const auto u = data::uniform_pair(seed, data::Stream::sample_noise,
                                        static_cast<std::uint64_t>(i), static_cast<unsigned>(j));
      out(i, j) = std::sqrt(-2 * std::log(u[0])) * std::cos(2 * 3.14159265358979323846 * u[1]);
    }
  return out;
}

VectorXd vector(std::initializer_list<double> values) {
  return Eigen::Map<const VectorXd>(values.begin(), static_cast<Index>(values.size()));
}

/// How often 95 % intervals of `trials` samples hold the truth.
template <class Holds>
double coverage(int trials, Holds holds) {
  int held = 0;
  for (int k = 0; k < trials; ++k) held += holds(static_cast<std::uint64_t>(k + 1)) ? 1 : 0;
  return double(held) / trials;
}

}  // namespace

TEST_CASE("a mean and its standard error, failed cells left out", "[statistics]") {
  const auto e = compare::estimate(vector({1.0, missing, 2.0, 3.0, 6.0}));
  CHECK(e.value == Approx(3.0));
  CHECK(e.standard_error == Approx(std::sqrt(14.0 / 3.0 / 4.0)));
  CHECK(e.count == 4);
  CHECK(e.low >= 1.0);
  CHECK(e.low < 3.0);
  CHECK(e.high > 3.0);
  CHECK(e.high <= 6.0);
}

TEST_CASE("a median does not feel an outlier", "[statistics]") {
  const auto e = compare::estimate(vector({1.0, 2.0, 3.0, 4.0, 1e9}), Statistic::median);
  CHECK(e.value == 3.0);
  CHECK(compare::estimate(vector({1.0, 2.0, 3.0, 4.0}), Statistic::median).value == 2.5);
}

TEST_CASE("one value has no interval, and none no value", "[statistics]") {
  const auto one = compare::estimate(vector({missing, 2.0}));
  CHECK(one.value == 2.0);
  CHECK(one.count == 1);
  CHECK(std::isnan(one.low));
  CHECK(std::isnan(one.standard_error));
  const auto none = compare::estimate(vector({missing}));
  CHECK(std::isnan(none.value));
  CHECK(none.count == 0);
}

TEST_CASE("the interval of a mean of zeros and ones is the binomial's", "[statistics]") {
  // A resample's sum is binomial(20, 1/2), whose 2.5 % and 97.5 % points are 6 and 14. Its
  // cumulative probability is 0.0207 at 5 and 0.0577 at 6: 4000 resamples, standard error 0.0025,
  // do not miss 6.
  VectorXd values = VectorXd::Zero(20);
  values.head(10).setOnes();
  const auto e = compare::estimate(values);
  CHECK(e.low == Approx(0.3));
  CHECK(e.high == Approx(0.7));
}

TEST_CASE("an estimate is the same every time and changes with the seed", "[statistics]") {
  const VectorXd values = normal(3, 12, 1);
  const auto a = compare::estimate(values), b = compare::estimate(values);
  CHECK(a.low == b.low);
  CHECK(a.low != compare::estimate(values, Statistic::mean, {2, 4000}).low);
}

TEST_CASE("coverage of the interval of a mean is what theory says", "[statistics]") {
  // For normal values the interval is mean ± 1.96 s √(1 − 1/n) / √n, which holds the truth with
  // probability P(|t_{n−1}| < 1.96 √(1 − 1/n)): 0.904 for n = 10. 4000 trials have a standard error
  // of 0.0047; allowed are four.
  const double share = coverage(4000, [](std::uint64_t seed) {
    const auto e = compare::estimate(normal(seed, 10, 1), Statistic::mean, {seed, 2000});
    return e.low < 0.0 && 0.0 < e.high;
  });
  CHECK(share == Approx(0.904).margin(0.019));
}

TEST_CASE("the slope of a power is its exponent", "[statistics]") {
  const VectorXd x = vector({500.0, 1000.0, 4000.0, 9000.0});
  MatrixXd y = (3.0 * x.array().pow(-0.5)).matrix().transpose().replicate(3, 1);
  y(1, 2) = missing;
  const auto s = compare::log_log_slope(x, y);
  CHECK(s.value == Approx(-0.5).epsilon(1e-12));
  CHECK(s.low == Approx(-0.5).epsilon(1e-12));
  CHECK(s.high == Approx(-0.5).epsilon(1e-12));
  CHECK(s.points == 4);
  y.col(0).setConstant(-1.0);  // has no logarithm
  y.col(3).setConstant(missing);
  CHECK(compare::log_log_slope(x, y).points == 2);
  CHECK(compare::log_log_slope(x, y).value == Approx(-0.5).epsilon(1e-12));
}

TEST_CASE("a slope of the mean, not the mean of slopes", "[statistics]") {
  const VectorXd x = vector({1.0, 2.0, 4.0});
  MatrixXd y(2, 3);
  y << 1.0, 2.0, 8.0, 3.0, 6.0, 24.0;  // means 2, 4, 16
  // Least squares over log2 x = 0, 1, 2 of log2 y = 1, 2, 4.
  CHECK(compare::log_log_slope(x, y).value == Approx(1.5).epsilon(1e-12));
}

TEST_CASE("a slope needs two points, and its interval two replicates", "[statistics]") {
  const VectorXd x = vector({1.0, 2.0});
  CHECK(std::isnan(compare::log_log_slope(x.head(1), MatrixXd::Ones(5, 1)).value));
  const auto one = compare::log_log_slope(x, MatrixXd::Ones(1, 2));
  CHECK(one.value == 0.0);
  CHECK(std::isnan(one.low));
}

TEST_CASE("statistics of what has no shape or no resamples are refused", "[statistics]") {
  const VectorXd x = vector({1.0, 2.0});
  CHECK_THROWS_WITH(compare::log_log_slope(x, MatrixXd::Ones(5, 3)),
                    "y is 5 × 3, but must be any number × 2");
  for (const Eigen::Index resamples : {0, 1})
    CHECK_THROWS_WITH(
        compare::estimate(x, Statistic::mean, {.resamples = resamples}),
        "bootstrap.resamples is " + std::to_string(resamples) + ", but must be at least 2");
}

TEST_CASE("coverage of the interval of a slope", "[statistics]") {
  // Replicates scatter about x^(−1/2) by 5 % and 20 % is common to all x of a replicate, which
  // tilts no line: drawing whole replicates must not count it. n = 10 as above: 0.904; 400 trials
  // have a standard error of 0.015; allowed are four.
  const VectorXd x = Eigen::pow(2.0, VectorXd::LinSpaced(6, 0.0, 5.0).array());
  double width = 0.0;
  const double share = coverage(400, [&](std::uint64_t seed) {
    const MatrixXd noise = normal(seed, 10, 7);
    MatrixXd y(10, 6);
    for (Index j = 0; j < 6; ++j)
      y.col(j) = (0.05 * noise.col(j) + 0.2 * noise.col(6)).array().exp() / std::sqrt(x[j]);
    const auto s = compare::log_log_slope(x, y, Statistic::mean, {seed, 2000});
    width += (s.high - s.low) / 400;
    return s.low < -0.5 && -0.5 < s.high;
  });
  CHECK(share == Approx(0.904).margin(0.06));
  // Standard error of the slope: 0.05 / √10 / √Σ(log x − mean)² = 0.0158 / 2.9; the common 20 %
  // would make it four times as wide. The shortened interval is 2 · 1.96 · 0.95 of it, ± 20 %.
  CHECK(width == Approx(2 * 1.96 * 0.95 * 0.0158 / 2.9).epsilon(0.2));
}
