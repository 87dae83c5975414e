#include "lfp/checks.hpp"

#include "base/error.hpp"
#include "base/require.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace fprinciple::lfp {

using Eigen::Index;
using Eigen::VectorXd;

void require_law(const data::NetworkLaw& law) {
  base::require(law.width >= 1, "law.width", law.width, "at least 1");
  const auto positive = [](double scale, std::string_view name) {
    base::require(scale > 0.0 && std::isfinite(scale), name, scale, "finite and above 0");
  };
  positive(law.output_scale, "law.output_scale");
  positive(law.w.scale, "law.w.scale");
  positive(law.b.scale, "law.b.scale");
  base::require(law.a.scale >= 0.0 && std::isfinite(law.a.scale), "law.a.scale", law.a.scale,
                "finite and at least 0");
  base::require(law.w.mean == 0.0, "law.w.mean", law.w.mean, "0: no direction of w is preferred");
  for (const auto& [mean, name] : {std::pair{law.a.mean, "law.a.mean"}, {law.b.mean, "law.b.mean"}})
    base::require(std::isfinite(mean), name, mean, "finite");
}

void require_samples(const data::Samples& samples, Index dim) {
  require_points("samples.x", samples.x);
  base::require_size("samples.y", samples.y.size(), samples.size());
  base::require_finite("samples.y", samples.y);
  if (dim > 0)
    base::require(samples.dim() == dim, "samples.x.rows()", samples.dim(),
                  fmt::format("{}, the dimension", dim));
}

void require_points(std::string_view argument, const Eigen::MatrixXd& points, Index dim) {
  base::require(points.rows() >= 1 && points.cols() >= 1, argument,
                fmt::format("{} × {}", points.rows(), points.cols()), "d × N, d and N at least 1");
  if (dim > 0) base::require_shape(argument, points, dim, base::kAny);
  base::require_finite(argument, points);
}

void require_time(double t) { base::require(t >= 0.0, "t", t, "at least 0"); }

void require_times(const VectorXd& t) {
  for (const double time : t) require_time(time);
}

void require_ridge(double ridge) {
  base::require(ridge >= 0.0 && std::isfinite(ridge), "ridge", ridge, "finite and at least 0");
}

void require_in_range(std::string_view what, const Eigen::Ref<const Eigen::MatrixXd>& result) {
  if (!result.allFinite())
    throw RunError(fmt::format(
        "{} is beyond the range of numbers: bring y, or the network's scales, nearer to 1", what));
}

double power_of_two(const VectorXd& r) {
  const double largest = r.size() > 0 ? r.cwiseAbs().maxCoeff() : 0.0;
  if (largest == 0.0 || (largest > 1e-100 && largest < 1e100)) return 1.0;
  return std::ldexp(1.0, std::ilogb(largest));
}

}  // namespace fprinciple::lfp
