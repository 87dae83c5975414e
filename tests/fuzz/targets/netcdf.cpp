// Weights, and every variable and attribute that results and checkpoints have. The library runs in
// a process of its own: what is tested here is that this process believes nothing of what it says.
#include "io/netcdf.hpp"

#include "io/weights_file.hpp"

#include "reading.hpp"

using namespace fprinciple;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file(data, size);
  fuzz::read_safely([&] { io::read_weights(file.path()); });
  fuzz::read_safely([&] {
    const io::NetcdfReader in(file.path());
    for (const char* name : {"program", "version", "experiment", "sweep"})
      fuzz::read_safely([&] { static_cast<void>(in.attribute(name)); });
    for (const std::string& name : in.variables()) {
      fuzz::read_safely([&] { static_cast<void>(in.numbers(name)); });
      fuzz::read_safely([&] { static_cast<void>(in.texts(name)); });
      fuzz::read_safely([&] { static_cast<void>(in.vector(name)); });
      fuzz::read_safely([&] { static_cast<void>(in.matrix(name)); });
    }
  });
  return 0;
}
