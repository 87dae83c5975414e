#include "compare/theory.hpp"

#include "base/names.hpp"
#include "compare/ensemble.hpp"
#include "lfp/complete_kernel.hpp"
#include "lfp/deep_kernel.hpp"
#include "nn/tangent_kernel.hpp"

#include <array>
#include <optional>
#include <string>
#include <tuple>

#include "bindings.hpp"
#include "interruptible.hpp"
#include "networks.hpp"
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>

namespace fprinciple::python {
namespace {

using compare::Prediction;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// ("uniform" or "normal", scale, mean).
using DistributionArgs = std::tuple<std::string, double, double>;

data::Distribution distribution(const char* argument, const DistributionArgs& args) {
  return {base::named<data::Distribution::Kind>(argument, std::get<0>(args)), std::get<1>(args),
          std::get<2>(args)};
}

data::NetworkLaw make_law(Index width, const std::string& activation, double output_scale,
                          const std::array<bool, 3>& train, const DistributionArgs& a,
                          const DistributionArgs& w, const DistributionArgs& b) {
  data::NetworkLaw law{.width = width,
                       .activation = base::named<data::Activation>("activation", activation),
                       .output_scale = output_scale,
                       .train = {train[0], train[1], train[2]},
                       .a = distribution("a", a),
                       .w = distribution("w", w),
                       .b = distribution("b", b)};
  compare::require_valid(law);
  return law;
}

Prediction solve(const data::NetworkLaw& law, const std::string& model, const Rows& x, const Row& y,
                 double ridge, const std::optional<std::tuple<double, Index, double>>& lattice,
                 const std::optional<WeightsArgs>& start) {
  compare::Theory theory{.model = base::named<compare::Model>("model", model), .ridge = ridge};
  data::Samples samples{columns(x), vector(y)};
  if (lattice)
    theory.lattice = lfp::Lattice{.dim = samples.dim(),
                                  .box = std::get<0>(*lattice),
                                  .modes = std::get<1>(*lattice),
                                  .zero_frequency = std::get<2>(*lattice)};
  std::optional<nn::Network> from;
  if (start) from = network(law, *start);
  return interruptible(
      [theory, law, samples = std::move(samples), from = std::move(from)]() -> Prediction {
        // It is asked at any points: none are better prepared than others.
        const data::Grid grid{.points = MatrixXd(samples.dim(), 0), .axes = {}};
        return compare::predict(theory, law, samples, grid, from ? &*from : nullptr);
      });
}

data::DeepLaw make_deep_law(const std::string& activation, const Row& weight_std,
                            const Row& bias_std, const std::string& parameterisation,
                            const Row& width) {
  data::DeepLaw law{.activation = base::named<data::DeepActivation>("law.activation", activation),
                    .weight_std = vector(weight_std),
                    .bias_std = vector(bias_std),
                    .parameterisation = base::named<data::Parameterisation>("law.parameterisation",
                                                                            parameterisation),
                    .width = vector(width)};
  lfp::require_law(law);
  return law;
}

Prediction solve_deep(const data::DeepLaw& law, const Rows& x, const Row& y, double ridge) {
  return interruptible(
      [law, samples = data::Samples{columns(x), vector(y)}, ridge]() -> Prediction {
        const data::Grid grid{.points = MatrixXd(samples.dim(), 0), .axes = {}};
        return compare::predict(law, ridge, samples, grid);
      });
}

}  // namespace

void bind_theory(nb::module_& module) {
  nb::class_<data::NetworkLaw>(module, "Law").def_prop_ro("width", [](const data::NetworkLaw& law) {
    return law.width;
  });
  module.def(
      "make_law",
      [](Index width, const std::string& activation, double output_scale,
         const std::tuple<bool, bool, bool>& train, const DistributionArgs& a,
         const DistributionArgs& w, const DistributionArgs& b) {
        const auto& [train_a, train_w, train_b] = train;
        return make_law(width, activation, output_scale, {train_a, train_w, train_b}, a, w, b);
      },
      nb::arg("width"), nb::arg("activation"), nb::arg("output_scale"), nb::arg("train"),
      nb::arg("a"), nb::arg("w"), nb::arg("b"));

  nb::class_<Prediction>(module, "Solution")
      .def("at",
           [](const Prediction& solved, const Rows& points, const Row& t) {
             return to_numpy(
                 interruptible([solved, points = MatrixXd(columns(points)),
                                t = VectorXd(vector(t))] { return solved.at(points, t); }));
           })
      .def("loss",
           [](const Prediction& solved, const Row& t) {
             return to_numpy(interruptible(
                 [solved, t = VectorXd(vector(t))]() -> VectorXd { return solved.loss(t); }));
           })
      .def("rates",
           [](const Prediction& solved) {
             return to_numpy(interruptible([solved] { return solved.rates(); }));
           })
      .def("norm", [](const Prediction& solved) {
        return interruptible([solved] { return solved.norm(); });
      });
  module.def("solve", &solve, nb::arg("law"), nb::arg("model"), nb::arg("x"), nb::arg("y"),
             nb::arg("ridge"), nb::arg("lattice").none(), nb::arg("start").none());

  module.def("complete_kernel", [](const data::NetworkLaw& law, const Rows& x, const Rows& z) {
    // K is symmetric in its two lists: N × n column by column is (n, N) row by row.
    return to_numpy(interruptible([law, x = MatrixXd(columns(x)), z = MatrixXd(columns(z))] {
      return lfp::complete_kernel(law, z, x).k;
    }));
  });
  nb::class_<data::DeepLaw>(module, "DeepLaw");
  module.def("make_deep_law", &make_deep_law, nb::arg("activation"), nb::arg("weight_std"),
             nb::arg("bias_std"), nb::arg("parameterisation"), nb::arg("width"));
  module.def("solve_deep", &solve_deep, nb::arg("law"), nb::arg("x"), nb::arg("y"),
             nb::arg("ridge"));
  const auto deviation = [&module](const char* name, auto law) {
    module.def(
        name,
        [](const decltype(law)& of, const Rows& x, double ridge, const Rows& points, const Row& t) {
          return to_numpy(
              interruptible([of, x = MatrixXd(columns(x)), ridge,
                             points = MatrixXd(columns(points)), t = VectorXd(vector(t))] {
                return compare::ensemble_deviation(of, x, ridge, points, t);
              }));
        },
        nb::arg("law"), nb::arg("x"), nb::arg("ridge"), nb::arg("points"), nb::arg("t"));
  };
  deviation("ensemble_deviation", data::NetworkLaw{});
  deviation("deep_ensemble_deviation", data::DeepLaw{});
  const auto deep = [&module](const char* name, auto kernel) {
    module.def(name, [kernel](const data::DeepLaw& law, const Rows& x, const Rows& z) {
      return to_numpy(interruptible([kernel, law, x = MatrixXd(columns(x)),
                                     z = MatrixXd(columns(z))] { return kernel(law, z, x).k; }));
    });
  };
  deep("deep_tangent_kernel", &lfp::deep_tangent_kernel);
  deep("deep_covariance", &lfp::deep_covariance);
  module.def(
      "weights_kernel",
      [](const data::NetworkLaw& law, const WeightsArgs& at, const Rows& x,
         const std::optional<Rows>& z) {
        // Of one list with itself: symmetric to the bit.
        std::optional<MatrixXd> rows;
        if (z) rows = columns(*z);
        return to_numpy(interruptible(
            [of = network(law, at), x = MatrixXd(columns(x)), rows = std::move(rows)] {
              return rows ? nn::tangent_kernel(of, *rows, x) : nn::tangent_kernel(of, x);
            }));
      },
      nb::arg("law"), nb::arg("weights"), nb::arg("x"), nb::arg("z").none());
}

}  // namespace fprinciple::python
