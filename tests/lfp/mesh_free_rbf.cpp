#include "lfp/kernel_flow.hpp"
#include "lfp/mesh_free.hpp"

#include <cstdio>
#include <iostream>
#include <string>

// The mesh-free limit of a problem on standard input, for scipy_rbf.py: "d n g kernel" with kernel
// "cubic" (γ_b = 0) or "linear" (γ_a = 0), n lines "x_1 … x_d y", g lines "x_1 … x_d". Prints g
// values.
int main() {
  using namespace fprinciple;
  Eigen::Index d = 0, n = 0, g = 0;
  std::string kernel;
  std::cin >> d >> n >> g >> kernel;
  Eigen::MatrixXd x(d, n), points(d, g);
  Eigen::VectorXd y(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (double& xk : x.col(i)) std::cin >> xk;
    std::cin >> y[i];
  }
  for (double& value : points.reshaped()) std::cin >> value;
  if (!std::cin) return 1;

  data::NetworkLaw law;
  law.width = 1;
  law.a = law.w = law.b = {data::Distribution::Kind::normal, 1.0};
  law.train.a = kernel == "cubic";
  law.train.b = kernel == "linear";
  law.train.w = false;
  const lfp::MeshFree model = lfp::mesh_free_2019(law, d);
  const lfp::KernelWeights weights = lfp::solve_saddle(
      {lfp::kernel_matrix(model, x, x), lfp::polynomials(model.order, x), y, 0.0});
  const Eigen::VectorXd f = lfp::values(weights, lfp::kernel_matrix(model, points, x),
                                        lfp::polynomials(model.order, points));
  for (const double value : f) std::printf("%.17g\n", value);
}
