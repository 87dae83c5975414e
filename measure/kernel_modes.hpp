#pragma once

#include "measure/recording.hpp"

#include <Eigen/Core>

namespace fprinciple::measure {

/// exp(−|x_i − x_j|²/(2δ²)), n × n. O(n² d). Throws InputError for a width that is not above 0, and
/// where it does not fit into memory.
Eigen::MatrixXd gaussian_kernel(const RecordingView& recording, double width);

/// What is left to learn in each eigenvector of a kernel over the samples: with c_m(g) =
/// Σ_i v_{m,i} √w_i g_i, v_m the eigenvectors of √w_i K_ij √w_j.
struct KernelModes {
  Eigen::VectorXd eigenvalue;  ///< M, decreasing; Σ w = 1, so those of the kernel's operator
  Eigen::VectorXd target;      ///< M, |c_m(y)|, norms over the outputs
  Eigen::MatrixXd share;       ///< M × T, |c_m(f − y)| / |c_m(y)|
};

/// The `count` largest eigenvalues of a symmetric kernel matrix, n × n: a Gaussian one, or the
/// tangent kernel of a network. O(n³) time, 4n² numbers of memory. Throws InputError when the
/// matrix has not that shape, n > 32,766, or count is not from 1 to n.
KernelModes kernel_modes(const RecordingView& recording, const Eigen::MatrixXd& kernel,
                         Eigen::Index count);

}  // namespace fprinciple::measure
