#include "lfp/spectrum.hpp"

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace fprinciple::lfp {
namespace {

using Eigen::Index;

double resolution(const data::Axis& axis) {
  return 1.0 / (static_cast<double>(axis.count) * axis.spacing());
}

std::vector<Index> shape(const data::Grid& grid) {
  if (!has_spectrum(grid))
    throw InputError("grid: a spectrum needs a regular grid of at least 4 points an axis");
  Index size = 1;
  for (const data::Axis& axis : grid.axes) {
    base::require(axis.spacing() > 0.0 && std::isfinite(resolution(axis)), "grid's spacing",
                  axis.spacing(), "above 0, and neither tiny nor huge");
    size *= axis.count;
  }
  base::require_shape("grid.points", grid.points, static_cast<Index>(grid.axes.size()), size);
  std::vector<Index> counts;
  for (const data::Axis& axis : grid.axes) counts.push_back(axis.count);
  return counts;
}

}  // namespace

bool has_spectrum(const data::Grid& grid) {
  return grid.regular() && std::all_of(grid.axes.begin(), grid.axes.end(),
                                       [](auto& axis) { return axis.count >= 4; });
}

SpectrumAnalyser::SpectrumAnalyser(const data::Grid& grid)
    : window_(Eigen::VectorXd::Ones(grid.size())),
      shell_(static_cast<std::size_t>(grid.size())),
      fft_(shape(grid), base::Fft::Sign::forward) {
  double delta = 0.0;
  double nyquist = std::numeric_limits<double>::infinity();
  for (const data::Axis& axis : grid.axes) {
    delta = std::max(delta, resolution(axis));
    nyquist = std::min(nyquist, 0.5 / axis.spacing());
  }
  const auto shells = static_cast<Index>(std::floor(nyquist / delta * (1.0 + 1e-12))) + 1;
  frequency_ = delta * Eigen::VectorXd::LinSpaced(shells, 0.0, static_cast<double>(shells - 1));
  for (Index g = 0; g < grid.size(); ++g) {
    Index rest = g;
    double square = 0.0;
    for (std::size_t k = grid.axes.size(); k-- > 0;) {
      const data::Axis& axis = grid.axes[k];
      const Index i = rest % axis.count;
      rest /= axis.count;
      window_[g] *= 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * (static_cast<double>(i) + 0.5) /
                                         static_cast<double>(axis.count));
      const double xi =
          static_cast<double>(i <= axis.count / 2 ? i : i - axis.count) * resolution(axis);
      square += xi * xi;
    }
    const auto shell = static_cast<Index>(std::lround(std::sqrt(square) / delta));
    shell_[static_cast<std::size_t>(g)] = shell < shells ? shell : -1;
  }
  window_ /= window_.sum();
}

Eigen::MatrixXd SpectrumAnalyser::operator()(const Eigen::MatrixXd& f) const {
  base::require_shape("f", f, window_.size(), base::kAny);
  Eigen::VectorXd members = Eigen::VectorXd::Zero(frequency_.size());
  for (const Index shell : shell_)
    if (shell >= 0) members[shell] += 1.0;
  Eigen::MatrixXd power = Eigen::MatrixXd::Zero(frequency_.size(), f.cols());
  base::parallel_for(f.cols(), true, [&](Index column) {
    Eigen::VectorXcd work = f.col(column).cwiseProduct(window_);
    fft_(work);
    for (Index g = 0; g < work.size(); ++g)
      if (const Index shell = shell_[static_cast<std::size_t>(g)]; shell >= 0)
        power(shell, column) += std::norm(work[g]);
  });
  return (members.cwiseInverse().asDiagonal() * power).cwiseSqrt();
}

}  // namespace fprinciple::lfp
