#include "base/error.hpp"
#include "measure/crossing.hpp"
#include "measure/filtering.hpp"
#include "measure/grid_spectrum.hpp"
#include "measure/kernel_modes.hpp"
#include "measure/projection.hpp"
#include "measure/recordings.hpp"
#include "measure/spectral_bias.hpp"

#include <complex>
#include <limits>

#include <Eigen/QR>
#include <catch2/catch.hpp>

using namespace fprinciple;
using namespace fprinciple::tests;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEST_CASE("crossing: for good, at the first recorded time") {
  const VectorXd t{{1.0, 2.0, 3.0, 4.0}};
  MatrixXd delta(6, 4);
  delta << 0.2, 0.05, 0.05, 0.05,  //
      0.05, 0.2, 0.05, 0.05,       // down, up, and down for good
      0.05, 0.05, 0.05, 0.2,       // up at the end
      0.05, 0.05, 0.05, 0.05,      //
      0.1, 0.1, 0.1, 0.1,          // not below
      0.05, 0.05, kNan, 0.05;
  const VectorXd times = measure::crossing_times(t, delta, 0.1);
  CHECK(times[0] == 2.0);
  CHECK(times[1] == 3.0);
  CHECK(times[2] == infinity);
  CHECK(times[3] == 1.0);
  CHECK(times[4] == infinity);
  CHECK(times[5] == 4.0);
}

TEST_CASE("Kendall's tau_b") {
  const VectorXd k{{1.0, 2.0, 3.0, 4.0}};
  CHECK(measure::kendall_tau(k, VectorXd{{1.0, 5.0, 7.0, infinity}}) == 1.0);
  CHECK(measure::kendall_tau(k, VectorXd{{infinity, 5.0, 2.0, 0.0}}) == -1.0);
  // One pair of six is reversed.
  CHECK(measure::kendall_tau(k, VectorXd{{1.0, 3.0, 2.0, 4.0}}) == Approx(4.0 / 6.0));
  // Two never cross: 5 of 5 pairs agree, 6 are untied in k.
  CHECK(measure::kendall_tau(k, VectorXd{{1.0, 2.0, infinity, infinity}}) ==
        Approx(5.0 / std::sqrt(30.0)));
  CHECK(std::isnan(measure::kendall_tau(k, VectorXd::Constant(4, infinity))));
}

TEST_CASE("spectral bias: its closed forms") {
  const VectorXd k{{1.0, 2.0}}, target{{1.0, 1.0}};
  const auto bias = [&](const std::vector<std::pair<double, double>>& path) {
    MatrixXd left(2, static_cast<Index>(path.size()));
    for (std::size_t j = 0; j < path.size(); ++j)
      left.col(static_cast<Index>(j)) << path[j].first, path[j].second;
    return measure::spectral_bias(k, left, target, 1.0);
  };
  CHECK(bias({{1, 1}, {0, 1}, {0, 0}}).value == 1.0);
  CHECK(bias({{1, 1}, {1, 0}, {0, 0}}).value == -1.0);
  CHECK(bias({{1, 1}, {0.5, 0.5}, {0, 0}}).value == 0.0);
  CHECK(bias({{1, 1}, {0.3, 1}}).value == 1.0);  // it ends before the high ones move
  CHECK(std::isnan(bias({{1, 1}, {1, 1}}).value));
  CHECK(bias({{1, 1}, {0, 1}, {0, 0}}).over_time[1] == 1.0);
  CHECK(std::isnan(bias({{1, 1}, {0, 0}}).over_time[1]));
  std::vector<std::pair<double, double>> flow;
  for (int j = 0; j <= 4000; ++j)
    flow.emplace_back(std::exp(-6.0 * j / 1000), std::exp(-2.0 * j / 1000));
  CHECK(bias(flow).value == Approx(0.5).epsilon(1e-4));  // rates 3 and 1
  // There and back again is as much movement of both as it was.
  std::vector<std::pair<double, double>> back(flow.rbegin(), flow.rend());
  CHECK(bias(back).value == Approx(bias(flow).value).epsilon(1e-12));
}

TEST_CASE("spectral bias: the cut halves the energy") {
  const VectorXd k{{1.0, 2.0, 3.0, 4.0}};
  CHECK(measure::halving_cut(k, VectorXd{{1.0, 1.0, 1.0, 1.0}}) == 2.0);
  CHECK(measure::halving_cut(VectorXd{{1.0, 3.0, 5.0}}, VectorXd{{0.25, 0.25, 0.25 - 1e-14}}) ==
        1.0);
  CHECK(measure::halving_cut(k, VectorXd{{9.0, 1.0, 1.0, 1.0}}) == 1.0);
  CHECK(measure::halving_cut(k, VectorXd{{0.0, 0.0, 0.0, 1.0}}) == 1.0);
  CHECK(measure::halving_cut(k, VectorXd{{1.0, 1.0, 1.0, 99.0}}) == 3.0);  // one is left above it
}

