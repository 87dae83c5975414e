#include "runs/result_file.hpp"

#include "base/error.hpp"
#include "base/version.hpp"
#include "io/netcdf.hpp"
#include "io/weights_file.hpp"

#include <fstream>

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

class Reader {
 public:
  explicit Reader(const io::NetcdfReader& file) : file_(file) {}
  void one(const std::string& name, const std::string& /*dimension*/, const std::string& /*units*/,
           const std::string& /*long_name*/, VectorXd& array) {
    array = file_.vector(name);
  }
  void one(const std::string& name, const std::string& /*dimension*/, const std::string& /*units*/,
           const std::string& /*long_name*/, std::optional<VectorXd>& array) {
    if (file_.has(name)) array = file_.vector(name);
  }
  void two(const std::string& name, const std::string& /*outer*/, const std::string& /*inner*/,
           const std::string& /*units*/, const std::string& /*long_name*/, MatrixXd& array) {
    array = file_.matrix(name);
  }
  void maybe_one(const std::string& name, const std::string& /*dimension*/,
                 const std::string& /*units*/, const std::string& /*long_name*/, VectorXd& array) {
    if (file_.has(name)) array = file_.vector(name);
  }
  void maybe_two(const std::string& name, const std::string& /*outer*/,
                 const std::string& /*inner*/, const std::string& /*units*/,
                 const std::string& /*long_name*/, MatrixXd& array) {
    if (file_.has(name)) array = file_.matrix(name);
  }

 private:
  const io::NetcdfReader& file_;
};

void write_axes(io::NetcdfWriter& file, const std::vector<data::Axis>& axes) {
  if (axes.empty()) return;
  MatrixXd table(3, static_cast<Index>(axes.size()));
  for (std::size_t k = 0; k < axes.size(); ++k)
    table.col(static_cast<Index>(k)) << axes[k].lo, axes[k].hi, static_cast<double>(axes[k].count);
  file.dimension("lo_hi_count", 3);
  file.variable("grid_axes", "dim", "lo_hi_count", "1", "regular grid: first, last and count",
                table);
}

std::vector<data::Axis> read_axes(const io::NetcdfReader& file) {
  std::vector<data::Axis> axes;
  if (!file.has("grid_axes")) return axes;
  const MatrixXd table = file.matrix("grid_axes");
  for (const auto& axis : table.colwise())
    axes.push_back({axis[0], axis[1], static_cast<Index>(axis[2])});
  return axes;
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
  std::ofstream out(directory / "summary.json");
  out << comparison.summary.dump(2) << '\n';
  if (!out.flush())
    throw RunError(fmt::format("{}: cannot be written", (directory / "summary.json").string()));
}

Comparison read_comparison(const std::filesystem::path& directory) {
  Comparison comparison;
  const std::filesystem::path summary = directory / "summary.json";
  std::ifstream in(summary);
  comparison.summary = nlohmann::json::parse(in, nullptr, false);
  if (!in || comparison.summary.is_discarded() || !comparison.summary.contains("name"))
    throw InputError(fmt::format("{}: not the summary of a run", summary.string()));
  comparison.name = comparison.summary.at("name");
  comparison.title = comparison.summary.at("title");
  const io::NetcdfReader file(directory / "result.nc");
  comparison.experiment_text = file.attribute("experiment");
  Reader reader(file);
  each_array(reader, comparison);
  comparison.grid.axes = read_axes(file);
  return comparison;
}

}  // namespace fprinciple::runs
