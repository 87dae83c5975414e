#include "compare/width_fit.hpp"

#include "base/require.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace fprinciple::compare {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kNarrowest = 1.0, kWidest = 1e15;
constexpr Index kWidths = 2;  // of those measured, the widest so many count

/// A network: what its error at any width is known from.
struct Measured {
  double width_n = 1.0, width_f = 1.0;
  double nn = 0.0, ff = 0.0, cc = 0.0, nf = 0.0, nc = 0.0, fc = 0.0;  ///< scalar products

  double error(double width) const {
    const double n = width_n / width, f = std::sqrt(width_f / width);
    const double square = nn * n * n + ff * f * f + cc + 2.0 * (nf * n * f + nc * n + fc * f);
    return std::sqrt(std::max(0.0, square));
  }
};

/// The k-th from the end, or the first.
const LeftOut& from_end(const std::vector<LeftOut>& parts, Index k) {
  const auto size = static_cast<Index>(parts.size());
  return parts[static_cast<std::size_t>(std::max<Index>(0, size - 1 - k))];
}

Measured measured(const LeftOut* f, const VectorXd& c, const LeftOut* n, Index seed) {
  Measured out{.cc = c.squaredNorm()};
  if (f) {
    const auto v = f->of.col(seed);
    out.width_f = f->width;
    out.ff = v.squaredNorm();
    if (c.size() > 0) out.fc = v.dot(c);
  }
  if (n) {
    const auto v = n->of.col(seed % n->of.cols());  // of seeds that were not trained another's
    out.width_n = n->width;
    out.nn = v.squaredNorm();
    if (f) out.nf = v.dot(f->of.col(seed));
    if (c.size() > 0) out.nc = v.dot(c);
  }
  return out;
}

double error_of(const std::vector<Measured>& networks, double width, double share) {
  VectorXd errors(static_cast<Index>(networks.size()));
  for (Index k = 0; k < errors.size(); ++k)
    errors[k] = networks[static_cast<std::size_t>(k)].error(width);
  return quantile(std::move(errors), share);
}

double width_for(const std::vector<Measured>& networks, double error, double share) {
  if (error_of(networks, kWidest, share) > error) return kInfinity;
  double low = std::log(kNarrowest), high = std::log(kWidest);
  if (error_of(networks, kNarrowest, share) <= error) return kNarrowest;
  while (high - low > 1e-4) {
    const double middle = 0.5 * (low + high);
    (error_of(networks, std::exp(middle), share) > error ? low : high) = middle;
  }
  return std::exp(high);
}

double median_norm(const LeftOut& part) {
  return quantile(part.of.colwise().norm().transpose(), 0.5);
}

double slope(const std::vector<LeftOut>& parts) {
  if (parts.size() < 2) return kNan;
  const LeftOut &wide = from_end(parts, 0), &narrow = from_end(parts, 1);
  return std::log(median_norm(wide) / median_norm(narrow)) / std::log(wide.width / narrow.width);
}

void require_increasing(const char* name, const std::vector<LeftOut>& parts, Index rows) {
  double width = 0.0;
  for (const LeftOut& part : parts) {
    base::require(std::isfinite(part.width) && part.width > width, name, part.width,
                  "of finite widths that increase");
    width = part.width;
    base::require_shape(name, part.of, rows, base::kAny);
    base::require(part.of.cols() >= 1, name, part.of.cols(), "of one seed at least");
  }
}

}  // namespace

WidthFit fit_width(const std::vector<LeftOut>& finite_width, const std::vector<LeftOut>& model,
                   const std::vector<LeftOut>& nonlinearity, double error, double share,
                   const Bootstrap& bootstrap) {
  base::require(std::isfinite(error) && error > 0.0, "error", error, "a finite number above 0");
  base::require(share > 0.0 && share < 1.0, "share", share, "above 0 and below 1");
  base::require(bootstrap.resamples >= 2, "bootstrap.resamples", bootstrap.resamples, "at least 2");
  const bool drawn = !finite_width.empty();
  base::require(drawn || !nonlinearity.empty(), "finite_width", "empty", "there, or nonlinearity");
  const Index rows = (drawn ? finite_width : nonlinearity).front().of.rows();
  require_increasing("finite_width", finite_width, rows);
  require_increasing("nonlinearity", nonlinearity, rows);
  require_increasing("model", model, rows);
  const Index seeds = (drawn ? finite_width : nonlinearity).front().of.cols();
  for (const LeftOut& part : finite_width)
    base::require_shape("finite_width", part.of, rows, seeds);
  if (!model.empty()) base::require_shape("model", model.back().of, rows, seeds);

  std::vector<std::vector<Measured>> by_seed(static_cast<std::size_t>(seeds));
  for (Index seed = 0; seed < seeds; ++seed) {
    const VectorXd c = model.empty() ? VectorXd() : VectorXd(model.back().of.col(seed));
    for (Index k = 0; k < kWidths; ++k)
      by_seed[static_cast<std::size_t>(seed)].push_back(
          measured(drawn ? &from_end(finite_width, k) : nullptr, c,
                   nonlinearity.empty() ? nullptr : &from_end(nonlinearity, k), seed));
  }
  const auto all = [&](const std::vector<Index>& which) {
    std::vector<Measured> out;
    for (const Index seed : which)
      for (const Measured& one : by_seed[static_cast<std::size_t>(seed)]) out.push_back(one);
    return out;
  };
  std::vector<Index> once(static_cast<std::size_t>(seeds));
  for (Index seed = 0; seed < seeds; ++seed) once[static_cast<std::size_t>(seed)] = seed;
  const std::vector<Measured> networks = all(once);
  WidthFit out{.width = width_for(networks, error, share),
               .low = kNan,
               .high = kNan,
               .floor = error_of(networks, kInfinity, share),
               .finite_width_slope = slope(finite_width),
               .nonlinearity_slope = slope(nonlinearity)};
  if (seeds < 2) return out;
  VectorXd widths(bootstrap.resamples);
  for (Index r = 0; r < widths.size(); ++r)
    widths[r] = width_for(all(resample(bootstrap, r, seeds)), error, share);
  // Infinite widths are greater than all others, and cannot be averaged.
  std::sort(widths.begin(), widths.end());
  const auto at = [&](double p) {
    return widths[static_cast<Index>(std::lround(p * static_cast<double>(widths.size() - 1)))];
  };
  out.low = at(0.025);
  out.high = at(0.975);
  return out;
}

}  // namespace fprinciple::compare
