#include "lfp/bounds.hpp"

#include "base/error.hpp"
#include "base/linear_algebra.hpp"
#include "data/target.hpp"
#include "lfp/dual.hpp"

#include <numbers>

#include "problems.hpp"
#include <Eigen/Cholesky>
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXcd;
using Eigen::VectorXd;

namespace {

struct Setting {
  lfp::Lattice lattice;
  Index n;
};
const std::vector<Setting> kSettings = {{{1, 2.5, 40, 0.7}, 9}, {{2, 1.0, 7, 0.5}, 20}};

/// Random samples in the box, with values of 0.
lfp::Problem problem(const Setting& s, std::uint64_t seed) {
  const Index d = s.lattice.dim;
  data::NetworkLaw law = tests::fig1a().law();
  law.w = tests::uniform(d == 1 ? 3.0 : 2.0);
  const MatrixXd x = 0.5 * s.lattice.box * tests::random_matrix(d, s.n, seed);
  return lfp::make_problem(s.lattice, lfp::lfp2019(law, d), {x, VectorXd::Zero(s.n)});
}

/// Coefficients with |c_k|² of the order of Γ_k, and c_{−k} = conj c_k.
VectorXcd random_target(const lfp::Problem& p, std::uint64_t seed) {
  const Index slice = p.lattice.size() / p.lattice.modes;
  const VectorXd noise = tests::random_vector(2 * p.lattice.size(), seed);
  VectorXcd c(p.lattice.size());
  for (Index k = 0; k < c.size(); ++k)
    c[k] = std::sqrt(p.weight(k, 0)) * std::complex(noise[2 * k], noise[2 * k + 1]);
  c.head(slice) = (c.head(slice) + c.head(slice).reverse().conjugate()).eval() / 2.0;
  return c;
}

void take_values(lfp::Problem& p, const VectorXcd& target) {
  p.samples.y = lfp::values(p.lattice, target, p.samples.x);
}

/// Root mean square over the box, by Parseval.
double box_norm(const lfp::Lattice& lattice, const VectorXcd& c) {
  return std::sqrt(lfp::mode_weights(lattice).dot(c.cwiseAbs2()));
}

/// Orthonormal real functions on the box, one a row, at points, and Γ of each: from the formula,
/// over half of the lattice, without the library's packing.
struct Basis {
  VectorXd gamma;
  MatrixXd at(const MatrixXd& points) const {
    return ((2.0 * std::numbers::pi * (k * points)).colwise() + shift)
        .array()
        .cos()
        .matrix()
        .cwiseProduct(scale.replicate(1, points.cols()));
  }
  MatrixXd k;
  VectorXd shift, scale;
};

Basis basis(const lfp::Problem& p) {
  const lfp::Lattice& lattice = p.lattice;
  const Index slice = lattice.size() / lattice.modes;
  Basis out;
  std::vector<double> gamma, shift, scale;
  std::vector<VectorXd> k;
  for (Index j = slice / 2; j < lattice.size(); ++j) {  // k = 0 and one of each ±k
    VectorXd frequency(lattice.dim);
    frequency[lattice.dim - 1] = static_cast<double>(j % slice);
    frequency[0] = static_cast<double>(j / slice);
    if (lattice.dim == 2) frequency[1] = static_cast<double>(j % slice - slice / 2);
    for (const double turn : {0.0, 0.5 * std::numbers::pi}) {
      if (frequency.isZero() && turn > 0.0) continue;
      k.push_back(frequency / lattice.box);
      gamma.push_back(p.weight(j, 0));
      shift.push_back(turn);
      scale.push_back(frequency.isZero() ? 1.0 : std::numbers::sqrt2);
    }
  }
  const auto size = static_cast<Index>(gamma.size());
  out.gamma = Eigen::Map<VectorXd>(gamma.data(), size);
  out.shift = Eigen::Map<VectorXd>(shift.data(), size);
  out.scale = Eigen::Map<VectorXd>(scale.data(), size);
  out.k.resize(size, lattice.dim);
  for (Index j = 0; j < size; ++j) out.k.row(j) = k[static_cast<std::size_t>(j)];
  return out;
}

}  // namespace

