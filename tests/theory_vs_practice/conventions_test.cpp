#include "compare/compare.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <utility>

#include "problems.hpp"
#include <Eigen/Dense>
#include <catch2/catch.hpp>

// Both sides of small experiments against sums written from the formulas (docs/theory.md), without
// the library: no constant or convention can change on one side or on both at once.

using namespace fprinciple;
using compare::Comparison;
using compare::Problem;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using std::numbers::pi;

namespace {

/// The outputs are kept at the samples, and then at some other points.
Problem experiment_of(const tests::Case& c, Index width) {
  Problem e;
  e.samples = c.samples;
  e.law.width = width;
  e.law.a = c.a;
  e.law.w = c.w;
  e.law.b = c.b;
  e.theory.lattice = c.lattice;
  e.theory.lattice->modes = c.samples.dim() == 1 ? 60 : 9;
  const Index n = c.samples.size();
  e.grid.points.resize(c.samples.dim(), n + 15);
  e.grid.points << c.samples.x, 0.7 * tests::random_matrix(c.samples.dim(), 15, 81);
  return e;
}

/// Figure 1a's law with enough samples that the steps go cell by cell.
tests::Case line() {
  tests::Case c = tests::fig1a();
  c.name = "line";
  c.samples.x = Eigen::RowVectorXd::LinSpaced(40, -0.9, 0.9);
  c.samples.y = (5.0 * c.samples.x.row(0).transpose().array()).sin();
  return c;
}

/// θ ← θ − η ∇½Σ(f−y)², `steps` times, neuron by neuron. The outputs at the points.
VectorXd descended(const Problem& e, double step, int steps) {
  data::Weights theta = nn::draw_weights(e.law, e.samples.dim(), std::get<nn::Draw>(e.start));
  VectorXd& a = theta.a;
  MatrixXd& w = theta.w;
  VectorXd& b = theta.b;
  const bool tanh = e.law.activation == data::Activation::tanh;
  const auto sigma = [&](double z) { return tanh ? std::tanh(z) : std::max(z, 0.0); };
  const auto slope = [&](double z) {
    return tanh ? 1.0 - std::tanh(z) * std::tanh(z) : (z > 0.0 ? 1.0 : 0.0);
  };
  const auto& [x, y] = e.samples;
  const auto inputs = [&](const MatrixXd& points) -> MatrixXd {
    return (w * points).colwise() + b;
  };
  for (int k = 0; k < steps; ++k) {
    const MatrixXd z = inputs(x);
    const MatrixXd h = z.unaryExpr(sigma);
    const MatrixXd g = a.asDiagonal() * z.unaryExpr(slope);
    const VectorXd u = h.transpose() * a - y;
    a -= step * (h * u);
    w -= step * (g * u.asDiagonal() * x.transpose());
    b -= step * (g * u);
  }
  return inputs(e.grid.points).unaryExpr(sigma).transpose() * a;
}

void check_loss(const Comparison& out) {
  const Index n = out.samples.size();
  for (Index k = 0; k < out.t.size(); ++k) {
    double network = 0.0;
    double prediction = 0.0;
    for (Index i = 0; i < n; ++i) {
      network += 0.5 * std::pow(out.f_nn(i, k) - out.samples.y[i], 2);
      prediction += 0.5 * std::pow(out.lfp().f(i, k) - out.samples.y[i], 2);
    }
    CHECK(out.loss_nn[k] == Approx(network).epsilon(1e-9).margin(1e-13));
    CHECK(out.loss_lfp[k] == Approx(prediction).epsilon(1e-9).margin(1e-13));
  }
}

/// E|w_1|^p of one coordinate's law, and of r = |w| in the plane when it is normal.
double moment(const data::Distribution& w, Index d, double p) {
  if (w.kind == data::Distribution::Kind::uniform) return std::pow(w.scale, p) / (p + 1.0);
  const double half = 0.5 * static_cast<double>(d);
  return std::pow(std::numbers::sqrt2 * w.scale, p) * std::tgamma(half + 0.5 * p) /
         std::tgamma(half);
}
double mean_square(const data::Distribution& a) {
  return a.scale * a.scale / (a.kind == data::Distribution::Kind::uniform ? 3.0 : 1.0);
}
double bias_density(const data::Distribution& b) {
  return (b.kind == data::Distribution::Kind::uniform ? 0.5 : 1.0 / std::sqrt(2.0 * pi)) / b.scale;
}

/// K = Σ_k (γ_a² + (1 + [LFP-2020] x·x') γ_b²)(k/L) cos(2π k·(x − x')/L)/L^d over |k|_∞ < modes,
/// γ²(0) := γ²(share/L); the divergence term of LFP-2020, (1/4π²) ∇·(γ_b² ∇), is x·x' γ_b².
MatrixXd lattice_kernel(const Problem& e, bool divergence, const MatrixXd& rows,
                        const MatrixXd& columns) {
  const Index d = rows.rows();
  const auto dim = static_cast<double>(d);
  const double box = e.theory.lattice->box;
  const double kappa = static_cast<double>(e.law.width) * bias_density(e.law.b) *
                       std::tgamma(0.5 * dim) / std::pow(pi, 0.5 * dim);
  const double c1 = kappa * moment(e.law.w, d, 3.0) / (16.0 * std::pow(pi, 4));
  const double c2 =
      kappa * mean_square(e.law.a) * moment(e.law.w, d, 1.0) / (4.0 * std::pow(pi, 2));
  const Index modes = e.theory.lattice->modes - 1;
  MatrixXd k = MatrixXd::Zero(rows.cols(), columns.cols());
  const MatrixXd factor = MatrixXd::Ones(rows.cols(), columns.cols()) +
                          (divergence ? 1.0 : 0.0) * (rows.transpose() * columns);
  for (Index k1 = -modes; k1 <= modes; ++k1)
    for (Index k2 = d == 1 ? 0 : -modes; k2 <= (d == 1 ? 0 : modes); ++k2) {
      VectorXd xi(d);
      xi[d - 1] = static_cast<double>(k2) / box;
      xi[0] = static_cast<double>(k1) / box;
      const double norm = xi.norm() > 0.0 ? xi.norm() : e.theory.lattice->zero_frequency / box;
      const double a2 = c1 * std::pow(norm, -dim - 3.0) / std::pow(box, dim);
      const double b2 = c2 * std::pow(norm, -dim - 1.0) / std::pow(box, dim);
      for (Index j = 0; j < columns.cols(); ++j)
        for (Index i = 0; i < rows.cols(); ++i)
          k(i, j) +=
              (a2 + factor(i, j) * b2) * std::cos(2.0 * pi * xi.dot(rows.col(i) - columns.col(j)));
    }
  return k;
}

}  // namespace

