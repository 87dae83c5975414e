#!/usr/bin/env python3
"""A sweep that is killed and resumed leaves the same cube, byte for byte, as one in one go.

usage: sweep.py COMMAND [KILLS]

Kills KILLS sweeps (default 20) at random moments, resuming until each is done; then SIGINT and
SIGTERM, damaged cells, cells of another sweep, cells that fail, and other numbers of threads.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXPERIMENT = """
[data]
x = [-0.8, -0.3, 0.1]
y = [0.25, -0.07, -0.05]
[network]
width = 100
a = { dist = "uniform", scale = 0.1 }
w = { dist = "uniform", scale = 3 }
b = { dist = "uniform", scale = 3 }
[train]
method = "gd"
gd = { step = 1e-4 }
stop = { steps = STEPS }
snapshots = 10
[lfp]
ladder = false
lattice = { modes = 50 }
[grid]
count = 50
"""
SWEEP = """
title = "swept"
experiment = "e.toml"
[[axis]]
key = "network.width"
values = [400, 200]
[[axis]]
key = "network.seed"
range = [1, 6]
[[axis]]
name = "step"
values = ["small", "large"]
set = { "train.gd.step" = [1e-4, STEP] }
"""
SECONDS = 1.0  # a sweep is to take so long at least
CELLS = Path("results/s.cells")
COUNT = 24
failed = []


def check(holds, what):
    if not holds:
        failed.append(what)
        print(f"FAILED: {what}")


def start(*arguments):
    # Whoever runs this test may ignore SIGINT; the command must not.
    return subprocess.Popen([command, *arguments], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE,
                            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))


def run(*arguments):
    process = start(*arguments)
    _, said = process.communicate()
    return process.returncode, said.decode()


def cube(name="s"):
    """What is in result.nc, attributes included, with every bit of every number."""
    return subprocess.run(["ncdump", "-p", "9,17", f"results/{name}/result.nc"], check=True,
                          capture_output=True).stdout


def cells():
    return sorted(CELLS.glob("*.json"))


def nothing_left(when):
    left = [str(p) for p in Path(".").rglob("*") if "cells" in p.name or "partial" in p.name]
    check(not left, f"{when}: left behind {left}")


def interrupted(least=3, sweep="s.toml"):
    """A sweep that was killed when some of its cells, not all, were done."""
    process = start("sweep", sweep)
    while len(cells()) < least and process.poll() is None:
        time.sleep(0.002)
    process.kill()
    process.communicate()
    check(least <= len(cells()) < COUNT, f"to be interrupted: {len(cells())} cells")


def killed(kills, seconds, reference):
    done, resumed, finished = 0, 0, 0
    last = False
    while not last:
        last = done == kills
        before = {path: path.stat().st_mtime_ns for path in cells()}
        process = start("sweep", "s.toml", "--resume")
        if not last:
            time.sleep(random.uniform(0.0, 0.6 * seconds))
            process.kill()
        _, said = process.communicate()
        said = said.decode()
        check(process.returncode in (0, -signal.SIGKILL), f"killed and resumed: {said}")
        done += process.returncode == -signal.SIGKILL
        if f"going on from {CELLS}: {len(before)} of {COUNT} cells" in said and before:
            resumed += 1
        if process.returncode == 0:
            finished += 1
            check(cube() == reference, "killed and resumed: another cube")
            shutil.rmtree("results/s")
        else:  # no cell is lost, or run twice
            kept = {path: path.stat().st_mtime_ns for path in before if path.exists()}
            check(kept == before or Path("results/s").exists(),
                  "killed and resumed: cells were lost or repeated")
            shutil.rmtree("results/s", ignore_errors=True)
    check(finished > 0 and resumed >= kills / 4, f"only {resumed} resumed, {finished} finished")
    nothing_left("killed and resumed")
    return f"{done} killed, {resumed} resumed, {finished} finished"


def signalled(number, reference):
    name = signal.Signals(number).name
    process = start("sweep", "s.toml")
    while len(cells()) < 3 and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(number)
    _, said = process.communicate()
    said = said.decode()
    check(process.returncode == 128 + number, f"{name}: exit status {process.returncode}: {said}")
    words = re.search(rf"s: interrupted after (\d+) of {COUNT} cells; {CELLS} keeps them. Go on "
                      r"with\n  (.+ --resume)\n$", said)
    check(words and int(words[1]) == len(cells()), f"{name}: said {said}")
    check(not list(Path("results").glob(".*")), f"{name}: a staging directory is left")
    resumed = subprocess.run(words[2], shell=True, capture_output=True)
    check(resumed.returncode == 0 and cube() == reference, f"{name}: {resumed.stderr.decode()}")
    nothing_left(name)


def damaged(reference):
    """Truncated, with one digit changed, and half-written: run again, the first two with a word."""
    interrupted()
    short, changed = cells()[:2]
    short.write_text(short.read_text()[:100])
    text = changed.read_text()
    digit = text.index('"error.rmse":') + len('"error.rmse":0.0')
    changed.write_text(text[:digit] + ("1" if text[digit] != "1" else "2") + text[digit + 1:])
    (CELLS / "cell_99.json.partial").write_text("{")
    status, said = run("--quiet", "sweep", "s.toml", "--resume")
    check(status == 0 and sorted(said.splitlines()) ==
          [f"warning: s: {file} is damaged: its cell is run again" for file in (short, changed)],
          f"damaged: {status}: {said}")
    check(cube() == reference, "damaged: another cube")
    nothing_left("damaged")


def another(reference):
    """Cells of a sweep that has changed since are refused; without --resume they are removed."""
    interrupted()
    for file, old, new in (("s.toml", "range = [1, 6]", "range = [2, 7]"),
                           ("e.toml", "[-0.8,", "[-0.9,")):
        text = Path(file).read_text()
        Path(file).write_text(text.replace(old, new))
        before = cells()
        status, said = run("sweep", "s.toml", "--resume")
        check(status == 2 and "is of another sweep or version" in said and cells() == before,
              f"another {file}: {status}: {said}")
        Path(file).write_text(text)
    Path(CELLS / "mine").write_text("a file that is not ours")
    status, said = run("--quiet", "sweep", "s.toml")
    check(status == 0 and said == f"warning: s: the cells of an interrupted sweep in {CELLS} are "
          "removed (--resume goes on from them)\n", f"not resumed: {status}: {said}")
    check(cube() == reference, "not resumed: another cube")
    check([path.name for path in CELLS.iterdir()] == ["mine"], "not resumed: a file was touched")
    shutil.rmtree(CELLS)
    nothing_left("not resumed")


def redrawn(reference):
    """A title, a comment, a figure: what is no part of the computation refuses no cell."""
    interrupted()
    before = {file: Path(file).read_text() for file in ("s.toml", "e.toml")}
    Path("s.toml").write_text(before["s.toml"].replace('"swept"', '"a better title"') + """
