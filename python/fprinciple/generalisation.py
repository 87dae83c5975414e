"""How far a prediction can be from the function that the samples are of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from . import _check, _core
from ._core import InputError
from .laws import core_law
from .lfp import LFP
from .network import WideNetwork
from .weights import core_start

_KINDS = ("sine", "waves", "triangle", "square")


@dataclass(frozen=True)
class Bounds:
    """Bounds on f − h_n, the target less the limit, and the errors that they bound.

    In the unit of y; means are over the whole box. docs/bounds.md has each.

    Attributes
    ----------
    published, sharper : float or None
        Of the mean of |f − h_n|, with probability 1 − `delta` over samples drawn uniformly from the
        box. These and the next six are None where the target's FP-norm is infinite.
    power_function : float or None
        The mean of a bound of |f − h_n| at each point, which always holds; `at` (N,) has it at the
        points that were asked for.
    radius : float or None
        Of the root mean square of f − h_n; always holds, and without a ridge no method can promise
        less.
    fp_norm, rho : float or None
        Q, the target's FP-norm, and that of f − h_n; of a callable, that of its part on the
        lattice.
    fp_norm_error : float or None
        By what share Q is another where a callable is sampled at half as many points along each
        axis. 0 for waves.
    beyond : float or None
        The root mean square of what the part on the lattice leaves of f − h_n. It is known, and
        added to each bound: what sampling a callable costs.
    power_function_error, power_function_max_ratio, radius_error : float or None
        The error of that mean, as a share; the largest |f − h_n| over its bound; by what share the
        radius may be too large.
    delta, gamma_norm, data_norm : float
        δ; G, with |h| ≤ G ‖h‖; the least FP-norm with the samples.
    measured_lfp, measured_lfp_l2 : float
        The mean of |f − h_n|, and its root mean square.
    measured_nn, measured_nn_l2 : float or None
        Those of a trained network, of which there is no bound.
    measured_error : float
        Of these four, as a share.
    note : str
        What one must know; may be empty.
    """

    delta: float
    gamma_norm: float
    data_norm: float
    measured_lfp: float
    measured_lfp_l2: float
    measured_error: float
    note: str
    measured_nn: float | None = None
    measured_nn_l2: float | None = None
    fp_norm: float | None = None
    fp_norm_error: float | None = None
    beyond: float | None = None
    rho: float | None = None
    published: float | None = None
    sharper: float | None = None
    power_function: float | None = None
    power_function_error: float | None = None
    power_function_max_ratio: float | None = None
    radius: float | None = None
    radius_error: float | None = None
    at: _check.Floats | None = None

    @property
    def tightness(self) -> dict[str, float | None]:
        """Each bound over the measured error that it bounds."""
        of = {name: self.measured_lfp for name in ("published", "sharper", "power_function")}
        of["radius"] = self.measured_lfp_l2
        bounds = {name: getattr(self, name) for name in of}
        return {name: None if b is None else b / of[name] for name, b in bounds.items()}


def bounds(
    theory: LFP,
    target: Callable[[_check.Floats], Any] | Mapping[str, Any],
    delta: float = 0.05,
    *,
    range: Any = None,
    X: Any = None,
    net: WideNetwork | None = None,
) -> Bounds:
    """Bound how far the limit h_n of a theory is from the function f that its samples are of.

    Parameters
    ----------
    theory : LFP
        Fitted, of the model "lfp2019" on a lattice, from f = 0, to one output without noise. A
        ridge is allowed.
    target : dict or callable
        f. A dict as `data.target` of an experiment file, such as ``{"kind": "sine", "frequency":
        [3.0]}``, whose frequencies are multiples of 1/box below the lattice's cut-off: it is exact.
        Or a function of points (N, d) that returns (N,); it is taken as periodic in the box, and
        asked at points in the box only.
    delta : float
        δ in (0, 1): `published` and `sharper` hold with probability 1 − δ.
    range : array (d, 2), or (2,) on the line, optional
        Least and largest coordinates of where the samples were drawn from, uniformly; the box lies
        about its centre. If left out the box lies about the samples, and `note` says that
        `published` and `sharper` are not for them.
    X : array (N, d) or (N,), optional
        Points for `Bounds.at`.
    net : WideNetwork, optional
        Fitted to the same samples; its error is measured, too.

    Returns
    -------
    Bounds
        Of a target that is a dict, the numbers of ``fprinciple bounds``.

    Raises
    ------
    InputError
        For a theory without bounds, a frequency that the lattice does not have, or samples that are
        not the target's.
    RunError
        When the lattice cannot tell the samples apart.

    Notes
    -----
    A callable is f = f_L + (f − f_L), f_L its interpolant at the (2 modes − 1)^d points of the box
    that determine a function on the lattice. h_n is linear in the samples, so what f − f_L adds to
    f − h_n is known, and is added to each bound: bounds hold whatever the sampling misses. What
    depends on it is whether Q of f_L is near that of f, which may be infinite: see
    `Bounds.fp_norm_error`. A callable costs (2 modes − 1)^d and up to some 6e5 values.

    docs/bounds.md, and docs/theory.md, section 13. O(n · size · (n + 1000)), size that of the
    lattice.

    Examples
    --------
    >>> import numpy as np, fprinciple as fp
    >>> x = np.random.default_rng(0).uniform(0, 1, 40)
    >>> theory = fp.LFP(model="lfp2019", lattice={"box": 1.0, "modes": 200})
    >>> theory = theory.fit(x, np.sin(6 * np.pi * x))
    >>> b = fp.bounds(theory, {"kind": "sine", "frequency": [3.0]}, range=[0, 1])
    >>> b.measured_lfp_l2 < b.radius < b.sharper < b.published
    True
    """
    if not isinstance(theory, LFP):
        _check.refuse("theory", type(theory).__name__, "an LFP")
    check_is_fitted(theory, "_x")
    law, model, ridge, lattice, start = theory._task
    if model != "lfp2019" or lattice is None or start is not None:
        raise InputError(
            "theory must be of the model 'lfp2019', on a lattice and without network, as bounds "
            "are for functions periodic in the box, from f = 0"
        )
    x, y = theory._x, theory._y
    if y.ndim != 1:
        raise InputError(f"theory is fitted to y of shape {y.shape}, but bounds are of one output")
    share = _check.number("delta", delta)
    if not 0.0 < share < 1.0:
        _check.refuse("delta", delta, "between 0 and 1")
    dim = x.shape[1]
    function, kind, waves = _target(target, dim)
    points = x[:1] if X is None else _check.points("X", X, dim)
    numbers = _core.bounds(
        core_law(law),
        x,
        y,
        ridge,
        lattice,
        function,
        kind,
        waves,
        share,
        (_range(range, x).tolist(), range is not None),
        points,
        None if net is None else _weights(net, theory),
    )
    if net is None:
        for name in ("measured_nn", "measured_nn_l2"):
            del numbers[name]
    if X is None:
        numbers.pop("at", None)
    return Bounds(**numbers)


def _range(given: Any, x: _check.Floats) -> _check.Floats:
    """Return where the samples lie, (d, 2)."""
    if given is None:
        return np.stack([x.min(axis=0), x.max(axis=0)], axis=1)
    out = _check.floats("range", given)
    if x.shape[1] == 1 and out.shape == (2,):
        out = out[np.newaxis]
    if out.shape != (x.shape[1], 2):
        raise InputError(f"range has shape {out.shape}, but must be ({x.shape[1]}, 2)")
    if not (out[:, 0] < out[:, 1]).all():
        _check.refuse("range", out.tolist(), "least and largest coordinates, the least below")
    if not ((out[:, 0] <= x) & (x <= out[:, 1])).all():
        _check.refuse("range", out.tolist(), "where all samples are")
    return out


def _weights(net: object, theory: LFP) -> "_core.Start":
    if not isinstance(net, WideNetwork):
        _check.refuse("net", type(net).__name__, "a WideNetwork")
    check_is_fitted(net, "weights_")
    same = np.array_equal(theory._x, net._task["x"]) and np.array_equal(theory._y, net._task["y"])
    if not same:
        raise InputError("theory and net were fitted to different samples")
    weights = core_start("net.weights_", net.weights_, theory._x.shape[1])
    assert weights is not None
    return weights


def _target(
    given: object, dim: int
) -> tuple[
    Callable[[_check.Floats], _check.Floats] | None, str, list[tuple[list[float], float, float]]
]:
    """Return a function, or a kind of waves and the waves."""
    if isinstance(given, Mapping):
        return None, *_waves(given, dim)
    if not callable(given):
        _check.refuse("target", given, "a function of points (N, d), or a dict of waves")
    function: Callable[[_check.Floats], Any] = given

    def values(points: _check.Floats) -> _check.Floats:
        out = _check.floats("target(X)", function(points))
        if out.shape not in ((len(points),), (len(points), 1)):
            raise InputError(
                f"target(X) has shape {out.shape} for X of shape {points.shape}, but must be "
                f"({len(points)},)"
            )
        return out.reshape(-1)

    return values, "", []


def _waves(
    given: Mapping[str, Any], dim: int
) -> tuple[str, list[tuple[list[float], float, float]]]:
    kind = _check.choice("target['kind']", given.get("kind"), _KINDS)
    allowed = {"kind", "waves"} if kind == "waves" else {"kind", "frequency"}
    if set(given) != allowed:
        _check.refuse("target", dict(given), f"a dict with {' and '.join(sorted(allowed))}")

    def wave(argument: str, of: Any) -> tuple[list[float], float, float]:
        keys = {"frequency", "amplitude", "phase"}
        if not isinstance(of, Mapping) or not {"frequency"} <= set(of) <= keys:
            _check.refuse(argument, of, "a dict with frequency and perhaps amplitude and phase")
        frequency = _check.floats(f"{argument}['frequency']", of["frequency"])
        if frequency.shape != (dim,):
            raise InputError(
                f"{argument}['frequency'] has shape {frequency.shape}, but must be ({dim},)"
            )
        amplitude = _check.number(f"{argument}['amplitude']", of.get("amplitude", 1.0))
        return (
            frequency.tolist(),
            amplitude,
            _check.number(f"{argument}['phase']", of.get("phase", 0.0)),
        )

    if kind != "waves":
        return kind, [wave("target", {"frequency": given["frequency"]})]
    if not isinstance(given["waves"], (list, tuple)) or not given["waves"]:
        _check.refuse("target['waves']", given["waves"], "a list of waves, at least one")
    return kind, [wave(f"target['waves'][{i}]", of) for i, of in enumerate(given["waves"])]
