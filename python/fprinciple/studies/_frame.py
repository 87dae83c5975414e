"""What all studies share: seeds, intervals, the table beside what was published, and the page."""

import html
import io
import json
import math
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _check
from .._core import __version__

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Published:
    """A number of a paper, and within which bounds the median of ours agrees with it."""

    key: str
    what: str
    value: str
    low: float
    high: float


@dataclass(frozen=True)
class Outcome:
    """Of one training: its numbers under the keys of the published ones, and its measurement."""

    numbers: dict[str, float]
    measured: "xr.Dataset"


@dataclass(frozen=True)
class Study:
    """A published study. `train` is of a module's top level, and takes a seed and `full`."""

    name: str
    title: str
    source: str
    setting: str
    published: tuple[Published, ...]
    train: Callable[[int, bool], Outcome]
    draw: Callable[["xr.Dataset"], Any]


@dataclass(frozen=True)
class Row:
    """A published number and ours: the median, and the range of the seeds."""

    published: Published
    values: tuple[float, ...]
    median: float
    agreed: bool


@dataclass(frozen=True)
class Found:
    """What a study has found."""

    rows: tuple[Row, ...]
    agreed: bool
    sentence: str


def _row(published: Published, outcomes: list[Outcome]) -> Row:
    values = tuple(float(outcome.numbers[published.key]) for outcome in outcomes)
    median = float(np.median(values))
    return Row(published, values, median, published.low <= median <= published.high)


def _text(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "never"


def _sentence(rows: tuple[Row, ...]) -> str:
    apart = [row for row in rows if not row.agreed]
    if not apart:
        return "agreed: every median lies within its bounds"
    said = "; ".join(
        f"{row.published.what}: {_text(row.median)}, not from {row.published.low:g} "
        f"to {row.published.high:g}"
        for row in apart
    )
    return f"not agreed: {said}"


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body {{ font: 16px/1.5 sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse }} th, td {{ padding: .2rem .8rem; text-align: left;
border-bottom: 1px solid #ccc }} svg {{ max-width: 100%; height: auto }}</style>
<h1>{title}</h1>
<p><b>{sentence}</b></p>
<p>{setting} Published: {source}.</p>
<table><tr><th>number<th>published<th>ours: median<th>range of {seeds} seeds<th>bounds<th></tr>
{rows}</table>
<p>{interval}</p>
<figure>{figure}<figcaption>Seed 1.</figcaption></figure>
<p>{command}; {seconds:.0f} s, fprinciple {version}.</p>
</html>
"""


def run(study: Study, out: Path, *, seeds: int = 5, jobs: int = 2, full: bool = False) -> Found:
    """Train with the seeds 1, 2, …, and write report.html, summary.json and seed_1.nc into `out`.

    Parameters
    ----------
    study : Study
        What to run.
    out : Path
        A directory, made where it is not there; the three files in it are replaced.
    seeds, jobs : int
        How many trainings, and how many at a time, each a process of its own.
    full : bool
        Whether to train for as long as was published.

    Returns
    -------
    Found
        The table, whether every median agrees, and the sentence that says so.

    Raises
    ------
    InputError
        For numbers below 1.
    ImportError
        Where PyTorch is missing.
    """
    seeds = _check.integer("seeds", seeds, 1)
    jobs = _check.integer("jobs", jobs, 1)
    since = time.monotonic()
    arguments = list(range(1, seeds + 1)), [full] * seeds
    if jobs == 1:
        outcomes = list(map(study.train, *arguments))
    else:
        with ProcessPoolExecutor(min(jobs, seeds), mp_context=get_context("spawn")) as pool:
            outcomes = list(pool.map(study.train, *arguments))
    rows = tuple(_row(published, outcomes) for published in study.published)
    found = Found(rows, all(row.agreed for row in rows), _sentence(rows))
    _write(study, found, outcomes[0].measured, out, full, time.monotonic() - since)
    return found


def _write(
    study: Study, found: Found, measured: "xr.Dataset", out: Path, full: bool, seconds: float
) -> None:
    from .. import plot

    out.mkdir(parents=True, exist_ok=True)
    svg = io.StringIO()
    with plot.style():
        study.draw(measured).figure.savefig(svg, format="svg")
    figure = svg.getvalue()
    seeds = len(found.rows[0].values)
    table = "".join(
        f"<tr><td>{html.escape(row.published.what)}<td>{html.escape(row.published.value)}"
        f"<td>{_text(row.median)}<td>{_text(min(row.values))} to {_text(max(row.values))}"
        f"<td>{row.published.low:g} to {row.published.high:g}"
        f"<td>{'agreed' if row.agreed else 'not agreed'}</tr>\n"
        for row in found.rows
    )
    page = _PAGE.format(
        title=html.escape(study.title),
        sentence=html.escape(found.sentence),
        setting=html.escape(study.setting),
        source=html.escape(study.source),
        seeds=seeds,
        rows=table,
        # Each seed is below the true median, or above it, with a chance of 1/2.
        interval=f"The range of {seeds} seeds holds the true median with a probability of "
        f"{100 * (1 - 0.5 ** (seeds - 1)):.3g} %.",
        figure=figure[figure.index("<svg") :],
        command=f"python -m fprinciple.studies {study.name}{' --full' if full else ''}",
        seconds=seconds,
        version=__version__,
    )
    summary = {
        "name": study.name,
        "agreed": found.agreed,
        "sentence": found.sentence,
        "full": full,
        "seconds": seconds,
        "version": __version__,
        "numbers": {
            row.published.key: {
                "published": row.published.value,
                "bounds": [row.published.low, row.published.high],
                "median": row.median if math.isfinite(row.median) else None,
                "seeds": [value if math.isfinite(value) else None for value in row.values],
                "agreed": row.agreed,
            }
            for row in found.rows
        },
    }
    (out / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")
    measured.to_netcdf(out / "seed_1.nc")
    (out / "report.html").write_text(page)
