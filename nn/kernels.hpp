#pragma once

#include "nn/block_kernels.hpp"
#include "nn/network.hpp"

namespace fprinciple::nn {

/// f_θ at points (d × N), for every activation. Cost O(N m d) time and N m evaluations of σ, O(N)
/// memory; O(N + m log N) for ReLU on the line. The same bits for any thread count. An
/// antisymmetric network's are 0 to the bit (nn/initialise.hpp). Throws InputError for weights or
/// points of shapes that do not go together, and for points that are not finite.
Eigen::VectorXd outputs(const Network& network, const Eigen::MatrixXd& points);

/// J q = Σ_i q_i ∂f(x_i)/∂θ over the trained groups (frozen ones get 0), as a change of θ. With
/// q = f(X) − y it is the gradient of R_S = ½ Σ_i (f(x_i) − y_i)². Cost as outputs(), O(m d)
/// memory; the same bits for any thread count. Throws as outputs(), and for q not of size N.
data::Weights weighted_gradient(const Network& network, const Eigen::MatrixXd& points,
                                const Eigen::VectorXd& q);

/// outputs() as the sum over all neurons, also where it is known to be 0.
Eigen::VectorXd summed_outputs(const Network& network, const Eigen::MatrixXd& points);

/// Whether the sums over the line's cells (nn/line.hpp) serve this network at this many points, and
/// are worth it: for single evaluations, which must find the neurons' cells, and for steps that
/// follow each other (nn/line_sweep.hpp), of double precision's descent in one pass or any others.
bool on_a_line(const Network& network, Eigen::Index points);
bool steps_on_a_line(const Network& network, Eigen::Index points, bool in_one_pass);

/// The same without the line's short cut, and unchecked.
namespace direct {
Eigen::VectorXd outputs(const Network& network, const Eigen::MatrixXd& points);
data::Weights weighted_gradient(const Network& network, const Eigen::MatrixXd& points,
                                const Eigen::VectorXd& q);
}  // namespace direct

/// What the tangent kernel is made of, for neurons [first, first + size), size ≤ kBlock, at points
/// (d × N):
///   h_ji = σ(z_ij),  g_ji = a_j σ'(z_ij),  both size × N.
/// Matrices that already have this shape are not allocated anew. Cost O(N size d).
void features(const Network& network, const Eigen::MatrixXd& points, Eigen::Index first,
              Eigen::Index size, Eigen::MatrixXd& h, Eigen::MatrixXd& g);

/// What gradient() of the block kernels scales with.
GroupScales group_scales(const Network& network);

/// θ + scale · δ.
void add_scaled(data::Weights& weights, double scale, const data::Weights& change);

/// R_S = ½ Σ (f − y)².
double loss(const Eigen::VectorXd& f, const Eigen::VectorXd& y);

/// Below this many (point, neuron) pairs starting threads costs more than it saves.
constexpr Eigen::Index kWorthThreads = Eigen::Index{1} << 18;

/// Sums over neurons are formed block by block in a fixed partition, whatever the number of
/// threads: [0, m) in at most 64 runs of whole blocks: run r of `runs(m)` is [run_start(m, r),
/// run_start(m, r+1)).
Eigen::Index runs(Eigen::Index m);
Eigen::Index run_start(Eigen::Index m, Eigen::Index run);

}  // namespace fprinciple::nn