TEST_CASE("FP-norm of sines: closed form, coefficients, samples of one period") {
  for (const Setting& s : kSettings) {
    lfp::Problem p = problem(s, 1);
    const double box = s.lattice.box;
    const Index d = s.lattice.dim;
    data::NetworkLaw law = tests::fig1a().law();
    law.w = tests::uniform(d == 1 ? 3.0 : 2.0);
    const lfp::SpectralWeight weight = lfp::lfp2019(law, d);
    std::vector<std::vector<double>> frequencies = {{3}, {-5}, {39}};
    if (d == 2) frequencies = {{3, -2}, {0, 4}, {0, -6}, {-2, 5}, {6, 0}};
    std::vector<data::Wave> sum = {{VectorXd::Zero(d), 0.7, 0.5 * std::numbers::pi}};
    for (const std::vector<double>& k : frequencies) {
      const VectorXd v = Eigen::Map<const VectorXd>(k.data(), d) / box;
      const VectorXcd c = lfp::wave_coefficients(s.lattice, {{v}});
      const double q =
          std::sqrt(0.5 * std::pow(box, d) / weight.gamma2(v.norm()));  // (1/√2)/γ(v), L = 1
      CHECK(std::sqrt(lfp::fp_norm_squared(p, c)) == Approx(q).epsilon(1e-12));
      const MatrixXd x = tests::random_matrix(d, 30, 2);
      CHECK((lfp::values(s.lattice, c, x) - data::values(data::sine(v), x)).cwiseAbs().maxCoeff() <
            1e-13);
      sum.push_back({v, 1.0 + k[0], 0.3});
    }
    const VectorXcd c = lfp::wave_coefficients(s.lattice, sum);
    for (const Index n : {2 * s.lattice.modes - 1, 2 * s.lattice.modes, 3 * s.lattice.modes}) {
      const double last = box * (1.0 - 1.0 / static_cast<double>(n));
      const data::Grid grid =
          data::make_grid(std::vector<data::Axis>(static_cast<std::size_t>(d), {0.0, last, n}));
      const VectorXcd found =
          lfp::sampled_coefficients(s.lattice, n, lfp::values(s.lattice, c, grid.points)).c;
      CHECK((found - c).cwiseAbs().maxCoeff() < 1e-13 * c.cwiseAbs().maxCoeff() * 40.0);
      CHECK(lfp::fp_norm_squared(p, found) == Approx(lfp::fp_norm_squared(p, c)).epsilon(1e-10));
    }
    p.weight.setZero();
    CHECK(std::isinf(lfp::fp_norm_squared(p, c)));
  }
}

TEST_CASE("FP-norm of the triangle wave: closed form against its series") {
  for (const data::NetworkLaw& law : {tests::fig1a().law(), tests::fig1b().law(), [] {
                                        data::NetworkLaw b_alone = tests::fig1b().law();
                                        b_alone.train.a = false;
                                        return b_alone;
                                      }()}) {
    const lfp::SpectralWeight weight = lfp::lfp2019(law, 1);
    const double box = 2.5, v = 3.0 / box;
    // Terms fall as 1/j², so that the rest beyond J is the last times J/2, to 1/J of itself.
    double sum = 0.0, last = 0.0;
    const int most = 100001;
    for (int j = 1; j <= most; j += 2) {
      const double height = 8.0 / (std::numbers::pi * std::numbers::pi * j * j);
      sum += last = 0.5 * box * height * height / weight.gamma2(j * v);
    }
    CHECK(lfp::triangle_fp_norm(weight, box, v) ==
          Approx(std::sqrt(sum + 0.5 * most * last)).epsilon(1e-8));
  }
  data::NetworkLaw a_alone = tests::fig1b().law();
  a_alone.train.b = false;
  CHECK(std::isinf(lfp::triangle_fp_norm(lfp::lfp2019(a_alone, 1), 1.0, 1.0)));
  CHECK(std::isinf(lfp::triangle_fp_norm(lfp::lfp2019(tests::fig2().law(), 2), 1.0, 1.0)));
  CHECK(std::isinf(lfp::triangle_fp_norm(
      lfp::lfp2019(tests::fig1a().law(data::Activation::tanh), 1), 1.0, 1.0)));
}

