#include "lfp/spectrum.hpp"

#include <cmath>
#include <complex>
#include <numbers>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::Index;
using std::numbers::pi;

TEST_CASE("the 1-D spectrum equals the windowed sum") {
  const data::Grid grid = data::make_grid({{-0.8, 0.1, 31}});
  const Eigen::VectorXd f = tests::random_vector(31, 3);
  const lfp::SpectrumAnalyser analyse(grid);
  const Eigen::VectorXd spectrum = analyse(f);
  REQUIRE(spectrum.size() == 16);
  for (Index j = 0; j < spectrum.size(); ++j) {
    const double xi = analyse.frequency()[j];
    CHECK(xi == Approx(static_cast<double>(j) / (31 * 0.9 / 30)));
    std::complex<double> sum = 0.0;
    double window_sum = 0.0;
    for (Index g = 0; g < 31; ++g) {
      const double window = std::pow(std::sin(pi * (static_cast<double>(g) + 0.5) / 31.0), 2);
      sum += window * f[g] * std::polar(1.0, -2.0 * pi * xi * (grid.points(0, g) + 0.8));
      window_sum += window;
    }
    CHECK(spectrum[j] == Approx(std::abs(sum) / window_sum).margin(1e-14));
  }
}

TEST_CASE("a plane wave shows at its |ξ| with half its amplitude") {
  const double n = 32;
  const data::Axis axis{0.0, 2.0 * (n - 1) / n, 32};  // period 2: the resolution is ½ cycle
  for (const Index d : {1, 2, 3}) {
    const data::Grid grid =
        data::make_grid(std::vector<data::Axis>(static_cast<std::size_t>(d), axis));
    const Eigen::VectorXd f = (2.0 * pi * 4.0 * grid.points.row(d - 1).array()).sin();
    const lfp::SpectrumAnalyser analyse(grid);
    const Eigen::VectorXd spectrum = analyse(f);
    Index peak = 0;
    const double top = spectrum.maxCoeff(&peak);
    CHECK(analyse.frequency()[peak] == Approx(4.0));
    if (d == 1) CHECK(top == Approx(0.5).epsilon(1e-12));
    CHECK(spectrum[0] < 1e-12);
    CHECK(spectrum.tail(spectrum.size() - peak - 3).maxCoeff() < 1e-12);
  }
}

TEST_CASE("grids that have no spectrum are told") {
  CHECK(lfp::has_spectrum(data::make_grid({{0, 1, 4}})));
  CHECK_FALSE(lfp::has_spectrum(data::make_grid({{0, 1, 40}, {0, 1, 3}})));
  CHECK_FALSE(lfp::has_spectrum({Eigen::MatrixXd::Zero(1, 10), {}}));
}
