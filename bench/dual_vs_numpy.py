#!/usr/bin/env python3
"""The limit of figure 1a: our dual solve beside the papers' primal one in NumPy, in one run.

    cmake --preset release -DFPRINCIPLE_BENCH=ON && cmake --build --preset release
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python3 bench/dual_vs_numpy.py build/release/fprinciple_bench

Needs NumPy and Google Benchmark (libbenchmark-dev). The primal solve is that of the papers' code: a
dense 4000 × 4000 system for the lattice coefficients, here with the kernel's own weights and their
ridge of 1e-6. Both include the evaluation at 800 points. Rounds are interleaved; medians are shown.
"""
import json
import statistics
import subprocess
import sys
import time

import numpy as np

L, M, RIDGE = 20 / (2 * np.pi), 2000, 1e-6
KAPPA = 10000 / 6
C1, C2 = KAPPA * 27 / 4 / (16 * np.pi**4), KAPPA * 0.01 / 3 * 1.5 / (4 * np.pi**2)
X = np.array([-0.8, -0.6, -0.3, -0.06, 0.1])
Y = np.array([0.25, -0.25, -0.07, 0.15, -0.05])
GRID = np.linspace(-0.8, 0.1, 800)


def features(x):
    k = np.arange(M)
    xi = np.where(k > 0, k, 0.1) / L
    scale = np.sqrt(np.where(k > 0, 2, 1) * (C1 / xi**4 + C2 / xi**2) / L)
    phase = 2 * np.pi * np.outer(x, k) / L
    return np.hstack([np.cos(phase) * scale, np.sin(phase) * scale])


def primal():
    start = time.perf_counter()
    a = features(X)
    z = np.linalg.solve(a.T @ a + RIDGE * np.eye(2 * M), a.T @ Y)
    features(GRID) @ z
    return 1e3 * (time.perf_counter() - start)


def dual(command):
    out = subprocess.run([command, "--benchmark_filter=^dual$", "--benchmark_format=json"],
                         check=True, capture_output=True, text=True).stdout
    return json.loads(out)["benchmarks"][0]["real_time"]


rounds = [(primal(), dual(sys.argv[1])) for _ in range(5)]
ours = statistics.median(d for _, d in rounds)
numpy = statistics.median(p for p, _ in rounds)
print(f"NumPy primal {numpy:.0f} ms, dual {ours:.2f} ms, ratio {numpy / ours:.0f}")
