#include "lfp/operators.hpp"

#include "base/error.hpp"
#include "lfp/complete_kernel.hpp"
#include "lfp/kernel_flow.hpp"
#include "lfp/lanczos.hpp"
#include "lfp/mesh_free.hpp"
#include "lfp/ode.hpp"
#include "lfp/projector.hpp"

#include <memory>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

TEST_CASE("the dense operator is its matrix") {
  const MatrixXd b = tests::random_matrix(7, 4, 1);
  const lfp::LinearOperator op = lfp::dense_operator(b);
  const VectorXd v = tests::random_vector(4, 2);
  const VectorXd z = tests::random_vector(7, 3);
  CHECK(op.apply(v).isApprox(b * v, 1e-15));
  CHECK(op.adjoint(z).isApprox(b.transpose() * z, 1e-15));
  CHECK(op.gram().isApprox(b.transpose() * b, 1e-15));
  CHECK_THROWS_AS(op.apply(z), InputError);
  CHECK_THROWS_AS(op.adjoint(v), InputError);
  MatrixXd lower = b.topRows(4);
  lower.triangularView<Eigen::StrictlyUpper>().setConstant(std::nan(""));
  const MatrixXd whole = lower.selfadjointView<Eigen::Lower>();
  CHECK(lfp::dense_symmetric(lower).product(v).isApprox(whole * v, 1e-15));
}

TEST_CASE("solvers need products alone: a lattice that is never a matrix") {
  // B of one mode in d = 1 as a formula: rows 2k, 2k + 1 are √(w Γ) (cos, −sin) at the samples.
  const tests::Case fig = tests::fig1a();
  const lfp::Problem problem =
      lfp::make_problem({1, fig.lattice.box, 60}, fig.weight(), fig.samples);
  const auto row = [p = problem](Index k) {
    MatrixXd rows(2, p.samples.size());
    for (Index i = 0; i < rows.cols(); ++i) {
      const double angle =
          2.0 * std::numbers::pi * static_cast<double>(k) * p.samples.x(0, i) / p.lattice.box;
      const double scale = std::sqrt((k == 0 ? 1.0 : 2.0) * p.weight(k, 0));
      rows.col(i) << scale * std::cos(angle), -scale * std::sin(angle);
    }
    return rows;
  };
  const Index modes = problem.lattice.modes;
  lfp::LinearOperator formula;
  formula.rows = 2 * modes;
  formula.cols = problem.samples.size();
  formula.add = [=](double alpha, const VectorXd& v, VectorXd& z) {
    for (Index k = 0; k < modes; ++k) z.segment<2>(2 * k) += alpha * (row(k) * v);
  };
  formula.add_adjoint = [=](double alpha, const VectorXd& z, VectorXd& v) {
    for (Index k = 0; k < modes; ++k) v += alpha * (row(k).transpose() * z.segment<2>(2 * k));
  };
  formula.gram = [=]() -> MatrixXd {
    MatrixXd sum = MatrixXd::Zero(problem.samples.size(), problem.samples.size());
    for (Index k = 0; k < modes; ++k) sum += row(k).transpose() * row(k);
    return sum;
  };
  const VectorXd r_0 = lfp::initial_residual(problem);
  const std::vector<double> times{1e-3, 0.1};
  const auto free = lfp::integrate_ode(formula, r_0, times);
  const auto dense = lfp::integrate_ode(lfp::lattice_operator(problem), r_0, times);
  for (std::size_t k = 0; k < times.size(); ++k) {
    CHECK(dense[k].norm() > 0.0);
    CHECK((free[k] - dense[k]).norm() < 1e-6 * dense[k].norm());
  }
}

TEST_CASE("a kernel by its products: Lanczos' flow, and values anywhere") {
  const Index n = 300;
  const MatrixXd x = tests::random_matrix(12, n, 51);
  data::NetworkLaw law;
  law.width = 1;
  law.a = law.w = law.b = tests::normal(1.0);
  const auto kernel = [law](const MatrixXd& rows, const MatrixXd& columns) {
    return lfp::complete_kernel(law, rows, columns).k;
  };
  const double ridge = 0.3;
  const VectorXd r_0 = tests::random_vector(n, 52);
  const lfp::KernelOperator op = lfp::dense_kernel(kernel, x, ridge);
  const auto krylov = lfp::lanczos(op.k, r_0, n / 3);
  REQUIRE(krylov);
  const lfp::KernelFlow flow({kernel(x, x), MatrixXd(n, 0), r_0, ridge});
  const VectorXd t = VectorXd::Constant(1, 0.7);
  const VectorXd share = -(-0.7 * krylov->values.array()).unaryExpr([](double v) {
    return std::expm1(v);
  }) / krylov->values.array();
  const VectorXd weights = krylov->vectors * share.cwiseProduct(krylov->vectors.transpose() * r_0);
  CHECK((weights - flow.weights(t).kernel).norm() < 1e-12 * weights.norm());
  const MatrixXd points = tests::random_matrix(12, 5000, 53);  // more than one block
  const MatrixXd f = op.values(points, weights);
  CHECK((f - kernel(points, x) * weights).norm() < 1e-13 * f.norm());
  CHECK_THROWS_AS(op.values(tests::random_matrix(11, 5, 1), weights), InputError);
}

TEST_CASE("the largest eigenvalue by Lanczos is that of all") {
  const MatrixXd root = tests::random_matrix(40, 40, 8);
  const MatrixXd a = root.transpose() * root;
  const auto found = lfp::largest_eigenvalue(lfp::dense_symmetric(a), tests::random_vector(40, 9),
                                             100, [](double theta) { return 1e-12 * theta; });
  const base::SymmetricEigen all = base::symmetric_eigen(a);
  CHECK(found.value == Approx(all.values[39]).epsilon(1e-11));
  CHECK(std::abs(found.vector.dot(all.vectors.col(39))) == Approx(1.0).epsilon(1e-10));
  CHECK_THROWS_AS(lfp::largest_eigenvalue(lfp::dense_symmetric(a), tests::random_vector(40, 9), 1,
                                          [](double) { return 0.0; }),
                  RunError);
}

TEST_CASE("a copy of a projector outlives what it was copied from") {
  const MatrixXd b = tests::random_matrix(30, 6, 4);
  auto first = std::make_unique<lfp::Projector>(b);
  const VectorXd z = tests::random_vector(30, 5);
  const VectorXd expected = first->rejection(z);
  const lfp::Projector copy = *first;
  lfp::Projector assigned(tests::random_matrix(9, 2, 6));
  assigned = *first;
  const lfp::Projector moved = std::move(*first);
  first.reset();
  for (const lfp::Projector* p : {&copy, static_cast<const lfp::Projector*>(&assigned), &moved}) {
    CHECK(p->rejection(z) == expected);
    CHECK((b.transpose() * p->rejection(z)).norm() < 1e-13);
  }
  CHECK_THROWS_AS(lfp::Projector(MatrixXd::Ones(30, 2)), RunError);
  CHECK_THROWS_AS(copy.rejection(tests::random_vector(29, 5)), InputError);
}
