#include "nn/recorder.hpp"

#include "base/error.hpp"
#include "nn/activity.hpp"
#include "nn/kernels.hpp"
#include "nn/tangent_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace fprinciple::nn {

using Eigen::Index;
using Eigen::VectorXd;

namespace {

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
  add(start.train.a, a, a0);
  add(start.train.w, w, w0);
  add(start.train.b, b, b0);
  return share(std::sqrt(moved), std::sqrt(whole));
}

}  // namespace

Recorder::Recorder(const Task& task, const Network& start)
    : task_(task),
      start_(start),
      at_samples_(start, task.samples.x),
      at_points_(start, task.points),
      active_(activity(start, task.samples.x)) {
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
  losses_.push_back(loss(at_samples_(network), task_.samples.y));
  outputs_.push_back(at_points_(network));
  drifts_.push_back(share((tangent_kernel(network, some_) - kernel_).norm(), kernel_.norm()));
  distances_.push_back(distance(network, start_));
  const std::vector<std::uint64_t> active = activity(network, task_.samples.x);
  Index other = 0;
  for (std::size_t j = 0; j < active.size(); ++j) other += active[j] != active_[j] ? 1 : 0;
  switched_.push_back(static_cast<double>(other) / static_cast<double>(active.size()));
  if (!std::isfinite(losses_.back()) || !outputs_.back().allFinite() ||
      !std::isfinite(drifts_.back()) || !std::isfinite(distances_.back()))
    throw RunError(fmt::format(
        "at t = {:.4g} the training has left the range of double precision: the loss is {:.4g}, "
        "the tangent kernel's drift {:.4g}, the parameters' {:.4g}. Scale the samples' y",
        t, losses_.back(), drifts_.back(), distances_.back()));
}

void Recorder::keep(const std::vector<Index>& which) {
  if (which.size() == times_.size()) return;
  const auto take = [&](auto& list) {
    std::remove_reference_t<decltype(list)> out;
    for (const Index k : which) out.push_back(std::move(list[static_cast<std::size_t>(k)]));
    list = std::move(out);
  };
  take(times_);
  take(losses_);
  take(drifts_);
  take(distances_);
  take(switched_);
  take(outputs_);
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

}  // namespace fprinciple::nn
