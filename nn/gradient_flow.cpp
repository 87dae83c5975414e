#include "nn/gradient_flow.hpp"

#include "base/blas.hpp"
#include "base/error.hpp"
#include "base/linear_algebra.hpp"
#include "base/require.hpp"
#include "base/stopwatch.hpp"
#include "nn/forecast.hpp"
#include "nn/kernels.hpp"
#include "nn/kinks.hpp"
#include "nn/outputs_since.hpp"
#include "nn/recorder.hpp"
#include "nn/residual_path.hpp"
#include "nn/snapshot_clock.hpp"
#include "nn/tangent_kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace fprinciple::nn {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

class Flow {
 public:
  Flow(const Network& start, const Task& task, const FlowOptions& options)
      : task_(task),
        options_(options),
        network_(start),
        recorder_(task, start),
        at_samples_(start, task.samples.x),
        at_monitored_(start, monitored(task, options)),
        outlook_(task.stop, 0.0),
        share_(task) {
    const auto& resume = task.supervision.resume;
    if (resume) network_ = resume->so_far.network;
    look(at_monitored_(network_));
    require_finite_loss(loss_);
    clock_ = TimeClock(task.snapshots, model_.values, time_left());
    first_loss_ = loss_;
    const double largest = model_.values.maxCoeff();
    h_ = largest > 0.0 ? 1.0 / largest : 1.0;
    share_.grows_with(largest);
    if (resume)
      restore(*resume);
    else
      recorder_.record(network_, 0.0);
  }

  Trajectory run() {
    std::string reason = reached();
    while (reason.empty()) {
      const double h = std::min(h_, time_left());
      if (!std::isfinite(t_ + h)) report_stall();
      if (t_ + h == t_) report_underflow();
      Trial trial = attempt(h);
      if (!trial.accepted) {
        h_ = h * trial.factor;
        if (h_ * model_.values.maxCoeff() < 1e-12) report_underflow();
        continue;
      }
      record_inside(trial, h);
      accept(trial, h);
      h_ = h * trial.factor;
      require_progress();
      if (task_.progress)
        task_.progress(share_(first_loss_, loss_, t_, steps_, watch_.seconds()), loss_, t_);
      obey(task_.supervision, [this] { return state(); });
      reason = reached();
    }
    if (recorder_.times().back() < t_) recorder_.record(network_, t_);
    recorder_.keep(clock_.chosen(recorder_.times()));
    return recorder_.so_far(network_, steps_, gradients_, reason);
  }

