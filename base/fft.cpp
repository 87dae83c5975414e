#include "base/fft.hpp"

#include "base/error.hpp"
#include "base/require.hpp"

#include <limits>
#include <mutex>
#include <utility>

#include <fftw3.h>
#include <fmt/format.h>

namespace fprinciple::base {
namespace {

fftw_complex* as_fftw(Eigen::VectorXcd& data) {
  return reinterpret_cast<fftw_complex*>(data.data());
}

/// FFTW's planner is the one part of it that is not thread-safe. A lock of our own would not keep a
/// host out that plans transforms itself, so we have FFTW lock its planner, for the whole process:
/// whoever plans or destroys a plan waits, knowing of us or not.
void make_planner_thread_safe() {
  static std::once_flag once;
  std::call_once(once, fftw_make_planner_thread_safe);
}

}  // namespace

Fft::Fft(const std::vector<Eigen::Index>& shape, Sign sign) : plan_(nullptr) {
  Eigen::Index size = 1;
  std::vector<int> n;
  for (const Eigen::Index count : shape) {
    if (count < 1 || count > std::numeric_limits<int>::max() / size)
      throw InputError(
          fmt::format("a Fourier transform needs 1 to 2³¹ − 1 values, all axes together, got {}",
                      fmt::join(shape, " × ")));
    size *= count;
    n.push_back(static_cast<int>(count));
  }
  size_ = size;
  Eigen::VectorXcd scratch(size);
  make_planner_thread_safe();
  plan_ = fftw_plan_dft(static_cast<int>(n.size()), n.data(), as_fftw(scratch), as_fftw(scratch),
                        static_cast<int>(sign), FFTW_ESTIMATE | FFTW_UNALIGNED);
}

Fft::~Fft() {
  if (plan_ != nullptr) fftw_destroy_plan(plan_);
}

Fft::Fft(Fft&& other) noexcept : plan_(std::exchange(other.plan_, nullptr)), size_(other.size_) {}

void Fft::operator()(Eigen::VectorXcd& data) const {
  require_size("data", data.size(), size_);
  fftw_execute_dft(plan_, as_fftw(data), as_fftw(data));
}

}  // namespace fprinciple::base
