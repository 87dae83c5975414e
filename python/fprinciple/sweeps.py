"""Sweeps, run as the command runs them: on threads, or by anybody's workers."""

import os
import warnings
from collections.abc import Iterable, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from . import _check, _core
from .experiments import toml_text

if TYPE_CHECKING:
    import xarray as xr

# Numbers, warnings, failure.
_Cell = tuple[dict[str, float], list[str], str]

# A task is one cell, unless there are more cells than this: what an executor does for a task, and
# the reading of the sweep in a worker, is then nothing beside the cells.
_MOST_TASKS = 2000


class _Task(NamedTuple):
    """What a worker needs to know of a sweep, and can be sent to any process."""

    version: str
    file: str
    text: str
    experiment: str
    stop: str  # names the flag by which a worker in the parent's own process is stopped


_OURS = (_core.InputError, _core.RunError)

# Of the sweeps that this process waits for.
_stops: dict[str, _core.Stop] = {}


@lru_cache(maxsize=1)
def _read(file: str, text: str, experiment: str) -> _core.Sweep:
    return _core.read_sweep(file, text, experiment)


def run_cells(task: _Task, cells: list[int]) -> list[tuple[int, _Cell]]:
    """Run cells of a sweep, each on one thread; this is what an executor is given.

    What a cell gives is a function of the task and of its number alone.
    """
    if task.version != _core.__version__:
        raise _core.RunError(
            f"the worker has fprinciple {_core.__version__}, and the sweep is {task.version}'s"
        )
    sweep = _read(task.file, task.text, task.experiment)
    stop = _stops.get(task.stop) or _core.Stop()
    return [(cell, _core.run_cell(sweep, cell, stop)) for cell in cells]


def sweep(
    sweep: "str | os.PathLike[str] | Mapping[str, Any]",
    executor: Executor | None = None,
    *,
    directory: "str | os.PathLike[str] | None" = None,
    resume: bool = False,
    threads: int | None = None,
) -> "xr.Dataset":
    """Run an experiment in every cell of a cube.

    Parameters
    ----------
    sweep : path or dict
        A sweep file, or a dict with the same keys; its `experiment` may then be a dict, too, and
        paths are below the working directory.
    executor : Executor, optional
        Whose workers run the cells: anything with the `submit` of `concurrent.futures`, such as
        ProcessPoolExecutor, loky's `get_reusable_executor()`, Dask's `Client.get_executor()` or
        mpi4py's MPIPoolExecutor. Workers need this version of fprinciple, and what the experiment
        reads under the same absolute path. None: threads of this process.
    directory : path, optional
        Where result.nc and summary.json go, and, in `directory`.cells, each cell as soon as it is
        done. If left out nothing is kept.
    resume : bool
        Go on from the finished cells in `directory`.cells, this function's or the command's.
        Otherwise they are removed.
    threads : int, optional
        Without an executor: how many cells run at a time; as many as OpenMP has threads if left
        out.

    Returns
    -------
    xarray.Dataset
        The command's result.nc, to the byte, whoever ran the cells and in what order: every number
        of summary.json over the axes, nan where a cell failed, and `failure`, why it did.

    Raises
    ------
    InputError
        For a sweep that is not valid: file, line, key, cell, and what is allowed. All cells are
        read before the first one runs.
    RunError
        When all cells failed, or a worker did: it died, or does not find fprinciple.

    Warns
    -----
    UserWarning
        Of cells that failed, or were removed, or are damaged and run again.

    Notes
    -----
    The heaviest cells run first, each on one thread. Memory: the cells in flight, and the cube.
    Ctrl-C ends the wait; cells that run in this process are given up, those of other processes end
    with their executor. It needs xarray and netCDF4. docs/sweep.md has every key.

    Examples
    --------
    >>> from concurrent.futures import ProcessPoolExecutor
    >>> with ProcessPoolExecutor() as pool:                              # doctest: +SKIP
    ...     ds = fp.sweep("width.toml", pool, directory="results/width")
    >>> ds["error.rmse"].mean("network_seed")                            # doctest: +SKIP
    """
    import xarray as xr

    if executor is not None and not callable(getattr(executor, "submit", None)):
        _check.refuse("executor", executor, "None, or have submit, as concurrent.futures has it")
    if threads is not None:
        threads = _check.integer("threads", threads, 1)
        if executor is not None:
            _check.refuse("threads", threads, "None with an executor, whose workers are counted")
    if resume and directory is None:
        _check.refuse("resume", resume, "False without a directory, where the cells are")

    file, text, experiment = _texts(sweep)
    with ExitStack() as at_end:
        if directory is None:
            place = Path(at_end.enter_context(TemporaryDirectory())) / "sweep"
        else:
            place = Path(directory)
        run = _core.begin_sweep(
            file, text, experiment, os.fspath(place), directory is not None, resume
        )
        at_end.callback(run.close)
        name, size = run.name, run.size
        _tell_found(run)
        if executor is not None:
            _run_by(executor, run, file)
        done = Path(run.finish(threads))
        with xr.open_dataset(done / "result.nc") as read:
            cube = read.load()
    failures = [str(failure) for failure in cube.failure.to_numpy().flat if failure]
    if failures:
        warnings.warn(
            f"{name}: {len(failures)} of {size} cells failed, see failure; the first: "
            f"{failures[0]}",
            stacklevel=2,
        )
    return cube