 private:
  static constexpr double kLargestGrowth = 100.0;
  static constexpr double kUnfollowed = 0.25;  // as far again where a neuron met too many kinks
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
    bool followed = true;   // whether follow() came to the end with each of them
    bool accepted = false;
    double factor = 0.0;  // from this step to the next
  };

  static MatrixXd monitored(const Task& task, const FlowOptions& options) {
    const MatrixXd& x = task.samples.x;
    MatrixXd out(x.rows(), x.cols() + options.probes.cols());
    out.leftCols(x.cols()) = x;
    if (options.probes.cols() > 0) out.rightCols(options.probes.cols()) = options.probes;
    return out;
  }

  void record_inside(Trial& trial, double h) {
    const double end = t_ + h;
    for (const double time : ends_training(trial, end)
                                 ? clock_.inside_last(t_, end, recorder_.times())
                                 : clock_.inside(end)) {
      recorder_.record(inside(trial, std::max(0.0, (time - t_) / h)), time);
      recorder_.keep(clock_.kept(static_cast<Index>(recorder_.times().size())));
    }
  }

  /// Whether a stop is met where this step ends.
  bool ends_training(const Trial& trial, double end) const {
    const auto& [x, y] = task_.samples;
    const Stop& stop = task_.stop;
    const VectorXd u = trial.f.head(y.size()) - y;
    if (stop.loss && 0.5 * u.squaredNorm() <= *stop.loss) return true;
    if (stop.time && ending_at(end) >= *stop.time) return true;
    if (stop.steps && steps_ + 1 >= *stop.steps) return true;
    if (!stop.gradient_norm) return false;
    const data::Weights g = weighted_gradient(trial.end, x, u);
    return g.a.squaredNorm() + g.w.squaredNorm() + g.b.squaredNorm() <=
           *stop.gradient_norm * *stop.gradient_norm;
  }

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
    if (stop.seconds && watch_.seconds() >= *stop.seconds) return "seconds";
    return {};
  }

  /// Throws when only the loss can stop training and it has stopped falling: no neuron that could
  /// lower it is active, or one is pinned with its kink on a sample.
  void require_progress() {
    if (outlook_.hopeless(t_, loss_, steps_, [this] {
          return std::optional(
              time_to_stop(base::without_rounding(model_.values, model_.values.size()), projection_,
                           task_.stop));
        }))
      report_stall();
    if (task_.stop.time || task_.stop.steps || task_.stop.gradient_norm || task_.stop.seconds ||
        steps_ % kStallWindow != 0)
      return;
    if (!(loss_ < window_loss_ * (1.0 - 1e-9)) && loss_ > task_.stop.loss.value_or(0.0))
      report_stall();
    window_loss_ = loss_;
  }

  [[noreturn]] void report_stall() const {
    throw RunError(out_of_reach_words("the gradient flow", task_.stop, t_, loss_, steps_));
  }

  [[noreturn]] void report_underflow() const {
    throw RunError(
        fmt::format("the gradient flow cannot meet the tolerance {:.3g} at t = {:.4g}: "
                    "the step size underflows",
                    options_.tolerance, t_));
  }

  /// From now to the time at which the linearised network meets a stop; ∞ if it never does.
  double time_left() const {
    const Stop& stop = task_.stop;
    double left = time_to_stop(model_.values, projection_, stop);
    if (stop.time) left = std::min(left, *stop.time - t_);
    return left;
  }

  /// θ −= J(at) q.
  void push(Network& network, const Network& at, const VectorXd& q) const {
    add_scaled(network.weights, -1.0, weighted_gradient(at, task_.samples.x, q));
  }

  /// θ(σh) from J's line through 0 and h.
  Network linear(Trial& trial, double sigma) const {
    const ResidualPath& u = trial.residual;
    Network out = network_;
    push(out, network_, u.integral(sigma, {1.0, -1.0, 0.0}));
    push(out, trial.late, u.integral(sigma, {0.0, 1.0, 0.0}));
    take(out, trial, u.pieces(sigma));
    return out;
  }

  /// θ(σh) from J's parabola through 0, h/2 and h.
  Network parabolic(Trial& trial, double sigma) const {
    const ResidualPath& u = trial.residual;
    Network out = network_;
    push(out, network_, u.integral(sigma, {1.0, -3.0, 2.0}));
    push(out, trial.middle, u.integral(sigma, {0.0, 4.0, -4.0}));
    push(out, trial.late, u.integral(sigma, {0.0, -1.0, 2.0}));
    take(out, trial, u.pieces(sigma));
    return out;
  }

  Network inside(Trial& trial, double sigma) const {
    Network out = trial.parabola ? parabolic(trial, sigma) : linear(trial, sigma);
    if (!trial.followed) report_underflow();
    return out;
  }

  /// Has the kinked neurons of `out` come from the present weights by follow().
  void take(Network& out, Trial& trial, const MatrixXd& pushes) const {
    for (const Index j : trial.kinked) {
      out.weights.a[j] = network_.weights.a[j];
      out.weights.w.row(j) = network_.weights.w.row(j);
      out.weights.b[j] = network_.weights.b[j];
    }
    trial.followed &= follow(out, trial.kinked, task_.samples.x, pushes);
  }

  /// Corrects u by how far f at h/2 and h is from the linear network's, and by the bends of the
  /// kinked neurons.
  void correct(Trial& trial) const {
    const auto& [x, y] = task_.samples;
    ResidualPath& u = trial.residual;
    MatrixXd bends;
    Network bent = network_;
    trial.followed &= follow(bent, trial.kinked, x, u.pieces(1.0), &bends);
    u.correct(at_samples_(trial.middle) - y - u.linear(0.5),
              at_samples_(trial.late) - y - u.linear(1.0), bends);
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
    trial.f = at_monitored_(trial.end);
    gradients_ += 3;
    const double first = std::max(distance(trial.f, at_monitored_(trial.late)),
                                  distance(trial.f.head(y.size()) - y, u.linear(1.0)));
    const double to_second = growth(std::sqrt(tolerance / first));
    if (!trial.followed) {
      trial.factor = kUnfollowed;
      return trial;
    }
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
    take(trial.end, trial, pushes);
    const VectorXd before = at_monitored_(trial.end);
    trial.parabola = true;
    Network middle = parabolic(trial, 0.5);
    trial.late = parabolic(trial, 1.0);
    trial.middle = std::move(middle);
    correct(trial);
    trial.end = parabolic(trial, 1.0);
    trial.f = at_monitored_(trial.end);
    gradients_ += 12;
    double second = distance(trial.f, before);
    if (rises(trial.f)) second = std::max(second, 8.0 * options_.tolerance);
    trial.accepted = trial.followed && second <= options_.tolerance;
    trial.factor = trial.followed ? growth(std::cbrt(options_.tolerance / second)) : kUnfollowed;
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
    t_ = ending_at(t_ + h);
    ++steps_;
    look(trial.f);
  }

  /// That time, or the last one when it is that but for rounding.
  double ending_at(double end) const {
    const auto& last = task_.stop.time;
    return last && end > *last * (1.0 - 1e-14) ? *last : end;
  }

  const Task& task_;
  const FlowOptions& options_;
  Network network_;
  Recorder recorder_;
  OutputsSince at_samples_, at_monitored_;  // the latter: at samples and probes
  Outlook outlook_;
  ShareDone share_;
  base::Stopwatch watch_;
  base::SymmetricEigen model_;  // of K at the present weights, Λ ≥ 0
  VectorXd projection_;         // V^T u
  TimeClock clock_;
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
  const base::OneBlasThread blas;
  require_task(start, task);
  base::require(options.tolerance > 0.0, "tolerance", options.tolerance, "> 0");
  if (options.probes.size() > 0) require_points("probes", start, options.probes);
  if (const auto& resume = task.supervision.resume)
    base::require_size("resume.numbers", resume->numbers.size(), 6);
  return Flow(start, task, options).run();
}

}  // namespace fprinciple::nn
