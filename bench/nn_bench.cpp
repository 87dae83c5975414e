#include "base/memory.hpp"
#include "nn/gradient_descent.hpp"
#include "nn/kernels.hpp"
#include "nn/tangent_kernel.hpp"
#include "tests/problems.hpp"

#include <chrono>
#include <string>

#include "machine_peak.hpp"
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <omp.h>

// The kernels of training, with the rate of the flops that they need (machine_peak.hpp says which)
// and the shares that they reach of the machine's peaks: `of_fma` of the FMA throughput,
// `of_memory` of the memory bandwidth, for the parameters that must be read and written. On
// OMP_NUM_THREADS.

namespace {

using namespace fprinciple;

constexpr Eigen::Index kSamples = 1000;
constexpr Eigen::Index kWidth = 4096;
constexpr double kPairs = static_cast<double>(kSamples * kWidth);
constexpr std::int64_t kSteps = 20;  // of a training

struct Problem {
  nn::Network network;
  data::Samples samples;
};

Problem problem(Eigen::Index d, data::Activation activation) {
  Problem p{{nn::draw_weights({.width = kWidth,
                               .a = tests::normal(0.01),
                               .w = tests::normal(1.0),
                               .b = tests::normal(1.0)},
                              d, {.seed = 1, .antisymmetric = false})},
            {tests::random_matrix(d, kSamples, 1), tests::random_vector(kSamples, 2)}};
  p.network.activation = activation;
  return p;
}

/// Runs `work`, which is `batch` pieces of `flops` flops and `bytes` bytes each.
template <class Work>
void measure(benchmark::State& state, std::int64_t batch, double flops, double bytes,
             double peak_flops, double peak_bytes, const Work& work) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  while (state.KeepRunningBatch(batch)) work();
  const double each = std::chrono::duration<double>(Clock::now() - start).count() /
                      static_cast<double>(state.iterations());
  state.counters["flops"] = flops / each;
  state.counters["of_fma"] = flops / each / peak_flops;
  state.counters["of_memory"] = bytes / each / peak_bytes;
}

template <class Work>
void add(const std::string& name, const Work& work) {
  benchmark::RegisterBenchmark(name.c_str(), work)->Unit(benchmark::kMillisecond)->UseRealTime();
}

void add_kernels(const bench::MachinePeak& peak, Eigen::Index d, data::Activation activation) {
  const bool relu = activation == data::Activation::relu;
  const auto dim = static_cast<double>(d);
  const double parameters = (dim + 2) * kWidth;
  const std::string suffix = fmt::format("/{}/d={}", base::name_of(activation), d);
  const auto add_kernel = [&](const char* name, double flops, double bytes, auto kernel) {
    add(name + suffix, [=](benchmark::State& state) {
      const Problem p = problem(d, activation);
      measure(state, 1, flops, bytes, peak.double_flops, peak.memory_bytes,
              [&] { benchmark::DoNotOptimize(kernel(p)); });
    });
  };
  add_kernel("outputs", kPairs * bench::forward_flops(dim), 8 * parameters,
             [](const Problem& p) { return nn::outputs(p.network, p.samples.x); });
  add_kernel(
      "weighted_gradient", kPairs * bench::backward_flops(dim, relu), 16 * parameters,
      [](const Problem& p) { return nn::weighted_gradient(p.network, p.samples.x, p.samples.y); });
  // Half of H H^T and of G G^T, which are symmetric; what is O(n m) is not counted.
  add_kernel("tangent_kernel", 2 * kPairs * kSamples, 8 * parameters + 8.0 * kSamples * kSamples,
             [](const Problem& p) { return nn::tangent_kernel(p.network, p.samples.x); });

  const auto add_step = [&](const char* name, nn::Descent::Precision precision, double peak_flops,
                            double size) {
    add(name + suffix, [=](benchmark::State& state) {
      const Problem p = problem(d, activation);
      // Stable: λ_max ≤ tr K, less than n m (d + 1) with these laws.
      const nn::Descent descent{.step = 1.0 / (kPairs * (dim + 1)), .precision = precision};
      nn::Task task{p.samples, p.samples.x.leftCols(1), {}, {}};
      task.stop.steps = kSteps;
      task.snapshots.times = {1e300};  // none but the first and the last
      measure(state, kSteps, kPairs * bench::step_flops(dim, relu), 2 * size * parameters,
              peak_flops, peak.memory_bytes,
              [&] { benchmark::DoNotOptimize(nn::gradient_descent(p.network, task, descent)); });
    });
  };
  add_step("step", nn::Descent::Precision::double_precision, peak.double_flops, 8);
  add_step("step_single", nn::Descent::Precision::single_precision, peak.single_flops, 4);
}

}  // namespace

int main(int argc, char** argv) {
  base::reuse_freed_memory();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const bench::MachinePeak peak = bench::machine_peak(omp_get_max_threads());
  benchmark::AddCustomContext(
      "peak", fmt::format("{} threads; FMA, double and single: {:.1f} and {:.1f} Gflop/s; triad in "
                          "L2 and in memory: {:.1f} and {:.1f} GB/s",
                          omp_get_max_threads(), peak.double_flops / 1e9, peak.single_flops / 1e9,
                          peak.l2_bytes / 1e9, peak.memory_bytes / 1e9));
  for (const auto activation : {data::Activation::relu, data::Activation::tanh})
    for (const Eigen::Index d : {1, 2, 10, 64}) add_kernels(peak, d, activation);
  benchmark::RunSpecifiedBenchmarks();
}
