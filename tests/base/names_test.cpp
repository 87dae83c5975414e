#include "base/names.hpp"

#include "compare/compare.hpp"
#include "compare/model.hpp"
#include "compare/statistics.hpp"
#include "data/activation.hpp"
#include "data/distribution.hpp"
#include "nn/gradient_descent.hpp"
#include "runs/experiment.hpp"

#include <catch2/catch.hpp>

using namespace fprinciple;

namespace {

/// Every value has one name, and the name is that value's.
template <class Enum>
void check_names() {
  const auto values = base::all_values<Enum>();
  CHECK(values.size() == base::all_names<Enum>().size());
  for (const Enum value : values) CHECK(base::find_named<Enum>(base::name_of(value)) == value);
  for (std::size_t k = 0; k < values.size(); ++k) CHECK(static_cast<std::size_t>(values[k]) == k);
  CHECK_THROWS_AS(base::name_of(static_cast<Enum>(values.size())), InputError);
}

}  // namespace

TEST_CASE("each enum has one table of names, whole and without repetition") {
  check_names<data::Activation>();
  check_names<data::Distribution::Kind>();
  check_names<nn::Method>();
  check_names<nn::Descent::Precision>();
  check_names<compare::Model>();
  check_names<compare::Moments>();
  check_names<compare::Statistic>();
  check_names<compare::Route>();
  check_names<compare::Stage>();
  check_names<runs::FigureName>();
}

TEST_CASE("a name that is none is refused with those that are") {
  CHECK(base::named<data::Activation>("activation", "tanh") == data::Activation::tanh);
  CHECK_THROWS_WITH(base::named<compare::Moments>("moments", "law"),
                    "moments is law, but must be one of distribution weights");
  CHECK_FALSE(base::find_named<nn::Method>("Adam").has_value());
}
