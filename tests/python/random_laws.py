"""The complete kernel of random laws, against the definition by a slow quadrature.

usage: random_laws.py [--count N] [--seed S]

E σ(z)σ(z') and E σ'(z)σ'(z') are two-dimensional integrals where z = α·(g, h) and z' = α'·(g, h) of
two independent variables: the weight and the bias in one dimension, two combinations of normal ones
in any. Each is cut where σ turns, and towards there and 0 in panels that shrink by a factor, with a
Gauss rule on each: that costs thousands of times what the library's rules do, and has nothing in
common with them. The sine is in closed form there, and here too slow to be summed: not among them.
A kernel that is refused, as with a mean of the biases some are, is not off.
"""

import argparse
import math
import sys
import time

import numpy as np
from scipy.special import expit

import fprinciple as fp

NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)
ACTIVATIONS = ["relu", "relu2", "tanh", "sigmoid", "softplus", "gaussian", "ricker"]
REACH = 9.0  # standard deviations of a normal law, beyond which 1e-18 of it lies
BOUND = 1e-9  # of the largest entry
LONGEST = 5.0  # s


def relu(z):
    return np.maximum(z, 0.0), (z > 0.0) * 1.0


def relu2(z):
    return np.maximum(z, 0.0) ** 2, 2.0 * np.maximum(z, 0.0)


def tanh(z):
    return np.tanh(z), 1.0 / np.cosh(np.minimum(np.abs(z), 300.0)) ** 2


def sigmoid(z):
    return expit(z), expit(z) * expit(-z)


def softplus(z):
    return np.logaddexp(0.0, z), expit(z)


def gaussian(z):
    e = np.exp(-0.5 * z * z)
    return e, -z * e


def ricker(z):
    e = np.exp(-0.5 * np.minimum(z * z, 1400.0))
    return (1.0 - z * z) * e, z * (z * z - 3.0) * e


def panels(cuts, smooth, low, high, unit):
    """Return nodes and weights on [low, high], which are arrays (k,): (k, P).

    Around each of the cuts (k, C) panels grow by 1.6 from unit on, up to the ends; smooth: else the
    cuts alone are enough.
    """
    edges = [low, high]
    steps = np.array([0.0])
    if smooth:
        largest = float(np.max(high - low))
        count = max(1, math.ceil(math.log(max(largest / unit, 1.6)) / math.log(1.6)))
        grown = unit * 1.6 ** np.arange(count + 1)
        steps = np.concatenate([-grown[::-1], [0.0], grown])
    for cut in cuts.T:
        edges.extend(np.clip(cut + step, low, high) for step in steps)
    edges = np.sort(np.stack(edges, axis=1), axis=1)
    half = 0.5 * np.diff(edges, axis=1)
    middle = 0.5 * (edges[:, 1:] + edges[:, :-1])
    nodes = middle[:, :, None] + half[:, :, None] * NODES
    weights = half[:, :, None] * WEIGHTS
    return nodes.reshape(len(low), -1), weights.reshape(len(low), -1)


def density(kind, scale, v):
    if kind == "uniform":
        return np.full_like(v, 0.5 / scale)
    return np.exp(-0.5 * (v / scale) ** 2) / (math.sqrt(2.0 * math.pi) * scale)


