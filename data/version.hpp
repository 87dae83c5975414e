#pragma once

namespace fprinciple::data {

/// The project's version, as CMakeLists.txt states it.
const char* version();

}  // namespace fprinciple::data
