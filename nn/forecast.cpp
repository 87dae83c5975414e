#include "nn/forecast.hpp"

#include "base/blas.hpp"
#include "base/linear_algebra.hpp"
#include "base/require.hpp"
#include "nn/kernels.hpp"
#include "nn/tangent_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace fprinciple::nn {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// |∇R_S|² = Σ λ p² is twice the loss of these.
VectorXd gradient_projection(const VectorXd& rates, const VectorXd& projection) {
  return projection.cwiseProduct((2.0 * rates).cwiseSqrt());
}

/// The one or two samples that stand for most of a unit vector.
std::vector<Index> leading(const VectorXd& v) {
  Index first = 0;
  v.cwiseAbs().maxCoeff(&first);
  VectorXd rest = v.cwiseAbs();
  rest[first] = 0.0;
  Index second = 0;
  const double size = rest.maxCoeff(&second);
  if (size < 0.3 * std::abs(v[first])) return {first};
  return {std::min(first, second), std::max(first, second)};
}

/// Those that hold most of the loss at time t, and of them the slowest.
std::vector<SlowDirection> slowest(const base::SymmetricEigen& k, const VectorXd& rates,
                                   const VectorXd& projection, double t) {
  constexpr std::size_t kMost = 3;
  constexpr double kShare = 1e-3;
  const VectorXd left = (-2.0 * t * rates.array()).exp() * projection.array().square();
  std::vector<SlowDirection> out;
  for (Index j = 0; j < rates.size() && out.size() < kMost; ++j)  // increasing rates
    if (left[j] > kShare * left.sum())
      out.push_back({rates[j], std::abs(projection[j]), leading(k.vectors.col(j))});
  return out;
}

}  // namespace

double time_to_stop(const VectorXd& rates, const VectorXd& projection, const Stop& stop) {
  double left = kInfinity;
  if (stop.loss) left = linearised_time(rates, projection, kAim * *stop.loss);
  if (stop.gradient_norm)
    left = std::min(left, linearised_time(rates, gradient_projection(rates, projection),
                                          kAim * *stop.gradient_norm * *stop.gradient_norm));
  return left;
}

Forecast forecast(const Network& start, const data::Samples& samples, const Stop& stop,
                  const Descent* descent) {
  using enum Method;
  const base::OneBlasThread blas;
  require_network(start);
  require_points("samples.x", start, samples.x);
  base::require_size("samples.y", samples.y.size(), samples.x.cols());
  const base::SymmetricEigen k = base::symmetric_eigen(tangent_kernel(start, samples.x));
  const VectorXd rates = base::without_rounding(k.values, k.values.size());
  const VectorXd projection = k.vectors.transpose() * (outputs(start, samples.x) - samples.y);
  Forecast out;
  out.largest_rate = rates.maxCoeff();
  out.loss = 0.5 * projection.squaredNorm();
  out.loss_floor = 0.5 * (rates.array() > 0.0).select(0.0, projection.array().square()).sum();
  const bool timed = !descent || descent->method != adam;
  double per_step = 0.0;
  if (descent) {
    const double beta = descent->method == momentum ? descent->momentum : 0.0;
    per_step = descent->step / (1.0 - beta);
    if (timed) out.largest_step = 2.0 * (1.0 + beta) / out.largest_rate;
  }
  out.time = timed ? kInfinity : kUnknown;
  const auto meets = [&](double t, const char* name) {
    if (!(out.time <= t) && t < kInfinity) {
      out.time = t;
      out.stopped_by = name;
    }
  };
  if (timed && stop.loss) {
    out.loss_time = time_to_stop(rates, projection, {.loss = stop.loss, .time = {}, .steps = {}});
    meets(*out.loss_time, "loss");
  }
  if (timed && stop.gradient_norm) {
    out.gradient_norm_time =
        time_to_stop(rates, projection,
                     {.loss = {}, .time = {}, .steps = {}, .gradient_norm = stop.gradient_norm});
    meets(*out.gradient_norm_time, "gradient_norm");
  }
  if (stop.time) meets(*stop.time, "time");
  if (stop.steps && per_step > 0.0) meets(per_step * static_cast<double>(*stop.steps), "steps");
  if (per_step > 0.0 && !std::isnan(out.time)) out.steps = std::ceil(out.time / per_step);
  // At the stop, or where it is never met, when all that moves has gone.
  if (out.loss_time)
    out.slowest = slowest(k, rates, projection, std::min(*out.loss_time, 1e19 / out.largest_rate));
  return out;
}

namespace {

constexpr double kMarksPerFold = 6.0;      // marks of an e-fold of t
const double kWindow = std::log(16.0);     // of t, that a rate is taken over
constexpr std::int64_t kLeastSteps = 200;  // and at least so many steps
constexpr double kMostSteps = 1e10;        // that a descent can take
constexpr double kFarthest = 1e12;         // times t, that a flow can reach
constexpr double kFlat = 230.0;            // e-folds of t: 1e100 times as long
constexpr double kBroken = 4.0;            // times as late as promised

}  // namespace

Outlook::Outlook(const Stop& stop, double time_per_step)
    : target_(stop.loss.value_or(0.0)),
      per_step_(time_per_step),
      watched_(!stop.time && !stop.steps && !stop.seconds),
      best_(kInfinity) {}

bool Outlook::mark(double t, double loss, std::int64_t steps) {
  best_ = std::min(best_, loss);
  if (!(t > 0.0) || (!marks_.empty() && t < marks_.back().t * std::exp(1.0 / kMarksPerFold)))
    return false;
  marks_.push_back({t, best_, steps, kUnknown});
  return true;
}

bool Outlook::slow() {
  const Mark& now = marks_.back();
  bool found = false;
  for (std::size_t i = 0; i < marks_.size(); ++i)
    if (marks_[i].t <= now.t * std::exp(-kWindow) && marks_[i].steps + kLeastSteps <= now.steps) {
      since_ = i;
      found = true;
    }
  if (!found) return false;
  const Mark& then = marks_[since_];
  // Without a loss to reach, as if ten digits of it were.
  const double left = target_ > 0.0 ? std::log(now.best / target_) : std::log(1e10);
  const double slope = std::log(then.best / now.best) / std::log(now.t / then.t);
  folds_ = slope > 0.0 ? left / slope : kInfinity;
  return out_of_reach(now.t * std::expm1(std::min(folds_, 700.0)));
}

bool Outlook::out_of_reach(double left) const {
  return per_step_ > 0.0 ? left > kMostSteps * per_step_ : left > kFarthest * marks_.back().t;
}

bool Outlook::given_up(std::optional<double> left) {
  if (!left) return folds_ > kFlat;
  Mark& now = marks_.back();
  now.promised = now.t + *left;
  if (out_of_reach(*left)) return true;
  for (std::size_t i = 0; i <= since_ && folds_ > kFlat; ++i)
    if (now.t > kBroken * marks_[i].promised) return true;
  return false;
}

std::string out_of_reach_words(const std::string& method, const Stop& stop, double t, double loss,
                               std::int64_t steps) {
  return fmt::format(
      "{} stays at the loss {:.6g} (t = {:.4g}, {} steps){}: neither at its rate of late nor by "
      "its tangent kernel does it get there. Use more neurons, another step, or a larger "
      "stop.loss; or add stop.time, stop.steps or stop.seconds for a report of what there is",
      method, loss, t, steps,
      stop.loss ? fmt::format(", above the stop at {:.3g}", *stop.loss) : "");
}

}  // namespace fprinciple::nn
