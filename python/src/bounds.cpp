#include "base/error.hpp"
#include "compare/generalisation.hpp"
#include "compare/theory.hpp"
#include "nn/network.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "interruptible.hpp"
#include "networks.hpp"
#include <nanobind/stl/array.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

namespace fprinciple::python {
namespace {

using compare::BoundedTarget;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Shape = data::Target::Shape;

/// frequency (d,), amplitude, phase.
using WaveArgs = std::tuple<std::vector<double>, double, double>;
/// Box, modes, zero frequency.
using LatticeArgs = std::tuple<double, Index, double>;
/// Of each axis, and whether the samples were drawn from there.
using RangeArgs = std::pair<std::vector<std::array<double, 2>>, bool>;

/// A function (N, d) → (N,) of Python's, for work without the GIL that may outlive its call. Once
/// that is given up nothing of Python's is touched, which may be at its end: the function is then
/// never let go.
class PythonFunction {
 public:
  PythonFunction(nb::callable function, std::shared_ptr<std::atomic<bool>> given_up)
      : given_up_(std::move(given_up)),
        function_(new nb::callable(std::move(function)), [flag = given_up_](nb::callable* held) {
          if (*flag) return;
          const nb::gil_scoped_acquire gil;
          delete held;
        }) {}

  VectorXd operator()(const data::Grid& grid) const {
    if (*given_up_) throw RunError("the bounds were interrupted");
    const nb::gil_scoped_acquire gil;
    return vector(nb::cast<Row>((*function_)(to_numpy(grid.points))));
  }

 private:
  std::shared_ptr<std::atomic<bool>> given_up_;
  std::shared_ptr<nb::callable> function_;
};

nb::dict to_dict(const compare::BoundNumbers& numbers, VectorXd power_function) {
  nb::dict out;
  out["delta"] = numbers.delta;
  out["gamma_norm"] = numbers.gamma_norm;
  out["data_norm"] = numbers.data_norm;
  if (numbers.finite) {
    const compare::FiniteBounds& finite = *numbers.finite;
    out["fp_norm"] = finite.fp_norm;
    out["fp_norm_error"] = finite.fp_norm_error;
    out["beyond"] = finite.beyond;
    out["rho"] = finite.rho;
    out["published"] = finite.published;
    out["sharper"] = finite.sharper;
    out["power_function"] = finite.power_function;
    out["power_function_error"] = finite.power_function_error;
    out["power_function_max_ratio"] = finite.power_function_max_ratio;
    out["radius"] = finite.radius;
    out["radius_error"] = finite.radius_error;
    out["at"] = to_numpy(std::move(power_function));
  }
  out["measured_lfp"] = numbers.measured_lfp;
  out["measured_lfp_l2"] = numbers.measured_lfp_l2;
  out["measured_nn"] = numbers.measured_nn;
  out["measured_nn_l2"] = numbers.measured_nn_l2;
  out["measured_error"] = numbers.measured_error;
  out["note"] = numbers.note;
  return out;
}

nb::dict bounds(const data::NetworkLaw& law, const Rows& x, const Row& y, double ridge,
                const LatticeArgs& lattice, const std::optional<nb::callable>& function,
                const std::string& shape, const std::vector<WaveArgs>& waves, double delta,
                const RangeArgs& range, const Rows& points,
                const std::optional<WeightsArgs>& trained) {
  compare::Problem problem{.samples = {columns(x), vector(y)}, .law = law};
  problem.theory = {.model = compare::Model::lfp2019, .ridge = ridge};
  problem.theory.lattice = lfp::Lattice{.dim = problem.samples.dim(),
                                        .box = std::get<0>(lattice),
                                        .modes = std::get<1>(lattice),
                                        .zero_frequency = std::get<2>(lattice)};
  problem.bounds =
      compare::BoundsTask{.delta = delta, .range = range.first, .at_random = range.second};
  problem.grid.points = columns(points);
  const auto given_up = std::make_shared<std::atomic<bool>>(false);
  BoundedTarget::Values values;
  if (function) {
    values = PythonFunction(*function, given_up);
  } else {
    problem.target.emplace().shape = shape == "triangle" ? Shape::triangle
                                     : shape == "square" ? Shape::square
                                                         : Shape::sine;
    for (const auto& [frequency, amplitude, phase] : waves)
      problem.target->waves.push_back(
          {Eigen::Map<const VectorXd>(frequency.data(), static_cast<Index>(frequency.size())),
           amplitude, phase});
  }
  std::optional<nn::Network> net;
  if (trained) net = network(law, *trained);
  auto [numbers, power_function] = interruptible(
      [problem = std::move(problem), values = std::move(values), net = std::move(net)] {
        // The law's moments; of the weights only their dimension is looked at.
        const data::Weights none{.w = MatrixXd(0, problem.samples.dim())};
        const lfp::SpectralWeight weight = spectral_weight(problem.theory, problem.law, none);
        const compare::GeneralisationBounds bounds(
            problem, weight,
            values ? bounded_target(problem, weight, values) : bounded_target(problem, weight));
        return std::pair(bounds.numbers(net ? &*net : nullptr), bounds.power_function());
      },
      given_up);
  return to_dict(numbers, std::move(power_function));
}

}  // namespace

void bind_bounds(nb::module_& module) {
  module.def("bounds", &bounds, nb::arg("law"), nb::arg("x"), nb::arg("y"), nb::arg("ridge"),
             nb::arg("lattice"), nb::arg("function").none(), nb::arg("shape"), nb::arg("waves"),
             nb::arg("delta"), nb::arg("range"), nb::arg("points"), nb::arg("trained").none());
}

}  // namespace fprinciple::python