TEST_CASE("bounds against dense formulas over an orthonormal basis") {
  for (const Setting& s : kSettings)
    for (const double ridge : {0.0, 1e-3}) {
      lfp::Problem p = problem(s, 3);
      p.ridge = ridge;
      const VectorXcd target = random_target(p, 4);
      take_values(p, target);
      const MatrixXd points = 0.5 * s.lattice.box * tests::random_matrix(s.lattice.dim, 40, 5);
      const lfp::Bounds b = lfp::bounds(p, target, points, 0.05);

      const Basis phi = basis(p);
      const VectorXd root = phi.gamma.cwiseSqrt();
      const MatrixXd features = root.asDiagonal() * phi.at(p.samples.x);
      const MatrixXd kernel =
          features.transpose() * features + ridge * MatrixXd::Identity(s.n, s.n);
      const Eigen::LLT<MatrixXd> solve(kernel);
      const MatrixXd at = root.asDiagonal() * phi.at(points);
      const MatrixXd cross = features.transpose() * at;
      // K_S^{-1} costs ε cond(K) times K(x,x): that is the tolerance, and far below P² itself.
      const double rounding = 1e-16 / solve.rcond() * phi.gamma.sum();
      const VectorXd direct =
          phi.gamma.sum() -
          (cross.cwiseProduct(solve.solve(cross))).colwise().sum().transpose().array();
      CHECK(direct.minCoeff() > 0.0);
      CHECK(direct.maxCoeff() > 1e3 * rounding);
      CHECK((b.power_function.cwiseAbs2() - direct).cwiseAbs().maxCoeff() < rounding);
      CHECK(b.gamma_norm == Approx(std::sqrt(phi.gamma.sum())).epsilon(1e-13));

      const double data_norm = std::sqrt(p.samples.y.dot(solve.solve(p.samples.y)));
      CHECK(b.data_norm == Approx(data_norm).epsilon(1e-9));
      CHECK(b.fp_norm == Approx(std::sqrt(lfp::fp_norm_squared(p, target))).epsilon(1e-13));
      CHECK(b.rho ==
            Approx(std::sqrt(b.fp_norm * b.fp_norm - data_norm * data_norm)).epsilon(1e-9));

      const MatrixXd projected = root.asDiagonal() *
                                 (MatrixXd::Identity(root.size(), root.size()) -
                                  features * solve.solve(features.transpose())) *
                                 root.asDiagonal();
      const double lambda = base::symmetric_eigen(projected).values.maxCoeff();
      CHECK(lambda < 0.5 * phi.gamma.maxCoeff());  // else any rejection would pass
      CHECK(b.radius == Approx(std::sqrt(lambda) * b.rho).epsilon(1e-9));
      CHECK(b.radius_error < 1e-10);
    }
}

