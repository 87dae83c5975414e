#include "reports/axis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <fmt/format.h>

namespace fprinciple::reports {

Range range_of(const std::vector<Eigen::VectorXd>& values) {
  double lo = std::numeric_limits<double>::infinity();
  double hi = -lo;
  for (const Eigen::VectorXd& column : values)
    for (const double value : column)
      if (std::isfinite(value)) {
        lo = std::min(lo, value);
        hi = std::max(hi, value);
      }
  if (lo > hi) return {};
  if (lo == hi) {
    const double width = lo == 0.0 ? 1.0 : std::abs(lo);
    return {lo - width / 2, hi + width / 2};
  }
  return {lo, hi};
}

Range padded(const Range& range, double share) {
  const double pad = share * (range.hi - range.lo);
  return {range.lo - pad, range.hi + pad};
}

Range symmetric(const Range& range) {
  const double largest = std::max(std::abs(range.lo), std::abs(range.hi));
  return {-largest, largest};
}

Script gnuplot_range(const Range& range) { return commands("[{:.9g}:{:.9g}]", range.lo, range.hi); }

double round_step(const Range& range, int parts) {
  const double least = (range.hi - range.lo) / parts;
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= least) return factor * power;
  return 10.0 * power;
}

double Unit::value() const { return std::pow(10.0, exponent); }

Script Unit::label() const {
  return exponent == 0 ? Script() : commands("  (10^{{{}}})", exponent);
}

Unit unit_for(double largest) {
  if (!(largest > 0.0) || !std::isfinite(largest)) return {};
  if (largest >= 0.1 && largest < 1000.0) return {};
  return {3 * static_cast<int>(std::floor(std::log10(largest) / 3.0))};
}

Decimal decimal(double value, int digits) {
  if (!std::isfinite(value)) return {std::numeric_limits<double>::quiet_NaN(), 0};
  const std::string text = fmt::format("{:.{}e}", value, digits);
  const std::size_t e = text.find('e');
  return {std::stod(text.substr(0, e)), std::stoi(text.substr(e + 1))};
}

Range in(const Unit& unit, const Range& range) {
  return {range.lo / unit.value(), range.hi / unit.value()};
}

Range decades(const std::vector<Eigen::VectorXd>& values) {
  constexpr double most = 8.0;
  std::vector<Eigen::VectorXd> logs;
  logs.reserve(values.size());
  for (const Eigen::VectorXd& column : values) logs.push_back(column.array().log10());
  const Range range = range_of(logs);
  const double hi = std::ceil(range.hi);
  return {std::pow(10.0, std::max(std::floor(range.lo), hi - most)), std::pow(10.0, hi)};
}

Script log_axis(Words axis, const Range& range) {
  constexpr double labels = 6.0;
  const double length = std::log10(range.hi / range.lo);
  const int step = std::max(1, static_cast<int>(std::ceil(length / labels)));
  const Script minor = step == 1 ? commands("set m{}tics 10\n", axis) : Script();
  // Left to itself, gnuplot begins at a multiple of the step, 30 for 37, and labels 300 as 100.
  const int first = step * static_cast<int>(std::floor(std::log10(range.lo) / step));
  return commands(
             "set logscale {0}\nset {0}range {1}\nset format {0} '10^{{%T}}'\n"
             "set {0}tics 1e{2},1e{3}\n",
             axis, gnuplot_range(range), first, step) +
         minor;
}

std::vector<Eigen::Index> positive(const Eigen::VectorXd& t) {
  std::vector<Eigen::Index> out;
  for (Eigen::Index i = 0; i < t.size(); ++i)
    if (t[i] > 0.0 && std::isfinite(t[i])) out.push_back(i);
  return out;
}

}  // namespace fprinciple::reports
