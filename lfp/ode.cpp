#include "lfp/ode.hpp"

#include "base/blas.hpp"
#include "base/error.hpp"
#include "base/require.hpp"
#include "lfp/checks.hpp"

#include <cmath>
#include <functional>

#include <Eigen/Cholesky>
#include <boost/numeric/odeint.hpp>
#include <fmt/format.h>

namespace fprinciple::lfp {
namespace {

namespace odeint = boost::numeric::odeint;
using Eigen::Index;
using State = std::vector<double>;

Eigen::Map<const Eigen::VectorXd> view(const State& state) {
  return {state.data(), static_cast<Index>(state.size())};
}
Eigen::Map<Eigen::VectorXd> view(State& state) {
  return {state.data(), static_cast<Index>(state.size())};
}

/// z' = −B (B^T z − r_0).
struct FourierOde {
  LinearOperator b;
  Eigen::MatrixXd k;  // B^T B
  Eigen::VectorXd r_0;

  FourierOde(const LinearOperator& features, const Eigen::VectorXd& residual)
      : b(features), k(b.gram()), r_0(residual) {
    // Single modes without weight are rows of zeros; the time scale 1/trace needs one that moves.
    if (!(k.trace() > 0.0)) throw RunError("the spectral weight is 0 on the whole lattice");
  }

  Eigen::VectorXd derivative(const Eigen::VectorXd& z) const {
    Eigen::VectorXd v = r_0;
    b.add_adjoint(-1.0, z, v);
    return b.apply(v);
  }
};

/// One step of Odeint's rosenbrock4 for FourierOde, in the form that its controller drives.
class WoodburyRosenbrock4 {
 public:
  using value_type = double;
  using state_type = State;
  using deriv_type = State;
  using time_type = double;
  using resizer_type = odeint::initially_resizer;
  using wrapped_state_type = odeint::state_wrapper<State>;
  using wrapped_deriv_type = odeint::state_wrapper<State>;
  using order_type = unsigned short;
  using stepper_category = odeint::stepper_tag;

  /// Stages as in boost/numeric/odeint/stepper/rosenbrock4.hpp, for an autonomous system.
  void do_step(const FourierOde& ode, const State& state, double /*t*/, State& out, double dt,
               State& error) {
    const odeint::default_rosenbrock_coefficients<double> q;
    const double alpha = 1.0 / (q.gamma * dt);
    Eigen::MatrixXd shifted = ode.k;
    shifted.diagonal().array() += alpha;
    const Eigen::LLT<Eigen::MatrixXd> factor(shifted);
    const auto solve = [&](const Eigen::VectorXd& f) -> Eigen::VectorXd {
      return (f - ode.b.apply(factor.solve(ode.b.adjoint(f)))) / alpha;
    };
    const auto z = view(state);
    const Eigen::VectorXd g1 = solve(ode.derivative(z));
    const Eigen::VectorXd g2 = solve(ode.derivative(z + q.a21 * g1) + q.c21 / dt * g1);
    const Eigen::VectorXd g3 =
        solve(ode.derivative(z + q.a31 * g1 + q.a32 * g2) + (q.c31 * g1 + q.c32 * g2) / dt);
    const Eigen::VectorXd g4 = solve(ode.derivative(z + q.a41 * g1 + q.a42 * g2 + q.a43 * g3) +
                                     (q.c41 * g1 + q.c42 * g2 + q.c43 * g3) / dt);
    Eigen::VectorXd next = z + q.a51 * g1 + q.a52 * g2 + q.a53 * g3 + q.a54 * g4;
    const Eigen::VectorXd g5 =
        solve(ode.derivative(next) + (q.c51 * g1 + q.c52 * g2 + q.c53 * g3 + q.c54 * g4) / dt);
    next += g5;
    view(error) = solve(ode.derivative(next) +
                        (q.c61 * g1 + q.c62 * g2 + q.c63 * g3 + q.c64 * g4 + q.c65 * g5) / dt);
    view(out) = next + view(error);
  }
};

using Controller = odeint::rosenbrock4_controller<WoodburyRosenbrock4>;

/// The flow from z(0) = 0, advanced piece by piece.
class Integration {
 public:
  Integration(const LinearOperator& b, const Eigen::VectorXd& r_0, const OdeOptions& options)
      : ode_(b, r_0),
        options_(options),
        z_(static_cast<std::size_t>(b.rows), 0.0),
        controller_(component_tolerance(), 0.0),
        dt_(0.01 / ode_.k.trace()) {}

