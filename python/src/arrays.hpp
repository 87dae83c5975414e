#pragma once

#include <memory>
#include <utility>

#include <Eigen/Core>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

// NumPy's arrays and Eigen's are the same memory: rows in C order are columns in Fortran's. The
// package's Python side brings what it is given into this form (fprinciple/_arrays.py).

namespace fprinciple::python {

namespace nb = nanobind;

/// (N, d) in C order: d × N.
using Rows = nb::ndarray<const double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
/// (N,).
using Row = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

inline Eigen::Map<const Eigen::MatrixXd> columns(const Rows& rows) {
  return {rows.data(), static_cast<Eigen::Index>(rows.shape(1)),
          static_cast<Eigen::Index>(rows.shape(0))};
}
inline Eigen::Map<const Eigen::VectorXd> vector(const Row& row) {
  return {row.data(), static_cast<Eigen::Index>(row.shape(0))};
}

/// N × T as a NumPy array (T, N), without a copy.
inline nb::ndarray<nb::numpy, double, nb::ndim<2>> to_numpy(Eigen::MatrixXd matrix) {
  auto kept = std::make_unique<Eigen::MatrixXd>(std::move(matrix));
  const Eigen::MatrixXd& m = *kept;
  double* const data = kept->data();
  const std::size_t shape[] = {static_cast<std::size_t>(m.cols()),
                               static_cast<std::size_t>(m.rows())};
  const nb::capsule owner(kept.release(),
                          [](void* p) noexcept { delete static_cast<Eigen::MatrixXd*>(p); });
  return {data, 2, shape, owner};
}
/// N numbers as (N,).
inline nb::ndarray<nb::numpy, double, nb::ndim<1>> to_numpy(Eigen::VectorXd vector) {
  auto kept = std::make_unique<Eigen::VectorXd>(std::move(vector));
  double* const data = kept->data();
  const std::size_t shape[] = {static_cast<std::size_t>(kept->size())};
  const nb::capsule owner(kept.release(),
                          [](void* p) noexcept { delete static_cast<Eigen::VectorXd*>(p); });
  return {data, 1, shape, owner};
}

}  // namespace fprinciple::python
