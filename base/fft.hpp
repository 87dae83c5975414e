#pragma once

#include <complex>
#include <vector>

#include <Eigen/Core>

struct fftw_plan_s;

namespace fprinciple::base {

/// A complex discrete Fourier transform over a row-major array of any rank by FFTW, in place and
/// not normalised. Planned by estimate, so that the same input gives the same bits in every run.
/// operator() may be called from several threads at once. The first plan has FFTW lock its planner
/// (fftw_make_planner_thread_safe), so that a host may plan its own transforms at any time. Throws
/// InputError for an axis below 1, or more than 2³¹ − 1 values, which FFTW counts in 32 bits.
class Fft {
 public:
  enum class Sign { forward = -1, backward = +1 };
  Fft(const std::vector<Eigen::Index>& shape, Sign sign);
  ~Fft();
  Fft(Fft&& other) noexcept;
  Fft(const Fft&) = delete;
  Fft& operator=(const Fft&) = delete;
  Fft& operator=(Fft&&) = delete;

  /// data: as many values as the shape's product.
  void operator()(Eigen::VectorXcd& data) const;

 private:
  fftw_plan_s* plan_;
  Eigen::Index size_ = 0;
};

}  // namespace fprinciple::base
