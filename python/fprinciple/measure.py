"""What any model has learnt, frequency by frequency.

>>> import numpy as np, fprinciple as fp
>>> x = np.arange(8) / 8
>>> y = np.sin(2 * np.pi * x) + np.sin(6 * np.pi * x)
>>> slow_last = [0 * y, np.sin(2 * np.pi * x), y]  # outputs at three times
>>> float(fp.measure.crossing_times(x, y, slow_last, frequency=[1, 3])["order"])
1.0

The model may be anything that has outputs at samples: a network of any framework, boosting over its
stages, a fit by hand. `Recorder` collects the outputs while it learns; the functions here measure
them. All of them take samples as rows, X (n, d) or (n,), targets y (n,) or (n, k), and outputs over
time f (T, n) or (T, n, k); `t` (T,) are the times, 0, 1, 2 … if left out, and `weight` (n,) what
each sample counts, all the same if left out. Frequencies are in cycles per unit of x. Definitions:
docs/measure.md, and docs/theory.md, section 14.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from . import _check, _core
from ._core import InputError
from ._images import fourier_heat_map, high_pass, low_pass, smooth_kernels
from ._recorder import Recorder

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "Recorder",
    "crossing_times",
    "filtering",
    "fourier_heat_map",
    "high_pass",
    "kernel_modes",
    "low_pass",
    "measure",
    "projection",
    "smooth_kernels",
    "spectral_bias",
]


def _recording(
    X: Any, y: Any, f: Any, t: Any, weight: Any
) -> tuple[_core.Recording, _check.Floats]:
    """Return the library's recording, and its times."""
    x = _check.points("X", X)
    n = len(x)
    target = _check.targets("y", y, n)
    shape = target.shape
    outputs = _check.floats("f", list(f) if isinstance(f, (list, tuple)) else f)
    if outputs.ndim != 1 + len(shape) or outputs.shape[1:] != shape or len(outputs) < 1:
        wanted = ", ".join(str(size) for size in shape)
        raise InputError(f"f has shape {outputs.shape}, but must be (T, {wanted}), T at least 1")
    times = _check.floats("t", np.arange(float(len(outputs))) if t is None else t)
    if times.shape != (len(outputs),):
        raise InputError(f"t has shape {times.shape}, but must be ({len(outputs)},)")
    counts = _check.weight(weight, n)
    k = 1 if target.ndim == 1 else shape[1]
    made = _core.recording(x, target.reshape(n, k), times, outputs.reshape(-1, k), counts)
    return made, times


def _direction(direction: Any, dim: int) -> _check.Floats | None:
    """Return a direction (d,); None stands for the first principal component."""
    need = f"'pca', an axis from 0 to {dim - 1}, or {dim} numbers"
    if isinstance(direction, str):
        if direction == "pca":
            return None
        _check.refuse("direction", direction, need)
    if np.ndim(direction) == 0:
        axis = _check.integer("direction", direction, 0)
        if axis >= dim:
            _check.refuse("direction", axis, need)
        return np.asarray(np.eye(dim)[axis])
    out = _check.floats("direction", direction)
    if out.shape != (dim,):
        raise InputError(f"direction has shape {out.shape}, but must be ({dim},)")
    return out


def _list(argument: str, values: Any) -> _check.Floats | None:
    if values is None:
        return None
    out = np.atleast_1d(_check.floats(argument, values))
    if out.ndim != 1:
        raise InputError(f"{argument} has shape {out.shape}, but must be a list of numbers")
    return out


def _projected(
    X: Any, y: Any, f: Any, direction: Any, frequency: Any, t: Any, weight: Any
) -> tuple[dict[str, Any], _check.Floats]:
    recording, times = _recording(X, y, f, t, weight)
    along = _direction(direction, recording.dim)
    return _core.measure_projection(recording, along, _list("frequency", frequency)), times


