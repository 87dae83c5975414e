#include "measure/projected_sums.hpp"

#include "base/blas.hpp"
#include "base/memory.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"
#include "data/random.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace fprinciple::measure {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Index kGroups = 256;
constexpr double kRounding = 1e-24;  // of |y|², as |ŷ|²

/// All samples in a random order (Fisher and Yates); as they stand where each is its own group.
std::vector<Index> dealt(Index n, std::uint64_t seed) {
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  if (n <= kGroups) return order;
  for (Index i = n - 1; i > 0; --i) {
    const double u =
        data::uniform_pair(seed, data::Stream::bootstrap, static_cast<std::uint64_t>(i), 0)[0];
    std::swap(order[static_cast<std::size_t>(i)],
              order[static_cast<std::size_t>(u * static_cast<double>(i + 1))]);
  }
  return order;
}

void require_frequencies(const VectorXd& frequency) {
  base::require(frequency.size() >= 1, "number of frequencies", frequency.size(), "at least 1");
  base::require_finite("frequency", frequency);
  for (Index k = 1; k < frequency.size(); ++k)
    base::require(frequency[k] > frequency[k - 1], "frequency[" + std::to_string(k) + "]",
                  frequency[k], "greater than the one before it");
}

/// The angle 2π k s, reduced before it is multiplied: for large k s no digit of it is lost.
double angle(double k, double s) {
  const double cycles = k * s;
  const double lost = std::fma(k, s, -cycles);
  return 2.0 * std::numbers::pi * ((cycles - std::nearbyint(cycles)) + lost);
}

}  // namespace

ProjectedSums project_groups(const RecordingView& r, const VectorXd& direction,
                             const VectorXd& frequency, std::uint64_t seed) {
  require_frequencies(frequency);
  const Index n = r.samples(), k = r.outputs(), rows = k * (1 + r.times());
  const Index frequencies = frequency.size(), groups = std::min(n, kGroups);
  base::require_memory(base::doubles(static_cast<double>(groups + 4) * 2.0 *
                                     static_cast<double>(rows * frequencies)),
                       "the Fourier coefficients along the direction");
  ProjectedSums out{unit_direction(r, direction),
                    frequency,
                    k,
                    r.times(),
                    {},
                    VectorXd(groups),
                    r.y.colwise().squaredNorm().dot(r.weight)};
  for (Index f = 0; f < frequencies; ++f) out.sums.emplace_back(2 * rows, groups);
  const std::vector<Index> order = dealt(n, seed);
  const base::OneBlasThread blas;
  base::parallel_for_uneven(groups, n > 1, [&](Index group) {
    const Index first = group * n / groups, count = (group + 1) * n / groups - first;
    MatrixXd values(rows, count), waves(count, 2 * frequencies);
    double weight = 0.0;
    for (Index c = 0; c < count; ++c) {
      const Index i = order[static_cast<std::size_t>(first + c)];
      const double w = r.weight[i], along = out.direction.dot(r.x.col(i));
      weight += w;
      values.col(c).head(k) = w * r.y.col(i);
      for (Index j = 0; j < r.times(); ++j)
        values.col(c).segment(k * (1 + j), k) = w * (r.f.col(j * n + i) - r.y.col(i));
      for (Index f = 0; f < frequencies; ++f) {
        const double phase = angle(frequency[f], along);
        waves(c, 2 * f) = std::cos(phase);
        waves(c, 2 * f + 1) = -std::sin(phase);
      }
    }
    out.weight[group] = weight;
    const MatrixXd sums = values * waves;
    for (Index f = 0; f < frequencies; ++f)
      for (Index j = 0; j <= r.times(); ++j)
        for (Index part = 0; part < 2; ++part)
          out.sums[static_cast<std::size_t>(f)].col(group).segment(k * (2 * j + part), k) =
              sums.col(2 * f + part).segment(k * j, k);
  });
  return out;
}

Projection whole(const ProjectedSums& sums) {
  const Index frequencies = sums.frequency.size(), times = sums.times, k = sums.outputs;
  Projection out;
  out.direction = sums.direction;
  out.frequency = sums.frequency;
  out.target.resize(k, frequencies);
  out.coefficients.resize(k, frequencies * times);
  out.residual_energy.resize(frequencies, times);
  out.delta.resize(frequencies, times);
  out.delta_magnitude.resize(frequencies, times);
  out.target_energy.resize(frequencies);
  for (Index f = 0; f < frequencies; ++f) {
    const VectorXd all = sums.sums[static_cast<std::size_t>(f)].rowwise().sum() / sums.weight.sum();
    const auto coefficient = [&](Index j) -> Eigen::VectorXcd {
      Eigen::VectorXcd c(k);
      c.real() = all.segment(2 * k * j, k);
      c.imag() = all.segment(2 * k * j + k, k);
      return c;
    };
    Eigen::VectorXcd target = coefficient(0);
    if (target.squaredNorm() <= kRounding * sums.target_square) target.setZero();
    out.target.col(f) = target;
    out.target_energy[f] = target.squaredNorm();
    for (Index j = 0; j < times; ++j) {
      const Eigen::VectorXcd residual = coefficient(1 + j);
      const Eigen::VectorXcd f_hat = target + residual;
      out.coefficients.col(f + frequencies * j) = f_hat;
      out.residual_energy(f, j) = residual.squaredNorm();
      out.delta(f, j) = residual.norm() / target.norm();
      out.delta_magnitude(f, j) = (f_hat.cwiseAbs() - target.cwiseAbs()).norm() / target.norm();
    }
  }
  return out;
}

MatrixXd resampled_energies(const ProjectedSums& sums, Index frequency, const MatrixXd& counts) {
  const base::OneBlasThread blas;
  MatrixXd all = sums.sums[static_cast<std::size_t>(frequency)] * counts;
  all.array().rowwise() /= (sums.weight.transpose() * counts).array();
  MatrixXd out(1 + sums.times, counts.cols());
  for (Index j = 0; j <= sums.times; ++j)
    out.row(j) = all.middleRows(2 * sums.outputs * j, 2 * sums.outputs).colwise().squaredNorm();
  return out;
}

}  // namespace fprinciple::measure
