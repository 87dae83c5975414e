#include "nn/snapshot_clock.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace fprinciple::nn {
namespace {

using Eigen::Index;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t kNever = std::int64_t{1} << 62;

/// The first step that is no more than half a step before t.
std::int64_t step_at(double t, double time_per_step) {
  const double steps = std::ceil(t / time_per_step - 0.5);
  if (!(steps < 0x1p53)) return kNever;  // all whole numbers below are doubles
  const auto reached = [&](std::int64_t k) {
    return time_per_step * static_cast<double>(k) >= t - 0.5 * time_per_step;
  };
  std::int64_t k = std::max<std::int64_t>(0, static_cast<std::int64_t>(steps) - 1);
  while (!reached(k)) ++k;
  return k;
}

std::vector<Index> all(std::size_t count) {
  std::vector<Index> out(count);
  std::iota(out.begin(), out.end(), Index{0});
  return out;
}

/// 0, the chosen ones of [1, size − 1), which are counted from 1, and size − 1.
std::vector<Index> with_ends(std::vector<Index> chosen, std::size_t size) {
  for (Index& k : chosen) ++k;
  chosen.insert(chosen.begin(), 0);
  if (size > 1) chosen.push_back(static_cast<Index>(size) - 1);
  return chosen;
}

/// As many as `count` tells of the snapshots at these times, the first and the last among them.
std::vector<Index> thinned(const std::vector<double>& times, Index count) {
  if (static_cast<Index>(times.size()) <= std::max<Index>(count, 2)) return all(times.size());
  return with_ends(nearly_log_spaced({times.begin() + 1, times.end() - 1}, count - 2, times.back()),
                   times.size());
}

}  // namespace

std::vector<Index> nearly_log_spaced(const std::vector<double>& times, Index count, double end) {
  const auto size = static_cast<Index>(times.size());
  if (size <= count) return all(times.size());
  std::vector<Index> out;
  if (count <= 0) return out;
  const auto log_of = [&](Index i) { return std::log(times[static_cast<std::size_t>(i)]); };
  const double first = log_of(0);
  const double gap = (std::log(end) - first) / static_cast<double>(count);
  Index i = 0;
  for (Index k = 0; k < count; ++k) {
    const double target = first + static_cast<double>(k) * gap;
    const Index last = size - (count - k);  // leaves enough for the others
    while (i < last && std::abs(log_of(i + 1) - target) < std::abs(log_of(i) - target)) ++i;
    out.push_back(i++);
  }
  return out;
}

std::vector<std::int64_t> log_spaced_steps(std::int64_t last, Index count) {
  std::vector<std::int64_t> steps;
  std::int64_t step = 0;
  for (Index left = std::min<std::int64_t>(count, last); left > 0; --left) {
    // The ratio that would now be right to the end.
    const double wish = step == 0
                            ? 1.0
                            : static_cast<double>(step) *
                                  std::pow(static_cast<double>(last) / static_cast<double>(step),
                                           1.0 / static_cast<double>(left));
    step =
        left == 1 ? last : std::clamp<std::int64_t>(std::llround(wish), step + 1, last - left + 1);
    steps.push_back(step);
  }
  return steps;
}

StepClock::StepClock(const Snapshots& snapshots, const Stop& stop, double time_per_step)
    : last_(stop.steps.value_or(kNever)), count_(snapshots.count) {
  if (stop.time) last_ = std::min(last_, step_at(*stop.time, time_per_step));
  listed_ = !snapshots.times.empty() || (!stop.loss && !stop.gradient_norm && !stop.seconds);
  for (const double t : snapshots.times) steps_.push_back(step_at(t, time_per_step));
  if (listed_ && snapshots.times.empty()) steps_ = log_spaced_steps(last_, count_ - 1);
}

std::int64_t StepClock::place(std::int64_t i) const {
  const double exponent =
      std::ldexp(static_cast<double>(i), level_) / (2.0 * static_cast<double>(count_));
  return exponent < 42.0 ? static_cast<std::int64_t>(std::ceil(std::exp(exponent))) : kNever;
}

void StepClock::settle(std::int64_t step) {
  for (;; ++level_) {
    Index taken = 0;
    std::int64_t before = 0;
    for (std::int64_t i = 0; taken <= 2 * count_; ++i) {
      const std::int64_t at = place(i);
      if (at > step) return;
      if (at > before) ++taken;
      before = at;
    }
  }
}

