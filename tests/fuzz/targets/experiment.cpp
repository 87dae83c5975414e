// An experiment file. The files that it may name lie in the working directory.
#include "runs/experiment_file.hpp"
#include "runs/toml_reader.hpp"

#include "reading.hpp"

using namespace fprinciple;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  fuzz::read_safely([&] { runs::read_experiment(runs::TomlFile("e.toml", text), size % 2 == 0); });
  return 0;
}
