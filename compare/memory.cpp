#include "compare/memory.hpp"

#include "compare/theory.hpp"
#include "lfp/bounds.hpp"
#include "lfp/complete_kernel.hpp"
#include "lfp/complete_lattice.hpp"
#include "lfp/dual.hpp"
#include "lfp/kernel_flow.hpp"
#include "lfp/line_flow.hpp"
#include "lfp/mesh_free.hpp"
#include "lfp/propagator.hpp"
#include "lfp/spectrum.hpp"
#include "nn/gradient_flow.hpp"

#include <algorithm>
#include <vector>

namespace fprinciple::compare {
namespace {

using base::doubles;
using base::held;
using base::Memory;
using base::passing;
using Eigen::Index;
using Eigen::MatrixXd;

/// The sizes of a problem, as numbers that cannot overflow.
struct Sizes {
  explicit Sizes(const Problem& problem)
      : n(static_cast<double>(problem.samples.size())),
        d(static_cast<double>(problem.samples.dim())),
        points(static_cast<double>(problem.grid.size())),
        times(
            static_cast<double>(problem.training.snapshots.times.empty()
                                    ? problem.training.snapshots.count
                                    : static_cast<Index>(problem.training.snapshots.times.size())) +
            2.0),
        network(doubles((d + 2.0) * static_cast<double>(problem.law.width))) {}
  double n, d, points, times;
  double network;  ///< bytes
  double square() const { return doubles(n * n); }
  double on_grid() const { return doubles(points * n); }  ///< a kernel
  double functions() const { return doubles(points * times); }
  double grid() const { return doubles(points * d); }
};

lfp::ProblemSize lattice_size(const Problem& problem, Model model) {
  const bool divergence = model == Model::lfp2020 && problem.law.train.w;
  return {*problem.theory.lattice, divergence ? 1 + problem.samples.dim() : 1,
          problem.samples.size(), problem.theory.ridge > 0.0};
}

/// A kernel that is known at the samples and on the grid, made by `making`, and its flow.
Memory kernel_model(const Sizes& size, const Memory& making, Index n, Index q) {
  const Memory kept = held(size.square() + size.on_grid()) + lfp::kernel_flow_memory(n, q) +
                      held(2.0 * size.grid());
  return {(making + kept).peak, kept.kept};
}

/// Samples and grid side by side, as complete LFP takes them.
MatrixXd all_points(const Problem& problem) {
  MatrixXd points(problem.samples.dim(), problem.samples.size() + problem.grid.size());
  points << problem.samples.x, problem.grid.points;
  return points;
}

/// One model, solved.
Memory of_model(const Problem& problem, const Sizes& size, Model model) {
  const Index n = problem.samples.size();
  if (model == Model::linearised) return held(size.network) + kernel_model(size, {}, n, 0);
  if (model == Model::complete) {
    const Memory kernel =
        lfp::complete_kernel_memory(problem.law, all_points(problem), problem.samples.x);
    return kernel_model(size, kernel + held(size.square()), n, 0);
  }
  if (!problem.theory.lattice) {
    const int order = model == Model::lfp2020
                          ? lfp::mesh_free_2020(problem.law, problem.samples.dim()).order
                          : lfp::mesh_free_2019(problem.law, problem.samples.dim()).order;
    return kernel_model(size, {}, n, lfp::polynomial_count(order, problem.samples.dim()));
  }
  const lfp::ProblemSize lattice = lattice_size(problem, model);
  return lfp::problem_memory(lattice) + lfp::propagator_memory(lattice) + held(2.0 * size.grid());
}

/// The limit by the other routes.
Memory of_check(const Problem& problem, const Sizes& size, Model model) {
  if (problem.theory.lattice && model != Model::complete)
    return lfp::dual_memory(lattice_size(problem, model));
  return passing(size.square()) + lfp::saddle_memory(problem.samples.size(), 1);
}

/// A solution of perturbed inputs beside the first, and the mesh-free one beside a lattice's.
Memory of_uncertainty(const Problem& problem, const Sizes& size, Model model) {
  const Index n = problem.samples.size();
  if (!problem.theory.lattice || model == Model::complete || model == Model::linearised)
    return passing(4.0 * size.square()) + then_freed(lfp::kernel_flow_memory(n, 1));
  const lfp::ProblemSize lattice = lattice_size(problem, model);
  Memory out = then_freed(lfp::problem_memory(lattice) + lfp::propagator_memory(lattice));
  if (problem.theory.moments == Moments::distribution)
    out += then_freed(kernel_model(size, {}, n, 1) + held(size.functions()));
  return out;
}

std::vector<Model> other_models(const Problem& problem) {
  std::vector<Model> out;
  if (!problem.ladder || problem.theory.model == Model::power) return out;
  for (const Rung& rung : rungs)
    if (rung.lower != problem.theory.model && applies(rung.lower, problem.theory, true))
      out.push_back(rung.lower);
  return out;
}

Memory of_bounds(const Problem& problem, const Sizes& size) {
  if (!problem.bounds || !problem.theory.lattice) return {};
  constexpr Index kPointsOfBox = 1000;
  const lfp::ProblemSize lattice = lattice_size(problem, Model::lfp2019);
  return lfp::problem_memory(lattice) + held(doubles(size.points)) +
         then_freed(lfp::dual_memory(lattice)) +
         lfp::bounds_memory(lattice, problem.grid.size() + kPointsOfBox);
}

/// Training, of which the trajectory is kept. The clock of log-spaced snapshots takes the rates of
/// the tangent kernel, the flow at every step.
Memory of_training(const Problem& problem, const Sizes& size) {
  const bool rates =
      problem.training.method == nn::Method::flow || problem.training.snapshots.times.empty();
  constexpr double kCopies = 8.0;  // of the network: stages of a step, gradients, moments
  const Memory working =
      held(kCopies * size.network + size.grid()) + passing(rates ? 4.0 * size.square() : 0.0);
  return held(size.functions()) + then_freed(working);
}

/// The arrays on the grid, their spectra, and what drawing and writing them takes.
Memory of_comparison(const Problem& problem, const Sizes& size, std::size_t models) {
  Memory out = held((1.0 + static_cast<double>(models)) * size.functions() + size.grid());
  out += passing(size.square());  // K at the samples, for the loss
  const bool spectra = lfp::has_spectrum(problem.grid);
  if (spectra) out += held(2.0 * size.functions());  // half as many frequencies, four times
  return out + passing(3.0 * size.functions());
}

}  // namespace

Memory model_memory(const Problem& problem, Model model) {
  const Sizes size(problem);
  Theory theory = problem.theory;
  theory.model = model;
  if (solved_on_line(theory, problem.law, problem.samples.dim(), problem.samples.size()))
    return lfp::line_flow_memory(problem.samples.size()) +
           held(2.0 * size.grid() + doubles(4.0 * size.n));
  Memory out = of_model(problem, size, model);
  if (problem.theory.check && model == problem.theory.model) out += of_check(problem, size, model);
  return out;
}

Memory memory(const Problem& problem) {
  constexpr double kProgram = 48.0 * 1024.0 * 1024.0;
  const Sizes size(problem);
  const Model chosen = problem.theory.model;
  Memory out = held(kProgram + 3.0 * size.network + 2.0 * size.grid());
  out += of_model(problem, size, chosen);
  if (problem.theory.check) out += of_check(problem, size, chosen);
  const std::vector<Model> others = other_models(problem);
  for (const Model model : others) out += of_model(problem, size, model);
  out += of_bounds(problem, size);
  out += of_training(problem, size);
  if (problem.theory.check) out += of_uncertainty(problem, size, chosen);
  return out + of_comparison(problem, size, 1 + others.size());
}

}  // namespace fprinciple::compare
