#include "nn/gradient_flow.hpp"

#include "base/error.hpp"
#include "base/linear_algebra.hpp"
#include "nn/kernels.hpp"
#include "nn/kinks.hpp"
#include "nn/residual_path.hpp"
#include "nn/tangent_kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <spdlog/fmt/fmt.h>

namespace fprinciple::nn {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

class Flow {
 public:
  Flow(const Network& start, const Task& task, const FlowOptions& options)
      : task_(task), options_(options), network_(start), recorder_(task, start) {
    const auto& x = task.samples.x;
    monitored_.resize(x.rows(), x.cols() + options.probes.cols());
    monitored_.leftCols(x.cols()) = x;
    if (options.probes.cols() > 0) monitored_.rightCols(options.probes.cols()) = options.probes;
    const auto& resume = task.supervision.resume;
    if (resume) network_ = resume->so_far.network;
    look(outputs(network_, monitored_));
    clock_ = SnapshotClock(task, model_.values, projection_, 0.0);
    first_loss_ = loss_;
    const double largest = model_.values.maxCoeff();
    h_ = largest > 0.0 ? 1.0 / largest : 1.0;
    if (resume)
      restore(*resume);
    else
      recorder_.record(network_, 0.0);
  }

  Trajectory run() {
    std::string reason = reached();
    while (reason.empty()) {
      const double h = bounded(h_);
      const Trial trial = attempt(h);
      if (!std::isfinite(t_ + h)) report_stall();
      if (!trial.accepted) {
        h_ = h * trial.factor;
        if (t_ + h_ == t_ || h_ * model_.values.maxCoeff() < 1e-12)
          throw RunError(
              fmt::format("the gradient flow cannot meet the tolerance {:.3g} at t = {:.4g}: "
                          "the step size underflows",
                          options_.tolerance, t_));
        continue;
      }
      // A snapshot due at the very end of a step is left to the next one, or to the end.
      for (; clock_.next() < (t_ + h) * (1.0 - 1e-9); clock_.advance())
        recorder_.record(inside(trial, std::max(0.0, (clock_.next() - t_) / h)), clock_.next());
      accept(trial, h);
      h_ = h * trial.factor;
      require_progress();
      if (task_.progress)
        task_.progress(share_done(task_.stop, first_loss_, loss_, t_, steps_), loss_, t_);
      obey(task_.supervision, [this] { return state(); });
      reason = reached();
    }
    if (recorder_.last_time() < t_) recorder_.record(network_, t_);
    return recorder_.so_far(network_, steps_, gradients_, reason);
  }

 private:
  static constexpr double kLargestGrowth = 100.0;
  static constexpr std::array<double, 2> kGradients = {4.0, 16.0};  // of a step, by its order
  static constexpr std::int64_t kStallWindow = 200;                 // steps

  static constexpr std::array<double, 3> kOne = {1.0, 0.0, 0.0};
  /// A neuron whose kink can move an output by this share of the tolerance is followed by itself.
  static constexpr double kShareOfKink = 0.01;

  /// A step that has been tried: all that the flow inside it is known from.
  struct Trial {
    ResidualPath residual;
    Network middle, late;       // where J is taken at h/2 and h
    std::vector<Index> kinked;  // neurons that follow() moves
    Network end;
    VectorXd f;             // the end's outputs at the monitored points
    bool parabola = false;  // of J, not a line: the middle counts
    bool accepted = false;
    double factor = 0.0;  // from this step to the next
  };

  /// Linearises at the present weights, with the outputs f at the monitored points.
  void look(const VectorXd& f) {
    const auto& [x, y] = task_.samples;
    const VectorXd u = f.head(y.size()) - y;
    loss_ = 0.5 * u.squaredNorm();
    model_.vectors.resize(0, 0);
    MatrixXd k = tangent_kernel(network_, x);
    hold_pinned(k, network_, x);
    model_ = base::symmetric_eigen(k);
    model_.values = model_.values.cwiseMax(0.0);
    projection_ = model_.vectors.transpose() * u;
    ++gradients_;
  }

