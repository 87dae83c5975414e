#include "data/target.hpp"

#include "base/blas.hpp"
#include "base/count.hpp"
#include "base/require.hpp"

#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace fprinciple::data {
namespace {

constexpr double kPi = std::numbers::pi;

double share_of_period(double turns) { return turns - std::floor(turns); }

double shape_value(Target::Shape shape, double turns) {
  if (shape == Target::Shape::triangle)
    return 4.0 * std::abs(share_of_period(turns - 0.25) - 0.5) - 1.0;
  const double u = share_of_period(turns);
  return u == 0.0 || u == 0.5 ? 0.0 : u < 0.5 ? 1.0 : -1.0;
}

}  // namespace

Eigen::VectorXd values(const Target& target, const Eigen::MatrixXd& points) {
  const base::OneBlasThread blas;
  base::require(!target.waves.empty(), "target.waves", "empty", "one wave or more");
  for (const Wave& wave : target.waves)
    base::require_size("target.waves.frequency", wave.frequency.size(), points.rows());
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(points.cols());
  for (const Wave& wave : target.waves) {
    const Eigen::ArrayXd turns = points.transpose() * wave.frequency;
    if (target.shape == Target::Shape::sine)
      sum.array() += wave.amplitude * (2.0 * kPi * turns + wave.phase).sin();
    else
      sum.array() += wave.amplitude * (turns + wave.phase / (2.0 * kPi)).unaryExpr([&](double u) {
        return shape_value(target.shape, u);
      });
  }
  return sum;
}

std::vector<Wave> fourier_series(const Target& target, double cutoff) {
  if (target.shape == Target::Shape::sine) return target.waves;
  std::vector<Wave> series;
  for (const Wave& wave : target.waves) {
    base::require(wave.frequency.size() > 0, "target.waves.frequency", "empty",
                  "a number for each dimension");
    const double highest = wave.frequency.cwiseAbs().maxCoeff();
    const Eigen::Index most = base::count_of(
        cutoff / highest, 1'000'000,
        fmt::format("the multiples of the frequency {:.3g} below {:.3g}, where the lattice ends,",
                    highest, cutoff));
    for (int j = 1; j <= most && j * highest < cutoff; j += 2) {
      const double height = target.shape == Target::Shape::square
                                ? 4.0 / (kPi * j)
                                : (j % 4 == 1 ? 8.0 : -8.0) / (kPi * kPi * j * j);
      series.push_back({j * wave.frequency, height * wave.amplitude, j * wave.phase});
    }
  }
  return series;
}

}  // namespace fprinciple::data
