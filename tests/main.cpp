#define CATCH_CONFIG_RUNNER
#include "data/linear_algebra.hpp"
#include "data/memory.hpp"
#include "data/version.hpp"

#include <iostream>

#include <Eigen/Core>
#include <boost/version.hpp>
#include <catch2/catch.hpp>

// Every random number in the tests comes from a seed written in the test itself.
int main(int argc, char** argv) {
  std::cerr << "fprinciple " << fprinciple::data::version() << ", Eigen " << EIGEN_WORLD_VERSION
            << '.' << EIGEN_MAJOR_VERSION << '.' << EIGEN_MINOR_VERSION << ", Boost "
            << BOOST_LIB_VERSION << ", Catch2 " << CATCH_VERSION_MAJOR << '.' << CATCH_VERSION_MINOR
            << '\n';
  fprinciple::data::keep_blas_to_one_thread();
  fprinciple::data::reuse_freed_memory();
  return Catch::Session().run(argc, argv);
}
