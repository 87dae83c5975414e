#include "runs/result_file.hpp"

#include "base/error.hpp"
#include "base/version.hpp"
#include "compare/bounds.hpp"
#include "io/json.hpp"
#include "io/netcdf.hpp"
#include "io/weights_file.hpp"

#include <cmath>
#include <map>

#include <spdlog/fmt/fmt.h>

namespace fprinciple::runs {
namespace {

using compare::Comparison;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Every array of result.nc, once: used to write it and to read it. `file` has one(name, dimension,
/// units, long_name, array), two(name, outer, inner, …), and maybe_one and maybe_two for
/// arrays that are empty where they do not apply.
template <class File, class C>
void each_array(File& file, C& c) {
  const std::string x = "unit of x";
  const std::string y = "unit of y";
  const std::string loss = "(unit of y)^2";
  const std::string time = "t, time of the gradient flow of R_S = 1/2 sum (f - y)^2";
  file.two("x_train", "sample", "dim", x, "sample points", c.samples.x);
  file.one("y_train", "sample", y, "sample values", c.samples.y);
  file.two("x_grid", "grid", "dim", x, "grid points", c.grid.points);
  file.one("t", "time", "1", time, c.t);
  file.two("f_nn", "time", "grid", y, "network", c.f_nn);
  file.two("f_lfp", "time", "grid", y, "LFP prediction", c.f_lfp);
  file.one("loss_nn", "time", loss, "1/2 sum (f_nn - y)^2 on the samples", c.loss_nn);
  file.one("loss_lfp", "time", loss, "1/2 sum (f_lfp - y)^2 on the samples", c.loss_lfp);
  file.one("rmse", "time", y, "root mean square of f_nn - f_lfp on the grid", c.rmse);
  file.one("f_lfp_limit", "grid", y, "LFP prediction for t to infinity", c.f_lfp_limit);
  file.maybe_one("kernel_drift", "time", "1",
                 "||K(t) - K(0)|| / ||K(0)||, Frobenius norm of the tangent kernel",
                 c.kernel_drift);
  file.maybe_one("parameter_distance", "time", "1",
                 "||theta(t) - theta(0)|| / ||theta(0)|| over the trained groups",
                 c.parameter_distance);
  file.maybe_one("switched", "time", "1",
                 "share of neurons that are active on other samples than at t = 0", c.switched);
  file.maybe_two("f_linearised", "time", "grid", y, "linearised network", c.f_linearised);
  file.maybe_two("f_complete", "time", "grid", y, "complete LFP", c.f_complete);
  file.maybe_two("f_lfp2020", "time", "grid", y, "LFP-2020", c.f_lfp2020);
  file.maybe_two("f_lfp2019", "time", "grid", y, "LFP-2019", c.f_lfp2019);
  const std::string limit = ", t to infinity";
  file.maybe_one("f_linearised_limit", "grid", y, "linearised network" + limit,
                 c.f_linearised_limit);
  file.maybe_one("f_complete_limit", "grid", y, "complete LFP" + limit, c.f_complete_limit);
  file.maybe_one("f_lfp2020_limit", "grid", y, "LFP-2020" + limit, c.f_lfp2020_limit);
  file.maybe_one("f_lfp2019_limit", "grid", y, "LFP-2019" + limit, c.f_lfp2019_limit);
  file.one("target", "grid", y, "the analytic target", c.target);
  const std::string test = "1/2 n/G sum over the grid of (f - target)^2";
  file.one("test_loss_nn", "time", loss, test + ", network", c.test_loss_nn);
  file.one("test_loss_lfp", "time", loss, test + ", LFP", c.test_loss_lfp);
  file.maybe_one("power_function", "grid", y, "rho P_S, a bound of |target - f_lfp_limit|",
                 c.power_function);
  file.one("cubic_spline", "grid", y, "natural cubic spline of the samples", c.cubic_spline);
  file.one("piecewise_linear", "grid", y, "piecewise-linear interpolant", c.piecewise_linear);
  file.maybe_one("frequency", "frequency", "cycles per unit of x", "|xi|", c.frequency);
  const std::string amplitude = "amplitude spectrum under a Hann window, ";
  file.maybe_two("spectrum_nn", "time", "frequency", y, amplitude + "network", c.spectrum_nn);
  file.maybe_two("spectrum_lfp", "time", "frequency", y, amplitude + "LFP", c.spectrum_lfp);
  const std::string share = "share of the initial spectral error that is left, ";
  file.maybe_two("spectrum_error_nn", "time", "frequency", "1", share + "network",
                 c.spectrum_error_nn);
  file.maybe_two("spectrum_error_lfp", "time", "frequency", "1", share + "LFP",
                 c.spectrum_error_lfp);
}

class Writer {
 public:
  explicit Writer(io::NetcdfWriter& file) : file_(file) {}
  void one(const std::string& name, const std::string& dimension, const std::string& units,
           const std::string& long_name, const VectorXd& array) {
    if (array.size() > 0) file_.variable(name, dimension, units, long_name, array);
  }
  void one(const std::string& name, const std::string& dimension, const std::string& units,
           const std::string& long_name, const std::optional<VectorXd>& array) {
    if (array) file_.variable(name, dimension, units, long_name, *array);
  }
  void two(const std::string& name, const std::string& outer, const std::string& inner,
           const std::string& units, const std::string& long_name, const MatrixXd& array) {
    if (array.size() > 0) file_.variable(name, outer, inner, units, long_name, array);
  }
  // What is empty is left out.
  void maybe_one(const std::string& name, const std::string& dimension, const std::string& units,
                 const std::string& long_name, const VectorXd& array) {
    one(name, dimension, units, long_name, array);
  }
  void maybe_two(const std::string& name, const std::string& outer, const std::string& inner,
                 const std::string& units, const std::string& long_name, const MatrixXd& array) {
    two(name, outer, inner, units, long_name, array);
  }

 private:
  io::NetcdfWriter& file_;
};

/// Throws InputError when two arrays have different sizes along the same dimension, or one has
/// none.
class Reader {
 public:
  Reader(const std::filesystem::path& path, const io::NetcdfReader& file)
      : path_(path), file_(file) {}
  void one(const std::string& name, const std::string& dimension, const std::string& /*units*/,
           const std::string& /*long_name*/, VectorXd& array) {
    array = file_.vector(name);
    require_size(name, dimension, array.size());
  }
  void one(const std::string& name, const std::string& dimension, const std::string& units,
           const std::string& long_name, std::optional<VectorXd>& array) {
    if (file_.has(name)) one(name, dimension, units, long_name, array.emplace());
  }
  void two(const std::string& name, const std::string& outer, const std::string& inner,
           const std::string& /*units*/, const std::string& /*long_name*/, MatrixXd& array) {
    array = file_.matrix(name);
    require_size(name, outer, array.cols());
    require_size(name, inner, array.rows());
  }
  void maybe_one(const std::string& name, const std::string& dimension, const std::string& units,
                 const std::string& long_name, VectorXd& array) {
    if (file_.has(name)) one(name, dimension, units, long_name, array);
  }
  void maybe_two(const std::string& name, const std::string& outer, const std::string& inner,
                 const std::string& units, const std::string& long_name, MatrixXd& array) {
    if (file_.has(name)) two(name, outer, inner, units, long_name, array);
  }

 private:
  void require_size(const std::string& name, const std::string& dimension, Index size) {
    const auto [known, first] = sizes_.emplace(dimension, size);
    if (size == 0 || known->second != size)
      throw InputError(fmt::format("{}: variable {} has {} values along {}, must have {}",
                                   path_.string(), name, size, dimension,
                                   first ? "one at least" : fmt::format("{}", known->second)));
  }

  const std::filesystem::path& path_;
  const io::NetcdfReader& file_;
  std::map<std::string, Index> sizes_;  ///< along each dimension, by the first array that has it
};

/// What every figure and page relies on, besides sizes. Throws InputError.
void require_sound(const std::filesystem::path& file, const Comparison& c) {
  const auto require = [&](bool holds, const char* what) {
    if (!holds) throw InputError(fmt::format("{}: {}", file.string(), what));
  };
  const auto increases = [](const VectorXd& v) {
    return v.allFinite() &&
           (v.size() < 2 || (v.tail(v.size() - 1) - v.head(v.size() - 1)).minCoeff() > 0.0);
  };
  require(c.samples.x.allFinite(), "variable x_train must be finite");
  require(c.samples.y.allFinite(), "variable y_train must be finite");
  require(c.grid.points.allFinite(), "variable x_grid must be finite");
  require(increases(c.t) && c.t[0] == 0.0, "variable t must increase from 0");
  for (const auto& [f, limit] :
       {std::pair(&Comparison::f_linearised, &Comparison::f_linearised_limit),
        std::pair(&Comparison::f_complete, &Comparison::f_complete_limit),
        std::pair(&Comparison::f_lfp2020, &Comparison::f_lfp2020_limit),
        std::pair(&Comparison::f_lfp2019, &Comparison::f_lfp2019_limit)})
    require(((c.*f).size() > 0) == ((c.*limit).size() > 0),
            "a model's prediction and its limit must both be there, or neither");
  require(c.target.has_value() == c.test_loss_nn.has_value() &&
              c.target.has_value() == c.test_loss_lfp.has_value(),
          "target, test_loss_nn and test_loss_lfp must all be there, or none");
  const bool spectra = c.frequency.size() > 0;
  require(spectra == (c.spectrum_nn.size() > 0) && spectra == (c.spectrum_lfp.size() > 0) &&
              spectra == (c.spectrum_error_nn.size() > 0) &&
              spectra == (c.spectrum_error_lfp.size() > 0),
          "frequency and the spectra must all be there, or none");
  require(increases(c.frequency), "variable frequency must increase");
}

void write_axes(io::NetcdfWriter& file, const std::vector<data::Axis>& axes) {
  if (axes.empty()) return;
  MatrixXd table(3, static_cast<Index>(axes.size()));
  for (std::size_t k = 0; k < axes.size(); ++k)
    table.col(static_cast<Index>(k)) << axes[k].lo, axes[k].hi, static_cast<double>(axes[k].count);
  file.dimension("lo_hi_count", 3);
  file.variable("grid_axes", "dim", "lo_hi_count", "1", "regular grid: first, last and count",
                table);
}

/// Of a grid with these points, d × G.
std::vector<data::Axis> read_axes(const std::filesystem::path& path, const io::NetcdfReader& file,
                                  const MatrixXd& points) {
  std::vector<data::Axis> axes;
  if (!file.has("grid_axes")) return axes;
  const MatrixXd table = file.matrix("grid_axes");
  const auto most = static_cast<double>(points.cols());
  bool sound = table.rows() == 3 && table.cols() == points.rows() && table.allFinite();
  double size = 1.0;
  for (Index k = 0; sound && k < table.cols(); ++k) {
    const double count = table(2, k);
    sound =
        count >= 1.0 && count <= most && count == std::floor(count) && table(0, k) <= table(1, k);
    if (sound) axes.push_back({table(0, k), table(1, k), static_cast<Index>(count)});
    size *= count;
  }
  if (!sound || size != most)
    throw InputError(
        fmt::format("{}: grid_axes must have first, last and count of {} axes with {} "
                    "points in all, as x_grid has",
                    path.string(), points.rows(), points.cols()));
  return axes;
}

/// Throws InputError unless the summary has what the figures and pages of these arrays take from
/// it.
void require_numbers(const io::JsonValue& summary, const Comparison& c) {
  if (!summary.has("bounds") && c.power_function.size() == 0) return;
  const io::JsonValue bounds = summary.at("bounds");
  if (!bounds.at("fp_norm").value().is_null()) (void)bounds.at("fp_norm").number();
  if (c.power_function.size() == 0) return;
  for (const compare::BoundWords& bound : compare::bound_words) {
    (void)bounds.at(bound.key).number();
    (void)bounds.at(bound.measured).number();
  }
}

}  // namespace

void write_comparison(const Comparison& comparison, const std::filesystem::path& directory) {
  io::write_netcdf(directory / "result.nc", [&](io::NetcdfWriter& file) {
    file.dimension("time", comparison.t.size());
    file.dimension("grid", comparison.grid.size());
    file.dimension("sample", comparison.samples.size());
    file.dimension("dim", comparison.samples.dim());
    if (comparison.frequency.size() > 0) file.dimension("frequency", comparison.frequency.size());
    file.dimension("neuron", comparison.summary.at("problem").at("width"));
    file.attribute("title", comparison.title);
    file.attribute("program", "fprinciple");
    file.attribute("version", base::version());
    file.attribute("experiment", comparison.experiment_text);
    if (comparison.summary.contains("seed"))
      file.attribute("seed", comparison.summary.at("seed").dump());
    file.attribute("conventions", comparison.summary.at("conventions").dump());
    write_axes(file, comparison.grid.axes);
    Writer writer(file);
    each_array(writer, comparison);
  });
  if (comparison.weights_initial)
    io::write_weights(directory / "weights_initial.nc", *comparison.weights_initial);
  if (comparison.weights_final)
    io::write_weights(directory / "weights_final.nc", *comparison.weights_final);
  io::write_json(directory / "summary.json", comparison.summary);
}

Comparison read_comparison(const std::filesystem::path& directory) {
  Comparison comparison;
  const std::filesystem::path summary_file = directory / "summary.json";
  const std::filesystem::path result = directory / "result.nc";
  comparison.summary = io::read_json(summary_file);
  const io::JsonValue summary(summary_file.string(), comparison.summary);
  comparison.name = summary.at("name").text();
  comparison.title = summary.at("title").text();
  const io::NetcdfReader file(result);
  comparison.experiment_text = file.attribute("experiment");
  Reader reader(result, file);
  each_array(reader, comparison);
  comparison.grid.axes = read_axes(result, file, comparison.grid.points);
  require_sound(result, comparison);
  require_numbers(summary, comparison);
  return comparison;
}

}  // namespace fprinciple::runs
