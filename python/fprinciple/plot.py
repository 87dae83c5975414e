"""Figures: matplotlib's Axes in, Axes out.

One style, readable at the width of a column (8.6 cm) and by colour-blind readers (the colours of
Okabe and Ito). Each function draws into `ax`, or into a figure of its own where that is left out.
`style` is a context for figures of yours.
"""

from typing import TYPE_CHECKING, Any

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


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    with style():
        return plt.subplots()[1]


def _line(ds: "xr.Dataset") -> Any:
    if ds.sizes["dim"] != 1:
        raise InputError(f"ds has points in {ds.sizes['dim']} dimensions, but must have 1")
    x = ds["x_grid"].to_numpy()[:, 0]
    return x, np.argsort(x, kind="stable")


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


def loss(ds: "xr.Dataset", ax: Axes | None = None) -> Axes:
    """Draw the losses of network and theory over log t."""
    ax = _axes(ax)
    t = ds["t"].to_numpy()
    for name, label, line in (("loss_nn", "network", "-"), ("loss_lfp", "theory", "--")):
        ax.plot(t[1:], ds[name].to_numpy()[1:], line, label=label)
    ax.set(xscale="log", yscale="log", xlabel="t", ylabel="½ Σ (f − y)²")
    ax.legend()
    return ax


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


def rates(theory: LFP, ax: Axes | None = None) -> Axes:
    """Draw the rates of a fitted theory, from the fastest on: which directions are learnt when."""
    ax = _axes(ax)
    fastest_first = theory.rates_[::-1]
    ax.plot(np.arange(1, len(fastest_first) + 1), fastest_first, "o-", ms=2)
    ax.set(xscale="log", yscale="log", xlabel="direction", ylabel="rate, 1/t")
    return ax
