#include "base/error.hpp"
#include "base/names.hpp"
#include "nn/gradient_descent.hpp"
#include "nn/gradient_flow.hpp"
#include "nn/kernels.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "interruptible.hpp"
#include "networks.hpp"
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace fprinciple::python {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// When training ends: loss, time, steps, gradient norm.
using StopArgs = std::tuple<std::optional<double>, std::optional<double>,
                            std::optional<std::int64_t>, std::optional<double>>;
/// Of the methods that step: step, precision, momentum, batch, seed of the batches.
using DescentArgs = std::tuple<double, std::string, double, Index, std::uint64_t>;

nn::Trajectory train(const nn::Network& start, const nn::Task& task, nn::Method method,
                     const nn::Descent& descent, double tolerance) {
  if (method == nn::Method::flow)
    return nn::gradient_flow(start, task,
                             {.tolerance = tolerance, .probes = MatrixXd(task.points.rows(), 0)});
  return nn::gradient_descent(start, task, descent);
}

/// A dict of what training gave: f (T, N) at the points, at T times.
nb::dict train(const data::NetworkLaw& law, const WeightsArgs& from, const Rows& x, const Row& y,
               const std::string& method_name, const DescentArgs& how, double tolerance,
               const StopArgs& stop, const Rows& points, std::vector<double> times, Index count) {
  const auto method = base::named<nn::Method>("method", method_name);
  const auto& [step, precision, momentum, batch, seed] = how;
  const nn::Descent descent{
      .step = step,
      .method = method,
      .precision = base::named<nn::Descent::Precision>("precision", precision),
      .momentum = momentum,
      .batch = batch,
      .seed = seed};
  const auto& [loss, time, steps, gradient_norm] = stop;
  const auto given_up = std::make_shared<std::atomic<bool>>(false);
  nn::Task task{
      .samples = {columns(x), vector(y)},
      .points = columns(points),
      .stop = {.loss = loss, .time = time, .steps = steps, .gradient_norm = gradient_norm},
      .snapshots = {.count = count, .times = std::move(times)}};
  task.supervision.wish = [given_up] {
    return *given_up ? nn::Supervision::Wish::stop : nn::Supervision::Wish::go_on;
  };
  task.supervision.keep = [](const nn::TrainingState&) {};
  nn::Trajectory trained =
      interruptible([start = network(law, from), task = std::move(task), method, descent,
                     tolerance] { return train(start, task, method, descent, tolerance); },
                    given_up);
  nb::dict out;
  out["weights"] = to_numpy(std::move(trained.network.weights));
  out["t"] = to_numpy(std::move(trained.t));
  out["f"] = to_numpy(std::move(trained.f));
  out["loss"] = to_numpy(std::move(trained.loss));
  out["steps"] = trained.steps;
  out["stopped_by"] = trained.stopped_by;
  return out;
}

}  // namespace

void bind_practice(nb::module_& module) {
  module.def(
      "draw_weights",
      [](const data::NetworkLaw& law, Index dim, std::uint64_t seed, bool antisymmetric) {
        return to_numpy(nn::draw_weights(law, dim, {.seed = seed, .antisymmetric = antisymmetric}));
      },
      nb::arg("law"), nb::arg("dim"), nb::arg("seed"), nb::arg("antisymmetric"));
  module.def(
      "outputs",
      [](const data::NetworkLaw& law, const WeightsArgs& at, const Rows& points) {
        return to_numpy(interruptible([of = network(law, at), points = MatrixXd(columns(points))] {
          return nn::outputs(of, points);
        }));
      },
      nb::arg("law"), nb::arg("weights"), nb::arg("points"));
  module.def("train",
             nb::overload_cast<const data::NetworkLaw&, const WeightsArgs&, const Rows&, const Row&,
                               const std::string&, const DescentArgs&, double, const StopArgs&,
                               const Rows&, std::vector<double>, Index>(&train),
             nb::arg("law"), nb::arg("weights"), nb::arg("x"), nb::arg("y"), nb::arg("method"),
             nb::arg("descent"), nb::arg("tolerance"), nb::arg("stop"), nb::arg("points"),
             nb::arg("times"), nb::arg("count"));
}

}  // namespace fprinciple::python
