#pragma once

#include "reports/cube_page.hpp"
#include "reports/figure.hpp"
#include "runs/run.hpp"

#include <string>
#include <vector>

namespace fprinciple::reports {

/// One experiment as the page shows it.
struct Section {
  const runs::Run* run;
  std::vector<Figure> figures = {};
  std::vector<std::string> svg = {};  ///< the drawing of each figure; empty where gnuplot failed
  std::vector<NotDrawn> failed = {};  ///< those figures
  std::vector<std::string> not_applicable = {};  ///< figures that were asked for and do not apply
  std::string player = {};                       ///< its HTML; empty where there is none
  std::string folder;                            ///< from the page to the results: "" or "NAME/"
};

/// The self-contained page of one experiment. Every number on it is a value of the summary.
std::string page(const Section& section);

/// One page with an overview and a section for each experiment and each study.
std::string combined_page(const std::vector<Section>& sections,
                          const std::vector<CubeSection>& studies);

}  // namespace fprinciple::reports
