#include "lfp/hermite_averages.hpp"

#include "base/blas.hpp"
#include "base/count.hpp"
#include "base/error.hpp"
#include "base/memory.hpp"
#include "base/parallel.hpp"
#include "lfp/checks.hpp"
#include "lfp/gauss_rule.hpp"
#include "lfp/hermite_coefficients.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace fprinciple::lfp {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Σ_k (A_k A'_k^T) ∘ cosine^k, A_k the points × nodes coefficients of order k.
MatrixXd series(const MatrixXd& alpha, const MatrixXd& alpha_prime, Index nodes,
                const MatrixXd& cosine, const base::ShareTold& tell) {
  constexpr Index kTile = 64;
  MatrixXd sum(cosine.rows(), cosine.cols());
  const Index row_tiles = (cosine.rows() + kTile - 1) / kTile;
  base::parallel_for_uneven(row_tiles, true, tell, [&](Index tile) {
    const Index r = tile * kTile;
    const Index height = std::min(kTile, cosine.rows() - r);
    for (Index c = 0; c < cosine.cols(); c += kTile) {
      const Index width = std::min(kTile, cosine.cols() - c);
      const Eigen::ArrayXXd x = cosine.block(r, c, height, width).array();
      Eigen::ArrayXXd t = Eigen::ArrayXXd::Zero(height, width);
      for (Index k = alpha.rows() - 1; k >= 0; --k) {
        const VectorXd left = alpha.row(k).segment(r * nodes, height * nodes);
        const VectorXd right = alpha_prime.row(k).segment(c * nodes, width * nodes);
        const MatrixXd product =
            left.reshaped(nodes, height).transpose() * right.reshaped(nodes, width);
        t = t * x + product.array();
      }
      sum.block(r, c, height, width) = t;
    }
  });
  return sum;
}

VectorXd norms_of(const MatrixXd& points, double scale, double common) {
  return (scale * scale * points.colwise().squaredNorm().array() + common * common).sqrt();
}

constexpr double kPanel = 1.5;  // the rule over uniform b
constexpr Index kOrder = 16;

struct Cost {
  double largest, bytes, evaluations;
};

Cost cost_of(const data::NetworkLaw& law, const MatrixXd& rows, const MatrixXd& columns) {
  const bool normal_b = law.b.kind == data::Distribution::Kind::normal;
  const double common = normal_b ? law.b.scale : 0.0;
  const double largest = std::max(norms_of(rows, law.w.scale, common).maxCoeff(),
                                  norms_of(columns, law.w.scale, common).maxCoeff());
  const double bias_nodes = normal_b ? 1.0 : composite_size(law.b.scale, kPanel, kOrder);
  const auto terms = static_cast<double>(hermite_terms(largest));
  const double nodes = 2.0 * half_of_hermite_nodes(hermite_terms(largest), largest, 1.0) + 1.0;
  const auto n = static_cast<double>(rows.cols());
  const auto m = static_cast<double>(columns.cols());
  return {largest,
          base::doubles(nodes * terms + 2.0 * bias_nodes * nodes + bias_nodes * terms * (n + m) +
                        n * m),
          // σ and σ' at their nodes, then the products, some 16 numbers of which take as long.
          2.0 * bias_nodes * ((n + m) * nodes * (3.0 + terms / 16.0) + n * m * terms / 16.0)};
}

}  // namespace

base::Memory hermite_memory(const data::NetworkLaw& law, const MatrixXd& rows,
                            const MatrixXd& columns) {
  return base::passing(cost_of(law, rows, columns).bytes);
}

ActivationAverages hermite_averages(const data::NetworkLaw& law, const MatrixXd& rows,
                                    const MatrixXd& columns, const base::ShareTold& tell) {
  require_law(law);
  require_points("rows", rows);
  require_points("columns", columns, rows.rows());
  if (law.w.kind != data::Distribution::Kind::normal || data::relu_power(law.activation) > 0)
    throw InputError("law: Hermite series are for smooth activations and normal w");
  const base::OneBlasThread blas;
  const Cost cost = cost_of(law, rows, columns);
  base::require_memory(cost.bytes, fmt::format("the Hermite coefficients of {} points",
                                               rows.cols() + columns.cols()));
  base::require_effort(
      cost.evaluations,
      fmt::format("the average over w, |w·x| up to {:.3g}, and b, |b| up to {:.3g},", cost.largest,
                  law.b.scale));
  const bool normal_b = law.b.kind == data::Distribution::Kind::normal;
  const double common = normal_b ? law.b.scale : 0.0;
  Rule b = normal_b ? Rule{VectorXd::Zero(1), VectorXd::Ones(1)}
                    : composite_rule(law.b.scale, kPanel, kOrder);
  b.x.array() += law.b.mean;
  Rule fine_b = normal_b ? b : composite_rule(law.b.scale, 1.2, 18);
  if (!normal_b) fine_b.x.array() += law.b.mean;
  const VectorXd row_norms = norms_of(rows, law.w.scale, common);
  const VectorXd column_norms = norms_of(columns, law.w.scale, common);
  const double largest = std::max(row_norms.maxCoeff(), column_norms.maxCoeff());
  const Index terms = hermite_terms(largest);
  const Index nodes = b.x.size();

  MatrixXd cosine(rows.cols(), columns.cols());
  const VectorXd row_inverse = row_norms.cwiseMax(1e-300).cwiseInverse();
  const VectorXd column_inverse = column_norms.cwiseMax(1e-300).cwiseInverse();
  cosine = row_inverse.asDiagonal() *
           ((law.w.scale * law.w.scale) * (rows.transpose() * columns) +
            MatrixXd::Constant(rows.cols(), columns.cols(), common * common)) *
           column_inverse.asDiagonal();
  cosine = cosine.cwiseMax(-1.0).cwiseMin(1.0);

  const HermiteTable hermite = hermite_table(terms, largest, 1.0);
  const HermiteTable fine = hermite_table(1, largest, 1.5);
  ActivationAverages out;
  out.method = "quadrature";
  data::with_activation(law.activation, [&](auto sigma) {
    const auto average = [&](const auto& function, double first, MatrixXd& into) {
      const MatrixXd left =
          hermite_coefficients(function, hermite, row_norms, b, base::part_of(tell, first, 0.3));
      const MatrixXd right = hermite_coefficients(function, hermite, column_norms, b);
      into = series(left, right, nodes, cosine, base::part_of(tell, first + 0.3, 0.2));
      out.error = std::max({out.error, hermite_miss(function, left, nodes, row_norms, fine, fine_b),
                            hermite_miss(function, right, nodes, column_norms, fine, fine_b)});
    };
    average([sigma](double z) { return sigma.value(z); }, 0.0, out.value);
    average([sigma](double z) { return sigma.derivative(z); }, 0.5, out.derivative);
  });
  return out;
}

}  // namespace fprinciple::lfp
