#include "lfp/deep_kernel.hpp"

#include "base/blas.hpp"
#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"
#include "base/simd.hpp"
#include "lfp/checks.hpp"
#include "lfp/hermite_coefficients.hpp"
#include "lfp/normal_pair.hpp"
#include "lfp/pair_geometry.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace fprinciple::lfp {
namespace {

using data::DeepActivation;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// What a layer does with the averages: Σ' = weight E[σσ] + bias, Θ' = of_weights E[σσ] + of_biases
/// + weight Θ E[σ'σ'].
struct Layer {
  double weight, bias;
  double of_weights, of_biases;
};

Layer layer(const data::DeepLaw& law, Index l, double fan_in) {
  const double weight = law.weight_std[l] * law.weight_std[l];
  const double bias = law.bias_std[l] * law.bias_std[l];
  if (law.parameterisation == data::Parameterisation::ntk) return {weight, bias, weight, bias};
  return {weight, bias, fan_in, 1.0};
}

/// Layers l = 2 … L + 1.
std::vector<Layer> layers_above(const data::DeepLaw& law) {
  std::vector<Layer> out;
  for (Index l = 1; l <= law.layers(); ++l)
    out.push_back(layer(law, l, law.width.size() > 0 ? law.width[l - 1] : 0.0));
  return out;
}

/// The smooth activation that has no closed form; nothing for the others.
std::optional<data::Activation> by_series(DeepActivation activation) {
  if (activation == DeepActivation::tanh) return data::Activation::tanh;
  if (activation == DeepActivation::sigmoid) return data::Activation::sigmoid;
  if (activation == DeepActivation::softplus) return data::Activation::softplus;
  return {};
}

/// Calls f with the type of the closed form.
template <class F>
inline decltype(auto) with_pair(DeepActivation activation, const F& f) {
  switch (activation) {
    case DeepActivation::relu2:
      return f(Relu2Pair{});
    case DeepActivation::gaussian:
      return f(GaussianPair{});
    case DeepActivation::ricker:
      return f(RickerPair{});
    case DeepActivation::sine:
      return f(SinePair{});
    case DeepActivation::erf:
      return f(ErfPair{});
    case DeepActivation::gelu:
      return f(GeluPair{});
    default:
      return f(ReluPair{});
  }
}

constexpr double kTiny = 1e-300;  // a denominator that may be 0 where its numerator is

/// What the points have to say about a layer: Σ^l(x, x), its root, and there the coefficients of
/// the series of σ and σ', points × terms, and their largest miss.
struct PointLayer {
  VectorXd q, root;
  MatrixXd value, derivative;
  double error = 0.0;
};

constexpr double kWidest = 8.0;  // √q up to which the series are taken

/// tanh has its nearest pole at iπ/2, the others at iπ.
Index series_terms(data::Activation activation, double largest) {
  return hermite_terms(largest, activation == data::Activation::tanh ? 160.0 : 60.0);
}

void add_series(data::Activation activation, Index l, PointLayer& at) {
  const double largest = at.root.maxCoeff();
  if (!(largest <= kWidest))
    throw RunError(fmt::format(
        "the inputs of hidden layer {} have a variance of up to {:.4g}, and the Hermite "
        "series of {} reach to {:g}: scale the points or weight_std down",
        l, largest * largest, base::name_of(activation), kWidest * kWidest));
  const HermiteTable hermite = hermite_table(series_terms(activation, largest), largest, 1.0);
  const HermiteTable fine = hermite_table(1, largest, 1.5);
  const Rule once{VectorXd::Zero(1), VectorXd::Ones(1)};
  data::with_activation(activation, [&](auto sigma) {
    const auto series = [&](const auto& function) -> MatrixXd {
      const MatrixXd alpha = hermite_coefficients(function, hermite, at.root, once);
      at.error = std::max(at.error, hermite_miss(function, alpha, 1, at.root, fine, once));
      return alpha.transpose();
    };
    at.value = series([sigma](double z) { return sigma.value(z); });
    at.derivative = series([sigma](double z) { return sigma.derivative(z); });
  });
}

/// E[σ²] and E[σ'²] of each point.
std::array<VectorXd, 2> squares(DeepActivation activation, const PointLayer& at) {
  if (at.value.size() > 0)
    return {at.value.rowwise().squaredNorm(), at.derivative.rowwise().squaredNorm()};
  std::array<VectorXd, 2> out{VectorXd(at.q.size()), VectorXd(at.q.size())};
  with_pair(activation, [&](auto sigma) {
    for (Index i = 0; i < at.q.size(); ++i) {
      const double q = at.q[i];
      const PairAverages average = sigma.of({q, q, q, q, 0.0});
      out[0][i] = average.value;
      out[1][i] = average.derivative;
    }
  });
  return out;
}

/// Layers 1 … L + 1 at points u (d × N), which are scaled by σ_w/√d; into `tangent`, if given, Θ at
/// x' = x.
std::vector<PointLayer> point_layers(const data::DeepLaw& law, const MatrixXd& u,
                                     VectorXd* tangent = nullptr) {
  const Layer first = layer(law, 0, static_cast<double>(u.rows()));
  const VectorXd square = u.colwise().squaredNorm();
  std::vector<PointLayer> out(1);
  out[0].q = square.array() + first.bias;
  if (tangent != nullptr)
    *tangent = first.of_weights / first.weight * square.array() + first.of_biases;
  const auto activation = by_series(law.activation);
  for (const Layer& next : layers_above(law)) {
    PointLayer& at = out.back();
    at.root = at.q.cwiseSqrt();
    if (activation) add_series(*activation, static_cast<Index>(out.size()), at);
    const auto [value, derivative] = squares(law.activation, at);
    if (tangent != nullptr)
      *tangent = next.of_weights * value.array() + next.of_biases +
                 next.weight * tangent->array() * derivative.array();
    PointLayer above;
    above.q = next.weight * value.array() + next.bias;
    out.push_back(std::move(above));
  }
  out.back().root = out.back().q.cwiseSqrt();
  return out;
}

constexpr Index kTile = 128;  // points, in the first cache
using Block = std::array<double, kTile>;

/// Points of rows in a block, and one of columns, as a layer's step takes them: variances at the
/// layer, their roots, and the roots one layer on.
struct Side {
  const double *q, *root, *next_root;
};

template <class Sigma>
void step_block(const Layer& layer_above, const Side& rows, const Side& column, Index size,
                double* __restrict c, double* __restrict gap, double* __restrict theta) {
  // Copies, so that what is written cannot change them.
  const Layer next = layer_above;
  const double q = *column.q;
  const double root = *column.root;
  const double next_root = *column.next_root;
  for (Index i = 0; i < size; ++i) {
    const NormalPair pair{rows.q[i], q, rows.root[i] * root, c[i], gap[i]};
    const double bound = rows.next_root[i] * next_root;
    PairAverages average{};
    double left = 0.0;
    if constexpr (std::is_same_v<Sigma, ReluPair>) {
      // With A = σ_w²/2, √(Σ'Σ') − Σ' = σ_w² (scale/2 − E[σσ]) + √(Σ'Σ') − (A scale + σ_b²), and
      // the product of the last difference and the sum of its terms is A σ_b² (√q − √q')².
      const auto with_loss = ReluPair::averages_and_loss(pair);
      average = with_loss.averages;
      const double apart = rows.root[i] - root;
      const double half = 0.5 * next.weight;
      left = next.weight * with_loss.loss +
             half * next.bias * apart * apart / (bound + half * pair.scale + next.bias + kTiny);
      c[i] = next.weight * average.value + next.bias;
    } else {
      average = Sigma::of(pair);
      c[i] = next.weight * average.value + next.bias;
      left = bound - std::abs(c[i]);
    }
    gap[i] = left > 0.0 ? left : 0.0;
    theta[i] = next.of_weights * average.value + next.of_biases +
               next.weight * theta[i] * average.derivative;
  }
}

/// One layer for up to kTile pairs, in place.
FPRINCIPLE_CLONES void step(DeepActivation activation, const Layer& next, const Side& rows,
                            const Side& column, Index size, double* c, double* gap, double* theta) {
  switch (activation) {
    case DeepActivation::relu2:
      return step_block<Relu2Pair>(next, rows, column, size, c, gap, theta);
    case DeepActivation::gaussian:
      return step_block<GaussianPair>(next, rows, column, size, c, gap, theta);
    case DeepActivation::ricker:
      return step_block<RickerPair>(next, rows, column, size, c, gap, theta);
    case DeepActivation::sine:
      return step_block<SinePair>(next, rows, column, size, c, gap, theta);
    case DeepActivation::erf:
      return step_block<ErfPair>(next, rows, column, size, c, gap, theta);
    case DeepActivation::gelu:
      return step_block<GeluPair>(next, rows, column, size, c, gap, theta);
    default:
      return step_block<ReluPair>(next, rows, column, size, c, gap, theta);
  }
}

/// The same by the series Σ_k α_k α'_k ρ^k: coefficients of a block of rows, `stride` apart from
/// one k to the next, and those of the column's point.
FPRINCIPLE_CLONES void step_series(const Layer& next, const Side& rows, const Side& column,
                                   const double* value, const double* derivative,
                                   const double* column_value, const double* column_derivative,
                                   Index stride, Index terms, Index size, double* c,
                                   double* theta) {
  Block rho{};
  Block of_value{};
  Block of_derivative{};
  for (Index i = 0; i < size; ++i) {
    const double cosine = c[i] / std::max(rows.root[i] * *column.root, kTiny);
    rho[static_cast<std::size_t>(i)] = std::min(1.0, std::max(-1.0, cosine));
  }
  for (Index k = terms - 1; k >= 0; --k) {
    const double v = column_value[k * stride];
    const double w = column_derivative[k * stride];
    const double* block_value = value + k * stride;
    const double* block_derivative = derivative + k * stride;
    for (Index i = 0; i < size; ++i) {
      const auto at = static_cast<std::size_t>(i);
      of_value[at] = of_value[at] * rho[at] + block_value[i] * v;
      of_derivative[at] = of_derivative[at] * rho[at] + block_derivative[i] * w;
    }
  }
  for (Index i = 0; i < size; ++i) {
    const auto at = static_cast<std::size_t>(i);
    c[i] = next.weight * of_value[at] + next.bias;
    theta[i] = next.of_weights * of_value[at] + next.of_biases +
               next.weight * theta[i] * of_derivative[at];
  }
}

/// begin on the line, where nearly all pairs are close to a correlation of ±1, and the determinant
/// is σ_b² (u − v)².
FPRINCIPLE_CLONES void begin_line(const double* u, Index size, double v, double bias_std,
                                  const double* root, double column_root, double* __restrict c,
                                  double* __restrict gap) {
  for (Index i = 0; i < size; ++i) {
    const double apart = bias_std * (u[i] - v);
    c[i] += bias_std * bias_std;
    gap[i] = apart * apart / (root[i] * column_root + std::abs(c[i]) + kTiny);
  }
}

/// Σ¹ and √(Σ¹Σ¹) − |Σ¹| between a block of points u and one v, from c = u·v.
void begin(const MatrixXd& u, Index first, Index size, const MatrixXd& v, Index j, double bias_std,
           const double* root, double column_root, double* c, double* gap) {
  if (u.rows() == 1)
    return begin_line(u.data() + first, size, v(0, j), bias_std, root, column_root, c, gap);
  for (Index i = 0; i < size; ++i) {
    const double scale = root[i] * column_root;
    c[i] += bias_std * bias_std;
    gap[i] = scale - std::abs(c[i]);
    if (gap[i] > 0.02 * scale) continue;  // it has lost at most two digits
    const PairGeometry pair =
        exact_pair_geometry(u.col(first + i).data(), 1, v.col(j).data(), u.rows(), bias_std);
    c[i] = pair.c12;
    gap[i] = pair.det / (scale + std::abs(c[i]) + kTiny);
  }
}

enum class Kind { covariance, tangent };

KernelMatrix kernel(Kind kind, const data::DeepLaw& law, const MatrixXd& rows,
                    const MatrixXd& columns) {
  require_law(law);
  require_points("rows", rows);
  require_points("columns", columns, rows.rows());
  const base::OneBlasThread blas;
  base::require_memory(deep_kernel_memory(law, rows, columns).peak,
                       fmt::format("a kernel of {} × {} points", rows.cols(), columns.cols()));
  const bool symmetric = rows.cols() == columns.cols() && rows == columns;
  const Index n = rows.cols();
  const Index m = columns.cols();
  // All points in one list, whose coefficients are of one series.
  const Index from = symmetric ? 0 : n;  // the columns' first
  MatrixXd u(rows.rows(), from + m);
  u.leftCols(n) = rows;
  if (!symmetric) u.rightCols(m) = columns;
  u *= law.weight_std[0] / std::sqrt(static_cast<double>(rows.rows()));
  const std::vector<PointLayer> points = point_layers(law, u);
  const std::vector<Layer> layers = layers_above(law);
  const Layer first_layer = layer(law, 0, static_cast<double>(rows.rows()));

  KernelMatrix out{MatrixXd(n, m), 0.0, "closed form"};
  if (by_series(law.activation)) out.method = "quadrature";
  for (const PointLayer& at : points) out.error = std::max(out.error, at.error);

  const auto fill_column = [&](Index first, Index size, Index j, double* c) {
    Block gap{};
    Block theta{};
    for (Index i = 0; i < size; ++i)
      theta[static_cast<std::size_t>(i)] =
          first_layer.of_weights / first_layer.weight * c[i] + first_layer.of_biases;
    begin(u, first, size, u, from + j, law.bias_std[0], &points[0].root[first],
          points[0].root[from + j], c, gap.data());
    for (std::size_t l = 0; l < layers.size(); ++l) {
      const PointLayer& at = points[l];
      const Side block{&at.q[first], &at.root[first], &points[l + 1].root[first]};
      const Side column{&at.q[from + j], &at.root[from + j], &points[l + 1].root[from + j]};
      if (at.value.size() > 0)
        step_series(layers[l], block, column, &at.value(first, 0), &at.derivative(first, 0),
                    &at.value(from + j, 0), &at.derivative(from + j, 0), at.value.rows(),
                    at.value.cols(), size, c, theta.data());
      else
        step(law.activation, layers[l], block, column, size, c, gap.data(), theta.data());
    }
    std::copy_n(kind == Kind::tangent ? theta.data() : c, size, &out.k(first, j));
  };

  struct Tile {
    Index row, column;
  };
  std::vector<Tile> tiles;
  for (Index j = 0; j < m; j += kTile)
    for (Index i = symmetric ? j : 0; i < n; i += kTile) tiles.push_back({i, j});
  base::parallel_for_uneven(static_cast<Index>(tiles.size()), tiles.size() > 1, [&](Index t) {
    const auto [row, column] = tiles[static_cast<std::size_t>(t)];
    const Index height = std::min(kTile, n - row);
    const Index width = std::min(kTile, m - column);
    MatrixXd inner = u.middleCols(row, height).transpose() * u.middleCols(from + column, width);
    for (Index j = 0; j < width; ++j) fill_column(row, height, column + j, inner.col(j).data());
    if (!symmetric) return;
    if (row == column) {
      auto square = out.k.block(row, row, height, height);
      square.triangularView<Eigen::StrictlyUpper>() = MatrixXd(square.transpose());
    } else {
      out.k.block(column, row, width, height) = out.k.block(row, column, height, width).transpose();
    }
  });
  require_in_range("the kernel of the deep network", out.k);
  return out;
}

}  // namespace

