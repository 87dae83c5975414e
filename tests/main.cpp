#define CATCH_CONFIG_RUNNER
#include "base/simd.hpp"
#include "base/version.hpp"

#include <cstdlib>
#include <iostream>

#include <Eigen/Core>
#include <boost/version.hpp>
#include <catch2/catch.hpp>

// Every random number in the tests comes from a seed written in the test itself.
int main(int argc, char** argv) {
  std::cerr << "fprinciple " << fprinciple::base::version() << ", Eigen " << EIGEN_WORLD_VERSION
            << '.' << EIGEN_MAJOR_VERSION << '.' << EIGEN_MINOR_VERSION << ", Boost "
            << BOOST_LIB_VERSION << ", Catch2 " << CATCH_VERSION_MAJOR << '.' << CATCH_VERSION_MINOR
            << '\n';
  // ctest runs the kernels with the vectors of other machines, too.
  if (const char* const bytes = std::getenv("FPRINCIPLE_VECTORS"))
    fprinciple::base::longest_vectors = std::atoi(bytes);
  return Catch::Session().run(argc, argv);
}
