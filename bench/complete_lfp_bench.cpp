#include "base/error.hpp"
#include "base/memory.hpp"
#include "io/netcdf.hpp"
#include "lfp/complete_kernel.hpp"
#include "lfp/kernel_flow.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include <omp.h>

// Complete LFP for peers/neural_tangents.py: complete_lfp_bench IN.nc OUT.nc --threads N
// IN: x_train(sample, dim), y_train(sample), x_grid(grid, dim), t(time). OUT: f(time, grid) and
// kernel(sample, sample). The network: ReLU, w, b and a of unit normal laws, s = 1/√m.
int main(int argc, char** argv) {
  using namespace fprinciple;
  using Clock = std::chrono::steady_clock;
  if (argc != 5 || std::string(argv[3]) != "--threads") {
    std::fprintf(stderr, "usage: complete_lfp_bench IN.nc OUT.nc --threads N\n");
    return 2;
  }
  try {
    base::reuse_freed_memory();
    omp_set_num_threads(std::atoi(argv[4]));
    const io::NetcdfReader in(argv[1]);
    const Eigen::MatrixXd x = in.matrix("x_train");
    const Eigen::VectorXd y = in.vector("y_train");
    const Eigen::MatrixXd points = in.matrix("x_grid");
    const Eigen::VectorXd t = in.vector("t");
    data::NetworkLaw law;
    law.width = 1;
    law.a = law.w = law.b = {data::Distribution::Kind::normal, 1.0};

    const auto start = Clock::now();
    const Eigen::MatrixXd k = lfp::complete_kernel(law, x, x).k;
    const Eigen::MatrixXd k_points = lfp::complete_kernel(law, points, x).k;
    const auto kernels = Clock::now();
    const lfp::KernelFlow flow({k, Eigen::MatrixXd(x.cols(), 0), y, 0.0});
    const Eigen::MatrixXd f =
        lfp::values(flow.weights(t), k_points, Eigen::MatrixXd(points.cols(), 0));
    const auto end = Clock::now();

    const auto seconds = [](auto from, auto to) {
      return std::chrono::duration<double>(to - from).count();
    };
    std::printf("{\"kernel_seconds\": %.6f, \"flow_seconds\": %.6f, \"total_seconds\": %.6f}\n",
                seconds(start, kernels), seconds(kernels, end), seconds(start, end));
    io::write_netcdf(argv[2], [&](io::NetcdfWriter& out) {
      out.dimension("time", t.size());
      out.dimension("grid", points.cols());
      out.dimension("sample", x.cols());
      out.dimension("sample_", x.cols());
      out.variable("f", "time", "grid", "1", "complete LFP", f);
      out.variable("kernel", "sample_", "sample", "1", "complete tangent kernel", k);
    });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "complete_lfp_bench: %s\n", error.what());
    return 1;
  }
}
