#include "nn/gradient_descent.hpp"

#include "data/error.hpp"
#include "data/linear_algebra.hpp"
#include "nn/kernels.hpp"
#include "nn/tangent_kernel.hpp"

#include <algorithm>
#include <cmath>

#include <spdlog/fmt/fmt.h>

namespace fprinciple::nn {
namespace {

std::optional<std::string> reached(const Stop& stop, double loss, double t, std::int64_t steps,
                                   double step) {
  if (stop.loss && loss <= *stop.loss) return "loss";
  if (stop.time && t >= *stop.time - 0.5 * step) return "time";
  if (stop.steps && steps >= *stop.steps) return "steps";
  return std::nullopt;
}

[[noreturn]] void report_divergence(const Network& start, const Task& task, double step,
                                    std::int64_t steps, double first_loss, double loss) {
  throw RunError(fmt::format(
      "gradient descent diverged: after {} steps (t = {:.4g}) the loss has gone from {:.4g} to "
      "{:.4g}. The step is {:.4g}; the largest stable one is about 2/λ_max = {:.4g}",
      steps, step * static_cast<double>(steps), first_loss, loss, step,
      2.0 / largest_rate(start, task.samples.x)));
}

/// Only log-spaced times need the tangent kernel, to see how far they must reach.
SnapshotClock snapshot_clock(const Network& start, const Task& task, double step) {
  const auto& [x, y] = task.samples;
  if (!task.snapshots.times.empty()) return {task, {}, {}, step};
  const auto [values, vectors] = data::symmetric_eigen(tangent_kernel(start, x));
  return {task, values, vectors.transpose() * (outputs(start, x) - y), step};
}

}  // namespace

Trajectory gradient_descent(const Network& start, const Task& task, const Descent& descent) {
  const double step = descent.step;
  const auto& [x, y] = task.samples;
  SnapshotClock clock = snapshot_clock(start, task, step);
  Recorder recorder(task);
  Network network = start;
  double first_loss = 0.0;
  for (std::int64_t steps = 0;; ++steps) {
    const double t = step * static_cast<double>(steps);
    const Eigen::VectorXd u = outputs(network, x) - y;
    const double now = 0.5 * u.squaredNorm();
    if (steps == 0) first_loss = now;
    if (!(now <= 1e6 * std::max(first_loss, y.squaredNorm())))
      report_divergence(start, task, step, steps, first_loss, now);
    const auto reason = reached(task.stop, now, t, steps, step);
    if (steps == 0 || reason || t >= clock.next() - 0.5 * step) {
      recorder.record(network, t);
      while (clock.next() - 0.5 * step <= t) clock.advance();
    }
    if (task.progress && steps % 1000 == 0)
      task.progress(share_done(task.stop, first_loss, now, t, steps), now, t);
    if (reason && now > first_loss) report_divergence(start, task, step, steps, first_loss, now);
    if (reason) return recorder.finish(network, steps, steps, *reason);
    const data::Weights gradient = weighted_gradient(network, x, u);
    if (!task.stop.time && !task.stop.steps && gradient.a.isZero(0.0) && gradient.w.isZero(0.0) &&
        gradient.b.isZero(0.0))
      throw RunError(fmt::format(
          "gradient descent is stuck: after {} steps no trained parameter has a gradient and the "
          "loss stays at {:.6g}. The step is {:.4g}; the largest stable one is about 2/λ_max = "
          "{:.4g}",
          steps, now, step, 2.0 / largest_rate(start, x)));
    add_scaled(network.weights, -step, gradient);
  }
}

}  // namespace fprinciple::nn