  void restore(const TrainingState& state) {
    t_ = state.t;
    steps_ = state.so_far.steps;
    gradients_ = state.so_far.gradients;
    h_ = state.numbers[0];
    first_loss_ = state.numbers[1];
    window_loss_ = state.numbers[2];
    clock_.restore(state.numbers.tail(3));
  }

  TrainingState state() {
    VectorXd numbers(6);
    numbers << h_, first_loss_, window_loss_, clock_.state();
    return {recorder_.so_far(network_, steps_, gradients_), t_, {}, numbers};
  }

  std::string reached() const {
    const Stop& stop = task_.stop;
    if (stop.loss && loss_ <= *stop.loss) return "loss";
    if (stop.time && t_ >= *stop.time) return "time";
    if (stop.steps && steps_ >= *stop.steps) return "steps";
    // |∇R_S|² = u^T K u.
    const double norm2 = model_.values.dot(projection_.cwiseAbs2());
    if (stop.gradient_norm && norm2 <= *stop.gradient_norm * *stop.gradient_norm)
      return "gradient_norm";
    return {};
  }

  /// Throws when only the loss can stop training and it has stopped falling: no neuron that could
  /// lower it is active, or one is pinned with its kink on a sample.
  void require_progress() {
    if (task_.stop.time || task_.stop.steps || task_.stop.gradient_norm ||
        steps_ % kStallWindow != 0)
      return;
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
    if (stop.loss) h = std::min(h, linearised_time(model_.values, projection_, kAim * *stop.loss));
    if (stop.time) h = std::min(h, *stop.time - t_);
    return h;
  }

  /// θ −= J(at) q.
  void push(Network& network, const Network& at, const VectorXd& q) const {
    add_scaled(network.weights, -1.0, weighted_gradient(at, task_.samples.x, q));
  }

  /// θ(σh) from J's line through 0 and h.
  Network linear(const Trial& trial, double sigma) const {
    const ResidualPath& u = trial.residual;
    Network out = network_;
    push(out, network_, u.integral(sigma, {1.0, -1.0, 0.0}));
    push(out, trial.late, u.integral(sigma, {0.0, 1.0, 0.0}));
    take(out, trial.kinked, u.pieces(sigma));
    return out;
  }

  /// θ(σh) from J's parabola through 0, h/2 and h.
  Network parabolic(const Trial& trial, double sigma) const {
    const ResidualPath& u = trial.residual;
    Network out = network_;
    push(out, network_, u.integral(sigma, {1.0, -3.0, 2.0}));
    push(out, trial.middle, u.integral(sigma, {0.0, 4.0, -4.0}));
    push(out, trial.late, u.integral(sigma, {0.0, -1.0, 2.0}));
    take(out, trial.kinked, u.pieces(sigma));
    return out;
  }

  Network inside(const Trial& trial, double sigma) const {
    return trial.parabola ? parabolic(trial, sigma) : linear(trial, sigma);
  }

  /// Has these neurons of `out` come from the present weights by follow().
  void take(Network& out, const std::vector<Index>& neurons, const MatrixXd& pushes) const {
    for (const Index j : neurons) {
      out.weights.a[j] = network_.weights.a[j];
      out.weights.w.row(j) = network_.weights.w.row(j);
      out.weights.b[j] = network_.weights.b[j];
    }
    follow(out, neurons, task_.samples.x, pushes);
  }

  /// Corrects u by how far f at h/2 and h is from the linear network's, and by the bends of the
  /// kinked neurons.
  void correct(Trial& trial) const {
    const auto& [x, y] = task_.samples;
    ResidualPath& u = trial.residual;
    MatrixXd bends;
    Network bent = network_;
    follow(bent, trial.kinked, x, u.pieces(1.0), &bends);
    u.correct(outputs(trial.middle, x) - y - u.linear(0.5),
              outputs(trial.late, x) - y - u.linear(1.0), bends);
  }

