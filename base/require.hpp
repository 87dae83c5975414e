#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

#include <Eigen/Core>

namespace fprinciple::base {

// What public functions are given. A message costs nothing unless it is needed:
//   require(step > 0.0, "step", step, "a number above 0");
//   require_shape("points", points, weights.dim(), kAny);

/// Throws InputError "<argument> is <got>, but must be <need>".
[[noreturn]] void refuse(std::string_view argument, double got, std::string_view need);
[[noreturn]] void refuse(std::string_view argument, std::int64_t got, std::string_view need);
[[noreturn]] void refuse(std::string_view argument, std::string_view got, std::string_view need);

/// The same unless `holds`.
template <class Got>
void require(bool holds, std::string_view argument, const Got& got, std::string_view need) {
  if (holds) [[likely]]
    return;
  if constexpr (std::integral<Got>)
    refuse(argument, static_cast<std::int64_t>(got), need);
  else
    refuse(argument, got, need);
}

/// In require_shape: however many.
constexpr Eigen::Index kAny = -1;

/// Throws InputError "points is 1 × 5, but must be 2 × any number" where rows or columns differ.
void require_shape(std::string_view argument, const Eigen::MatrixXd& matrix, Eigen::Index rows,
                   Eigen::Index columns);
/// Throws InputError "q has 4 entries, but must have 5".
void require_size(std::string_view argument, Eigen::Index size, Eigen::Index needed);
/// Throws InputError "w[2, 0] is nan, but must be finite", counted from 0; O(size).
void require_finite(std::string_view argument, const Eigen::Ref<const Eigen::MatrixXd>& matrix);

}  // namespace fprinciple::base
