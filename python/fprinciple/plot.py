"""Figures: matplotlib's Axes in, Axes out.

One style, readable at the width of a column (8.6 cm) and by colour-blind readers (the colours of
Okabe and Ito). Each function draws into `ax`, or into a figure of its own where that is left out.
`style` is a context for figures of yours.
"""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes

from ._core import InputError
from .lfp import LFP

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#555555"
WIDTH = 8.6 / 2.54  # inches
_STYLE: Any = {
    "figure.figsize": (WIDTH, 0.7 * WIDTH),
    "figure.dpi": 150,
    "figure.constrained_layout.use": True,
    "font.size": 8,
    "axes.labelsize": 8,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, RED, GREY]),
    # Letters stay letters in PDF and SVG.
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
}


def style() -> Any:
    """Return the style as a context: ``with fp.plot.style(): …``."""
    return mpl.rc_context(_STYLE)


Draw = TypeVar("Draw", bound=Callable[..., Axes])


def _styled(draw: Draw) -> Draw:
    """Draw figures of its own in the style; what goes into axes of the caller's is in theirs."""

    @functools.wraps(draw)
    def styled(data: Any, ax: Axes | None = None, *args: Any, **named: Any) -> Axes:
        if ax is not None:
            return draw(data, ax, *args, **named)
        with style():
            return draw(data, None, *args, **named)

    return styled  # type: ignore[return-value]


def _axes(ax: Axes | None) -> Axes:
    return plt.subplots()[1] if ax is None else ax


def _line(ds: "xr.Dataset") -> Any:
    if ds.sizes["dim"] != 1:
        raise InputError(f"ds has points in {ds.sizes['dim']} dimensions, but must have 1")
    x = ds["x_grid"].to_numpy()[:, 0]
    return x, np.argsort(x, kind="stable")


@_styled
def curves(ds: "xr.Dataset", ax: Axes | None = None, t: Any = None) -> Axes:
    """Draw network and prediction over x, for points on the line.

    Parameters
    ----------
    ds : xarray.Dataset
        Of `compare` or `run`.
    ax : matplotlib Axes, optional
        Where to draw.
    t : float or array, optional
        Times, of which the nearest there are drawn; the last if left out.

    Returns
    -------
    Axes
        The axes drawn into.

    Raises
    ------
    InputError
        For points that are not on the line.
    """
    x, order = _line(ds)
    ax = _axes(ax)
    all_times = ds["t"].to_numpy()
    wanted = all_times[-1:] if t is None else np.atleast_1d(np.asarray(t, dtype=float))
    for number, time in enumerate(wanted):
        k = int(np.abs(all_times - time).argmin())
        label = f" t = {all_times[k]:.3g}"
        colour = [BLUE, ORANGE, GREEN, RED, GREY][number % 5]
        f_nn, f_lfp = (ds[name].to_numpy()[k][order] for name in ("f_nn", "f_lfp"))
        ax.plot(x[order], f_nn, color=colour, label="network," + label)
        ax.plot(x[order], f_lfp, color="black", ls=(0, (4, 3)), lw=0.9, label="theory," + label)
    ax.plot(
        ds["x_train"].to_numpy()[:, 0], ds["y_train"].to_numpy(), "o", color=GREY, label="samples"
    )
    ax.set(xlabel="x", ylabel="f(x, t)")
    ax.legend()
    return ax


@_styled
def loss(ds: "xr.Dataset", ax: Axes | None = None) -> Axes:
    """Draw the losses of network and theory over log t."""
    ax = _axes(ax)
    t = ds["t"].to_numpy()
    for name, label, line in (("loss_nn", "network", "-"), ("loss_lfp", "theory", "--")):
        ax.plot(t[1:], ds[name].to_numpy()[1:], line, label=label)
    ax.set(xscale="log", yscale="log", xlabel="t", ylabel="½ Σ (f − y)²")
    ax.legend()
    return ax


@_styled
def heat_map(ds: "xr.Dataset", ax: Axes | None = None, name: str = "f_nn") -> Axes:
    """Draw a function of x and log t: "f_nn", "f_lfp" or "difference", on the line."""
    x, order = _line(ds)
    if name not in ("f_nn", "f_lfp", "difference"):
        raise InputError(f"name is {name!r}, but must be one of f_nn f_lfp difference")
    f = ds["f_nn"] - ds["f_lfp"] if name == "difference" else ds[name]
    ax = _axes(ax)
    largest = float(np.abs(f).max()) or 1.0
    drawn = ax.pcolormesh(
        x[order],
        ds["t"].to_numpy()[1:],
        f.to_numpy()[1:][:, order],
        cmap="RdBu_r",
        vmin=-largest,
        vmax=largest,
        shading="nearest",
        rasterized=True,
    )
    label = {"f_nn": "network", "f_lfp": "theory", "difference": "network − theory"}[name]
    ax.figure.colorbar(drawn, ax=ax, label=label)
    ax.set(yscale="log", xlabel="x", ylabel="t")
    return ax


