#include "measure/grid_spectrum.hpp"

#include "base/fft.hpp"
#include "base/memory.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace fprinciple::measure {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXcd;
using Eigen::VectorXd;

constexpr double kOff = 1e-6;  // of the spacing

/// The number of each value along an axis of equal steps; empty where they have none.
std::vector<Index> places(const VectorXd& values, double& origin, double& spacing, Index& count) {
  VectorXd sorted = values;
  std::sort(sorted.begin(), sorted.end());
  origin = sorted[0];
  const double range = sorted[sorted.size() - 1] - origin;
  std::vector<Index> out(static_cast<std::size_t>(values.size()), 0);
  count = 1;
  spacing = 0.0;
  if (!(range > 0.0)) return out;
  // The number of steps: jumps that are more than rounding.
  const double least = kOff * range / static_cast<double>(values.size());
  for (Index i = 1; i < sorted.size(); ++i)
    if (sorted[i] - sorted[i - 1] > least) ++count;
  spacing = range / static_cast<double>(count - 1);
  for (Index i = 0; i < values.size(); ++i) {
    const double place = (values[i] - origin) / spacing, nearest = std::nearbyint(place);
    if (std::abs(place - nearest) > kOff) return {};
    out[static_cast<std::size_t>(i)] = static_cast<Index>(nearest);
  }
  return out;
}

/// The whole number behind a place of the transform, −N/2 < j ≤ N/2.
double signed_mode(Index j, Index count) {
  return static_cast<double>(2 * j <= count ? j : j - count);
}

/// Where the half of the spectrum with last component ≥ 0 lies in the whole.
std::vector<Index> half(const std::vector<Index>& count, Index n) {
  std::vector<Index> out;
  for (Index i = 0; i < n; ++i)
    if (2 * (i % count.back()) <= count.back()) out.push_back(i);
  return out;
}

}  // namespace

std::optional<RegularGrid> find_grid(const RecordingView& r) {
  const Index d = r.dim(), n = r.samples();
  if (d > 3 || r.weight.maxCoeff() != r.weight.minCoeff()) return std::nullopt;
  RegularGrid out{{}, VectorXd(d), VectorXd(d), std::vector<Index>(static_cast<std::size_t>(n), 0)};
  double product = 1.0;
  for (Index a = 0; a < d; ++a) {
    Index count = 0;
    const auto along = places(r.x.row(a), out.origin[a], out.spacing[a], count);
    product *= static_cast<double>(count);
    if (along.empty() || product > static_cast<double>(n)) return std::nullopt;
    for (std::size_t i = 0; i < along.size(); ++i) out.cell[i] = out.cell[i] * count + along[i];
    out.count.push_back(count);
  }
  if (product != static_cast<double>(n)) return std::nullopt;
  std::vector<bool> taken(out.cell.size(), false);
  for (const Index cell : out.cell) {
    if (taken[static_cast<std::size_t>(cell)]) return std::nullopt;
    taken[static_cast<std::size_t>(cell)] = true;
  }
  return out;
}

