#include "nn/training.hpp"

#include "base/error.hpp"
#include "nn/activity.hpp"
#include "nn/kernels.hpp"
#include "nn/tangent_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fprinciple::nn {

using Eigen::Index;
using Eigen::VectorXd;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double share(double part, double whole) { return whole > 0.0 ? part / whole : 0.0; }

/// |θ − θ'|/|θ'| over the trained groups.
double distance(const Network& network, const Network& start) {
  const auto& [a, w, b] = network.weights;
  const auto& [a0, w0, b0] = start.weights;
  double moved = 0.0;
  double whole = 0.0;
  const auto add = [&](bool trained, const auto& now, const auto& then) {
    if (!trained) return;
    moved += (now - then).squaredNorm();
    whole += then.squaredNorm();
  };
  add(start.train_a, a, a0);
  add(start.train_w, w, w0);
  add(start.train_b, b, b0);
  return share(std::sqrt(moved), std::sqrt(whole));
}

}  // namespace

Recorder::Recorder(const Task& task, const Network& start)
    : task_(task), start_(start), active_(activity(start, task.samples.x)) {
  const Index n = task.samples.size();
  const Index count = std::min<Index>(n, 64);
  some_.resize(task.samples.dim(), count);
  for (Index i = 0; i < count; ++i) some_.col(i) = task.samples.x.col(i * n / count);
  kernel_ = tangent_kernel(start, some_);
  if (!task.supervision.resume) return;
  const Trajectory& before = task.supervision.resume->so_far;
  const auto list = [](const VectorXd& v) { return std::vector<double>(v.begin(), v.end()); };
  times_ = list(before.t);
  losses_ = list(before.loss);
  drifts_ = list(before.kernel_drift);
  distances_ = list(before.parameter_distance);
  switched_ = list(before.switched);
  for (Index k = 0; k < before.f.cols(); ++k) outputs_.emplace_back(before.f.col(k));
}

void Recorder::record(const Network& network, double t) {
  times_.push_back(t);
  losses_.push_back(loss(outputs(network, task_.samples.x), task_.samples.y));
  outputs_.push_back(outputs(network, task_.points));
  drifts_.push_back(share((tangent_kernel(network, some_) - kernel_).norm(), kernel_.norm()));
  distances_.push_back(distance(network, start_));
  const std::vector<std::uint64_t> active = activity(network, task_.samples.x);
  Index other = 0;
  for (std::size_t j = 0; j < active.size(); ++j) other += active[j] != active_[j] ? 1 : 0;
  switched_.push_back(static_cast<double>(other) / static_cast<double>(active.size()));
}

Trajectory Recorder::so_far(const Network& network, std::int64_t steps, std::int64_t gradients,
                            const std::string& stopped_by) const {
  const auto count = static_cast<Index>(times_.size());
  const auto row = [&](const std::vector<double>& v) -> VectorXd {
    return VectorXd::Map(v.data(), count);
  };
  Trajectory out{network,        row(times_),  Eigen::MatrixXd(task_.points.cols(), count),
                 row(losses_),   row(drifts_), row(distances_),
                 row(switched_), steps,        gradients,
                 stopped_by};
  for (Index k = 0; k < count; ++k) out.f.col(k) = outputs_[static_cast<std::size_t>(k)];
  return out;
}

void obey(const Supervision& supervision, const std::function<TrainingState()>& state) {
  if (!supervision.wish) return;
  const Supervision::Wish wish = supervision.wish();
  if (wish == Supervision::Wish::go_on) return;
  const TrainingState now = state();
  if (supervision.keep) supervision.keep(now);
  if (wish == Supervision::Wish::stop) throw Interrupted(now.t, now.so_far.steps);
}

SnapshotClock::SnapshotClock(const Task& task, const VectorXd& rates, const VectorXd& projection,
                             double time_per_step)
    : list_(task.snapshots.times) {
  if (!list_.empty()) {
    next_ = list_.front();
    return;
  }
  const double largest = rates.maxCoeff();
  double first = largest > 0.0 ? 0.01 / largest : kInfinity;
  double last = kInfinity;
  if (task.stop.loss) last = linearised_time(rates, projection, kAim * *task.stop.loss);
  if (task.stop.time) last = std::min(last, *task.stop.time);
  if (task.stop.steps && time_per_step > 0.0)
    last = std::min(last, static_cast<double>(*task.stop.steps) * time_per_step);
  if (!std::isfinite(last)) last = largest > 0.0 ? 1e6 / largest : 1.0;
  first = std::max(std::min(first, last), time_per_step);
  const auto gaps = static_cast<double>(task.snapshots.count - 2);
  ratio_ = gaps > 0.0 && last > first ? std::pow(last / first, 1.0 / gaps) : kInfinity;
  next_ = gaps > 0.0 ? first : kInfinity;  // two snapshots: t = 0 and the last time
}

void SnapshotClock::advance() {
  if (list_.empty())
    next_ *= ratio_;
  else
    next_ = ++position_ < list_.size() ? list_[position_] : kInfinity;
}

void SnapshotClock::restore(const Eigen::Vector3d& state) {
  next_ = state[0];
  ratio_ = state[1];
  position_ = static_cast<std::size_t>(state[2]);
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

double share_done(const Stop& stop, double first_loss, double loss, double t, std::int64_t steps) {
  double share = 0.0;
  if (stop.loss && first_loss > *stop.loss)
    share = std::log(first_loss / loss) / std::log(first_loss / *stop.loss);
  if (stop.time) share = std::max(share, t / *stop.time);
  if (stop.steps)
    share = std::max(share, static_cast<double>(steps) / static_cast<double>(*stop.steps));
  return std::clamp(share, 0.0, 1.0);
}

}  // namespace fprinciple::nn