# A figure that was forgotten.
[[figure]]
name = "width"
kind = "lines"
x = "network.width"
y = "error.rmse"
over = "network.seed"
by = "step"
""")
    Path("e.toml").write_text('title = "e" # new\n[report]\nfigures = ["loss"]\n' + before["e.toml"])
    status, said = run("sweep", "s.toml", "--resume")
    check(status == 0 and f"going on from {CELLS}: " in said, f"redrawn: {status}: {said}")
    check(Path("results/s/figures/width.svg").exists(), "redrawn: no figure")
    of_cells = lambda dump: dump[dump.index(b"data:"):]
    check(of_cells(cube()) == of_cells(reference), "redrawn: another cube")
    for file, text in before.items():
        Path(file).write_text(text)
    nothing_left("redrawn")


def failing():
    """Half of the cells diverge: told, and no hindrance. All: nothing is replaced, status 1."""
    Path("half.toml").write_text(SWEEP.replace("STEP", "1e9"))
    status, said = run("--quiet", "sweep", "half.toml")
    check(status == 0 and said.startswith("warning: half: 12 of 24 cells failed, see failure in "
                                          "result.nc; the first: "), f"half: {status}: {said}")
    dump = subprocess.run(["ncdump", "-v", "failure,error.rmse", "results/half/result.nc"],
                          check=True, capture_output=True).stdout.decode()
    numbers = dump[dump.index("data:"):dump.index("failure =")]
    check(numbers.count("NaN") + numbers.count("_,") + numbers.count("_ ;") == 12, "half: numbers")
    Path("all.toml").write_text(SWEEP.replace("STEP", "1e8").replace("1e-4,", "1e9,"))
    status, said = run("--quiet", "sweep", "all.toml")
    check(status == 1 and said.startswith("all: all 24 cells failed; the first: "),
          f"all: {status}: {said}")
    check(not Path("results/all").exists(), "all: there is a result")
    nothing_left("failing")


def unwritable():
    """Where cells cannot be kept, or the names are taken, no work is done, and nothing lost."""
    CELLS.write_text("a file where the directory should be")
    status, said = run("--quiet", "sweep", "s.toml")
    check(status == 2 and "is no directory" in said, f"unwritable: {status}: {said}")
    CELLS.unlink()
    CELLS.mkdir()
    mine = CELLS / "cell_3.json"
    mine.write_text('{"mine": 1}')
    for more in ((), ("--resume",)):
        status, said = run("--quiet", "sweep", "s.toml", *more)
        check(status == 2 and "cell_3.json: is in the place of a finished cell" in said,
              f"a foreign cell: {status}: {said}")
    check(mine.read_text() == '{"mine": 1}', "a foreign cell was touched")
    shutil.rmtree(CELLS)
    nothing_left("unwritable")


def second():
    """A second process is kept off the output of a first, whatever it does, and told who holds it;
    one that was killed holds nothing."""
    first = start("sweep", "s.toml")
    while len(cells()) < 3 and first.poll() is None:
        time.sleep(0.002)
    before = {path: path.stat().st_mtime_ns for path in cells()}
    refused = 0
    for arguments in (("sweep", "s.toml"), ("sweep", "s.toml", "--resume"), ("report", "results/s"),
                      ("run", "e.toml", "--out", "results/s")):
        status, said = run(*arguments)
        if first.poll() is not None:
            break  # a machine too fast: what was seen must be enough
        refused += 1
        words = (f"results/s: is being written by process {first.pid} on ", ", since 20",
                 " sweep s.toml; wait for its end, or name another directory\n")
        check(status == 2 and all(word in said for word in words), f"second: {status}: {said}")
    check(refused > 0, "second: the first ended too soon")
    now = {path: path.stat().st_mtime_ns for path in before if path.exists()}
    check(now == before or first.poll() is not None, "second: the first's cells were touched")
    first.kill()
    first.communicate()
    status, said = run("--quiet", "sweep", "s.toml", "--resume")
    check(status == 0, f"after a killed one: {status}: {said}")
    nothing_left("second")
    check(not list(Path("results").glob(".*")), "second: a lock is left")


def reproduced(reference):
    """A study of `reproduce`, interrupted and resumed; its page and figures, drawn again too."""
    Path("studies").mkdir()
    figure = """
