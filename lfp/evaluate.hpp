#pragma once

#include "base/fft.hpp"
#include "data/grid.hpp"
#include "lfp/lattice.hpp"

#include <vector>

namespace fprinciple::lfp {

/// Lattice functions on a fixed grid. On a regular grid, whatever its spacing and place in the box,
/// by a chirp-z transform along each axis (Bluestein: kg = (k² + g² − (k−g)²)/2 turns the sum into
/// a convolution, done by FFTW), exact to rounding (π modes² spacing/L · 1e-19 and FFTW's): O(S log
/// S) with S the lattice's size plus the grid's. On a list of points by direct summation.
class GridEvaluator {
 public:
  GridEvaluator(const Lattice& lattice, const data::Grid& grid);

  /// h on the grid, G; c (size × parts) as for values().
  Eigen::VectorXd operator()(const Eigen::MatrixXcd& c) const;

 private:
  /// X_g = Σ_k c_k e^{2πi k x_g/L} over the k of one axis, x_g on that axis of the grid.
  class ChirpTransform {
   public:
    ChirpTransform(const Lattice& lattice, Eigen::Index axis, const data::Axis& grid);
    /// Each column of `c` holds the coefficients of one transform; so does the result.
    Eigen::MatrixXcd operator()(const Eigen::MatrixXcd& c) const;

   private:
    Eigen::VectorXcd pre_, kernel_, post_;
    base::Fft forward_, backward_;
  };

  /// One part on a regular grid.
  Eigen::VectorXd periodic(const Eigen::VectorXcd& c) const;

  Lattice lattice_;
  data::Grid grid_;
  std::vector<ChirpTransform> transforms_;  // one for each axis of a regular grid
};

}  // namespace fprinciple::lfp
