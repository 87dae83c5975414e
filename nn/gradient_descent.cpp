#include "nn/gradient_descent.hpp"

#include "base/blas.hpp"
#include "base/error.hpp"
#include "base/linear_algebra.hpp"
#include "base/require.hpp"
#include "base/stopwatch.hpp"
#include "data/random.hpp"
#include "nn/forecast.hpp"
#include "nn/initialise.hpp"
#include "nn/kernels.hpp"
#include "nn/line_sweep.hpp"
#include "nn/optimiser.hpp"
#include "nn/recorder.hpp"
#include "nn/snapshot_clock.hpp"
#include "nn/sweep.hpp"
#include "nn/tangent_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace fprinciple::nn {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// How far t goes on in a step.
double time_per_step(const Descent& descent) {
  return descent.method == Descent::Method::momentum ? descent.step / (1.0 - descent.momentum)
                                                     : descent.step;
}

/// Whether a step is θ ← θ − η g.
bool is_plain(const Descent& descent) {
  return descent.method == Descent::Method::gd || descent.method == Descent::Method::sgd;
}

void require_descent(const Descent& descent, const Task& task) {
  using enum Descent::Method;
  base::require(descent.method != flow, "method", "flow", "gd, momentum, adam or sgd");
  base::require(descent.step > 0.0 && std::isfinite(descent.step), "step", descent.step,
                "finite and > 0");
  if (descent.method == momentum)
    base::require(descent.momentum >= 0.0 && descent.momentum < 1.0, "momentum", descent.momentum,
                  "in [0, 1)");
  if (descent.method == sgd) base::require(descent.batch > 0, "batch", descent.batch, "1 or more");
  if (!task.supervision.resume) return;
  const auto arrays = static_cast<Index>(task.supervision.resume->memory.size());
  base::require_size("resume.memory", arrays, arrays_of(descent.method));
}

/// The batches of SGD: every epoch all samples in another order, `batch` at a time.
class Batches {
 public:
  Batches(const Descent& descent, Index samples)
      : seed_(descent.seed), batch_(descent.batch), order_(static_cast<std::size_t>(samples)) {}

  Index per_epoch() const { return (samples() + batch_ - 1) / batch_; }

  /// The samples of step k = 0, 1, …
  std::vector<Index> of_step(std::int64_t k) {
    const std::int64_t epoch = k / per_epoch();
    if (epoch != epoch_) shuffle(epoch);
    const Index first = (k % per_epoch()) * batch_;
    return {order_.begin() + first, order_.begin() + std::min(first + batch_, samples())};
  }

 private:
  Index samples() const { return static_cast<Index>(order_.size()); }

  /// Fisher and Yates'.
  void shuffle(std::int64_t epoch) {
    epoch_ = epoch;
    std::iota(order_.begin(), order_.end(), Index{0});
    for (Index i = samples() - 1; i > 0; --i) {
      const auto draw =
          data::uniform_pair(seed_, data::Stream::batch, static_cast<std::uint64_t>(epoch),
                             static_cast<std::uint32_t>(i))[0];
      const auto other = std::min(i, static_cast<Index>(draw * static_cast<double>(i + 1)));
      std::swap(order_[static_cast<std::size_t>(i)], order_[static_cast<std::size_t>(other)]);
    }
  }

  std::uint64_t seed_;
  Index batch_;
  std::int64_t epoch_ = -1;
  std::vector<Index> order_;
};

/// Sweeping is Sweep or LineSweep.
template <class Sweeping>
class Descending {
  using Scalar = typename Sweeping::Number;

 public:
  Descending(const Network& start, const Task& task, const Descent& descent)
      : start_(start),
        task_(task),
        descent_(descent),
        per_step_(time_per_step(descent)),
        clock_(task.snapshots, task.stop, per_step_),
        recorder_(task, start),
        optimiser_(descent, start.weights.width(), start.weights.dim()),
        batches_(descent, task.samples.size()),
        outlook_(task.stop, per_step_),
        share_(task),
        squares_(static_cast<std::size_t>(blocks(start.weights.width()))) {}

