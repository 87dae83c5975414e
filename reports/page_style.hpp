#pragma once

namespace fprinciple::reports {

/// The style sheet of the report, light and dark, for narrow and wide windows and for paper.
extern const char* const page_style;

}  // namespace fprinciple::reports
