#include "lfp/complete_kernel.hpp"

#include "base/blas.hpp"
#include "base/memory.hpp"
#include "base/parallel.hpp"
#include "lfp/checks.hpp"
#include "lfp/gauss_rule.hpp"
#include "lfp/hermite_averages.hpp"
#include "lfp/neuron_rule.hpp"
#include "lfp/relu_averages.hpp"
#include "lfp/wide_averages.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace fprinciple::lfp {
namespace {

using data::Distribution;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr const char* kClosedForm = "closed form";

bool normal(const Distribution& law) { return law.kind == Distribution::Kind::normal; }

/// Calls entry(i, j, value, derivative, error) for the entries between x and y, and keeps the
/// largest error. Where x begins with y, that square block is symmetric and half of it is done.
template <class Entry>
ActivationAverages fill(const MatrixXd& x, const MatrixXd& y, const base::ShareTold& tell,
                        const Entry& entry) {
  const Index n = y.cols();
  ActivationAverages out{MatrixXd(x.cols(), n), MatrixXd(x.cols(), n), 0.0, kClosedForm};
  const bool symmetric = x.cols() >= n && x.leftCols(n) == y;
  VectorXd errors = VectorXd::Zero(n);  // of each column
  base::parallel_for_uneven(n, true, tell, [&](Index j) {
    for (Index i = symmetric ? j : 0; i < x.cols(); ++i)
      errors[j] = std::max(errors[j], entry(i, j, out.value(i, j), out.derivative(i, j)));
  });
  const double error = errors.maxCoeff();
  if (symmetric)
    for (MatrixXd* half : {&out.value, &out.derivative})
      half->topRows(n).triangularView<Eigen::StrictlyUpper>() = half->topRows(n).transpose();
  const double scale =
      std::min(out.value.cwiseAbs().maxCoeff(), out.derivative.cwiseAbs().maxCoeff());
  if (error > 0.0) {
    out.method = "quadrature";
    out.error = error / std::max(scale, 1e-300);
  }
  return out;
}

/// sin z sin z' = ½(cos(z − z') − cos(z + z')), cos z cos z' with a plus.
ActivationAverages sine_averages(const data::NetworkLaw& law, const MatrixXd& x, const MatrixXd& y,
                                 const base::ShareTold& tell) {
  const double twice = data::characteristic(law.b, VectorXd::Constant(1, 2.0));  // E cos 2b
  return fill(x, y, tell, [&](Index i, Index j, double& value, double& derivative) {
    const double difference = data::characteristic(law.w, VectorXd(x.col(i) - y.col(j)));
    const double sum = twice * data::characteristic(law.w, VectorXd(x.col(i) + y.col(j)));
    value = 0.5 * (difference - sum);
    derivative = 0.5 * (difference + sum);
    return 0.0;
  });
}

/// σ = z₊^p has σ' = p z₊^{p−1}, so E[σ'σ''] is p² times the average of power p − 1.
ActivationAverages relu_normal(const data::NetworkLaw& law, int p, const MatrixXd& x,
                               const MatrixXd& y, const base::ShareTold& tell) {
  const MatrixXd u = law.w.scale * x;
  const MatrixXd v = law.w.scale * y;
  if (normal(law.b) && law.b.mean == 0.0) {
    ArcCosine average = arc_cosine(p, u, v, law.b.scale);
    if (p > 1) average.below *= p * p;
    return {std::move(average.at), std::move(average.below), 0.0, kClosedForm};
  }
  const Index d = x.rows();
  return fill(x, y, tell, [&](Index i, Index j, double& value, double& derivative) {
    const PairGeometry pair = pair_geometry(u.data() + i * d, v.data() + j * d, d, 0.0);
    const RectifiedPowers average = normal(law.b)
                                        ? normal_normal(p, pair, law.b.scale, law.b.mean)
                                        : normal_uniform(p, pair, law.b.scale, law.b.mean);
    value = average.at;
    derivative = p * p * average.below;
    return average.error;
  });
}

/// Over w ∈ (−W, W), for normal b of another mean than 0.
Rule rule_of_pair(const data::NetworkLaw& law, double x, double y) {
  std::vector<Feature> features{{0.0, law.w.scale}};
  for (const double at : {x, y})
    if (const double turn = -law.b.mean / at; std::abs(turn) < law.w.scale)
      features.push_back({turn, law.b.scale / std::abs(at)});
  return graded_rule(-law.w.scale, law.w.scale, features);
}

/// E over w ~ U(−W, W) of bias_average, d = 1. With uniform b the integrand is a polynomial between
/// w = 0 and the w at which w x or w x' passes an end of −b; with normal b it is analytic on either
/// side of 0, and turns over where w x = −E b, on the scale of σ_b/|x|.
ActivationAverages relu_line(const data::NetworkLaw& law, int p, const MatrixXd& x,
                             const MatrixXd& y, const base::ShareTold& tell) {
  const double w_max = law.w.scale;
  const double reach = std::max(x.cwiseAbs().maxCoeff(), y.cwiseAbs().maxCoeff());
  const double mean = law.b.mean;
  Rule centred;  // of normal b around 0: the same for all pairs
  if (normal(law.b) && mean == 0.0)
    centred = graded_rule(-w_max, w_max, {{0.0, law.b.scale / std::max(reach, 1e-300)}});
  const auto add = [&](double w, double share, double xi, double yj, double& value,
                       double& derivative) {
    value += share * bias_average(p, w * xi, w * yj, law.b);
    derivative += share * p * p * bias_average(p - 1, w * xi, w * yj, law.b);
  };
  const Rule unit = composite_rule(0.5, 0.5, 16);
  return fill(x, y, tell, [&](Index i, Index j, double& value, double& derivative) {
    value = derivative = 0.0;
    if (normal(law.b)) {
      Rule turned;
      if (mean != 0.0) turned = rule_of_pair(law, x(0, i), y(0, j));
      const Rule& line = mean != 0.0 ? turned : centred;
      for (Index q = 0; q < line.x.size(); ++q)
        add(line.x[q], line.w[q] / (2.0 * w_max), x(0, i), y(0, j), value, derivative);
      return 0.0;
    }
    std::vector<double> cuts{-w_max, 0.0, w_max};
    for (const double at : {x(0, i), y(0, j)})
      for (const double end : {mean - law.b.scale, mean + law.b.scale})
        if (const double cut = -end / at; std::abs(cut) < w_max) cuts.push_back(cut);
    std::sort(cuts.begin(), cuts.end());
    for (std::size_t k = 0; k + 1 < cuts.size(); ++k) {
      const double length = cuts[k + 1] - cuts[k];
      const double middle = 0.5 * (cuts[k] + cuts[k + 1]);
      for (Index q = 0; q < unit.x.size(); ++q)
        add(middle + length * unit.x[q], length * unit.w[q] / (2.0 * w_max), x(0, i), y(0, j),
            value, derivative);
    }
    return 0.0;
  });
}

/// Whether z = w·x + b is so narrow, in units of σ's width, that the series of hermite_averages is
/// short and exact.
bool has_narrow_range(const data::NetworkLaw& law, const MatrixXd& rows, const MatrixXd& columns) {
  constexpr double kWidest = 8.0;
  constexpr double kWidestBias = 32.0;
  const double largest =
      std::max(rows.colwise().norm().maxCoeff(), columns.colwise().norm().maxCoeff());
  const double of_w = law.w.scale * largest;
  const double of_b = std::abs(law.b.mean) + law.b.scale;
  return normal(law.b) ? std::hypot(of_w, law.b.scale) <= kWidest && of_b <= kWidestBias
                       : of_w <= kWidest && of_b <= kWidestBias;
}

}  // namespace

