#include "lfp/line_flow.hpp"

#include "base/error.hpp"
#include "lfp/kernel_flow.hpp"
#include "lfp/mesh_free.hpp"
#include "lfp/real_space_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "problems.hpp"
#include <Eigen/LU>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/eigen.hpp>
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

const VectorXd forever = VectorXd::Constant(1, std::numeric_limits<double>::infinity());

data::NetworkLaw relu_law(bool a, bool b) {
  data::NetworkLaw law;
  law.width = 100;
  law.a = tests::uniform(0.5);
  law.w = tests::uniform(3.0);
  law.b = tests::uniform(4.0);
  law.train.a = a;
  law.train.b = b;
  return law;
}

data::Samples random_samples(Index n) {
  return {tests::random_vector(n, 71).transpose(), tests::random_vector(n, 72)};
}

/// The dumb oracle: the saddle system of the kernel's formula, dense, in 50 digits. The double
/// precision of lfp::solve_saddle leaves 7 of f at n = 60 without a ridge.
VectorXd dense(const data::NetworkLaw& law, const data::Samples& samples, double ridge,
               const VectorXd& points, double* norm = nullptr) {
  using Number = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<50>,
                                               boost::multiprecision::et_off>;
  using Matrix = Eigen::Matrix<Number, Eigen::Dynamic, Eigen::Dynamic>;
  const lfp::RealSpaceKernels kernels = lfp::real_space_kernels(law, 1);
  const Number k3 = kernels.a(1.0), k1 = law.train.b ? -kernels.b(1.0) : 0.0;
  const auto kernel = [&](double x, double z) {
    const Number distance = abs(Number(x) - Number(z));
    return Number(k3 * distance * distance * distance - k1 * distance);
  };
  const Index n = samples.size(), q = law.train.a ? 2 : 1;
  Matrix saddle = Matrix::Zero(n + q, n + q), right = Matrix::Zero(n + q, 1);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) saddle(i, j) = kernel(samples.x(0, i), samples.x(0, j));
    saddle(i, i) += ridge;
    saddle(i, n) = saddle(n, i) = 1.0;
    if (q == 2) saddle(i, n + 1) = saddle(n + 1, i) = samples.x(0, i);
    right(i, 0) = samples.y[i];
  }
  const Matrix solution = Eigen::PartialPivLU<Matrix>(saddle).solve(right);
  VectorXd f(points.size());
  for (Index g = 0; g < points.size(); ++g) {
    Number sum = solution(n, 0);
    if (q == 2) sum += solution(n + 1, 0) * Number(points[g]);
    for (Index j = 0; j < n; ++j) sum += kernel(points[g], samples.x(0, j)) * solution(j, 0);
    f[g] = static_cast<double>(sum);
  }
  if (norm) {  // λ^T K λ = λ^T (y − ρ λ), as P^T λ = 0
    Number squared = 0.0;
    for (Index j = 0; j < n; ++j)
      squared += solution(j, 0) * (right(j, 0) - Number(ridge) * solution(j, 0));
    *norm = std::sqrt(std::max(0.0, static_cast<double>(squared)));
  }
  return f;
}

}  // namespace

TEST_CASE("LFP-2019 on the line: that of the dense saddle system, inside and outside") {
  VectorXd points = VectorXd::LinSpaced(101, -1.5, 1.5);
  std::swap(points[3], points[90]);  // points need not be sorted
  for (const auto& [a, b] : {std::pair{true, true}, {true, false}, {false, true}}) {
    const data::NetworkLaw law = relu_law(a, b);
    for (const Index n : {2, 3, 4, 7, 60}) {
      const data::Samples samples = random_samples(n);
      for (const double ridge : {0.0, 1e-3, 1.0, 1e6}) {
        CAPTURE(a, b, n, ridge);
        double norm = 0.0;
        const VectorXd slow = dense(law, samples, ridge, points, &norm);
        const lfp::LineFlow fast(law, samples, ridge);
        CHECK((fast.values(points, forever) - slow).cwiseAbs().maxCoeff() <
              1e-12 * (1.0 + slow.cwiseAbs().maxCoeff()));
        CHECK(std::abs(fast.norm() - norm) < 1e-11 * (1e-3 + norm));
        CHECK((fast.at_samples(forever) - fast.values(samples.x.row(0).transpose(), forever))
                  .cwiseAbs()
                  .maxCoeff() < 1e-14 * (1.0 + slow.cwiseAbs().maxCoeff()));
      }
    }
  }
}

