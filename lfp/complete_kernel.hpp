#pragma once

#include "base/memory.hpp"
#include "base/parallel.hpp"
#include "data/network_law.hpp"

#include <string>

#include <Eigen/Core>

namespace fprinciple::lfp {

/// E[σ(z)σ(z')] and E[σ'(z)σ'(z')] over w and b, z = w·x + b, z' = w·x' + b, for each x of a first
/// and x' of a second list of points (N × N').
struct ActivationAverages {
  Eigen::MatrixXd value;
  Eigen::MatrixXd derivative;
  double error = 0.0;  ///< estimated largest error, as a share of the largest entry
  std::string method;  ///< "closed form", "quadrature" or "randomised quadrature"
};

/// By the shortest way that is exact to rounding where there is one:
/// - sine: closed forms in the laws' characteristic functions, any d;
/// - ReLU, ReLU²: w and b normal, the arc-cosine kernels; w normal and b uniform, a one-dimensional
///   adaptive quadrature, as b normal of another mean than 0; w uniform and d = 1, piecewise Gauss
///   rules, exact for uniform b;
/// - smooth σ: w normal, Hermite series; w uniform and few dimensions, a product Gauss rule;
/// - w uniform otherwise: a randomised quasi-Monte-Carlo rule of 2^18 neurons (16 shifts, whose
///   scatter is the error estimate).
/// rows (d × N), columns (d × N'). Cost: closed forms O(N N' d); see each file for the others.
/// `tell` is told of the way there, as some rules take minutes.
ActivationAverages activation_averages(const data::NetworkLaw& law, const Eigen::MatrixXd& rows,
                                       const Eigen::MatrixXd& columns,
                                       const base::ShareTold& tell = {});

/// Of complete_kernel, whatever rule it takes: tables, coefficients and blocks of neurons included.
base::Memory complete_kernel_memory(const data::NetworkLaw& law, const Eigen::MatrixXd& rows,
                                    const Eigen::MatrixXd& columns);

/// A kernel between points, N × N', and the estimated largest error as a share of its largest
/// entry.
struct KernelMatrix {
  Eigen::MatrixXd k;
  double error = 0.0;
  std::string method;
};

/// Complete LFP: the tangent kernel of the infinitely wide network, as a sum over m neurons,
///   K = s²m (E[σσ'] + E[a²] (1 + x·x') E[σ'σ'']),
/// the terms from a, b and w; groups that do not train drop out. Nothing is assumed of the range of
/// b or of w·x. (docs/theory.md, section 9) Throws RunError where an entry overflows.
KernelMatrix complete_kernel(const data::NetworkLaw& law, const Eigen::MatrixXd& rows,
                             const Eigen::MatrixXd& columns, const base::ShareTold& tell = {});

/// The same from averages that are at hand, those of rows and columns.
KernelMatrix complete_kernel(const data::NetworkLaw& law, ActivationAverages averages,
                             const Eigen::MatrixXd& rows, const Eigen::MatrixXd& columns);

}  // namespace fprinciple::lfp
