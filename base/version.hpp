#pragma once

namespace fprinciple::base {

/// The project's version, as CMakeLists.txt states it.
const char* version();

}  // namespace fprinciple::base
