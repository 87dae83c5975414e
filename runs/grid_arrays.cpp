#include "runs/grid_arrays.hpp"

#include "base/error.hpp"

#include <cmath>

#include <fmt/format.h>

namespace fprinciple::runs {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

std::vector<std::string> grid_dimensions(const data::Grid& grid) {
  if (!grid.regular()) return {"grid"};
  if (grid.dim() == 1) return {"x"};
  std::vector<std::string> names;
  for (Index k = 1; k <= grid.dim(); ++k) names.push_back(fmt::format("x{}", k));
  return names;
}

void write_grid(io::NetcdfWriter& file, const data::Grid& grid) {
  std::vector<std::string> dimensions = grid_dimensions(grid);
  if (!grid.regular()) file.dimension("grid", grid.size());
  for (std::size_t k = 0; k < grid.axes.size(); ++k) {
    const data::Axis& axis = grid.axes[k];
    VectorXd values(axis.count);
    for (Index i = 0; i < axis.count; ++i) values[i] = axis[i];
    file.dimension(dimensions[k], axis.count);
    file.variable(dimensions[k], dimensions[k], "unit of x", dimensions[k], values);
  }
  dimensions.emplace_back("dim");
  file.array("x_grid", dimensions, "unit of x", "grid points",
             VectorXd::Map(grid.points.data(), grid.points.size()));
  if (!grid.regular()) return;
  MatrixXd table(3, static_cast<Index>(grid.axes.size()));
  for (std::size_t k = 0; k < grid.axes.size(); ++k)
    table.col(static_cast<Index>(k)) << grid.axes[k].lo, grid.axes[k].hi,
        static_cast<double>(grid.axes[k].count);
  file.dimension("lo_hi_count", 3);
  file.variable("grid_axes", "dim", "lo_hi_count", "1", "regular grid: first, last and count",
                table);
}

std::vector<data::Axis> read_axes(const std::filesystem::path& path, const io::NetcdfReader& file,
                                  const MatrixXd& points) {
  std::vector<data::Axis> axes;
  if (!file.has("grid_axes")) return axes;
  const MatrixXd table = file.matrix("grid_axes");
  const auto most = static_cast<double>(points.cols());
  bool sound = table.rows() == 3 && table.cols() == points.rows() && table.allFinite();
  double size = 1.0;
  for (Index k = 0; sound && k < table.cols(); ++k) {
    const double count = table(2, k);
    sound =
        count >= 1.0 && count <= most && count == std::floor(count) && table(0, k) <= table(1, k);
    if (sound) axes.push_back({table(0, k), table(1, k), static_cast<Index>(count)});
    size *= count;
  }
  if (!sound || size != most)
    throw InputError(
        fmt::format("{}: grid_axes must have first, last and count of {} axes with {} "
                    "points in all, as x_grid has",
                    path.string(), points.rows(), points.cols()));
  return axes;
}

}  // namespace fprinciple::runs
