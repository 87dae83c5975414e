#pragma once

#include "data/grid.hpp"
#include "io/netcdf.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fprinciple::runs {

/// The dimensions in result.nc of a function on the grid, the last one fastest: on a regular grid
/// its axes, x (d = 1) or x1, …, xd; else grid, which counts the points.
std::vector<std::string> grid_dimensions(const data::Grid& grid);

/// Defines these dimensions (and dim must be there); a regular grid's axes get coordinates. Writes
/// x_grid over them and dim, and of a regular grid grid_axes, which says exactly what it is.
void write_grid(io::NetcdfWriter& file, const data::Grid& grid);

/// The axes of a grid with these points, d × G; none when they are a list. Throws InputError naming
/// the file when they do not fit to each other.
std::vector<data::Axis> read_axes(const std::filesystem::path& path, const io::NetcdfReader& file,
                                  const Eigen::MatrixXd& points);

}  // namespace fprinciple::runs