TEST_CASE("conventions: descent is on half the sum of squares, t = step times steps",
          "[theory_vs_practice]") {
  tests::Case tanh = tests::fig1a();
  tanh.w = tests::uniform(1.5);
  tanh.a = tests::uniform(1.0);
  using data::Activation;
  for (const auto& [c, activation] : {std::pair{tests::fig1a(), Activation::relu},
                                      {line(), Activation::relu},
                                      {tests::fig2(), Activation::relu},
                                      {tanh, Activation::tanh}}) {
    Problem e = experiment_of(c, 200);
    e.law.activation = activation;
    e.ladder = false;
    const double step = c.samples.size() > 20 ? 5e-6 : 4e-5;
    const int steps = 200;
    e.training.method = nn::Method::gd;
    e.training.descent.step = step;
    e.training.stop.steps = steps;
    e.training.snapshots.count = 2;
    const Comparison descent = compare::solve(e).comparison;
    const VectorXd by_hand = descended(e, step, steps);
    const double learnt = by_hand.cwiseAbs().maxCoeff();
    INFO(c.name << ' ' << base::name_of(activation) << ": learnt " << learnt);
    CHECK(learnt > 0.01);  // a network at rest would be 1000 tolerances away
    REQUIRE(descent.t.size() == 2);
    CHECK(descent.t[1] == Approx(step * steps).epsilon(1e-12));
    CHECK((descent.f_nn.col(1) - by_hand).cwiseAbs().maxCoeff() < 1e-11);
    check_loss(descent);

    // The flow is the limit of small steps: Richardson's extrapolation leaves O(step²).
    e.training.method = nn::Method::flow;
    e.training.stop.steps.reset();
    e.training.stop.time = step * steps;
    e.training.tolerance = 1e-7;
    const Comparison flow = compare::solve(e).comparison;
    const VectorXd limit = 2.0 * descended(e, 0.5 * step, 2 * steps) - by_hand;
    CHECK((flow.f_nn.rightCols(1) - limit).cwiseAbs().maxCoeff() <
          1e-5);  // measured: 6e-7 and less
    check_loss(flow);

    // Training to a loss ends at nine tenths of it, or a little below (nn::kAim).
    e.training.stop.time.reset();
    e.training.stop.loss = 0.25 * c.samples.y.squaredNorm();
    const VectorXd loss = compare::solve(e).comparison.loss_nn;
    CHECK(loss.tail(1)[0] / *e.training.stop.loss == Approx(0.9).margin(0.1));
  }
}

