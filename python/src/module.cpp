#include "base/error.hpp"
#include "base/version.hpp"

#include "bindings.hpp"
#include "interruptible.hpp"
#include <nanobind/nanobind.h>

namespace nb = nanobind;

NB_MODULE(_core, module) {
  using namespace fprinciple;
  module.doc() = "The library fprinciple, for the package around it.";
  module.attr("__version__") = base::version();
  // Looked for from the last on: the first is for what is neither of the others.
  const nb::exception<Error> run_error(module, "RunError", PyExc_RuntimeError);
  const nb::exception<InputError> input_error(module, "InputError", PyExc_ValueError);
  for (const nb::object& error : {nb::object(run_error), nb::object(input_error)})
    error.attr("__module__") = "fprinciple";
  python::remember_main_thread();
  python::bind_theory(module);
  python::bind_practice(module);
  python::bind_runs(module);
  python::bind_sweeps(module);
  python::bind_bounds(module);
  python::bind_measured(module);
}