TEST_CASE("the radius of information is attained") {
  for (const Setting& s : kSettings) {
    lfp::Problem p = problem(s, 6);
    p.c_ini = tests::smooth_coefficients(s.lattice, 7);
    const VectorXcd target = p.c_ini.col(0) + random_target(p, 8);
    take_values(p, target);
    const lfp::Bounds b = lfp::bounds(p, target, p.samples.x, 0.05);
    CHECK(b.power_function.maxCoeff() < 1e-12 * b.gamma_norm);  // at the samples nothing is open
    const VectorXcd limit = lfp::solve_dual(p).col(0);
    CHECK(std::sqrt(lfp::fp_norm_squared(p, limit)) == Approx(b.data_norm).epsilon(1e-9));
    for (const double sign : {-1.0, 1.0}) {
      const VectorXcd worst = limit + sign * b.worst;
      CHECK(std::sqrt(lfp::fp_norm_squared(p, worst)) == Approx(b.fp_norm).epsilon(1e-9));
      CHECK((lfp::values(s.lattice, worst, p.samples.x) - p.samples.y).cwiseAbs().maxCoeff() <
            1e-10 * b.fp_norm * b.gamma_norm);
      CHECK(box_norm(s.lattice, worst - limit) == Approx(b.radius).epsilon(1e-9));
    }
    // The same distance as a mean over points, exact for 2 modes − 1 of them along each axis or
    // more, so that it is a function's and not only of coefficients.
    const Index n = 2 * s.lattice.modes;
    const data::Grid grid = data::make_grid(
        std::vector<data::Axis>(static_cast<std::size_t>(s.lattice.dim),
                                {0.0, s.lattice.box * (1.0 - 1.0 / static_cast<double>(n)), n}));
    const VectorXd g = lfp::values(s.lattice, b.worst, grid.points);
    CHECK(std::sqrt(g.squaredNorm() / static_cast<double>(g.size())) ==
          Approx(b.radius).epsilon(1e-9));
  }
}

TEST_CASE("random targets are within their bounds") {
  for (const Setting& s : kSettings) {
    double closest_point = 0.0;
    double closest_mean = 0.0;
    for (std::uint64_t draw = 0; draw < 30; ++draw) {
      lfp::Problem p = problem(s, 100 + draw);
      if (draw % 3 == 1) p.c_ini = tests::smooth_coefficients(s.lattice, draw);
      if (draw % 3 == 2) p.ridge = 1e-3;
      const VectorXcd target = random_target(p, 200 + draw);
      take_values(p, target);
      const MatrixXd points =
          0.5 * s.lattice.box * tests::random_matrix(s.lattice.dim, 200, 300 + draw);
      const lfp::Bounds b = lfp::bounds(p, target, points, 0.05);
      const VectorXcd error = target - lfp::solve_dual(p).col(0);
      const VectorXd at = lfp::values(s.lattice, error, points).cwiseAbs();
      // The solver's rounding: 1e-10 of the largest value that f may have.
      const double rounding = 1e-10 * b.fp_norm * b.gamma_norm;
      CHECK((at - b.rho * b.power_function).maxCoeff() < rounding);
      closest_point =
          std::max(closest_point, (at.array() / (b.rho * b.power_function).array()).maxCoeff());
      const double measured = box_norm(s.lattice, error);
      CHECK(measured < b.radius);
      closest_mean = std::max(closest_mean, measured / b.radius);
      CHECK(b.radius < b.sharper);
      CHECK(b.sharper < b.published);
    }
    // Bounds that are far too large would pass all of the above. Random targets spread ρ over all
    // unknowns, and so stay some way below: the largest of 30 is at 0.28 to 0.38.
    CHECK(closest_point > 0.2);
    CHECK(closest_mean > 0.2);
  }
}

TEST_CASE("nothing is open when the samples determine the function") {
  const lfp::Lattice lattice{1, 1.0, 6, 0.5};
  lfp::Problem p = problem({lattice, 11}, 9);
  p.samples.x = VectorXd::LinSpaced(11, 0.0, 10.0 / 11.0).transpose();  // as many as real unknowns
  const VectorXcd target = random_target(p, 10);
  take_values(p, target);
  const lfp::Bounds b = lfp::bounds(p, target, tests::random_matrix(1, 20, 11), 0.05);
  CHECK(b.power_function.maxCoeff() < 1e-13 * b.gamma_norm);
  CHECK(b.rho < 1e-13 * b.fp_norm);
  CHECK(b.radius < 1e-13 * b.fp_norm * b.gamma_norm);
}

