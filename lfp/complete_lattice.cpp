#include "lfp/complete_lattice.hpp"

#include "base/blas.hpp"
#include "base/error.hpp"
#include "base/memory.hpp"
#include "base/parallel.hpp"
#include "lfp/checks.hpp"
#include "lfp/spectral_weight.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace fprinciple::lfp {
namespace {

using data::Distribution;
using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// cos(2π ξ_k·x), then sin, for all stored k: 2 size × N.
MatrixXd waves(const Lattice& lattice, const MatrixXd& points) {
  MatrixXd out(2 * lattice.size(), points.cols());
  base::parallel_for(points.cols(), true, [&](Index i) {
    const Eigen::VectorXcd e = phases(lattice, points.col(i));
    out.col(i) << e.real(), e.imag();
  });
  return out;
}

}  // namespace

bool has_lattice_form(const data::NetworkLaw& law, Index d, double reach) {
  const bool normal = law.w.kind == Distribution::Kind::normal;
  return law.activation == data::Activation::relu && law.b.kind == Distribution::Kind::uniform &&
         law.b.mean == 0.0 && (normal || d == 1) &&
         law.b.scale >= (normal ? 8.5 : 1.0) * law.w.scale * reach;
}

base::Memory complete_lattice_memory(const Lattice& lattice, Index rows, Index columns) {
  const auto size = static_cast<double>(lattice.size());
  const auto n = static_cast<double>(rows);
  const auto m = static_cast<double>(columns);
  // The waves of both, those of the columns once more times Γ; four matrices between them.
  return base::passing(base::doubles(2.0 * size * (n + 2.0 * m) + 4.0 * n * m + 4.0 * size));
}

MatrixXd complete_on_lattice(const data::NetworkLaw& law, const Lattice& lattice,
                             const MatrixXd& rows, const MatrixXd& columns) {
  require_law(law);
  require_lattice(lattice);
  require_points("rows", rows, lattice.dim);
  require_points("columns", columns, lattice.dim);
  const double reach = std::sqrt(std::max(rows.colwise().squaredNorm().maxCoeff(),
                                          columns.colwise().squaredNorm().maxCoeff()));
  if (!has_lattice_form(law, lattice.dim, reach))
    throw InputError(fmt::format(
        "law: the lattice form of complete LFP is for ReLU, isotropic w and uniform b beyond |w·x| "
        "at points up to {:.3g} from 0",
        reach));
  const base::OneBlasThread blas;
  const auto d = static_cast<double>(lattice.dim);
  base::require_memory(
      complete_lattice_memory(lattice, rows.cols(), columns.cols()).peak,
      fmt::format("a lattice of {} coefficients with {} points", lattice.size(), rows.cols()));
  data::NetworkLaw all = law;
  all.train.a = all.train.b = true;
  const SpectralWeight weight = lfp2019(all, lattice.dim);
  const VectorXd xi = mode_norms(lattice) / lattice.box;
  const ArrayXd share = mode_weights(lattice).array() / std::pow(lattice.box, d);
  const auto sampled = [&](double c, double exponent) -> VectorXd {
    return (xi.array() > 0.0).select(c * share * xi.array().pow(-exponent), 0.0);
  };
  const VectorXd gamma_a = sampled(weight.c1, d + 3.0);
  const VectorXd gamma_b = sampled(weight.c2, d + 1.0);

  const MatrixXd of_rows = waves(lattice, rows);
  const MatrixXd of_columns = waves(lattice, columns);
  const auto sums = [&](const VectorXd& gamma) -> MatrixXd {
    return of_rows.transpose() * (gamma.replicate(2, 1).asDiagonal() * of_columns);
  };
  const double scale = law.output_scale * law.output_scale * static_cast<double>(law.width);
  const MatrixXd inner = rows.transpose() * columns;
  MatrixXd k = MatrixXd::Zero(rows.cols(), columns.cols());
  if (law.train.a) {
    const double curvature = -4.0 * std::pow(std::numbers::pi, 2) / d * xi.cwiseAbs2().dot(gamma_a);
    const MatrixXd distance2 = (-2.0 * inner).colwise() + rows.colwise().squaredNorm().transpose();
    k += sums(gamma_a) - 0.5 * curvature * (distance2.rowwise() + columns.colwise().squaredNorm());
    k += 0.5 * scale * data::second_moment(law.w) * inner;
    k.array() += scale * law.b.scale * law.b.scale / 6.0 - gamma_a.sum();
  }
  const double constant = 0.5 * scale * data::second_moment(law.a) - gamma_b.sum();
  k.array() += ((law.train.b ? 1.0 : 0.0) + (law.train.w ? 1.0 : 0.0) * inner.array()) *
               (sums(gamma_b).array() + constant);
  return k;
}

}  // namespace fprinciple::lfp
