#!/usr/bin/env python3
"""The mesh-free LFP interpolants are SciPy's radial basis functions.

usage: scipy_rbf.py EXECUTABLE

EXECUTABLE reads a problem on stdin: a line "d n g kernel", n lines "x1 … xd y", g lines "x1 … xd";
it prints the interpolant at the g points, one value a line. "cubic" is |x|³ with a linear
polynomial, "linear" is |x| with a constant.

The samples keep a distance from each other, and on the line there are few of them: among 200 random
points of an interval some nearly coincide, and SciPy's cubic is then 1e-3 off the natural spline.
"""

import subprocess
import sys

SKIPPED = 77

try:
    import numpy as np
    from scipy.interpolate import RBFInterpolator
except ImportError as error:
    print(f"skipped, needs the package python3-scipy (1.10 or later): {error}")
    sys.exit(SKIPPED)

SAMPLES = {1: 30, 2: 200, 3: 200, 5: 200}  # by dimension
POINTS, TOLERANCE = 300, 1e-8
DEGREE = {"cubic": 1, "linear": 0}


def apart(random, n, d):
    """n random points of [-1, 1]^d, none near another."""
    x = np.empty((0, d))
    while len(x) < n:
        candidate = random.uniform(-1, 1, d)
        if np.all(np.linalg.norm(x - candidate, axis=1) > 0.5 / n ** (1 / d)):
            x = np.vstack([x, candidate])
    return x


def lines(rows):
    return "".join(" ".join(f"{number:.17g}" for number in row) + "\n" for row in rows)


def interpolant(executable, x, y, points, kernel):
    """The executable's values at the points."""
    problem = f"{x.shape[1]} {len(x)} {len(points)} {kernel}\n"
    problem += lines(np.column_stack([x, y])) + lines(points)
    result = subprocess.run([executable], input=problem, stdout=subprocess.PIPE, text=True,
                            check=True)
    return np.array(result.stdout.split(), dtype=float)


def difference(executable, d, kernel):
    """The largest difference from SciPy at random points, relative to SciPy's largest value."""
    random = np.random.default_rng(d)
    x = apart(random, SAMPLES[d], d)
    y = random.standard_normal(len(x))
    points = random.uniform(x.min(axis=0), x.max(axis=0), (POINTS, d))
    expected = RBFInterpolator(x, y, kernel=kernel, degree=DEGREE[kernel])(points)
    found = interpolant(executable, x, y, points, kernel)
    if found.shape != expected.shape:
        raise ValueError(f"{len(expected)} values expected, {len(found)} printed")
    return abs(found - expected).max() / abs(expected).max()


def main():
    executable = sys.argv[1]
    failed = 0
    for kernel in DEGREE:
        for d in SAMPLES:
            try:
                error = difference(executable, d, kernel)
                good = error <= TOLERANCE  # false for nan
                print(f"{kernel:6} d = {d}: {error:.1e}" + ("" if good else "  FAILED"))
            except (OSError, ValueError, subprocess.CalledProcessError) as fault:
                good = False
                print(f"{kernel:6} d = {d}: FAILED, {fault}")
            failed += not good
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
