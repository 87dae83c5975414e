#!/usr/bin/env python3
"""Interrupted and resumed training leaves the same arrays, byte for byte, as training in one go.

usage: resume.py COMMAND METHOD [KILLS]

METHOD is "gd" or "flow". Kills KILLS runs (default 50) at random moments, resuming until they are
done; then SIGINT, SIGTERM, and checkpoints that must be refused.
"""

import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS = 1.0  # a run is to take so long at least
SIZE = {"gd": 300_000, "flow": 60_000}  # doubled until it does
WIDTH = {"gd": "200", "flow": "SIZE"}
TRAIN = {
    "gd": 'method = "gd"\ngd = { step = 1e-4 }\nstop = { steps = SIZE }\n',
    "flow": 'stop = { loss = 1e-9 }\ntolerance = 1e-13\n',
}
EXPERIMENT = """
title = "resumed"
[data]
x = [-0.8, -0.3, 0.1]
y = [0.25, -0.07, -0.05]
[network]
width = WIDTH
a = { dist = "uniform", scale = 0.1 }
w = { dist = "uniform", scale = 3 }
b = { dist = "uniform", scale = 3 }
[train]
checkpoint = 0.05
snapshots = 20
TRAIN
[lfp]
ladder = false
lattice = { modes = 50 }
[grid]
count = 50
[report]
figures = ["loss"]
"""
CHECKPOINT = Path("results/e.checkpoint.nc")
failed = []


def check(holds, what):
    if not holds:
        failed.append(what)
        print(f"FAILED: {what}")


def start(*arguments, at_interrupt=signal.SIG_DFL):
    # Whoever runs this test may ignore SIGINT; the command must not, unless it is told to.
    return subprocess.Popen([command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            preexec_fn=lambda: signal.signal(signal.SIGINT, at_interrupt))


def run(*arguments):
    process = start(*arguments)
    _, said = process.communicate()
    return process.returncode, said.decode()


def arrays(directory):
    """What is in result.nc, attributes included, with every bit of every number."""
    return subprocess.run(["ncdump", "-p", "9,17", f"{directory}/result.nc"], check=True,
                          capture_output=True).stdout


def without_texts(dump):
    """A dump of result.nc without its own attributes: title, experiment, …"""
    return [line for line in dump.splitlines() if not line.startswith((b"\t\t:", b"\t\t\t\""))]


def wait_for_checkpoint(process, file=CHECKPOINT):
    while not file.exists() and process.poll() is None:
        time.sleep(0.005)


def nothing_left(when):
    left = [str(p) for p in Path(".").rglob("*") if "checkpoint" in p.name or "partial" in p.name]
    check(not left, f"{when}: left behind {left}")


def killed(kills, seconds, reference):
    """Kills at random moments, resuming each time; the last run is left to finish."""
    done, resumed, finished = 0, 0, 0
    last = False
    while not last:
        last = done == kills
        process = start("run", "e.toml", "--resume")
        if not last:
            time.sleep(random.uniform(0.0, 0.4 * seconds))
            process.kill()
        _, said = process.communicate()
        resumed += b"going on from results/e.checkpoint.nc: " in said
        done += process.returncode == -signal.SIGKILL
        check(process.returncode in (0, -signal.SIGKILL), f"killed and resumed: {said.decode()}")
        if process.returncode == 0:
            finished += 1
            check(arrays("results/e") == reference, "killed and resumed: other arrays")
    check(finished > 0 and resumed >= kills / 4, f"only {resumed} resumed, {finished} finished")
    nothing_left("killed and resumed")
    return f"{done} killed, {resumed} resumed, {finished} finished"


def signalled(number, directory, reference):
    name = signal.Signals(number).name
    checkpoint = Path(f"{directory}.checkpoint.nc")
    process = start("run", "e.toml", "--out", directory)
    wait_for_checkpoint(process, checkpoint)
    process.send_signal(number)
    _, said = process.communicate()
    said = said.decode()
    check(process.returncode == 128 + number, f"{name}: exit status {process.returncode}: {said}")
    reached = re.search(rf"e: interrupted after (\d+) steps, t = \S+; the checkpoint {checkpoint} "
                        r"keeps it. Go on with\n  (.+ --resume)\n$", said)
    check(reached, f"{name}: said {said}")
    check(not list(Path("results").glob(".*")), f"{name}: a staging directory is left")
    resumed = subprocess.run(reached[2], shell=True, capture_output=True)
    said = resumed.stderr.decode()
    check(resumed.returncode == 0 and f"{checkpoint}: {reached[1]} steps" in said,
          f"{name}: resumed: {said}")
    check(arrays(directory) == reference, f"{name}: resumed: other arrays")
    nothing_left(name)


def signalled_twice(reference):
    """Both signals are there when the process wakes, so that no step ends between them."""
    process = start("run", "e.toml")
    wait_for_checkpoint(process)
    for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGCONT):
        process.send_signal(number)
    process.communicate()
    check(process.returncode in (128 + signal.SIGTERM, 128 + signal.SIGINT),
          f"two signals: exit status {process.returncode}")
    status, said = run("run", "e.toml", "--resume")
    check(status == 0 and "going on from" in said, f"two signals: resumed: {said}")
    check(arrays("results/e") == reference, "two signals: other arrays")
    nothing_left("two signals")


