#pragma once

#include <nanobind/nanobind.h>

namespace fprinciple::python {

// Each file of bindings adds its names to the module.

/// Law, Solution, solve, complete_kernel, weights_kernel.
void bind_theory(nanobind::module_& module);
/// draw_weights, outputs, train.
void bind_practice(nanobind::module_& module);
/// run.
void bind_runs(nanobind::module_& module);
/// Stop, Sweep, read_sweep, run_cell, SweepRun, begin_sweep.
void bind_sweeps(nanobind::module_& module);
/// bounds.
void bind_bounds(nanobind::module_& module);
/// Recording, measure_…, crossing_times, kendall_tau, spectral_bias.
void bind_measured(nanobind::module_& module);

}  // namespace fprinciple::python
