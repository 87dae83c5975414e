#include "compare/forecast_words.hpp"

#include "base/error.hpp"

#include <cmath>

#include <fmt/format.h>

namespace fprinciple::compare {
namespace {

using Eigen::Index;

constexpr Index kMostSamples = 2000;
constexpr double kMostWork = 2e10;   // n² m
constexpr double kMostSteps = 1e12;  // that anybody waits for

const nn::Descent* descent_of(const Training& training, nn::Descent& descent) {
  if (training.method == nn::Method::flow) return nullptr;
  descent = training.descent;
  descent.method = training.method;
  return &descent;
}

std::string of_samples(const nn::SlowDirection& slow, const data::Samples& samples) {
  const Index i = slow.samples[0];
  if (slow.samples.size() == 1) return fmt::format("sample {}", i + 1);
  const Index k = slow.samples[1];
  return fmt::format("samples {} and {}, {:.2g} apart, whose y are {:.2g} apart", i + 1, k + 1,
                     (samples.x.col(i) - samples.x.col(k)).norm(),
                     std::abs(samples.y[i] - samples.y[k]));
}

/// "samples 3 and 17, …, at the rate 2e-05"; empty where nothing is slow.
std::string held_up_by(const nn::Forecast& f, const data::Samples& samples) {
  if (f.slowest.empty()) return {};
  const nn::SlowDirection& slow = f.slowest.front();
  return fmt::format("{}, at the rate {:.2g} of {:.2g}", of_samples(slow, samples), slow.rate,
                     f.largest_rate);
}

}  // namespace

std::optional<nn::Forecast> forecast(const Training& training, const nn::Network& start,
                                     const data::Samples& samples) {
  const auto n = static_cast<double>(samples.size());
  if (samples.size() > kMostSamples ||
      n * n * static_cast<double>(start.weights.width()) > kMostWork)
    return std::nullopt;
  nn::Descent descent;
  try {
    nn::Forecast out = nn::forecast(start, samples, training.stop, descent_of(training, descent));
    if (std::isfinite(out.largest_rate) && out.largest_rate > 0.0) return out;
  } catch (const RunError&) {  // the kernel is not finite: training says so
  }
  return std::nullopt;
}

std::string in_words(const nn::Forecast& f, const Training& training,
                     const data::Samples& samples) {
  std::string out;
  if (std::isnan(f.time))
    out = "none: Adam's steps have no time, and no other stop is given";
  else if (f.stopped_by.empty())
    out = fmt::format(
        "by its first tangent kernel the network never gets below the loss {:.2g}; it must leave "
        "that kernel to reach the stop",
        f.loss_floor);
  else
    out = fmt::format("the stop by {} is met at about t = {:.2g}", f.stopped_by, f.time);
  if (f.steps && std::isfinite(*f.steps)) out += fmt::format(", {:.2g} steps", *f.steps);
  if (f.loss_time && f.stopped_by != "loss" && !f.stopped_by.empty())
    out += std::isfinite(*f.loss_time)
               ? fmt::format(", before the loss {:.2g}, at t = {:.2g}", *training.stop.loss,
                             *f.loss_time)
               : fmt::format("; the loss {:.2g} never is", *training.stop.loss);
  if (const std::string slow = held_up_by(f, samples); !slow.empty())
    out += fmt::format("; slowest are {}", slow);
  if (f.largest_step)
    out += fmt::format("; the largest stable step is {:.3g}{}", *f.largest_step,
                       training.descent.step > *f.largest_step
                           ? fmt::format(", and {:.3g} is above it", training.descent.step)
                           : "");
  return out;
}

void require_reachable(const nn::Forecast& f, const Training& training,
                       const data::Samples& samples) {
  const nn::Stop& stop = training.stop;
  if (stop.time || stop.steps || stop.seconds || !f.steps || !std::isfinite(*f.steps) ||
      *f.steps <= kMostSteps)
    return;
  throw RunError(fmt::format(
      "nothing is trained: to meet the stop by {} would take about {:.2g} steps of {:.3g}, held up "
      "by {}. Use method = \"flow\", a larger step (below {:.3g}), or a larger stop.loss, or add "
      "stop.time, stop.steps or stop.seconds for a report of what there is by then",
      f.stopped_by, *f.steps, training.descent.step, held_up_by(f, samples),
      f.largest_step.value_or(training.descent.step)));
}

}  // namespace fprinciple::compare
