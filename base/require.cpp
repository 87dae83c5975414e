#include "base/require.hpp"

#include "base/error.hpp"

#include <cmath>
#include <string>

#include <fmt/format.h>

namespace fprinciple::base {

using Eigen::Index;

void refuse(std::string_view argument, double got, std::string_view need) {
  throw InputError(fmt::format("{} is {}, but must be {}", argument, got, need));
}

void refuse(std::string_view argument, std::int64_t got, std::string_view need) {
  throw InputError(fmt::format("{} is {}, but must be {}", argument, got, need));
}

void refuse(std::string_view argument, std::string_view got, std::string_view need) {
  throw InputError(fmt::format("{} is {}, but must be {}", argument, got, need));
}

void require_shape(std::string_view argument, const Eigen::MatrixXd& matrix, Index rows,
                   Index columns) {
  if ((rows == kAny || matrix.rows() == rows) && (columns == kAny || matrix.cols() == columns))
    return;
  const auto side = [](Index size) {
    return size == kAny ? std::string("any number") : std::to_string(size);
  };
  refuse(argument, fmt::format("{} × {}", matrix.rows(), matrix.cols()),
         fmt::format("{} × {}", side(rows), side(columns)));
}

void require_size(std::string_view argument, Index size, Index needed) {
  if (size == needed) return;
  throw InputError(fmt::format("{} has {} entries, but must have {}", argument, size, needed));
}

void require_finite(std::string_view argument, const Eigen::Ref<const Eigen::MatrixXd>& matrix) {
  if (matrix.allFinite()) return;
  for (Index j = 0; j < matrix.cols(); ++j)
    for (Index i = 0; i < matrix.rows(); ++i)
      if (!std::isfinite(matrix(i, j)))
        refuse(matrix.cols() == 1 ? fmt::format("{}[{}]", argument, i)
                                  : fmt::format("{}[{}, {}]", argument, i, j),
               matrix(i, j), "finite");
}

}  // namespace fprinciple::base