  Trial attempt(double h) {
    const auto& [x, y] = task_.samples;
    const double tolerance = options_.tolerance;
    Trial trial{
        {model_.values, model_.vectors, projection_, h}, network_, network_, {}, network_, {}};
    ResidualPath& u = trial.residual;
    const VectorXd q = u.integral(1.0, kOne);
    push(trial.late, network_, q);
    const MatrixXd pushes = u.pieces(1.0);
    trial.kinked = kinked(network_, x, pushes, kShareOfKink * tolerance);
    trial.end = linear(trial, 1.0);
    trial.f = outputs(trial.end, monitored_);
    gradients_ += 3;
    const double first = std::max(distance(trial.f, outputs(trial.late, monitored_)),
                                  distance(trial.f.head(y.size()) - y, u.linear(1.0)));
    const double to_second = growth(std::sqrt(tolerance / first));
    if (first <= tolerance && !rises(trial.f)) {
      // As if the errors were |u| (h/τ)² and |u| (h/τ)³.
      const double second = first * std::min(1.0, std::sqrt(first / std::sqrt(2.0 * loss_)));
      trial.accepted = true;
      trial.factor = better(to_second, growth(std::cbrt(tolerance / second)));
      return trial;
    }

    refine(trial, q, pushes);
    if (trial.accepted) trial.factor = better(to_second, trial.factor);
    return trial;
  }

  /// Stages 3 and 4 after stage 2, whose push is q.
  void refine(Trial& trial, const VectorXd& q, const MatrixXd& pushes) {
    trial.middle = linear(trial, 0.5);
    trial.late = trial.end;
    correct(trial);
    push(trial.end, network_, trial.residual.integral(1.0, kOne) - q);
    take(trial.end, trial.kinked, pushes);
    const VectorXd before = outputs(trial.end, monitored_);
    trial.parabola = true;
    Network middle = parabolic(trial, 0.5);
    trial.late = parabolic(trial, 1.0);
    trial.middle = std::move(middle);
    correct(trial);
    trial.end = parabolic(trial, 1.0);
    trial.f = outputs(trial.end, monitored_);
    gradients_ += 12;
    double second = distance(trial.f, before);
    if (rises(trial.f)) second = std::max(second, 8.0 * options_.tolerance);
    trial.accepted = second <= options_.tolerance;
    trial.factor = growth(std::cbrt(options_.tolerance / second));
  }

  /// A step's length to the next one's, somewhat below what the error allows; NaN allows nothing.
  static double growth(double allowed) {
    return std::isnan(allowed) ? 0.1 : std::clamp(0.9 * allowed, 0.1, kLargestGrowth);
  }

  /// The growth to a step of either order that gets further for its gradients.
  static double better(double to_second, double to_third) {
    return to_second * kGradients[1] > to_third * kGradients[0] ? to_second : to_third;
  }

  /// Whether the loss does, rounding apart, or is NaN. The flow's never does, so that a step may
  /// not either, not even below the tolerance.
  bool rises(const VectorXd& f) const {
    const auto& y = task_.samples.y;
    return !((f.head(y.size()) - y).norm() <= std::sqrt(2.0 * loss_) + 1e-3 * options_.tolerance);
  }

  static double distance(const VectorXd& f, const VectorXd& g) {
    return (f - g).cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
  }

  void accept(const Trial& trial, double h) {
    network_ = trial.end;
    const double end = t_ + h;
    t_ = task_.stop.time && end > *task_.stop.time * (1.0 - 1e-14) ? *task_.stop.time : end;
    ++steps_;
    look(trial.f);
  }

  const Task& task_;
  const FlowOptions& options_;
  Network network_;
  Recorder recorder_;
  MatrixXd monitored_;
  base::SymmetricEigen model_;  // of K at the present weights, Λ ≥ 0
  VectorXd projection_;         // V^T u
  SnapshotClock clock_;
  double h_ = 0.0;  // of the next step
  double loss_ = 0.0;
  double first_loss_ = 0.0;
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
