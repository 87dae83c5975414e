"""Theory and a trained network side by side."""

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from . import _check, _samples
from ._core import InputError
from .lfp import LFP
from .network import WideNetwork

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

# From the network down: what the lower model leaves out of the upper one (docs/theory.md, 11).
_RUNGS = (
    ("nonlinearity", "nn", "linearised"),
    ("finite_width", "linearised", "complete"),
    ("zero_frequency", "complete", "lfp2020"),
    ("divergence", "lfp2020", "lfp2019"),
)


def _of_network(theory: Any, net: Any, model: str | None = None) -> LFP:
    """Return the theory, or another model of it, from where the network started."""
    if not isinstance(theory, LFP):
        _check.refuse("theory", type(theory).__name__, "an LFP")
    if not isinstance(net, WideNetwork):
        _check.refuse("net", type(net).__name__, "a WideNetwork")
    check_is_fitted(theory, "_x")
    check_is_fitted(net, "weights_")
    same = np.array_equal(theory._x, net._task["x"]) and np.array_equal(theory._y, net._task["y"])
    if not same:
        raise InputError("theory and net were fitted to different samples")
    law, fitted, ridge, lattice, _ = theory._task
    model = model or fitted
    on_lattice = None
    if lattice is not None and model in ("lfp2019", "lfp2020"):
        on_lattice = dict(zip(("box", "modes", "zero_frequency"), lattice, strict=True))
    out = clone(theory).set_params(
        law=law, model=model, ridge=ridge, lattice=on_lattice, network=net.start_
    )
    fitted_again: LFP = out.fit(theory._x, theory._y)
    return fitted_again


def compare(theory: LFP, net: WideNetwork, X: Any) -> "xr.Dataset":
    """Set a fitted theory beside a trained network, at the network's times.

    Parameters
    ----------
    theory : LFP
        Fitted; it is solved once more from the network's first weights.
    net : WideNetwork
        Fitted to the same samples.
    X : array (N, d) or (N,)
        Points.

    Returns
    -------
    xarray.Dataset
        As in the command's result.nc: `t` (t), `x_grid` (grid, dim), `x_train` (sample, dim),
        `y_train` (sample), `f_nn` and `f_lfp` (t, grid), `f_lfp_limit` (grid), `loss_nn`,
        `loss_lfp` and `rmse` (t); ``ds.sel(t=1.0, method="nearest")`` is one time.

    Raises
    ------
    InputError
        For estimators of different samples.
    """
    import xarray as xr

    solved = _of_network(theory, net)
    points = _samples.for_predict(net, X, net.weights_.dim)
    t = net.t_
    f_nn = net.trajectory(points)
    f_lfp = solved.predict(points, t=t)
    return xr.Dataset(
        {
            "x_train": (("sample", "dim"), net._task["x"]),
            "y_train": ("sample", net._task["y"]),
            "x_grid": (("grid", "dim"), points),
            "f_nn": (("t", "grid"), f_nn),
            "f_lfp": (("t", "grid"), f_lfp),
            "f_lfp_limit": ("grid", solved.predict(points)),
            "loss_nn": ("t", net.loss_),
            "loss_lfp": ("t", solved.loss(t)),
            "rmse": ("t", np.sqrt(np.mean((f_nn - f_lfp) ** 2, axis=1))),
        },
        coords={"t": t},
        attrs={"model": solved.model, "method": net._task["method"]},
    )


def ladder(theory: LFP, net: WideNetwork, X: Any) -> "pd.DataFrame":
    """Return what each model leaves out, from the network down to LFP-2019.

    Parameters
    ----------
    theory : LFP
        Fitted; its law, ridge and lattice are those of all models.
    net : WideNetwork
        Fitted to the same samples.
    X : array (N, d) or (N,)
        Points.

    Returns
    -------
    pandas.DataFrame
        One row a rung: `rung`, `upper`, `lower`, and root mean squares of their difference at the
        points: `rmse` at the network's last time, `rmse_max` at its worst, `rmse_limit` in the
        limit, where the network's is its last time.

    Raises
    ------
    InputError, RunError
        Where a model does not apply to the law or to the samples.
    """
    import pandas as pd

    points = _samples.for_predict(net, X, net.weights_.dim)
    curves = {"nn": net.trajectory(points)}
    limits = {"nn": curves["nn"][-1]}
    for _, _, model in _RUNGS:
        solved = _of_network(theory, net, model)
        curves[model] = solved.predict(points, t=net.t_)
        limits[model] = solved.predict(points)
    rows = []
    for rung, upper, lower in _RUNGS:
        rmse = np.sqrt(np.mean((curves[upper] - curves[lower]) ** 2, axis=1))
        limit = np.sqrt(np.mean((limits[upper] - limits[lower]) ** 2))
        rows.append((rung, upper, lower, rmse[-1], rmse.max(), limit))
    return pd.DataFrame(rows, columns=["rung", "upper", "lower", "rmse", "rmse_max", "rmse_limit"])