TEST_CASE("grid spectrum: direct sums in one to three dimensions, in any order") {
  struct Case {
    std::vector<Index> count;
    VectorXd origin, spacing;
  };
  for (const Case& c :
       {Case{{12}, VectorXd{{-0.7}}, VectorXd{{0.3}}}, Case{{7}, VectorXd{{2.0}}, VectorXd{{0.1}}},
        Case{{4, 5}, VectorXd{{-1.0, 3.0}}, VectorXd{{0.5, 0.25}}},
        Case{{3, 1, 6}, VectorXd{{0.0, 7.0, -2.0}}, VectorXd{{1.0, 1.0, 0.2}}}}) {
    const auto d = static_cast<Index>(c.count.size());
    Index n = 1;
    for (const Index count : c.count) n *= count;
    auto r = random_recording(d, n, 2, 3, 5);
    for (Index i = 0; i < n; ++i) {
      Index rest = i;
      for (Index a = d; a-- > 0;) {
        const Index count = c.count[static_cast<std::size_t>(a)];
        r.x(a, i) = c.origin[a] + static_cast<double>(rest % count) * c.spacing[a];
        rest /= count;
      }
    }
    r = reordered(r, shuffle(n, 8));
    const auto grid = measure::find_grid(r);
    REQUIRE(grid);
    CHECK(grid->count == c.count);
    const auto spectrum = measure::grid_spectrum(r, *grid);
    CHECK(spectrum.multiplicity.sum() == static_cast<double>(n));
    const auto direct = [&](const MatrixXd& values, Index m) {
      Eigen::VectorXcd out = Eigen::VectorXcd::Zero(2);
      for (Index i = 0; i < n; ++i)
        out += values.col(i) *
               std::polar(1.0 / static_cast<double>(n),
                          -2.0 * std::numbers::pi * spectrum.frequency.col(m).dot(r.x.col(i)));
      return out;
    };
    double error = 0.0, parseval = 0.0;
    for (Index m = 0; m < spectrum.frequency.cols(); ++m) {
      const Eigen::VectorXcd y = direct(r.y, m);
      error = std::max(error, (spectrum.target.col(m) - y).norm());
      parseval += spectrum.multiplicity[m] * spectrum.target.col(m).squaredNorm();
      for (Index j = 0; j < 3; ++j) {
        const Eigen::VectorXcd f = direct(r.f.middleCols(n * j, n), m);
        error = std::max(error,
                         (spectrum.coefficients.col(j * spectrum.frequency.cols() + m) - f).norm());
        error =
            std::max(error, std::abs(spectrum.delta(m, j) - (f - y).norm() / y.norm()) * y.norm());
        error = std::max(error, std::abs(spectrum.delta_magnitude(m, j) -
                                         (f.cwiseAbs() - y.cwiseAbs()).norm() / y.norm()) *
                                    y.norm());
      }
    }
    CHECK(error < 1e-13);
    CHECK(parseval == Approx(r.y.squaredNorm() / static_cast<double>(n)).epsilon(1e-12));
    const auto shells = measure::shells(spectrum);
    CHECK(shells.amplitude.squaredNorm() == Approx(parseval).epsilon(1e-12));
  }
}

TEST_CASE("grid spectrum: on the line it is the projection") {
  const VectorXd t{{0.1, 1.0}};
  const auto r = reordered(three_sines(50, t, {1.0, 2.0, 3.0}), shuffle(50, 2));
  const auto spectrum = measure::grid_spectrum(r, *measure::find_grid(r));
  const VectorXd p{{1.0}};
  const VectorXd k = measure::default_frequencies(r, p);
  REQUIRE(k.size() == 24);
  const auto projection = measure::project(r, p, k);
  for (Index m = 0; m < k.size(); ++m) {
    CHECK(k[m] == Approx(spectrum.frequency(0, m + 1)).epsilon(1e-12));
    CHECK(std::abs(projection.target(0, m) - spectrum.target(0, m + 1)) < 1e-13);
  }
  CHECK(std::abs(projection.target(0, 2)) == Approx(0.5));
}