def _texts(sweep: object) -> tuple[str, str | None, str | None]:
    """Return the file's path, and, of a dict, what stands for it and for the experiment."""
    if isinstance(sweep, Mapping):
        keys = dict(sweep)
        experiment = None
        if isinstance(keys.get("experiment"), Mapping):
            experiment = toml_text("experiment", keys["experiment"])
            keys["experiment"] = "experiment.toml"
        elif isinstance(keys.get("experiment"), os.PathLike):
            keys["experiment"] = os.fspath(keys["experiment"])
        return "sweep.toml", toml_text("sweep", keys), experiment
    if isinstance(sweep, (str, os.PathLike)):
        return os.fspath(sweep), None, None
    return _check.refuse("sweep", sweep, "the path of a sweep file, or a dict")


def _tell_found(run: _core.SweepRun) -> None:
    """Warn of finished cells that are of no use."""
    if run.removed:
        warnings.warn(
            f"{run.name}: the cells of an interrupted sweep in {run.cells_directory} were removed "
            "(resume=True goes on from them)",
            stacklevel=3,
        )
    for damaged in run.damaged:
        warnings.warn(f"{run.name}: {damaged} is damaged: its cell is run again", stacklevel=3)


def _run_by(executor: Executor, run: _core.SweepRun, file: str) -> None:
    """Enter every cell that is not known, as the executor's workers run it."""
    key = uuid4().hex
    task = _Task(_core.__version__, str(Path(file).absolute()), run.text, run.experiment_text, key)
    cells = run.to_run()
    size = -(-len(cells) // _MOST_TASKS)
    waiting: set[Future[list[tuple[int, _Cell]]]] = set()
    _stops[key] = _core.Stop()
    try:
        for first in range(0, len(cells), size or 1):
            waiting.add(executor.submit(run_cells, task, cells[first : first + size]))
        for future in as_completed(waiting.copy()):
            waiting.discard(future)
            _enter(run, future.result())
    except BaseException as error:
        for future in waiting:  # what else is done by now
            if future.done() and not future.cancelled() and future.exception() is None:
                _enter(run, future.result())
        if isinstance(error, Exception) and not isinstance(error, _OURS):
            raise _core.RunError(_what_broke(error, run)) from error
        raise
    finally:
        _stops.pop(key).set()
        for future in waiting:
            future.cancel()


def _enter(run: _core.SweepRun, done: Iterable[tuple[int, _Cell]]) -> None:
    for cell, result in done:
        run.enter(cell, result)


def _what_broke(error: Exception, run: _core.SweepRun) -> str:
    """Say why a sweep did not end, and what is kept of it."""
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    died = isinstance(error, BrokenExecutor)
    what = "the executor lost a worker" if died else "the executor failed"
    kept = (
        f"{run.cells_directory} keeps them: resume=True goes on from there"
        if run.cells_directory
        else "nothing is kept without a directory"
    )
    return f"{run.name}: {what} after {run.known} of {run.size} cells ({said}); {kept}"
