#pragma once

#include "data/weights.hpp"
#include "nn/block_kernels.hpp"

#include <algorithm>
#include <vector>

#include <boost/align/aligned_allocator.hpp>

namespace fprinciple::nn {

/// Numbers that begin at a whole vector.
template <class T>
using Aligned = std::vector<T, boost::alignment::aligned_allocator<T, kVectorBytes>>;

/// A network's weights in the precision that they are trained in, laid out for the block kernels.
template <class Scalar>
class Neurons {
 public:
  /// All 0.
  Neurons(Eigen::Index width, Eigen::Index dim)
      : width_(width),
        dim_(dim),
        stride_(padded<Scalar>(width) | padded<Scalar>(1)),
        numbers_(static_cast<std::size_t>(stride_ * (dim + 2))) {}

  explicit Neurons(const data::Weights& weights) : Neurons(weights, 0, weights.width()) {}

  /// Neurons [first, first + width) of them.
  Neurons(const data::Weights& weights, Eigen::Index first, Eigen::Index width)
      : Neurons(width, weights.dim()) {
    Map(a(), width) = weights.a.segment(first, width).cast<Scalar>();
    Map(b(), width) = weights.b.segment(first, width).cast<Scalar>();
    for (Eigen::Index k = 0; k < dim_; ++k)
      Map(w() + k * stride_, width) = weights.w.col(k).segment(first, width).cast<Scalar>();
  }

  data::Weights weights() const {
    data::Weights out{ConstMap(a(), width_).template cast<double>(), Eigen::MatrixXd(width_, dim_),
                      ConstMap(b(), width_).template cast<double>()};
    for (Eigen::Index k = 0; k < dim_; ++k)
      out.w.col(k) = ConstMap(w() + k * stride_, width_).template cast<double>();
    return out;
  }

  Eigen::Index width() const { return width_; }
  Eigen::Index dim() const { return dim_; }

  /// The block from `first` on: for the kernels, filled up to whole vectors, and to be changed.
  Block<Scalar> block(Eigen::Index first) const {
    return {a() + first, w() + first, b() + first, stride_, padded<Scalar>(size(first)), dim_};
  }
  NeuronBlock<Scalar> theta(Eigen::Index first) {
    return {a() + first, w() + first, b() + first, first, size(first), stride_, dim_};
  }

 private:
  using Map = Eigen::Map<Eigen::Vector<Scalar, Eigen::Dynamic>>;
  using ConstMap = Eigen::Map<const Eigen::Vector<Scalar, Eigen::Dynamic>>;

  Eigen::Index size(Eigen::Index first) const { return std::min(kBlock, width_ - first); }
  Scalar* a() { return numbers_.data(); }
  Scalar* b() { return numbers_.data() + stride_; }
  Scalar* w() { return numbers_.data() + 2 * stride_; }
  const Scalar* a() const { return numbers_.data(); }
  const Scalar* b() const { return numbers_.data() + stride_; }
  const Scalar* w() const { return numbers_.data() + 2 * stride_; }

  Eigen::Index width_ = 0;
  Eigen::Index dim_ = 0;
  Eigen::Index stride_ = 0;  // an odd number of vectors: rows share no lines of a cache
  Aligned<Scalar> numbers_;
};

/// Points, d × N, in the precision of training.
template <class Scalar>
using Points = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

/// The (q_i, q_i x_i), d + 1 × N, that multiply the points of a gradient.
template <class Scalar>
Points<Scalar> weighted_points(const Points<Scalar>& x, const Eigen::VectorXd& q) {
  Points<Scalar> qx(x.rows() + 1, x.cols());
  qx.row(0) = q.transpose().cast<Scalar>();
  qx.bottomRows(x.rows()) = x * q.cast<Scalar>().asDiagonal();
  return qx;
}

}  // namespace fprinciple::nn
