"""Whatever is asked, there is an answer in time: a result, or a refusal that says what to change.

forecasts.py COMMAND README [--draws N] [--experiments N] [--seconds S]
  N draws of 30 noisy samples go through the template of README.md, and N random experiments (laws,
  scales, sizes, methods) through the command: each must end with status 0, 1 or 2 (2 never for the
  draws) within S seconds.
"""

import argparse
import math
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time


def template(readme):
    """The first experiment file of README.md."""
    return re.search(r"```toml\n(.*?)```", readme.read_text(), re.S).group(1)


def noisy_samples(seed, count=30):
    draw = random.Random(seed)
    rows = ["x,y"]
    for _ in range(count):
        x = draw.uniform(-1, 1)
        rows.append(f"{x!r},{math.sin(3 * x) + draw.gauss(0, 0.1)!r}")
    return "\n".join(rows) + "\n"


def law(draw, least, most):
    scale = 10 ** draw.uniform(least, most)
    return f'{{ dist = "{draw.choice(["uniform", "normal"])}", scale = {scale!r} }}'


def random_experiment(seed, seconds):
    draw = random.Random(seed)
    n = draw.choice([1, 2, 5, 10, 30, 100])
    size = 10 ** draw.uniform(-4, 4)
    x = sorted({draw.uniform(-1, 1) for _ in range(n)})
    y = [size * (math.sin(3 * v) + draw.gauss(0, 0.1)) for v in x]
    method = draw.choice(["flow", "gd", "momentum", "adam", "sgd"])
    lines = ["[data]", f"x = {x}", f"y = {y}", "[network]"]
    lines += [f"width = {2 * draw.choice([1, 5, 50, 500])}"]
    lines += [f'activation = "{draw.choice(["relu", "tanh", "sine", "gaussian", "softplus"])}"']
    lines += [f"output_scale = {size * 10 ** draw.uniform(-1, 1)!r}"]
    lines += [f"a = {law(draw, -2, 0)}", f"w = {law(draw, -0.5, 1)}", f"b = {law(draw, -0.5, 1)}"]
    lines += ["[train]", f'method = "{method}"', f"stop = {{ seconds = {seconds}, loss = {1e-6 * size**2!r} }}"]
    if method != "flow":
        lines += [f"gd = {{ step = {10 ** draw.uniform(-7, 0)!r} }}"]
    if method == "sgd":
        lines += ["batch = 1"]
    lines += ["[lfp]", f'model = "{draw.choice(["lfp2019", "lfp2020", "complete"])}"', "check = false"]
    lines += ["[report]", 'figures = ["loss"]']
    return "\n".join(lines) + "\n"


def answer(command, folder, text, limit):
    """Exit status, seconds and the last lines of a run; status None when it was not in time."""
    (folder / "e.toml").write_text(text)
    start = time.monotonic()
    try:
        done = subprocess.run(
            [command, "run", "e.toml", "--out", "out"], cwd=folder, capture_output=True, text=True, timeout=limit
        )
    except subprocess.TimeoutExpired:
        return None, time.monotonic() - start, "not in time"
    return done.returncode, time.monotonic() - start, done.stderr[-600:]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("readme", type=pathlib.Path)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--experiments", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    command = pathlib.Path(options.command).resolve()
    failures, longest, statuses = [], {"draw": 0.0, "experiment": 0.0}, {}

    def check(kind, seed, text, allowed, csv=None):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            if csv:
                (folder / "train.csv").write_text(csv)
            status, seconds, said = answer(command, folder, text, options.seconds)
        longest[kind] = max(longest[kind], seconds)
        statuses[kind, status] = statuses.get((kind, status), 0) + 1
        if status not in allowed:
            failures.append(f"{kind} {seed}: status {status} after {seconds:.1f} s\n{said}")

    text = template(options.readme)
    for seed in range(options.draws):
        check("draw", seed, text, (0, 1), noisy_samples(seed))
    for seed in range(options.experiments):
        check("experiment", seed, random_experiment(seed, 1), (0, 1, 2))
    print(f"longest {longest}, statuses {statuses}")
    print("\n".join(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
