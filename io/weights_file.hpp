#pragma once

#include "data/weights.hpp"

#include <filesystem>

namespace fprinciple::io {

/// Reads the variables a(neuron), w(neuron, dim), b(neuron) of a NetCDF-4 file. Throws InputError
/// naming file and variable when one is missing, has another shape or a value that is not finite.
data::Weights read_weights(const std::filesystem::path& file);

/// Writes what read_weights reads, bit for bit.
void write_weights(const std::filesystem::path& file, const data::Weights& weights);

}  // namespace fprinciple::io
