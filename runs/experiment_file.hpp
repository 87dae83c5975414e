#pragma once

#include "runs/experiment.hpp"

#include <filesystem>

namespace fprinciple::runs {

class TomlFile;

/// Reads an experiment file; with `bounds` as if it had a table [bounds]. Throws InputError
/// "file:line: key: what is wrong; what is allowed" for TOML that does not parse, unknown or
/// missing keys, wrong types and impossible values, and for sizes that this machine's memory cannot
/// hold (saying what they would need).
Experiment read_experiment(const std::filesystem::path& file, bool bounds = false);

/// The same of a file that has been parsed, and perhaps edited.
Experiment read_experiment(const TomlFile& toml, bool bounds = false);

/// The same for theory alone (`fprinciple predict`): y may have several columns, and what a
/// training would need is not asked for.
Experiment read_theory(const std::filesystem::path& file);

}  // namespace fprinciple::runs
