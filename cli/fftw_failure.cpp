#include "cli/held_signals.hpp"

// The only thing that FFTW asserts in a release is that it has got memory, and it aborts where it
// has not. The dynamic linker gives it this function in place of its own. It must not return, and
// cannot throw: the planner would stay locked.
extern "C" [[noreturn]] void fftw_assertion_failed(const char* /*what*/, int /*line*/,
                                                   const char* /*file*/) {
  fprinciple::cli::end_for_want_of_memory();
}