def projection(
    X: Any,
    y: Any,
    f: Any,
    *,
    direction: Any = "pca",
    frequency: Any = None,
    t: Any = None,
    weight: Any = None,
) -> "xr.Dataset":
    """Measure Fourier coefficients along a direction p: ĝ_k = Σ w_i g_i e^{−2πi k p·x_i}, Σ w = 1.

    Parameters
    ----------
    X, y, f, t, weight
        See the module.
    direction : "pca", int or array (d,)
        The first principal component of the samples, an axis from 0 on, or any direction.
    frequency : array (K,), optional
        In cycles per unit of x, increasing; multiples of 1/L, L the range along p, if left out.

    Returns
    -------
    xarray.Dataset
        Over `t` and `frequency`: `delta`, |f̂ − ŷ|/|ŷ|; `delta_magnitude`, ||f̂| − |ŷ||/|ŷ|;
        `residual_energy`, |f̂ − ŷ|²; `spectrum`, f̂ (complex, the outputs last); and `amplitude`,
        |ŷ|, `spectrum_target`, ŷ, and `direction`, p of length 1.

    Raises
    ------
    InputError
        For values that are not finite, shapes that do not fit, frequencies that do not increase.

    Notes
    -----
    O(n d + n K k T). On samples that are no grid the sums estimate integrals against the samples'
    density, which the ratio does not show to first order.
    """
    import xarray as xr

    got, times = _projected(X, y, f, direction, frequency, t, weight)
    size = len(times), len(got["frequency"]), -1
    return xr.Dataset(
        {
            "delta": (("t", "frequency"), got["delta"]),
            "delta_magnitude": (("t", "frequency"), got["delta_magnitude"]),
            "residual_energy": (("t", "frequency"), got["residual_energy"]),
            "spectrum": (
                ("t", "frequency", "output"),
                (got["real"] + 1j * got["imag"]).reshape(size),
            ),
            "spectrum_target": (
                ("frequency", "output"),
                got["target_real"] + 1j * got["target_imag"],
            ),
            "amplitude": ("frequency", np.sqrt(got["target_energy"])),
            "direction": ("dim", got["direction"]),
        },
        coords={"t": times, "frequency": got["frequency"]},
        attrs={"frequency_unit": "cycles per unit of x"},
    )


def filtering(
    X: Any, y: Any, f: Any, *, delta: Any = None, t: Any = None, weight: Any = None
) -> "xr.Dataset":
    """Measure the errors of the low- and the high-pass part under Gaussian filters.

    g_low = G g with row-normalised G_ij ∝ w_j exp(−|x_i − x_j|²/(2δ²)), g_high = g − g_low.

    Parameters
    ----------
    X, y, f, t, weight
        See the module.
    delta : array (W,), optional
        Widths δ of the filters, in units of x (a paper's δ may be the variance, δ²); five between
        the distances of neighbours and of any two samples if left out.

    Returns
    -------
    xarray.Dataset
        Over `t` and `delta`: `e_low`, |f_low − y_low|/|y_low|, and `e_high`; over `delta`:
        `share_high`, |y_high|²/|y|².

    Raises
    ------
    InputError
        For values that are not finite, shapes that do not fit, widths that are not above 0.

    Notes
    -----
    O(n² (d + W k T)) time, no n × n matrix in memory.
    """
    import xarray as xr

    recording, times = _recording(X, y, f, t, weight)
    got = _core.measure_filtering(recording, _list("delta", delta))
    return xr.Dataset(
        {
            "e_low": (("t", "delta"), got["e_low"]),
            "e_high": (("t", "delta"), got["e_high"]),
            "share_high": ("delta", got["share_high"]),
        },
        coords={"t": times, "delta": got["delta"]},
    )


