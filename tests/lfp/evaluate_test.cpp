#include "lfp/evaluate.hpp"

#include <complex>
#include <numbers>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::Index;

namespace {

/// The dumb oracle: h(x) = Σ over the whole lattice of c_k e^{2πi k·x/L}, with c_{−k} = conj c_k.
double direct_sum(const lfp::Lattice& lattice, const Eigen::VectorXcd& c,
                  const Eigen::VectorXd& x) {
  const Index side = 2 * lattice.modes - 1;
  Index total = 1;
  for (Index axis = 0; axis < lattice.dim; ++axis) total *= side;
  std::complex<double> sum = 0.0;
  for (Index flat = 0; flat < total; ++flat) {
    Index rest = flat;
    std::vector<Index> k(static_cast<std::size_t>(lattice.dim));
    for (Index axis = lattice.dim; axis-- > 0; rest /= side)
      k[static_cast<std::size_t>(axis)] = rest % side - (lattice.modes - 1);
    const Index sign = k[0] < 0 ? -1 : 1;
    Index stored = sign * k[0];
    double phase = 0.0;
    for (Index axis = 0; axis < lattice.dim; ++axis) {
      const Index ka = k[static_cast<std::size_t>(axis)];
      if (axis > 0) stored = stored * side + sign * ka + lattice.modes - 1;
      phase += 2.0 * std::numbers::pi * static_cast<double>(ka) * x[axis] / lattice.box;
    }
    sum += (sign > 0 ? c[stored] : std::conj(c[stored])) * std::polar(1.0, phase);
  }
  return sum.real();
}

}  // namespace

TEST_CASE("lattice functions: direct, chirp-z and oracle agree in d = 1, 2, 3") {
  const lfp::Lattice lattices[] = {{1, 3.2, 57, 0.1}, {2, 2.5, 8, 0.1}, {3, 4.0, 4, 0.1}};
  const std::vector<data::Axis> axes = {{-0.9, 1.7, 23}, {0.3, 0.31, 2}, {-3.0, 5.0, 11}};
  for (const lfp::Lattice& lattice : lattices) {
    const Eigen::VectorXcd c = tests::smooth_coefficients(lattice, 4);
    const data::Grid grid = data::make_grid({axes.begin(), axes.begin() + lattice.dim});
    const Eigen::VectorXd chirp = lfp::GridEvaluator(lattice, grid)(c);
    const Eigen::VectorXd listed = lfp::GridEvaluator(lattice, {grid.points, {}})(c);
    REQUIRE(chirp.size() == grid.size());
    CHECK(chirp.cwiseAbs().maxCoeff() > 0.1);
    for (Index g = 0; g < grid.size(); ++g) {
      const double truth = direct_sum(lattice, c, grid.points.col(g));
      CHECK(std::abs(chirp[g] - truth) < 1e-13);
      CHECK(std::abs(listed[g] - truth) < 1e-13);
    }
  }
}

TEST_CASE("the chirp-z transform keeps its accuracy for a million modes") {
  const lfp::Lattice lattice{1, 1000.0, 1000000, 0.1};
  Eigen::VectorXcd c = Eigen::VectorXcd::Zero(lattice.size());
  c[999999] = {0.3, -0.4};
  c[123457] = {-0.2, 0.1};
  const data::Grid grid = data::make_grid({{-0.8, 0.1, 7}});
  const Eigen::VectorXd chirp = lfp::GridEvaluator(lattice, grid)(c);
  // Phases of up to modes² · spacing/(2 box) = 7.5e7 turns in extended precision: 5e-20 of that.
  CHECK((chirp - lfp::values(lattice, c, grid.points)).cwiseAbs().maxCoeff() < 1e-10);
}

TEST_CASE("a grid of one point is a grid") {
  const lfp::Lattice lattice{1, 3.0, 5, 0.1};
  const Eigen::VectorXcd c = tests::smooth_coefficients(lattice, 5);
  const data::Grid grid = data::make_grid({{0.2, 0.2, 1}});
  CHECK(lfp::GridEvaluator(lattice, grid)(c)[0] ==
        Approx(direct_sum(lattice, c, grid.points.col(0))).epsilon(1e-13));
}

TEST_CASE("the lattice samples γ² with its volume and zero-frequency rule") {
  int calls = 0;
  lfp::SpectralWeight weight;
  weight.dim = 2;
  weight.gamma_a2 = [&calls](double xi) {
#pragma omp atomic
    ++calls;
    return 0.3 / (xi * xi);
  };
  const lfp::Lattice lattice{2, 5.0, 3, 0.1};
  const Eigen::VectorXd gamma = lfp::sampled_weight(lattice, weight);
  REQUIRE(gamma.size() == 3 * 5);
  CHECK(calls == 6);  // |k|² = 0, 1, 2, 4, 5, 8: a value may be a quadrature
  CHECK(gamma[2] == Approx(weight.gamma2(0.1 / 5.0) / 25.0));                 // k = (0, 0)
  CHECK(gamma[0] == Approx(weight.gamma2(2.0 / 5.0) / 25.0));                 // k = (0, −2)
  CHECK(gamma[5 + 3] == Approx(weight.gamma2(std::sqrt(2.0) / 5.0) / 25.0));  // k = (1, 1)
  CHECK(lfp::mode_weights(lattice)[4] == 1.0);
  CHECK(lfp::mode_weights(lattice)[5] == 2.0);
}
