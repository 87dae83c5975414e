#include "nn/sweep.hpp"

#include "base/parallel.hpp"
#include "nn/kernels.hpp"

namespace fprinciple::nn {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// The most bytes of activity that are kept: what may be expected to stay in a cache.
constexpr Index kMostActivity = Index{1} << 24;

std::vector<Index> nonzero(const VectorXd& q) {
  std::vector<Index> at;
  for (Index i = 0; i < q.size(); ++i)
    if (q[i] != 0.0) at.push_back(i);
  return at;
}

}  // namespace

template <class Scalar>
Sweep<Scalar>::Sweep(const Network& now, const Eigen::MatrixXd& x)
    : activation_(now.activation),
      output_scale_(now.output_scale),
      scales_(group_scales(now)),
      neurons_(now.weights),
      x_(x.cast<Scalar>()) {
  const Index bytes = blocks(neurons_.width()) * kBlock * x.cols() / 8;
  if (notes_activity(activation_) && bytes <= kMostActivity)
    active_.resize(static_cast<std::size_t>(bytes));
}

template <class Scalar>
VectorXd Sweep<Scalar>::outputs(const std::vector<Index>& of) {
  return step(VectorXd::Zero(x_.cols()), {}, of);
}

template <class Scalar>
VectorXd Sweep<Scalar>::step(const VectorXd& q, const Update<Scalar>& update,
                             const std::vector<Index>& of) {
  const Index m = neurons_.width();
  const std::vector<Index> moving = nonzero(q);
  const bool all = static_cast<Index>(moving.size()) == q.size();
  const Points<Scalar> x_q = all ? Points<Scalar>() : Points<Scalar>(x_(Eigen::all, moving));
  const Points<Scalar>& x = all ? x_ : x_q;
  const Points<Scalar> qx = weighted_points<Scalar>(x, all ? q : VectorXd(q(moving)));
  const Points<Scalar> x_of = of.empty() ? Points<Scalar>() : Points<Scalar>(x_(Eigen::all, of));
  const Points<Scalar>& wanted = of.empty() ? x_ : x_of;
  const bool noted = noted_ && all;
  noted_ = !active_.empty() && of.empty();
  partial_.setZero(wanted.cols(), runs(m));
  const bool worth_threads = m * (x.cols() + wanted.cols()) > kWorthThreads;
  const auto scratch = [&] { return Neurons<Scalar>(kBlock, x_.rows()); };
  base::parallel_for(
      partial_.cols(), worth_threads, scratch, [&](Index run, Neurons<Scalar>& sums) {
        const Index end = run_start(m, run + 1);
        for (Index first = run_start(m, run); first < end; first += kBlock) {
          const Block<Scalar> block = neurons_.block(first);
          const auto active = [&](bool known) {
            return known ? active_.data() + first * x_.cols() / 8 : nullptr;
          };
          const PointBlock<Scalar> behind{x.data(), qx.data(), x.cols(), active(noted)};
          const PointBlock<Scalar> ahead{wanted.data(), nullptr, wanted.cols(), active(noted_)};
          if (update) {
            const NeuronBlock<Scalar> theta = neurons_.theta(first);
            const NeuronBlock<Scalar> g = sums.theta(0);
            gradient(activation_, scales_, block, behind, g);
            update(theta, {g.a, g.w, g.b, first, theta.size, g.stride, g.dim});
          }
          add_outputs(activation_, block, ahead, partial_.col(run).data());
        }
      });
  VectorXd f = output_scale_ * partial_.rowwise().sum();
  if (of.empty()) return f;
  VectorXd out = VectorXd::Zero(x_.cols());
  out(of) = f;
  return out;
}

template class Sweep<double>;
template class Sweep<float>;

}  // namespace fprinciple::nn
