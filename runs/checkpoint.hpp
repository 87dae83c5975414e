#pragma once

#include "nn/training.hpp"
#include "runs/experiment.hpp"

#include <filesystem>
#include <string>

namespace fprinciple::runs {

/// What must be the same for training to go on from a checkpoint: the experiment's values, but for
/// its title, its figures and how often it keeps a checkpoint, and, as a comment below them, a
/// checksum of samples, grid and given weights, which may come from other files.
std::string identity(const Experiment& experiment);

/// Writes a checkpoint, NetCDF-4 with a checksum at its end, every number bit for bit;
/// state.so_far.stopped_by is left out, and each array of state.memory has the network's shape or
/// is empty. Its weights are readable as `network.initial`. `file` holds the former one, or the new
/// one, at every moment: the new one is made in `scratch`, a directory on the same filesystem, and
/// renamed when it is on disk and whole. Throws RunError when it cannot be written; the former one
/// is then still there.
void write_checkpoint(const std::filesystem::path& file, const std::filesystem::path& scratch,
                      const std::string& identity, const std::string& version,
                      const nn::TrainingState& state);

/// Whether the file, no symbolic link, says that it is a checkpoint of ours: it may be replaced.
bool is_checkpoint(const std::filesystem::path& file);

/// Reads what write_checkpoint wrote. Throws InputError when a bit of the file has changed, when it
/// is no checkpoint or its arrays do not fit together, or when it is of another version or
/// experiment.
nn::TrainingState read_checkpoint(const std::filesystem::path& file, const std::string& identity,
                                  const std::string& version);

}  // namespace fprinciple::runs
