#include "runs/checkpoint.hpp"

#include "base/error.hpp"
#include "base/message.hpp"
#include "io/checksum.hpp"
#include "io/netcdf.hpp"
#include "runs/toml_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <system_error>
#include <utility>

#include <boost/crc.hpp>
#include <fcntl.h>
#include <fmt/format.h>
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
  file.attribute("activation", std::string(base::name_of(network.activation)));
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
      network.output_scale, network.train.a, network.train.w, network.train.b,
      static_cast<double>(state.memory.size());
  file.dimension("scalar", scalars.size());
  file.variable("scalars", "scalar", "1",
                "t, steps, gradients, output scale, whether a, w, b move, size of the memory",
                scalars);
  if (state.numbers.size() == 0) return;
  file.dimension("number", state.numbers.size());
  file.variable("numbers", "number", "1", "the optimiser's own", state.numbers);
}

/// Nothing that a checkpoint says is used before it is known to be possible; what is not is told
/// by read_checkpoint, in one sentence for all.
void require(bool possible) {
  if (!possible) throw InputError("not what write_checkpoint writes");
}

std::int64_t count(double number, double most) {
  require(number >= 0.0 && number <= most && number == std::floor(number));
  return static_cast<std::int64_t>(number);
}

/// Throws InputError where sizes do not fit to each other, or times do not increase from 0.
void require_consistent(const nn::TrainingState& state) {
  const Trajectory& past = state.so_far;
  const Weights& weights = past.network.weights;
  const auto [m, d, times] = std::array{weights.width(), weights.dim(), past.t.size()};
  require(m > 0 && d > 0 && times > 0);
  require(weights.w.rows() == m && weights.b.size() == m);
  for (const Weights& array : state.memory) {
    require(array.a.size() == 0 || array.a.size() == m);
    require(array.w.size() == 0 || (array.w.rows() == m && array.w.cols() == d));
    require(array.b.size() == 0 || array.b.size() == m);
  }
  for (const auto& [name, member] : kRecords)
    require((past.*member).size() == times || (past.*member).size() == 0);
  require(past.loss.size() == times && past.f.cols() == times);
  require(past.t[0] == 0.0 && std::isfinite(past.t[times - 1]) && std::isfinite(state.t));
  for (Eigen::Index k = 1; k < times; ++k) require(past.t[k] > past.t[k - 1]);
}

nn::TrainingState state_in(const io::NetcdfReader& file) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  constexpr double kMostMemory = 16.0;
  nn::TrainingState state;
  const VectorXd scalars = file.vector("scalars");
  require(scalars.size() == kScalars);
  Trajectory& past = state.so_far;
  past.network = {
      .weights = weights_of(file, ""),
      .output_scale = scalars[3],
      .train = {.a = scalars[4] != 0.0, .w = scalars[5] != 0.0, .b = scalars[6] != 0.0},
      .activation = base::named<data::Activation>("activation", file.attribute("activation"))};
  for (const auto& [name, member] : kRecords) past.*member = vector_of(file, name);
  past.f = file.matrix("f");
  past.steps = count(scalars[1], kExact);
  past.gradients = count(scalars[2], kExact);
  state.t = scalars[0];
  const auto memory = static_cast<std::size_t>(count(scalars[7], kMostMemory));
  for (std::size_t k = 0; k < memory; ++k)
    state.memory.push_back(weights_of(file, memory_prefix(k)));
  state.numbers = vector_of(file, "numbers");
  require_consistent(state);
  return state;
}

[[noreturn]] void refuse(const fs::path& file, const std::string& why) {
  throw InputError(
      fmt::format("{}: {}; without --resume training starts afresh", file.string(), why));
}

/// Where directories can be.
void flush_directory(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

std::string identity(const Experiment& experiment) {
  boost::crc_32_type checksum;
  const auto add = [&](const auto& array) {
    checksum.process_bytes(array.data(), static_cast<std::size_t>(array.size()) * sizeof(double));
  };
  add(experiment.problem.samples.x);
  add(experiment.problem.samples.y);
  add(experiment.problem.grid.points);
  if (const auto* initial = std::get_if<Weights>(&experiment.problem.start)) {
    add(initial->a);
    add(initial->w);
    add(initial->b);
  }
  return fmt::format(
      "{}\n# samples, grid, weights: {:08x}\n",
      values_of(experiment.text, {"title", "report", "train.checkpoint", "train.stop"}),
      checksum.checksum());
}

void write_checkpoint(const fs::path& file, const fs::path& scratch, const std::string& identity,
                      const std::string& version, const nn::TrainingState& state) {
  const fs::path partial = scratch / ".checkpoint.partial.nc";
  try {
    io::write_netcdf(partial, [&](io::NetcdfWriter& out) { fill(out, identity, version, state); });
    io::append_checksum(partial);
    fs::rename(partial, file);
  } catch (const std::exception& error) {
    std::error_code ignored;
    fs::remove(partial, ignored);
    throw RunError(
        fmt::format("the checkpoint {} cannot be written: {}", file.string(), message_of(error)));
  }
  flush_directory(fs::absolute(file).parent_path());
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
    // Other versions may write no checksum.
    if (writer == version) require(io::checksum_holds(file));
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
