#include <new>

// The only thing that FFTW asserts in a release is that it has got memory, and it ends the process
// where it has not. The dynamic linker gives it this function in place of its own.
extern "C" [[noreturn]] void fftw_assertion_failed(const char* /*what*/, int /*line*/,
                                                   const char* /*file*/) {
  throw std::bad_alloc();
}
