#!/usr/bin/env python3
"""Time LFP-2019 on the line, and the splines of SciPy that are its special cases.

    PYTHONPATH=build/release/python build/venv/bin/python bench/line_vs_scipy.py [LARGEST_N]

From 2001 samples on, where the path begins, to LARGEST_N (10⁶): seconds of fit and prediction, the
median of three, at all samples and 1000 points, and the exponent in n by least squares. Then, at
10⁵ samples, the same spline by SciPy: both times, and how far both are from a reference in 80-bit
numbers (at the samples; of max|y|). SciPy's smoothing spline loses digits as the samples get
closer: at uniform random places, where two of 10⁵ are 10⁻¹⁰ apart, it has three. So places are
those of a grid, each moved by up to 0.3 of a step. Data: a sine with noise. The exit status is 1
where ours is further than 1e-8 from the reference, or than 1e-10 from the natural spline of SciPy.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
from scipy.interpolate import CubicSpline, make_smoothing_spline

import fprinciple as fp

LAMBDA = 1e-6


def law(train: str) -> fp.NetworkLaw:
    return fp.NetworkLaw(
        width=1000, train=train, a=fp.Uniform(0.1), w=fp.Uniform(3.0), b=fp.Uniform(3.0)
    )


# 12 k₃ = s² m p_b(0) E|w|³: ∫f''² = 12 k₃ ‖f‖² where b is frozen.
BEND = 1000 / 6.0 * 3.0**3 / 4.0


def samples(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(n)
    x = -1 + 2 * (np.arange(n) + rng.uniform(0.2, 0.8, n)) / n
    return x, np.sin(9 * x) + 0.1 * rng.standard_normal(n)


def median(work: Callable[[], np.ndarray], rounds: int = 3) -> tuple[float, np.ndarray]:
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        out = work()
        seconds.append(time.perf_counter() - start)
    return sorted(seconds)[rounds // 2], out


def main() -> int:
    largest = int(float(sys.argv[1])) if len(sys.argv) > 1 else 10**6
    kinds = {
        "limit": {"train": "ab", "ridge": 0.0, "t": None},
        "limit, ridge": {"train": "ab", "ridge": LAMBDA * BEND, "t": None},
        "one time": {"train": "ab", "ridge": 0.0, "t": 1e-2},
    }
    sizes = [n for n in (2001, 10**4, 10**5, 10**6) if n <= largest]
    print(f"{'n':>9}" + "".join(f"{kind:>16}" for kind in kinds))
    table = []
    for n in sizes:
        x, y = samples(n)
        at = np.concatenate([x, np.linspace(-1, 1, 1000)])
        row = []
        for kind in kinds.values():
            theory = fp.LFP(law=law(kind["train"]), model="lfp2019", ridge=kind["ridge"])
            row.append(median(lambda: theory.fit(x, y).predict(at, kind["t"]))[0])
        table.append(row)
        print(f"{n:9d}" + "".join(f"{s:14.4f} s" for s in row))
    if len(sizes) > 1:
        exponents = np.polyfit(np.log(sizes), np.log(table), 1)[0]
        print(f"{'exponent':>9}" + "".join(f"{e:16.2f}" for e in exponents))

    n = 10**5
    x, y = samples(n)
    largest_y = np.abs(y).max()
    theory = fp.LFP(law=law("a"), model="lfp2019")
    at = np.linspace(x[0], x[-1], 1000)
    ours, f = median(lambda: theory.fit(x, y).predict(at))
    theirs, g = median(lambda: CubicSpline(x, y, bc_type="natural")(at))
    apart = np.abs(f - g).max() / largest_y
    print(f"natural spline, n = 10^5: {ours:.4f} s, SciPy {theirs:.4f} s, apart by {apart:.1e}")

    theory = fp.LFP(law=law("a"), model="lfp2019", ridge=LAMBDA * BEND)
    ours, f = median(lambda: theory.fit(x, y).predict(x))
    theirs, g = median(lambda: make_smoothing_spline(x, y, lam=LAMBDA)(x))
    exact = smoothed(x, y, LAMBDA)
    error, error_scipy = (np.abs(h - exact).max() / largest_y for h in (f, g))
    print(
        f"smoothing spline, n = 10^5: {ours:.4f} s, SciPy {theirs:.4f} s ({theirs / ours:.0f} "
        f"times); error {float(error):.1e}, SciPy's {float(error_scipy):.1e}"
    )
    return 1 if apart > 1e-10 or error > 1e-8 else 0


def smoothed(x: np.ndarray, y: np.ndarray, lam: float) -> np.ndarray:
    """Return the smoothing spline at the samples by Reinsch's equations in 80-bit numbers.

    (R + λ QᵀQ) g = Qᵀy, f = y − λ Q g, with Q the second divided differences: pentadiagonal, by
    L D Lᵀ.
    """
    h = np.diff(x.astype(np.longdouble))
    y = y.astype(np.longdouble)
    r = 1 / h
    a, b, c = r[:-1], -r[:-1] - r[1:], r[1:]  # a column of Q
    zero = np.zeros(1, np.longdouble)
    diagonal = (h[:-1] + h[1:]) / 3 + lam * (a * a + b * b + c * c)
    first = np.concatenate([h[1:-1] / 6 + lam * (b[:-1] * a[1:] + c[:-1] * b[1:]), zero])
    second = np.concatenate([lam * c[:-2] * a[2:], zero, zero])
    g = a * y[:-2] + b * y[1:-1] + c * y[2:]
    m = len(g)
    d, l1, l2 = (np.zeros(m + 2, np.longdouble) for _ in range(3))
    for i in range(m):
        d[i] = diagonal[i] - (d[i - 1] * l1[i - 1] ** 2 if i else 0)
        d[i] -= d[i - 2] * l2[i - 2] ** 2 if i > 1 else 0
        l1[i] = (first[i] - (d[i - 1] * l1[i - 1] * l2[i - 1] if i else 0)) / d[i]
        l2[i] = second[i] / d[i]
        g[i] -= (l1[i - 1] * g[i - 1] if i else 0) + (l2[i - 2] * g[i - 2] if i > 1 else 0)
    g /= d[:m]
    for i in range(m - 2, -1, -1):
        g[i] -= l1[i] * g[i + 1] + (l2[i] * g[i + 2] if i + 2 < m else 0)
    f = y.copy()
    f[:-2] -= lam * a * g
    f[1:-1] -= lam * b * g
    f[2:] -= lam * c * g
    return f


if __name__ == "__main__":
    sys.exit(main())
