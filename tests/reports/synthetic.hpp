#pragma once

#include "runs/run.hpp"

#include <filesystem>
#include <string>

#include <unistd.h>

namespace fprinciple::tests {

/// A run in closed form: f_lfp(x, t) = Σ_v (1 − e^{−t/v³}) sin(2π v·x)/v, so that low
/// frequencies come first, and f_nn = f_lfp + a small wave.
inline runs::Run synthetic(Eigen::Index dim, bool with_target) {
  using Eigen::Index;
  using Eigen::VectorXd;
  constexpr double pi = 3.14159265358979323846;
  runs::Run run;
  compare::Comparison& c = run.comparison;
  run.name = "synthetic";
  run.title = "Sines, <b>low & first</b> \"quoted\"";
  run.experiment_text = "title = \"</pre><script>alert(1)</script>\"\n";
  const Index side = dim == 1 ? 80 : 9;
  c.grid = data::make_grid(
      std::vector<data::Axis>(static_cast<std::size_t>(dim), data::Axis{0.0, 1.0, side}));
  const Index points = c.grid.size(), times = 20;
  c.t = VectorXd::Zero(times);
  for (Index j = 1; j < times; ++j)
    c.t[j] = 1e-3 * std::pow(1e6, double(j - 1) / double(times - 2));

  const auto wave = [&](double v) -> VectorXd {
    return (2 * pi * v * c.grid.points.colwise().sum().transpose().array()).sin() / v;
  };
  c.models = {{.model = compare::Model::lfp2019,
               .f = Eigen::MatrixXd::Zero(points, times),
               .limit = VectorXd::Zero(points)}};
  auto& [model, f, limit] = c.models.front();
  for (const double v : {1.0, 2.0, 4.0}) {
    limit += wave(v);
    for (Index j = 0; j < times; ++j) f.col(j) += (1 - std::exp(-c.t[j] / (v * v * v))) * wave(v);
  }
  c.f_nn = f;
  for (Index j = 1; j < times; ++j) c.f_nn.col(j) += 0.01 * wave(3.0);
  c.rmse = ((c.f_nn - f).colwise().squaredNorm() / double(points)).cwiseSqrt().transpose();
  c.loss_lfp = (-2 * c.t.array()).exp();
  c.loss_nn = 1.01 * c.loss_lfp;

  c.samples.x = Eigen::MatrixXd::Constant(dim, 3, 0.25);
  c.samples.x.row(0) << 0.0, 0.5, 1.0;
  c.samples.y = VectorXd::LinSpaced(3, -1.0, 1.0);
  if (dim == 1) {
    c.cubic_spline = limit;
    c.piecewise_linear = VectorXd::Zero(points);
  }
  if (with_target) {
    c.target = limit;
    c.test_loss_nn = 2 * c.loss_nn;
    c.test_loss_lfp = 2 * c.loss_lfp;
  }

  const Index frequencies = 12;
  c.frequency = VectorXd::LinSpaced(frequencies, 0.0, 11.0);
  c.spectrum_lfp.resize(frequencies, times);
  c.spectrum_error_lfp.resize(frequencies, times);
  for (Index i = 0; i < frequencies; ++i) {
    c.spectrum_lfp.row(i).setConstant(1.0 / double(i + 1));
    c.spectrum_error_lfp.row(i) = (-c.t / std::pow(double(i + 1), 3)).array().exp().transpose();
  }
  c.spectrum_nn = c.spectrum_lfp;
  c.spectrum_error_nn = c.spectrum_error_lfp;

  run.summary = {{"program", "fprinciple"},
                 {"version", "9.8.7"},
                 {"seed", 18446744073709551615ULL},
                 {"conventions", {{"time", "t of ½Σ(f−y)²"}}},
                 {"problem", {{"dim", dim}, {"samples", 3}, {"width", 12345678}}},
                 {"error", {{"rmse", 0.00381249}, {"relative_l2", 0.99951}, {"max", 9.9999e-7}}},
                 {"error_limit", {{"rmse", nullptr}}},
                 {"lfp", {{"model", "lfp2019"}}},
                 {"train", {{"method", "flow"}, {"loss", 8.76543e-13}, {"seconds", 54321.5}}},
                 {"solvers",
                  {{"ode", {{"skipped", "the lattice is <too> large"}}},
                   {"propagator", {{"seconds", 0.25}, {"max_difference", 4.5678e-14}}}}},
                 {"warnings", {"p_b(0) was estimated & <may> be off"}}};
  return run;
}

/// A directory of its own that is removed in the end.
struct ScratchDirectory {
  std::filesystem::path path;
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "fprinciple-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path); }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
};

}  // namespace fprinciple::tests
