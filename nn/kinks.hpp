#pragma once

#include "nn/network.hpp"

#include <vector>

namespace fprinciple::nn {

/// The neurons of a ReLU network whose kink z = w·x + b = 0 lies on a sample, or comes there, or
/// near, while they are pushed with J of now, pushes (n × pieces) ∫ u over each piece of time; and
/// that matter: with impulse_i = ∫ |u_i| the sample can move an output by about
/// s² a² (|x_i|² + 1) impulse_i, and that is `least` or more. None for other activations. Cost
/// O(n m d), O((n + m) log n) for d = 1, and O(n d) for each neuron near a kink.
std::vector<Eigen::Index> kinked(const Network& network, const Eigen::MatrixXd& x,
                                 const Eigen::MatrixXd& pushes, double least);

/// Takes out of the tangent kernel K at x what neurons cannot do that follow() has left
/// pinned to a kink.
void hold_pinned(Eigen::MatrixXd& k, const Network& network, const Eigen::MatrixXd& x);

/// Moves these neurons of a ReLU network along the gradient flow under residuals that are given,
/// constant over each of a row of pieces of time: pushes (n × pieces) holds ∫ u over each piece.
/// A neuron's flow is then, while the samples that it is active on stay the same,
///   a' = −s M·v,  v' = −s a M,  v = (w, b),  M = Σ_{i active} u_i (x_i, 1),
/// and it is followed from kink to kink. Where both sides of a kink push towards it, the neuron
/// stays on it and slides along it, as the limit of ever smaller descent steps does. Cost
/// O(n d (pieces + kinks met)) a neuron; error O(pieces^{-2}).
/// `bends`, if given, becomes n × pieces: how far that has taken the outputs at the samples, after
/// each piece, from where the neurons' linearisation would be. False if a neuron met more kinks in
/// a piece than are followed; where it then is, is of no use.
[[nodiscard]] bool follow(Network& network, const std::vector<Eigen::Index>& neurons,
                          const Eigen::MatrixXd& x, const Eigen::MatrixXd& pushes,
                          Eigen::MatrixXd* bends = nullptr);

}  // namespace fprinciple::nn
