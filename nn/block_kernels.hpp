#pragma once

#include "data/activation.hpp"

#include <cstdint>

#include <Eigen/Core>

namespace fprinciple::nn {

/// The most neurons that a block holds. Everything that one block needs stays in the first two
/// caches.
constexpr Eigen::Index kBlock = 256;

/// How many blocks hold m neurons.
constexpr Eigen::Index blocks(Eigen::Index m) { return (m + kBlock - 1) / kBlock; }

/// Arrays over neurons are aligned to and filled up to whole vectors of this many bytes.
constexpr Eigen::Index kVectorBytes = 64;

/// size, rounded up to whole vectors. Neurons that fill up have a = w = b = 0.
template <class Scalar>
constexpr Eigen::Index padded(Eigen::Index size) {
  constexpr Eigen::Index lanes = kVectorBytes / static_cast<Eigen::Index>(sizeof(Scalar));
  return (size + lanes - 1) / lanes * lanes;
}

/// A block of a network's neurons: coordinate k of neuron j at w[k * stride + j]. `size` is of
/// whole vectors.
template <class Scalar>
struct Block {
  const Scalar* a;
  const Scalar* w;
  const Scalar* b;
  Eigen::Index stride;
  Eigen::Index size;
  Eigen::Index dim;
};

/// Points x (dim × points), and what multiplies them in a gradient: column i of qx is
/// (q_i, q_i x_i), dim + 1 numbers. Without a gradient qx is null.
template <class Scalar>
struct PointBlock {
  const Scalar* x;
  const Scalar* qx;
  Eigen::Index points = 0;
  /// Null, or for a block which neurons are active at which points, where notes_activity(): 64
  /// neurons' bits for the first point, for the second, …, then the next 64's. Written with the
  /// outputs, read for the gradient.
  std::uint8_t* active = nullptr;
};

/// Whether these kernels can note which neurons are active: a gradient at the weights of the last
/// outputs then spares forming z once more.
bool notes_activity(data::Activation activation);

/// f_i += Σ_j a_j σ(z_ij), z_ij = w_j·x_i + b_j. Sums over the block are formed in Scalar.
///
/// The neurons are the lanes of vectors; for ReLU the sums of eight points stay in registers: d + 1
/// multiplications with addition and a maximum for each pair of point and neuron, and hardly any
/// other instruction.
void add_outputs(data::Activation activation, const Block<double>& block,
                 const PointBlock<double>& at, double* f);
void add_outputs(data::Activation activation, const Block<float>& block,
                 const PointBlock<float>& at, double* f);

/// The output scale s for groups of parameters that are trained, 0 for those that are not.
struct GroupScales {
  double a, w, b;
};

/// Neurons [first, first + size) of something that has one number for each parameter: θ, or its
/// gradient. Coordinate k of neuron first + j is w[k * stride + j].
template <class Scalar>
struct NeuronBlock {
  Scalar* a;
  Scalar* w;
  Scalar* b;
  Eigen::Index first;
  Eigen::Index size;
  Eigen::Index stride;
  Eigen::Index dim;
};

/// J q of the block's neurons, for whole vectors of them:
///   s Σ_i q_i σ(z_ij) for a, s a_j Σ_i q_i σ'(z_ij) x_ik for w and s a_j Σ_i q_i σ'(z_ij) for b.
/// For ReLU and d ≤ 4 the sums of a few vectors of neurons stay in registers: d multiplications
/// with addition, a comparison and d + 1 masked additions a pair, and σ(z) = σ'(z) z gives the
/// first; otherwise σ' q is stored for a few points at a time, and d more multiplications take the
/// place of the additions. Where the activity was noted, z is neither formed nor compared.
void gradient(data::Activation activation, const GroupScales& scales, const Block<double>& block,
              const PointBlock<double>& at, const NeuronBlock<double>& into);
void gradient(data::Activation activation, const GroupScales& scales, const Block<float>& block,
              const PointBlock<float>& at, const NeuronBlock<float>& into);

/// h_ij = σ(z_ij) and g_ij = a_j σ'(z_ij) of the first `size` neurons, neuron j of point i at i *
/// size
/// + j.
void fill_features(data::Activation activation, const Block<double>& block,
                   const PointBlock<double>& at, Eigen::Index size, double* h, double* g);

}  // namespace fprinciple::nn
