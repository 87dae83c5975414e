"""The linear frequency principle as a scikit-learn regressor."""

from collections.abc import Mapping
from copy import copy
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from . import _check, _core, _samples
from ._core import InputError
from .laws import DeepLaw, NetworkLaw, core_deep_law, core_law
from .weights import Weights, core_start

_MODELS = ("lfp2019", "lfp2020", "complete", "linearised", "deep")
_FOREVER = np.array([np.inf])


class LFP(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """What training makes of an infinitely wide network, without training it.

    The gradient flow of ½ Σ_i (f(x_i) − y_i)² is linear in f for a wide network. Its solution is
    known at any time t ≥ 0 and in the limit t = ∞, from one decomposition.

    Parameters
    ----------
    law : NetworkLaw or DeepLaw, optional
        The network before training; NetworkLaw(), of the deep model DeepLaw(), if left out.
    model : {"complete", "lfp2019", "lfp2020", "linearised", "deep"}
        "complete": the mean tangent kernel of the law, in any dimension. "lfp2020": flat biases,
        zero frequency unpenalised. "lfp2019": and without the divergence term. "linearised": the
        tangent kernel of the very weights in `network`. "deep": the tangent kernel of a deep
        network, whose law is a DeepLaw; the prediction is the mean over its draws.
    ridge : float
        ρ ≥ 0, added to the kernel: the limit is kernel ridge regression.
    lattice : dict, optional
        LFP-2019 and LFP-2020 on a lattice of frequencies, d ≤ 3: "box" (the period L, in the unit
        of x, several times as wide as the data), "modes" (frequencies k/L with |k| < modes) and
        "zero_frequency" (0.1). None: mesh-free, the limit of an infinite box and all modes.
    network : Weights, optional
        The first weights: training starts at their outputs. None: at f = 0.

    Attributes
    ----------
    rates_ : array
        The rates at which the residual falls, increasing, in 1/t, the ridge included.
    norm_ : float or array (k,)
        The FP-norm of the limit less the start, of each output.
    n_features_in_ : int
        d.

    Notes
    -----
    Time t is that of the flow θ' = −∇ ½Σ(f − y)²; k steps of gradient descent with step η on this
    sum are t = ηk. Fit: O(n³) time, O(n²) memory, and the kernel; k outputs cost k times as much.
    LFP-2019 without a lattice in one dimension, ReLU, of more than 2000 samples: O(n) a time, up to
    millions; only `rates_` is O(n³) there.
    Theory: arXiv 1905.10264 (2019), arXiv 2010.08153 (2020); docs/theory.md.

    Examples
    --------
    >>> import numpy as np, fprinciple as fp
    >>> x = np.linspace(-1, 1, 5)
    >>> theory = fp.LFP().fit(x, np.sin(3 * x))
    >>> theory.predict(x, t=[0.0, np.inf]).round(3)
    array([[ 0.   ,  0.   ,  0.   ,  0.   ,  0.   ],
           [-0.141, -0.997,  0.   ,  0.997,  0.141]])
    """

    def __init__(
        self,
        law: NetworkLaw | DeepLaw | None = None,
        model: str = "complete",
        ridge: float = 0.0,
        lattice: Mapping[str, Any] | None = None,
        network: Weights | None = None,
    ) -> None:
        self.law = law
        self.model = model
        self.ridge = ridge
        self.lattice = lattice
        self.network = network

    def fit(self, X: Any, y: Any) -> "LFP":
        """Solve for the samples.

        Parameters
        ----------
        X : array (n, d) or (n,)
            Sample points, in any unit.
        y : array (n,) or (n, k)
            Values, of k outputs.

        Returns
        -------
        LFP
            self.

        Raises
        ------
        InputError
            For parameters or samples that make no problem: shapes, what is not finite.
        RunError
            Where the problem cannot be solved.
        """
        x, values = _samples.for_fit(self, X, y)
        model = _check.choice("model", self.model, _MODELS)
        law = self.law
        if law is None:
            law = DeepLaw() if model == "deep" else NetworkLaw()
        (core_deep_law if model == "deep" else core_law)(law)  # refuses what is none
        ridge = _check.number("ridge", self.ridge, "a finite number >= 0")
        lattice = _lattice(self.lattice)
        start = core_start("network", self.network, x.shape[1])
        if model == "linearised" and start is None:
            _check.refuse("network", None, "Weights for the linearised model")
        if model == "deep" and start is not None:
            _check.refuse("network", self.network, "None for the deep model, which starts at f = 0")
        if lattice is not None and model not in ("lfp2019", "lfp2020"):
            _check.refuse("lattice", self.lattice, "None for a model that is no LFP-2019 or -2020")
        # A copy: parameters may be set anew after this.
        self._task = (copy(law), model, ridge, lattice, start)
        self._x = x
        self._y = values
        self.__dict__.pop("_solved", None)
        self.__dict__.pop("_rates", None)
        self._solve()
        return self

    def _solve(self) -> list[_core.Solution]:
        """Return the solutions, one for each output; what is not pickled is found again."""
        if "_solved" not in self.__dict__:
            law, model, ridge, lattice, start = self._task
            outputs = np.ascontiguousarray(self._y.reshape(len(self._y), -1).T)
            self._solved = [
                _core.solve_deep(core_deep_law(law), self._x, y, ridge)
                if model == "deep"
                else _core.solve(core_law(law), model, self._x, y, ridge, lattice, start)
                for y in outputs
            ]
        return self._solved

    def predict(self, X: Any, t: Any = None, return_std: bool = False) -> Any:
        """Return what the network says at time t.

        Parameters
        ----------
        X : array (N, d) or (N,)
            Points.
        t : float or array (T,), optional
            Times ≥ 0, of which any may be infinite; the limit if left out.
        return_std : bool
            Also return how networks of the law differ that are drawn anew and not antisymmetric:
            their standard deviation about the values, which are their mean. Of "complete" and
            "deep", without `network`. O(n³ + N n² T) for each call.

        Returns
        -------
        array (N,), (N, k), (T, N) or (T, N, k)
            The values: (T, …) where t is an array, (…, k) where y was (n, k).
        array of the same shape
            The standard deviation, with `return_std`. It does not depend on y.

        Raises
        ------
        InputError
            For points of another dimension, times that are negative or nan, and a `return_std` that
            the model has not.
        NotFittedError
            Before `fit`.
        """
        check_is_fitted(self, "_x")
        points = _samples.for_predict(self, X, self._x.shape[1])
        times = _FOREVER if t is None else _check.times(t)
        values = [solved.at(points, times) for solved in self._solve()]
        out = values[0] if self._y.ndim == 1 else np.stack(values, axis=-1)
        at_times = t is not None and np.ndim(t) > 0
        if not return_std:
            return out if at_times else out[0]
        std = self._deviation(points, times)
        if self._y.ndim > 1:
            std = np.repeat(std[:, :, None], self._y.shape[1], axis=2)
        return (out, std) if at_times else (out[0], std[0])

    def _deviation(self, points: _check.Floats, times: _check.Floats) -> _check.Floats:
        """Return the standard deviation over draws, (T, N)."""
        law, model, ridge, _, start = self._task
        if model not in ("complete", "deep") or start is not None:
            need = "False but for the complete and the deep model, without network"
            _check.refuse("return_std", True, need)
        if model == "deep":
            return _core.deep_ensemble_deviation(core_deep_law(law), self._x, ridge, points, times)
        return _core.ensemble_deviation(core_law(law), self._x, ridge, points, times)

    def loss(self, t: Any) -> Any:
        """Return ½ Σ_i (f(x_i, t) − y_i)² at the samples, over all outputs.

        Parameters
        ----------
        t : float or array (T,)
            Times ≥ 0.

        Returns
        -------
        float or array (T,)
            The loss, in the unit of y².
        """
        check_is_fitted(self, "_x")
        times = _check.times(t)
        out = np.sum([solved.loss(times) for solved in self._solve()], axis=0)
        return out if np.ndim(t) > 0 else float(out[0])

    def forecast(self, loss: Any) -> Any:
        """Return the time at which the loss is reached: `loss` of this theory, inverted.

        Parameters
        ----------
        loss : float or array (T,)
            Values ≥ 0 of ½ Σ_i (f(x_i) − y_i)², in the unit of y².

        Returns
        -------
        float or array (T,)
            The times t of the flow, to some 12 digits: 0 where the loss is not larger at the
            start, infinite where it is larger for ever, or not known from rounding's. Gradient
            descent with step η on this sum takes t/η steps; see
            `fprinciple.time` for other losses, and for momentum.

        Notes
        -----
        It is the theory's own time, without the network's first weights, but where `network` has
        them. A network of finite width needs a little more or less, the nearer the wider it is.
        Some thirty times as costly as `loss` for each value.

        Examples
        --------
        >>> import numpy as np, fprinciple as fp
        >>> x = np.linspace(-1, 1, 5)
        >>> theory = fp.LFP().fit(x, np.sin(3 * x))
        >>> t = theory.forecast(loss=1e-3)
        >>> round(theory.loss(t), 12)
        0.001
        """
        check_is_fitted(self, "_x")
        levels = _check.floats("loss", loss)
        if levels.ndim > 1:
            raise InputError(f"loss has shape {levels.shape}, but must be a number or (T,)")
        for level in levels.flat:
            if level < 0.0:
                _check.refuse("loss", float(level), "0 or above it")
        first, last = self.loss(np.array([0.0, np.inf]))
        times = [
            0.0 if first <= level else np.inf if last >= level else self._time_of(level)
            for level in levels.flat
        ]
        return np.array(times) if levels.ndim else times[0]

    def _time_of(self, level: float) -> float:
        """Return when a loss between the first and the last is reached."""
        from scipy.optimize import brentq

        least = np.finfo(np.float64).tiny

        def above(log_t: float) -> float:
            return float(np.log(max(self.loss(np.exp(log_t)), least) / level))

        # Steps in log t that double, from a time that is in no relation to the problem's.
        low = high = 0.0
        step = 1.0
        while above(low) <= 0.0:
            low, high, step = low - step, low, 2.0 * step
        step = 1.0
        while above(high) > 0.0:
            low, high, step = high, high + step, 2.0 * step
        return float(np.exp(brentq(above, low, high, xtol=1e-13, rtol=1e-13)))

    @property
    def rates_(self) -> _check.Floats:
        """The rates of the flow, increasing; O(n³) at the first look without a lattice."""
        check_is_fitted(self, "_x")
        if "_rates" not in self.__dict__:
            self._rates = self._solve()[0].rates()
        return self._rates

    @property
    def norm_(self) -> Any:
        """The FP-norm of the limit less the start."""
        check_is_fitted(self, "_x")
        norms = [solved.norm() for solved in self._solve()]
        return norms[0] if self._y.ndim == 1 else np.array(norms)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the decomposition out: samples and parameters give it again, to the bit."""
        state: dict[str, Any] = dict(super().__getstate__())
        for name in ("_solved", "_rates"):
            state.pop(name, None)
        return state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = True
        return tags


def _lattice(given: object) -> tuple[float, int, float] | None:
    if given is None:
        return None
    keys = ("box", "modes", "zero_frequency")
    if not isinstance(given, Mapping) or not {"box", "modes"} <= set(given) <= set(keys):
        _check.refuse("lattice", given, "a dict with box, modes and perhaps zero_frequency")
    return (
        _check.number("lattice['box']", given["box"]),
        _check.integer("lattice['modes']", given["modes"], 1),
        _check.number("lattice['zero_frequency']", given.get("zero_frequency", 0.1)),
    )
