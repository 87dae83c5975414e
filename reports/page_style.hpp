#pragma once

namespace fprinciple::reports {

/// page.css: the style sheet of the report, light and dark, for narrow and wide windows and for
/// paper. Figures keep a white card in the dark too: their colours were chosen on white.
extern const char* const page_style;

}  // namespace fprinciple::reports
