#!/usr/bin/env python3
"""Runs random experiments, and requires of each that it ends, in time, with a status that is right.

usage: promises.py PROGRAM [--count N] [--seed S] [--longest SECONDS] [--jobs N]

Laws, scales, sizes, activations, models and methods are drawn at random, the impossible ones too.
Of each experiment of up to 1000 samples it is required that it
  - ends with 0 (done), 1 (failed, with a message) or 2 (refused, with a message);
  - says within 10 seconds how long it will take, if it takes longer;
  - does not take more than twice as long as it said, without saying so;
  - ends at once at Ctrl-C, with 130; that is sent after SECONDS (default 40) to what is still
    running.
Prints the experiments that fail, each kept as promises-SEED-NUMBER.toml in the current directory, and
a table of what the others ended with. Exit status 0: none failed.
"""

import argparse
import collections
import concurrent.futures
import math
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

FIRST = 10.0  # s within which a forecast is due
SLACK = 5.0  # s that a busy machine may add
SERVED = 5.0  # s within which Ctrl-C must end a run
UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0}


def logarithmic(source, low, high):
    return math.exp(source.uniform(math.log(low), math.log(high)))


def law(source, scale):
    return f'{{ dist = "{source.choice(["uniform", "normal"])}", scale = {scale:.4g} }}'


def samples(source):
    """The [data] table."""
    d = source.choices([1, 2, 3, 6, 30], [6, 3, 1, 1, 1])[0]
    n = round(logarithmic(source, 1, 1000))
    size = source.choice([1.0, 1.0, 1.0, logarithmic(source, 1e-6, 1e6)])
    reach = source.choice([1.0, 1.0, 1.0, logarithmic(source, 1e-4, 1e4)])
    x = [[reach * source.uniform(-1, 1) for _ in range(d)] for _ in range(n)]
    y = [size * source.uniform(-1, 1) for _ in range(n)]
    for i in range(1, n):
        kind = source.random()
        if kind < 0.02:  # one x, two y
            x[i] = list(x[i - 1])
        elif kind < 0.04:  # nearly
            x[i] = [value + reach * 10 ** source.uniform(-12, -2) for value in x[i - 1]]
    points = ", ".join(str(p[0]) if d == 1 else str(p) for p in x)
    return d, n, f"[data]\nx = [{points}]\ny = {y}\n"


def training(source, width):
    method = source.choice(["flow", "flow", "gd", "momentum", "adam", "sgd"])
    lines = ["[train]", f'method = "{method}"']
    if method != "flow":
        lines.append(f"gd = {{ step = {logarithmic(source, 1e-2, 1e1) / width:.3g} }}")
    if method == "sgd":
        lines.append("batch = 1")
    stops = {
        "loss": f"{logarithmic(source, 1e-12, 1):.3g}",
        "time": f"{logarithmic(source, 1e-3, 1e6):.3g}",
        "steps": str(round(logarithmic(source, 1, 1e6))),
        "gradient_norm": f"{logarithmic(source, 1e-9, 1):.3g}",
    }
    chosen = source.sample(sorted(stops), source.choice([0, 1, 1, 2]))
    if chosen:
        lines.append(f"stop = {{ {', '.join(f'{key} = {stops[key]}' for key in chosen)} }}")
    if source.random() < 0.2:
        lines.append("snapshots = 200")
    return "\n".join(lines)


def experiment(seed, number):
    source = random.Random(f"{seed} {number}")
    d, n, data = samples(source)
    width = 2 * round(logarithmic(source, 1, min(20000.0, 4e6 / n)))
    scales = [logarithmic(source, 1e-2, 1e2) if source.random() < 0.5 else s for s in (0.1, 3.0, 3.0)]
    activation = source.choice(["relu", "relu", "relu", "relu2", "tanh", "sigmoid", "softplus", "gaussian", "ricker", "sine"])
    model = source.choice(["lfp2019", "lfp2019", "lfp2020", "complete", "linearised"])
    theory = ["[lfp]", f'model = "{model}"']
    if d > 3 and model.startswith("lfp") or source.random() < 0.2:
        theory.append("kernel = true")
    if source.random() < 0.2:
        theory.append(f"ridge = {logarithmic(source, 1e-12, 1):.3g}")
    network = ["[network]", f"width = {width}", f'activation = "{activation}"']
    network += [f"{name} = {law(source, scale)}" for name, scale in zip("awb", scales)]
    network.append(f"antisymmetric = {source.choice(['true', 'true', 'false'])}")
    if source.random() < 0.2:
        network.append("train = " + source.choice(['["a"]', '["b"]', '["a", "b"]', '["a", "w"]']))
    return "\n".join([data, *network, training(source, width), *theory]) + "\n"


