#include "runs/checkpoint.hpp"

#include "base/error.hpp"
#include "io/checksum.hpp"
#include "io/netcdf.hpp"
#include "io/weights_file.hpp"
#include "runs/run.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <string>

#include "problems.hpp"
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace fprinciple;
namespace fs = std::filesystem;
using Eigen::Index;

namespace {

/// A folder that goes away with its object.
struct TemporaryFolder {
  fs::path path = fs::temp_directory_path() / fmt::format("fprinciple_checkpoint_{}", getpid());
  TemporaryFolder() { fs::create_directory(path); }
  ~TemporaryFolder() { fs::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
};

/// Equal shapes and bits: −0 is not 0, and nan is nan.
template <class Array>
bool same_bits(const Array& p, const Array& q) {
  if (p.rows() != q.rows() || p.cols() != q.cols()) return false;
  for (Index k = 0; k < p.size(); ++k)
    if (std::bit_cast<std::uint64_t>(p.data()[k]) != std::bit_cast<std::uint64_t>(q.data()[k]))
      return false;
  return true;
}

data::Weights random_weights(Index width, Index dim, std::uint64_t seed) {
  return {tests::random_vector(width, seed), tests::random_matrix(width, dim, seed + 1),
          tests::random_vector(width, seed + 2)};
}

nn::TrainingState some_state() {
  nn::TrainingState state;
  nn::Trajectory& past = state.so_far;
  past.network = {.weights = random_weights(6, 2, 1),
                  .output_scale = 0.25,
                  .train = {.w = false},
                  .activation = data::Activation::tanh};
  past.network.weights.a << -0.0, std::numeric_limits<double>::quiet_NaN(),
      std::numeric_limits<double>::infinity(), std::numeric_limits<double>::denorm_min(),
      9.9692099683868690e+36,  // NetCDF's fill value
      0.1;
  past.t = Eigen::Vector3d(0.0, 1e-300, 1.0 / 3.0);
  past.f = tests::random_matrix(5, 3, 4);
  past.loss = tests::random_vector(3, 5);
  past.switched = tests::random_vector(3, 6);
  past.steps = (std::int64_t{1} << 53) - 1;
  past.gradients = 12345;
  state.t = 0.1;
  state.memory = {random_weights(6, 2, 7), random_weights(6, 2, 10)};
  state.memory[1].w.resize(0, 0);  // a frozen group may keep nothing
  state.numbers = tests::random_vector(4, 13);
  return state;
}

void check_same(const data::Weights& p, const data::Weights& q) {
  CHECK(same_bits(p.a, q.a));
  CHECK(same_bits(p.w, q.w));
  CHECK(same_bits(p.b, q.b));
}

}  // namespace

TEST_CASE("a checkpoint reads back bit for bit") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "c.nc";
  const nn::TrainingState state = some_state();
  runs::write_checkpoint(file, folder.path, "text", "1.0", nn::TrainingState(state));
  const nn::TrainingState read = runs::read_checkpoint(file, "text", "1.0");
  check_same(read.so_far.network.weights, state.so_far.network.weights);
  CHECK(read.so_far.network.output_scale == 0.25);
  CHECK((read.so_far.network.train.a && !read.so_far.network.train.w));
  CHECK(read.so_far.network.train.b);
  CHECK(read.so_far.network.activation == data::Activation::tanh);
  CHECK(same_bits(read.so_far.t, state.so_far.t));
  CHECK(same_bits(read.so_far.f, state.so_far.f));
  CHECK(same_bits(read.so_far.loss, state.so_far.loss));
  CHECK(same_bits(read.so_far.switched, state.so_far.switched));
  CHECK(read.so_far.kernel_drift.size() == 0);
  CHECK(read.so_far.steps == state.so_far.steps);
  CHECK(read.so_far.gradients == 12345);
  CHECK(read.t == 0.1);
  REQUIRE(read.memory.size() == 2);
  check_same(read.memory[0], state.memory[0]);
  check_same(read.memory[1], state.memory[1]);
  CHECK(same_bits(read.numbers, state.numbers));
}

TEST_CASE("a checkpoint of something else is refused, and a whole one alone is taken") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "c.nc";
  const auto read = [&] { return runs::read_checkpoint(file, "text", "1.0"); };
  CHECK_THROWS_WITH(read(), Catch::Contains("c.nc: is damaged, or no checkpoint of fprinciple"));
  io::write_weights(file, random_weights(3, 1, 1));
  CHECK_THROWS_WITH(read(), Catch::Contains("c.nc: is damaged, or no checkpoint of fprinciple"));
  runs::write_checkpoint(file, folder.path, "other", "1.0", some_state());
  CHECK_THROWS_WITH(read(), Catch::Contains("c.nc: is of another experiment"));
  CHECK_THROWS_WITH(read(), Catch::Contains("without --resume training starts afresh"));
  runs::write_checkpoint(file, folder.path, "text", "0.9", some_state());
  CHECK_THROWS_WITH(read(), Catch::Contains("c.nc: was written by version 0.9, and this is 1.0"));
  runs::write_checkpoint(file, folder.path, "text", "1.0", some_state());
  CHECK_NOTHROW(read());
  for (std::uintmax_t size = fs::file_size(file); size > 0; size /= 2) {
    fs::resize_file(file, size - 1);
    CHECK_THROWS_AS(read(), InputError);
  }
}

