#pragma once

#include "base/simd.hpp"

#include <cstring>

#include <Eigen/Core>

namespace fprinciple::nn {

/// out_r += Σ_j u_rj v_j for R rows of u, row r at u + r * stride, each in the sums of a vector
/// that do not wait for each other. (GCC does not vectorise OpenMP's simd reductions in cloned
/// functions.)
template <int Bytes, int R>
inline void add_few_dots(const double* u, Eigen::Index stride, const double* v, Eigen::Index size,
                         double* out) {
  constexpr Eigen::Index kLanes = Bytes / static_cast<int>(sizeof(double));
  using Lanes = typename base::Vector<double, Bytes>::Type;
  Lanes sums[R] = {};
  Eigen::Index j = 0;
  for (; j + kLanes <= size; j += kLanes) {
    Lanes vj;
    std::memcpy(&vj, v + j, sizeof vj);
    for (Eigen::Index r = 0; r < R; ++r) {
      Lanes uj;
      std::memcpy(&uj, u + r * stride + j, sizeof uj);
      sums[r] += uj * vj;
    }
  }
  for (Eigen::Index r = 0; r < R; ++r) {
    double sum = 0.0;
    for (Eigen::Index l = 0; l < kLanes; ++l) sum += sums[r][l];
    for (Eigen::Index rest = j; rest < size; ++rest) sum += u[r * stride + rest] * v[rest];
    out[r] += sum;
  }
}

/// The same for any number of rows, four at a time so that v_j is read once for the four.
template <int Bytes>
inline void add_dots(const double* u, Eigen::Index stride, Eigen::Index rows, const double* v,
                     Eigen::Index size, double* out) {
  Eigen::Index r = 0;
  for (; r + 4 <= rows; r += 4) add_few_dots<Bytes, 4>(u + r * stride, stride, v, size, out + r);
  for (; r < rows; ++r) add_few_dots<Bytes, 1>(u + r * stride, stride, v, size, out + r);
}

}  // namespace fprinciple::nn
