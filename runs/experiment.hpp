#pragma once

#include "base/names.hpp"
#include "compare/problem.hpp"
#include "compare/test_set.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fprinciple::runs {

/// The figures of a run, in the order of the report.
enum class FigureName { maps, curves, loss, error, ladder, scatter, spectrum, bounds };
constexpr base::Names<FigureName, 8> names_of(FigureName) {
  return {{{FigureName::maps, "maps"},
           {FigureName::curves, "curves"},
           {FigureName::loss, "loss"},
           {FigureName::error, "error"},
           {FigureName::ladder, "ladder"},
           {FigureName::scatter, "scatter"},
           {FigureName::spectrum, "spectrum"},
           {FigureName::bounds, "bounds"}}};
}

/// One experiment: everything that an experiment file (TOML) says, validated, with the defaults
/// filled in. docs/experiment.md gives each key's meaning. The problem is what the outcome depends
/// on; the rest is what is told of it and kept.
struct Experiment {
  std::string name;   ///< the file's stem
  std::string title;  ///< `title`; the stem when left out
  std::string text;   ///< the file, as read
  std::vector<std::string> warnings;
  compare::Problem problem;
  Eigen::MatrixXd y;  ///< n × k, all outputs; its first column is problem.samples.y
  std::optional<compare::TestSet> test;
  bool save_weights = false;
  double checkpoint = 60.0;         ///< seconds between two checkpoints
  std::vector<FigureName> figures;  ///< empty: all that apply
};

}  // namespace fprinciple::runs
