"""What is given, brought into the form that the library takes, or refused by name."""

import math
import operator
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from ._core import InputError

Floats = NDArray[np.float64]


def refuse(argument: str, got: object, need: str) -> NoReturn:
    """Raise InputError in the words of the library."""
    raise InputError(f"{argument} is {got!r}, but must be {need}")


def integer(argument: str, value: object, least: int) -> int:
    """Return a whole number (NumPy's too) of at least `least`."""
    need = f"a whole number, at least {least}"
    if isinstance(value, bool):
        refuse(argument, value, need)
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        refuse(argument, value, need)
    if not least <= number < 2**63:
        refuse(argument, value, need)
    return number


def number(argument: str, value: object, need: str = "a number") -> float:
    """Return a real number; its range is the library's to check."""
    if isinstance(value, (str, bytes, bool)):
        refuse(argument, value, need)
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        refuse(argument, value, need)


def choice(argument: str, value: object, names: tuple[str, ...]) -> str:
    """Return one of the names."""
    if not isinstance(value, str) or value not in names:
        refuse(argument, value, "one of " + " ".join(names))
    return value


def array(argument: str, value: object) -> NDArray[Any]:
    """Return an array of numbers as NumPy sees it: lists, pandas, PyTorch, JAX."""
    if hasattr(value, "detach"):  # PyTorch's tensors, with a gradient or on a GPU
        value = value.detach().cpu()
    if not hasattr(value, "__array__") and hasattr(value, "__dlpack__"):
        return np.from_dlpack(value)
    try:
        return np.asarray(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"{argument} is no array of numbers: {error}") from None


def floats(argument: str, value: object) -> Floats:
    """Return finite float64 in C order, without a copy where it is that already."""
    if type(value) is not np.ndarray:
        value = array(argument, value)
    assert isinstance(value, np.ndarray)
    if value.dtype != np.float64 or not value.flags.c_contiguous:
        if value.dtype.kind not in "biufO":
            refuse(argument, str(value.dtype), "an array of real numbers")
        try:
            value = np.ascontiguousarray(value, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise InputError(f"{argument} is no array of numbers: {error}") from None
    finite = np.isfinite(value)
    if not finite.all():
        place = tuple(int(i) for i in np.argwhere(~finite)[0])
        at = f"[{', '.join(map(str, place))}]" if place else ""
        raise InputError(f"{argument}{at} is {value[place]}, but must be finite")
    return value


def points(argument: str, value: object, dim: int | None = None) -> Floats:
    """Return points as rows (N, d), at least one; (N,) are points on the line."""
    rows = floats(argument, value)
    if rows.ndim == 1 and dim in (None, 1):
        rows = rows[:, np.newaxis]
    d = "d" if dim is None else str(dim)
    if rows.ndim != 2 or rows.shape[0] < 1 or rows.shape[1] < 1 or dim not in (None, rows.shape[1]):
        raise InputError(f"{argument} has shape {rows.shape}, but must be (N, {d}), N at least 1")
    return rows


def targets(argument: str, value: object, n: int) -> Floats:
    """Return targets of n samples as they are, (n,) or (n, k)."""
    out = floats(argument, value)
    if out.ndim not in (1, 2) or len(out) != n:
        raise InputError(f"{argument} has shape {out.shape}, but must be ({n},) or ({n}, k)")
    return out


def weight(value: object, n: int) -> Floats | None:
    """Return what each of n samples counts, (n,), if it is given."""
    out = None if value is None else floats("weight", value)
    if out is not None and out.shape != (n,):
        raise InputError(f"weight has shape {out.shape}, but must be ({n},)")
    return out


def times(t: object) -> Floats:
    """Return times (T,) from numbers ≥ 0, of which any may be infinite."""
    raw = array("t", t)
    if raw.dtype.kind not in "iuf" or raw.ndim > 1:
        raise InputError("t must be a number or a list of numbers, 0, above it, or infinite")
    out = np.ascontiguousarray(np.atleast_1d(raw), dtype=np.float64)
    for value in out:
        if math.isnan(value) or value < 0.0:
            refuse("t", float(value), "0, above it, or infinite")
    return out
