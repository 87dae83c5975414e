#pragma once

#include "compare/solver_check.hpp"
#include "data/grid.hpp"
#include "data/network_law.hpp"
#include "data/samples.hpp"
#include "lfp/kernel_flow.hpp"
#include "lfp/problem.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include <Eigen/Core>

namespace fprinciple::compare {

/// A function of points (d × N), N values.
using Function = std::function<Eigen::VectorXd(const Eigen::MatrixXd& points)>;

/// A kernel method that is known at any points. Samples at one x are one, whose row and column, and
/// what is left there, are multiplied by the root of how many they are.
struct KernelModel {
  lfp::KernelProblem problem;  ///< at the distinct samples
  std::function<Eigen::MatrixXd(const Eigen::MatrixXd& points)> kernel;  ///< k(points, X), N × n
  int unpenalised_order = 0;  ///< the polynomials of degree < order move freely
};

/// What there is to learn, r_0 = y − f_ini(X).
struct Residual {
  explicit Residual(const data::Samples& samples);
  Eigen::VectorXd values;      ///< at each sample
  data::DistinctSamples once;  ///< at each x
  /// √count of each x, by which its row of a problem is multiplied.
  Eigen::VectorXd root() const { return once.count.cwiseSqrt(); }
};

class Prediction;

/// LFP-2019 of a ReLU network in one dimension, by lfp/line_flow.hpp.
struct LineModel {
  data::NetworkLaw law;
  data::Samples residual;  ///< of f − f_ini
  double ridge = 0.0;
  /// The same by the kernel's matrix, O(n³), for what else there is no way to.
  std::function<Prediction(const data::Samples& residual)> dense;
};

/// What is known of a model besides its values.
struct PredictionDetails {
  std::optional<int> unpenalised_degree;     ///< mesh-free: of the polynomials that move freely
  std::string kernel_method;                 ///< complete LFP: how its averages were formed
  std::optional<double> kernel_error;        ///< and their estimated largest error, as a share
  std::optional<double> lattice_difference;  ///< complete LFP: to its Fourier sums on the lattice
};

/// A solved model: the function that it predicts at any points and times, f(x, 0) = f_ini(x) being
/// where training starts. A value; copies share what they were solved by. What costs by the point
/// is kept for one grid, which is the cheapest place to ask.
class Prediction {
 public:
  /// On a lattice: one decomposition (lfp/propagator.hpp). `problem` is that of the distinct
  /// samples of y − f_ini, f_ini being the start; none: 0.
  Prediction(lfp::Problem problem, Residual residual, const data::Grid& grid, Function f_ini);

  /// Mesh-free (lfp/kernel_flow.hpp); k_grid (G × n) is the kernel at the grid.
  Prediction(KernelModel model, Residual residual, Eigen::MatrixXd k_grid, const data::Grid& grid,
             Function f_ini);

  /// On the line. What is asked costs O(n) a time, but rates and a truncated limit O(n³).
  Prediction(LineModel model, const data::Grid& grid, Function f_ini);
  bool on_line() const { return solution_.index() == 2; }

  /// f at points (d × N) and times t ≥ 0, ∞ among them: N × T. On a lattice O(N · size) a time, on
  /// regular grids by FFT; mesh-free O(n N T) and the kernel at the points. Throws InputError for
  /// points of another dimension and for a time that is negative or nan.
  Eigen::MatrixXd at(const data::Grid& grid, const Eigen::VectorXd& t) const;
  Eigen::MatrixXd at(const Eigen::MatrixXd& points, const Eigen::VectorXd& t) const;

  /// What is left at the samples, f(X, t) − y: n × T.
  Eigen::MatrixXd residuals(const Eigen::VectorXd& t) const;
  /// ½Σ(f − y)² at the samples, T.
  Eigen::VectorXd loss(const Eigen::VectorXd& t) const;

  /// The rates at which the residual falls, the ridge included, increasing: one for each x, but
  /// mesh-free without the q polynomials that move at once. O(n³) mesh-free; on a lattice they are
  /// at hand.
  Eigen::VectorXd rates() const;
  /// The model's own norm of what was learnt in the limit, f(·, ∞) − f_ini: on a lattice the
  /// FP-norm, mesh-free √(λ^T K λ), where unpenalised polynomials count nothing. O(n · size),
  /// O(n²).
  double norm() const;

  /// The same model, from the same start, for another residual y − f_ini(X) (n) at the samples: one
  /// more output. Mesh-free O(n³) once, then O(n²) from what this returns, as the decomposition is
  /// shared; on a lattice as much as the first.
  Prediction of(const Eigen::VectorXd& residual) const;

  /// The limit on the grid by all routes, f_ini apart; differences relative to `scale`.
  SolverCheck check(double scale) const;
  /// f_ini + that limit, G.
  Eigen::VectorXd limit(const SolverCheck& checked) const;

  /// The largest change of f over the points of `grid`, T, among `draws` solutions of inputs that
  /// are changed at random by as much as they are uncertain: a kernel by its estimated error and
  /// what rounding makes of it, √n ε of the largest entry; on a lattice places, weights and values,
  /// and on the line places and values, by 2 ε of themselves. Each costs as much as the first
  /// solution.
  Eigen::VectorXd sensitivity(const data::Grid& grid, const Eigen::VectorXd& t, int draws) const;

  /// The limit in which directions of a rate below `threshold` λ_max do not move: what is known
  /// where the limit itself is lost in rounding.
  struct Truncated {
    double threshold = 0.0;
    Eigen::Index rank = 0;  ///< directions that move, of those that the samples' values see
    Eigen::VectorXd limit;  ///< G, f_ini included
    double misses = 0.0;    ///< the largest |f − y| at the samples
  };
  Truncated truncated(double threshold) const;

  PredictionDetails details;

 private:
  Prediction() = default;
  struct OnLattice;
  struct MeshFree;
  struct OnLine;
  Eigen::MatrixXd change(const data::Grid& grid, const Eigen::VectorXd& t) const;
  Eigen::MatrixXd change_at_samples(const Eigen::VectorXd& t) const;
  Eigen::MatrixXd change_at_distinct(const Eigen::VectorXd& t) const;

  std::variant<std::shared_ptr<const OnLattice>, std::shared_ptr<const MeshFree>,
               std::shared_ptr<const OnLine>>
      solution_;
  std::shared_ptr<const data::Grid> grid_;
  std::shared_ptr<const Residual> residual_;
  Function f_ini_;
};

}  // namespace fprinciple::compare
