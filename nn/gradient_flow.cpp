#include "nn/gradient_flow.hpp"

#include "data/error.hpp"
#include "data/linear_algebra.hpp"
#include "nn/kernels.hpp"
#include "nn/tangent_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <spdlog/fmt/fmt.h>

namespace fprinciple::nn {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// The network's first-order model around its weights, on the samples.
struct Linearisation {
  VectorXd rates;       // Λ ≥ 0
  Eigen::MatrixXd v;    // V
  VectorXd projection;  // V^T u
};

Linearisation linearise(const Network& network, const Eigen::MatrixXd& x, const VectorXd& u) {
  const auto [values, vectors] = data::symmetric_eigen(tangent_kernel(network, x));
  return {values.cwiseMax(0.0), vectors, vectors.transpose() * u};
}

/// −J V φ(Λ, h) V^T u.
data::Weights exponential_step(const Network& network, const Linearisation& model,
                               const Eigen::MatrixXd& x, double h) {
  VectorXd q(model.rates.size());
  for (Index j = 0; j < q.size(); ++j) {
    const double rate = model.rates[j];
    q[j] = (rate > 0.0 ? std::expm1(-rate * h) / rate : -h) * model.projection[j];
  }
  return weighted_gradient(network, x, model.v * q);
}

Network moved(const Network& network, const data::Weights& change) {
  Network out = network;
  add_scaled(out.weights, 1.0, change);
  return out;
}

class Flow {
 public:
  Flow(const Network& start, const Task& task, const FlowOptions& options)
      : task_(task), options_(options), network_(start), recorder_(task, start) {
    const auto& x = task.samples.x;
    monitored_.resize(x.rows(), x.cols() + options.probes.cols());
    monitored_ << x, options.probes;
    look();
  }

  Trajectory run() {
    const double first_loss = loss_;
    SnapshotClock clock(task_, model_.rates, model_.projection, 0.0);
    const double largest = model_.rates.maxCoeff();
    double h = largest > 0.0 ? 1.0 / largest : 1.0;
    recorder_.record(network_, 0.0);
    std::string reason = reached();
    while (reason.empty()) {
      h = bounded(h);
      const Trial trial = attempt(h);
      const double factor =
          std::clamp(0.9 * std::sqrt(options_.tolerance / trial.error), 0.1, kLargestGrowth);
      if (!std::isfinite(t_ + h)) report_stall();
      if (!(trial.error <= options_.tolerance)) {
        h *= std::isfinite(trial.error) ? factor : 0.1;
        if (t_ + h == t_ || h < 1e-12 / largest)
          throw RunError(
              fmt::format("the gradient flow cannot meet the tolerance {:.3g} at t = {:.4g}: "
                          "the step size underflows",
                          options_.tolerance, t_));
        continue;
      }
      // A snapshot due at the very end of a step is left to the next one, or to the end.
      for (; clock.next() < (t_ + h) * (1.0 - 1e-9); clock.advance())
        record_inside(trial, h, clock.next());
      accept(trial, h);
      h *= factor;
      require_progress();
      if (task_.progress)
        task_.progress(share_done(task_.stop, first_loss, loss_, t_, steps_), loss_, t_);
      reason = reached();
    }
    if (recorder_.last_time() < t_) recorder_.record(network_, t_);
    return recorder_.so_far(network_, steps_, gradients_, reason);
  }

 private:
  static constexpr double kLargestGrowth = 10.0;
  static constexpr std::int64_t kStallWindow = 200;  // steps

  /// One step of h and two of h/2 from the present weights.
  struct Trial {
    data::Weights whole;   // change of θ by the single step
    data::Weights halves;  // change of θ by the two
    double error;
  };

  /// Linearises at the present weights.
  void look() {
    const VectorXd u = outputs(network_, task_.samples.x) - task_.samples.y;
    loss_ = 0.5 * u.squaredNorm();
    model_ = linearise(network_, task_.samples.x, u);
    ++gradients_;
  }

  std::string reached() const {
    const Stop& stop = task_.stop;
    if (stop.loss && loss_ <= *stop.loss) return "loss";
    if (stop.time && t_ >= *stop.time) return "time";
    if (stop.steps && steps_ >= *stop.steps) return "steps";
    return {};
  }

  /// Throws when only the loss can stop training and it has stopped falling: no neuron that could
  /// lower it is active, or one is pinned with its kink on a sample.
  void require_progress() {
    if (task_.stop.time || task_.stop.steps || steps_ % kStallWindow != 0) return;
    if (!(loss_ < window_loss_ * (1.0 - 1e-9)) && loss_ > task_.stop.loss.value_or(0.0))
      report_stall();
    window_loss_ = loss_;
  }

  [[noreturn]] void report_stall() const {
    throw RunError(fmt::format(
        "the gradient flow stays at the loss {:.6g} (t = {:.4g}), above the stop at {:.3g}: "
        "this network cannot fit these samples better; use more neurons or a larger "
        "stop.loss, or add stop.time",
        loss_, t_, task_.stop.loss.value_or(0.0)));
  }

  /// h, not going past the time at which the stop is met.
  double bounded(double h) const {
    const Stop& stop = task_.stop;
    if (stop.loss)
      h = std::min(h, linearised_time(model_.rates, model_.projection, kAim * *stop.loss));
    if (stop.time) h = std::min(h, *stop.time - t_);
    return h;
  }

  Trial attempt(double h) {
    const auto& [x, y] = task_.samples;
    Trial trial{exponential_step(network_, model_, x, h),
                exponential_step(network_, model_, x, 0.5 * h), 0.0};
    Network other = moved(network_, trial.halves);
    const Linearisation model = linearise(other, x, outputs(other, x) - y);
    const data::Weights second = exponential_step(other, model, x, 0.5 * h);
    add_scaled(trial.halves, 1.0, second);
    add_scaled(other.weights, 1.0, second);
    gradients_ += 4;
    const VectorXd f = outputs(other, monitored_);
    trial.error = (f - outputs(moved(network_, trial.whole), monitored_)).cwiseAbs().maxCoeff();
    return trial;
  }

  void record_inside(const Trial& trial, double h, double t) {
    const double sigma = (t - t_) / h;
    Network inside = moved(network_, exponential_step(network_, model_, task_.samples.x, t - t_));
    add_scaled(inside.weights, 2.0 * sigma * sigma, trial.halves);
    add_scaled(inside.weights, -2.0 * sigma * sigma, trial.whole);
    recorder_.record(inside, t);
  }

  void accept(const Trial& trial, double h) {
    add_scaled(network_.weights, 2.0, trial.halves);
    add_scaled(network_.weights, -1.0, trial.whole);
    const double end = t_ + h;
    t_ = task_.stop.time && end > *task_.stop.time * (1.0 - 1e-14) ? *task_.stop.time : end;
    ++steps_;
    look();
  }

  const Task& task_;
  const FlowOptions& options_;
  Network network_;
  Recorder recorder_;
  Eigen::MatrixXd monitored_;
  Linearisation model_;
  double loss_ = 0.0;
  double window_loss_ = std::numeric_limits<double>::infinity();
  double t_ = 0.0;
  std::int64_t steps_ = 0;
  std::int64_t gradients_ = 0;
};

}  // namespace

Trajectory gradient_flow(const Network& start, const Task& task, const FlowOptions& options) {
  return Flow(start, task, options).run();
}

}  // namespace fprinciple::nn
