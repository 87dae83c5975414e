#include "lfp/fft.hpp"

#include <mutex>
#include <utility>

#include <fftw3.h>

namespace fprinciple::lfp {
namespace {

fftw_complex* as_fftw(Eigen::VectorXcd& data) {
  return reinterpret_cast<fftw_complex*>(data.data());
}

/// FFTW's planner is the one part of it that is not thread-safe.
std::mutex& planner() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

Fft::Fft(const std::vector<Eigen::Index>& shape, Sign sign) : plan_(nullptr) {
  Eigen::Index size = 1;
  for (const Eigen::Index n : shape) size *= n;
  const std::vector<int> n(shape.begin(), shape.end());
  Eigen::VectorXcd scratch(size);
  const std::lock_guard lock(planner());
  plan_ = fftw_plan_dft(static_cast<int>(n.size()), n.data(), as_fftw(scratch), as_fftw(scratch),
                        static_cast<int>(sign), FFTW_ESTIMATE | FFTW_UNALIGNED);
}

Fft::~Fft() {
  const std::lock_guard lock(planner());
  if (plan_ != nullptr) fftw_destroy_plan(plan_);
}

Fft::Fft(Fft&& other) noexcept : plan_(std::exchange(other.plan_, nullptr)) {}

void Fft::operator()(Eigen::VectorXcd& data) const {
  fftw_execute_dft(plan_, as_fftw(data), as_fftw(data));
}

}  // namespace fprinciple::lfp