TEST_CASE("a checkpoint with any flipped bit is refused") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "c.nc";
  runs::write_checkpoint(file, folder.path, "text", "1.0", some_state());
  const auto size = static_cast<std::streamoff>(fs::file_size(file));
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  const auto flip = [&](std::streamoff at, int bit) {
    bytes.seekg(at);
    const int byte = bytes.get() ^ (1 << bit);
    bytes.seekp(at);
    bytes.put(static_cast<char>(byte));
    bytes.flush();
  };
  constexpr std::streamoff kPrime = 101;
  for (std::streamoff at = 0; at < size; at += kPrime) {
    const int bit = static_cast<int>(at % 8);
    flip(at, bit);
    CAPTURE(at, bit);
    CHECK_THROWS_AS(runs::read_checkpoint(file, "text", "1.0"), InputError);
    flip(at, bit);
  }
  CHECK_NOTHROW(runs::read_checkpoint(file, "text", "1.0"));
}

TEST_CASE("a checkpoint whose checksum holds and whose contents do not is refused") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "c.nc";
  struct Forged {
    std::string activation = "relu";
    Index width = 4, records = 3, columns = 3;
    std::array<double, 8> scalars{0.5, 10.0, 10.0, 1.0, 1.0, 1.0, 1.0, 1.0};
    Eigen::Vector3d t{0.0, 0.1, 0.2};
    Index memory_width = 4;
  };
  const auto accepts = [&](const Forged& forged) {
    io::write_netcdf(file, [&](io::NetcdfWriter& out) {
      for (const auto& [name, text] :
           {std::pair("contents", "checkpoint"), std::pair("version", "1.0"),
            std::pair("experiment", "text"), std::pair("activation", forged.activation.c_str())})
        out.attribute(name, std::string(text));
      const auto put = [&](const std::string& name, Index size) {
        out.dimension(name + "_size", size);
        out.variable(name, name + "_size", "1", name, Eigen::VectorXd::Ones(size));
      };
      put("a", 4);
      put("b", forged.width);
      put("loss", forged.records);
      put("memory0_a", forged.memory_width);
      out.dimension("neuron", 4);
      out.dimension("dim", 1);
      out.variable("w", "neuron", "dim", "1", "w", Eigen::MatrixXd::Ones(1, 4));
      out.dimension("time", 3);
      out.variable("t", "time", "1", "t", forged.t);
      out.dimension("columns", forged.columns);
      out.dimension("grid", 2);
      out.variable("f", "columns", "grid", "1", "f", Eigen::MatrixXd::Ones(2, forged.columns));
      out.dimension("scalar", 8);
      out.variable("scalars", "scalar", "1", "scalars",
                   Eigen::Map<const Eigen::VectorXd>(forged.scalars.data(), 8));
    });
    io::append_checksum(file);
    try {
      runs::read_checkpoint(file, "text", "1.0");
      return true;
    } catch (const InputError& error) {
      CHECK_THAT(error.what(), Catch::Contains("is damaged, or no checkpoint of fprinciple"));
      return false;
    }
  };
  REQUIRE(accepts({}));
  CHECK_FALSE(accepts({.activation = "none"}));
  CHECK_FALSE(accepts({.width = 5}));
  CHECK_FALSE(accepts({.records = 2}));
  CHECK_FALSE(accepts({.columns = 4}));
  CHECK_FALSE(accepts({.memory_width = 3}));
  CHECK_FALSE(accepts({.t = {0.0, 0.2, 0.1}}));
  CHECK_FALSE(accepts({.t = {0.1, 0.2, 0.3}}));
  CHECK_FALSE(accepts({.t = {0.0, 0.1, std::numeric_limits<double>::infinity()}}));
  for (const std::size_t k : {0, 1, 2, 7})
    for (const double odd : {1e18, -1.0, 0.5, std::numeric_limits<double>::quiet_NaN()}) {
      Forged forged;
      forged.scalars[k] = odd;
      if (k == 0 && std::isfinite(odd)) continue;  // any finite time will do
      CAPTURE(k, odd);
      CHECK_FALSE(accepts(forged));
    }
}

