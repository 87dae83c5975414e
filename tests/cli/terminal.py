#!/usr/bin/env python3
"""What the command prints, and where nobody listens: control characters, closed and full streams,
signals in every phase, little memory, odd names and directories.

usage: terminal.py COMMAND
"""

import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SMALL = (Path(__file__).resolve().parent / "small.toml").read_text()
failed = []


def check(holds, what):
    if not holds:
        failed.append(what)
        print(f"FAILED: {what}")


def run(*arguments, shell=None, **options):
    """Status, stdout and stderr; by way of a shell, "$@" being the command."""
    words = [command, *arguments]
    if shell:
        words = ["bash", "-c", shell, "bash", *words]
    done = subprocess.run(words, capture_output=True, **options)
    return done.returncode, done.stdout, done.stderr


def tree(folder="."):
    return {path.relative_to(folder): path.read_bytes() if path.is_file() else None
            for path in Path(folder).rglob("*")}


def nothing_left(what):
    left = [str(p) for p in Path(".").rglob(".*") if p.name != ".fprinciple.json"]
    check(not left, f"{what}: left behind {left}")


def whole(directory):
    return all((Path(directory) / name).exists()
               for name in ("result.nc", "summary.json", "report.html", ".fprinciple.json"))


def printable():
    """No control character or second line of an input reaches the terminal, nor half a page."""
    hostile = ["\x1b]0;owned\x07", "a\nb", "\x9b2J", "\u202egnp", "\r", "\x7f", "\u2028", b"\xff\xfe"]
    for text in hostile:
        name = os.fsencode(text) if isinstance(text, str) else text
        for arguments in ((b"run", name), (b"reproduce", name), (b"verify", name, b"--expect", name),
                          (b"report", name), (b"run", b"small.toml", b"--" + name), (name,),
                          (b"run", b"small.toml", b"--threads", name)):
            status, out, err = run(*arguments)
            said = err.decode()  # or it throws
            check(status == 2 and not out, f"{arguments}: {status}, {out}, {err}")
            check(said.endswith("\n") and not re.search(
                "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", said), f"{arguments}: {err}")
            check(said.count("\n") <= 2, f"{arguments}: {err}")
    status, _, err = run("run", "x" * 100_000)
    check(status == 2 and len(err) < 2000, f"a long name: {len(err)} bytes")
    Path("title.toml").write_text('title = "red \\u001b[31m\\nsecond"\n' + SMALL.split("\n", 1)[1]
                                  if SMALL.startswith("title") else SMALL)
    status, out, _ = run("run", "title.toml", "--out", "titled")
    check(status == 0 and b"\x1b" not in out, f"a title: {status}, {out}")


def streams():
    """Closed, full and broken: the result is there, and a verdict that is lost is told."""
    run("run", "small.toml", "--out", "out")
    for shell, status in (('"$@" 2>&-', 0), ('"$@" >/dev/full', 1), ('"$@" >&-', 1),
                          ('"$@" --quiet >&- 2>&- <&-', 0), ('"$@" 2>/dev/full', 0),
                          ('"$@" --quiet >/dev/full', 0)):
        inode = os.stat("out").st_ino
        got, _, err = run("run", "small.toml", "--out", "out", shell=shell)
        check(got == status, f"{shell}: status {got}, not {status}: {err}")
        check(whole("out") and os.stat("out").st_ino != inode, f"{shell}: no new result")
        if status == 1:
            check(b"cannot be written to stdout: " in err, f"{shell}: {err}")
        nothing_left(shell)
    for shell in ('"$@" 2>&1 | head -1', '"$@" 2>&1 | true', '"$@" | head -1'):
        inode = os.stat("out").st_ino
        run("run", "small.toml", "--out", "out", shell=shell)
        check(whole("out") and os.stat("out").st_ino != inode, f"{shell}: no new result")
        nothing_left(shell)
    for shell in ('"$@" >/dev/full', '"$@" >&-'):
        check(run("--version", shell=shell)[0] == 1, f"--version {shell}")
        check(run("verify", "small.toml", "--expect", "out/summary.json", "--only", "/error",
                  shell=shell)[0] == 1, f"verify {shell}")


def directories():
    status, _, err = run("run", "small.toml", "--out", "")
    check(status == 2 and err == b"the output directory must have a name\n", f"empty: {err}")
    status, _, err = run("run", "small.toml", "--out", "a\\b")
    check(status == 2 and b"a\\b: cannot be an output directory" in err, f"backslash: {err}")
    odd = os.fsdecode(b"odd \xff \x01")
    status, _, err = run("--quiet", "run", "small.toml", "--out", odd)
    check(status == 0 and whole(odd) and not err, f"an odd --out: {status}: {err}")
    status, _, err = run("--quiet", "report", odd)
    check(status == 0 and whole(odd), f"an odd directory drawn again: {status}: {err}")
    named = os.fsdecode(b"odd \xff.toml")
    Path(named).write_text(SMALL)
    before = tree()
    for arguments in (("run", named), ("sweep", named), ("verify", named, "--expect", named),
                      ("report", odd, odd)):
        status, _, err = run(*arguments)
        check(status == 2 and b"must be UTF-8" in err, f"{arguments}: {status}: {err}")
    check(tree() == before, "an odd name: something was written")
    small = os.path.abspath("small.toml")
    os.mkdir("gone")
    status, _, err = run("run", small, shell='cd gone && rmdir ../gone && "$@"')
    check(status == 2 and err.startswith(b"there is no working directory: "), f"gone: {err}")