  Trajectory run() {
    const VectorXd& y = task_.samples.y;
    Network now = start_;
    const auto& resume = task_.supervision.resume;
    if (resume) {
      now = resume->so_far.network;
      steps_ = resume->so_far.steps;
      optimiser_.restore(resume->memory);
      first_loss_ = resume->so_far.loss[0];
      for (const double time : resume->so_far.t)
        recorded_.push_back(static_cast<std::int64_t>(std::llround(time / per_step_)));
      next_ = clock_.after(steps_ - 1);
    }
    Sweeping sweep(now, task_.samples.x, start_);
    const VectorXd f = sweep.outputs(wanted(steps_));
    if (is_antisymmetric(start_.weights))
      rounding_ = resume ? Sweeping(start_, task_.samples.x, start_).outputs() : f;
    VectorXd u = residual(f);
    for (;; ++steps_) {
      if (whole(steps_)) {
        const double loss = 0.5 * u.squaredNorm();
        if (steps_ == 0) {
          require_finite_loss(loss);
          first_loss_ = loss;
        }
        if (!(loss <= 1e6 * std::max(first_loss_, y.squaredNorm()))) report_divergence(loss);
        const auto reason = reached(loss);
        if (!reason && outlook_.hopeless(t(), loss, steps_, [&] { return time_left(sweep, u); }))
          throw RunError(out_of_reach_words("descent", task_.stop, t(), loss, steps_));
        if (reason && loss > first_loss_ && descent_.method == Descent::Method::gd)
          report_divergence(loss);
        record_when_due(sweep, reason.has_value());
        if (task_.progress && steps_ % 1000 == 0)
          task_.progress(share_(first_loss_, loss, t(), steps_, watch_.seconds()), loss, t());
        if (reason) {
          recorder_.keep(clock_.chosen(recorded_));
          return recorder_.so_far(network(sweep), steps_, steps_, *reason);
        }
      }
      u = residual(advance(sweep, u));
      const std::int64_t done = steps_ + 1;
      obey(task_.supervision, [&] {
        return TrainingState{
            recorder_.so_far(network(sweep), done, done), time_of(done), optimiser_.memory(), {}};
      });
    }
  }

 private:
  bool stochastic() const { return descent_.method == Descent::Method::sgd; }

  /// Whether all outputs are formed before step k, not only those of its batch.
  bool whole(std::int64_t k) {
    return !stochastic() || k % batches_.per_epoch() == 0 || due(k) || k >= clock_.last_step();
  }
  std::vector<Index> wanted(std::int64_t k) {
    return whole(k) ? std::vector<Index>{} : batches_.of_step(k);
  }
  bool due(std::int64_t k) const { return k >= next_; }
  double time_of(std::int64_t k) const { return per_step_ * static_cast<double>(k); }
  double t() const { return time_of(steps_); }

  Network network(const Sweeping& sweep) const {
    Network out = start_;
    out.weights = sweep.weights();
    return out;
  }

  void record_when_due(const Sweeping& sweep, bool last) {
    if (!last && !due(steps_)) return;
    recorder_.record(network(sweep), t());
    recorded_.push_back(steps_);
    const std::vector<Index> kept = clock_.kept(recorded_);
    recorder_.keep(kept);
    if (kept.size() < recorded_.size()) {
      std::vector<std::int64_t> steps;
      for (const Index k : kept) steps.push_back(recorded_[static_cast<std::size_t>(k)]);
      recorded_ = std::move(steps);
    }
    next_ = clock_.after(steps_);
  }

  /// f(X) − y, without what rounding makes of f ≡ 0.
  VectorXd residual(const VectorXd& f) const {
    if (rounding_.size() == 0) return f - task_.samples.y;
    return (f - rounding_) - task_.samples.y;
  }

  std::optional<std::string> reached(double loss) const {
    const Stop& stop = task_.stop;
    if (stop.loss && loss <= *stop.loss) return "loss";
    if (steps_ >= clock_.last_step())
      return stop.time && t() >= *stop.time - 0.5 * per_step_ ? "time" : "steps";
    if (stop.gradient_norm && norm_ <= *stop.gradient_norm) return "gradient_norm";
    if (stop.seconds && watch_.seconds() >= *stop.seconds) return "seconds";
    return std::nullopt;
  }

  /// By the tangent kernel of the present weights; Adam's steps have no such time.
  std::optional<double> time_left(const Sweeping& sweep, const VectorXd& u) const {
    if (descent_.method == Descent::Method::adam) return std::nullopt;
    const base::SymmetricEigen k =
        base::symmetric_eigen(tangent_kernel(network(sweep), task_.samples.x));
    return time_to_stop(base::without_rounding(k.values, k.values.size()),
                        k.vectors.transpose() * u, task_.stop);
  }

