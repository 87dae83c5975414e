#include "io/weights_file.hpp"

#include "base/error.hpp"
#include "io/netcdf.hpp"

#include <fmt/format.h>

namespace fprinciple::io {

using data::Weights;

Weights read_weights(const std::filesystem::path& file) {
  const NetcdfReader in(file);
  Weights weights{in.vector("a"), in.matrix("w").transpose(), in.vector("b")};
  const auto fail = [&](const std::string& what) {
    throw InputError(fmt::format("{}: {}", file.string(), what));
  };
  const auto [m, d] = std::pair(weights.width(), weights.dim());
  if (m == 0 || d == 0) fail("there is no neuron");
  if (weights.w.rows() != m || weights.b.size() != m)
    fail(fmt::format("a has {} neurons, w {}, b {}", m, weights.w.rows(), weights.b.size()));
  if (!weights.a.allFinite()) fail("variable a has a value that is not finite");
  if (!weights.w.allFinite()) fail("variable w has a value that is not finite");
  if (!weights.b.allFinite()) fail("variable b has a value that is not finite");
  return weights;
}

void write_weights(const std::filesystem::path& file, const Weights& weights) {
  write_netcdf(file, [&](NetcdfWriter& out) {
    out.dimension("neuron", weights.width());
    out.dimension("dim", weights.dim());
    out.variable("a", "neuron", "1", "output weights", weights.a);
    out.variable("w", "neuron", "dim", "1", "input weights", weights.w.transpose());
    out.variable("b", "neuron", "1", "biases", weights.b);
  });
}

}  // namespace fprinciple::io
