#pragma once

#include "compare/theory_alone.hpp"
#include "runs/experiment.hpp"

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

namespace fprinciple::runs {

/// Theory alone, as it is kept: result.nc has the arrays, summary.json the numbers.
struct TheoryFile {  // NOLINT(bugprone-exception-escape): only if nlohmann::json's move threw
  std::string name;  ///< the experiment's
  std::string title, experiment_text;
  Eigen::MatrixXd x, y;    ///< samples: d × n, n × k
  Eigen::MatrixXd points;  ///< d × G
  compare::TheoryAlone theory;
  nlohmann::json summary;
};

/// Predicts an experiment that read_theory has read, at its grid and the times (none: chosen from
/// the rates). Throws InputError where the memory does not hold it, and as compare::theory_alone.
TheoryFile predict(const Experiment& experiment, const Eigen::VectorXd& times,
                   const compare::ProgressCallback& progress = {});

/// Writes result.nc and summary.json into an existing directory.
void write_theory(const TheoryFile& file, const std::filesystem::path& directory,
                  const Experiment& experiment);

}  // namespace fprinciple::runs