TEST_CASE("equispaced samples: the radius in closed form, though Lanczos ends early") {
  // n samples tell frequencies apart that differ by no multiple of n. Among those that they
  // confuse, here k and k − n of either sign, both with weight Γ, the projected operator is that of
  // one class: rank 2 − 1, with the trace as its eigenvalue: 2 Γ_a Γ_b/(Γ_a + Γ_b) for D(I−Π)D.
  const Index n = 1200;
  lfp::Problem p = problem({{1, 1.0, n, 0.1}, n}, 14);
  for (Index i = 0; i < n; ++i) p.samples.x(0, i) = static_cast<double>(i) / static_cast<double>(n);
  const VectorXcd target = lfp::wave_coefficients(p.lattice, {{VectorXd::Constant(1, 3.0)}});
  take_values(p, target);
  const lfp::Bounds b = lfp::bounds(p, target, MatrixXd(1, 0), 0.05);
  double lambda = 0.0;
  for (Index k = 1; k < n; ++k) {
    const double one = p.weight(k, 0), other = p.weight(n - k, 0);
    lambda = std::max(lambda, 2.0 * one * other / (one + other));
  }
  const double exact = std::sqrt(lambda) * b.rho;
  CHECK(b.radius_error < 1e-3);
  CHECK(b.radius > exact);
  CHECK(b.radius < exact * (1.0 + b.radius_error));
}

TEST_CASE("the published bounds' constants") {
  // n = 100, δ = 4/e²: 2/10 + 4√4/10; δ = 1/e²: 2/10 + 1/10.
  CHECK(lfp::published_factor(100, 4.0 * std::exp(-2.0)) == Approx(1.0).epsilon(1e-14));
  CHECK(lfp::sharper_factor(100, std::exp(-2.0)) == Approx(0.3).epsilon(1e-14));
}

TEST_CASE("bounds refuse what they are not for") {
  using Catch::Matchers::Contains;
  const Setting& s = kSettings[0];
  lfp::Problem p = problem(s, 12);
  const VectorXcd target = random_target(p, 13);
  take_values(p, target);
  const auto run = [&] { return lfp::bounds(p, target, p.samples.x, 0.05); };
  CHECK_NOTHROW(run());
  CHECK_THROWS_WITH(lfp::bounds(p, target, p.samples.x, 1.0), Contains("between 0 and 1"));
  p.samples.y[2] += 1e-3;
  CHECK_THROWS_WITH(run(), Contains("off the target"));
  p.samples.y[2] -= 1e-3;
  p.samples.x(0, 1) = p.samples.x(0, 0);
  p.samples.y[1] = p.samples.y[0];
  CHECK_THROWS_AS(run(), RunError);
  p = problem(s, 12);
  take_values(p, target);
  p.weight(5, 0) = 0.0;
  CHECK_THROWS_WITH(run(), Contains("infinite"));
  CHECK_THROWS_WITH(lfp::gamma_norm(tests::fig2().problem_2020()), Contains("LFP-2019 only"));

  const auto wave = [&](double v) {
    return lfp::wave_coefficients(s.lattice, {{VectorXd::Constant(1, v)}});
  };
  CHECK_NOTHROW(wave(39.0 / 2.5));
  CHECK_THROWS_WITH(wave(40.0 / 2.5), Contains("not on the lattice"));
  CHECK_THROWS_WITH(wave(1.0), Contains("not on the lattice"));
  CHECK_THROWS_WITH(lfp::sampled_coefficients(s.lattice, 10, VectorXd::Ones(11)), Contains("11"));
  const VectorXd turn = VectorXd::LinSpaced(200, 0.0, 2.0 * std::numbers::pi * 199.0 / 200.0);
  CHECK_NOTHROW(lfp::sampled_coefficients(s.lattice, 200, (39.0 * turn.array()).sin()));
  CHECK_THROWS_WITH(lfp::sampled_coefficients(s.lattice, 200, (40.0 * turn.array()).sin()),
                    Contains("not on the lattice"));
}
