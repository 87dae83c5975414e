#include "runs/checkpoint.hpp"

#include "base/error.hpp"
#include "io/netcdf.hpp"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <boost/crc.hpp>
#include <fcntl.h>
#include <spdlog/fmt/fmt.h>
#include <unistd.h>

namespace fprinciple::runs {
namespace fs = std::filesystem;
namespace {

using data::Weights;
using Eigen::VectorXd;
using nn::Trajectory;

constexpr auto kContents = "checkpoint";
constexpr Eigen::Index kScalars = 8;

/// Every vector over time, once: used to write it and to read it.
constexpr std::array<std::pair<const char*, VectorXd Trajectory::*>, 5> kRecords = {
    {{"t", &Trajectory::t},
     {"loss", &Trajectory::loss},
     {"kernel_drift", &Trajectory::kernel_drift},
     {"parameter_distance", &Trajectory::parameter_distance},
     {"switched", &Trajectory::switched}}};

std::string memory_prefix(std::size_t k) { return fmt::format("memory{}_", k); }

// What is empty is left out: a NetCDF dimension of size 0 would be an unlimited one.
void put(io::NetcdfWriter& file, const std::string& prefix, const Weights& weights) {
  const auto [a, w, b] = std::array{prefix + "a", prefix + "w", prefix + "b"};
  if (weights.a.size() > 0) file.variable(a, "neuron", "1", a, weights.a);
  if (weights.w.size() > 0) file.variable(w, "neuron", "dim", "1", w, weights.w.transpose());
  if (weights.b.size() > 0) file.variable(b, "neuron", "1", b, weights.b);
}

VectorXd vector_of(const io::NetcdfReader& file, const std::string& name) {
  return file.has(name) ? file.vector(name) : VectorXd();
}

Weights weights_of(const io::NetcdfReader& file, const std::string& prefix) {
  const std::string w = prefix + "w";
  Weights weights{vector_of(file, prefix + "a"), {}, vector_of(file, prefix + "b")};
  if (file.has(w)) weights.w = file.matrix(w).transpose();
  return weights;
}

void fill(io::NetcdfWriter& file, const std::string& identity, const std::string& version,
          const nn::TrainingState& state) {
  const Trajectory& past = state.so_far;
  const nn::Network& network = past.network;
  file.attribute("program", "fprinciple");
  file.attribute("contents", kContents);
  file.attribute("version", version);
  file.attribute("experiment", identity);
  file.attribute("activation", data::name(network.activation));
  file.dimension("neuron", network.weights.width());
  file.dimension("dim", network.weights.dim());
  file.dimension("time", past.t.size());
  file.dimension("grid", past.f.rows());
  put(file, "", network.weights);
  for (const auto& [name, member] : kRecords)
    if ((past.*member).size() > 0) file.variable(name, "time", "1", name, past.*member);
  file.variable("f", "time", "grid", "1", "outputs at the grid", past.f);
  for (std::size_t k = 0; k < state.memory.size(); ++k)
    put(file, memory_prefix(k), state.memory[k]);
  VectorXd scalars(kScalars);  // integers are exact up to 2^53
  scalars << state.t, static_cast<double>(past.steps), static_cast<double>(past.gradients),
      network.output_scale, network.train_a, network.train_w, network.train_b,
      static_cast<double>(state.memory.size());
  file.dimension("scalar", scalars.size());
  file.variable("scalars", "scalar", "1",
                "t, steps, gradients, output scale, whether a, w, b move, size of the memory",
                scalars);
  if (state.numbers.size() == 0) return;
  file.dimension("number", state.numbers.size());
  file.variable("numbers", "number", "1", "the optimiser's own", state.numbers);
}

nn::TrainingState state_in(const io::NetcdfReader& file) {
  nn::TrainingState state;
  const VectorXd scalars = file.vector("scalars");
  if (scalars.size() != kScalars) throw InputError("other scalars");
  Trajectory& past = state.so_far;
  past.network = {weights_of(file, ""), scalars[3],
                  scalars[4] != 0.0,    scalars[5] != 0.0,
                  scalars[6] != 0.0,    data::activation_named(file.attribute("activation"))};
  for (const auto& [name, member] : kRecords) past.*member = vector_of(file, name);
  past.f = file.matrix("f");
  past.steps = static_cast<std::int64_t>(scalars[1]);
  past.gradients = static_cast<std::int64_t>(scalars[2]);
  state.t = scalars[0];
  for (std::size_t k = 0; k < static_cast<std::size_t>(scalars[7]); ++k)
    state.memory.push_back(weights_of(file, memory_prefix(k)));
  state.numbers = vector_of(file, "numbers");
  return state;
}

[[noreturn]] void refuse(const fs::path& file, const std::string& why) {
  throw InputError(
      fmt::format("{}: {}; without --resume training starts afresh", file.string(), why));
}

bool synced(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool done = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0) ::close(descriptor);
  return done;
}

}  // namespace

std::string identity(const compare::Experiment& experiment) {
  boost::crc_32_type checksum;
  const auto add = [&](const auto& array) {
    checksum.process_bytes(array.data(), static_cast<std::size_t>(array.size()) * sizeof(double));
  };
  add(experiment.samples.x);
  add(experiment.samples.y);
  add(experiment.grid.points);
  if (const auto& initial = experiment.network.initial) {
    add(initial->a);
    add(initial->w);
    add(initial->b);
  }
  return fmt::format("{}\n# samples, grid, weights: {:08x}\n", experiment.text,
                     checksum.checksum());
}

void write_checkpoint(const fs::path& file, const fs::path& scratch, const std::string& identity,
                      const std::string& version, const nn::TrainingState& state) {
  const fs::path partial = scratch / ".checkpoint.partial.nc";
  try {
    io::write_netcdf(partial, [&](io::NetcdfWriter& out) { fill(out, identity, version, state); });
    if (!synced(partial)) throw RunError("it cannot be flushed to the disk");
    fs::rename(partial, file);
  } catch (const std::exception& error) {
    std::error_code ignored;
    fs::remove(partial, ignored);
    throw RunError(
        fmt::format("the checkpoint {} cannot be written: {}", file.string(), error.what()));
  }
  synced(fs::absolute(file).parent_path());  // where directories can be
}

bool is_checkpoint(const fs::path& file) {
  std::error_code error;
  if (fs::symlink_status(file, error).type() != fs::file_type::regular) return false;
  try {
    return io::NetcdfReader(file).attribute("contents") == kContents;
  } catch (const InputError&) {
    return false;
  }
}

nn::TrainingState read_checkpoint(const fs::path& file, const std::string& identity,
                                  const std::string& version) {
  std::string writer;
  try {
    const io::NetcdfReader in(file);
    if (in.attribute("contents") != kContents) throw InputError("holds something else");
    writer = in.attribute("version");
    if (writer == version && in.attribute("experiment") == identity) return state_in(in);
  } catch (const InputError&) {
    refuse(file, "is damaged, or no checkpoint of fprinciple");
  }
  if (writer != version)
    refuse(file, fmt::format("was written by version {}, and this is {}", writer, version));
  refuse(file,
         "is of another experiment: the experiment file, or what it reads, has changed since");
}

}  // namespace fprinciple::runs