class Run:
    """One run, and when it said what."""

    def __init__(self, program, toml, folder, longest):
        command = [program, "run", toml, "--out", str(folder / "out"), "--threads", "1"]
        self.begin = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
        self.said = []
        reader = threading.Thread(target=self._listen, args=(process.stderr,))
        reader.start()
        self.interrupted = False
        self.served = 0.0
        try:
            process.wait(longest)
        except subprocess.TimeoutExpired:
            self.interrupted = True
            sent = time.monotonic()
            process.send_signal(signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
            self.served = time.monotonic() - sent
        self.seconds = time.monotonic() - self.begin
        reader.join()
        self.status = process.wait()

    def _listen(self, stream):
        for line in stream:
            self.said.append((time.monotonic() - self.begin, line.rstrip()))

    def text(self):
        return "\n".join(f"{at:6.1f} s  {line[:300]}" for at, line in self.said)

    def fault(self):
        if self.interrupted:
            if self.served > SERVED + SLACK:
                return f"Ctrl-C was served after {self.served:.0f} s"
            if self.status not in (128 + signal.SIGINT, 0):
                return f"status {self.status} at Ctrl-C"
        elif self.status not in (0, 1, 2):
            return f"status {self.status}"
        elif self.status and not self.said:
            return f"status {self.status} without a message"
        told = [at for at, line in self.said if "forecast" in line or " left" in line]
        if self.seconds > FIRST + SLACK and not (told and told[0] < FIRST + SLACK):
            return f"no forecast within {FIRST} s"
        return self._broken_promise()

    def _broken_promise(self):
        """The first line of a stage that says how long it takes, against how long it took."""
        stage, began, until = None, 0.0, math.inf
        for at, line in [*self.said, (self.seconds, "")]:
            if at > until + SLACK:
                return f"{at:.0f} s in, and nothing said since {until:.0f} s were twice what was promised"
            left = re.search(r": (\w[\w ]*): .* (\d+) (s|min|h) left", line)
            if "were forecast" in line:
                until = math.inf
            elif left and left[1] != stage:
                stage, began = left[1], at
                until = began + 2.0 * float(left[2]) * UNITS[left[3]] + FIRST
            elif re.fullmatch(r"[^:]*: [a-z ]+", line):  # a new stage
                until = math.inf
        return None


def attempt(program, seed, number, longest):
    text = experiment(seed, number)
    with tempfile.TemporaryDirectory() as folder:
        toml = Path(folder) / "experiment.toml"
        toml.write_text(text)
        run = Run(program, str(toml), Path(folder), longest)
    return number, text, run


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n")[2][7:])
    parser.add_argument("program")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--longest", type=float, default=40.0)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    ended, failed, seconds = collections.Counter(), 0, []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        jobs = [pool.submit(attempt, options.program, options.seed, number, options.longest)
                for number in range(options.first, options.first + options.count)]
        for job in concurrent.futures.as_completed(jobs):
            number, text, run = job.result()
            seconds.append(run.seconds)
            ended["at Ctrl-C" if run.interrupted else run.status] += 1
            fault = run.fault()
            if not fault:
                continue
            failed += 1
            kept = Path(f"promises-{options.seed}-{number}.toml")
            kept.write_text(text)
            print(f"FAILED {kept}: {fault}\n{run.text()}", flush=True)
    print(f"{len(seconds)} experiments, {sum(seconds):.0f} s, the longest {max(seconds):.0f} s; status "
          + ", ".join(f"{status}: {count}" for status, count in sorted(ended.items(), key=str)) + f"; {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
