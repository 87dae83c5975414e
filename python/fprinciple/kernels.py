"""Tangent kernels as functions of two lists of points."""

from collections.abc import Callable
from typing import Any

from . import _check, _core
from .laws import DeepLaw, NetworkLaw, core_deep_law, core_law
from .weights import Weights, core_start


def tangent_kernel(
    X: Any,
    Z: Any = None,
    *,
    law: NetworkLaw | DeepLaw | None = None,
    model: str = "complete",
    weights: Weights | None = None,
) -> _check.Floats:
    """Return the tangent kernel K(x, z) = Σ_θ ∂f(x)/∂θ ∂f(z)/∂θ over the trained groups.

    Parameters
    ----------
    X : array (n, d) or (n,)
        Points, in the unit of x. float64 in C order is taken as it is.
    Z : array (N, d) or (N,), optional
        Other points; X if left out.
    law : NetworkLaw or DeepLaw, optional
        The network's law; NetworkLaw(), of the deep model DeepLaw(), if left out.
    model : {"complete", "linearised", "deep"}
        "complete": of the infinitely wide network, at the law's m, that is m times the mean over
        one neuron. "linearised": of the weights given, which are needed then. "deep": of an
        infinitely wide network of several hidden layers, a DeepLaw.
    weights : Weights, optional
        A network's weights; with them the model is "linearised", and of the law only activation,
        output scale and trained groups count.

    Returns
    -------
    array (n, N)
        In the unit of f² over that of the parameters². A `GaussianProcessRegressor` or
        `KernelRidge(kernel="precomputed")` takes it.

    Raises
    ------
    InputError
        For points that are not finite or of different dimensions, and for unknown names.
    RunError
        Where an entry is beyond the range of numbers; where a deep network of tanh, sigmoid or
        softplus has inputs of a variance above 64.

    Notes
    -----
    docs/theory.md, sections 9 and 15. O(n N d) for normal w and b and ReLU;
    lfp/complete_kernel.hpp says which rule serves which law. Of weights O(n N m). Deep O(n N (d +
    L)).
    """
    _check.choice("model", model, ("complete", "linearised", "deep"))
    if model == "deep":
        if weights is not None:
            _check.refuse("weights", weights, "None for the deep model")
        return _deep(_core.deep_tangent_kernel, X, Z, law)
    core = core_law(law)
    x = _check.points("X", X)
    z = None if Z is None else _check.points("Z", Z, x.shape[1])
    if weights is not None:
        start = core_start("weights", weights, x.shape[1])
        assert start is not None
        return _core.weights_kernel(core, start, x, z)
    if model == "linearised":
        _check.refuse("weights", weights, "given for the linearised model")
    return _core.complete_kernel(core, x, x if z is None else z)


def nngp_kernel(X: Any, Z: Any = None, *, law: DeepLaw | None = None) -> _check.Floats:
    """Return the covariance E[f(x) f(z)] of an infinitely wide network before training.

    Its outputs are a Gaussian process with mean 0 and this kernel.

    Parameters
    ----------
    X : array (n, d) or (n,)
        Points, in the unit of x.
    Z : array (N, d) or (N,), optional
        Other points; X if left out.
    law : DeepLaw, optional
        The network's law; DeepLaw() if left out. Its parameterisation does not matter.

    Returns
    -------
    array (n, N)
        In the unit of f².

    Raises
    ------
    InputError, RunError
        As `tangent_kernel` of the deep model.

    Notes
    -----
    docs/theory.md, section 15. O(n N (d + L)).
    """
    return _deep(_core.deep_covariance, X, Z, law)


def _deep(
    kernel: Callable[[_core.DeepLaw, _check.Floats, _check.Floats], _check.Floats],
    X: Any,
    Z: Any,
    law: object,
) -> _check.Floats:
    core = core_deep_law(law)
    x = _check.points("X", X)
    return kernel(core, x, x if Z is None else _check.points("Z", Z, x.shape[1]))
