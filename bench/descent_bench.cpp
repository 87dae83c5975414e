#include "base/error.hpp"
#include "base/memory.hpp"
#include "data/target.hpp"
#include "io/netcdf.hpp"
#include "io/weights_file.hpp"
#include "nn/gradient_descent.hpp"
#include "nn/gradient_flow.hpp"
#include "nn/kernels.hpp"
#include "tests/problems.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "machine_peak.hpp"
#include <CLI/CLI.hpp>
#include <omp.h>

// Training, timed. `descent_bench --help` lists the measurements.

namespace {

using namespace fprinciple;

/// Fits the samples, without snapshots but the first and the last.
nn::Task task_of(const data::Samples& samples, const Eigen::MatrixXd& points) {
  nn::Task task{samples, points, {}, {}};
  task.snapshots.times = {1e300};
  return task;
}

struct Timed {
  double seconds = 0.0;
  nn::Trajectory result;
};

template <class F>
Timed timed(const F& train) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  nn::Trajectory result = train();
  return {std::chrono::duration<double>(Clock::now() - start).count(), std::move(result)};
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The time of a step, and the training of `steps` > 1 steps. The median of differences between
/// this training and one of a single step: what is done once does not count.
Timed step_time(const nn::Network& start, const data::Samples& samples, const nn::Descent& descent,
                std::int64_t steps, int repetitions) {
  nn::Task task = task_of(samples, samples.x.leftCols(1));
  const auto run = [&](std::int64_t count) {
    task.stop.steps = count;
    return timed([&] { return nn::gradient_descent(start, task, descent); });
  };
  Timed all;
  std::vector<double> times;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    const double once = run(1).seconds;
    all = run(steps);
    times.push_back((all.seconds - once) / static_cast<double>(steps - 1));
  }
  return {median(times), std::move(all.result)};
}

void write(const std::string& file, const nn::Network& network, const data::Samples& samples) {
  const data::Weights& theta = network.weights;
  const Eigen::VectorXd f = nn::outputs(network, samples.x);
  io::write_netcdf(file, [&](io::NetcdfWriter& out) {
    out.dimension("sample", samples.size());
    out.dimension("neuron", theta.width());
    out.dimension("dim", theta.dim());
    out.variable("f", "sample", "1", "outputs", f);
    out.variable("a", "neuron", "1", "output weights", theta.a);
    out.variable("w", "neuron", "dim", "1", "input weights", theta.w.transpose());
    out.variable("b", "neuron", "1", "biases", theta.b);
  });
}

struct StepOptions {
  std::string in, out;
  nn::Descent descent;
  std::int64_t steps = 0;
  int repetitions = 3;
};

void step(const StepOptions& options) {
  const io::NetcdfReader in(options.in);
  const data::Samples samples{in.matrix("x_train"), in.vector("y_train")};
  const nn::Network start{io::read_weights(options.in)};
  const Timed of_step =
      step_time(start, samples, options.descent, options.steps, options.repetitions);
  const auto d = static_cast<double>(samples.dim());
  const double flops =
      bench::step_flops(d, true) * static_cast<double>(samples.size() * start.weights.width());
  std::printf("{\"ms_per_step\": %.6g, \"dense_flops_per_step\": %.6g}\n", 1e3 * of_step.seconds,
              flops);
  write(options.out, of_step.result.network, samples);
}

void peak(int threads) {
  const bench::MachinePeak peak = bench::machine_peak(threads);
  std::printf(
      "{\"double_flops\": %.4g, \"single_flops\": %.4g, \"l2_bytes\": %.4g, "
      "\"memory_bytes\": %.4g}\n",
      peak.double_flops, peak.single_flops, peak.l2_bytes, peak.memory_bytes);
}

void fig1a(double step) {
  const tests::Case c = tests::fig1a();
  const nn::Network start = c.network(1, c.width);
  nn::Task task = task_of(c.samples, c.grid.points);
  task.stop.loss = 0.5e-12;
  const Timed descent = timed([&] { return nn::gradient_descent(start, task, {.step = step}); });
  std::printf(
      "figure 1a, m = %td, from one start to Σ(f−y)² < 1e-12; descent's step %.3g on ½Σ(f−y)²: "
      "%td gradients, %.3f s, t = %.4g\n%-22s %9s %9s %9s %9s %9s %19s\n",
      c.width, step, descent.result.gradients, descent.seconds, descent.result.t.tail(1)[0],
      "flow, with tolerance", "gradients", "fewer by", "seconds", "less by", "t",
      "largest difference");
  for (const double tolerance : {1e-4, 1e-5, 1e-6}) {
    // The flow takes milliseconds: the median of several, as a single one mostly maps memory.
    constexpr int kFlows = 9;
    std::vector<double> seconds;
    nn::Trajectory flow;
    for (int run = 0; run < kFlows; ++run) {
      Timed once = timed([&] { return nn::gradient_flow(start, task, {tolerance, {}}); });
      seconds.push_back(once.seconds);
      flow = std::move(once.result);
    }
    const double taken = median(seconds);
    const Eigen::VectorXd difference = flow.f.rightCols(1) - descent.result.f.rightCols(1);
    std::printf("%-22.0e %9td %9.0f %9.4f %9.0f %9.4g %19.2g\n", tolerance, flow.gradients,
                static_cast<double>(descent.result.gradients) / static_cast<double>(flow.gradients),
                taken, descent.seconds / taken, flow.t.tail(1)[0],
                difference.cwiseAbs().maxCoeff());
  }
}

