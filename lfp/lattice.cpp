#include "lfp/lattice.hpp"

#include "base/blas.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <vector>

namespace fprinciple::lfp {

using Eigen::Index;

namespace {

/// Below this many (point, coefficient) pairs starting threads costs more than it saves.
constexpr Index kWorthThreads = Index{1} << 18;

}  // namespace

Index Lattice::size() const {
  Index product = 1;
  for (Index axis = 0; axis < dim; ++axis) product *= axis_size(axis);
  return product;
}

void require_lattice(const Lattice& lattice) {
  base::require(lattice.dim >= 1 && lattice.dim <= 3, "lattice.dim", lattice.dim, "1, 2 or 3");
  base::require(lattice.box > 0.0 && std::isfinite(lattice.box), "lattice.box", lattice.box,
                "finite and above 0");
  base::require(lattice.zero_frequency > 0.0 && std::isfinite(lattice.zero_frequency),
                "lattice.zero_frequency", lattice.zero_frequency, "finite and above 0");
  base::require(lattice.modes >= 1 && lattice.modes <= Index{1} << 30, "lattice.modes",
                lattice.modes, "at least 1 and at most 2³⁰");
  const auto modes = static_cast<double>(lattice.modes);
  const double size = modes * std::pow(2.0 * modes - 1.0, static_cast<double>(lattice.dim - 1));
  base::require(size <= 0x1p53, "lattice.modes", lattice.modes,
                "so few that all coefficients can be counted");
}

Eigen::VectorXd mode_norms(const Lattice& lattice) {
  require_lattice(lattice);
  Eigen::VectorXd norms(lattice.size());
  for (Index j = 0; j < norms.size(); ++j) {
    Index rest = j;
    double square = 0.0;
    for (Index axis = lattice.dim; axis-- > 0;) {
      const auto k = static_cast<double>(lattice.axis_start(axis) + rest % lattice.axis_size(axis));
      square += k * k;
      rest /= lattice.axis_size(axis);
    }
    norms[j] = std::sqrt(square);
  }
  return norms;
}

Eigen::VectorXd mode_weights(const Lattice& lattice) {
  require_lattice(lattice);
  const Index slice = lattice.size() / lattice.modes;  // the coefficients with k_1 = 0
  Eigen::VectorXd weights = Eigen::VectorXd::Constant(lattice.size(), 2.0);
  weights.head(slice).setOnes();
  return weights;
}

Eigen::VectorXd sampled_weight(const Lattice& lattice, const SpectralWeight& weight) {
  require_lattice(lattice);
  base::require(weight.dim == lattice.dim, "weight.dim", weight.dim, "that of the lattice");
  const double volume = std::pow(lattice.box, static_cast<double>(lattice.dim));
  const Eigen::VectorXd norms = mode_norms(lattice);
  // A value may be a quadrature: one for each distinct |k|, a root of an integer and so exact.
  std::vector<double> distinct(norms.begin(), norms.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<double> gamma(distinct.size());
  base::parallel_for_uneven(static_cast<Index>(distinct.size()), true, [&](Index index) {
    const auto j = static_cast<std::size_t>(index);
    const double k = distinct[j] > 0.0 ? distinct[j] : lattice.zero_frequency;
    gamma[j] = weight.gamma2(k / lattice.box) / volume;
  });
  return norms.unaryExpr([&](double k) {
    const auto at = std::lower_bound(distinct.begin(), distinct.end(), k);
    return gamma[static_cast<std::size_t>(at - distinct.begin())];
  });
}

Eigen::VectorXcd axis_phases(const Lattice& lattice, Index axis, double x) {
  // Whole turns are dropped in extended precision, so that large k costs no accuracy.
  const long double turns_per_mode = static_cast<long double>(x) / lattice.box;
  Eigen::VectorXcd out(lattice.axis_size(axis));
  for (Index j = 0; j < out.size(); ++j) {
    const long double turns =
        static_cast<long double>(lattice.axis_start(axis) + j) * turns_per_mode;
    out[j] =
        std::polar(1.0, 2.0 * std::numbers::pi * static_cast<double>(turns - std::rint(turns)));
  }
  return out;
}

Eigen::VectorXcd phases(const Lattice& lattice, const Eigen::VectorXd& x) {
  base::require_size("x", x.size(), lattice.dim);
  Eigen::VectorXcd product = axis_phases(lattice, 0, x[0]);
  for (Index axis = 1; axis < lattice.dim; ++axis) {
    const Eigen::VectorXcd next = axis_phases(lattice, axis, x[axis]);
    Eigen::MatrixXcd outer = next * product.transpose();  // `next` runs fastest
    product = outer.reshaped();
  }
  return product;
}

namespace {

/// Σ_k w_k Re(c_k e^{2πi k·x/L}) at points.
Eigen::VectorXd periodic_values(const Lattice& lattice, const Eigen::VectorXcd& c,
                                const Eigen::MatrixXd& points) {
  const Eigen::VectorXcd weighted = c.cwiseProduct(mode_weights(lattice));
  Eigen::VectorXd h(points.cols());
  base::parallel_for(points.cols(), points.cols() * lattice.size() > kWorthThreads, [&](Index i) {
    // Contract one axis after another, the fastest first.
    Eigen::VectorXcd rest = weighted;
    for (Index axis = lattice.dim; axis-- > 0;) {
      const Eigen::VectorXcd e = axis_phases(lattice, axis, points(axis, i));
      rest = (rest.reshaped(e.size(), rest.size() / e.size()).transpose() * e).eval();
    }
    h[i] = rest[0].real();
  });
  return h;
}

}  // namespace

Eigen::VectorXd part_factor(Index part, const Eigen::MatrixXd& points) {
  base::require(part >= 0 && part <= points.rows(), "part", part, "0 to the dimension");
  return part == 0 ? Eigen::VectorXd::Ones(points.cols())
                   : Eigen::VectorXd(points.row(part - 1).transpose());
}

Eigen::VectorXd values(const Lattice& lattice, const Eigen::MatrixXcd& c,
                       const Eigen::MatrixXd& points) {
  require_lattice(lattice);
  base::require_shape("points", points, lattice.dim, base::kAny);
  base::require_size("c", c.rows(), lattice.size());
  base::require(c.cols() <= 1 + lattice.dim, "c.cols()", c.cols(), "at most 1 + the dimension");
  const base::OneBlasThread blas;
  Eigen::VectorXd h = Eigen::VectorXd::Zero(points.cols());
  for (Index part = 0; part < c.cols(); ++part)
    h += part_factor(part, points).cwiseProduct(periodic_values(lattice, c.col(part), points));
  return h;
}

}  // namespace fprinciple::lfp
