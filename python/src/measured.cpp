#include "measure/crossing.hpp"
#include "measure/measure.hpp"

#include <cstdint>
#include <optional>
#include <vector>

#include "arrays.hpp"
#include "bindings.hpp"
#include "interruptible.hpp"
#include <nanobind/stl/optional.h>

namespace fprinciple::python {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

std::optional<VectorXd> owned(const std::optional<Row>& row) {
  if (!row) return {};
  return VectorXd(vector(*row));
}

nb::dict to_dict(const measure::Projection& p) {
  nb::dict out;
  out["direction"] = to_numpy(p.direction);
  out["frequency"] = to_numpy(p.frequency);
  out["target_real"] = to_numpy(MatrixXd(p.target.real()));
  out["target_imag"] = to_numpy(MatrixXd(p.target.imag()));
  out["real"] = to_numpy(MatrixXd(p.coefficients.real()));
  out["imag"] = to_numpy(MatrixXd(p.coefficients.imag()));
  out["delta"] = to_numpy(p.delta);
  out["delta_magnitude"] = to_numpy(p.delta_magnitude);
  out["residual_energy"] = to_numpy(p.residual_energy);
  out["target_energy"] = to_numpy(p.target_energy);
  return out;
}

nb::dict to_dict(const measure::Filtering& f) {
  nb::dict out;
  out["delta"] = to_numpy(f.delta);
  out["e_low"] = to_numpy(f.e_low);
  out["e_high"] = to_numpy(f.e_high);
  out["share_high"] = to_numpy(f.share_high);
  return out;
}

nb::dict to_dict(const measure::SpectralBias& s) {
  nb::dict out;
  out["value"] = s.value;
  out["cut"] = s.cut;
  out["e_low"] = to_numpy(s.e_low);
  out["e_high"] = to_numpy(s.e_high);
  out["over_time"] = to_numpy(s.over_time);
  return out;
}

nb::dict to_dict(const measure::KernelModes& m) {
  nb::dict out;
  out["eigenvalue"] = to_numpy(m.eigenvalue);
  out["target"] = to_numpy(m.target);
  out["share"] = to_numpy(m.share);
  return out;
}

/// Which of `size` frequencies are among these, as an array of truth values.
nb::object mask(const std::vector<Index>& present, Index size) {
  VectorXd out = VectorXd::Zero(size);
  for (const Index k : present) out[k] = 1.0;
  return nb::cast(to_numpy(std::move(out))).attr("astype")(nb::str("bool"));
}

nb::tuple pair(const measure::Interval& interval) {
  return nb::make_tuple(interval.low, interval.high);
}

nb::dict to_dict(const measure::Measured& m) {
  nb::dict out;
  out["t"] = to_numpy(m.t);
  out["relative_error"] = to_numpy(m.relative_error);
  out["projection"] = to_dict(m.projection);
  out["crossing_time"] = to_numpy(m.crossing_time);
  VectorXd low(m.crossing_time.size()), high(m.crossing_time.size());
  for (Index k = 0; k < low.size(); ++k) {
    low[k] = m.intervals.time[static_cast<std::size_t>(k)].low;
    high[k] = m.intervals.time[static_cast<std::size_t>(k)].high;
  }
  out["crossing_time_low"] = to_numpy(std::move(low));
  out["crossing_time_high"] = to_numpy(std::move(high));
  out["present"] = mask(m.present, m.crossing_time.size());
  out["order"] = m.crossing_order;
  out["order_interval"] = pair(m.intervals.order);
  out["spectral_bias"] = to_dict(m.spectral_bias);
  out["spectral_bias_interval"] = pair(m.intervals.spectral_bias);
  out["filtering"] = to_dict(m.filtering);
  if (m.kernel_modes) {
    out["kernel_width"] = *m.kernel_width;
    out["kernel_modes"] = to_dict(*m.kernel_modes);
  }
  return out;
}

/// A recording of its own, as the work on it may outlive the call.
measure::Recording recording(const Rows& x, const Rows& y, const Row& t, const Rows& f,
                             const std::optional<Row>& weight) {
  return {.x = columns(x),
          .y = columns(y),
          .t = vector(t),
          .f = columns(f),
          .weight = weight ? VectorXd(vector(*weight)) : VectorXd()};
}

VectorXd direction_in(const measure::RecordingView& view,
                      const std::optional<VectorXd>& direction) {
  return direction ? measure::unit_direction(view, *direction) : measure::principal_direction(view);
}

}  // namespace

