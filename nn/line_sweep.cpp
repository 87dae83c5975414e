#include "nn/line_sweep.hpp"

#include <array>
#include <limits>

namespace fprinciple::nn {

using Eigen::Index;

template <class Scalar>
LineSweep<Scalar>::LineSweep(const Network& start, const Eigen::MatrixXd& x)
    : cells_(x),
      scale_(start.output_scale),
      trained_{start.train_a, start.train_w, start.train_b},
      a_(start.weights.a.begin(), start.weights.a.end()),
      w_(start.weights.w.data(), start.weights.w.data() + start.weights.w.size()),
      b_(start.weights.b.begin(), start.weights.b.end()),
      // NaN is on neither side of a breakpoint: all cells are still to be found.
      outside_(a_.size(), std::numeric_limits<Scalar>::quiet_NaN()),
      inside_(outside_),
      cell_(a_.size()),
      runs_(tables(static_cast<Index>(a_.size()), cells_.points())),
      neurons_(static_cast<std::size_t>(runs_ * cells_.count()), Pair{0.0, 0.0}) {
  outputs();  // finds the cells
}

template <class Scalar>
template <class Body>
Eigen::VectorXd LineSweep<Scalar>::sweep(const Body& body) {
  const auto m = static_cast<Index>(a_.size());
  for_blocks(m, runs_, [&](Index run, Index first, Index size) {
    const LineBlock<Scalar> neurons{a_.data() + first, w_.data() + first, b_.data() + first,
                                    cell_.data() + first, size};
    body(neurons, first);
    track(cells_, neurons, outside_.data() + first, inside_.data() + first);
    scatter(neurons, cells_.centre(), neurons_.data() + run * cells_.count());
  });
  return cells_.sum_neurons(neurons_, scale_);
}

template <class Scalar>
Eigen::VectorXd LineSweep<Scalar>::outputs(const std::vector<Index>& /*of*/) {
  return sweep([](const LineBlock<Scalar>&, Index) {});
}

template <class Scalar>
Eigen::VectorXd LineSweep<Scalar>::step(const Eigen::VectorXd& q, const Update<Scalar>& update,
                                        const std::vector<Index>& /*of*/) {
  cells_.sum_points(q, scale_, points_);
  const auto m = static_cast<Index>(a_.size());
  return sweep([&](const LineBlock<Scalar>& neurons, Index first) {
    alignas(64) std::array<Scalar, 3 * kBlock> g;  // NOLINT(*-member-init): gather() fills it
    const LineGradient<Scalar> gradient{g.data(), g.data() + kBlock, g.data() + 2 * kBlock};
    gather(neurons, points_.data(), cells_.centre(), trained_, gradient);
    update({a_.data() + first, w_.data() + first, b_.data() + first, first, neurons.size, m, 1},
           {gradient.a, gradient.w, gradient.b, first, neurons.size, kBlock, 1});
  });
}

template <class Scalar>
data::Weights LineSweep<Scalar>::weights() const {
  const auto column = [](const Aligned<Scalar>& v) {
    return Eigen::Map<const Eigen::VectorX<Scalar>>(v.data(), static_cast<Index>(v.size()))
        .template cast<double>();
  };
  return {column(a_), column(w_), column(b_)};
}

template class LineSweep<double>;
template class LineSweep<float>;

}  // namespace fprinciple::nn
