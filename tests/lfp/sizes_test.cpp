#include "base/error.hpp"
#include "base/fft.hpp"
#include "data/target.hpp"
#include "lfp/bounds.hpp"
#include "lfp/complete_kernel.hpp"
#include "lfp/gauss_rule.hpp"
#include "lfp/mesh_free.hpp"

#include <limits>
#include <string>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using Catch::Contains;
using Eigen::MatrixXd;

// Numbers that decide how many panels, nodes, directions or harmonics there are: however large,
// they end in a value with its error or in a sentence, and soon.

namespace {

/// Numbers or a refusal, at two points of which one is `far`.
void kernel_or_refusal(data::Activation activation, bool normal_w, const data::Distribution& b,
                       Eigen::Index d, double far) {
  data::NetworkLaw law = tests::fig1a().law(activation);
  law.w = normal_w ? tests::normal(1.0) : tests::uniform(1.0);
  law.b = b;
  MatrixXd x = MatrixXd::Zero(d, 2);
  x(0, 1) = far;
  INFO(base::name_of(activation) << ", normal w " << normal_w << ", b " << base::name_of(b.kind)
                                 << " of " << b.scale << ", d = " << d << ", x up to " << far);
  bool finite = false;
  std::string refusal;
  try {
    finite = lfp::complete_kernel(law, x, x).k.allFinite();
  } catch (const Error& error) {
    refusal = error.what();
  }
  CHECK((finite || refusal.size() > 20));
}

}  // namespace

TEST_CASE("the complete kernel of a law or of points of any scale: numbers or a refusal, at once") {
  using data::Activation;
  for (const Activation activation : {Activation::relu, Activation::relu2, Activation::gaussian})
    for (const bool normal_w : {false, true})
      for (const double far : {1.0, 1e19, 1e300})
        for (const double scale_b : {1e-300, 1.0, 1e18, 1e300}) {
          kernel_or_refusal(activation, normal_w, tests::uniform(scale_b), 1, far);
          kernel_or_refusal(activation, normal_w, tests::normal(scale_b), 1, far);
        }
  kernel_or_refusal(Activation::relu, false, tests::uniform(1e18), 2, 1.0);
  kernel_or_refusal(Activation::tanh, false, tests::uniform(1e18), 2, 1.0);
  kernel_or_refusal(Activation::tanh, false, tests::normal(1.0), 1, 1e19);
}

TEST_CASE("the complete kernel of any activation, law and points of any scale", "[slow]") {
  for (const data::Activation activation : base::all_values<data::Activation>())
    for (const bool normal_w : {false, true})
      for (const Eigen::Index d : {1, 2, 4})
        for (const double far : {1.0, 1e19, 1e300})
          for (const double scale_b : {1.0, 1e18, 1e300}) {
            kernel_or_refusal(activation, normal_w, tests::uniform(scale_b), d, far);
            kernel_or_refusal(activation, normal_w, tests::normal(scale_b), d, far);
          }
}

TEST_CASE("a quadrature rule is as large as its nodes can be used") {
  CHECK(lfp::composite_rule(3.0, 1.0, 16).x.size() == 48);
  CHECK(lfp::composite_size(1e19, 1.0, 16) == 16e19);
  CHECK_THROWS_WITH(lfp::composite_rule(1e19, 1.0, 16),
                    Contains("nodes of a quadrature rule") && Contains("at most 10000000"));
  CHECK_THROWS_AS(lfp::composite_rule(std::numeric_limits<double>::quiet_NaN(), 1.0, 16),
                  InputError);
  CHECK_THROWS_AS(lfp::composite_rule(1.0, 0.0, 16), InputError);
  CHECK_THROWS_AS(lfp::composite_rule(1.0, 1.0, 0), InputError);
}

TEST_CASE("a wave of any frequency has a series, or more harmonics than anybody can use") {
  data::Target target{{{Eigen::VectorXd::Constant(1, 1e-12)}}, data::Target::Shape::square};
  CHECK_THROWS_WITH(data::fourier_series(target, 1000.0), Contains("frequency 1e-12"));
  target.waves[0].frequency[0] = 1.0;
  CHECK(data::fourier_series(target, 1000.0).size() == 500);
  CHECK_THROWS_AS(data::fourier_series(target, std::numeric_limits<double>::infinity()),
                  InputError);
}

TEST_CASE("a frequency that rounds to the lattice's zero is not on the lattice") {
  const lfp::Lattice lattice{1, 2.5, 40};
  const auto wave = [&](double v) {
    return lfp::wave_coefficients(lattice, {{Eigen::VectorXd::Constant(1, v)}});
  };
  CHECK_THROWS_WITH(wave(1e-14), Contains("not on the lattice"));
  CHECK_NOTHROW(wave(0.0));
}

TEST_CASE("directions without number are told where w·Δ is huge") {
  data::NetworkLaw law = tests::fig1a().law(data::Activation::tanh);
  MatrixXd x = MatrixXd::Zero(2, 2);
  x(0, 1) = 1e19;
  CHECK_THROWS_WITH(lfp::kernel_matrix(lfp::mesh_free_2019(law, 2), x, x),
                    Contains("the directions that tanh is averaged over"));
}

TEST_CASE("a Fourier transform is no larger than FFTW can count") {
  CHECK_THROWS_AS(base::Fft({Eigen::Index{1} << 40}, base::Fft::Sign::forward), InputError);
  CHECK_THROWS_AS(
      base::Fft({Eigen::Index{1} << 20, Eigen::Index{1} << 20}, base::Fft::Sign::forward),
      InputError);
  CHECK_THROWS_AS(base::Fft({0}, base::Fft::Sign::forward), InputError);
}