  void advance_to(double t) {
    while (t_ < t) {
      const double wanted = dt_;
      const bool last = t_ + dt_ >= t;
      if (last) dt_ = t - t_;
      if (++steps_ > options_.max_steps)
        throw RunError(fmt::format("the Fourier ODE needs more than {} steps", options_.max_steps));
      const double t_before = t_;
      if (controller_.try_step(std::cref(ode_), z_, t_, dt_) == odeint::success && last) {
        dt_ = std::max(dt_, wanted);  // a step cut to hit t says nothing about the next one
        t_ = t;
      } else if (!std::isfinite(dt_) || t_before + dt_ == t_before) {
        throw RunError("the Fourier ODE's step size underflows");
      }
    }
  }

  double time_scale() const { return 1.0 / ode_.k.trace(); }
  double residual() const { return (ode_.r_0 - ode_.b.adjoint(view(z_))).cwiseAbs().maxCoeff(); }
  double initial_residual() const { return ode_.r_0.cwiseAbs().maxCoeff(); }
  Eigen::VectorXd z() const { return view(z_); }

 private:
  /// |δh(x)| ≤ G |δz| with G² = K(x,x), and the controller bounds the root mean square of δz.
  double component_tolerance() const {
    const double g = std::sqrt(ode_.k.diagonal().maxCoeff() * static_cast<double>(ode_.b.rows));
    return std::max(options_.tolerance * ode_.r_0.cwiseAbs().maxCoeff(), 1e-300) / g;
  }

  FourierOde ode_;
  OdeOptions options_;
  State z_;
  Controller controller_;
  double t_ = 0.0;
  double dt_;
  long steps_ = 0;
};

/// What both limits and times need; throws InputError.
void require_system(const LinearOperator& b, const Eigen::VectorXd& r_0,
                    const OdeOptions& options) {
  base::require_size("r_0", r_0.size(), b.cols);
  base::require(b.cols >= 1, "b.cols", b.cols, "at least 1");
  base::require_finite("r_0", r_0);
  base::require(options.tolerance > 0.0, "options.tolerance", options.tolerance, "above 0");
  base::require(options.limit_residual > 0.0, "options.limit_residual", options.limit_residual,
                "above 0");
}

}  // namespace

std::vector<Eigen::VectorXd> integrate_ode(const LinearOperator& b, const Eigen::VectorXd& r_0,
                                           const std::vector<double>& times,
                                           const OdeOptions& options) {
  require_system(b, r_0, options);
  for (std::size_t k = 0; k < times.size(); ++k)
    base::require(times[k] >= (k > 0 ? times[k - 1] : 0.0) && std::isfinite(times[k]), "times",
                  times[k], "increasing from 0, and finite");
  const base::OneBlasThread blas;
  const double unit = power_of_two(r_0);
  Integration flow(b, r_0 / unit, options);
  std::vector<Eigen::VectorXd> out;
  for (const double t : times) {
    flow.advance_to(t);
    out.emplace_back(unit * flow.z());
  }
  return out;
}

Eigen::VectorXd integrate_ode_to_limit(const LinearOperator& b, const Eigen::VectorXd& r_0,
                                       const OdeOptions& options) {
  require_system(b, r_0, options);
  const base::OneBlasThread blas;
  const double unit = power_of_two(r_0);
  Integration flow(b, r_0 / unit, options);
  const double goal = options.limit_residual * flow.initial_residual();
  for (double t = flow.time_scale(); flow.residual() > goal; t *= 2.0) flow.advance_to(t);
  return unit * flow.z();
}

std::vector<Eigen::MatrixXcd> integrate_ode(const Problem& problem,
                                            const std::vector<double>& times,
                                            const OdeOptions& options) {
  std::vector<Eigen::MatrixXcd> out;
  for (const Eigen::VectorXd& z :
       integrate_ode(lattice_operator(problem), initial_residual(problem), times, options))
    out.push_back(coefficients(problem, z));
  return out;
}

Eigen::MatrixXcd integrate_ode_to_limit(const Problem& problem, const OdeOptions& options) {
  return coefficients(problem, integrate_ode_to_limit(lattice_operator(problem),
                                                      initial_residual(problem), options));
}

}  // namespace fprinciple::lfp