[[figure]]
name = "NAME"
kind = "lines"
x = "network.width"
y = ["KEY"]
over = "network.seed"
by = "step"
"""
    Path("studies/time.toml").write_text(
        SWEEP.replace("STEP", "2e-4").replace("e.toml", "../e.toml")
        + figure.replace("NAME", "width").replace("KEY", "error.rmse")
        + figure.replace("NAME", "misspelt").replace("KEY", "error.rmsd"))
    os.environ["FPRINCIPLE_EXPERIMENTS"] = os.getcwd()
    kept = Path("results/all.time.cells")
    process = start("reproduce", "time", "--out", "results/all")
    while len(list(kept.glob("*.json"))) < 3 and process.poll() is None:
        time.sleep(0.002)
    process.terminate()
    process.communicate()
    check(process.returncode == 128 + signal.SIGTERM, f"reproduce: status {process.returncode}")
    status, said = run("reproduce", "time", "--out", "results/all", "--resume")
    check(status == 0 and f"time: going on from {kept}: " in said, f"reproduce: {said}")
    check("warning: the figure misspelt is left out: " in said and "error.rmse" in said,
          f"reproduce: no word of the misspelt number: {said}")
    nothing_left("reproduce")

    def arrays(text):
        return text[text.index(b"data:"):]
    check(arrays(cube("all/time")) == arrays(reference), "reproduce: another cube")
    files = ["report.html", "time/report.html", "time/summary.json", "time/figures/width.svg"]
    before = [Path("results/all", file).read_bytes() for file in files]
    check(b'data-study="time"' in before[0] and b"width.svg" in before[0], "reproduce: the page")
    check(b'"small"' in before[2], "reproduce: the numbers of the figure")
    status, said = run("report", "results/all")
    check(status == 0, f"reproduce: report: {said}")
    check([Path("results/all", file).read_bytes() for file in files] == before,
          "reproduce: drawn again it is another page")


def main():
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    random.seed(1)
    Path("s.toml").write_text(SWEEP.replace("STEP", "2e-4"))
    steps, seconds, status = 10_000, 0.0, 0
    while status == 0 and seconds < SECONDS:
        steps *= 2
        Path("e.toml").write_text(EXPERIMENT.replace("STEPS", str(steps)))
        began = time.monotonic()
        status, said = run("sweep", "s.toml")
        seconds = time.monotonic() - began
    check(status == 0 and "s: cells" in said, f"the reference: {status}: {said}")
    nothing_left("the reference")
    reference = cube()
    for threads in ("1", "3"):
        status, said = run("--quiet", "--threads", threads, "sweep", "s.toml")
        check(status == 0 and said == "" and cube() == reference, f"{threads} threads: {said}")
    shutil.rmtree("results/s")
    print(f"a sweep takes {seconds:.1f} s; {killed(kills, seconds, reference)}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signalled(number, reference)
    damaged(reference)
    another(reference)
    redrawn(reference)
    failing()
    unwritable()
    second()
    reproduced(reference)
    return 1 if failed else 0


if __name__ == "__main__":
    command = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        code = main()
        os.chdir("/")
    sys.exit(code)
