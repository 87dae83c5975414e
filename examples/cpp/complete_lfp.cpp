// What a wide ReLU network will have learnt from four samples of the plane, by complete LFP: its
// values at five points after training without end. No network is trained.
#include <cstdio>
#include <limits>

#include <Eigen/Core>
#include <fprinciple/lfp/complete_kernel.hpp>
#include <fprinciple/lfp/kernel_flow.hpp>

using namespace fprinciple;

int main() {
  // f(x) = Σ_j a_j σ(w_j·x + b_j), j ≤ 1000, from f = 0 on.
  data::NetworkLaw law;
  law.activation = data::Activation::relu;
  law.width = 1000;
  law.a = {data::Distribution::Kind::normal, 0.3};
  law.w = {data::Distribution::Kind::normal, 1.0};
  law.b = {data::Distribution::Kind::normal, 0.7};

  // Points are columns. The samples are XOR's.
  Eigen::MatrixXd x(2, 4), points(2, 5);
  x << 1.0, 1.0, -1.0, -1.0,  //
      1.0, -1.0, 1.0, -1.0;
  const Eigen::Vector4d y(1.0, -1.0, -1.0, 1.0);
  points << 1.0, 0.5, 0.0, -0.3, 2.0,  //
      1.0, 0.5, 0.0, 0.8, 1.5;

  const lfp::KernelFlow flow({lfp::complete_kernel(law, x, x).k, Eigen::MatrixXd(4, 0), y});
  const Eigen::VectorXd forever =
      Eigen::VectorXd::Constant(1, std::numeric_limits<double>::infinity());
  const Eigen::MatrixXd f = lfp::values(
      flow.weights(forever), lfp::complete_kernel(law, points, x).k, Eigen::MatrixXd(5, 0));
  for (Eigen::Index i = 0; i < points.cols(); ++i)
    std::printf("%g %g %.12f\n", points(0, i), points(1, i), f(i, 0));
}
