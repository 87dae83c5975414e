#include "nn/training.hpp"

#include "base/error.hpp"
#include "base/require.hpp"
#include "nn/kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace fprinciple::nn {

using Eigen::Index;
using Eigen::VectorXd;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

void obey(const Supervision& supervision, const std::function<TrainingState()>& state) {
  if (!supervision.wish) return;
  const Supervision::Wish wish = supervision.wish();
  if (wish == Supervision::Wish::go_on) return;
  const TrainingState now = state();
  if (supervision.keep) supervision.keep(now);
  if (wish == Supervision::Wish::stop) throw Interrupted(now.t, now.so_far.steps);
}

double linearised_loss(const VectorXd& rates, const VectorXd& projection, double t) {
  return 0.5 * ((-2.0 * t * rates.array()).exp() * projection.array().square()).sum();
}

double linearised_time(const VectorXd& rates, const VectorXd& projection, double loss) {
  if (linearised_loss(rates, projection, 0.0) <= loss) return 0.0;
  double high = 1.0 / std::max(rates.maxCoeff(), std::numeric_limits<double>::min());
  for (int doubling = 0; linearised_loss(rates, projection, high) > loss; ++doubling) {
    if (doubling == 200) return kInfinity;
    high *= 2.0;
  }
  double low = 0.0;
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = 0.5 * (low + high);
    (linearised_loss(rates, projection, middle) > loss ? low : high) = middle;
  }
  return high;
}

void require_finite_loss(double loss) {
  if (!std::isfinite(loss))
    throw RunError(fmt::format(
        "the loss at the start, ½Σ(f−y)², is {}: it leaves the range of double precision. Scale "
        "the samples' y",
        loss));
}

namespace {

void require_stop(const Stop& stop) {
  base::require(stop.loss || stop.time || stop.steps || stop.gradient_norm || stop.seconds, "stop",
                "empty", "a loss, a time, a number of steps, a norm of the gradient or seconds");
  const auto positive = [](const char* name, const std::optional<double>& value) {
    if (value) base::require(*value > 0.0 && std::isfinite(*value), name, *value, "finite and > 0");
  };
  positive("stop.loss", stop.loss);
  positive("stop.time", stop.time);
  positive("stop.gradient_norm", stop.gradient_norm);
  positive("stop.seconds", stop.seconds);
  if (stop.steps) base::require(*stop.steps > 0, "stop.steps", *stop.steps, "> 0");
}

void require_snapshots(const Snapshots& snapshots) {
  double before = 0.0;
  for (const double t : snapshots.times) {
    base::require(t > before, "snapshots.times", t, "> 0 and increasing");
    before = t;
  }
  if (snapshots.times.empty())
    base::require(snapshots.count >= 1, "snapshots.count", snapshots.count, "1 or more");
}

/// That a state is of this training.
void require_state(const TrainingState& state, const Network& start, const Task& task) {
  const Trajectory& past = state.so_far;
  const Index times = past.t.size();
  base::require(times > 0, "resume.so_far.t", "empty", "what was recorded");
  base::require_shape("resume.so_far.f", past.f, task.points.cols(), times);
  base::require_size("resume.so_far.loss", past.loss.size(), times);
  base::require_size("resume.so_far.kernel_drift", past.kernel_drift.size(), times);
  base::require_size("resume.so_far.parameter_distance", past.parameter_distance.size(), times);
  base::require_size("resume.so_far.switched", past.switched.size(), times);
  base::require(past.steps > 0, "resume.so_far.steps", past.steps, "> 0");
  const auto require_like_start = [&](const char* name, const data::Weights& weights) {
    base::require(
        weights.a.size() == start.weights.width() && weights.b.size() == start.weights.width() &&
            weights.w.rows() == start.weights.width() && weights.w.cols() == start.weights.dim(),
        name, "of another shape", "of that of the start's weights");
  };
  require_like_start("resume.so_far.network", past.network.weights);
  for (const data::Weights& memory : state.memory) require_like_start("resume.memory", memory);
}

}  // namespace

void require_task(const Network& start, const Task& task) {
  require_network(start);
  base::require_finite("weights.a", start.weights.a);
  base::require_finite("weights.w", start.weights.w);
  base::require_finite("weights.b", start.weights.b);
  base::require(start.train.a || start.train.w || start.train.b, "train", "false of all groups",
                "true of one at least");
  const auto& [x, y] = task.samples;
  base::require(x.cols() > 0, "samples", "empty", "one sample or more");
  require_points("samples.x", start, x);
  base::require_size("samples.y", y.size(), x.cols());
  base::require_finite("samples.y", y);
  require_points("points", start, task.points);
  require_stop(task.stop);
  require_snapshots(task.snapshots);
  if (task.supervision.resume) require_state(*task.supervision.resume, start, task);
}

double ShareDone::operator()(double first_loss, double loss, double t, std::int64_t steps,
                             double seconds) {
  const Stop& stop = task_.stop;
  const auto grows = [&](double of) {
    if (of > share_) share_ = of;  // not where it is nan
  };
  const auto& expected = task_.expected_time;
  if (expected && *expected > 0.0 && std::isfinite(*expected))
    grows(rate_ > 0.0 ? std::log1p(rate_ * t) / std::log1p(rate_ * *expected) : t / *expected);
  else if (stop.loss && first_loss > *stop.loss)
    grows(std::log(first_loss / loss) / std::log(first_loss / *stop.loss));
  if (stop.time) grows(t / *stop.time);
  if (stop.steps) grows(static_cast<double>(steps) / static_cast<double>(*stop.steps));
  if (stop.seconds) grows(seconds / *stop.seconds);
  constexpr double kNotYet = 0.99;
  share_ = std::clamp(share_, 0.0, kNotYet);
  return share_;
}

}  // namespace fprinciple::nn
