#!/usr/bin/env python3
"""Throughput of a sweep on 1 and 2 threads: figure 1a over widths and seeds.

    python3 bench/sweep_scaling.py build/release/fprinciple [ROUNDS]

Rounds are interleaved; the ratio is that of each round's times, its median is what counts. The
bar is 1.8. Beside it stand the same of two processes with half of the seeds each, which share
nothing but the machine, and the processor seconds, which tell a busy machine from a bad sweep:
they are the same for 1 and 2 threads when no thread hinders the other.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FIG1A = Path(__file__).resolve().parent.parent / "experiments" / "fig1a.toml"
SWEEP = """
experiment = "{experiment}"
set = {{ "train.stop" = {{ loss = 1e-6 }} }}
[[axis]]
key = "network.width"
values = [1000, 2000]
[[axis]]
key = "network.seed"
range = [{first}, {last}]
"""


def start(threads, sweep):
    return subprocess.Popen([command, "--quiet", "--threads", str(threads), "sweep", sweep])


def seconds(*jobs):
    """On the wall, and of the processors."""
    before, began = os.times(), time.perf_counter()
    for process in [start(*job) for job in jobs]:
        assert process.wait() == 0
    after = os.times()
    return (time.perf_counter() - began, after.children_user + after.children_system
            - before.children_user - before.children_system)


command = os.path.abspath(sys.argv[1])
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for name, first, last in (("all", 1, 8), ("low", 1, 4), ("high", 5, 8)):
        Path(f"{name}.toml").write_text(SWEEP.format(experiment=FIG1A, first=first, last=last))
    ratios, apart = [], []
    for k in range(rounds):
        one, work1 = seconds((1, "all.toml"))
        two, work2 = seconds((2, "all.toml"))
        halves, _ = seconds((1, "low.toml"), (1, "high.toml"))
        ratios.append(one / two)
        apart.append(one / halves)
        print(f"round {k + 1}: 1 thread {one:.2f} s ({work1:.2f} of processors), 2 threads "
              f"{two:.2f} s ({work2:.2f}), ratio {one / two:.2f}; two processes {halves:.2f} s, "
              f"ratio {one / halves:.2f}", flush=True)
    print(f"median ratio {statistics.median(ratios):.2f}; "
          f"of two processes {statistics.median(apart):.2f}")
    os.chdir("/")