TEST_CASE("conventions: LFP-2019 and LFP-2020 are their sums over the lattice",
          "[theory_vs_practice]") {
  for (const tests::Case& c : {tests::fig1a(), tests::fig1b(), tests::fig2()}) {
    Problem e = experiment_of(c, 200);
    e.training.snapshots.times = {1e-3, 1e-2};
    e.training.stop.time = 0.1;
    const Comparison out = compare::solve(e).comparison;
    for (const bool divergence : {false, true}) {
      const MatrixXd k = lattice_kernel(e, divergence, c.samples.x, c.samples.x);
      const MatrixXd k_grid = lattice_kernel(e, divergence, e.grid.points, c.samples.x);
      const Eigen::SelfAdjointEigenSolver<MatrixXd> eigen(k);
      const auto at = [&](double t) -> VectorXd {
        const VectorXd step = eigen.eigenvalues().unaryExpr(
            [&](double rate) { return -std::expm1(-rate * t) / rate; });
        return k_grid * (eigen.eigenvectors() *
                         step.cwiseProduct(eigen.eigenvectors().transpose() * c.samples.y));
      };
      const MatrixXd& f =
          divergence ? out.find(compare::Model::lfp2020)->f : out.find(compare::Model::lfp2019)->f;
      const VectorXd& limit = divergence ? out.find(compare::Model::lfp2020)->limit
                                         : out.find(compare::Model::lfp2019)->limit;
      INFO(c.name << (divergence ? ", LFP-2020" : ", LFP-2019"));
      REQUIRE(out.t.size() == 4);
      // Rounding times cond(K): measured 1.4e-10 and less, in the limit 1e-7 (values up to 1).
      for (Index k = 0; k < 4; ++k) CHECK((f.col(k) - at(out.t[k])).cwiseAbs().maxCoeff() < 1e-8);
      CHECK((limit - at(std::numeric_limits<double>::infinity())).cwiseAbs().maxCoeff() < 1e-6);
    }
  }
}

TEST_CASE("conventions: mesh-free LFP-2020 in the plane is its saddle system",
          "[theory_vs_practice]") {
  tests::Case c = tests::fig2();
  c.samples = {tests::random_matrix(2, 10, 82), tests::random_vector(10, 83)};
  c.a = tests::normal(0.7);
  Problem e = experiment_of(c, 200);
  e.theory.lattice.reset();
  e.training.stop.time = 1e-3;
  const Comparison out = compare::solve(e).comparison;
  for (const bool divergence : {false, true}) {
    // E|w·Δ|³ = 2√(2/π) σ³ |Δ|³ and E|w·Δ| = √(2/π) σ |Δ| for normal w.
    const double root = std::sqrt(2.0 / pi);
    const double sigma = c.w.scale;
    const auto kernel = [&](const VectorXd& x, const VectorXd& z) {
      const double r = (x - z).norm();
      const double factor = 1.0 + (divergence ? x.dot(z) : 0.0);
      return 200.0 * bias_density(c.b) *
             (2.0 * root * std::pow(sigma * r, 3) / 12.0 -
              factor * mean_square(c.a) * root * sigma * r / 2.0);
    };
    const auto row = [&](const VectorXd& x) {
      VectorXd k(13);
      for (Index j = 0; j < 10; ++j) k[j] = kernel(x, c.samples.x.col(j));
      k.tail(3) << 1.0, x;
      return k;
    };
    MatrixXd saddle = MatrixXd::Zero(13, 13);
    VectorXd right = VectorXd::Zero(13);
    right.head(10) = c.samples.y;
    for (Index i = 0; i < 10; ++i) {
      saddle.row(i) = row(c.samples.x.col(i)).transpose();
      saddle.block(10, i, 3, 1) = saddle.block(i, 10, 1, 3).transpose();
    }
    const VectorXd weights = saddle.fullPivLu().solve(right);
    const VectorXd& limit = divergence ? out.find(compare::Model::lfp2020)->limit
                                       : out.find(compare::Model::lfp2019)->limit;
    for (Index g = 0; g < e.grid.size(); ++g)
      CHECK(limit[g] == Approx(row(e.grid.points.col(g)).dot(weights)).margin(1e-9));
  }
  CHECK((out.find(compare::Model::lfp2020)->limit - out.find(compare::Model::lfp2019)->limit)
            .cwiseAbs()
            .maxCoeff() > 0.01);
}

