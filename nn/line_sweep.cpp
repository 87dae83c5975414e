#include "nn/line_sweep.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace fprinciple::nn {

using Eigen::Index;

namespace {

/// The neurons in `of`, `together` of them at a time from each of a few places that go on together.
void deal(const std::vector<Index>& of, Index together, std::vector<Index>& order) {
  constexpr Index kStreams = 16;
  const auto units = static_cast<Index>(of.size()) / together;
  const Index length = (units + kStreams - 1) / kStreams;
  for (Index k = 0; k < length; ++k)
    for (Index at = k; at < units; at += length)
      order.insert(order.end(), of.begin() + at * together, of.begin() + (at + 1) * together);
}

/// Neurons by their cells: in whole groups of one cell as far as possible, and the rest. Both are
/// dealt out, as those in one cell one after the other would wait for each other.
template <class Scalar>
std::vector<Index> streams(const Cells<Scalar>& cells, const data::Weights& theta) {
  const Index m = theta.width();
  std::vector<std::pair<std::int32_t, Index>> by_cell;
  for (Index j = 0; j < m; ++j)
    by_cell.emplace_back(
        cells.find(static_cast<Scalar>(theta.w(j, 0)), static_cast<Scalar>(theta.b[j])), j);
  std::sort(by_cell.begin(), by_cell.end());
  std::vector<Index> whole;
  std::vector<Index> rest;
  for (auto from = by_cell.begin(); from != by_cell.end();) {
    const auto to = std::find_if(from, by_cell.end(),
                                 [&](const auto& next) { return next.first != from->first; });
    const auto grouped = from + (to - from) / kGroup * kGroup;
    for (; from != to; ++from) (from < grouped ? whole : rest).push_back(from->second);
  }
  std::vector<Index> order;
  deal(whole, kGroup, order);
  deal(rest, 1, order);
  return order;
}

template <class Scalar, class Column>
Aligned<Scalar> in_order(const Column& column, const std::vector<Index>& order) {
  Aligned<Scalar> out;
  out.reserve(order.size());
  for (const Index j : order) out.push_back(static_cast<Scalar>(column[j]));
  return out;
}

}  // namespace

template <class Scalar>
LineSweep<Scalar>::LineSweep(const Network& now, const Eigen::MatrixXd& x, const Network& start)
    : cells_(x),
      order_(streams(cells_, start.weights)),
      scale_(now.output_scale),
      scales_(group_scales(now)),
      a_(in_order<Scalar>(now.weights.a, order_)),
      w_(in_order<Scalar>(now.weights.w.col(0), order_)),
      b_(in_order<Scalar>(now.weights.b, order_)),
      // NaN is on neither side of a breakpoint: all cells are still to be found.
      outside_(a_.size(), std::numeric_limits<Scalar>::quiet_NaN()),
      inside_(outside_),
      cell_(a_.size()),
      one_cell_(static_cast<std::size_t>(blocks(static_cast<Index>(a_.size())))),
      runs_(tables(static_cast<Index>(a_.size()), cells_.points())),
      neurons_(static_cast<std::size_t>(runs_ * cells_.count()), Pair{0.0, 0.0}) {
  outputs();  // finds the cells
}

template <class Scalar>
template <class Body>
Eigen::VectorXd LineSweep<Scalar>::sweep(const Body& body) {
  const auto m = static_cast<Index>(a_.size());
  for_blocks(m, runs_, [&](Index run, Index first, Index size) {
    const LineBlock<Scalar> neurons{a_.data() + first,
                                    w_.data() + first,
                                    b_.data() + first,
                                    cell_.data() + first,
                                    &one_cell_[static_cast<std::size_t>(first / kBlock)],
                                    size};
    body(neurons, first, LineEnds<Scalar>{outside_.data() + first, inside_.data() + first});
    scatter(neurons, cells_.centre(), neurons_.data() + run * cells_.count());
  });
  return cells_.sum_neurons(neurons_, scale_);
}

template <class Scalar>
Eigen::VectorXd LineSweep<Scalar>::outputs(const std::vector<Index>& /*of*/) {
  return sweep([&](const LineBlock<Scalar>& neurons, Index, LineEnds<Scalar> ends) {
    track(cells_, neurons, ends);
  });
}

template <class Scalar>
Eigen::VectorXd LineSweep<Scalar>::step(const Eigen::VectorXd& q, const Update<Scalar>& update,
                                        const std::vector<Index>& /*of*/) {
  cells_.sum_points(q, points_);
  const auto m = static_cast<Index>(a_.size());
  return sweep([&](const LineBlock<Scalar>& neurons, Index first, LineEnds<Scalar> ends) {
    alignas(64) std::array<Scalar, 3 * kBlock> g;  // NOLINT(*-member-init): gather() fills it
    const LineWeights<Scalar> gradient{g.data(), g.data() + kBlock, g.data() + 2 * kBlock};
    gather(neurons, points_.data(), cells_.centre(), scales_, gradient);
    update({a_.data() + first, w_.data() + first, b_.data() + first, first, neurons.size, m, 1},
           {gradient.a, gradient.w, gradient.b, first, neurons.size, kBlock, 1});
    track(cells_, neurons, ends);
  });
}

template <class Scalar>
Eigen::VectorXd LineSweep<Scalar>::descend(const Eigen::VectorXd& q, double eta) {
  cells_.sum_points(q, points_);
  const GroupScales rates{eta * scales_.a, eta * scales_.w, eta * scales_.b};
  return sweep([&](const LineBlock<Scalar>& neurons, Index first, LineEnds<Scalar> ends) {
    nn::descend(cells_, neurons, points_.data(), rates,
                {a_.data() + first, w_.data() + first, b_.data() + first}, ends);
  });
}

template <class Scalar>
data::Weights LineSweep<Scalar>::weights() const {
  const auto m = static_cast<Index>(order_.size());
  data::Weights out{Eigen::VectorXd(m), Eigen::MatrixXd(m, 1), Eigen::VectorXd(m)};
  for (std::size_t at = 0; at < order_.size(); ++at) {
    out.a[order_[at]] = static_cast<double>(a_[at]);
    out.w(order_[at], 0) = static_cast<double>(w_[at]);
    out.b[order_[at]] = static_cast<double>(b_[at]);
  }
  return out;
}

template class LineSweep<double>;
template class LineSweep<float>;

}  // namespace fprinciple::nn
