"""Frequencies of images: filters, smoothing, and the Fourier heat map of a classifier."""

from collections.abc import Callable
from typing import Any

import numpy as np

from . import _check
from ._core import InputError


def _images(images: Any) -> _check.Floats:
    values = _check.floats("images", images)
    if values.ndim not in (3, 4) or values.size == 0:
        raise InputError(
            f"images has shape {values.shape}, but must be (n, h, w) or (n, h, w, channels)"
        )
    return values


def _radii(h: int, w: int) -> _check.Floats:
    """Return |(i, j)| of the frequencies of an h × w image, in cycles per image, (h, w)."""
    rows, columns = np.fft.fftfreq(h, 1.0 / h), np.fft.fftfreq(w, 1.0 / w)
    return np.hypot(rows[:, np.newaxis], columns)  # type: ignore[no-any-return]


def low_pass(images: Any, radius: float) -> _check.Floats:
    """Keep of each image the frequencies (i, j) with i² + j² ≤ radius².

    Parameters
    ----------
    images : array (n, h, w) or (n, h, w, channels)
        Each channel is filtered by itself.
    radius : float
        In cycles per image, at least 0; 0 leaves each image its mean.

    Returns
    -------
    array
        Of the same shape; its values may leave the range of the images'.

    Raises
    ------
    InputError
        For values that are not finite, another shape, and a radius below 0.

    Notes
    -----
    By FFT, as on a torus: opposite borders are neighbours. O(n h w log(h w)).
    """
    values = _images(images)
    limit = _check.number("radius", radius)
    if not limit >= 0.0:
        _check.refuse("radius", radius, "at least 0")
    kept = _radii(*values.shape[1:3]) <= limit
    if values.ndim == 4:
        kept = kept[..., np.newaxis]
    spectrum = np.fft.fft2(values, axes=(1, 2))
    return np.ascontiguousarray(np.fft.ifft2(spectrum * kept, axes=(1, 2)).real)


def high_pass(images: Any, radius: float) -> _check.Floats:
    """Keep of each image the frequencies (i, j) with i² + j² > radius²: the image − `low_pass`."""
    return _images(images) - low_pass(images, radius)


def smooth_kernels(kernels: Any, width: float) -> _check.Floats:
    """Smooth the kernels of a convolution: each becomes a Gaussian mean of itself.

    Parameters
    ----------
    kernels : array (…, h, w)
        PyTorch's layout, (out, in, h, w): the last two axes are space.
    width : float
        Standard deviation of the Gaussian in pixels, at least 0; 0 changes nothing.

    Returns
    -------
    array (…, h, w)
        Σ_j g(i − j) kernel_j / Σ_j g(i − j) over the kernel's own places, along both axes:
        constant kernels stay.

    Raises
    ------
    InputError
        For values that are not finite, fewer than two axes, and a width below 0.
    """
    values = _check.floats("kernels", kernels)
    if values.ndim < 2:
        raise InputError(f"kernels has shape {values.shape}, but must be (…, h, w)")
    sigma = _check.number("width", width)
    if not sigma >= 0.0:
        _check.refuse("width", width, "at least 0")
    if sigma == 0.0:
        return np.array(values)

    def mean(size: int) -> _check.Floats:
        place = np.arange(float(size))
        weight = np.exp(-0.5 * ((place[:, np.newaxis] - place) / sigma) ** 2)
        return weight / weight.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]

    h, w = values.shape[-2:]
    return np.ascontiguousarray(mean(h) @ values @ mean(w).T)


def fourier_heat_map(
    predict: Callable[[Any], Any],
    images: Any,
    labels: Any,
    norm: float,
    *,
    frequencies: int | None = None,
    seed: int = 0,
) -> _check.Floats:
    """Measure how much noise of each single frequency makes a classifier err.

    For each frequency (i, j) all images are shifted by r · norm · U_ij, U_ij the real image of unit
    norm with that frequency and its conjugate alone, r = ±1 for each image and channel by chance.

    Parameters
    ----------
    predict : function
        Of images as they are given here, to labels (n,), or to scores (n, classes), of which the
        largest counts.
    images : array (n, h, w) or (n, h, w, channels)
        What is shifted.
    labels : array (n,)
        The classes, whole numbers.
    norm : float
        Euclidean norm of the shift in each channel, in units of the images' values.
    frequencies : int, optional
        Only |i|, |j| up to it; all if left out.
    seed : int
        Of the signs.

    Returns
    -------
    array (2q + 1, 2q + 1)
        The share of images that are labelled wrongly, frequency (0, 0) in the middle; q is
        `frequencies`, or (size − 1)/2 rounded down. (i, j) and (−i, −j) are the same.

    Raises
    ------
    InputError
        For values that are not finite, shapes that do not fit, a norm below 0, more frequencies
        than the images have.

    Notes
    -----
    (2q + 1)²/2 calls of `predict` with all images.
    """
    values = _images(images)
    n, h, w = values.shape[:3]
    truth = _check.array("labels", labels)
    if truth.shape != (n,):
        raise InputError(f"labels has shape {truth.shape}, but must be ({n},)")
    size = _check.number("norm", norm)
    if not size >= 0.0:
        _check.refuse("norm", norm, "at least 0")
    most = (min(h, w) - 1) // 2
    q = most if frequencies is None else _check.integer("frequencies", frequencies, 0)
    if q > most:
        _check.refuse("frequencies", q, f"at most {most}, as the images have no more")
    random = np.random.default_rng(_check.integer("seed", seed, 0))
    signs = random.choice([-1.0, 1.0], size=(n, 1, 1, *values.shape[3:]))
    errors = np.empty((2 * q + 1, 2 * q + 1))
    for i in range(q + 1):
        for j in range(-q, q + 1):
            if i == 0 and j < 0:
                continue
            wave = _unit_wave(h, w, i, j)
            shift = size * wave[np.newaxis, ..., *([np.newaxis] * (values.ndim - 3))]
            said = _check.array("predict's result", predict(values + signs * shift))
            if said.ndim == 2 and len(said) == n:
                said = said.argmax(axis=1)
            if said.shape != (n,):
                raise InputError(
                    f"predict gave shape {said.shape}, but must give ({n},) or ({n}, classes)"
                )
            errors[q + i, q + j] = errors[q - i, q - j] = np.mean(said != truth)
    return errors


def _unit_wave(h: int, w: int, i: int, j: int) -> _check.Floats:
    """Return the real h × w image of norm 1 with frequencies ±(i, j) alone, a cosine and a sine."""
    spectrum = np.zeros((h, w), dtype=complex)
    spectrum[i % h, j % w] = 1.0 + 1.0j
    wave = np.fft.ifft2(spectrum).real
    return np.asarray(wave / np.linalg.norm(wave))
