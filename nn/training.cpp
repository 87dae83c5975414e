#include "nn/training.hpp"

#include "data/error.hpp"
#include "nn/kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fprinciple::nn {

using Eigen::Index;
using Eigen::VectorXd;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

void Recorder::record(const Network& network, double t) {
  times_.push_back(t);
  losses_.push_back(loss(outputs(network, task_.samples.x), task_.samples.y));
  outputs_.push_back(outputs(network, task_.points));
}

Trajectory Recorder::finish(const Network& network, std::int64_t steps, std::int64_t gradients,
                            const std::string& stopped_by) {
  const auto count = static_cast<Index>(times_.size());
  Trajectory out{network,
                 VectorXd::Map(times_.data(), count),
                 Eigen::MatrixXd(task_.points.cols(), count),
                 VectorXd::Map(losses_.data(), count),
                 steps,
                 gradients,
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