def start(*arguments):
    return subprocess.Popen([command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))


def signals():
    """At random moments, one or two: a status, the old result or the new one, nothing else."""
    begin = time.monotonic()
    run("--quiet", "run", "small.toml", "--out", "out")
    seconds = time.monotonic() - begin
    ended = 0
    for k in range(36):
        number = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)[k % 3]
        arguments = [("run", "small.toml", "--out", "out"), ("report", "out")][k % 2]
        before = tree("out")
        process = start(*arguments)
        # Before the handlers are there, a signal ends the process by itself, and there is nothing.
        time.sleep(0.05 + random.uniform(0.0, seconds))
        for _ in range(1 + k % 4 // 2):
            process.send_signal(number)
        _, err = process.communicate()
        status = process.returncode
        check(status in (0, 128 + number, -number), f"{number} in {arguments}: {status}: {err}")
        check(status <= 0 or err.strip(), f"{number} in {arguments}: no message")
        ended += status > 128
        check(whole("out") and (status == 0 or tree("out") == before or b"report" not in err),
              f"{number} in {arguments}: the old result has changed")
        checkpoint = Path("out.checkpoint.nc")
        if status > 128 and b"Go on with" in err:
            check(checkpoint.exists(), f"{number} in {arguments}: no checkpoint")
        checkpoint.unlink(missing_ok=True)
        nothing_left(f"{number} in {arguments}, status {status}")
    check(ended >= 6, f"only {ended} of 36 were ended by a signal")
    print(f"{ended} of 36 were ended by a signal")


def drawing():
    """gnuplot hangs: a signal ends both, and at once."""
    Path("bin").mkdir()
    # It answers when it is asked what it can do, and hangs with a figure.
    Path("bin/gnuplot").write_text(
        f"#!/bin/sh\ncase \"$*\" in *.gp) exec sleep 60;; esac\n"
        f"exec {shutil.which('gnuplot')} \"$@\"\n")
    Path("bin/gnuplot").chmod(0o755)
    path = os.environ["PATH"]
    os.environ["PATH"] = os.path.abspath("bin") + ":" + path
    process = start("run", "small.toml", "--out", "drawn")
    for line in process.stderr:
        if b"drawing" in line:
            break
    time.sleep(0.3)
    process.terminate()
    begin = time.monotonic()
    _, err = process.communicate()
    os.environ["PATH"] = path
    check(process.returncode == 128 + signal.SIGTERM, f"drawing: {process.returncode}: {err}")
    check(time.monotonic() - begin < 10, "drawing: a signal is not served")
    check(not Path("drawn").exists(), "drawing: there is a result")
    nothing_left("drawing")


def memory():
    """ulimit -v: a message and a status, the old result whole."""
    statuses = []
    for mib in [*range(100, 400, 25), *range(400, 1600, 200)]:
        before = tree("out")
        limit = mib << 20
        status, _, err = run("run", "small.toml", "--out", "out", "--threads", "4", timeout=200,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        if status == 127 or b"OpenBLAS blas_thread_init" in err:
            continue  # the loader has no room for the libraries, or for what they do when loaded
        statuses.append(status)
        check(status in (0, 1, 2) and (status == 0 or err.strip()), f"{mib} MiB: {status}: {err}")
        check(status == 0 or tree("out") == before, f"{mib} MiB: the old result has changed")
        nothing_left(f"{mib} MiB")
    check(0 in statuses, f"no run has enough memory: {statuses}")
    print(f"with little memory: {statuses}")


def logging():
    """Nothing of the solvers' library comes through, whatever its environment says."""
    text = SMALL.replace("[lfp]", '[lfp]\nsolvers = ["dual", "ceres"]') if "solvers" not in SMALL else SMALL
    Path("solved.toml").write_text(text)
    logs = Path("logs")
    logs.mkdir()
    environment = {**os.environ, "GLOG_v": "9", "GLOG_logtostderr": "1", "GLOG_minloglevel": "0",
                   "GLOG_log_dir": str(logs), "TMPDIR": str(logs)}
    status, out, err = run("--quiet", "run", "solved.toml", "--out", "solved", env=environment)
    check(not out and (status != 0 or not err), f"logging: {status}: {out} {err}")
    check(not list(logs.iterdir()), f"logging: files {list(logs.iterdir())}")


def main():
    Path("small.toml").write_text(SMALL)
    printable()
    streams()
    directories()
    signals()
    drawing()
    memory()
    logging()


command = os.path.abspath(sys.argv[1])
random.seed(1)
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    main()
    os.chdir("/")
sys.exit(1 if failed else 0)
