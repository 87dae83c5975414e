#!/usr/bin/env python3
"""What a run foresees of its memory is what it uses; what does not fit is refused before any work.

usage: memory.py COMMAND
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

NETWORK = """
[network]
width = 1000
activation = "{activation}"
a = {{ dist = "uniform", scale = 0.1 }}
w = {{ dist = "{law}", scale = 1.0 }}
b = {{ dist = "{law}", scale = 1.0 }}
"""
# Name, keys, and what of it makes the memory.
SHAPES = {
    "kernels": """
[data]
target = {{ kind = "sine", frequency = [0.7, 0, 0, 0, 0, 0, 0, 0, 0, 0] }}
n = 1400
range = [[-1, 1], [-1, 1], [-1, 1], [-1, 1], [-1, 1], [-1, 1], [-1, 1], [-1, 1], [-1, 1], [-1, 1]]
{network}
[train]
method = "gd"
gd = {{ step = 1e-9 }}
stop = {{ steps = 2 }}
snapshots = [1e-9]
[lfp]
model = "complete"
kernel = true
ridge = 1e-2
""",
    "lattice": """
[data]
target = {{ kind = "sine", frequency = [0.7] }}
n = 300
range = [-1, 1]
{network}
[train]
method = "gd"
gd = {{ step = 1e-9 }}
stop = {{ steps = 2 }}
snapshots = [1e-9]
[lfp]
ladder = false
ridge = 1e-2
lattice = {{ modes = 16000 }}
""",
    "grid": """
[data]
target = {{ kind = "sine", frequency = [0.7] }}
n = 20
range = [-1, 1]
{network}
[train]
method = "gd"
gd = {{ step = 1e-9 }}
stop = {{ steps = 20 }}
snapshots = 20
[lfp]
model = "complete"
ladder = false
ridge = 1e-2
[grid]
count = 200000
[report]
figures = ["loss"]
""",
}


def limited(bytes_of_address_space):
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (bytes_of_address_space,) * 2)


def main():
    command = str(Path(sys.argv[1]).resolve())
    bad = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, text in SHAPES.items():
            file = Path(scratch, f"{name}.toml")
            file.write_text(text.format(network=NETWORK.format(activation="relu", law="normal")))
            run = subprocess.run([command, "run", file.name, "--quiet", "--threads", "2"], cwd=scratch,
                                 capture_output=True, text=True)
            if run.returncode:
                bad.append(f"{name}: status {run.returncode}: {run.stderr}")
                continue
            memory = json.loads(Path(scratch, "results", name, "summary.json").read_text())["memory"]
            peak, foreseen = memory["peak_mib"], memory["foreseen_mib"]
            print(f"{name}: {peak:.0f} MiB used, {foreseen:.0f} foreseen, {foreseen / peak:.2f}")
            if peak < 200:
                bad.append(f"{name}: {peak} MiB say nothing")
            if not 0.8 <= foreseen / peak <= 1.5:
                bad.append(f"{name}: {peak} MiB used, {foreseen} foreseen")
        file = Path(scratch, "kernels.toml")
        file.write_text(file.read_text().replace("n = 1400", "n = 20000"))
        # One cell of 5000 samples fits, two at a time do not.
        Path(scratch, "cell.toml").write_text(file.read_text().replace("n = 20000", "n = 5000"))
        sweep = Path(scratch, "sweep.toml")
        sweep.write_text('experiment = "cell.toml"\n'
                         '[[axis]]\nkey = "network.seed"\nvalues = [1, 2, 3]\n')
        for words, arguments in {
            "20000 samples": ["run", file.name, "--threads", "1"],
            "2 cells of the sweep at a time": ["sweep", sweep.name, "--threads", "2"],
        }.items():
            run = subprocess.run([command, *arguments], cwd=scratch, capture_output=True, text=True,
                                 preexec_fn=limited(6 * 2**30),
                                 env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})
            said = run.stderr
            if run.returncode != 2 or "would need about" not in said or words not in said:
                bad.append(f"{words} in 6 GiB: status {run.returncode}: {said}")
    for line in bad:
        print(line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
