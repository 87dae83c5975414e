#include "lfp/dual.hpp"
#include "lfp/evaluate.hpp"

#include <cmath>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::VectorXd;

namespace {

// The samples of figure 1 at 19 equispaced points of [−0.8, 0.1], by
// scipy.interpolate.CubicSpline(x, y, bc_type="natural") and numpy.interp.
const VectorXd kNaturalSpline =
    (VectorXd(19) << 0.25, 0.0960498366013071, -0.04632026143790836, -0.1655302287581699, -0.25,
     -0.29134955216654557, -0.29399903171145, -0.2655686274509803, -0.21367852820140404,
     -0.14594892277898816, -0.07, 0.0063804485142822135, 0.07473421992253693, 0.12643550857843133,
     0.15285850883563296, 0.14540591809640527, 0.1015230800653595, 0.03213728043300648, -0.05)
        .finished();
const VectorXd kPiecewiseLinear =
    (VectorXd(19) << 0.25, 0.125, 0.0, -0.125, -0.25, -0.22, -0.19, -0.16, -0.13, -0.10, -0.07,
     -0.024166666666666677, 0.021666666666666695, 0.0675, 0.11333333333333334, 0.1375, 0.075,
     0.0125, -0.05)
        .finished();

/// Largest difference between LFP with one half of γ² and a classical interpolant.
double distance(bool cubic, double box, Eigen::Index modes, double zero_frequency = 0.1) {
  const tests::Case c = tests::fig1a();
  data::NetworkLaw law = c.law();
  law.train.a = cubic;
  law.train.b = !cubic;
  const lfp::SpectralWeight weight = lfp::lfp2019(law, 1);
  const lfp::Lattice lattice{1, box, modes, zero_frequency};
  const data::Grid grid = data::make_grid({{-0.8, 0.1, 19}});
  const VectorXd f = lfp::GridEvaluator(
      lattice, grid)(lfp::solve_dual(lfp::make_problem(lattice, weight, c.samples)));
  return (f - (cubic ? kNaturalSpline : kPiecewiseLinear)).cwiseAbs().maxCoeff();
}

}  // namespace

TEST_CASE("γ_b = 0 tends to the natural cubic spline as 1/box") {
  // Outside the data the periodic minimiser closes through a beam of length box − 0.9, whose end
  // moment goes as 1/box: that is the error. The cut-off, modes/box = 100 cycles, adds
  // O((box/modes)³) = 1e-6 or less.
  const double coarse = distance(true, 20.0, 2000);
  const double medium = distance(true, 200.0, 20000);
  const double fine = distance(true, 2000.0, 200000);
  CHECK(coarse / medium == Approx(10.0).epsilon(0.3));
  CHECK(medium / fine == Approx(10.0).epsilon(0.3));
  CHECK(fine < 1e-4);
}

TEST_CASE("γ_a = 0 tends to the piecewise-linear interpolant as box/modes and 1/box²") {
  // Kinks lose their frequencies above the cut-off: O(box/modes). The box itself only enters by the
  // weight of the mean: h'' = 4π² mean(h) zero_frequency²/box² between the samples.
  const double coarse = distance(false, 20.0, 20000);
  const double medium = distance(false, 20.0, 40000);
  const double fine = distance(false, 20.0, 80000);
  CHECK(coarse / medium == Approx(2.0).epsilon(0.3));
  CHECK(medium / fine == Approx(2.0).epsilon(0.3));
  CHECK(distance(false, 20.0, 400000) < 1e-4);
  CHECK(distance(false, 8.0, 100000, 1.0) / distance(false, 16.0, 200000, 1.0) ==
        Approx(4.0).epsilon(0.3));
}
