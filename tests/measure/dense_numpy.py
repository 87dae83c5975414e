#!/usr/bin/env python3
"""Everything that measure/ says of random recordings is what dense NumPy and SciPy say.

usage: dense_numpy.py EXECUTABLE

EXECUTABLE is built from measured.cpp, which says what it reads and prints. The formulas here are
written from docs/theory.md, "What any model has learnt": all sums in full, all matrices dense.
"""

import json
import subprocess
import sys

SKIPPED = 77

try:
    import numpy as np
    from scipy.stats import kendalltau
except ImportError as error:
    print(f"skipped, needs the package python3-scipy: {error}")
    sys.exit(SKIPPED)

TOLERANCE = 1e-10
FLOOR = 0.05  # Options::floor


def recording(random, d, n, k, times, weighted, grid=None):
    """Random samples and targets; the outputs tend to the targets, each sample in its own way."""
    r = {"x": random.standard_normal((n, d)), "y": random.standard_normal((n, k)),
         "t": np.cumsum(random.uniform(0.1, 2.0, times)),
         "weight": random.uniform(0.1, 3.0, n) if weighted else None,
         "direction": random.standard_normal(d),
         "frequency": np.cumsum(random.uniform(0.05, 0.4, 7)),
         "delta": np.array([0.3, 1.0, 2.5]) * np.sqrt(d), "kernel": 0.8 * np.sqrt(d), "modes": 5,
         "threshold": 0.35}
    if grid is not None:
        axes = [random.uniform(-2, 2) + random.uniform(0.1, 1) * np.arange(count) for count in grid]
        x = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(n, d)
        r["x"] = x[random.permutation(n)]
    left = np.exp(-0.7 * np.arange(times))[:, None, None]
    r["f"] = r["y"] * (1 - left) + left * random.standard_normal((times, n, k))
    r["cut"] = float(r["frequency"][2])
    return r


def measured(executable, r):
    weighted = r["weight"] is not None
    n, d = r["x"].shape
    head = (f"{d} {n} {r['y'].shape[1]} {len(r['t'])} {int(weighted)} {len(r['frequency'])} "
            f"{len(r['delta'])} {r['modes']} {r['kernel']:.17g} {r['threshold']:.17g} "
            f"{r['cut']:.17g}\n")
    names = ["x", "y", "t", "f", *(["weight"] if weighted else []), "direction", "frequency",
             "delta"]
    numbers = "\n".join(f"{v:.17g}" for name in names for v in np.ravel(r[name]))
    done = subprocess.run([executable], input=head + numbers, stdout=subprocess.PIPE, text=True,
                          check=True)
    return json.loads(done.stdout)


def norm(values, axis):
    return np.sqrt(np.sum(np.abs(values) ** 2, axis=axis))


def coefficients(x, w, g, k):
    """g (…, n, o) at the frequencies k (K, d): (…, K, o)."""
    return np.exp(-2j * np.pi * k @ x.T) @ (w[:, None] * g)


def relative(f_hat, y_hat):
    return (norm(f_hat - y_hat, -1) / norm(y_hat, -1),
            norm(np.abs(f_hat) - np.abs(y_hat), -1) / norm(y_hat, -1))


