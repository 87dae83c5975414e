#pragma once

#include "nn/outputs_since.hpp"
#include "nn/training.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace fprinciple::nn {

/// Collects snapshots, and what is measured at each, into a Trajectory.
class Recorder {
 public:
  /// Holds what was recorded before, when the task resumes. `task` must outlive this.
  Recorder(const Task& task, const Network& start);

  /// Throws RunError when a number of it is not finite.
  void record(const Network& network, double t);

  /// Forgets all snapshots but these, in increasing order.
  void keep(const std::vector<Eigen::Index>& which);

  const std::vector<double>& times() const { return times_; }

  /// What was recorded up to now, with the network as it is now.
  Trajectory so_far(const Network& network, std::int64_t steps, std::int64_t gradients,
                    const std::string& stopped_by = {}) const;

 private:
  const Task& task_;
  Network start_;
  OutputsSince at_samples_, at_points_;
  Eigen::MatrixXd some_;               // samples that the kernel's drift is measured at
  Eigen::MatrixXd kernel_;             // K(0) there
  std::vector<std::uint64_t> active_;  // at which samples z > 0 at the start, as a hash a neuron
  std::vector<double> times_, losses_, drifts_, distances_, switched_;
  std::vector<Eigen::VectorXd> outputs_;
};

}  // namespace fprinciple::nn
