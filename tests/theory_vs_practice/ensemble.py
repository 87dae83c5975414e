"""Mean and band of an ensemble of trained networks against the prediction's.

    PYTHONPATH=build/release/python build/venv/bin/python tests/theory_vs_practice/ensemble.py

200 networks of 4096 neurons, drawn with the seeds 1 … 200 and not antisymmetric, are trained by the
gradient flow on figure 1a's samples, and on 12 samples in five dimensions. At some times, and at some
points, their mean and standard deviation are estimates of the theory's, whose own scatter is known:
σ/√N of the mean, σ/√(2(N − 1)) of the standard deviation. Said are the root mean squares over the
points of the two deviations in these units, which are 1 when theory and networks agree; and beside
them those of a band that has not moved from the start, which they must not look like. Status 1 where
one is above 2.
"""

import argparse
import sys

import numpy as np

import fprinciple as fp

FIGURE_1A = (
    np.array([-0.8, -0.6, -0.3, -0.06, 0.1])[:, None],
    np.array([0.25, -0.25, -0.07, 0.15, -0.05]),
)


def problems(width):
    """Name, law, samples, points and times of each problem."""
    x, y = FIGURE_1A
    law = fp.NetworkLaw(width=width, a=fp.Uniform(0.1), w=fp.Uniform(3.0), b=fp.Uniform(3.0))
    yield "figure 1a", law, x, y, np.linspace(-0.9, 0.2, 23)[:, None]
    rng = np.random.default_rng(5)
    x = rng.uniform(-1, 1, (12, 5))
    y = np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2]
    law = fp.NetworkLaw(
        width=width,
        output_scale=width**-0.5,
        a=fp.Normal(1.0),
        w=fp.Normal(1.0),
        b=fp.Normal(0.5),
    )
    yield "d = 5", law, x, y, rng.uniform(-1, 1, (23, 5))


def outputs(law, x, y, points, times, networks):
    """Return f (networks, T, N) of trained networks."""
    out = []
    for seed in range(1, networks + 1):
        net = fp.WideNetwork(law=law, seed=seed, antisymmetric=False, stop={"time": times[-1]})
        out.append(net.fit(x, y).trajectory(points, t=times))
    return np.array(out)


def scores(f, mean, std):
    """Root mean squares over the points of both deviations, in units of their scatter: (T,) each."""
    n = len(f)
    of_mean = (f.mean(0) - mean) / (std / np.sqrt(n))
    of_std = (f.std(0, ddof=1) - std) / (std / np.sqrt(2 * (n - 1)))
    return [np.sqrt((z**2).mean(1)) for z in (of_mean, of_std)]


def main():
    """Train, compare, and say so."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=4096)
    parser.add_argument("--networks", type=int, default=200)
    options = parser.parse_args()
    agrees = True
    for name, law, x, y, points in problems(options.width):
        theory = fp.LFP(law=law).fit(x, y)
        times = np.concatenate(
            [
                [0.0],
                np.array([1.0, 30.0]) / theory.rates_[-1],
                np.array([1.0, 10.0]) / theory.rates_[0],
            ]
        )
        mean, std = theory.predict(points, t=times, return_std=True)
        f = outputs(law, x, y, points, times, options.networks)
        of_mean, of_std = scores(f, mean, std)
        _, unmoved = scores(f, mean, np.broadcast_to(std[0], std.shape))
        print(f"{name}: {options.networks} networks of {law.width} neurons")
        for k, t in enumerate(times):
            print(
                f"  t = {t:9.3g}  band {std[k].mean():9.3g}  mean off by {of_mean[k]:5.2f}  "
                f"band off by {of_std[k]:5.2f}  (the first band: {unmoved[k]:5.1f})"
            )
        agrees &= max(of_mean.max(), of_std.max()) < 2.0 and unmoved[1:].min() > 4.0
    print("agrees" if agrees else "does not agree")
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(main())
