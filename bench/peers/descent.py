#!/usr/bin/env python3
"""Gradient descent of a two-layer ReLU network: ours beside PyTorch and JAX, the same numbers and the time.

    cmake --preset release -DFPRINCIPLE_BENCH=ON && cmake --build --preset release
    python3 bench/peers/descent.py build/release/descent_bench

Makes its own virtual environment (build/peers/descent, 1.5 GB) and continues in it.

All descend ½ Σ (f − y)², f(x) = Σ_j a_j relu(w_j·x + b_j), with every sample in every step, from the same
weights, in the same precision, on the same processors:
    eager     PyTorch: relu(F.linear(x, w, b)) @ a, autograd.grad, an update in place (here 1 to 1.3 times
              as fast as optim.SGD)
    compiled  the faster of torch.compile of the whole step and torch.compile of the loss alone
    JAX       value_and_grad in a fori_loop over all steps, the whole of it under jit
    ours      nn::gradient_descent
The peers' arrays (samples × neurons) stay on the heap between steps; malloc's default, to map and unmap
each of them, makes eager PyTorch twice as slow. Compilation and what is done once are left out.

Share: of the measured FMA throughput, for the flops that the sums over all pairs (sample, neuron) need
(machine_peak.hpp counts them). More than 100 % says that these sums were not formed one by one.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve()
VENV = HERE.parents[2] / "build" / "peers" / "descent"
TARGET = 1e-9  # of the outputs after 1000 steps, relative to max|y|
ROUNDS = 5
SECONDS = 0.5  # of each measurement
# d, n, m, threads, and for each precision how many times as fast as the fastest peer we mean to be
WORKS = ((2, 1000, 10000, (1, 2), {"double": 20, "single": 8}),
         (1, 1000, 10000, (1,), {"double": 3000}),
         (1, 5, 10000, (1,), {"double": 6, "single": 4}),
         (64, 1000, 4096, (1,), {"double": 1.2, "single": 1}))

if len(sys.argv) < 2:
    sys.exit(__doc__)
if Path(sys.prefix).resolve() != VENV:
    from environment import continue_in

    continue_in(VENV, "requirements-descent.txt", HERE)

import jax
import jax.numpy as jnp
import netCDF4
import numpy as np
import torch

jax.config.update("jax_enable_x64", True)


class Problem:
    """Samples, starting weights and a stable step: λ_max is below n m (d + 1) or so."""

    def __init__(self, d, n, m):
        random = np.random.default_rng(d)
        self.x, self.y = random.standard_normal((n, d)), random.standard_normal(n)
        self.theta = [random.standard_normal(m) / m**0.5, random.standard_normal((m, d)),
                      random.standard_normal(m)]
        self.step = 0.1 / (n * m * (d + 1))

    def in_precision(self, precision):
        kind = {"double": np.float64, "single": np.float32}[precision]
        return [v.astype(kind) for v in (self.x, self.y, *self.theta)]


# Each contender is a function of a number of steps that gives seconds per step and the outputs after them.


def with_torch(problem, precision, variant):
    x, y, *start = map(torch.from_numpy, problem.in_precision(precision))

    def outputs(a, w, b):
        return torch.relu(torch.nn.functional.linear(x, w, b)) @ a

    def loss(a, w, b):
        return 0.5 * ((outputs(a, w, b) - y) ** 2).sum()

    def update(theta, gradient):
        with torch.no_grad():
            for p, g in zip(theta, gradient):
                p.sub_(g, alpha=problem.step)

    def whole_step(*theta):
        update(theta, torch.func.grad(loss, argnums=(0, 1, 2))(*theta))

    def autograd_step(*theta):
        update(theta, torch.autograd.grad(the_loss(*theta), theta))

    whole = variant == "step compiled"
    the_loss = torch.compile(loss, dynamic=False) if variant == "loss compiled" else loss
    step = torch.compile(whole_step, dynamic=False, fullgraph=True) if whole else autograd_step

    def run(steps):
        theta = [p.clone().requires_grad_(not whole) for p in start]
        begin = time.perf_counter()
        for _ in range(steps):
            step(*theta)
        seconds = time.perf_counter() - begin
        with torch.no_grad():
            return seconds / steps, outputs(*theta).numpy()
    return run


def with_jax(problem, precision):
    x, y, *start = map(jnp.asarray, problem.in_precision(precision))

    @jax.jit
    def outputs(theta):
        a, w, b = theta
        return jax.nn.relu(x @ w.T + b) @ a

    @jax.jit
    def descend(theta, steps):
        def step(_, theta):
            _, gradient = jax.value_and_grad(lambda t: 0.5 * jnp.sum((outputs(t) - y) ** 2))(theta)
            return jax.tree.map(lambda p, g: p - problem.step * g, theta, gradient)
        return jax.lax.fori_loop(0, steps, step, theta)

    def run(steps):
        begin = time.perf_counter()
        theta = jax.block_until_ready(descend(start, steps))
        return (time.perf_counter() - begin) / steps, np.asarray(outputs(theta))
    return run


def with_ours(problem, precision, driver, threads):
    def run(steps):
        with tempfile.TemporaryDirectory() as folder:
            given, result = f"{folder}/in.nc", f"{folder}/out.nc"
            with netCDF4.Dataset(given, "w", format="NETCDF4") as file:
                for name, length in zip(("sample", "dim", "neuron"),
                                        (*problem.x.shape, len(problem.theta[0]))):
                    file.createDimension(name, length)
                for name, dimensions, values in (("x_train", ("sample", "dim"), problem.x),
                                                 ("y_train", ("sample",), problem.y),
                                                 ("a", ("neuron",), problem.theta[0]),
                                                 ("w", ("neuron", "dim"), problem.theta[1]),
                                                 ("b", ("neuron",), problem.theta[2])):
                    file.createVariable(name, "f8", dimensions)[:] = values
            said = subprocess.run([driver, "step", given, result, "--steps", str(steps), "--step",
                                   repr(problem.step), "--precision", precision, "--threads",
                                   str(threads), "--repetitions", "1"],
                                  check=True, stdout=subprocess.PIPE, text=True).stdout
            run.flops = json.loads(said)["dense_flops_per_step"]
            with netCDF4.Dataset(result) as file:
                return json.loads(said)["ms_per_step"] / 1e3, file["f"][:].filled(np.nan)
    return run


def agreement(driver, steps=1000):
    """The outputs of all contenders after `steps` steps; whether they are the same."""
    print(f"outputs after {steps} steps, double precision, relative to max|y|\n"
          f" d    n    m  {'moved by':>9} {'eager':>9} {'compiled':>9} {'JAX':>9}  apart from ours")
    good = True
    for d, n, m in ((1, 40, 500), (2, 100, 1000)):
        problem = Problem(d, n, m)
        _, f = with_ours(problem, "double", driver, 1)(steps)
        a, w, b = problem.theta
        apart = [abs(f - g).max() / abs(problem.y).max() for g in (
            np.maximum(problem.x @ w.T + b, 0) @ a,
            with_torch(problem, "double", "eager")(steps)[1],
            with_torch(problem, "double", "step compiled")(steps)[1],
            with_jax(problem, "double")(steps)[1])]
        print(f"{d:2} {n:4} {m:4}  " + " ".join(f"{v:9.1e}" for v in apart), flush=True)
        good &= apart[0] > 1e-2 and max(apart[1:]) <= TARGET
    print(f"agreement to {TARGET}: {'yes' if good else 'NO'}", flush=True)
    return good


def steps_of(run):
    """How many steps take about SECONDS."""
    run(2)  # compiles
    steps = 3
    while (seconds := run(steps)[0]) * steps < SECONDS / 10 and steps < 1e6:
        steps *= 10
    return max(3, int(SECONDS / max(seconds, 1e-6)))


def timing(driver, threads):
    """The lines of the table for this number of threads."""
    torch.set_num_threads(threads)
    peak = json.loads(subprocess.run([driver, "peak", "--threads", str(threads)], check=True,
                                     stdout=subprocess.PIPE, text=True).stdout)
    print(f"peak, {threads} thread{'s' * (threads > 1)}: FMA {peak['double_flops'] / 1e9:.0f} (double) "
          f"and {peak['single_flops'] / 1e9:.0f} (single) Gflop/s, triad {peak['l2_bytes'] / 1e9:.0f} "
          f"(L2) and {peak['memory_bytes'] / 1e9:.1f} (memory) GB/s", flush=True)
    for d, n, m, of_threads, bars in WORKS:
        for precision, bar in bars.items() if threads in of_threads else ():
            torch.compiler.reset()
            problem = Problem(d, n, m)
            runs = {variant: with_torch(problem, precision, variant)
                    for variant in ("eager", "step compiled", "loss compiled")}
            runs["JAX"] = with_jax(problem, precision)
            runs["ours"] = with_ours(problem, precision, driver, threads)
            steps = {name: steps_of(run) for name, run in runs.items()}
            rounds = [{name: 1e3 * run(steps[name])[0] for name, run in runs.items()}
                      for _ in range(ROUNDS)]
            ms = {name: statistics.median(of[name] for of in rounds) for name in runs}
            ours = ms.pop("ours")
            compiled = min(ms["step compiled"], ms["loss compiled"])
            share = runs["ours"].flops / (ours / 1e3) / peak[f"{precision}_flops"]
            print(f"{d:2} {n:4} {m:5} {precision:>9} {threads:7} {ms['eager']:9.3f} {compiled:9.3f} "
                  f"{ms['JAX']:9.3f} {ours:9.4f} {min(ms.values()) / ours:8.1f} {bar:6} {share:7.0%}",
                  flush=True)


def main():
    driver = os.path.abspath(sys.argv[1])
    if len(sys.argv) > 2:
        timing(driver, int(sys.argv[2]))
        return 0
    good = agreement(driver)
    print(f"\nms for a step, medians of {ROUNDS} interleaved rounds; ratio: the fastest peer / ours\n"
          f" d    n     m precision threads {'eager':>9} {'compiled':>9} {'JAX':>9} {'ours':>9}"
          f" {'ratio':>8} {'goal':>6} {'share':>7}", flush=True)
    processors = sorted(os.sched_getaffinity(0))
    for threads in range(1, min(2, len(processors)) + 1):
        chosen = ",".join(str(p) for p in processors[:threads])
        multi = str(threads > 1).lower()
        flags = f"--xla_cpu_multi_thread_eigen={multi} intra_op_parallelism_threads={threads}"
        subprocess.run(["taskset", "-c", chosen, sys.executable, "-I", HERE, driver, str(threads)],
                       env={**os.environ, "OMP_NUM_THREADS": str(threads), "XLA_FLAGS": flags,
                            "MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**34),
                            "MALLOC_TOP_PAD_": str(2**28), "TORCHINDUCTOR_COMPILE_THREADS": "1"},
                       check=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