def kernel_modes(
    X: Any,
    y: Any,
    f: Any,
    kernel: Any,
    *,
    count: int = 32,
    t: Any = None,
    weight: Any = None,
) -> "xr.Dataset":
    """Measure what is left to learn in each eigenvector of a kernel over the samples.

    Parameters
    ----------
    X, y, f, t, weight
        See the module.
    kernel : array (n, n)
        Symmetric; `fp.tangent_kernel(X, law=law)`, say.
    count : int
        Of the largest eigenvalues.

    Returns
    -------
    xarray.Dataset
        Over `t` and `mode`: `share`, |c_m(f − y)|/|c_m(y)|; over `mode`: `eigenvalue`, decreasing,
        and `target`, |c_m(y)|.

    Raises
    ------
    InputError
        For a kernel of another shape, and a count that is not from 1 to n.

    Notes
    -----
    O(n³).
    """
    import xarray as xr

    recording, times = _recording(X, y, f, t, weight)
    matrix = _check.floats("kernel", kernel)
    if matrix.ndim != 2:
        raise InputError(f"kernel has shape {matrix.shape}, but must be (n, n)")
    got = _core.measure_kernel_modes(recording, matrix, _check.integer("count", count, 1))
    return xr.Dataset(
        {
            "share": (("t", "mode"), got["share"]),
            "eigenvalue": ("mode", got["eigenvalue"]),
            "target": ("mode", got["target"]),
        },
        coords={"t": times, "mode": np.arange(1, len(got["eigenvalue"]) + 1)},
    )


def measure(
    X: Any,
    y: Any,
    f: Any,
    *,
    direction: Any = "pca",
    frequency: Any = None,
    delta: Any = None,
    threshold: float = 0.1,
    cut: float | None = None,
    kernel: float | None = None,
    t: Any = None,
    weight: Any = None,
    resamples: int = 1000,
    seed: int = 1,
) -> "xr.Dataset":
    """Measure everything at once: what `fprinciple measure` does with a recording.

    Parameters
    ----------
    X, y, f, t, weight
        See the module.
    direction, frequency
        Of `projection`.
    delta
        Of `filtering`.
    threshold : float
        Of Δ, for a crossing.
    cut : float, optional
        The last frequency that is called low; halves the target's energy if left out.
    kernel : float, optional
        Width of a Gaussian kernel for its eigenvectors; the middle filter's, up to 2,000 samples,
        if left out.
    resamples, seed : int
        Of the bootstrap over samples that gives the 95 % intervals.

    Returns
    -------
    xarray.Dataset
        With the names of `projection`, `filtering` and `kernel_modes` where they do not meet
        (`delta` is of the projection, the filters' widths are `width`), and
        `crossing_time` (`_low`, `_high`: its interval) over `frequency`, `counted`: whether the
        order counts it; `crossing_order`, `spectral_bias` and their `_low`, `_high`; `cut`;
        `spectral_bias_over_time` and `relative_error` over `t`.

    Raises
    ------
    InputError
        As the parts do.
    """
    import xarray as xr

    recording, times = _recording(X, y, f, t, weight)
    got = _core.measure_all(
        recording,
        _direction(direction, recording.dim),
        _list("frequency", frequency),
        _list("delta", delta),
        _check.number("threshold", threshold),
        None if cut is None else _check.number("cut", cut),
        None if kernel is None else _check.number("kernel", kernel),
        32,
        _check.integer("resamples", resamples, 2),
        _check.integer("seed", seed, 0),
    )
    along, filters, bias = got["projection"], got["filtering"], got["spectral_bias"]
    out = xr.Dataset(
        {
            "delta": (("t", "frequency"), along["delta"]),
            "delta_magnitude": (("t", "frequency"), along["delta_magnitude"]),
            "amplitude": ("frequency", np.sqrt(along["target_energy"])),
            "direction": ("dim", along["direction"]),
            "crossing_time": ("frequency", got["crossing_time"]),
            "crossing_time_low": ("frequency", got["crossing_time_low"]),
            "crossing_time_high": ("frequency", got["crossing_time_high"]),
            "counted": ("frequency", got["present"]),
            "crossing_order": ((), got["order"]),
            "crossing_order_low": ((), got["order_interval"][0]),
            "crossing_order_high": ((), got["order_interval"][1]),
            "spectral_bias": ((), bias["value"]),
            "spectral_bias_low": ((), got["spectral_bias_interval"][0]),
            "spectral_bias_high": ((), got["spectral_bias_interval"][1]),
            "spectral_bias_over_time": ("t", bias["over_time"]),
            "cut": ((), bias["cut"]),
            "e_low": (("t", "width"), filters["e_low"]),
            "e_high": (("t", "width"), filters["e_high"]),
            "share_high": ("width", filters["share_high"]),
            "relative_error": ("t", got["relative_error"]),
        },
        coords={"t": times, "frequency": along["frequency"], "width": filters["delta"]},
        attrs={
            "frequency_unit": "cycles per unit of x",
            "threshold": float(threshold),
            "resamples": int(resamples),
            "seed": int(seed),
            "version": _core.__version__,
        },
    )
    if "kernel_modes" in got:
        modes = got["kernel_modes"]
        out["kernel_share"] = (("t", "mode"), modes["share"])
        out["kernel_eigenvalue"] = ("mode", modes["eigenvalue"])
        out.attrs["kernel_width"] = got["kernel_width"]
    return out


