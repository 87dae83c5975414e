#include <cstdio>
#include <string_view>

#include <fprinciple/base/version.hpp>
#include <fprinciple/data/distribution.hpp>
#include <fprinciple/version.hpp>

using namespace fprinciple;

int main() {
  // The headers' version is the library's, and the library answers: E[a²] = 3²/3.
  if (std::string_view(base::version()) != FPRINCIPLE_VERSION) return 1;
  if (data::second_moment({data::Distribution::Kind::uniform, 3.0}) != 3.0) return 1;
  std::puts(base::version());
}
