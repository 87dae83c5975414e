#include "data/version.hpp"

namespace fprinciple::data {

const char* version() { return FPRINCIPLE_VERSION; }

}  // namespace fprinciple::data
