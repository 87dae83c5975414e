#include "lfp/dual.hpp"
#include "lfp/evaluate.hpp"
#include "lfp/propagator.hpp"
#include "tests/problems.hpp"

#include <limits>

#include <benchmark/benchmark.h>

// The limit of figure 1a on the papers' lattice (4000 real unknowns), evaluated at 800 points.

namespace {

using namespace fprinciple;

void dual(benchmark::State& state) {
  const tests::Case c = tests::fig1a();
  for (auto _ : state) {
    const lfp::GridEvaluator on_grid(c.lattice, c.grid);
    benchmark::DoNotOptimize(on_grid(lfp::solve_dual(c.problem())));
  }
}
BENCHMARK(dual)->Unit(benchmark::kMillisecond);

void propagator(benchmark::State& state) {
  const tests::Case c = tests::fig1a();
  for (auto _ : state) {
    const lfp::GridEvaluator on_grid(c.lattice, c.grid);
    const lfp::Propagator flow(c.problem());
    benchmark::DoNotOptimize(on_grid(flow.coefficients(std::numeric_limits<double>::infinity())));
  }
}
BENCHMARK(propagator)->Unit(benchmark::kMillisecond);

}  // namespace
