#include "base/version.hpp"

#include <fprinciple/version.hpp>

namespace fprinciple::base {

const char* version() { return FPRINCIPLE_VERSION; }

}  // namespace fprinciple::base
