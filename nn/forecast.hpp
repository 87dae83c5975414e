#pragma once

#include "base/linear_algebra.hpp"
#include "nn/gradient_descent.hpp"
#include "nn/training.hpp"

#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::nn {

/// A direction of the outputs that is learnt slowly: an eigenvector of the tangent kernel.
struct SlowDirection {
  double rate = 0.0;                  ///< λ; 0 where it is rounding
  double residual = 0.0;              ///< |v·(f − y)|, what is to be learnt along it
  std::vector<Eigen::Index> samples;  ///< the two, or the one, that it moves most
};

/// What the tangent kernel K of a network says of a training before its first step: what becomes
/// of it as long as K stays what it is.
struct Forecast {
  double largest_rate = 0.0;           ///< λ_max of K
  std::optional<double> largest_step;  ///< below which descent is stable; gd, momentum and sgd
  double loss = 0.0;                   ///< ½Σ(f − y)² now
  double loss_floor = 0.0;             ///< and for t → ∞: what K cannot move
  /// t at which each stop is met; ∞: never. None: it is not given, or Adam's, which has no t.
  std::optional<double> loss_time, gradient_norm_time;
  double time = 0.0;            ///< t at the first stop; ∞: never, nan: unknown
  std::optional<double> steps;  ///< until then, of a descent
  std::string stopped_by;       ///< "loss", "time", "steps" or "gradient_norm"; empty: none is met
  std::vector<SlowDirection> slowest;  ///< up to three that the stop waits for, slowest first
};

/// The forecast of a training from `start`; `descent` is null for the flow. One tangent kernel and
/// one eigendecomposition: O(n² m + n³), memory O(n²). Throws InputError for what makes no
/// training.
Forecast forecast(const Network& start, const data::Samples& samples, const Stop& stop,
                  const Descent* descent = nullptr);

/// The time that the linearised network takes to the first of stop.loss and stop.gradient_norm
/// times kAim; ∞ if it meets neither. Rates are eigenvalues ≥ 0 of K, projection is V^T (f − y).
double time_to_stop(const Eigen::VectorXd& rates, const Eigen::VectorXd& projection,
                    const Stop& stop);

/// Finds trainings that do not end. What is left, over time, both in logarithms, has a slope; it
/// says when the stop would be met at the rate of late. A training is given up when that, and the
/// tangent kernel's forecast beside it, is beyond what steps can reach, or when the kernel had
/// promised an end long ago and nothing falls any more. A function of t, loss and steps alone.
class Outlook {
 public:
  /// time_per_step: t of a step; 0 for the flow, whose steps grow with t.
  Outlook(const Stop& stop, double time_per_step);

  /// After a step: whether the training is to be given up. `left` is asked seldom: the time to the
  /// stop by the tangent kernel, none where there is no such time.
  template <class Left>
  bool hopeless(double t, double loss, std::int64_t steps, const Left& left) {
    if (!watched_ || !mark(t, loss, steps)) return false;
    return slow() && given_up(left());
  }

 private:
  struct Mark {
    double t, best;
    std::int64_t steps;
    double promised;  ///< t of the end by the kernel; nan: it was not asked
  };
  /// Whether the time has come to look; O(1).
  bool mark(double t, double loss, std::int64_t steps);
  /// Whether at the rate of late the stop is out of reach.
  bool slow();
  bool given_up(std::optional<double> left);
  bool out_of_reach(double left) const;

  double target_, per_step_;
  bool watched_;
  double best_;
  double folds_ = 0.0;  ///< ln(t_end/t) at the rate of late
  std::vector<Mark> marks_;
  std::size_t since_ = 0;  ///< the mark that the rate is counted from
};

/// What to say of a training that is given up.
std::string out_of_reach_words(const std::string& method, const Stop& stop, double t, double loss,
                               std::int64_t steps);

}  // namespace fprinciple::nn
