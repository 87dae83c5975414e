#include "data/sampled_target.hpp"

#include "base/fft.hpp"
#include "base/require.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <map>
#include <numbers>
#include <vector>

#include <fmt/format.h>

namespace fprinciple::data {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kPi = std::numbers::pi;
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr Index kMost = 65536;
constexpr double kUneven = 1e-6;  // of a spacing: coordinates in files are rounded

/// An axis of the grid: where it begins, and how its points go on.
struct Points {
  double lo = 0.0, spacing = 0.0;
  Index count = 0;
};

/// The equispaced coordinates of an axis; each is there several times.
Points along_axis(VectorXd x, Index axis) {
  const auto fail = [&](const std::string& what) {
    base::refuse("points", fmt::format("{} along axis {}", what, axis + 1),
                 "a regular grid: a period's points at equal spacing, its end left out");
  };
  std::sort(x.begin(), x.end());
  const double extent = x[x.size() - 1] - x[0];
  if (!(extent > 0.0)) fail("one coordinate");
  std::vector<double> distinct = {x[0]};
  for (const double value : x)
    if (value - distinct.back() > kUneven * extent) distinct.push_back(value);
  Points out{x[0], extent / static_cast<double>(distinct.size() - 1),
             static_cast<Index>(distinct.size())};
  for (std::size_t j = 0; j < distinct.size(); ++j)
    if (std::abs(distinct[j] - out.lo - static_cast<double>(j) * out.spacing) >
        kUneven * out.spacing * static_cast<double>(out.count))
      fail(fmt::format("{} coordinates of unequal spacing", distinct.size()));
  return out;
}

/// The values in the grid's order, the last axis fastest.
Eigen::VectorXcd in_order(const MatrixXd& points, const VectorXd& values,
                          const std::vector<Points>& axes) {
  Eigen::VectorXcd out = Eigen::VectorXcd::Zero(values.size());
  std::vector<char> there(static_cast<std::size_t>(values.size()), 0);
  for (Index i = 0; i < values.size(); ++i) {
    Index place = 0;
    for (std::size_t k = 0; k < axes.size(); ++k) {
      const double steps = (points(static_cast<Index>(k), i) - axes[k].lo) / axes[k].spacing;
      place = place * axes[k].count + static_cast<Index>(std::llround(steps));
    }
    if (there[static_cast<std::size_t>(place)]++ != 0)
      base::refuse("points", fmt::format("a list where point {} is there twice", i + 1),
                   "a regular grid: each point once");
    out[place] = values[i];
  }
  return out;
}

}  // namespace

SampledTarget sampled_target(const MatrixXd& points, const VectorXd& values) {
  const Index dim = points.rows();
  base::require(dim >= 1, "points", "without coordinates", "d × N, d at least 1");
  base::require_shape("points", points, dim, values.size());
  base::require(values.size() >= 2 && values.size() <= kMost, "values", values.size(),
                "as many as 2 to 65536");
  base::require_finite("points", points);
  base::require_finite("values", values);
  std::vector<Points> axes;
  std::vector<Index> counts;
  double product = 1.0;
  for (Index k = 0; k < dim; ++k) {
    axes.push_back(along_axis(points.row(k).transpose(), k));
    counts.push_back(axes.back().count);
    product *= static_cast<double>(counts.back());
  }
  if (product != static_cast<double>(values.size()))
    base::refuse("points", fmt::format("{} points", values.size()),
                 fmt::format("a regular grid: of {} points", fmt::join(counts, " × ")));

  Eigen::VectorXcd all = in_order(points, values, axes) / product;
  base::Fft(counts, base::Fft::Sign::forward)(all);
  const double largest = values.cwiseAbs().maxCoeff();
  // c of e^{2πi Σ k_j (x_j − lo_j)/L_j}, of either sign where the points cannot tell.
  std::map<std::vector<Index>, std::complex<double>> modes;
  SampledTarget out{.target = {}, .period = VectorXd(dim)};
  for (Index k = 0; k < dim; ++k) {
    const Points& axis = axes[static_cast<std::size_t>(k)];
    out.period[k] = axis.spacing * static_cast<double>(axis.count);
  }
  std::vector<Index> turns(axes.size());
  for (Index j = 0; j < all.size(); ++j) {
    if (std::abs(all[j]) <= 4.0 * kEpsilon * largest && j > 0) continue;
    std::vector<std::size_t> both;
    Index rest = j;
    bool high = false;
    for (std::size_t k = axes.size(); k-- > 0; rest /= counts[k]) {
      const Index turn = rest % counts[k];
      turns[k] = 2 * turn <= counts[k] ? turn : turn - counts[k];
      if (2 * turn == counts[k]) both.push_back(k);
      high = high || 4 * std::abs(turns[k]) > counts[k];
    }
    if (high) out.aliasing += 2.0 * std::abs(all[j]);
    const std::size_t signs = std::size_t{1} << both.size();
    for (std::size_t choice = 0; choice < signs; ++choice) {
      for (std::size_t bit = 0; bit < both.size(); ++bit)
        turns[both[bit]] = std::abs(turns[both[bit]]) * ((choice >> bit & 1U) != 0 ? -1 : 1);
      modes[turns] += all[j] / static_cast<double>(signs);
    }
  }
  for (const auto& [k, c] : modes) {
    const auto first = std::find_if(k.begin(), k.end(), [](Index turn) { return turn != 0; });
    if (first != k.end() && *first < 0) continue;  // the conjugate of another
    Wave wave{VectorXd(dim)};
    double start = 0.0;  // turns at x = 0, less those at lo
    for (Index axis = 0; axis < dim; ++axis) {
      wave.frequency[axis] =
          static_cast<double>(k[static_cast<std::size_t>(axis)]) / out.period[axis];
      start -= wave.frequency[axis] * axes[static_cast<std::size_t>(axis)].lo;
    }
    if (first == k.end()) {
      wave.amplitude = c.real();
      wave.phase = 0.5 * kPi;
    } else {
      wave.amplitude = 2.0 * std::abs(c);
      wave.phase = std::arg(c) + 0.5 * kPi + 2.0 * kPi * (start - std::floor(start));
    }
    out.target.waves.push_back(std::move(wave));
  }
  return out;
}

}  // namespace fprinciple::data
