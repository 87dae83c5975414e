"""Collects what a model says at samples while it learns."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _check
from ._core import InputError, __version__

if TYPE_CHECKING:
    import xarray as xr


class Recorder:
    """The outputs of a model at its samples, over the steps of a training loop of yours.

    >>> import numpy as np, fprinciple as fp
    >>> x, y = np.linspace(0, 1, 5), np.ones(5)
    >>> rec = fp.measure.Recorder(x, y)
    >>> for step in range(100):
    ...     rec(step, y * (1 - 0.9**step))
    >>> dict(rec.dataset().sizes) == {"sample": 5, "dim": 1, "time": 100}
    True

    Parameters
    ----------
    x : array (n, d) or (n,)
        The samples.
    y : array (n,) or (n, k)
        The targets.
    x_test, y_test : arrays, optional
        Test points of their own, and the targets there; both or none.
    weight : array (n,), optional
        What each sample counts.
    per_decade : int, optional
        Keep at most so many steps in each factor of ten, so that they are spread evenly over the
        logarithm of the step; all if left out.
    most : int
        Keep fewer steps than that; at least 4. When there are so many, every second one is
        forgotten, and from then on only every second one that would be due is.
    title : str
        Heads the page of `fprinciple measure`.

    Raises
    ------
    InputError
        For values that are not finite and shapes that do not fit.

    Notes
    -----
    Memory: 8 bytes for each number of f that is kept, most · n · k of them, and the same for test
    points. The first step is always kept, and the last one, if its outputs were given.
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        *,
        x_test: Any = None,
        y_test: Any = None,
        weight: Any = None,
        per_decade: int | None = None,
        most: int = 1000,
        title: str = "A recording",
    ):
        self._given = x
        self._x, self._y = _samples("x", x, "y", y, None)
        if (x_test is None) != (y_test is None):
            raise InputError("x_test and y_test belong together: give both or none")
        self._test: tuple[_check.Floats, _check.Floats] | None = None
        self._given_test = x_test
        if x_test is not None:
            self._test = _samples("x_test", x_test, "y_test", y_test, self._x.shape[1])
            if self._test[1].shape[1:] != self._y.shape[1:]:
                raise InputError(
                    f"y_test has shape {self._test[1].shape}, but must have outputs as y's "
                    f"{self._y.shape}"
                )
        self._weight = _check.weight(weight, len(self._x))
        self._ratio = 1.0
        if per_decade is not None:
            self._ratio = 10.0 ** (1.0 / _check.integer("per_decade", per_decade, 1))
        self._most = _check.integer("most", most, 4)
        self._title = title
        self._every = 1
        self._calls = 0
        self._at = -np.inf
        self._taken: list[tuple[float, _check.Floats, _check.Floats | None]] = []
        self._last: tuple[float, _check.Floats, _check.Floats | None] | None = None

    def __call__(self, step: float, f: Any, f_test: Any = None) -> None:
        """Record the outputs at a step.

        Parameters
        ----------
        step : float
            Step, epoch or time; larger than the last one.
        f : array (n,) or (n, k), or a function
            The outputs at the samples, of any framework: NumPy, PyTorch, JAX, Keras. A function
            (a module, an estimator's `predict`) is called with `x` as it was given, and only where
            the step is due: it is cheap to record at every step, but the last may not be kept.
        f_test : array, optional
            The outputs at the test points, where there are any; a function `f` is called for them.

        Raises
        ------
        InputError
            For values that are not finite, shapes that do not fit, a step that does not increase.
        """
        at = _check.number("step", step)
        if not np.isfinite(at):
            _check.refuse("step", step, "a finite number")
        if at <= self._at:
            _check.refuse("step", step, f"above the last one, {self._at:g}")
        due = self._is_due(at)
        if due or not _is_function(f):
            self._last = (
                at,
                self._outputs("f", f, self._given, self._y),
                self._outputs_test(f, f_test),
            )
            if due:
                self._taken.append(self._last)
        self._at = at
        self._calls += 1
        if len(self._taken) == self._most:
            self._taken = self._taken[::2]
            self._every *= 2

    def _is_due(self, at: float) -> bool:
        if not self._taken:
            return True
        if self._ratio == 1.0:
            return self._calls % self._every == 0
        before = self._taken[-1][0]
        return before <= 0.0 or at >= before * self._ratio**self._every * (1.0 - 1e-12)

    def _outputs(self, name: str, f: Any, x: Any, y: _check.Floats) -> _check.Floats:
        out = _check.floats(name, f(x) if _is_function(f) else f)
        if out.shape != y.shape and out.size == y.size and out.shape[:1] == y.shape[:1]:
            out = out.reshape(y.shape)  # (n, 1) for (n,)
        if out.shape != y.shape:
            raise InputError(f"{name} has shape {out.shape}, but must be {y.shape}, as the targets")
        return np.array(out)  # the caller's may change

    def _outputs_test(self, f: Any, f_test: Any) -> _check.Floats | None:
        if self._test is None:
            if f_test is not None:
                raise InputError(
                    "f_test is given, but there are no test points: give x_test, y_test"
                )
            return None
        if f_test is None:
            if not _is_function(f):
                raise InputError("f_test is None, but must be the outputs at the test points")
            f_test = f
        return self._outputs("f_test", f_test, self._given_test, self._test[1])

    def __len__(self) -> int:
        """Return the number of steps kept."""
        return len(self._kept())

    def _kept(self) -> list[tuple[float, _check.Floats, _check.Floats | None]]:
        if self._last is None or self._last[0] == self._taken[-1][0]:
            return self._taken
        return [*self._taken, self._last]

    def dataset(self) -> "xr.Dataset":
        """Return the recording, as docs/measure.md has it.

        Returns
        -------
        xarray.Dataset
            x (sample, dim), y (sample[, output]), t (time), f (time, sample[, output]), and weight,
            x_test, y_test, f_test where they were given.

        Raises
        ------
        InputError
            Where nothing has been recorded.
        """
        import xarray as xr

        kept = self._kept()
        if not kept:
            raise InputError("nothing has been recorded: call the recorder with a step and outputs")
        output = ("output",) * (self._y.ndim - 1)
        made: dict[str, Any] = {
            "x": (("sample", "dim"), self._x),
            "y": (("sample", *output), self._y),
            "t": ("time", [at for at, _, _ in kept]),
            "f": (("time", "sample", *output), np.array([f for _, f, _ in kept])),
        }
        if self._weight is not None:
            made["weight"] = ("sample", self._weight)
        if self._test is not None:
            made["x_test"] = (("test", "dim"), self._test[0])
            made["y_test"] = (("test", *output), self._test[1])
            made["f_test"] = (("time", "test", *output), np.array([g for _, _, g in kept]))
        return xr.Dataset(made, attrs={"title": self._title, "fprinciple_version": __version__})

    def save(self, path: str | Path) -> None:
        """Write the recording as NetCDF-4, which `fprinciple measure` reads.

        Parameters
        ----------
        path : str or Path
            The file; what it held is replaced once the new one is whole.

        Raises
        ------
        InputError
            Where nothing has been recorded.
        OSError
            Where it cannot be written.
        """
        target = Path(path)
        part = target.with_name(f".{target.name}.part")
        dataset = self.dataset()
        try:
            dataset.to_netcdf(
                part, format="NETCDF4", encoding={name: {"_FillValue": None} for name in dataset}
            )
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def _is_function(f: Any) -> bool:
    return callable(f) and not hasattr(f, "__array__")


def _samples(
    name: str, x: Any, name_y: str, y: Any, dim: int | None
) -> tuple[_check.Floats, _check.Floats]:
    points = np.array(_check.points(name, x, dim))
    target = np.array(_check.targets(name_y, y, len(points)))
    return points, target