def dense(r):
    x, y, f, t = r["x"], r["y"], r["f"], r["t"]
    n = len(x)
    w = np.ones(n) if r["weight"] is None else r["weight"]
    w = w / w.sum()
    out = {}
    centred = x - w @ x
    principal = np.linalg.eigh(centred.T @ (w[:, None] * centred))[1][:, -1]
    out["principal"] = principal * np.sign(principal[np.argmax(np.abs(principal))])
    mean_square = lambda g: np.sum(w * np.sum(g**2, axis=-1), axis=-1)
    out["relative_error"] = np.sqrt(mean_square(f - y) / mean_square(y))

    k, p = r["frequency"], r["direction"] / np.linalg.norm(r["direction"])
    y_hat = coefficients(x, w, y, k[:, None] * p)
    f_hat = coefficients(x, w, f, k[:, None] * p)
    out["target"], out["coefficients"] = y_hat, f_hat
    out["delta"], out["delta_magnitude"] = delta, _ = relative(f_hat, y_hat)
    below = np.logical_and.accumulate((delta < r["threshold"])[::-1])[::-1]
    crossed = np.where(below.any(0), t[np.argmax(below, axis=0)], np.inf)
    out["crossing_time"] = crossed
    size = norm(y_hat, -1)
    seen = size >= FLOOR * size.max()
    out["crossing_order"] = kendalltau(k[seen], crossed[seen])[0]
    energy = norm(f_hat - y_hat, -1) ** 2
    low = k <= r["cut"]
    e_low = energy[:, low].sum(1) / (size[low] ** 2).sum()
    e_high = energy[:, ~low].sum(1) / (size[~low] ** 2).sum()
    a = np.sum((e_high[1:] + e_high[:-1]) / 2 * np.abs(np.diff(e_low)))
    b = np.sum((e_low[1:] + e_low[:-1]) / 2 * np.abs(np.diff(e_high)))
    out["bias_e_low"], out["bias_e_high"], out["bias"] = e_low, e_high, (a - b) / (a + b)
    out["bias_over_time"] = (e_high - e_low) / (e_high + e_low)

    square = ((x[:, None] - x[None]) ** 2).sum(-1)
    e = [[], [], []]
    for width in r["delta"]:
        filt = w * np.exp(-square / (2 * width**2))
        filt /= filt.sum(1, keepdims=True)
        y_low, f_low = filt @ y, filt @ f
        e[0].append(np.sqrt(mean_square(f_low - y_low) / mean_square(y_low)))
        e[1].append(np.sqrt(mean_square((f - f_low) - (y - y_low)) / mean_square(y - y_low)))
        e[2].append(mean_square(y - y_low) / mean_square(y))
    out["e_low"], out["e_high"] = np.transpose(e[0]), np.transpose(e[1])
    out["share_high"] = np.array(e[2])

    root = np.sqrt(w)
    values, vectors = np.linalg.eigh(
        root[:, None] * np.exp(-square / (2 * r["kernel"] ** 2)) * root)
    values, vectors = values[::-1][:r["modes"]], vectors[:, ::-1][:, :r["modes"]]
    project = lambda g: norm(vectors.T @ (root[:, None] * g), -1)
    out["eigenvalue"], out["mode_target"] = values, project(y)
    out["mode_share"] = project(f - y) / project(y)
    return out


def difference(got, expected):
    """Largest one, relative to the largest expected number; infinities must be the same ones."""
    expected = np.asarray(expected)
    if np.iscomplexobj(expected):
        expected = np.stack([expected.real, expected.imag], -1)
    got = np.array(got, dtype=float).reshape(expected.shape)  # null is nan
    infinite = np.isinf(expected)
    if np.any(np.isnan(got) != infinite):
        return np.nan
    finite = expected[~infinite]
    return np.abs(got[~infinite] - finite).max(initial=0) / np.abs(finite).max(initial=1e-300)


def main():
    executable = sys.argv[1]
    random = np.random.default_rng(7)
    cases = {
        "d = 1": (1, 90, 1, 9, False), "d = 3, 2 outputs": (3, 200, 2, 8, False),
        "d = 5, weights": (5, 150, 3, 8, True), "d = 20, weights": (20, 300, 2, 7, True),
        "d = 60 > n": (60, 40, 2, 6, False), "d = 2, 700 samples": (2, 700, 1, 6, True),
        "line": (1, 40, 2, 6, False, (40,)), "plane": (2, 63, 1, 5, False, (7, 9)),
        "space": (3, 60, 2, 4, False, (3, 4, 5)),
    }
    failed = crossings = 0
    for name, case in cases.items():
        r = recording(random, *case)
        got, expected = measured(executable, r), dense(r)
        crossings += int(np.isfinite(expected["crossing_time"]).sum())
        if len(case) > 5:
            k = np.reshape(got["grid_frequency"], (-1, case[0]))
            w = np.full(case[1], 1 / case[1])
            f_hat, y_hat = (coefficients(r["x"], w, g, k) for g in (r["f"], r["y"]))
            expected["grid_coefficients"] = f_hat
            expected["grid_delta"], expected["grid_delta_magnitude"] = relative(f_hat, y_hat)
        elif "grid_delta" in got:
            print(f"{name}: FAILED, a grid was seen where there is none")
            failed += 1
        errors = {key: difference(got[key], value) for key, value in expected.items()}
        worst = max(errors, key=lambda key: np.inf if np.isnan(errors[key]) else errors[key])
        good = errors[worst] <= TOLERANCE  # false for nan
        failed += not good
        print(f"{name:20} {len(errors)} quantities, worst {worst} {errors[worst]:.1e}"
              + ("" if good else "  FAILED"))
    if crossings < 10:
        print(f"FAILED, only {crossings} crossings to compare")
        failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
