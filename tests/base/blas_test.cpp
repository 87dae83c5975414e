#include "base/blas.hpp"

#include "base/linear_algebra.hpp"
#include "lfp/bounds.hpp"
#include "lfp/complete_kernel.hpp"
#include "lfp/dual.hpp"
#include "lfp/kernel_flow.hpp"
#include "lfp/ode.hpp"
#include "lfp/propagator.hpp"

#include <atomic>
#include <cmath>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "problems.hpp"
#include <catch2/catch.hpp>
#include <cblas.h>
#include <omp.h>

using namespace fprinciple;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// The host's own setting, put back at the end of a test.
class HostThreads {
 public:
  HostThreads(int blas, int openmp)
      : blas_(openblas_get_num_threads()), openmp_(omp_get_max_threads()) {
    openblas_set_num_threads(blas);
    omp_set_num_threads(openmp);
  }
  ~HostThreads() {
    openblas_set_num_threads(blas_);
    omp_set_num_threads(openmp_);
  }
  HostThreads(const HostThreads&) = delete;
  HostThreads& operator=(const HostThreads&) = delete;
  HostThreads(HostThreads&&) = delete;
  HostThreads& operator=(HostThreads&&) = delete;

 private:
  int blas_, openmp_;
};

/// What the room's solvers find, large enough for BLAS to use threads where it may.
std::vector<std::pair<const char*, std::function<MatrixXd()>>> solvers() {
  const Index n = 300;
  const MatrixXd x = tests::random_matrix(10, n, 1);
  data::NetworkLaw law;
  law.width = 1;
  law.a = law.w = law.b = tests::normal(1.0);
  const VectorXd y = tests::random_vector(n, 2);
  const auto k = [law, x] { return lfp::complete_kernel(law, x, x).k; };
  const VectorXd t = VectorXd::LinSpaced(20, 0.0, 3.0);
  data::Samples samples{tests::random_matrix(1, 40, 3), tests::random_vector(40, 4)};
  const lfp::Problem lattice =
      lfp::make_problem({1, 4.0, 3000}, tests::fig1a().weight(), samples, 1e-6);
  return {
      {"eigenvectors", [k] { return base::symmetric_eigen(k()).vectors; }},
      {"complete kernel", k},
      {"kernel flow",
       [k, y, t] {
         return lfp::KernelFlow({k(), MatrixXd(y.size(), 0), y, 0.0}).weights(t).kernel;
       }},
      {"saddle",
       [k, y] {
         return lfp::solve_saddle({k(), MatrixXd::Ones(y.size(), 1), y, 0.1}).kernel;
       }},
      {"dual", [lattice]() -> MatrixXd { return lfp::solve_dual(lattice).real(); }},
      {"propagator",
       [lattice]() -> MatrixXd { return lfp::Propagator(lattice).coefficients(0.3).imag(); }},
      {"ODE",
       [lattice]() -> MatrixXd { return lfp::integrate_ode(lattice, {1e-3}).front().real(); }},
  };
}

}  // namespace

TEST_CASE("solvers give the same bits whatever threads the host has set, and put them back") {
  for (const auto& [name, solve] : solvers()) {
    INFO(name);
    const MatrixXd one = [&] {
      const HostThreads host(1, 1);
      return solve();
    }();
    const HostThreads host(4, 3);
    CHECK(solve() == one);
    CHECK(openblas_get_num_threads() == 4);
    CHECK(omp_get_max_threads() == 3);
  }
}

TEST_CASE("one BLAS thread is counted over threads, and given back after an exception") {
  const HostThreads host(4, 2);
  {
    const base::OneBlasThread outer;
    std::atomic<int> wrong = 0;
    std::vector<std::jthread> workers;
    for (int k = 0; k < 4; ++k)
      workers.emplace_back([&wrong] {
        for (int i = 0; i < 1000; ++i) {
          const base::OneBlasThread inner;
          if (openblas_get_num_threads() != 1) ++wrong;
        }
      });
    workers.clear();
    CHECK(wrong == 0);
    CHECK(openblas_get_num_threads() == 1);
  }
  CHECK(openblas_get_num_threads() == 4);
  CHECK_THROWS(base::symmetric_eigen(MatrixXd::Constant(300, 300, std::nan(""))));
  CHECK(openblas_get_num_threads() == 4);
}
