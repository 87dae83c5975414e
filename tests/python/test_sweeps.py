"""Sweeps: the command's cube, to the byte, whoever runs the cells."""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import tomllib
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import fprinciple as fp

COMMAND = Path(fp.__file__).resolve().parents[2] / "fprinciple"
EXPERIMENT = """
[data]
x = [-0.8, -0.3, 0.1]
y = [0.25, -0.07, -0.05]
[network]
width = 40
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
count = 20
"""
# One of the steps diverges, so that cells fail.
SWEEP = """
experiment = "e.toml"
[[axis]]
key = "network.width"
values = [20, 40]
[[axis]]
key = "train.gd.step"
values = [1e-4, 1e3]
[[axis]]
key = "network.seed"
range = [1, 2]
"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / "e.toml").write_text(EXPERIMENT)
    (tmp_path / "s.toml").write_text(SWEEP)
    return tmp_path / "s.toml"


@pytest.fixture(scope="module")
def processes():
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        yield pool


def command(*arguments):
    if not COMMAND.exists():
        pytest.skip("the command is not beside the package")
    return subprocess.run(
        [COMMAND, *arguments], check=True, capture_output=True, text=True, timeout=300
    )


def swept(file, executor=None, **how):
    with pytest.warns(UserWarning, match="4 of 8 cells failed"):
        return fp.sweep(file, executor, **how)


class Backwards:
    """An executor of one call after another, which runs none before it is asked for the last."""

    def __init__(self, count):
        self.count = count
        self.calls = []

    def submit(self, function, /, *arguments):
        self.calls.append((Future(), function, arguments))
        if len(self.calls) == self.count:
            for future, f, a in reversed(self.calls):
                future.set_result(f(*a))
        return self.calls[-1][0]


def test_the_cube_is_the_commands_to_the_byte(file, processes, tmp_path):
    command("sweep", file, "--out", tmp_path / "command", "--threads", "1")
    theirs = (tmp_path / "command" / "result.nc").read_bytes()
    with ThreadPoolExecutor(3) as threads:
        ways = {"none": None, "processes": processes, "threads": threads, "last": Backwards(8)}
        for name, executor in ways.items():
            ds = swept(file, executor, directory=tmp_path / name)
            assert (tmp_path / name / "result.nc").read_bytes() == theirs, name
            assert not (tmp_path / f"{name}.cells").exists()
            assert ds.sizes == {"network_width": 2, "train_gd_step": 2, "network_seed": 2}
    rmse = ds["error.rmse"].to_numpy()
    assert len(np.unique(rmse[:, 0])) == 4  # the cells are not one another's
    assert np.isnan(rmse[:, 1]).all()
    assert (ds.failure[:, 1] != "").all()


def test_nothing_is_left_without_a_directory(file, processes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    xr.testing.assert_identical(swept("s.toml", threads=1), swept("s.toml", processes))
    assert sorted(tmp_path.iterdir()) == before


def test_a_dict_is_as_good_as_a_file(file, processes):
    keys = tomllib.loads(SWEEP) | {"experiment": tomllib.loads(EXPERIMENT)}
    of_file = swept(file).drop_attrs()
    xr.testing.assert_identical(swept(keys, processes).drop_attrs(), of_file)
    keys["experiment"] = file.parent / "e.toml"
    xr.testing.assert_identical(swept(keys).drop_attrs(), of_file)


class Losing:
    """An executor one of whose tasks ends the worker."""

    def __init__(self, pool, which):
        self.pool = pool
        self.which = which

    def submit(self, function, /, *arguments):
        self.which -= 1
        return (
            self.pool.submit(os._exit, 1)
            if self.which == 0
            else self.pool.submit(function, *arguments)
        )


def test_what_a_lost_worker_leaves_is_gone_on_from(file, tmp_path):
    swept(file, directory=tmp_path / "whole")
    whole = (tmp_path / "whole" / "result.nc").read_bytes()
    for name in ("python", "command"):
        out = tmp_path / name
        cells = tmp_path / f"{name}.cells"
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, spawn) as pool, pytest.raises(fp.RunError) as caught:
            fp.sweep(file, Losing(pool, 4), directory=out)
        assert "s: the executor lost a worker after 3 of 8 cells (BrokenProcessPool: " in str(
            caught.value
        )
        found = Path(
            str(caught.value)
            .split("; ")[-1]
            .removesuffix(" keeps them: resume=True goes on from there")
        )
        assert found.samefile(cells)
        assert len(list(cells.iterdir())) == 3
        assert not out.exists()
        if name == "python":
            swept(file, directory=out, resume=True)
        else:
            said = command("sweep", file, "--out", out, "--resume").stderr
            assert "3 of 8 cells" in said
        assert (out / "result.nc").read_bytes() == whole
        assert not cells.exists()


def test_cells_are_removed_where_they_are_not_gone_on_from(file, tmp_path):
    class Breaks(Backwards):
        def submit(self, function, /, *arguments):
            if self.calls:
                raise OSError("no more")
            self.count = 1
            return super().submit(function, *arguments)

    with pytest.raises(
        fp.RunError, match=r"the executor failed after 1 of 8 cells \(OSError: no more\)"
    ):
        fp.sweep(file, Breaks(1), directory=tmp_path / "out")
    (kept,) = (tmp_path / "out.cells").iterdir()
    kept.write_bytes(kept.read_bytes()[:-20])
    with pytest.warns(UserWarning) as told:
        fp.sweep(file, directory=tmp_path / "out", resume=True)
    assert "is damaged: its cell is run again" in str(told[0].message)
    assert "4 of 8 cells failed" in str(told[1].message)
    with pytest.raises(fp.RunError, match="nothing is kept without a directory"):
        fp.sweep(file, Breaks(1))
    with pytest.raises(fp.RunError):
        fp.sweep(file, Breaks(1), directory=tmp_path / "out")
    with pytest.warns(UserWarning) as told:
        fp.sweep(file, directory=tmp_path / "out")
    assert "the cells of an interrupted sweep in" in str(told[0].message)


def test_wrong_sweeps_say_what_is_wrong(file, tmp_path):
    with pytest.raises(fp.InputError, match="executor is 3, but must be None, or have submit"):
        fp.sweep(file, 3)
    with pytest.raises(fp.InputError, match="sweep is 3, but must be the path of a sweep file"):
        fp.sweep(3)
    with pytest.raises(fp.InputError, match="threads is 0, but must be a whole number, at least 1"):
        fp.sweep(file, threads=0)
    with pytest.raises(fp.InputError, match="threads is 2, but must be None with an executor"):
        fp.sweep(file, Backwards(1), threads=2)
    with pytest.raises(
        fp.InputError, match="resume is True, but must be False without a directory"
    ):
        fp.sweep(file, resume=True)
    with pytest.raises(fp.InputError, match=r"none\.toml"):
        fp.sweep("none.toml")
    with pytest.raises(fp.InputError, match=r"s\.toml:\d+: network\.widht"):
        file.write_text(SWEEP.replace("network.width", "network.widht"))
        fp.sweep(file)
    keys = {
        "experiment": tomllib.loads(EXPERIMENT),
        "axis": [{"key": "network.seed", "values": [-1]}],
    }
    with pytest.raises(
        fp.InputError, match=r"network\.seed: must be .* \(in the cell network.seed = -1\)"
    ):
        fp.sweep(keys, directory=tmp_path / "x")
    keys["axis"] = [{"key": "train.gd.step", "values": [1e3, 1e4]}]
    with pytest.raises(fp.RunError, match="sweep: all 2 cells failed; the first: "):
        fp.sweep(keys, directory=tmp_path / "x")
    assert not (tmp_path / "x").exists()
    assert not (tmp_path / "x.cells").exists()


@pytest.mark.parametrize("executor", ["None", "ThreadPoolExecutor(2)"])
def test_ctrl_c_gives_up_the_cells(executor, tmp_path):
    code = """
        import os, signal, sys, threading, time, tomllib
        from concurrent.futures import ThreadPoolExecutor
        import fprinciple as fp
        keys = tomllib.loads(sys.argv[1])
        keys["train"]["gd"]["step"] = 1e-9
        keys["train"]["stop"] = {"time": 1e9}
        sweep = {"experiment": keys, "axis": [{"key": "network.seed", "values": [1, 2, 3]}]}
        def press():
            global pressed
            pressed = time.monotonic()
            os.kill(os.getpid(), signal.SIGINT)
        threading.Timer(1.5, press).start()
        executor = eval(sys.argv[2])
        try:
            fp.sweep(sweep, executor, directory="out")
        except KeyboardInterrupt:
            waited = time.monotonic() - pressed
        if executor: executor.shutdown()  # waits for its threads
        print(waited, time.monotonic() - pressed)
    """
    # Whoever runs this test may ignore SIGINT.
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), EXPERIMENT, executor],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert done.returncode == 0, done.stderr
    waited, over = map(float, done.stdout.split())
    assert waited < 0.2 + 1.0  # the machine may be busy
    assert over < 10.0
    assert not (tmp_path / "out").exists()