TEST_CASE("conventions: an antisymmetric network starts at 0, any other at its own output",
          "[theory_vs_practice]") {
  for (const tests::Case& c : {tests::fig1a(), tests::fig2()})
    for (const bool antisymmetric : {true, false}) {
      Problem e = experiment_of(c, 200);
      std::get<nn::Draw>(e.start).antisymmetric = antisymmetric;
      e.training.stop.steps = 1;
      const Comparison out = compare::solve(e).comparison;
      const double start = out.f_nn.col(0).cwiseAbs().maxCoeff();
      CHECK((antisymmetric ? start < 1e-13 : start > 0.1));  // half the neurons' sums cancel
      for (const MatrixXd* f :
           {&out.lfp().f, &out.find(compare::Model::linearised)->f,
            &out.find(compare::Model::complete)->f, &out.find(compare::Model::lfp2020)->f})
        CHECK((f->col(0) - out.f_nn.col(0)).cwiseAbs().maxCoeff() < 1e-12);
    }
}

TEST_CASE("conventions: spectra count cycles, bin by bin, and the target is sin(2π v·x)",
          "[theory_vs_practice]") {
  constexpr double v = 1.5;
  Problem e = experiment_of(line(), 1000);
  e.samples.y = (2.0 * pi * v * e.samples.x.row(0).transpose().array()).sin();
  e.target = data::sine(VectorXd::Constant(1, v));
  constexpr Index count = 80;
  e.grid = data::make_grid({{-1.0, 1.0 - 2.0 / count, count}});
  e.theory.lattice->box = 8.0;
  e.training.stop.time = 1.0;
  e.training.snapshots.count = 4;
  const Comparison out = compare::solve(e).comparison;
  REQUIRE(out.frequency.size() == count / 2 + 1);
  const auto amplitude = [&](const VectorXd& f, double xi) {
    std::complex<double> sum = 0.0;
    for (Index g = 0; g < count; ++g) {
      const double x = out.grid.points(0, g);
      const double hann = 1.0 + std::cos(pi * (x + 1.0 / count));  // its sum is `count`
      sum += hann * f[g] * std::polar(1.0, -2.0 * pi * xi * x) / static_cast<double>(count);
    }
    return std::abs(sum);
  };
  for (Index k = 0; k < out.t.size(); ++k)
    for (Index j = 0; j < out.frequency.size(); ++j) {
      const double xi = 0.5 * static_cast<double>(j);  // the range of x is two units
      CHECK(out.frequency[j] == Approx(xi));
      CHECK(out.spectrum_nn(j, k) == Approx(amplitude(out.f_nn.col(k), xi)).margin(1e-12));
      CHECK(out.spectrum_lfp(j, k) == Approx(amplitude(out.lfp().f.col(k), xi)).margin(1e-12));
    }
  const Index last = out.t.size() - 1;
  for (const MatrixXd* spectrum : {&out.spectrum_nn, &out.spectrum_lfp}) {
    Index peak = 0;
    CHECK(spectrum->col(last).maxCoeff(&peak) == Approx(0.5).margin(0.05));
    CHECK(out.frequency[peak] == Approx(v));
  }
  const VectorXd target = (2.0 * pi * v * out.grid.points.row(0).transpose().array()).sin();
  CHECK((*out.target - target).cwiseAbs().maxCoeff() < 1e-13);
  const double scale = 0.5 * static_cast<double>(e.samples.size()) / count;
  CHECK((*out.test_loss_nn)[last] ==
        Approx(scale * (out.f_nn.col(last) - target).squaredNorm()).epsilon(1e-9));
}
