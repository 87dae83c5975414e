"""Experiment files, run as the command runs them."""

import html
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _check, _core

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Result:
    """What comes of an experiment.

    Attributes
    ----------
    summary : dict
        Every number, under the keys of summary.json (docs/experiment.md).
    dataset : xarray.Dataset
        Every array, under the names of result.nc; `t` and the axes of a
        regular grid (`x`, or `x1`, `x2`, …) are coordinates.
    directory : Path
        Where summary.json and result.nc are.
    """

    summary: dict[str, Any]
    dataset: "xr.Dataset"
    directory: Path

    def _repr_html_(self) -> str:
        """Show the figure and the verdict in a notebook."""
        error = self.summary["error"]["rmse"]
        size = float(np.abs(self.dataset["f_nn"].to_numpy()[-1]).max())
        verdict = f"trained network − prediction: {error:.3g}, of values up to {size:.3g}"
        figure = ""
        if self.dataset.sizes["dim"] == 1:
            from matplotlib.figure import Figure

            from . import plot

            svg = io.StringIO()
            with plot.style():
                drawn = Figure()
                plot.curves(self.dataset, drawn.subplots())
                drawn.savefig(svg, format="svg")
            figure = svg.getvalue()
            figure = figure[figure.index("<svg") :]
        name = html.escape(self.directory.name)
        return f"<div><b>{name}</b>: {html.escape(verdict)}<br>{figure}</div>"


def _toml(argument: str, value: object) -> str:
    """Return a value as TOML, in one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    if isinstance(value, Mapping):
        entries = (f"{_key(argument, k)} = {_toml(f'{argument}.{k}', v)}" for k, v in value.items())
        return "{ " + ", ".join(entries) + " }"
    if isinstance(value, (list, tuple, np.ndarray)):
        return "[" + ", ".join(_toml(argument, one) for one in value) + "]"
    return _check.refuse(argument, value, "a number, a text, a list or a dict")


def _key(argument: str, key: object) -> str:
    if not isinstance(key, str) or not key:
        _check.refuse(f"a key of {argument}", key, "a text")
    return json.dumps(key)


def toml_text(argument: str, keys: Mapping[Any, Any]) -> str:
    """Return a dict as the text of a TOML file, a line for each key."""
    return "\n".join(f"{_key(argument, k)} = {_toml(str(k), v)}" for k, v in keys.items())


def run(
    experiment: "str | os.PathLike[str] | Mapping[str, Any]",
    *,
    directory: "str | os.PathLike[str] | None" = None,
    **keys: Any,
) -> Result:
    """Run an experiment: both sides of a problem, compared.

    Parameters
    ----------
    experiment : path or dict
        An experiment file, or a dict with the same keys, whose paths are then below the working
        directory.
    directory : path, optional
        Where the result goes; results/NAME if left out, as the command has it. What fprinciple
        wrote there before is replaced.
    **keys
        Keys of the file to set, dotted: ``**{"network.width": 2000}``.

    Returns
    -------
    Result
        The numbers and arrays are those of ``fprinciple run``, to the bit.

    Raises
    ------
    InputError
        For a file that is not valid: file, line, key, and what is allowed.
    RunError
        When the run fails on valid input.

    Notes
    -----
    It needs xarray and netCDF4. docs/experiment.md has every key.
    """
    import xarray as xr

    text = None
    if isinstance(experiment, Mapping):
        text = toml_text("experiment", experiment)
        file = "experiment.toml"
    elif isinstance(experiment, (str, os.PathLike)):
        file = os.fspath(experiment)
    else:
        _check.refuse("experiment", experiment, "the path of an experiment file, or a dict")
    edits = [(key, _toml(key, value)) for key, value in keys.items()]
    out = None if directory is None else os.fspath(directory)
    place = Path(_core.run(file, text, edits, out))
    summary = json.loads((place / "summary.json").read_text())
    with xr.open_dataset(place / "result.nc") as read:
        dataset = read.load()
    return Result(summary, dataset, place)
