#!/usr/bin/env python3
"""Kernels of deep networks of infinite width, ours beside neural-tangents: the same numbers, and the time.

    cmake --preset release && cmake --build --preset release --target fprinciple_python
    python3 bench/peers/deep_kernels.py build/release/python

Makes its own virtual environment (build/peers/nt-venv, 0.6 GB) and continues in it; it must be of the
Python that our package was built for.

A layer is h = W_std/√fan-in W x + b_std b on both sides, so their kernel_fn(X, Z, "ntk") is our
tangent_kernel and "nngp" our nngp_kernel, without any factor. Compared are X and Z of different points:
where two points are one, theirs takes √(1 − cos²) of a rounded cosine, whose error of 1e-8 is theirs, and
for ReLU on a line near points come close to that. Timed are our function, from NumPy to NumPy, and theirs
under jit, after its compilation, both in double precision on the same processors.
"""
import os
import statistics
import subprocess
import sys
import time
import types
from pathlib import Path

HERE = Path(__file__).resolve()
VENV = HERE.parents[2] / "build" / "peers" / "nt-venv"
TARGET = 1e-10
FASTER = 3.0
ROUNDS = 7
STDS = {"W_std": 1.2, "b_std": 0.3}

if len(sys.argv) < 2:
    sys.exit(__doc__)
if Path(sys.prefix).resolve() != VENV.resolve():
    from environment import continue_in

    continue_in(VENV, "requirements-neural-tangents.txt", HERE)

sys.modules["neural_tangents.experimental"] = types.ModuleType("unused: needs TensorFlow")
sys.path.insert(0, sys.argv[1])

import jax
import numpy as np
from neural_tangents import stax

import fprinciple as fp

jax.config.update("jax_enable_x64", True)

THEIRS = {"relu": stax.Relu(), "erf": stax.Erf(), "sine": stax.Sin(), "gelu": stax.Gelu()}


def law_of(activation, layers):
    return fp.DeepLaw(layers, activation, STDS["W_std"], STDS["b_std"])


def kernel_of(activation, layers):
    hidden = [stax.Dense(1, **STDS), THEIRS[activation]] * layers
    return jax.jit(stax.serial(*hidden, stax.Dense(1, **STDS))[2], static_argnums=2)


def agreement():
    """Whether all kernels agree; the largest difference as a share of the largest entry."""
    print("largest difference, as a share of the largest entry: tangent kernel, covariance")
    print("activation layers " + "".join(f"{f'd = {d}':>18}" for d in (1, 10, 784)))
    worst = 0.0
    for activation in THEIRS:
        for layers in (1, 2, 3, 5):
            row = []
            for d in (1, 10, 784):
                random = np.random.default_rng(d)
                x, z = random.uniform(-1, 1, (60, d)), random.uniform(-1, 1, (50, d))
                kernel, law = kernel_of(activation, layers), law_of(activation, layers)
                for ours, name in ((fp.tangent_kernel(x, z, law=law, model="deep"), "ntk"),
                                   (fp.nngp_kernel(x, z, law=law), "nngp")):
                    theirs = np.array(kernel(x, z, name))
                    row.append(np.abs(ours - theirs).max() / np.abs(theirs).max())
            worst = max(worst, *row)
            print(f"{activation:10} {layers:6} " + " ".join(f"{miss:8.1e}" for miss in row))
    good = worst <= TARGET
    print(f"agreement to {TARGET}: {'yes' if good else 'NO'}, {worst:.1e}", flush=True)
    return good


def median_ms(calls):
    """Medians of interleaved rounds, in ms."""
    times = [[] for _ in calls]
    for _ in range(ROUNDS + 1):
        for call, of in zip(calls, times):
            start = time.perf_counter()
            call()
            of.append(1e3 * (time.perf_counter() - start))
    return [statistics.median(of[1:]) for of in times]  # the first compiles


def timing(threads):
    """The rows of one table of times."""
    for activation in THEIRS:
        for d in (1, 10, 784):
            x = np.random.default_rng(0).uniform(-1, 1, (1000, d))
            law, kernel = law_of(activation, 3), kernel_of(activation, 3)
            ours, theirs = median_ms([
                lambda: fp.tangent_kernel(x, law=law, model="deep"),
                lambda: kernel(x, None, "ntk").block_until_ready()])
            print(f"{threads:7} {activation:10} {d:4} {ours:11.1f} {theirs:16.1f} {theirs / ours:6.1f}",
                  flush=True)


def main():
    if len(sys.argv) > 2:
        timing(int(sys.argv[2]))
        return 0
    good = agreement()
    print(f"\n1000 points, three hidden layers, tangent kernel; ms, medians of {ROUNDS}; to reach: "
          f"{FASTER:g} times as fast\nthreads activation    d  fprinciple  neural-tangents  ratio",
          flush=True)
    processors = sorted(os.sched_getaffinity(0))
    for threads in range(1, min(2, len(processors)) + 1):
        chosen = ",".join(str(p) for p in processors[:threads])
        multi = str(threads > 1).lower()
        flags = f"--xla_cpu_multi_thread_eigen={multi} intra_op_parallelism_threads={threads}"
        subprocess.run(["taskset", "-c", chosen, sys.executable, "-I", HERE, sys.argv[1],
                        str(threads)],
                       env={**os.environ, "OMP_NUM_THREADS": str(threads), "XLA_FLAGS": flags,
                            "OPENBLAS_NUM_THREADS": str(threads)},
                       check=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