def signalled_outside_training(reference):
    """Before training a signal ends the process at once, and nothing is left."""
    process = start("run", "slow.toml", "--out", "results/e")
    while process.stderr.readline() != b"slow: prediction\n":
        pass
    process.terminate()
    _, said = process.communicate()
    check(process.returncode == 128 + signal.SIGTERM and said.endswith(b"ended by SIGTERM\n"),
          f"before training: exit status {process.returncode}: {said}")
    check(not [p for p in Path("results").glob(".*")], "before training: something is left")
    check(arrays("results/e") == reference, "before training: the old result is gone")
    check(run("run", "e.toml")[0] == 0, "before training: the next run failed")
    nothing_left("before training")


def unwritable(reference):
    """A checkpoint's name that is taken is refused; checkpoints that cannot be written later are
    told once, and do not end training."""
    CHECKPOINT.mkdir()
    status, said = run("run", "e.toml")
    check(status == 2 and "is in the place of a checkpoint" in said, f"taken: {status}, {said}")
    CHECKPOINT.rmdir()
    process = start("run", "e.toml")
    wait_for_checkpoint(process)
    while process.poll() is None:  # another one may come between the two
        CHECKPOINT.unlink(missing_ok=True)
        try:
            CHECKPOINT.mkdir()
            break
        except FileExistsError:
            pass
    _, said = process.communicate()
    said = said.decode()
    check(process.returncode == 0 and said.count("cannot be written") == 1,
          f"unwritable: {process.returncode}, {said}")
    check(arrays("results/e") == reference, "unwritable: other arrays")
    check(CHECKPOINT.is_dir(), "unwritable: what is not ours was removed")
    CHECKPOINT.rmdir()
    nothing_left("unwritable")


def ignored(reference):
    process = start("run", "e.toml", at_interrupt=signal.SIG_IGN)
    wait_for_checkpoint(process)
    process.send_signal(signal.SIGINT)
    process.communicate()
    check(process.returncode == 0, f"SIGINT ignored: exit status {process.returncode}")
    check(arrays("results/e") == reference, "SIGINT ignored: other arrays")


