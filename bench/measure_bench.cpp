#include "base/memory.hpp"
#include "base/stopwatch.hpp"
#include "data/random.hpp"
#include "measure/filtering.hpp"
#include "measure/projection.hpp"

#include <cmath>
#include <ctime>
#include <string>

#include <fmt/format.h>
#include <omp.h>

// What measuring a recording of the shape of Fashion-MNIST takes: 70,000 samples of dimension 784,
// 10 outputs, 60 snapshots; 100 frequencies, 10 widths.
//   measure_bench [SAMPLES [SHARE]]
// Filters are made for a SHARE of the samples (default 0.02) against all of them, and the whole is
// that time over the share: its cost is the same for every one of them.
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd uniform(Index rows, Index columns, std::uint64_t seed) {
  MatrixXd out(rows, columns);
  for (Index i = 0; i < out.size(); ++i)
    out.data()[i] = fprinciple::data::uniform_pair(seed, fprinciple::data::Stream::sample_x,
                                                   static_cast<std::uint64_t>(i), 0)[0];
  return out;
}

struct Enough {};

}  // namespace

int main(int argc, char** argv) {
  using namespace fprinciple;
  const Index n = argc > 1 ? std::stol(argv[1]) : 70'000;
  const double share = argc > 2 ? std::stod(argv[2]) : 0.02;
  measure::Recording r;
  r.x = uniform(784, n, 1);
  r.y = uniform(10, n, 2);
  r.t = VectorXd::LinSpaced(60, 1.0, 60.0);
  r.f = uniform(10, n * 60, 3);
  const measure::RecordingView view(r);
  fmt::print("{} samples, {} threads\n", n, omp_get_max_threads());

  base::Stopwatch watch;
  const VectorXd direction = measure::principal_direction(view);
  fmt::print("first principal component   {:8.2f} s\n", watch.seconds());
  watch = {};
  (void)measure::project(view, direction, VectorXd::LinSpaced(100, 0.1, 10.0));
  fmt::print("projections, 100 frequencies{:8.2f} s\n", watch.seconds());
  watch = {};
  (void)measure::default_widths(view, direction);
  fmt::print("widths of filters           {:8.2f} s\n", watch.seconds());

  // Distances of these samples are about 11.4, so no tile of these widths is left out.
  watch = {};
  const std::clock_t start = std::clock();
  double done = 0.0;
  try {
    (void)measure::filter(view, VectorXd::LinSpaced(10, 2.0, 20.0), [&](double part) {
      done = part;
      if (part >= share) throw Enough{};
    });
  } catch (const Enough&) {
  }
  const double seconds = watch.seconds();
  // What all threads have used: on a machine that does other work, too, the wall clock says little.
  const double used = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  fmt::print(
      "filters, 10 widths          {:8.2f} s for a share of {:.4f}: {:.0f} s for all, {:.0f} s of "
      "one core\n",
      seconds, done, seconds / done, used / done);
  fmt::print("peak memory                 {:8.2f} GiB\n", base::peak_memory_mib() / 1024.0);
}
