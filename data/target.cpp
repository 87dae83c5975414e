#include "data/target.hpp"

#include <numbers>

namespace fprinciple::data {

Eigen::VectorXd values(const Sine& target, const Eigen::MatrixXd& points) {
  return (2.0 * std::numbers::pi * (points.transpose() * target.frequency).array()).sin();
}

}  // namespace fprinciple::data
