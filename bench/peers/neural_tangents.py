#!/usr/bin/env python3
"""The infinitely wide network's training, ours beside neural-tangents: the same numbers, and the time.

    cmake --preset release -DFPRINCIPLE_BENCH=ON && cmake --build --preset release
    python3 bench/peers/neural_tangents.py build/release/complete_lfp_bench

Makes its own virtual environment (build/peers/nt-venv, 0.6 GB) and continues in it.

Ours: f = s Σ a_j relu(z_j), z_j = w_j·x + b_j, s = 1/√m, every a_j, w_jk, b_j standard normal and trained
by the gradient flow of ½ Σ (f − y)² from f = 0. With m → ∞ the tangent kernel is
    K = E[relu(z) relu(z')] + E[H(z) H(z')] (1 + x·x').
Theirs: a dense layer is z = W_std/√d Σ ω_k x_k + b_std β, with ω, β standard normal and trained.
W_std = √d and b_std = 1 make ω our w and β our b; the second layer is W_std = 1 (its √fan_in is √m)
without bias. A standard deviation other than 1 would be a factor of their derivatives, not of ours.
Their loss is ½ mean (f − y)²: their time is n times ours.

Their kernel's diagonal takes √(|u|²|u'|² − (u·u')²), u = (x, 1), whose rounding leaves about 1e-8 of
|u|² instead of 0. With coordinates that are multiples of 1/64, and without fused operations (jit), all
terms are exact, and the agreement is asked for there. The exact diagonal is 1 + |x|².
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import types
from pathlib import Path

HERE = Path(__file__).resolve()
VENV = HERE.parents[2] / "build" / "peers" / "nt-venv"
TARGET = 1e-10
ROUNDS = 7

if len(sys.argv) < 2:
    sys.exit(__doc__)
if Path(sys.prefix).resolve() != VENV.resolve():
    from environment import continue_in

    continue_in(VENV, "requirements-neural-tangents.txt", HERE)

sys.modules["neural_tangents.experimental"] = types.ModuleType("unused: needs TensorFlow")

import jax
import jax.numpy as jnp
import netCDF4
import neural_tangents as nt
import numpy as np

jax.config.update("jax_enable_x64", True)


def kernel_of(d):
    _, _, kernel = nt.stax.serial(nt.stax.Dense(1, W_std=d**0.5, b_std=1.0), nt.stax.Relu(),
                                  nt.stax.Dense(1, W_std=1.0, b_std=None))
    return kernel


def flow(k, k_grid, y, t):
    predict = nt.predict.gradient_descent_mse(k, y[:, None])
    return predict(len(y) * t, None, 0.0, k_grid)[..., 0]


def theirs(problem, kernel, flow=flow):
    """(K, f at (time, grid)), and the seconds for K and for f."""
    x, y, grid, t = problem
    start = time.perf_counter()
    k = kernel(x, None, "ntk").block_until_ready()
    k_grid = kernel(grid, x, "ntk").block_until_ready()
    middle = time.perf_counter()
    f = flow(k, k_grid, jnp.asarray(y), jnp.asarray(t)).block_until_ready()
    end = time.perf_counter()
    return np.array(k), np.array(f), (middle - start, end - middle)


def ours(driver, problem, threads):
    """The same, by our driver."""
    with tempfile.TemporaryDirectory() as folder:
        given, result = f"{folder}/in.nc", f"{folder}/out.nc"
        x, y, grid, t = problem
        with netCDF4.Dataset(given, "w", format="NETCDF4") as file:
            for name, length in (("sample", len(y)), ("dim", x.shape[1]), ("grid", len(grid)),
                                 ("time", len(t))):
                file.createDimension(name, length)
            file.createVariable("x_train", "f8", ("sample", "dim"))[:] = x
            file.createVariable("y_train", "f8", ("sample",))[:] = y
            file.createVariable("x_grid", "f8", ("grid", "dim"))[:] = grid
            file.createVariable("t", "f8", ("time",))[:] = t
        said = json.loads(subprocess.run([driver, given, result, "--threads", str(threads)],
                                         check=True, stdout=subprocess.PIPE, text=True).stdout)
        with netCDF4.Dataset(result) as file:
            return (file["kernel"][:].filled(np.nan), file["f"][:].filled(np.nan),
                    (said["kernel_seconds"], said["flow_seconds"]))


def problem_of(d, n, grid, times, random):
    if d == 1:
        x = (np.linspace(-2, 2, n) + random.uniform(-0.4, 0.4, n) / n)[:, None]
    else:
        x = random.standard_normal((n, d))
    return x, random.standard_normal(n), random.uniform(-2, 2, (grid, d)), np.logspace(-3, 3, times)


def definition(d, random, m=10**6):
    """Their kernel against m neurons of our network; the difference in standard errors."""
    x = random.standard_normal((4, d))
    z = x @ random.standard_normal((d, m)) + random.standard_normal(m)
    a = random.standard_normal(m)
    k = np.array(kernel_of(d)(x, None, "ntk"))
    worst = 0.0
    for i, j in zip(*np.triu_indices(len(x))):
        sample = (np.maximum(z[i], 0) * np.maximum(z[j], 0)
                  + a**2 * (z[i] > 0) * (z[j] > 0) * (1 + x[i] @ x[j]))
        worst = max(worst, abs(sample.mean() - k[i, j]) / (sample.std() / m**0.5))
    return worst


def agreement(driver):
    """The comparison at finite times; whether the exact cases reach the target."""
    print("differences: kernel / max|kernel|, f / max|y|; diagonal: from 1 + |x|², / its maximum")
    print(f"{'d':>2} {'n':>4}  {'points':10} {'condition':>9} {'kernel':>8} {'f':>8}"
          f" {'diagonal, ours':>15} {'theirs':>8}")
    good = True
    for d, n in ((1, 16), (10, 100), (10, 1000)):  # the last as timed
        random = np.random.default_rng(d)
        errors = definition(d, random)
        drawn = problem_of(d, n, 200, 50, random)
        for points, problem in (("drawn", drawn),
                                ("64ths", (np.round(64 * drawn[0]) / 64, *drawn[1:]))):
            k, f, _ = ours(driver, problem, 1)
            k_nt, f_nt, _ = theirs(problem, kernel_of(d))
            if k.shape != k_nt.shape or f.shape != f_nt.shape:
                sys.exit(f"{driver}: kernel {k.shape}, f {f.shape}")
            diagonal = 1 + (problem[0] ** 2).sum(axis=1)
            of_kernel = abs(k - k_nt).max() / abs(k_nt).max()
            of_f = abs(f - f_nt).max() / abs(problem[1]).max()
            off, off_nt = (abs(np.diag(m) - diagonal).max() / diagonal.max() for m in (k, k_nt))
            print(f"{d:2} {n:4}  {points:10} {np.linalg.cond(k):9.1e} {of_kernel:8.1e} {of_f:8.1e}"
                  f" {off:15.1e} {off_nt:8.1e}")
            good &= points == "drawn" or (of_kernel <= TARGET and of_f <= TARGET)
        print(f"{d:2}       their kernel and a million neurons of ours: {errors:.1f} standard errors apart")
        good &= errors < 5
    print(f"agreement at points in 64ths to {TARGET}: {'yes' if good else 'NO'}", flush=True)
    return good


def timing(driver, threads):
    """One line of the table of times."""
    problem = problem_of(10, 1000, 1000, 500, np.random.default_rng(0))
    compiled = jax.jit(kernel_of(10), static_argnums=2), jax.jit(flow)
    theirs(problem, *compiled)  # compiles
    ours(driver, problem, threads)
    rounds = [(ours(driver, problem, threads)[2], theirs(problem, *compiled)[2])
              for _ in range(ROUNDS)]
    row = [statistics.median(1e3 * part(of[side]) for of in rounds) for side in (0, 1)
           for part in (lambda s: s[0], lambda s: s[1], sum)]
    print(f"{threads:7}  " + " ".join(f"{ms:9.0f}" for ms in row) + f" {row[5] / row[2]:6.1f}",
          flush=True)


def main():
    driver = os.path.abspath(sys.argv[1])
    if len(sys.argv) > 2:
        timing(driver, int(sys.argv[2]))
        return 0
    good = agreement(driver)
    print(f"\n1000 samples, d = 10, 1000 grid points, 500 times; ms, medians of {ROUNDS}\n"
          f"{'':9}{'fprinciple':>29} {'neural-tangents':>29}\n"
          f"threads  {('{:>9} ' * 6).format(*2 * ('kernel', 'flow', 'total'))} ratio", flush=True)
    processors = sorted(os.sched_getaffinity(0))
    for threads in range(1, min(2, len(processors)) + 1):
        chosen = ",".join(str(p) for p in processors[:threads])
        multi = str(threads > 1).lower()
        flags = f"--xla_cpu_multi_thread_eigen={multi} intra_op_parallelism_threads={threads}"
        subprocess.run(["taskset", "-c", chosen, sys.executable, "-I", HERE, driver, str(threads)],
                       env={**os.environ, "OMP_NUM_THREADS": str(threads), "XLA_FLAGS": flags,
                            "OPENBLAS_NUM_THREADS": str(threads)},
                       check=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
