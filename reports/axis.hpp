#pragma once

#include "reports/script.hpp"

#include <vector>

#include <Eigen/Core>

namespace fprinciple::reports {

/// An interval of an axis.
struct Range {
  double lo = 0.0;
  double hi = 1.0;
};

/// The smallest interval that holds every finite value; [0, 1] when there is none. Never empty: a
/// single value is widened.
Range range_of(const std::vector<Eigen::VectorXd>& values);

/// The interval widened by `share` of its length on both sides.
Range padded(const Range& range, double share);

/// [-m, m] with the least m that holds the interval.
Range symmetric(const Range& range);

/// "[lo:hi]", as gnuplot takes it.
Script gnuplot_range(const Range& range);

/// The round step (1, 2 or 5 times a power of ten) that cuts the interval into at most `parts`.
double round_step(const Range& range, int parts);

/// Small values are drawn in units of 10^exponent, so that tic labels stay short: the multiple of 3
/// that brings `largest` into [1, 1000), or 0 when it is between 0.1 and 1000 anyway.
struct Unit {
  int exponent = 0;
  double value() const;
  Script label() const;  ///< "" or " (10^{-3})", enhanced text for the inside of quotes
};
Unit unit_for(double largest);

/// mantissa·10^exponent, the mantissa rounded to so many digits behind the point, 1 to 10 or 0; nan
/// and exponent 0 for what is not finite.
struct Decimal {
  double mantissa = 0.0;
  int exponent = 0;
};
Decimal decimal(double value, int digits);
Range in(const Unit& unit, const Range& range);

/// Whole decades around the positive values, at most eight: the lowest may be rounding.
Range decades(const std::vector<Eigen::VectorXd>& values);

/// gnuplot commands for a logarithmic axis ("x", "y") over `range`, labelled at powers of ten.
Script log_axis(Words axis, const Range& range);

/// The times that a logarithmic axis can show: the indices of the positive ones.
std::vector<Eigen::Index> positive(const Eigen::VectorXd& t);

/// What stands under every time axis.
inline constexpr Words time_label =
    "{/:Italic t}  (gradient-flow time of ½Σ({/:Italic f} − {/:Italic y})²)";

}  // namespace fprinciple::reports
