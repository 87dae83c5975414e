#!/usr/bin/env python3
"""Pictures can fail in every way, and no result is lost; no text of a result is ever run.

usage: drawing.py COMMAND

Runs the command with gnuplots that are missing, old, that refuse a figure or do not end, with
settings of a user's own, and on results whose texts somebody has edited.
"""

import json
import os
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
stop = { steps = 200 }
snapshots = 10
[lfp]
ladder = false
lattice = { modes = 50 }
[grid]
count = 50
[report]
figures = ["loss", "scatter"]
"""
SWEEP = """
experiment = "e.toml"
[[axis]]
key = "network.width"
values = [100, 200]
[[figure]]
name = "width"
kind = "lines"
x = "network.width"
y = "error.rmse"
"""
# Somebody's title: what it would leave behind were it run is a file called PWNED.
HOSTILE = ["a\nsystem(\"touch PWNED\")\n#", "'''.system('touch PWNED').'''", "`touch PWNED`",
           "it's @data \\U+0027 {x_^} %s $(touch PWNED)"]
failed = []


def check(holds, what):
    if not holds:
        failed.append(what)
        print(f"FAILED: {what}")


def run(*arguments, **environment):
    process = subprocess.run([command, "--quiet", *arguments], capture_output=True,
                             env={**os.environ, **environment})
    return process.returncode, process.stderr.decode()


def fake(folder, script):
    """A PATH whose gnuplot is this shell script; it is given no process of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    Path(folder).mkdir()
    gnuplot = Path(folder, "gnuplot")
    gnuplot.write_text(f"#!/bin/sh\n{script}\n")
    gnuplot.chmod(0o755)
    return os.path.abspath(folder)


def refusing(figure, how):
    return fake("fake", f'case "$*" in *{figure}.gp) {how};; esac\nexec {real} "$@"')


def tree():
    return {path: path.read_bytes() for path in Path(".").rglob("*") if path.is_file()}


def missing():
    """Said before any work, by every command that draws; nothing is written."""
    for what, path, words in (
            ("none", os.path.abspath("empty"), "was not found; on Debian: apt install gnuplot-nox"),
            ("one without pdfcairo", fake("fake", 'echo "unknown or ambiguous terminal type" >&2; '
                                                  'exit 1'),
             "cannot draw SVG, PDF and GIF (exit status 1: unknown or ambiguous terminal type); on "
             "Debian: apt install gnuplot-nox")):
        before = tree()
        for arguments in (["run", "e.toml"], ["bounds", "b.toml"], ["sweep", "s.toml"],
                          ["reproduce", "fig1a"], ["report", "results/e"],
                          ["report", "results/e", "results/f"]):
            status, said = run(*arguments, PATH=path)
            check(status == 1 and said.startswith("gnuplot, which draws the figures, ")
                  and words in said and said.count("\n") == 1,
                  f"{what}: {arguments}: {status}: {said}")
        check(tree() == before, f"{what}: something was written")
    status, said = run("verify", "e.toml", "--expect", "results/e/summary.json", PATH="/nonexistent")
    check(status == 0, f"verify draws nothing: {said}")


def refused():
    """The result is there, without the picture; report draws it."""
    shutil.rmtree("results/e")
    path = refusing("loss", "echo 'gnuplot> plot' >&2; echo '\"loss.gp\" line 3: refused <it>' >&2; "
                            "exit 1")
    status, said = run("run", "e.toml", PATH=path)
    check(status == 1 and said ==
          'warning: e: the figure loss could not be drawn: gnuplot: exit status 1: "loss.gp" line '
          "3: refused <it>\nresults/e: a figure could not be drawn; the results are whole, and "
          "fprinciple report results/e draws them again\n", f"refused: {status}: {said}")
    figures = {path.name for path in Path("results/e/figures").iterdir()}
    check(figures == {"loss.gp", "loss.dat", "scatter.gp", "scatter.dat", "scatter.svg",
                      "scatter.pdf"}, f"refused: {figures}")
    page = Path("results/e/report.html").read_text()
    check("<li>loss: gnuplot: exit status 1: &quot;loss.gp&quot; line 3: refused &lt;it&gt;</li>"
          in page and "gnuplot could not draw this figure." in page, "refused: the page")
    check(not Path("results/e.checkpoint.nc").exists(), "refused: the checkpoint stays")
    before = tree()
    status, said = run("report", "results/e", PATH=path)
    check(status == 1 and "results/e: is left as it was" in said and tree() == before,
          f"refused again: {status}: {said}")
    status, said = run("report", "results/e")
    page = Path("results/e/report.html").read_text()
    check(status == 0 and said == "" and "could not" not in page
          and Path("results/e/figures/loss.svg").exists(), f"drawn: {status}: {said}")

    path = refusing("width", "exit 0")  # which leaves nothing
    status, said = run("sweep", "s.toml", PATH=path)
    check(status == 1 and "the figure width could not be drawn: gnuplot: an output is missing"
          in said and Path("results/s/result.nc").exists(), f"sweep: {status}: {said}")
    check("width" in json.loads(Path("results/s/summary.json").read_text())["study"],
          "sweep: no numbers of the figure")
    check(not Path("results/s.cells").exists(), "sweep: the cells stay")
    status, said = run("report", "results/s")
    check(status == 0 and Path("results/s/figures/width.svg").exists(), f"sweep: {said}")


