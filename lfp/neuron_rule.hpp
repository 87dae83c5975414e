#pragma once

#include "lfp/complete_kernel.hpp"

namespace fprinciple::lfp {

/// activation_averages as sums over a fixed set of neurons (w_q, b_q) with weights, the same for
/// all pairs: matrix products of σ and σ' at points × neurons, block by block. Uniform w, any b.
/// Smooth σ in few dimensions: a product Gauss rule, exact to rounding; its error estimate is the
/// difference to a coarser rule. Otherwise 16 randomly shifted Sobol' sequences of 2^14 neurons
/// each (fixed seed); the estimate is twice the standard error, largest over the entries.
ActivationAverages neuron_averages(const data::NetworkLaw& law, const Eigen::MatrixXd& rows,
                                   const Eigen::MatrixXd& columns,
                                   const base::ShareTold& tell = {});

/// Of neuron_averages beside its two results: their squares or those of one shift, and blocks of
/// neurons.
base::Memory neuron_memory(const data::NetworkLaw& law, const Eigen::MatrixXd& rows,
                           const Eigen::MatrixXd& columns);

}  // namespace fprinciple::lfp