def crossing_times(
    X: Any,
    y: Any,
    f: Any,
    *,
    threshold: float = 0.1,
    direction: Any = "pca",
    frequency: Any = None,
    t: Any = None,
    weight: Any = None,
    floor: float = 0.05,
) -> "xr.Dataset":
    """Measure from when on each frequency is learnt for good.

    Parameters
    ----------
    X, y, f, t, weight, direction, frequency
        Of `projection`.
    threshold : float
        A frequency is learnt at the first time from which on Δ = |f̂ − ŷ|/|ŷ| stays below it.
    floor : float
        Only frequencies with at least this share of the largest |ŷ| count in the order.

    Returns
    -------
    xarray.Dataset
        `time` over `frequency`, infinite where it never is; `counted` over `frequency`; `order`,
        Kendall's τ_b of time over the counted frequencies: 1 is the frequency principle, −1 the
        reverse.

    Raises
    ------
    InputError
        As `projection` does, and for a threshold that is not above 0.
    """
    import xarray as xr

    along, times = _projected(X, y, f, direction, frequency, t, weight)
    limit = _check.number("threshold", threshold)
    time = _core.crossing_times(times, along["delta"], limit)
    counted = _core.present(along["target_energy"], _check.number("floor", floor))
    order = _core.kendall_tau(along["frequency"][counted], time[counted])
    return xr.Dataset(
        {
            "time": ("frequency", time),
            "counted": ("frequency", counted),
            "order": ((), order),
        },
        coords={"frequency": along["frequency"]},
        attrs={"threshold": limit},
    )


def spectral_bias(
    X: Any,
    y: Any,
    f: Any,
    *,
    cut: float | None = None,
    direction: Any = "pca",
    frequency: Any = None,
    t: Any = None,
    weight: Any = None,
) -> "xr.Dataset":
    """Measure in one number from −1 to 1 which of low and high frequencies goes first.

    Parameters
    ----------
    X, y, f, t, weight, direction, frequency
        Of `projection`.
    cut : float, optional
        The last frequency that is called low; halves the target's energy if left out.

    Returns
    -------
    xarray.Dataset
        `value`: 1 is all low frequencies before any high one, 0 all together; `cut`; and over `t`
        `low` and `high`, the shares of energy that are left, E_low and E_high, and `over_time`,
        (E_high − E_low)/(E_high + E_low).

    Raises
    ------
    InputError
        As `projection` does.
    """
    import xarray as xr

    along, times = _projected(X, y, f, direction, frequency, t, weight)
    got = _core.spectral_bias(
        along["frequency"],
        along["residual_energy"],
        along["target_energy"],
        None if cut is None else _check.number("cut", cut),
    )
    return xr.Dataset(
        {
            "value": ((), got["value"]),
            "cut": ((), got["cut"]),
            "low": ("t", got["e_low"]),
            "high": ("t", got["e_high"]),
            "over_time": ("t", got["over_time"]),
        },
        coords={"t": times},
    )