base::Memory complete_kernel_memory(const data::NetworkLaw& law, const MatrixXd& rows,
                                    const MatrixXd& columns) {
  const base::Memory k = base::held(
      base::doubles(static_cast<double>(rows.cols()) * static_cast<double>(columns.cols())));
  const int p = data::relu_power(law.activation);
  base::Memory rule;  // beside the averages of σσ' and σ'σ''
  if (law.activation != data::Activation::sine) {
    if (normal(law.w) && p == 0 && has_narrow_range(law, rows, columns))
      rule = hermite_memory(law, rows, columns);
    if (!normal(law.w) && (p == 0 || rows.rows() > 1)) rule = neuron_memory(law, rows, columns);
  }
  return k + then_freed(k + rule);
}

ActivationAverages activation_averages(const data::NetworkLaw& law, const MatrixXd& rows,
                                       const MatrixXd& columns, const base::ShareTold& tell) {
  require_law(law);
  require_points("rows", rows);
  require_points("columns", columns, rows.rows());
  const base::OneBlasThread blas;
  base::require_memory(complete_kernel_memory(law, rows, columns).peak,
                       fmt::format("a kernel of {} × {} points", rows.cols(), columns.cols()));
  const int p = data::relu_power(law.activation);
  if (law.activation == data::Activation::sine) return sine_averages(law, rows, columns, tell);
  if (normal(law.w))
    return p > 0                                  ? relu_normal(law, p, rows, columns, tell)
           : has_narrow_range(law, rows, columns) ? hermite_averages(law, rows, columns, tell)
                                                  : wide_averages(law, rows, columns, tell);
  if (p > 0 && rows.rows() == 1) return relu_line(law, p, rows, columns, tell);
  return neuron_averages(law, rows, columns, tell);
}

KernelMatrix complete_kernel(const data::NetworkLaw& law, const MatrixXd& rows,
                             const MatrixXd& columns, const base::ShareTold& tell) {
  return complete_kernel(law, activation_averages(law, rows, columns, tell), rows, columns);
}

KernelMatrix complete_kernel(const data::NetworkLaw& law, ActivationAverages average,
                             const MatrixXd& rows, const MatrixXd& columns) {
  const base::OneBlasThread blas;
  base::require_shape("averages.value", average.value, rows.cols(), columns.cols());
  base::require_shape("averages.derivative", average.derivative, rows.cols(), columns.cols());
  const double scale = law.output_scale * law.output_scale * static_cast<double>(law.width);
  const double from_a = law.train.a ? scale : 0.0;
  const double from_b = law.train.b ? scale * data::second_moment(law.a) : 0.0;
  const double from_w = law.train.w ? scale * data::second_moment(law.a) : 0.0;
  const MatrixXd points = rows.transpose();
  KernelMatrix out{std::move(average.derivative), average.error, average.method};
  base::parallel_for(columns.cols(), true, [&](Index j) {
    const VectorXd inner = points * columns.col(j);
    out.k.col(j).array() *= from_b + from_w * inner.array();
    out.k.col(j) += from_a * average.value.col(j);
  });
  require_in_range("the complete kernel", out.k);
  return out;
}

}  // namespace fprinciple::lfp