void bind_measured(nb::module_& module) {
  nb::class_<measure::Recording>(module, "Recording")
      .def_prop_ro("dim", [](const measure::Recording& of) { return of.x.rows(); });
  module.def("recording", &recording, nb::arg("x"), nb::arg("y"), nb::arg("t"), nb::arg("f"),
             nb::arg("weight").none());
  module.def(
      "measure_projection",
      [](const measure::Recording& of, const std::optional<Row>& along,
         const std::optional<Row>& at) {
        return to_dict(interruptible([of, direction = owned(along), frequency = owned(at)] {
          const measure::RecordingView view(of);
          const VectorXd p = direction_in(view, direction);
          return measure::project(view, p,
                                  frequency ? *frequency : measure::default_frequencies(view, p));
        }));
      },
      nb::arg("recording"), nb::arg("direction").none(), nb::arg("frequency").none());
  module.def(
      "measure_filtering",
      [](const measure::Recording& of, const std::optional<Row>& widths) {
        return to_dict(interruptible([of, delta = owned(widths)] {
          const measure::RecordingView view(of);
          return measure::filter(
              view,
              delta ? *delta : measure::default_widths(view, measure::principal_direction(view)));
        }));
      },
      nb::arg("recording"), nb::arg("delta").none());
  module.def(
      "measure_kernel_modes",
      [](const measure::Recording& of, const Rows& kernel, Index count) {
        return to_dict(interruptible([of, k = MatrixXd(columns(kernel)), count] {
          return measure::kernel_modes(of, k, count);
        }));
      },
      nb::arg("recording"), nb::arg("kernel"), nb::arg("count"));
  module.def(
      "measure_all",
      [](const measure::Recording& of, const std::optional<Row>& direction,
         const std::optional<Row>& frequency, const std::optional<Row>& delta, double threshold,
         std::optional<double> cut, std::optional<double> kernel, Index modes, Index resamples,
         std::uint64_t seed) {
        measure::Options options{.direction = owned(direction),
                                 .frequency = owned(frequency),
                                 .delta = owned(delta),
                                 .threshold = threshold,
                                 .cut = cut,
                                 .kernel = kernel,
                                 .modes = modes};
        options.bootstrap.resamples = resamples;
        options.bootstrap.seed = seed;
        return to_dict(interruptible([of, options] { return measure::measure(of, options); }));
      },
      nb::arg("recording"), nb::arg("direction").none(), nb::arg("frequency").none(),
      nb::arg("delta").none(), nb::arg("threshold"), nb::arg("cut").none(),
      nb::arg("kernel").none(), nb::arg("modes"), nb::arg("resamples"), nb::arg("seed"));
  module.def(
      "crossing_times",
      [](const Row& t, const Rows& delta, double threshold) {
        return to_numpy(measure::crossing_times(vector(t), columns(delta), threshold));
      },
      nb::arg("t"), nb::arg("delta"), nb::arg("threshold"));
  module.def(
      "present",
      [](const Row& target_energy, double floor) {
        const VectorXd energy = vector(target_energy);
        return mask(measure::present(energy, floor), energy.size());
      },
      nb::arg("target_energy"), nb::arg("floor"));
  module.def(
      "kendall_tau",
      [](const Row& a, const Row& b) { return measure::kendall_tau(vector(a), vector(b)); },
      nb::arg("a"), nb::arg("b"));
  module.def(
      "spectral_bias",
      [](const Row& frequency, const Rows& residual_energy, const Row& target_energy,
         std::optional<double> cut) {
        const VectorXd k = vector(frequency), target = vector(target_energy);
        return to_dict(measure::spectral_bias(k, columns(residual_energy), target,
                                              cut ? *cut : measure::halving_cut(k, target)));
      },
      nb::arg("frequency"), nb::arg("residual_energy"), nb::arg("target_energy"),
      nb::arg("cut").none());
}

}  // namespace fprinciple::python
