#include "measure/measure.hpp"

#include <exception>
#include <iostream>

#include <nlohmann/json.hpp>

// Everything that is measured of a recording on standard input, for dense_numpy.py: "d n k T
// weighted K W M width threshold cut", then x (n × d), y (n × k), t, f (T × n × k), weights if
// there are any, the direction (d), K frequencies and W widths of filters. Prints JSON; infinity is
// null.
int main() try {
  using namespace fprinciple;
  using Eigen::Index;
  Index d = 0, n = 0, k = 0, times = 0, weighted = 0, frequencies = 0, widths = 0;
  measure::Options options;
  options.kernel = options.cut = 0.0;
  std::cin >> d >> n >> k >> times >> weighted >> frequencies >> widths >> options.modes >>
      *options.kernel >> options.threshold >> *options.cut;
  const auto numbers = [](Index rows, Index columns) {
    Eigen::MatrixXd out(rows, columns);
    for (double& value : out.reshaped()) std::cin >> value;
    return out;
  };
  measure::Recording r;
  r.x = numbers(d, n);
  r.y = numbers(k, n);
  r.t = numbers(times, 1);
  r.f = numbers(k, n * times);
  if (weighted != 0) r.weight = numbers(n, 1);
  options.direction = numbers(d, 1);
  options.frequency = numbers(frequencies, 1);
  options.delta = numbers(widths, 1);
  if (!std::cin) return 1;

  const measure::Measured m = measure::measure(r, options);
  nlohmann::json out;
  const auto put = [&](const char* name, const auto& values) {
    for (const double value : values.reshaped()) out[name].push_back(value);
  };
  const auto put_complex = [&](const char* name, const Eigen::MatrixXcd& values) {
    for (const auto& value : values.reshaped()) out[name].push_back({value.real(), value.imag()});
  };
  put("principal", measure::principal_direction(r));
  put("relative_error", m.relative_error);
  put_complex("target", m.projection.target);
  put_complex("coefficients", m.projection.coefficients);
  put("delta", m.projection.delta);
  put("delta_magnitude", m.projection.delta_magnitude);
  put("crossing_time", m.crossing_time);
  out["crossing_order"] = m.crossing_order;
  put("bias_e_low", m.spectral_bias.e_low);
  put("bias_e_high", m.spectral_bias.e_high);
  put("bias_over_time", m.spectral_bias.over_time);
  out["bias"] = m.spectral_bias.value;
  put("e_low", m.filtering.e_low);
  put("e_high", m.filtering.e_high);
  put("share_high", m.filtering.share_high);
  put("eigenvalue", m.kernel_modes->eigenvalue);
  put("mode_target", m.kernel_modes->target);
  put("mode_share", m.kernel_modes->share);
  if (m.spectrum) {
    put("grid_frequency", m.spectrum->frequency);
    put("grid_delta", m.spectrum->delta);
    put("grid_delta_magnitude", m.spectrum->delta_magnitude);
    put_complex("grid_coefficients", m.spectrum->coefficients);
  }
  std::cout << out.dump();
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
