#pragma once

namespace fprinciple::bench {

/// The most that `threads` threads of this machine were seen to do, per second.
struct MachinePeak {
  double double_flops;  ///< independent FMAs in registers, each 2 flops, no memory
  double single_flops;
  double l2_bytes;      ///< a = b + s c over 1 MB a thread: 24 bytes for each element
  double memory_bytes;  ///< the same over 1.5 GB, more than any cache
};

/// Measures them with the machine's widest instruction set, best of several runs: 3 s.
MachinePeak machine_peak(int threads);

// What a pair (sample, neuron) needs in dimension d: an FMA is 2 flops; an addition, a
// multiplication, a maximum or a σ is 1, whatever σ costs; comparisons are not counted.

/// f_i += a_j σ(z_ij): d FMAs for z, σ, an FMA.
constexpr double forward_flops(double d) { return 2 * d + 1 + 2; }

/// The gradient by itself: z (d FMAs). Then, for ReLU, d + 1 additions, of q_i x_i and of q_i where
/// z_ij > 0; they give ∂/∂a, too. Otherwise σ, σ' = 1 − σ² (an FMA), the sum for ∂/∂a (an FMA),
/// q_i σ', the sum for ∂/∂b, and d FMAs for ∂/∂w.
constexpr double backward_flops(double d, bool relu) {
  return 2 * d + (relu ? d + 1 : 1 + 2 + 2 + 1 + 1 + 2 * d);
}

/// A step: of what its outputs formed, the next gradient needs σ' again, for ReLU a bit that can be
/// kept; others form z anew, because no n × m matrix of numbers is stored.
constexpr double step_flops(double d, bool relu) {
  return forward_flops(d) + backward_flops(d, relu) - (relu ? 2 * d : 0.0);
}

}  // namespace fprinciple::bench
