#pragma once

#include "base/names.hpp"
#include "compare/problem.hpp"
#include "compare/statistics.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::compare {

/// What is asked.
struct WidthTask {
  double error = 0.05;       ///< a share of the prediction's movement, as Verdict::error
  double seconds = 30.0;     ///< about as much may be spent
  double share = 0.9;        ///< of the networks that are to be within it
  Eigen::Index drawn = 24;   ///< seeds that are drawn and linearised at each width
  Eigen::Index trained = 8;  ///< and of these, those that are really trained
};

/// What was measured at one width: medians over the seeds with their intervals, as shares of the
/// movement; none where it was not measured.
struct WidthRow {
  Eigen::Index width = 0;
  std::optional<Estimate> finite_width, nonlinearity;
  std::optional<Estimate> error;  ///< of the trained network to the prediction
};

/// What kind of answer there is.
enum class WidthAnswer {
  found,     ///< a width, with an interval
  at_most,   ///< the narrowest that was tried is wide enough
  at_least,  ///< the laws do not hold yet at what could be tried: it takes more than `width`
  none       ///< no width will do: the model's own error is too large
};
constexpr base::Names<WidthAnswer, 4> names_of(WidthAnswer) {
  return {{{WidthAnswer::found, "found"},
           {WidthAnswer::at_most, "at_most"},
           {WidthAnswer::at_least, "at_least"},
           {WidthAnswer::none, "none"}}};
}

struct HowWide {
  using Is = WidthAnswer;
  Is is = Is::found;
  Eigen::Index width = 0;  ///< 0 for none
  double low = 0.0, high = 0.0;
  double floor = 0.0;           ///< the model's own error
  std::string_view floor_rung;  ///< and the rung that most of it is; empty: complete LFP
  double floor_rung_error = 0.0;
  std::vector<WidthRow> rows;  ///< in increasing order
  /// Of descent with a fixed step: below which it is stable at `width`.
  std::optional<double> largest_step;
  std::string sentence;            ///< the answer
  std::vector<std::string> notes;  ///< what else to know: why it is only a bound, what was left out
};

/// How far `how_wide` is: a stage, its share done, and what was found last.
struct WidthProgress {
  std::string stage;
  double done = 0.0;
  std::string found = {};
};

/// How wide the problem's network must be for network and prediction to agree: the problem with
/// other widths, all else as it is. First networks are drawn and linearised at widths that grow
/// until finite width and model leave out no more than the error, n² m + G n m each; then some of
/// the seeds are trained at narrower widths, as far as a forecast says that task.seconds allow, for
/// what non-linearity leaves out. Deterministic where the seconds do not end it. Throws InputError
/// for a problem that has no other width or no ladder: given weights, the power law, a stop by
/// seconds alone; RunError where the prediction does not move.
HowWide how_wide(const Problem& problem, const WidthTask& task,
                 const std::function<void(const WidthProgress&)>& progress = {});

/// A share as a number of per cent, of two digits or more: "0.23", "12", "130".
std::string in_percent(double share);

}  // namespace fprinciple::compare