def reproduced(text, reference):
    """Interrupted in the second of two experiments, both go on from their checkpoints."""
    for name in ("fig1a", "fig1b"):
        Path(f"{name}.toml").write_text(text)
    os.environ["FPRINCIPLE_EXPERIMENTS"] = os.getcwd()
    arguments = ("reproduce", "fig1a", "fig1b", "--out", "results/both")
    process = start(*arguments)
    wait_for_checkpoint(process, Path("results/both.fig1b.checkpoint.nc"))
    process.terminate()
    process.communicate()
    check(process.returncode == 128 + signal.SIGTERM, f"reproduce: status {process.returncode}")
    status, said = run(*arguments, "--resume")
    check(status == 0, f"reproduce: resumed: {said}")
    for name in ("fig1a", "fig1b"):
        check(f"{name}: going on from results/both.{name}.checkpoint.nc" in said,
              f"reproduce: {name} did not go on: {said}")
        check(arrays(f"results/both/{name}") == reference, f"reproduce: {name}: other arrays")
    nothing_left("reproduce")


def interrupt():
    process = start("run", "e.toml")
    wait_for_checkpoint(process)
    process.terminate()
    process.communicate()


def refused(what, expected):
    status, said = run("run", "e.toml", "--resume")
    check(status == 2 and expected in said, f"{what}: status {status}, said {said}")


def main():
    file = Path("e.toml")
    size, seconds = SIZE[method] // 2, 0.0
    while seconds < SECONDS:
        size *= 2
        text = EXPERIMENT.replace("TRAIN", TRAIN[method]).replace("WIDTH", WIDTH[method])
        text = text.replace("SIZE", str(size))
        file.write_text(text)
        begin = time.monotonic()
        status, said = run("run", "e.toml", "--resume")
        seconds = time.monotonic() - begin
        if status != 0:
            sys.exit(said)
    Path("slow.toml").write_text(text.replace("ladder = false", "ladder = true")
                                 .replace("modes = 50", "modes = 100_000"))
    check("e: there is no checkpoint results/e.checkpoint.nc: training starts afresh" in said, said)
    nothing_left("in one go")
    reference = arrays("results/e")

    print(f"one run takes {seconds:.2f} s; {killed(kills, seconds, reference)}")
    signalled(signal.SIGINT, "results/e", reference)
    signalled(signal.SIGTERM, "results/it's e", reference)
    signalled_twice(reference)
    signalled_outside_training(reference)
    unwritable(reference)
    ignored(reference)
    reproduced(text, reference)

    interrupt()
    whole = CHECKPOINT.read_bytes()
    status, said = run("--quiet", "run", "e.toml")
    check(status == 0 and "warning: e: results/e.checkpoint.nc: a checkpoint of an interrupted run "
          "exists: add --resume" in said, f"without --resume: {said}")
    check(arrays("results/e") == reference, "without --resume: other arrays")
    nothing_left("without --resume")

    for size in (0, 1, 8, 100, len(whole) // 2, len(whole) - 1):
        CHECKPOINT.write_bytes(whole[:size])
        refused(f"truncated to {size} bytes", "results/e.checkpoint.nc: is damaged, or no checkpoint")
    CHECKPOINT.write_bytes(Path("results/e/result.nc").read_bytes())
    refused("another file", "results/e.checkpoint.nc: is damaged, or no checkpoint")
    CHECKPOINT.write_bytes(whole)
    file.write_text(text.replace("0.25", "0.26"))
    refused("another experiment", "results/e.checkpoint.nc: is of another experiment")
    check(CHECKPOINT.read_bytes() == whole, "a refused checkpoint was touched")
    check(arrays("results/e") == reference, "a refused checkpoint replaced the result")
    file.write_text("# A comment.\n" + text.replace("resumed", "another title")
                    .replace('["loss"]', '["loss", "curves"]').replace("checkpoint = 0.05", ""))
    status, said = run("run", "e.toml", "--resume")
    check(status == 0 and "going on from" in said
          and without_texts(arrays("results/e")) == without_texts(reference)
          and Path("results/e/figures/curves.svg").exists(), f"another title: {status}: {said}")


command, method = os.path.abspath(sys.argv[1]), sys.argv[2]
kills = int(sys.argv[3]) if len(sys.argv) > 3 else 50
random.seed(1)
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    main()
sys.exit(1 if failed else 0)
