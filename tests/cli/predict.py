#!/usr/bin/env python3
"""fprinciple predict: the infinitely wide ReLU network, several outputs, d = 12, against NumPy.

usage: predict.py COMMAND

The tangent kernel of normal weights is written anew from the arc-cosine formulas. Limit, finite
times, errors and accuracies of `predict` must be those of dense linear algebra to 1e-8; nothing of a
network may be needed or left. Skipped (77) where NumPy or ncdump is missing.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
except ImportError:
    print("skipped: there is no NumPy")
    sys.exit(77)

D, N, TEST, OUTPUTS = 12, 60, 25, 3
A, W, B, WIDTH = 0.7, 0.9, 0.4, 500
TIMES = [0.0, 1e-4, 3e-3, np.inf]


def tangent_kernel(x, z):
    """m (E[σσ'] + E[a²](1 + x·x') E[HH']) for w, b and a normal; rows are points."""
    c = W**2 * x @ z.T + B**2
    nx = np.sqrt(W**2 * (x**2).sum(1) + B**2)
    nz = np.sqrt(W**2 * (z**2).sum(1) + B**2)
    # From the difference of the unit vectors, so that small angles keep their digits.
    u = np.column_stack([W * x, np.full(len(x), B)]) / nx[:, None]
    v = np.column_stack([W * z, np.full(len(z), B)]) / nz[:, None]
    less = np.linalg.norm(u[:, None] - v[None], axis=2)
    more = np.linalg.norm(u[:, None] + v[None], axis=2)
    theta = 2 * np.arctan2(less, more)
    value = np.outer(nx, nz) * (np.sin(theta) + (np.pi - theta) * np.cos(theta)) / (2 * np.pi)
    assert np.allclose(c, np.outer(nx, nz) * np.cos(theta))
    return WIDTH * (value + A**2 * (1 + x @ z.T) * (np.pi - theta) / (2 * np.pi))


def variable(file, name):
    text = subprocess.run(["ncdump", "-p", "9,17", "-v", name, file], capture_output=True, text=True,
                          check=True).stdout
    shape = re.search(rf"double {name}\((.*?)\)", text).group(1).split(", ")
    sizes = dict(re.findall(r"^\t(\w+) = (\d+) ;", text, re.M))
    numbers = text[text.index("data:"):].split("=", 1)[1].split(";")[0].replace("Infinity", "inf")
    values = np.array([float(number) for number in numbers.replace("\n", " ").split(",")])
    return values.reshape([int(sizes[part]) for part in shape])


def write_csv(file, x, y=None):
    names = [f"x{k + 1}" for k in range(x.shape[1])]
    if y is not None:
        names += [f"y{k + 1}" for k in range(y.shape[1])]
        x = np.hstack([x, y])
    rows = [",".join(names)] + [",".join(repr(float(v)) for v in row) for row in x]
    file.write_text("\n".join(rows) + "\n")


def near(got, want, what, scale=None):
    error = np.abs(np.asarray(got) - np.asarray(want)).max()
    scale = np.abs(want).max() if scale is None else scale
    if not error <= 1e-8 * scale:
        raise SystemExit(f"{what}: differs by {error}, of {scale}")


def main():
    command = Path(sys.argv[1]).resolve()
    if not shutil.which("ncdump"):
        print("skipped: there is no ncdump")
        return 77
    draw = np.random.default_rng(5)
    x, z = draw.normal(size=(N, D)), draw.normal(size=(TEST, D))
    points = draw.normal(size=(7, D))
    directions = draw.normal(size=(D, OUTPUTS))
    one_hot = lambda p: np.eye(OUTPUTS)[np.argmax(p @ directions, axis=1)]
    y, y_test = one_hot(x), one_hot(z)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        write_csv(folder / "train.csv", x, y)
        write_csv(folder / "test.csv", z, y_test)
        write_csv(folder / "points.csv", points)
        law = lambda s: f'{{ dist = "normal", scale = {s} }}'
        (folder / "e.toml").write_text(
            f'[data]\nfile = "train.csv"\n[test]\nfile = "test.csv"\n[lfp]\nmodel = "complete"\n'
            f"[network]\nwidth = {WIDTH}\na = {law(A)}\nw = {law(W)}\nb = {law(B)}\n")
        run = subprocess.run(
            [command, "predict", "e.toml", "--at", "points.csv", "--times",
             ",".join(str(t) for t in TIMES), "--out", "out", "--threads", "2"],
            cwd=folder, capture_output=True, text=True)
        if run.returncode != 0:
            raise SystemExit(run.stdout + run.stderr)
        out = folder / "out"
        summary = json.loads((out / "summary.json").read_text())
        rates, vectors = np.linalg.eigh(tangent_kernel(x, x))
        near(variable(out / "result.nc", "rates"), rates, "rates")

        def outputs(at):
            k = tangent_kernel(at, x)
            learnt = [np.where(np.isinf(t), 1.0, -np.expm1(-rates * min(t, 1e300))) / rates
                      for t in TIMES]
            return np.array([k @ vectors @ (step[:, None] * (vectors.T @ y)) for step in learnt])

        near(variable(out / "result.nc", "f_lfp"), outputs(points), "f at the points")
        f_test = outputs(z)
        near(variable(out / "result.nc", "f_test_lfp"), f_test, "f at the test points")
        rmse = np.sqrt(((f_test - y_test) ** 2).mean(axis=(1, 2)))
        near(variable(out / "result.nc", "test_rmse_complete"), rmse, "test errors")
        right = (f_test.argmax(axis=2) == y_test.argmax(axis=1)).mean(axis=1)
        near(variable(out / "result.nc", "test_accuracy_complete")[1:], right[1:], "accuracies")
        near(summary["test"]["lfp"]["rmse"], rmse[-1], "summary: rmse")
        near(summary["test"]["lfp"]["accuracy"], right[-1], "summary: accuracy")
        near(summary["loss"]["first"], N / 2, "summary: the first loss")
        if not right[-1] > 0.5:
            raise SystemExit("the test has nothing to learn")
        if summary["predict"]["network_drawn"] or not (out / "report.html").exists():
            raise SystemExit("a network was drawn, or there is no page")
        refused = subprocess.run([command, "run", "e.toml"], cwd=folder, capture_output=True, text=True)
        if refused.returncode != 2 or "fprinciple predict" not in refused.stderr:
            raise SystemExit(f"run must name predict, said {refused.stderr}")
    print("predict equals NumPy to 1e-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