/// n samples of sin(2πx) on [−1, 1].
data::Samples sine_on_line(Eigen::Index n) {
  const Eigen::MatrixXd x = Eigen::RowVectorXd::LinSpaced(n, -1.0, 1.0);
  return {x, data::values(data::sine(Eigen::VectorXd::Ones(1)), x)};
}

void line(Eigen::Index largest) {
  std::printf("%9s %14s %22s\n", "n = m", "ms per step", "slope to the line above");
  double before = 0.0;
  for (Eigen::Index n = 1000; n <= largest; n *= 10) {
    const nn::Network start = tests::fig1a().network(1, n);
    // Half of the largest stable step or less: λ_max ≤ tr K, about 6 n m with figure 1a's laws.
    const nn::Descent descent{.step = 0.1 / static_cast<double>(n * n)};
    const std::int64_t steps = std::max<std::int64_t>(5, 10'000'000 / n);
    const double seconds = step_time(start, sine_on_line(n), descent, steps, 3).seconds;
    std::printf("%9td %14.4g", n, 1e3 * seconds);
    if (before > 0.0) std::printf(" %22.2f", std::log10(seconds / before));
    std::printf("\n");
    std::fflush(stdout);
    before = seconds;
  }
}

void wide(Eigen::Index n, Eigen::Index m) {
  const nn::Network start = tests::fig1a().network(1, m);
  nn::Task task = task_of(sine_on_line(n), Eigen::RowVectorXd::LinSpaced(1000, -1.0, 1.0));
  task.stop.loss = 1e-10;
  const Timed flow = timed([&] { return nn::gradient_flow(start, task); });
  std::printf(
      "gradient flow, d = 1, n = %td, m = %td, to a loss of %.2g: %.1f s, %td gradients, "
      "%td steps, t = %.3g, peak memory %.0f MiB\n",
      n, m, flow.result.loss.tail(1)[0], flow.seconds, flow.result.gradients, flow.result.steps,
      flow.result.t.tail(1)[0], base::peak_memory_mib());
}

int run(int argc, char** argv) {
  CLI::App app("Times training.", "descent_bench");
  app.require_subcommand(1);
  app.fallthrough();
  int threads = 1;
  app.add_option("--threads", threads, "Number of threads (1)")->check(CLI::Range(1, 1024));

  StepOptions options;
  std::string precision = "double";
  CLI::App* of_step = app.add_subcommand(
      "step",
      "A step of gradient descent from given weights, as JSON; what it leads to, as NetCDF");
  of_step->add_option("in", options.in, "x_train(sample, dim), y_train(sample), a, w, b")
      ->required();
  of_step->add_option("out", options.out, "f(sample), a, w, b after all steps")->required();
  of_step->add_option("--steps", options.steps, "How many")
      ->required()
      ->check(CLI::Range(2, 1'000'000'000));
  of_step->add_option("--step", options.descent.step, "η on ½ Σ (f − y)²")->required();
  of_step->add_option("--precision", precision, "double (default) or single")
      ->check(CLI::IsMember({"double", "single"}));
  of_step->add_option("--repetitions", options.repetitions, "The median of how many (3)")
      ->check(CLI::Range(1, 1000));
  CLI::App* of_fig1a = app.add_subcommand(
      "fig1a", "Figure 1a to Σ(f−y)² < 1e-12, by gradient flow and by the paper's descent");
  double descent_step = 1e-5;
  of_fig1a->add_option("--step", descent_step,
                       "η on ½Σ(f−y)² (1e-5; the paper's are 5e-6 to 1e-5 on Σ(f−y)²)");
  Eigen::Index largest = 1'000'000;
  CLI::App* of_line =
      app.add_subcommand("line", "A step in one dimension for n = m = 1000, 10,000, …");
  of_line->add_option("--largest", largest, "The last n (1000000)");
  Eigen::Index samples = 1000, width = 1'000'000;
  CLI::App* of_wide =
      app.add_subcommand("wide", "Gradient flow of a wide network in one dimension: time, memory");
  of_wide->add_option("--samples", samples, "n (1000)");
  of_wide->add_option("--width", width, "m (1000000)");
  CLI::App* of_peak = app.add_subcommand("peak", "What the machine does at most, as JSON");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  base::reuse_freed_memory();
  omp_set_num_threads(threads);
  if (precision == "single") options.descent.precision = nn::Descent::Precision::single_precision;
  if (*of_step) step(options);
  if (*of_fig1a) fig1a(descent_step);
  if (*of_line) line(largest);
  if (*of_wide) wide(samples, width);
  if (*of_peak) peak(threads);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "descent_bench: %s\n", error.what());
    return 1;
  }
}