  /// Step steps_, from u = f − y to the outputs after it.
  VectorXd advance(Sweeping& sweep, const VectorXd& u) {
    VectorXd q = u;
    if (stochastic()) {
      const std::vector<Index> batch = batches_.of_step(steps_);
      const auto share = static_cast<double>(batch.size()) / static_cast<double>(u.size());
      q.setZero();
      for (const Index i : batch) q[i] = u[i] / share;
    }
    const bool measured = task_.stop.gradient_norm || steps_ % kStuckInterval == 0;
    if constexpr (std::is_same_v<Sweeping, LineSweep<Scalar>>)
      if (!measured && is_plain(descent_)) return sweep.descend(q, descent_.step);
    optimiser_.begin_step(steps_ + 1);
    VectorXd f = sweep.step(
        q,
        [&](const NeuronBlock<Scalar>& theta, const NeuronBlock<const Scalar>& gradient) {
          if (measured) squares_[block_number(theta)] = squared_norm(gradient);
          optimiser_.update(theta, gradient);
        },
        wanted(steps_ + 1));
    if (measured) norm_ = std::sqrt(std::accumulate(squares_.begin(), squares_.end(), 0.0));
    if (measured && norm_ == 0.0 && !stochastic() && !task_.stop.time && !task_.stop.steps &&
        !task_.stop.gradient_norm && !task_.stop.seconds)
      report_stuck(0.5 * u.squaredNorm());
    return f;
  }

  static std::size_t block_number(const NeuronBlock<Scalar>& theta) {
    return static_cast<std::size_t>(theta.first / kBlock);
  }
  static double squared_norm(const NeuronBlock<const Scalar>& g) {
    double sum = 0.0;
    const auto add = [&](const Scalar* v) {
      for (Index j = 0; j < g.size; ++j)
        sum += static_cast<double>(v[j]) * static_cast<double>(v[j]);
    };
    add(g.a);
    add(g.b);
    for (Index k = 0; k < g.dim; ++k) add(g.w + k * g.stride);
    return sum;
  }

  std::string advice() const {
    return fmt::format("The step is {:.4g}; the largest stable one is about 2/λ_max = {:.4g}",
                       descent_.step, 2.0 / largest_rate(start_, task_.samples.x));
  }
  [[noreturn]] void report_divergence(double loss) const {
    throw RunError(fmt::format(
        "gradient descent diverged: after {} steps (t = {:.4g}) the loss has gone from {:.4g} to "
        "{:.4g}. {}",
        steps_, t(), first_loss_, loss, advice()));
  }
  [[noreturn]] void report_stuck(double loss) const {
    throw RunError(fmt::format(
        "gradient descent is stuck: after {} steps no trained parameter has a gradient and the "
        "loss stays at {:.6g}. {}",
        steps_, loss, advice()));
  }

  static constexpr std::int64_t kStuckInterval = 1000;

  const Network& start_;
  const Task& task_;
  const Descent& descent_;
  double per_step_;
  StepClock clock_;
  Recorder recorder_;
  Optimiser<Scalar> optimiser_;
  Batches batches_;
  Outlook outlook_;
  ShareDone share_;
  base::Stopwatch watch_;
  std::vector<std::int64_t> recorded_;  // the steps of the snapshots
  std::int64_t next_ = 0;               // and of the next one
  VectorXd rounding_;                   // f(X) at an antisymmetric start, else empty
  std::vector<double> squares_;         // |∇R_S|² of each block
  double norm_ = std::numeric_limits<double>::infinity();
  double first_loss_ = 0.0;
  std::int64_t steps_ = 0;
};

}  // namespace

Trajectory gradient_descent(const Network& start, const Task& task, const Descent& descent) {
  base::require(descent.method != Method::flow, "method", "flow", "gd, momentum, adam or sgd");
  const base::OneBlasThread blas;
  require_task(start, task);
  require_descent(descent, task);
  const bool single = descent.precision == Descent::Precision::single_precision;
  if (steps_on_a_line(start, task.samples.size(), !single && is_plain(descent)))
    return single ? Descending<LineSweep<float>>(start, task, descent).run()
                  : Descending<LineSweep<double>>(start, task, descent).run();
  return single ? Descending<Sweep<float>>(start, task, descent).run()
                : Descending<Sweep<double>>(start, task, descent).run();
}

}  // namespace fprinciple::nn