def averages(sigma, kinked, first, second, z, z_prime, mean):
    """Return E σ(z)σ(z') and E σ'(z)σ'(z'), z = z[0] g + z[1] h + mean, of laws (kind, scale) of g, h."""
    ends = [scale if kind == "uniform" else REACH * scale for kind, scale in (first, second)]
    # The outer variable: towards 0, and where a turning point passes an end of the inner one.
    passes = [0.0]
    for a, b in (z, z_prime):
        if a != 0.0:
            passes += [(side * b * ends[1] - mean) / a for side in (1.0, -1.0, 0.0)]
    passes = np.array([p for p in passes if abs(p) < ends[0]])[None, :]
    low = np.array([-ends[0]])
    widths = [1.0 / abs(a) for a, _ in (z, z_prime) if a != 0.0] + [ends[0]]
    unit = 0.3 * min([*widths, *(np.abs(passes[passes != 0.0]).tolist())])
    g, weight_g = panels(passes, True, low, -low, unit)
    g, weight_g = g[0], weight_g[0] * density(*first, g[0])
    keep = weight_g > 1e-25 * weight_g.max()
    g, weight_g = g[keep], weight_g[keep]
    total = np.zeros(2)
    for part in np.array_split(np.arange(len(g)), max(1, len(g) // 200)):
        at = g[part]
        cuts = [np.zeros_like(at)] if second[0] == "normal" else []
        scales = [ends[1]] + ([second[1]] if second[0] == "normal" else [])
        for a, b in (z, z_prime):
            if b != 0.0:
                cuts.append(np.clip(-(a * at + mean) / b, -ends[1], ends[1]))
                if not kinked:
                    scales.append(1.0 / abs(b))
        cuts = np.stack(cuts or [np.zeros_like(at)], axis=1)
        end = np.full_like(at, ends[1])
        smooth = not (kinked and second[0] == "uniform")
        h, weight_h = panels(cuts, smooth, -end, end, 0.3 * min(scales))
        weight_h = weight_h * density(*second, h)
        one = sigma(z[0] * at[:, None] + z[1] * h + mean)
        other = sigma(z_prime[0] * at[:, None] + z_prime[1] * h + mean)
        for k in range(2):
            total[k] += np.sum(weight_g[part] * np.sum(weight_h * one[k] * other[k], axis=1))
    return total


def magnitude(source, low, high):
    return float(10.0 ** source.uniform(low, high))


def draw(source):
    """Return a law, and points of it."""
    activation = source.choice(ACTIVATIONS)
    kinds = [str(source.choice(["uniform", "normal"])) for _ in range(2)]
    d = 1
    if kinds == ["normal", "normal"] and source.random() < 0.5:
        d = int(source.choice([2, 3, 10, 100]))
    scales = [magnitude(source, -3, 3), magnitude(source, -3, 3)]
    if source.random() < 0.3:
        scales[1] = scales[0] * magnitude(source, -8, 1)
    x = source.standard_normal((3, d)) * magnitude(source, -2, 2) / math.sqrt(d)
    near = source.random()
    if near < 0.2:
        x[1] = x[0] * (1.0 + magnitude(source, -12, -2))
    elif near < 0.4:
        x[1] = -x[0] * (1.0 + magnitude(source, -12, -2))
    elif near < 0.5:
        x[2] = 0.0
    mean = 0.0
    if source.random() < 0.3:
        mean = scales[1] * source.uniform(-1.0, 1.0)
    make = {"uniform": fp.Uniform, "normal": fp.Normal}
    law = fp.NetworkLaw(
        width=1,
        activation=str(activation),
        a=fp.Normal(1.0),
        w=make[kinds[0]](scales[0]),
        b=make[kinds[1]](scales[1], mean),
    )
    return law, kinds, scales, x


def expected(law, kinds, scales, x, i, j):
    """Return E σσ' and E σ'σ'' of two points."""
    sigma, kinked = globals()[law.activation], law.activation in ("relu", "relu2")
    if x.shape[1] == 1:
        laws = [(kinds[k], scales[k]) for k in range(2)]
        return averages(sigma, kinked, *laws, (x[i, 0], 1.0), (x[j, 0], 1.0), law.b.mean)
    # Both normal: z and z' through the Cholesky factor of their covariance, without a subtraction.
    u = np.append(scales[0] * x[i], scales[1])
    v = np.append(scales[0] * x[j], scales[1])
    along = u / np.linalg.norm(u)
    across = v - along * (along @ v)
    across -= along * (along @ across)
    return averages(
        sigma,
        kinked,
        ("normal", 1.0),
        ("normal", 1.0),
        (float(np.linalg.norm(u)), 0.0),
        (float(along @ v), float(np.linalg.norm(across))),
        law.b.mean,
    )


def check(number, seed):
    """Return the error of law `number`, the library's own, the seconds that it took, and what it is."""
    law, kinds, scales, x = draw(np.random.default_rng([seed, number]))
    words = f"{number}: {law!r}, x = {x[:, :3].tolist()}"
    begin = time.perf_counter()
    try:
        law.train = "a"
        value = fp.tangent_kernel(x, law=law)
        law.train = "b"
        derivative = fp.tangent_kernel(x, law=law)
    except fp.RunError:
        if law.b.mean == 0.0:  # only where the biases have a mean may a kernel be refused
            raise
        return 0.0, 0.0, words
    seconds = time.perf_counter() - begin
    worst = 0.0
    for got, k in ((value, 0), (derivative, 1)):
        right = np.array(
            [[expected(law, kinds, scales, x, i, j)[k] for j in range(3)] for i in range(3)]
        )
        worst = max(worst, float(np.max(np.abs(got - right)) / np.max(np.abs(right))))
    return worst, seconds, words


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n")[2][7:])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    off = slow = 0
    errors = []
    for number in range(options.count):
        error, seconds, words = check(number, options.seed)
        errors.append(error)
        off += error > BOUND
        slow += seconds > LONGEST
        if error > BOUND or seconds > LONGEST:
            print(f"{error:.1e} in {seconds:.2f} s: {words}", flush=True)
    print(
        f"{len(errors)} laws: median error {np.median(errors):.1e}, {off} above {BOUND}, {slow} above {LONGEST} s"
    )
    return 1 if off > 0.005 * len(errors) or slow else 0


if __name__ == "__main__":
    sys.exit(main())
