"""Really trained two-layer networks as a scikit-learn regressor."""

from collections.abc import Mapping
from copy import copy
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from . import _check, _core, _samples
from .laws import NetworkLaw, core_law
from .weights import Weights, core_start

_METHODS = ("flow", "gd", "momentum", "adam", "sgd")
_STOPS = ("loss", "time", "steps", "gradient_norm")


class WideNetwork(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """A two-layer network of a law, trained on ½ Σ_i (f(x_i) − y_i)².

    Parameters
    ----------
    law : NetworkLaw, optional
        The network before training; NetworkLaw() if left out.
    method : {"flow", "gd", "momentum", "adam", "sgd"}
        "flow": θ' = −∇ of the loss, to `tolerance`. The others step.
    step : float, optional
        η of the methods that step, on the sum ½ Σ (f − y)².
    stop : dict, optional
        When training ends, by the first that is reached: "loss", "time", "steps", "gradient_norm".
        None: a millionth of ½ Σ y², or 10,000 steps.
    seed : int
        Of the first weights.
    antisymmetric : bool
        First weights for which f = 0; needs an even width.
    start : Weights, optional
        First weights instead of drawn ones; the law's width is then theirs.
    momentum : float
        β of "momentum", in [0, 1).
    batch : int
        Samples of a step of "sgd".
    batch_seed : int
        Of the batches.
    precision : {"double", "single"}
        Of "gd", "momentum", "adam" and "sgd".
    tolerance : float
        Error of a step of "flow" in the outputs.

    Attributes
    ----------
    weights_ : Weights
        After training.
    start_ : Weights
        Before training.
    t_ : array (T,)
        Times, from 0 to the end, log-spaced between. Of the flow; ηk after k steps of "gd", "sgd"
        and "adam", ηk/(1 − β) with momentum.
    loss_ : array (T,)
        ½ Σ (f − y)² then.
    n_steps_ : int
        Steps.
    stopped_by_ : str
        Which of `stop` it was.
    n_features_in_ : int
        d.

    Notes
    -----
    "flow": O(n³ + n² m) a step, of which it takes tens; nn/gradient_flow.hpp. The others: O(n m d)
    a step, O(n + m) for ReLU and d = 1.
    """

    def __init__(
        self,
        law: NetworkLaw | None = None,
        method: str = "flow",
        step: float | None = None,
        stop: Mapping[str, Any] | None = None,
        seed: int = 1,
        antisymmetric: bool = True,
        start: Weights | None = None,
        momentum: float = 0.9,
        batch: int = 1,
        batch_seed: int = 1,
        precision: str = "double",
        tolerance: float = 1e-5,
    ) -> None:
        self.law = law
        self.method = method
        self.step = step
        self.stop = stop
        self.seed = seed
        self.antisymmetric = antisymmetric
        self.start = start
        self.momentum = momentum
        self.batch = batch
        self.batch_seed = batch_seed
        self.precision = precision
        self.tolerance = tolerance

    def fit(self, X: Any, y: Any) -> "WideNetwork":
        """Train on samples.

        Parameters
        ----------
        X : array (n, d) or (n,)
            Sample points.
        y : array (n,)
            Values.

        Returns
        -------
        WideNetwork
            self.

        Raises
        ------
        InputError
            For parameters or samples that make no training.
        RunError
            When the loss diverges, with the largest stable step as advice, or the tolerance cannot
            be met.
        """
        x, values = _samples.for_fit(self, X, y, multi_output=False)
        law = copy(NetworkLaw() if self.law is None else self.law)
        core = core_law(law)
        start = core_start("start", self.start, x.shape[1])
        if start is None:
            start = Weights.draw(law, x.shape[1], self.seed, self.antisymmetric)._core()
        self._task: dict[str, Any] = {
            "weights": start,
            "x": x,
            "y": values,
            "method": _check.choice("method", self.method, _METHODS),
            "descent": self._descent(),
            "tolerance": _check.number("tolerance", self.tolerance),
            "stop": self._stop(values),
        }
        self._law = law
        trained = _core.train(core, points=x[:1], times=[], count=60, **self._task)
        self.start_ = Weights(*start)
        self.weights_ = Weights(*trained["weights"])
        self.t_ = trained["t"]
        self.loss_ = trained["loss"]
        self.n_steps_ = trained["steps"]
        self.n_iter_ = max(1, trained["steps"])
        self.stopped_by_ = trained["stopped_by"]
        return self

    def _descent(self) -> tuple[float, str, float, int, int]:
        if (self.step is None) != (self.method == "flow"):
            need = "None with the flow" if self.method == "flow" else "a number above 0"
            _check.refuse("step", self.step, need)
        return (
            0.0 if self.step is None else _check.number("step", self.step, "a number above 0"),
            _check.choice("precision", self.precision, ("double", "single")),
            _check.number("momentum", self.momentum),
            _check.integer("batch", self.batch, 1) if self.method == "sgd" else 0,
            _check.integer("batch_seed", self.batch_seed, 0),
        )

    def _stop(
        self, y: _check.Floats
    ) -> tuple[float | None, float | None, int | None, float | None]:
        if self.stop is None:
            return max(0.5e-6 * float(y @ y), 1e-300), None, 10_000, None
        given = self.stop
        if not isinstance(given, Mapping) or not given or not set(given) <= set(_STOPS):
            _check.refuse("stop", given, "a dict with some of " + " ".join(_STOPS))
        loss, time, norm = (
            None if given.get(key) is None else _check.number(f"stop[{key!r}]", given[key])
            for key in ("loss", "time", "gradient_norm")
        )
        steps = given.get("steps")
        if steps is not None:
            steps = _check.integer("stop['steps']", steps, 1)
        return loss, time, steps, norm

    def predict(self, X: Any) -> _check.Floats:
        """Return the trained network's outputs.

        Parameters
        ----------
        X : array (N, d) or (N,)
            Points.

        Returns
        -------
        array (N,)
            f at the points; O(N m d).
        """
        check_is_fitted(self, "weights_")
        points = _samples.for_predict(self, X, self.weights_.dim)
        return _core.outputs(core_law(self._law), self.weights_._core(), points)

    def trajectory(self, X: Any, t: Any = None) -> _check.Floats:
        """Return the outputs over the training.

        Parameters
        ----------
        X : array (N, d) or (N,)
            Points.
        t : float or array (T,), optional
            Times of the training, 0 to `t_[-1]`; `t_` if left out. The methods that step have the
            nearest step's outputs.

        Returns
        -------
        array (T, N), or (N,) for one time
            f at the times. It trains again, which costs as much as `fit` did.

        Raises
        ------
        InputError
            For times after the end.
        """
        check_is_fitted(self, "weights_")
        points = _samples.for_predict(self, X, self.weights_.dim)
        times = self.t_ if t is None else _check.times(t)
        end = float(self.t_[-1])
        for time in times:
            if time > end * (1.0 + 1e-12):
                _check.refuse("t", float(time), f"at most {end}, the end of the training")
        # The end is kept in any case, as is t = 0.
        asked = sorted({float(time) for time in times if 0.0 < time < end})
        kept = _core.train(core_law(self._law), points=points, times=asked, count=60, **self._task)
        nearest = np.abs(kept["t"][np.newaxis, :] - times[:, np.newaxis]).argmin(axis=1)
        out: _check.Floats = kept["f"][nearest]
        return out if t is None or np.ndim(t) > 0 else out[0]
