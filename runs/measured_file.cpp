#include "runs/measured_file.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "base/version.hpp"
#include "io/json.hpp"
#include "io/netcdf.hpp"
#include "runs/summary.hpp"

#include <limits>
#include <map>
#include <vector>

#include <fmt/format.h>

namespace fprinciple::runs {
namespace {

using Eigen::Index;
using Eigen::MatrixXcd;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using measure::Measured;
using nlohmann::json;

constexpr const char* kArrays = "measure.nc";

json in_json(const VectorXd& values) {
  json out = json::array();
  for (const double value : values) out.push_back(number(value));
  return out;
}

/// One list for each column.
json lists(const MatrixXd& values) {
  json out = json::array();
  for (const auto& column : values.colwise()) out.push_back(in_json(column));
  return out;
}

struct Ends {
  VectorXd low, high;
};

Ends ends_of(const std::vector<measure::Interval>& intervals) {
  const auto size = static_cast<Index>(intervals.size());
  Ends out{VectorXd(size), VectorXd(size)};
  for (Index k = 0; k < size; ++k) {
    out.low[k] = intervals[static_cast<std::size_t>(k)].low;
    out.high[k] = intervals[static_cast<std::size_t>(k)].high;
  }
  return out;
}

VectorXd present_mask(const Measured& m) {
  VectorXd mask = VectorXd::Zero(m.projection.frequency.size());
  mask(m.present).setOnes();
  return mask;
}

/// Every array but the Fourier coefficients, once: used to write and to read. `file` has one(name,
/// dimension, units, long_name, vector) and two(name, outer, inner, units, long_name, inner ×
/// outer).
template <class File, class Kept, class Ends, class Vector>
void each_array(File& file, Kept& kept, Ends& crossing, Vector& present) {
  auto& m = kept.measured;
  const std::string k = "cycles per unit of x", t = "unit of t";
  file.one("t", "time", t, "times of the recording", m.t);
  file.one("relative_error", "time", "1", "|f - y| / |y| at the samples", m.relative_error);
  if (kept.test_error)
    file.one("relative_error_test", "time", "1", "|f - y| / |y| at the test points",
             *kept.test_error);
  file.one("direction", "dim", "1", "unit vector p of the projection", m.projection.direction);
  file.one("frequency", "frequency", k, "frequency along the direction", m.projection.frequency);
  file.one("target_energy", "frequency", "(unit of y)^2", "|y_hat|^2", m.projection.target_energy);
  file.one("present", "frequency", "1", "1 where the order of crossings counts the frequency",
           present);
  file.two("delta", "time", "frequency", "1", "|f_hat - y_hat| / |y_hat|", m.projection.delta);
  file.two("delta_magnitude", "time", "frequency", "1", "||f_hat| - |y_hat|| / |y_hat|",
           m.projection.delta_magnitude);
  file.one("crossing_time", "frequency", t, "from when on delta is below the threshold for good",
           m.crossing_time);
  file.one("crossing_time_low", "frequency", t, "lower end of its 95 % interval", crossing.low);
  file.one("crossing_time_high", "frequency", t, "upper end of its 95 % interval", crossing.high);
  file.one("bias_e_low", "time", "1", "residual energy of the low frequencies",
           m.spectral_bias.e_low);
  file.one("bias_e_high", "time", "1", "residual energy of the high frequencies",
           m.spectral_bias.e_high);
  file.one("spectral_bias", "time", "1", "(E_high - E_low) / (E_high + E_low)",
           m.spectral_bias.over_time);
  file.one("filter_width", "width", "unit of x", "delta, width of the Gaussian filter",
           m.filtering.delta);
  file.two("e_low", "time", "width", "1", "|f_low - y_low| / |y_low|", m.filtering.e_low);
  file.two("e_high", "time", "width", "1", "|f_high - y_high| / |y_high|", m.filtering.e_high);
  file.one("share_high", "width", "1", "|y_high|^2 / |y|^2", m.filtering.share_high);
  if (m.kernel_modes) {
    file.one("eigenvalue", "eigenvector", "1", "eigenvalue of the Gaussian kernel",
             m.kernel_modes->eigenvalue);
    file.one("kernel_target", "eigenvector", "unit of y", "|c(y)|, the target's coefficient",
             m.kernel_modes->target);
    file.two("kernel_share", "time", "eigenvector", "1", "|c(f - y)| / |c(y)|",
             m.kernel_modes->share);
  }
  if (m.shells) {
    file.one("shell_frequency", "shell", k, "|k| of a shell of the grid's frequencies",
             m.shells->frequency);
    file.one("shell_amplitude", "shell", "unit of y", "(sum |y_hat|^2)^(1/2)", m.shells->amplitude);
    file.two("shell_delta", "time", "shell", "1",
             "(sum |f_hat - y_hat|^2 / sum |y_hat|^2)^(1/2) over the shell", m.shells->delta);
  }
}

class Writer {
 public:
  explicit Writer(io::NetcdfWriter& file) : file_(file) {}
  void one(const std::string& name, const std::string& dimension, const std::string& units,
           const std::string& long_name, const VectorXd& values) {
    file_.variable(name, dimension, units, long_name, values);
  }
  void two(const std::string& name, const std::string& outer, const std::string& inner,
           const std::string& units, const std::string& long_name, const MatrixXd& values) {
    file_.variable(name, outer, inner, units, long_name, values);
  }

