#include "lfp/mesh_free.hpp"

#include "base/memory.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"
#include "lfp/checks.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace fprinciple::lfp {

using Eigen::Index;
using Eigen::MatrixXd;

namespace {

MeshFree mesh_free(const data::NetworkLaw& law, Index d, bool divergence) {
  MeshFree model{real_space_kernels(law, d), law.train.b, divergence && law.train.w, 0};
  const int order_b = model.bias || model.divergence ? model.kernels.order_b : 0;
  // x_l times the polynomials that k_b leaves unpenalised.
  const int order_w = model.divergence && order_b > 0 ? order_b + 1 : 0;
  model.order = std::max({law.train.a ? model.kernels.order_a : 0, order_b, order_w});
  return model;
}

}  // namespace

MeshFree mesh_free_2019(const data::NetworkLaw& law, Index d) { return mesh_free(law, d, false); }

MeshFree mesh_free_2020(const data::NetworkLaw& law, Index d) { return mesh_free(law, d, true); }

base::Memory kernel_matrix_memory(Index rows, Index columns) {
  return base::held(base::doubles(static_cast<double>(rows) * static_cast<double>(columns)));
}

MatrixXd kernel_matrix(const MeshFree& model, const MatrixXd& rows, const MatrixXd& columns) {
  require_points("rows", rows);
  require_points("columns", columns, rows.rows());
  base::require_memory(kernel_matrix_memory(rows.cols(), columns.cols()).peak,
                       fmt::format("a kernel of {} × {} points", rows.cols(), columns.cols()));
  const double from_b = model.bias ? 1.0 : 0.0;
  const double from_w = model.divergence ? 1.0 : 0.0;
  MatrixXd k(rows.cols(), columns.cols());
  base::parallel_for(columns.cols(), true, [&](Index j) {
    for (Index i = 0; i < rows.cols(); ++i) {
      const double distance = (rows.col(i) - columns.col(j)).norm();
      k(i, j) = model.kernels.a(distance);
      const double factor = from_b + from_w * rows.col(i).dot(columns.col(j));
      if (factor != 0.0) k(i, j) += factor * model.kernels.b(distance);
    }
  });
  return k;
}

Index polynomial_count(int order, Index d) {
  return order == 0 ? 0 : order == 1 ? 1 : order == 2 ? 1 + d : 1 + d + d * (d + 1) / 2;
}

MatrixXd polynomials(int order, const MatrixXd& points) {
  base::require(order >= 0 && order <= 3, "order", order, "0, 1, 2 or 3");
  require_points("points", points);
  const Index d = points.rows();
  MatrixXd p(points.cols(), polynomial_count(order, d));
  if (order > 0) p.col(0).setOnes();
  if (order > 1) p.middleCols(1, d) = points.transpose();
  Index column = 1 + d;
  if (order > 2)
    for (Index k = 0; k < d; ++k)
      for (Index l = k; l < d; ++l)
        p.col(column++) = points.row(k).cwiseProduct(points.row(l)).transpose();
  return p;
}

}  // namespace fprinciple::lfp