std::int64_t StepClock::after(std::int64_t step) {
  if (listed_) {
    const auto next = std::upper_bound(steps_.begin(), steps_.end(), step);
    return next != steps_.end() ? *next : kNever;
  }
  if (count_ <= 2) return kNever;
  settle(step);
  std::int64_t i = 0;
  while (place(i) <= step) ++i;
  return place(i);
}

std::vector<Index> StepClock::kept(const std::vector<std::int64_t>& steps) {
  if (listed_ || static_cast<Index>(steps.size()) <= 2 * count_ + 1) return all(steps.size());
  settle(steps.back());
  std::vector<Index> out{0};
  std::int64_t i = 0;
  for (std::size_t k = 1; k < steps.size(); ++k) {
    while (place(i) < steps[k]) ++i;
    if (place(i) == steps[k]) out.push_back(static_cast<Index>(k));
  }
  return out;
}

std::vector<Index> StepClock::chosen(const std::vector<std::int64_t>& steps) const {
  return listed_ ? all(steps.size()) : thinned({steps.begin(), steps.end()}, count_);
}

TimeClock::TimeClock(const Snapshots& snapshots, const Eigen::VectorXd& rates, double end)
    : list_(snapshots.times), count_(snapshots.count) {
  if (!list_.empty()) {
    next_ = list_.front();
    return;
  }
  const double largest = rates.maxCoeff();
  first_ = largest > 0.0 ? 0.01 / largest : kInfinity;
  if (!std::isfinite(end)) end = largest > 0.0 ? 1e6 / largest : 1.0;
  first_ = std::min(first_, 0.01 * end);
  const auto gaps = static_cast<double>(count_ - 2);
  ratio_ = gaps > 0.0 ? std::pow(end / first_, 1.0 / gaps) : kInfinity;
  next_ = gaps > 0.0 ? first_ : kInfinity;  // two snapshots: t = 0 and the last time
}

void TimeClock::advance() {
  if (list_.empty())
    next_ = std::max(next_ * ratio_, std::nextafter(next_, kInfinity));
  else
    next_ = ++position_ < list_.size() ? list_[position_] : kInfinity;
}

std::vector<double> TimeClock::inside(double to) {
  std::vector<double> due;
  for (; next_ < to * (1.0 - 1e-9); advance()) due.push_back(next_);
  return due;
}

std::vector<double> TimeClock::inside_last(double from, double to,
                                           const std::vector<double>& taken) {
  const std::vector<double> due = inside(to);
  const Index wanted = std::max<Index>(0, count_ - 1 - static_cast<Index>(taken.size()));
  if (!list_.empty() || static_cast<Index>(due.size()) == wanted) return due;
  std::vector<double> times;
  if (static_cast<Index>(due.size()) > wanted) {
    for (const Index k : nearly_log_spaced(due, wanted, to))
      times.push_back(due[static_cast<std::size_t>(k)]);
    return times;
  }
  // Too few, as training ends before it was foretold to: log-spaced from here.
  const double before = std::max(from, taken.back());
  const bool from_first = before == 0.0;
  const double start = from_first ? std::min(first_, 0.01 * to) : before;
  const auto gaps = static_cast<double>(from_first ? wanted : wanted + 1);
  for (Index k = from_first ? 0 : 1; static_cast<double>(k) < gaps; ++k) {
    const double t = start * std::pow(to / start, static_cast<double>(k) / gaps);
    if (t > (times.empty() ? before : times.back()) && t < to) times.push_back(t);
  }
  return times;
}

std::vector<Index> TimeClock::kept(Index taken) {
  std::vector<Index> out = all(static_cast<std::size_t>(taken));
  if (!list_.empty() || taken <= 2 * count_ + 1) return out;
  std::erase_if(out, [](Index k) { return k > 0 && k % 2 == 0; });
  ratio_ *= ratio_;
  return out;
}

std::vector<Index> TimeClock::chosen(const std::vector<double>& t) const {
  return list_.empty() ? thinned(t, count_) : all(t.size());
}

void TimeClock::restore(const Eigen::Vector3d& state) {
  next_ = state[0];
  ratio_ = state[1];
  position_ = static_cast<std::size_t>(state[2]);
}

}  // namespace fprinciple::nn
