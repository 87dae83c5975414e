#pragma once

#include "nn/training.hpp"

#include <cstdint>
#include <vector>

namespace fprinciple::nn {

/// `count` of the increasing times that lie before `end`, as nearly log-spaced from the first of
/// them to `end` as they allow; all of them where there are no more. Indices, increasing.
std::vector<Eigen::Index> nearly_log_spaced(const std::vector<double>& times, Eigen::Index count,
                                            double end);

/// `count` whole numbers from 1 to `last`, both included, as nearly log-spaced as whole numbers can
/// be; all of them where there are no more.
std::vector<std::int64_t> log_spaced_steps(std::int64_t last, Eigen::Index count);

/// The steps of a descent after which snapshots are taken. Where the last step is known from the
/// start, or times were asked for, they are a list. Else, as only the end shows which are
/// log-spaced up to it, more are taken than are asked for, at most most_snapshots() at a time: in
/// a ratio that begins with every step, and is squared whenever there are too many.
/// All is a function of the step alone, so that a training that resumes finds its clock by itself.
class StepClock {
 public:
  StepClock(const Snapshots& snapshots, const Stop& stop, double time_per_step);

  /// The step, 2^62 if none, that stop.time and stop.steps end at.
  std::int64_t last_step() const { return last_; }

  /// The first step after `step` that is due, given that all until then have been taken.
  std::int64_t after(std::int64_t step);

  /// Which of the snapshots after these steps, 0 first, still count after the last of them.
  std::vector<Eigen::Index> kept(const std::vector<std::int64_t>& steps);
  /// And which do when that was the end of training: as many as were asked for.
  std::vector<Eigen::Index> chosen(const std::vector<std::int64_t>& steps) const;

 private:
  /// e^{i gap}, rounded up, for the gap of the present level; several i may share a step.
  std::int64_t place(std::int64_t i) const;
  /// Brings the level up to what `step` asks for.
  void settle(std::int64_t step);

  bool listed_ = true;
  std::vector<std::int64_t> steps_;
  std::int64_t last_ = 0;
  Eigen::Index count_ = 0;
  int level_ = 0;  // gap = 2^level/(2 count): at level 0 every step
};

/// The times of a flow's snapshots: those that were asked for, or log-spaced from 0.01/λ_max to the
/// time at which the linearised network meets the stop, and on at the same ratio.
class TimeClock {
 public:
  TimeClock() = default;
  /// rates: eigenvalues of the tangent kernel at t = 0; end: when training will stop, ∞ if that is
  /// not known.
  TimeClock(const Snapshots& snapshots, const Eigen::VectorXd& rates, double end);

  /// The snapshots inside a step that ends at `to`; the clock then stands behind it. A time due at
  /// the very end is left to the next step.
  std::vector<double> inside(double to);
  /// The same of the last step, but for its end: as many as have not been taken yet.
  std::vector<double> inside_last(double from, double to, const std::vector<double>& taken);

  /// Which of so many snapshots, t = 0 first, still count: where there were too many the ratio is
  /// squared.
  std::vector<Eigen::Index> kept(Eigen::Index taken);
  /// And which do of those at times t, 0 first, when the last of them is the end.
  std::vector<Eigen::Index> chosen(const std::vector<double>& t) const;

  /// For TrainingState: where the clock stands.
  Eigen::Vector3d state() const { return {next_, ratio_, static_cast<double>(position_)}; }
  void restore(const Eigen::Vector3d& state);

 private:
  void advance();

  std::vector<double> list_;
  Eigen::Index count_ = 0;
  std::size_t position_ = 0;
  double first_ = 0.0;
  double next_ = 0.0;
  double ratio_ = 0.0;
};

}  // namespace fprinciple::nn