@_styled
def spectrum(ds: "xr.Dataset", ax: Axes | None = None) -> Axes:
    """Draw the relative error Δ over log t and frequency: what has been learnt, and when.

    Parameters
    ----------
    ds : xarray.Dataset
        Of `fp.measure.measure`, which has the crossing times too, or `fp.measure.projection`.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        The axes drawn into. Times that are not above 0 are left out. Dots are the crossing times
        of the frequencies that the order counts.

    Raises
    ------
    InputError
        For a dataset without `delta` over `t` and `frequency`, or without two times above 0.
    """
    if "delta" not in ds or ds["delta"].dims != ("t", "frequency"):
        raise InputError(
            "ds has no delta (t, frequency): take fp.measure.measure's or projection's"
        )
    shown = _after_0(ds)
    ax = _axes(ax)
    drawn = ax.pcolormesh(
        shown["t"],
        shown["frequency"],
        np.clip(shown["delta"].to_numpy().T, 0.0, 1.0),
        cmap="cividis",
        vmin=0.0,
        vmax=1.0,
        shading="nearest",
        rasterized=True,
    )
    ax.figure.colorbar(drawn, ax=ax, label="relative error Δ")
    if "crossing_time" in ds:
        counted = ds["counted"].to_numpy() & np.isfinite(ds["crossing_time"].to_numpy())
        ax.plot(
            ds["crossing_time"].to_numpy()[counted],
            ds["frequency"].to_numpy()[counted],
            "o",
            color="white",
            mec="black",
            mew=0.6,
            clip_on=False,
            label=f"Δ < {ds.attrs['threshold']:g} from here on",
        )
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.0)
    ax.set(xscale="log", xlabel="t", ylabel="frequency, cycles per unit of x")
    return ax


@_styled
def filtering(ds: "xr.Dataset", ax: Axes | None = None) -> Axes:
    """Draw the errors of the low-pass (solid) and the high-pass part (dashed) over log t.

    Parameters
    ----------
    ds : xarray.Dataset
        Of `fp.measure.filtering` or `fp.measure.measure`.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        The axes drawn into, with one colour a width.

    Raises
    ------
    InputError
        For a dataset without `e_low`, or without two times above 0.
    """
    if "e_low" not in ds:
        raise InputError("ds has no e_low: take fp.measure.measure's or filtering's")
    shown = _after_0(ds)
    width = shown["e_low"].dims[1]
    ax = _axes(ax)
    colours = mpl.colormaps["cividis"](np.linspace(0.0, 0.85, shown.sizes[width]))
    for k, colour in enumerate(colours):
        label = f"δ = {float(shown[width][k]):.3g}"
        ax.plot(shown["t"], shown["e_low"][:, k], "-", color=colour, label=label)
        ax.plot(shown["t"], shown["e_high"][:, k], "--", color=colour)
    for line, label in (("-", "below"), ("--", "above")):
        ax.plot([], [], line, color="black", label=label)
    ax.set(xscale="log", yscale="log", xlabel="t", ylabel="relative error of the part")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return ax


def _after_0(ds: "xr.Dataset") -> "xr.Dataset":
    shown = ds.isel(t=np.flatnonzero(ds["t"].to_numpy() > 0.0))
    if shown.sizes["t"] < 2:
        raise InputError(f"ds has {shown.sizes['t']} times above 0, but must have at least 2")
    return shown


@_styled
def ladder(rows: "pd.DataFrame", ax: Axes | None = None) -> Axes:
    """Draw the rungs of `fp.ladder` as bars: the root mean square that each model leaves out."""
    ax = _axes(ax)
    place = np.arange(len(rows))
    for shift, (column, label) in enumerate((("rmse", "at the end"), ("rmse_max", "at its worst"))):
        ax.barh(place + 0.4 * shift - 0.2, rows[column], height=0.4, label=label)
    ax.set_yticks(place, [name.replace("_", " ") for name in rows["rung"]])
    ax.invert_yaxis()
    ax.set(xscale="log", xlabel="root mean square")
    ax.legend()
    return ax


@_styled
def rates(theory: LFP, ax: Axes | None = None) -> Axes:
    """Draw the rates of a fitted theory, from the fastest on: which directions are learnt when."""
    ax = _axes(ax)
    fastest_first = theory.rates_[::-1]
    ax.plot(np.arange(1, len(fastest_first) + 1), fastest_first, "o-", ms=2)
    ax.set(xscale="log", yscale="log", xlabel="direction", ylabel="rate, 1/t")
    return ax