TEST_CASE("grid spectrum: what is no grid is none") {
  auto r = random_recording(2, 12, 1, 1, 1);
  CHECK_FALSE(measure::find_grid(r));
  for (Index i = 0; i < 12; ++i) {
    const Index row = i / 3;
    r.x.col(i) << static_cast<double>(i % 3), static_cast<double>(row);
  }
  CHECK(measure::find_grid(r));
  auto bad = r;
  bad.x(0, 4) += 1e-3;
  CHECK_FALSE(measure::find_grid(bad));
  bad = r;
  bad.x.col(3) = bad.x.col(4);  // one twice, one missing
  CHECK_FALSE(measure::find_grid(bad));
  bad = r;
  bad.weight = VectorXd::LinSpaced(12, 1.0, 2.0);
  CHECK_FALSE(measure::find_grid(bad));
  CHECK_FALSE(measure::find_grid(random_recording(4, 16, 1, 1, 1)));
}

TEST_CASE("filtering: constants pass, wide filters leave the mean, narrow ones all") {
  auto r = random_recording(2, 300, 1, 2, 7);
  r.y.array() += 0.5;
  const double mean = r.y.mean(), rest = (r.y.array() - mean).square().mean();
  const auto wide = measure::filter(r, VectorXd{{1e8}});
  CHECK(wide.share_high[0] == Approx(rest / (rest + mean * mean)).epsilon(1e-12));
  CHECK(wide.e_low(0, 1) ==
        Approx(std::abs(r.f.rightCols(300).mean() - mean) / mean).epsilon(1e-11));
  const auto narrow = measure::filter(r, VectorXd{{1e-9}});
  CHECK(narrow.share_high[0] < 1e-28);
  CHECK(std::isnan(narrow.e_high(0, 0)));
  CHECK(narrow.e_low(0, 0) == Approx((r.f.leftCols(300) - r.y).norm() / r.y.norm()).epsilon(1e-13));
  r.y.setOnes();
  CHECK(measure::filter(r, VectorXd{{0.3}}).share_high[0] < 1e-28);
}

TEST_CASE("filtering: distances by products are the distances") {
  const auto r = random_recording(3, 500, 2, 3, 9);
  auto embedded = r;  // in 30 dimensions, turned
  const MatrixXd basis = Eigen::HouseholderQR<MatrixXd>(random_matrix(30, 3, 4)).householderQ() *
                         MatrixXd::Identity(30, 3);
  embedded.x = basis * r.x;
  const VectorXd widths{{0.05, 0.2, 1.0}};
  const auto a = measure::filter(r, widths), b = measure::filter(embedded, widths);
  CHECK((a.e_low - b.e_low).cwiseAbs().maxCoeff() < 1e-12);
  CHECK((a.e_high - b.e_high).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("filtering: tells how far it is, and ends where that throws") {
  const auto r = random_recording(2, 500, 1, 1, 3);
  std::vector<double> done;
  (void)measure::filter(r, VectorXd{{0.1}}, [&](double share) { done.push_back(share); });
  REQUIRE(done.size() == 8);
  CHECK(std::is_sorted(done.begin(), done.end()));
  CHECK(done.back() == 1.0);
  CHECK_THROWS_AS(measure::filter(r, VectorXd{{0.1}}, [](double) { throw RunError("enough"); }),
                  RunError);
}

TEST_CASE("principal direction: the same by either side's products") {
  // More dimensions than samples, then the same with enough of them.
  auto r = random_recording(40, 30, 1, 1, 11);
  r.x.row(7) *= 5.0;
  const VectorXd p = measure::principal_direction(r);
  CHECK(p.norm() == Approx(1.0));
  CHECK(p[7] > 0.9);
  auto twice = r;
  twice.x = r.x.replicate(1, 2);
  twice.y = r.y.replicate(1, 2);
  twice.f = r.f.replicate(1, 2);
  CHECK((measure::principal_direction(twice) - p).norm() < 1e-10);
  auto far = r;
  far.x.array() += 1e6;
  CHECK((measure::principal_direction(far) - p).norm() < 1e-6);
}

TEST_CASE("kernel modes: any kernel, and all modes together are the whole") {
  const auto r = random_recording(2, 40, 2, 3, 13);
  const MatrixXd kernel = measure::gaussian_kernel(r, 0.7);
  CHECK(kernel(3, 5) == Approx(std::exp(-(r.x.col(3) - r.x.col(5)).squaredNorm() / (2 * 0.49))));
  const auto modes = measure::kernel_modes(r, kernel, 40);
  CHECK(modes.eigenvalue.sum() == Approx(1.0));
  CHECK(modes.target.squaredNorm() == Approx(r.y.squaredNorm() / 40.0));
  for (Index j = 0; j < 3; ++j)
    CHECK(modes.share.col(j).cwiseProduct(modes.target).squaredNorm() ==
          Approx((r.f.middleCols(40 * j, 40) - r.y).squaredNorm() / 40.0));
  CHECK_THROWS_AS(measure::kernel_modes(r, kernel, 41), InputError);
  CHECK_THROWS_AS(measure::kernel_modes(r, kernel.topRows(3), 2), InputError);
}