void require_law(const data::DeepLaw& law) {
  const Index layers = law.layers();
  base::name_of(law.activation);
  base::name_of(law.parameterisation);
  base::require(layers >= 1, "law.weight_std.size()", law.weight_std.size(),
                "at least 2: of one hidden layer and the output's");
  base::require_size("law.bias_std", law.bias_std.size(), layers + 1);
  for (const double std : law.weight_std)
    base::require(std > 0.0 && std::isfinite(std), "law.weight_std", std, "finite and above 0");
  for (const double std : law.bias_std)
    base::require(std >= 0.0 && std::isfinite(std), "law.bias_std", std, "finite, 0 or above it");
  base::require_size("law.width", law.width.size(),
                     law.parameterisation == data::Parameterisation::ntk ? 0 : layers);
  for (const double width : law.width)
    base::require(width >= 1.0 && std::isfinite(width), "law.width", width, "at least 1");
}

KernelMatrix deep_covariance(const data::DeepLaw& law, const MatrixXd& rows,
                             const MatrixXd& columns) {
  return kernel(Kind::covariance, law, rows, columns);
}

KernelMatrix deep_tangent_kernel(const data::DeepLaw& law, const MatrixXd& rows,
                                 const MatrixXd& columns) {
  return kernel(Kind::tangent, law, rows, columns);
}

DeepDiagonal deep_diagonal(const data::DeepLaw& law, const MatrixXd& points) {
  require_law(law);
  require_points("points", points);
  const base::OneBlasThread blas;
  DeepDiagonal out;
  const MatrixXd u = law.weight_std[0] / std::sqrt(static_cast<double>(points.rows())) * points;
  out.covariance = point_layers(law, u, &out.tangent).back().q;
  require_in_range("the kernel of the deep network", out.covariance);
  require_in_range("the kernel of the deep network", out.tangent);
  return out;
}

base::Memory deep_kernel_memory(const data::DeepLaw& law, const MatrixXd& rows,
                                const MatrixXd& columns) {
  const auto n = static_cast<double>(rows.cols());
  const auto m = static_cast<double>(columns.cols());
  // The series are no longer than at the largest variance that they are taken for.
  const auto activation = by_series(law.activation);
  const double terms =
      activation ? 2.0 * static_cast<double>(series_terms(*activation, kWidest)) : 0.0;
  const double layers = static_cast<double>(law.layers());
  return base::held(base::doubles(n * m)) +
         base::passing(
             base::doubles((n + m) * (static_cast<double>(rows.rows()) + layers * (terms + 4.0))));
}

}  // namespace fprinciple::lfp
