#include "runs/result_file.hpp"

#include "base/error.hpp"
#include "base/version.hpp"
#include "io/json.hpp"
#include "io/netcdf.hpp"
#include "io/weights_file.hpp"
#include "runs/grid_arrays.hpp"
#include "runs/summary.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace fprinciple::runs {
namespace {

using compare::Comparison;
using compare::Model;
using compare::ModelValues;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// A model in the long names of arrays.
const char* in_words(Model model) {
  switch (model) {
    case Model::linearised:
      return "linearised network";
    case Model::complete:
      return "complete LFP";
    case Model::lfp2020:
      return "LFP-2020";
    case Model::lfp2019:
      return "LFP-2019";
    case Model::power:
      break;
  }
  return "power law";
}

/// Every array of result.nc besides the grid's, once: used to write it and to read it. `file` has
/// one(name, dimension, units, long_name, array), two(name, outer, inner, …), and maybe_one and
/// maybe_two for arrays that are empty where they do not apply. The dimension "grid" stands for all
/// of the grid's. `lfp` is the prediction, `ladder` the models of the ladder, from the network
/// down.
template <class File, class C, class Values>
void each_array(File& file, C& c, Values& lfp, const std::vector<Values*>& ladder) {
  const std::string x = "unit of x";
  const std::string y = "unit of y";
  const std::string loss = "(unit of y)^2";
  const std::string time = "t, time of the gradient flow of R_S = 1/2 sum (f - y)^2";
  file.two("x_train", "sample", "dim", x, "sample points", c.samples.x);
  file.one("y_train", "sample", y, "sample values", c.samples.y);
  file.one("t", "t", "1", time, c.t);
  file.two("f_nn", "t", "grid", y, "network", c.f_nn);
  file.two("f_lfp", "t", "grid", y, "LFP prediction", lfp.f);
  file.one("loss_nn", "t", loss, "1/2 sum (f_nn - y)^2 on the samples", c.loss_nn);
  file.one("loss_lfp", "t", loss, "1/2 sum (f_lfp - y)^2 on the samples", c.loss_lfp);
  file.one("rmse", "t", y, "root mean square of f_nn - f_lfp on the grid", c.rmse);
  file.one("f_lfp_limit", "grid", y, "LFP prediction for t to infinity", lfp.limit);
  file.maybe_one("kernel_drift", "t", "1",
                 "||K(t) - K(0)|| / ||K(0)||, Frobenius norm of the tangent kernel",
                 c.kernel_drift);
  file.maybe_one("parameter_distance", "t", "1",
                 "||theta(t) - theta(0)|| / ||theta(0)|| over the trained groups",
                 c.parameter_distance);
  file.maybe_one("switched", "t", "1",
                 "share of neurons that are active on other samples than at t = 0", c.switched);
  for (Values* const model : ladder)
    file.maybe_two(fmt::format("f_{}", base::name_of(model->model)), "t", "grid", y,
                   in_words(model->model), model->f);
  for (Values* const model : ladder)
    file.maybe_one(fmt::format("f_{}_limit", base::name_of(model->model)), "grid", y,
                   fmt::format("{}, t to infinity", in_words(model->model)), model->limit);
  file.one("target", "grid", y, "the analytic target", c.target);
  const std::string test = "1/2 n/G sum over the grid of (f - target)^2";
  file.one("test_loss_nn", "t", loss, test + ", network", c.test_loss_nn);
  file.one("test_loss_lfp", "t", loss, test + ", LFP", c.test_loss_lfp);
  file.maybe_one("uncertainty_lfp", "t", y, "estimated numerical error of f_lfp",
                 c.uncertainty_lfp);
  file.maybe_one("f_lfp_limit_truncated", "grid", y,
                 "LFP prediction for t to infinity, without the slowest directions",
                 c.limit_truncated);
  file.maybe_one("power_function", "grid", y, "rho P_S, a bound of |target - f_lfp_limit|",
                 c.power_function);
  file.one("cubic_spline", "grid", y, "natural cubic spline of the samples", c.cubic_spline);
  file.one("piecewise_linear", "grid", y, "piecewise-linear interpolant", c.piecewise_linear);
  file.maybe_one("frequency", "frequency", "cycles per unit of x", "|xi|", c.frequency);
  const std::string amplitude = "amplitude spectrum under a Hann window, ";
  file.maybe_two("spectrum_nn", "t", "frequency", y, amplitude + "network", c.spectrum_nn);
  file.maybe_two("spectrum_lfp", "t", "frequency", y, amplitude + "LFP", c.spectrum_lfp);
  const std::string share = "share of the initial spectral error that is left, ";
  file.maybe_two("spectrum_error_nn", "t", "frequency", "1", share + "network",
                 c.spectrum_error_nn);
  file.maybe_two("spectrum_error_lfp", "t", "frequency", "1", share + "LFP", c.spectrum_error_lfp);
}

class Writer {
 public:
  Writer(io::NetcdfWriter& file, std::vector<std::string> grid)
      : file_(file), grid_(std::move(grid)) {}
  void one(const std::string& name, const std::string& dimension, const std::string& units,
           const std::string& long_name, const VectorXd& array) {
    if (array.size() > 0) file_.array(name, dimensions({dimension}), units, long_name, array);
  }
  void one(const std::string& name, const std::string& dimension, const std::string& units,
           const std::string& long_name, const std::optional<VectorXd>& array) {
    if (array) one(name, dimension, units, long_name, *array);
  }
  void two(const std::string& name, const std::string& outer, const std::string& inner,
           const std::string& units, const std::string& long_name, const MatrixXd& array) {
    if (array.size() > 0)
      file_.array(name, dimensions({outer, inner}), units, long_name,
                  VectorXd::Map(array.data(), array.size()));
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
  std::vector<std::string> dimensions(const std::vector<std::string>& names) const {
    std::vector<std::string> out;
    for (const std::string& name : names)
      if (name == "grid")
        out.insert(out.end(), grid_.begin(), grid_.end());
      else
        out.push_back(name);
    return out;
  }

  io::NetcdfWriter& file_;
  std::vector<std::string> grid_;
};

/// Throws InputError when two arrays have different sizes along the same dimension, or one has
/// none. What lies over the grid may have one dimension for it, as the files of older programs
/// have, or one for each axis.
class Reader {
 public:
  Reader(const std::filesystem::path& path, const io::NetcdfReader& file)
      : path_(path), file_(file) {}
  void one(const std::string& name, const std::string& dimension, const std::string& /*units*/,
           const std::string& /*long_name*/, VectorXd& array) {
    array = dimension == "grid" && file_.shape(name).size() > 1 ? file_.numbers(name)
                                                                : file_.vector(name);
    require_size(name, dimension, array.size());
  }
  void one(const std::string& name, const std::string& dimension, const std::string& units,
           const std::string& long_name, std::optional<VectorXd>& array) {
    if (file_.has(name)) one(name, dimension, units, long_name, array.emplace());
  }
  void two(const std::string& name, const std::string& outer, const std::string& inner,
           const std::string& /*units*/, const std::string& /*long_name*/, MatrixXd& array) {
    if (file_.shape(name).size() > 2 && (outer == "grid" || inner == "grid"))
      array = over_grid(name, inner == "dim");
    else
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
  /// An array of three or more dimensions, of which all but the last, or all but the first, are the
  /// grid's.
  MatrixXd over_grid(const std::string& name, bool grid_first) const {
    const VectorXd values = file_.numbers(name);
    const std::vector<std::uint64_t>& shape = file_.shape(name);
    const auto other = static_cast<Index>(grid_first ? shape.back() : shape.front());
    const Index grid = other > 0 ? values.size() / other : 0;
    return MatrixXd::Map(values.data(), grid_first ? other : grid, grid_first ? grid : other);
  }

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

/// The model of the prediction.
Model model_in(const io::JsonValue& summary) {
  const io::JsonValue name = summary.at("lfp").at("model");
  const auto model = base::find_named<Model>(name.text());
  if (!model)
    name.fail(fmt::format("must be one of {}", fmt::join(base::all_names<Model>(), ", ")));
  return *model;
}

/// The models that were read: those of the ladder that are there, or the prediction alone. Throws
/// InputError where of a model only half is there.
void set_models(const std::filesystem::path& file, ModelValues lfp, std::vector<ModelValues> ladder,
                Comparison& c) {
  for (const ModelValues& one : ladder)
    if ((one.f.size() > 0) != (one.limit.size() > 0))
      throw InputError(fmt::format(
          "{}: a model's prediction and its limit must both be there, or neither", file.string()));
  std::erase_if(ladder, [](const ModelValues& one) { return one.f.size() == 0; });
  const auto chosen = std::find_if(ladder.begin(), ladder.end(),
                                   [&](const ModelValues& one) { return one.model == lfp.model; });
  if (chosen == ladder.end()) {
    c.models = {std::move(lfp)};
    return;
  }
  c.prediction = static_cast<std::size_t>(chosen - ladder.begin());
  c.models = std::move(ladder);
}

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

/// Throws InputError unless the summary has what the figures and pages of these arrays take from
/// it.
void require_numbers(const io::JsonValue& summary, const Comparison& c) {
  if (!summary.has("bounds") && c.power_function.size() == 0) return;
  const io::JsonValue bounds = summary.at("bounds");
  if (!bounds.at("fp_norm").value().is_null()) (void)bounds.at("fp_norm").number();
  if (c.power_function.size() == 0) return;
  for (const BoundWords& bound : bound_words) {
    (void)bounds.at(bound.key).number();
    (void)bounds.at(bound.measured).number();
  }
}

}  // namespace

void write_run(const Run& run, const std::filesystem::path& directory) {
  const Comparison& c = run.comparison;
  io::write_netcdf(directory / "result.nc", [&](io::NetcdfWriter& file) {
    file.dimension("t", c.t.size());
    file.dimension("sample", c.samples.size());
    file.dimension("dim", c.samples.dim());
    if (c.frequency.size() > 0) file.dimension("frequency", c.frequency.size());
    file.dimension("neuron", run.summary.at("problem").at("width"));
    file.attribute("title", run.title);
    file.attribute("program", "fprinciple");
    file.attribute("version", base::version());
    file.attribute("experiment", run.experiment_text);
    if (run.summary.contains("seed"))
      file.attribute("seed", run.summary.at("seed").get<std::uint64_t>());
    file.attribute("conventions", run.summary.at("conventions").dump());
    write_grid(file, c.grid);
    Writer writer(file, grid_dimensions(c.grid));
    std::vector<const ModelValues*> ladder;
    if (c.has_ladder())
      for (const ModelValues& model : c.models) ladder.push_back(&model);
    each_array(writer, c, c.lfp(), ladder);
  });
  if (run.weights_initial)
    io::write_weights(directory / "weights_initial.nc", *run.weights_initial);
  if (run.weights_final) io::write_weights(directory / "weights_final.nc", *run.weights_final);
  io::write_json(directory / "summary.json", run.summary);
}

Run read_run(const std::filesystem::path& directory) {
  Run run;
  const std::filesystem::path summary_file = directory / "summary.json";
  const std::filesystem::path result = directory / "result.nc";
  run.summary = io::read_json(summary_file);
  const io::JsonValue summary(summary_file.string(), run.summary);
  run.name = summary.at("name").text();
  run.title = summary.at("title").text();
  const io::NetcdfReader file(result);
  run.experiment_text = file.attribute("experiment");
  Comparison& c = run.comparison;
  ModelValues lfp{.model = model_in(summary)};
  std::vector<ModelValues> ladder;
  for (const compare::Rung& rung : compare::rungs) ladder.push_back({.model = rung.lower});
  std::vector<ModelValues*> places;
  for (ModelValues& model : ladder) places.push_back(&model);
  Reader reader(result, file);
  reader.two("x_grid", "grid", "dim", {}, {}, c.grid.points);
  each_array(reader, c, lfp, places);
  set_models(result, std::move(lfp), std::move(ladder), c);
  c.grid.axes = read_axes(result, file, c.grid.points);
  require_sound(result, c);
  require_numbers(summary, c);
  return run;
}

}  // namespace fprinciple::runs