GridSpectrum grid_spectrum(const RecordingView& r, const RegularGrid& grid) {
  const Index d = r.dim(), n = r.samples(), k = r.outputs(), times = r.times();
  base::require_size("cells of the grid", static_cast<Index>(grid.cell.size()), n);
  base::require_size("axes of the grid", static_cast<Index>(grid.count.size()), d);
  const std::vector<Index> kept = half(grid.count, n);
  const auto modes = static_cast<Index>(kept.size());
  base::require_memory(base::doubles(2.0 * static_cast<double>(modes + 1) *
                                     static_cast<double>(k + 1) * static_cast<double>(times + 2)),
                       "the Fourier coefficients of the grid");
  GridSpectrum out;
  out.frequency.resize(d, modes);
  out.multiplicity.resize(modes);
  VectorXcd phase(modes);
  for (Index m = 0; m < modes; ++m) {
    Index rest = kept[static_cast<std::size_t>(m)];
    const Index last = rest % grid.count.back();
    out.multiplicity[m] = last == 0 || 2 * last == grid.count.back() ? 1.0 : 2.0;
    double cycles = 0.0;
    for (Index a = d; a-- > 0;) {
      const Index count = grid.count[static_cast<std::size_t>(a)];
      const double mode = signed_mode(rest % count, count);
      rest /= count;
      out.frequency(a, m) = count > 1 ? mode / (static_cast<double>(count) * grid.spacing[a]) : 0.0;
      cycles += out.frequency(a, m) * grid.origin[a];
    }
    phase[m] = std::polar(1.0 / static_cast<double>(n),
                          -2.0 * std::numbers::pi * (cycles - std::nearbyint(cycles)));
  }
  const base::Fft transform(grid.count, base::Fft::Sign::forward);
  out.target.resize(k, modes);
  out.coefficients.resize(k, modes * times);
  Eigen::MatrixXcd residual(k, modes * times);
  base::parallel_for(
      k * (1 + times), n > 1, [&] { return VectorXcd(n); },
      [&](Index task, VectorXcd& values) {
        const Index o = task % k, j = task / k - 1;
        for (Index i = 0; i < n; ++i)
          values[grid.cell[static_cast<std::size_t>(i)]] =
              j < 0 ? r.y(o, i) : r.f(o, j * n + i) - r.y(o, i);
        transform(values);
        for (Index m = 0; m < modes; ++m) {
          const std::complex<double> c = phase[m] * values[kept[static_cast<std::size_t>(m)]];
          if (j < 0)
            out.target(o, m) = c;
          else
            residual(o, j * modes + m) = c;
        }
      });
  out.delta.resize(modes, times);
  out.delta_magnitude.resize(modes, times);
  for (Index j = 0; j < times; ++j)
    for (Index m = 0; m < modes; ++m) {
      const auto rest = residual.col(j * modes + m);
      const auto target = out.target.col(m);
      auto f_hat = out.coefficients.col(j * modes + m);
      f_hat = target + rest;
      out.delta(m, j) = rest.norm() / target.norm();
      out.delta_magnitude(m, j) = (f_hat.cwiseAbs() - target.cwiseAbs()).norm() / target.norm();
    }
  return out;
}

Shells shells(const GridSpectrum& spectrum) {
  const Index modes = spectrum.frequency.cols(), times = spectrum.delta.cols();
  const VectorXd length = spectrum.frequency.colwise().norm();
  double width = 0.0;
  for (const auto& axis : spectrum.frequency.rowwise()) {
    double step = 0.0;  // the least frequency along the axis that is not 0
    for (const double k : axis)
      if (k != 0.0 && (step == 0.0 || std::abs(k) < step)) step = std::abs(k);
    width = std::max(width, step);
  }
  const auto shell = [&](Index m) {
    return width > 0.0 ? static_cast<Index>(std::nearbyint(length[m] / width)) : Index{0};
  };
  Index count = 0;
  for (Index m = 0; m < modes; ++m) count = std::max(count, shell(m) + 1);
  VectorXd energy = VectorXd::Zero(count);
  MatrixXd left = MatrixXd::Zero(count, times);
  for (Index m = 0; m < modes; ++m) {
    const double e = spectrum.multiplicity[m] * spectrum.target.col(m).squaredNorm();
    energy[shell(m)] += e;
    const Eigen::Index k = spectrum.target.rows();
    for (Index j = 0; j < times; ++j)
      left(shell(m), j) +=
          spectrum.multiplicity[m] *
          (spectrum.coefficients.block(0, j * modes + m, k, 1) - spectrum.target.col(m))
              .squaredNorm();
  }
  Shells out;
  out.frequency = VectorXd::LinSpaced(count, 0.0, static_cast<double>(count - 1)) * width;
  out.amplitude = energy.cwiseSqrt();
  out.delta = (left.array().colwise() / energy.array()).sqrt();
  return out;
}

}  // namespace fprinciple::measure