 private:
  io::NetcdfWriter& file_;
};

/// Throws InputError where an array has another size than those before it along the same dimension.
class Reader {
 public:
  explicit Reader(const io::NetcdfReader& file, std::string name)
      : file_(file), name_(std::move(name)) {}
  void one(const std::string& name, const std::string& dimension, const std::string& /*units*/,
           const std::string& /*long_name*/, VectorXd& values) {
    values = file_.vector(name);
    require(name, dimension, values.size());
  }
  void two(const std::string& name, const std::string& outer, const std::string& inner,
           const std::string& /*units*/, const std::string& /*long_name*/, MatrixXd& values) {
    values = file_.matrix(name);
    require(name, outer, values.cols());
    require(name, inner, values.rows());
  }

 private:
  void require(const std::string& name, const std::string& dimension, Index size) {
    const Index known = sizes_.try_emplace(dimension, size).first->second;
    if (known == size && size > 0) return;
    throw InputError(fmt::format("{}: variable {} has {} values along {}, but must have {}", name_,
                                 name, size, dimension, known > 0 ? known : 1));
  }

  const io::NetcdfReader& file_;
  std::string name_;
  std::map<std::string, Index> sizes_;
};

/// The coefficients over (…, output), real and imaginary part.
void write_complex(io::NetcdfWriter& file, const std::string& name,
                   const std::vector<std::string>& dimensions, const std::string& long_name,
                   const MatrixXcd& values) {
  file.array(name + "_re", dimensions, "unit of y", long_name + ", real part",
             values.real().reshaped());
  file.array(name + "_im", dimensions, "unit of y", long_name + ", imaginary part",
             values.imag().reshaped());
}

void write_arrays(io::NetcdfWriter& file, const MeasuredFile& kept) {
  const Measured& m = kept.measured;
  file.attribute("title", kept.title);
  file.attribute("program", "fprinciple");
  file.attribute("version", base::version());
  file.dimension("time", m.t.size());
  file.dimension("dim", m.projection.direction.size());
  file.dimension("output", m.projection.target.rows());
  file.dimension("frequency", m.projection.frequency.size());
  file.dimension("width", m.filtering.delta.size());
  if (m.kernel_modes) file.dimension("eigenvector", m.kernel_modes->eigenvalue.size());
  if (m.shells) file.dimension("shell", m.shells->frequency.size());
  if (m.spectrum) file.dimension("mode", m.spectrum->frequency.cols());
  Writer writer(file);
  const Ends crossing = ends_of(m.intervals.time);
  const VectorXd present = present_mask(m);
  each_array(writer, kept, crossing, present);
  write_complex(file, "y_hat", {"frequency", "output"}, "Fourier coefficient of the target",
                m.projection.target);
  write_complex(file, "f_hat", {"time", "frequency", "output"},
                "Fourier coefficient of the outputs", m.projection.coefficients);
  if (!m.spectrum) return;
  const measure::GridSpectrum& s = *m.spectrum;
  file.variable("mode_frequency", "mode", "dim", "cycles per unit of x",
                "frequency of the grid's Fourier transform", s.frequency);
  file.variable("mode_multiplicity", "mode", "1", "2 where the conjugate is left out",
                s.multiplicity);
  file.variable("mode_delta", "time", "mode", "1", "|f_hat - y_hat| / |y_hat| over the grid",
                s.delta);
  file.variable("mode_delta_magnitude", "time", "mode", "1",
                "||f_hat| - |y_hat|| / |y_hat| over the grid", s.delta_magnitude);
  write_complex(file, "mode_y_hat", {"mode", "output"}, "Fourier coefficient of the target",
                s.target);
  write_complex(file, "mode_f_hat", {"time", "mode", "output"},
                "Fourier coefficient of the outputs", s.coefficients);
}

}  // namespace

json measured_summary(const MeasuredFile& file, const measure::RecordingView& recording,
                      const measure::Options& options, double seconds) {
  const Measured& m = file.measured;
  const Ends crossing = ends_of(m.intervals.time);
  json frequencies_counted = json::array();
  for (const Index k : m.present) frequencies_counted.push_back(m.projection.frequency[k]);
  json out = {
      {"program", "fprinciple"},
      {"version", base::version()},
      {"name", file.name},
      {"title", file.title},
      {"recording",
       {{"dim", recording.dim()},
        {"samples", recording.samples()},
        {"outputs", recording.outputs()},
        {"times", recording.times()},
        {"weighted", recording.weight.minCoeff() != recording.weight.maxCoeff()},
        {"grid", m.spectrum.has_value()}}},
      {"t", in_json(m.t)},
      {"error",
       {{"relative", number(m.relative_error[m.relative_error.size() - 1])},
        {"relative_test", file.test_error ? number((*file.test_error)[m.t.size() - 1]) : json()}}},
      {"projection",
       {{"direction", in_json(m.projection.direction)},
        {"frequency", in_json(m.projection.frequency)},
        {"amplitude", in_json(m.projection.target_energy.cwiseSqrt())},
        {"delta", lists(m.projection.delta)},
        {"delta_magnitude", lists(m.projection.delta_magnitude)}}},
      {"filtering",
       {{"delta", in_json(m.filtering.delta)},
        {"e_low", lists(m.filtering.e_low)},
        {"e_high", lists(m.filtering.e_high)},
        {"share_high", in_json(m.filtering.share_high)}}},
      {"crossing",
       {{"threshold", options.threshold},
        {"time", in_json(m.crossing_time)},
        {"time_low", in_json(crossing.low)},
        {"time_high", in_json(crossing.high)},
        {"frequencies_counted", frequencies_counted},
        {"order", number(m.crossing_order)},
        {"order_low", number(m.intervals.order.low)},
        {"order_high", number(m.intervals.order.high)}}},
      {"spectral_bias",
       {{"value", number(m.spectral_bias.value)},
        {"low", number(m.intervals.spectral_bias.low)},
        {"high", number(m.intervals.spectral_bias.high)},
        {"cut", m.spectral_bias.cut}}},
      {"bootstrap", {{"seed", options.bootstrap.seed}, {"resamples", options.bootstrap.resamples}}},
      {"seconds", seconds},
      {"memory", {{"peak_mib", base::peak_memory_mib()}}},
  };
  if (m.kernel_modes)
    out["kernel"] = {{"width", *m.kernel_width},
                     {"eigenvalue", in_json(m.kernel_modes->eigenvalue)}};
  return out;
}

void write_measured(const MeasuredFile& file, const std::filesystem::path& directory) {
  io::write_netcdf(directory / kArrays,
                   [&](io::NetcdfWriter& arrays) { write_arrays(arrays, file); });
  io::write_json(directory / "summary.json", file.summary);
}

MeasuredFile read_measured(const std::filesystem::path& directory) {
  const std::filesystem::path summary_file = directory / "summary.json";
  MeasuredFile out;
  out.summary = io::read_json(summary_file);
  const io::JsonValue summary(summary_file.string(), out.summary);
  out.name = summary.at("name").text();
  out.title = summary.at("title").text();
  const io::NetcdfReader arrays(directory / kArrays);
  Measured& m = out.measured;
  if (arrays.has("relative_error_test")) out.test_error.emplace();
  if (arrays.has("kernel_share")) m.kernel_modes.emplace();
  if (arrays.has("shell_delta")) m.shells.emplace();
  Reader reader(arrays, (directory / kArrays).string());
  Ends crossing;
  VectorXd present;
  each_array(reader, out, crossing, present);
  for (Index k = 0; k < present.size(); ++k) {
    if (present[k] != 0.0) m.present.push_back(k);
    m.intervals.time.push_back({crossing.low[k], crossing.high[k]});
  }
  if (m.kernel_modes) m.kernel_width = summary.at("kernel").at("width").number();
  // null where there is none
  const auto number_or_nan = [&](const char* table, const char* key) {
    const io::JsonValue value = summary.at(table).at(key);
    return value.value().is_null() ? std::numeric_limits<double>::quiet_NaN() : value.number();
  };
  m.crossing_order = number_or_nan("crossing", "order");
  m.intervals.order = {number_or_nan("crossing", "order_low"),
                       number_or_nan("crossing", "order_high")};
  m.spectral_bias.value = number_or_nan("spectral_bias", "value");
  m.spectral_bias.cut = summary.at("spectral_bias").at("cut").number();
  m.intervals.spectral_bias = {number_or_nan("spectral_bias", "low"),
                               number_or_nan("spectral_bias", "high")};
  return out;
}

}  // namespace fprinciple::runs
