#include "lfp/complete_lattice.hpp"

#include "base/memory.hpp"
#include "lfp/spectral_weight.hpp"

#include <cmath>
#include <numbers>

#include <spdlog/fmt/fmt.h>

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
#pragma omp parallel for schedule(static)
  for (Index i = 0; i < points.cols(); ++i) {
    const Eigen::VectorXcd e = phases(lattice, points.col(i));
    out.col(i) << e.real(), e.imag();
  }
  return out;
}

}  // namespace

bool has_lattice_form(const data::NetworkLaw& law, Index d, double reach) {
  const bool normal = law.w.kind == Distribution::Kind::normal;
  return law.activation == data::Activation::relu && law.b.kind == Distribution::Kind::uniform &&
         (normal || d == 1) && law.b.scale >= (normal ? 8.5 : 1.0) * law.w.scale * reach;
}

MatrixXd complete_on_lattice(const data::NetworkLaw& law, const Lattice& lattice,
                             const MatrixXd& rows, const MatrixXd& columns) {
  const auto d = static_cast<double>(lattice.dim);
  base::require_memory(
      8.0 * 4.0 * static_cast<double>(lattice.size()) *
          static_cast<double>(rows.cols() + columns.cols()),
      fmt::format("a lattice of {} coefficients with {} points", lattice.size(), rows.cols()));
  data::NetworkLaw all = law;
  all.train_a = all.train_b = true;
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
  if (law.train_a) {
    const double curvature = -4.0 * std::pow(std::numbers::pi, 2) / d * xi.cwiseAbs2().dot(gamma_a);
    const MatrixXd distance2 = (-2.0 * inner).colwise() + rows.colwise().squaredNorm().transpose();
    k += sums(gamma_a) - 0.5 * curvature * (distance2.rowwise() + columns.colwise().squaredNorm());
    k += 0.5 * scale * data::second_moment(law.w) * inner;
    k.array() += scale * law.b.scale * law.b.scale / 6.0 - gamma_a.sum();
  }
  const double constant = 0.5 * scale * data::second_moment(law.a) - gamma_b.sum();
  k.array() += ((law.train_b ? 1.0 : 0.0) + (law.train_w ? 1.0 : 0.0) * inner.array()) *
               (sums(gamma_b).array() + constant);
  return k;
}

}  // namespace fprinciple::lfp
