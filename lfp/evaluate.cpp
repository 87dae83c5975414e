#include "lfp/evaluate.hpp"

#include "base/parallel.hpp"
#include "base/require.hpp"
#include "lfp/checks.hpp"

#include <bit>
#include <cmath>
#include <numbers>

namespace fprinciple::lfp {
namespace {

using Eigen::Index;

/// e^{2πi turns}, whole turns dropped first.
std::complex<double> turn(long double turns) {
  return std::polar(1.0, 2.0 * std::numbers::pi * static_cast<double>(turns - std::rint(turns)));
}

Index convolution_length(Index modes, Index points) {
  return static_cast<Index>(std::bit_ceil(static_cast<std::size_t>(modes + points - 1)));
}

}  // namespace

GridEvaluator::ChirpTransform::ChirpTransform(const Lattice& lattice, Index axis,
                                              const data::Axis& grid)
    : pre_(lattice.axis_size(axis)),
      kernel_(Eigen::VectorXcd::Zero(convolution_length(pre_.size(), grid.count))),
      post_(grid.count),
      forward_({kernel_.size()}, base::Fft::Sign::forward),
      backward_({kernel_.size()}, base::Fft::Sign::backward) {
  const long double start = static_cast<long double>(grid.lo) / lattice.box;
  const long double step = static_cast<long double>(grid.spacing()) / lattice.box;
  const auto half_square = [&](Index j) {  // j²/2 steps, in turns
    return static_cast<long double>(j) * static_cast<long double>(j) / 2 * step;
  };
  const auto k_0 = static_cast<long double>(lattice.axis_start(axis));
  for (Index k = 0; k < pre_.size(); ++k)
    pre_[k] = turn(static_cast<long double>(k) * start + half_square(k));
  for (Index g = 0; g < post_.size(); ++g)
    post_[g] = turn(k_0 * (start + static_cast<long double>(g) * step) + half_square(g));
  for (Index j = 0; j < post_.size(); ++j) kernel_[j] = turn(-half_square(j));
  for (Index j = 1; j < pre_.size(); ++j) kernel_[kernel_.size() - j] = turn(-half_square(j));
  forward_(kernel_);
  kernel_ /= static_cast<double>(kernel_.size());
}

Eigen::MatrixXcd GridEvaluator::ChirpTransform::operator()(const Eigen::MatrixXcd& c) const {
  Eigen::MatrixXcd out(post_.size(), c.cols());
  base::parallel_for(c.cols(), c.cols() > 1, [&](Index column) {
    Eigen::VectorXcd work = Eigen::VectorXcd::Zero(kernel_.size());
    work.head(pre_.size()) = c.col(column).cwiseProduct(pre_);
    forward_(work);
    work = work.cwiseProduct(kernel_).eval();
    backward_(work);
    out.col(column) = work.head(post_.size()).cwiseProduct(post_);
  });
  return out;
}

GridEvaluator::GridEvaluator(const Lattice& lattice, const data::Grid& grid)
    : lattice_(lattice), grid_(grid) {
  require_lattice(lattice);
  require_points("grid.points", grid.points, lattice.dim);
  transforms_.reserve(grid.axes.size());
  for (std::size_t axis = 0; axis < grid.axes.size(); ++axis)
    transforms_.emplace_back(lattice, static_cast<Index>(axis), grid.axes[axis]);
}

Eigen::VectorXd GridEvaluator::operator()(const Eigen::MatrixXcd& c) const {
  base::require_size("c", c.rows(), lattice_.size());
  base::require(c.cols() <= 1 + lattice_.dim, "c.cols()", c.cols(), "at most 1 + the dimension");
  if (!grid_.regular()) return values(lattice_, c, grid_.points);
  Eigen::VectorXd h = Eigen::VectorXd::Zero(grid_.size());
  for (Index part = 0; part < c.cols(); ++part)
    h += part_factor(part, grid_.points).cwiseProduct(periodic(c.col(part)));
  return h;
}

Eigen::VectorXd GridEvaluator::periodic(const Eigen::VectorXcd& c) const {
  Eigen::VectorXcd rest = c.cwiseProduct(mode_weights(lattice_));
  for (Index axis = lattice_.dim; axis-- > 0;) {
    // The fastest axis is transformed and then made the slowest: after d rounds the order is back.
    const Index modes = lattice_.axis_size(axis);
    const Eigen::MatrixXcd done =
        transforms_[static_cast<std::size_t>(axis)](rest.reshaped(modes, rest.size() / modes));
    rest = done.transpose().reshaped();
  }
  return rest.real();
}

}  // namespace fprinciple::lfp
