#include "io/weights_file.hpp"

#include "base/error.hpp"
#include "data/weights.hpp"
#include "io/netcdf.hpp"

#include "problems.hpp"
#include <catch2/catch.hpp>
#include <unistd.h>

using namespace fprinciple;

namespace {

std::filesystem::path temporary() {
  return std::filesystem::temp_directory_path() /
         ("fprinciple_weights_" + std::to_string(getpid()) + ".nc");
}

}  // namespace

TEST_CASE("weights survive NetCDF bit for bit") {
  const data::Weights weights = nn::draw_weights(
      {.width = 30, .a = tests::normal(1), .w = tests::normal(2), .b = tests::uniform(3)}, 4,
      {.seed = 9});
  io::write_weights(temporary(), weights);
  const data::Weights back = io::read_weights(temporary());
  std::filesystem::remove(temporary());
  CHECK(back.a == weights.a);
  CHECK(back.w == weights.w);
  CHECK(back.b == weights.b);
}

TEST_CASE("weights that do not fit together are refused by name") {
  const auto message = [](const data::Weights& weights) -> std::string {
    io::write_netcdf(temporary(), [&](io::NetcdfWriter& out) {
      out.dimension("neuron", weights.a.size());
      out.dimension("dim", weights.w.cols());
      out.dimension("other", weights.b.size());
      out.variable("a", "neuron", "1", "", weights.a);
      out.variable("w", "neuron", "dim", "1", "", weights.w.transpose());
      out.variable("b", "other", "1", "", weights.b);
    });
    try {
      io::read_weights(temporary());
    } catch (const InputError& error) {
      std::filesystem::remove(temporary());
      return error.what();
    }
    return "accepted";
  };
  const std::string file = temporary().string();
  data::Weights weights{Eigen::VectorXd::Ones(4), Eigen::MatrixXd::Ones(4, 2),
                        Eigen::VectorXd::Ones(3)};
  CHECK(message(weights) == file + ": a has 4 neurons, w 4, b 3");
  weights.b = Eigen::VectorXd::Ones(4);
  weights.w(2, 1) = std::numeric_limits<double>::infinity();
  CHECK(message(weights) == file + ": variable w has a value that is not finite");
}
