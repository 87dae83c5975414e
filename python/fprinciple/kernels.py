"""Tangent kernels as functions of two lists of points."""

from typing import Any

from . import _check, _core
from .laws import NetworkLaw, core_law
from .weights import Weights, core_start


def tangent_kernel(
    X: Any,
    Z: Any = None,
    *,
    law: NetworkLaw | None = None,
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
    law : NetworkLaw, optional
        The network's law; NetworkLaw() if left out.
    model : {"complete", "linearised"}
        "complete": of the infinitely wide network, at the law's m, that is m times the mean over
        one neuron. "linearised": of the weights given, which are needed then.
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
        Where an entry is beyond the range of numbers.

    Notes
    -----
    docs/theory.md, section 9. O(n N d) for normal w and b and ReLU; lfp/complete_kernel.hpp says
    which rule serves which law. Of weights O(n N m).
    """
    _check.choice("model", model, ("complete", "linearised"))
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
