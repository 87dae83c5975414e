"""Samples and points of an estimator, checked as scikit-learn's estimators do."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from . import _check
from ._core import InputError


def _plain(value: object, ndim: int) -> bool:
    """Whether it is in the library's form already, so that nobody need look closer."""
    return (
        type(value) is np.ndarray
        and value.dtype == np.float64
        and value.ndim == ndim
        and value.flags.c_contiguous
        and value.size > 0
        and bool(np.isfinite(value).all())
    )


def _from_elsewhere(argument: str, value: Any) -> Any:
    """Return a tensor as an array; what scikit-learn knows (pandas, sparse) is left to it."""
    foreign = hasattr(value, "detach") or (
        hasattr(value, "__dlpack__") and type(value) is not np.ndarray
    )
    return _check.array(argument, value) if foreign else value


def _on_the_line(value: Any) -> Any:
    """Return (N,) as (N, 1)."""
    if isinstance(value, (list, tuple)) and value and all(np.isscalar(x) for x in value):
        value = np.asarray(value)
    if type(value) is np.ndarray and value.ndim == 1 and value.dtype.kind in "biuf":
        return value[:, np.newaxis]
    return value


def for_fit(
    estimator: BaseEstimator, X: Any, y: Any, multi_output: bool = True
) -> tuple[_check.Floats, _check.Floats]:
    """Return samples of an estimator's own: x (n, d) and y (n,), or (n, k) for many outputs."""
    if y is None:
        raise InputError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None"
        )
    X = _on_the_line(_from_elsewhere("X", X))
    y = _from_elsewhere("y", y)
    if _plain(X, 2) and (_plain(y, 1) or (multi_output and _plain(y, 2))) and len(X) == len(y):
        estimator.n_features_in_ = X.shape[1]
        if hasattr(estimator, "feature_names_in_"):
            del estimator.feature_names_in_
    else:
        try:
            X, y = validate_data(
                estimator,
                X,
                y,
                dtype=np.float64,
                order="C",
                multi_output=multi_output,
                y_numeric=True,
            )
        except ValueError as error:
            raise InputError(str(error)) from None
    # What the estimator keeps must not change when the caller's arrays do.
    return np.array(X, order="C"), np.array(y, dtype=np.float64, order="C")


def for_predict(estimator: BaseEstimator, X: Any, dim: int) -> _check.Floats:
    """Return points (N, d)."""
    X = _from_elsewhere("X", X)
    if dim == 1:
        X = _on_the_line(X)
    if _plain(X, 2) and X.shape[1] == dim and not hasattr(estimator, "feature_names_in_"):
        return X  # type: ignore[no-any-return]
    try:
        out = validate_data(estimator, X, dtype=np.float64, order="C", reset=False)
    except ValueError as error:
        raise InputError(str(error)) from None
    return np.ascontiguousarray(out)