TEST_CASE("a checkpoint that does not fit on the disk leaves the former one") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "c.nc";
  const nn::TrainingState small = some_state();
  runs::write_checkpoint(file, folder.path, "text", "1.0", small);
  nn::TrainingState large = some_state();
  large.so_far.f = tests::random_matrix(10000, 3, 1);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  for (const rlim_t limit : std::initializer_list<rlim_t>{
           1000, 20000, 200000}) {  // bytes; the large one has 240 000 in f alone
    const rlimit tight{limit, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &tight);
    CHECK_THROWS_AS(runs::write_checkpoint(file, folder.path, "text", "1.0", large), RunError);
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK(same_bits(runs::read_checkpoint(file, "text", "1.0").so_far.f, small.so_far.f));
    CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 1);
  }
  std::signal(SIGXFSZ, handler);
}

TEST_CASE("an experiment's identity changes with its values, samples, grid and weights") {
  runs::Experiment e;
  e.text = "title = \"e\"\n[train]\ntolerance = 0.1\ncheckpoint = 60\n";
  e.problem.samples = {tests::random_matrix(1, 3, 1), tests::random_vector(3, 2)};
  e.problem.grid.points = tests::random_matrix(1, 4, 3);
  e.problem.start = random_weights(4, 1, 4);
  data::Weights& initial = std::get<data::Weights>(e.problem.start);
  const std::string first = runs::identity(e);
  CHECK(runs::identity(e) == first);
  const auto changes = [&](double& number) {
    const double before = number;
    number = std::nextafter(number, 10.0);
    const bool differs = runs::identity(e) != first;
    number = before;
    return differs;
  };
  CHECK(changes(e.problem.samples.x(0, 1)));
  CHECK(changes(e.problem.samples.y[2]));
  CHECK(changes(e.problem.grid.points(0, 3)));
  CHECK(changes(initial.a[0]));
  CHECK(changes(initial.w(3, 0)));
  CHECK(changes(initial.b[1]));
  const auto with_text = [&](const std::string& text) {
    e.text = text;
    return runs::identity(e);
  };
  for (const char* same : {"title = \"f\"\n[train]\ntolerance = 0.1\ncheckpoint = 60\n",
                           "# a comment\n[train]\ncheckpoint = 1\ntolerance = 0.1 # another\n",
                           "[report]\nfigures = [\"loss\"]\n[train]\n  tolerance    =    0.1\n",
                           "train = { tolerance = 1e-1 }"})
    CHECK(with_text(same) == first);
  for (const char* other :
       {"[train]\ntolerance = 0.2", "[train]\ntolerance = 0.10000000000000002",
        "[train]\ntolerance = 0.1\ncheckpoints = 60", "[train]\n", "", "tolerance = 0.1",
        "[train]\ntolerance = 0.1\n[lfp]\ncheckpoint = 60", "[train]\ntolerance = [0.1]"})
    CHECK(with_text(other) != first);
}

TEST_CASE("a run that is interrupted after any step and resumed gives the same arrays") {
  const tests::Case c = tests::fig1a();
  runs::Experiment e;
  e.name = e.title = e.text = c.name;
  e.problem.samples = c.samples;
  e.problem.law.width = 200;
  e.problem.law.a = c.a;
  e.problem.law.w = c.w;
  e.problem.law.b = c.b;
  e.problem.training.method = GENERATE(nn::Method::gd, nn::Method::flow);
  e.problem.training.descent.step = 1e-3;
  e.problem.training.stop.steps = 40;
  e.problem.training.snapshots.count = 8;
  e.problem.theory.lattice = lfp::Lattice{1, 4.0, 50, 0.1};
  e.problem.ladder = false;
  e.problem.grid = c.grid;
  const runs::Run whole = runs::run(e);
  // Beat the null: the network moves.
  REQUIRE(whole.comparison.loss_nn.tail(1)[0] < 0.97 * whole.comparison.loss_nn[0]);

  const TemporaryFolder folder;
  const fs::path file = folder.path / "c.nc";
  const std::string identity = runs::identity(e);
  for (const int every : {1, 7, 39}) {
    std::optional<runs::Run> resumed;
    for (int runs = 0; !resumed; ++runs) {
      REQUIRE(runs <= 40 / every);
      nn::Supervision supervision;
      if (runs > 0) supervision.resume = runs::read_checkpoint(file, identity, "1.0");
      int steps = 0;
      supervision.wish = [&] {
        return ++steps == every ? nn::Supervision::Wish::stop : nn::Supervision::Wish::go_on;
      };
      supervision.keep = [&](const nn::TrainingState& state) {
        runs::write_checkpoint(file, folder.path, identity, "1.0", state);
      };
      try {
        resumed = runs::run(e, {}, supervision);
      } catch (const Interrupted&) {
      }
    }
    CHECK(resumed->comparison.t == whole.comparison.t);
    CHECK(resumed->comparison.f_nn == whole.comparison.f_nn);
    CHECK(resumed->comparison.loss_nn == whole.comparison.loss_nn);
    CHECK(resumed->comparison.lfp().f == whole.comparison.lfp().f);
    CHECK(resumed->summary["train"]["steps"] == 40);
    CHECK(resumed->summary["train"]["gradients"] == whole.summary["train"]["gradients"]);
  }
}
