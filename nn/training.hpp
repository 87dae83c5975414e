#pragma once

#include "data/samples.hpp"
#include "nn/network.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::nn {

/// When training ends: the first of those given that is reached.
struct Stop {
  std::optional<double> loss;  ///< R_S = ½ Σ (f − y)²
  std::optional<double> time;  ///< t
  std::optional<std::int64_t> steps;
  std::optional<double> gradient_norm = {};  ///< |∇R_S| over the trained parameters
  /// Of this machine, from where training starts or resumes. What is reached then is no matter of
  /// the problem alone.
  std::optional<double> seconds = {};
};

/// When the network's outputs are kept. t = 0 and the last time always are.
struct Snapshots {
  /// So many, these two among them, log-spaced in between: fewer only where there are fewer steps.
  Eigen::Index count = 60;
  std::vector<double> times;  ///< if not empty, these times instead; increasing, > 0
};

/// How many are in memory at a time, at most.
inline Eigen::Index most_snapshots(const Snapshots& snapshots) {
  return 2 + (snapshots.times.empty() ? 2 * snapshots.count
                                      : static_cast<Eigen::Index>(snapshots.times.size()));
}

/// What training gives back. Time t is that of the gradient flow θ' = −∇R_S.
struct Trajectory {
  Network network;       ///< at the last time
  Eigen::VectorXd t;     ///< T, t[0] = 0, increasing
  Eigen::MatrixXd f;     ///< G × T, the outputs at the task's points
  Eigen::VectorXd loss;  ///< T
  /// How far training has left the start, T each (docs/experiment.md):
  Eigen::VectorXd kernel_drift;        ///< |K(t) − K(0)|_F / |K(0)|_F, over 64 samples at most
  Eigen::VectorXd parameter_distance;  ///< |θ(t) − θ(0)| / |θ(0)|, over the trained groups
  Eigen::VectorXd switched;  ///< share of the neurons with z > 0 at other samples than at t = 0
  std::int64_t steps = 0;
  std::int64_t gradients = 0;  ///< evaluations of J q or of the tangent kernel, snapshots apart
  std::string stopped_by;      ///< "loss", "time", "steps", "gradient_norm" or "seconds"
};

/// All that training needs to go on from the end of a step as if it had never stopped, to the bit.
struct TrainingState {
  Trajectory so_far;                  ///< the network now, and what was recorded
  double t = 0.0;                     ///< the time now
  std::vector<data::Weights> memory;  ///< what the optimiser keeps for every parameter
  Eigen::VectorXd numbers;            ///< and besides: step sizes, clocks
};

/// How a long training is watched over. All may be empty.
struct Supervision {
  enum class Wish { go_on, keep, stop };
  std::optional<TrainingState> resume;             ///< start from here
  std::function<Wish()> wish;                      ///< asked after every step
  std::function<void(const TrainingState&)> keep;  ///< takes the state for `keep` and `stop`
};

/// What both optimisers are asked: fit the samples, keep f at `points`.
struct Task {
  data::Samples samples;
  Eigen::MatrixXd points;  ///< d × G
  Stop stop;
  Snapshots snapshots;
  /// Called now and then with the share of the way done in [0, 1], the loss and the time t.
  std::function<void(double share, double loss, double t)> progress = {};
  /// t at which training is expected to end, for the share; none: not known.
  std::optional<double> expected_time = {};
  Supervision supervision = {};
};

/// After a step: hands `state()` over when it is wanted. Throws Interrupted after `stop`.
void obey(const Supervision& supervision, const std::function<TrainingState()>& state);

/// ½ Σ_j (e^{−λ_j t} p_j)²: the loss of the linearised network.
double linearised_loss(const Eigen::VectorXd& rates, const Eigen::VectorXd& projection, double t);

/// The first t at which linearised_loss is at most `loss`; ∞ if it never is.
double linearised_time(const Eigen::VectorXd& rates, const Eigen::VectorXd& projection,
                       double loss);

/// Training to a loss aims at this share of it, so that it really gets there.
constexpr double kAim = 0.9;

/// Throws RunError unless the loss at the start is finite.
void require_finite_loss(double loss);

/// Throws InputError when a training cannot be what was asked for: shapes, numbers that are not
/// finite, no group that is trained, no stop, a state of another training. O(n d + m d).
void require_task(const Network& start, const Task& task);

/// The share of the way to the stop that has been gone, in [0, 1): never less than before.
class ShareDone {
 public:
  explicit ShareDone(const Task& task) : task_(task) {}
  /// Steps grow with t, from 1/rate on, so that ln(1 + rate · t) counts, not t.
  void grows_with(double rate) { rate_ = rate; }
  double operator()(double first_loss, double loss, double t, std::int64_t steps, double seconds);

 private:
  const Task& task_;
  double rate_ = 0.0;
  double share_ = 0.0;
};

}  // namespace fprinciple::nn