def own_settings():
    """Nothing of a user's own changes a figure, or is left over."""
    before = Path("results/e/figures/loss.svg").read_bytes()
    Path(".gnuplot").write_text("exit status 3\n")
    Path("fontconfig").write_text("no fonts")
    status, said = run("report", "results/e", GNUTERM="nonsense", GNUPLOT_LIB="/nonexistent",
                       HOME=os.getcwd(), FONTCONFIG_FILE="fontconfig", LC_ALL="de_DE.UTF-8",
                       GDFONTPATH="/nonexistent", GNUPLOT_PS_DIR="/nonexistent")
    check(status == 0 and Path("results/e/figures/loss.svg").read_bytes() == before,
          f"own settings: {status}: {said}")


def signalled():
    """No gnuplot outlives the command."""
    path = refusing("loss", f"echo $$ > {os.getcwd()}/pid; exec sleep 1000")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        Path("pid").unlink(missing_ok=True)
        process = subprocess.Popen(
            [command, "--quiet", "run", "e.toml"], env={**os.environ, "PATH": path},
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        while not Path("pid").exists() or not Path("pid").read_text().endswith("\n"):
            time.sleep(0.01)
        process.send_signal(number)
        check(process.wait() in (-number, 128 + number), f"signalled: {process.returncode}")
        stat = Path("/proc", Path("pid").read_text().strip(), "stat")
        for _ in range(500):
            try:
                if ") Z" in stat.read_text():
                    break
            except OSError:
                break
            time.sleep(0.01)
        else:
            check(False, f"{number}: gnuplot still runs")
    Path("pid").unlink()


def hostile():
    """Texts of an experiment, and those that somebody has edited in a result."""
    for text in HOSTILE:
        for name in "ef":
            Path(f"{name}.toml").write_text(f"title = {json.dumps(text)}\n{EXPERIMENT}")
            check(run("run", f"{name}.toml") == (0, ""), f"hostile: run: {text!r}")
        labels = "".join(f"{key} = {json.dumps(text.replace(chr(10), ' '))}\n"
                         for key in ("title", "x_label", "y_label", "reading"))
        Path("s.toml").write_text(f"title = {json.dumps(text)}\n{SWEEP}{labels}")
        check(run("sweep", "s.toml") == (0, ""), f"hostile: sweep: {text!r}")
        for file in ("results/e/summary.json", "results/s/summary.json"):
            summary = json.loads(Path(file).read_text())
            summary["title"] = summary["version"] = text
            for axis in summary.get("axes", []):
                axis["labels"] = [text, text + "2"]
            Path(file).write_text(json.dumps(summary))
        check(run("report", "results/e") == (0, ""), f"hostile: report: {text!r}")
        check(run("report", "results/s") == (0, ""), f"hostile: report of a sweep: {text!r}")
        check(run("report", "results/e", "results/f") == (0, ""), f"hostile: overlay: {text!r}")
        check(run("report", "results/f", "results/f", "--out", "o") == (0, ""), "hostile: places")
        check(not list(Path(".").rglob("*PWNED*")), f"{text!r} was run")
    for name in ("../f", "a b", "/tmp/x"):
        summary = json.loads(Path("results/f/summary.json").read_text())
        summary["report"] = {"figures": [name]}
        Path("results/f/summary.json").write_text(json.dumps(summary))
        status, said = run("report", "results/f")
        check(status == 2 and "must be of maps" in said, f"a figure {name}: {status}: {said}")


def main():
    Path("empty").mkdir()
    for name in "ef":
        Path(f"{name}.toml").write_text(EXPERIMENT)
        check(run("run", f"{name}.toml") == (0, ""), "the experiment")
    Path("b.toml").write_text(EXPERIMENT.replace(
        "x = [-0.8, -0.3, 0.1]\ny = [0.25, -0.07, -0.05]",
        'target = { kind = "sine", frequency = [2] }\nn = 8\nrange = [0, 1]')
        .replace("modes = 50", "box = 1, modes = 200"))
    Path("s.toml").write_text(SWEEP)
    missing()
    refused()
    own_settings()
    signalled()
    hostile()
    return 1 if failed else 0


command = os.path.abspath(sys.argv[1])
real = shutil.which("gnuplot")
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    code = main()
    os.chdir("/")
sys.exit(code)
