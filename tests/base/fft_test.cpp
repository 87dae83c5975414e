#include "base/fft.hpp"

#include <atomic>
#include <complex>
#include <thread>
#include <vector>

#include "problems.hpp"
#include <catch2/catch.hpp>
#include <fftw3.h>

using namespace fprinciple;
using Eigen::Index;

TEST_CASE("plans may be made while a host makes its own with FFTW") {
  // The host knows nothing of us; what keeps both apart is FFTW's own lock.
  { const base::Fft first({8}, base::Fft::Sign::forward); }
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> workers;
  for (int k = 0; k < 3; ++k) {
    workers.emplace_back([k, &wrong] {
      for (Index n = 2; n < 200; ++n) {
        const base::Fft forward({n + k}, base::Fft::Sign::forward);
        Eigen::VectorXcd data = Eigen::VectorXcd::Ones(n + k);
        forward(data);
        if (std::abs(data[0] - static_cast<double>(n + k)) > 1e-9) ++wrong;
      }
    });
    workers.emplace_back([k] {
      for (int n = 2; n < 200; ++n) {
        std::vector<std::complex<double>> data(static_cast<std::size_t>(n + k), 1.0);
        auto* const raw = reinterpret_cast<fftw_complex*>(data.data());
        const fftw_plan plan = fftw_plan_dft_1d(n + k, raw, raw, FFTW_FORWARD, FFTW_ESTIMATE);
        fftw_execute(plan);
        fftw_destroy_plan(plan);
      }
    });
  }
  workers.clear();
  CHECK(wrong == 0);
}