TEST_CASE("LFP-2019 on the line: it interpolates close samples, far from 0, in any order") {
  data::Samples samples = random_samples(2000);
  samples.x(0, 0) = 0.5;
  samples.x(0, 1) = 0.5 + 1e-12;
  samples.y[1] = samples.y[0] + 1e-12;
  for (const double offset : {0.0, 1e6}) {
    // A power of two's worth of digits: the shifted x are the same set, rounded.
    data::Samples shifted = samples;
    shifted.x.array() += offset;
    if (offset > 0.0) shifted.y[1] = shifted.y[0];  // the two x are one by now
    const VectorXd f =
        lfp::LineFlow(relu_law(true, true), shifted).values(shifted.x.row(0).transpose(), forever);
    CHECK((f - shifted.y).cwiseAbs().maxCoeff() < 1e-12);
  }
}

TEST_CASE("LFP-2019 on the line: any time is that of the eigenvectors, inside and outside") {
  const VectorXd points = VectorXd::LinSpaced(101, -1.5, 1.5);
  for (const auto& [a, b] : {std::pair{true, true}, {true, false}, {false, true}}) {
    const data::NetworkLaw law = relu_law(a, b);
    for (const Index n : {3, 40}) {
      data::Samples samples = random_samples(n);
      if (n == 40) samples.x(0, 7) = samples.x(0, 8) + 1e-12;
      for (const double ridge : {0.0, 0.5}) {
        const lfp::MeshFree model = lfp::mesh_free_2019(law, 1);
        const lfp::KernelFlow flow({lfp::kernel_matrix(model, samples.x, samples.x),
                                    lfp::polynomials(model.order, samples.x), samples.y, ridge});
        const double largest = std::max(flow.fastest(), 1e-3);
        const VectorXd t = VectorXd{{0.0, 1e-8, 1e-3, 0.1, 1.0, 10.0, 1e3, 1e5}} / largest;
        const MatrixXd slow =
            lfp::values(flow.weights(t), lfp::kernel_matrix(model, points.transpose(), samples.x),
                        lfp::polynomials(model.order, points.transpose()));
        const lfp::LineFlow fast(law, samples, ridge);
        const MatrixXd f = fast.values(points, t);
        CAPTURE(a, b, n, ridge, (f - slow).cwiseAbs().colwise().maxCoeff());
        CHECK((f - slow).cwiseAbs().maxCoeff() < 1e-9 * slow.cwiseAbs().maxCoeff());
        if (ridge > 0.0) continue;  // then the flow's own residual is f + ρ λ − y
        const MatrixXd r = fast.at_samples(t).colwise() - samples.y;
        CHECK((r + flow.residuals(t)).cwiseAbs().maxCoeff() < 1e-9);
      }
    }
  }
}

TEST_CASE("LFP-2019 on the line: no digits are lost to many samples") {
  // Of a straight line nothing is left at any time, whatever rounding makes of 30,000 steps.
  const Index n = 30000;
  data::Samples samples = random_samples(n);
  samples.y = 3.0 - 2.0 * samples.x.row(0).transpose().array();
  const VectorXd t{{1e-12, 1e-6, 1.0, 1e6, forever[0]}};
  for (const double ridge : {0.0, 1e-6, 1e6}) {
    const MatrixXd f = lfp::LineFlow(relu_law(true, true), samples, ridge).at_samples(t);
    CAPTURE(ridge, (f.colwise() - samples.y).cwiseAbs().colwise().maxCoeff());
    CHECK((f.colwise() - samples.y).cwiseAbs().maxCoeff() < 1e-11);
  }
}

TEST_CASE("LFP-2019 on the line: equal samples are the dense problem with a ridge") {
  data::Samples samples = random_samples(20);
  samples.x(0, 3) = samples.x(0, 11) = samples.x(0, 17);  // three y at one x
  const VectorXd points = VectorXd::LinSpaced(101, -1.2, 1.2);
  const data::NetworkLaw law = relu_law(true, true);
  const VectorXd slow = dense(law, samples, 0.1, points);
  const VectorXd fast = lfp::LineFlow(law, samples, 0.1).values(points, forever);
  CHECK((fast - slow).cwiseAbs().maxCoeff() < 1e-9 * (1.0 + slow.cwiseAbs().maxCoeff()));
}

TEST_CASE("LFP-2019 on the line: what it is not for is refused") {
  const data::Samples samples = random_samples(5);
  data::NetworkLaw law = relu_law(true, true);
  law.activation = data::Activation::tanh;
  CHECK_THROWS_AS(lfp::LineFlow(law, samples), InputError);
  CHECK_THROWS_AS(lfp::LineFlow(relu_law(false, false), samples), InputError);
  CHECK_THROWS_AS(lfp::LineFlow(relu_law(true, true), random_samples(1)), InputError);
  CHECK_THROWS_AS(lfp::LineFlow(relu_law(true, true), samples, -1.0), InputError);
}
