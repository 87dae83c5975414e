#pragma once

#include "compare/problem.hpp"
#include "nn/forecast.hpp"
#include "nn/network.hpp"

#include <optional>
#include <string>

namespace fprinciple::compare {

/// The forecast of a training, values in, values out; none where it would take longer than a few
/// seconds (n > 2000, or n² m > 2·10^10), and where the rates leave the range of numbers.
std::optional<nn::Forecast> forecast(const Training& training, const nn::Network& start,
                                     const data::Samples& samples);

/// The same in one sentence or two: when, what holds it up, the largest stable step.
std::string in_words(const nn::Forecast& forecast, const Training& training,
                     const data::Samples& samples);

/// Throws RunError, which says what to change, when no stop can be met within 10^12 steps.
void require_reachable(const nn::Forecast& forecast, const Training& training,
                       const data::Samples& samples);

}  // namespace fprinciple::compare
