#include "lfp/complete_lattice.hpp"

#include "lfp/complete_kernel.hpp"

#include <cmath>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::Index;
using Eigen::MatrixXd;

namespace {

/// Flat biases: B ≥ W |x|, or 8.5 σ_w |x|, for |x| ≤ 0.6. The groups a, w and b, or all of them.
data::NetworkLaw law_of(Index d, int group) {
  data::NetworkLaw law;
  law.width = 30;
  law.output_scale = 0.4;
  law.a = tests::uniform(0.9);
  law.w = d == 1 ? tests::uniform(1.5) : tests::normal(0.7);
  law.b = tests::uniform(d == 1 ? 0.9 : 4.5);
  if (group < 3) {
    law.train.a = group == 0;
    law.train.w = group == 1;
    law.train.b = group == 2;
  }
  return law;
}

}  // namespace

TEST_CASE("complete LFP on the lattice: tends to the infinitely wide network, in d = 1 and 2") {
  for (const Index d : {1, 2})
    for (int group = 0; group < 4; ++group) {
      const MatrixXd x = 0.5 * tests::random_matrix(d, 6, 61);
      const data::NetworkLaw law = law_of(d, group);
      REQUIRE(lfp::has_lattice_form(law, d, x.colwise().norm().maxCoeff()));
      const MatrixXd k = lfp::complete_kernel(law, x, x).k;
      const auto difference = [&](double box, double wavelength) -> MatrixXd {
        const lfp::Lattice lattice{d, box, static_cast<Index>(std::round(box / wavelength)), 0.1};
        return (lfp::complete_on_lattice(law, lattice, x, x) - k) / k.cwiseAbs().maxCoeff();
      };
      // The error is A/box + B box/modes + higher orders: steps between boxes show A, and
      // extrapolation to the infinite box B.
      const double box = d == 1 ? 10.0 : 4.0;
      const double fine = d == 1 ? 0.001 : 0.05;
      const MatrixXd one = difference(box, fine);
      const MatrixXd two = difference(2.0 * box, fine);
      const MatrixXd four = difference(4.0 * box, fine);
      const double by_box = (one - two).norm() / (two - four).norm();
      const double wide = (2.0 * two - one).norm();
      const double by_wavelength =
          (2.0 * difference(2.0 * box, 2.0 * fine) - difference(box, 2.0 * fine)).norm() / wide;
      INFO("d = " << d << ", group " << group << ": " << by_box << ' ' << by_wavelength << ' '
                  << wide << ' ' << one.norm());
      CHECK(by_box == Approx(2.0).epsilon(0.05));
      CHECK(by_wavelength == Approx(2.0).epsilon(0.1));
      CHECK(wide < (d == 1 ? 3e-4 : 4e-3));  // a wrong constant leaves 0.1 or more
    }
}

TEST_CASE("complete LFP on the lattice: only for ReLU, isotropic w and biases beyond w·x") {
  data::NetworkLaw law = law_of(1, 3);
  CHECK(lfp::has_lattice_form(law, 1, 0.6));
  CHECK_FALSE(lfp::has_lattice_form(law, 1, 0.61));
  CHECK_FALSE(lfp::has_lattice_form(law, 2, 0.3));  // uniform w is not isotropic in d = 2
  law.activation = data::Activation::tanh;
  CHECK_FALSE(lfp::has_lattice_form(law, 1, 0.6));
  law = law_of(2, 3);
  CHECK_FALSE(lfp::has_lattice_form(law, 2, 0.8));
  law.b = tests::normal(4.5);
  CHECK_FALSE(lfp::has_lattice_form(law, 2, 0.6));
}
