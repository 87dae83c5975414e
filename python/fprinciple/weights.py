"""The parameters of a two-layer network."""

from dataclasses import dataclass
from typing import Any

from . import _check, _core
from .laws import core_law


@dataclass(frozen=True, eq=False)
class Weights:
    """The parameters of f(x) = s Σ_j a_j σ(w_j·x + b_j) + c with m neurons on R^d.

    Parameters
    ----------
    a : array (m,)
        Output weights.
    w : array (m, d)
        Input weights; (m,) is d = 1.
    b : array (m,)
        Biases.

    Raises
    ------
    InputError
        For shapes that do not go together, and for what is not finite.
    """

    a: _check.Floats
    w: _check.Floats
    b: _check.Floats

    def __post_init__(self) -> None:
        a, b = (_check.floats(name, getattr(self, name)) for name in "ab")
        if a.ndim != 1 or a.size < 1:
            raise _core.InputError(f"a has shape {a.shape}, but must be (m,), m at least 1")
        w = _check.points("w", self.w)
        if w.shape[0] != a.size:
            raise _core.InputError(f"w has shape {w.shape}, but must be ({a.size}, d), as a has")
        if b.shape != a.shape:
            raise _core.InputError(f"b has shape {b.shape}, but must be {a.shape}, as a has")
        for name, value in (("a", a), ("w", w), ("b", b)):
            object.__setattr__(self, name, value)

    @property
    def width(self) -> int:
        """M."""
        return int(self.a.size)

    @property
    def dim(self) -> int:
        """D."""
        return int(self.w.shape[1])

    @classmethod
    def draw(cls, law: Any, dim: int, seed: int = 1, antisymmetric: bool = True) -> "Weights":
        """Draw first weights from a law, as the command does: the same seed, the same bits.

        Parameters
        ----------
        law : NetworkLaw
            Its width is even where the weights are antisymmetric.
        dim : int
            d.
        seed : int
            Neuron j depends on it and on j alone.
        antisymmetric : bool
            Neuron m/2 + j is neuron j with a negated, so that f = 0 (arXiv 1905.07777).

        Raises
        ------
        InputError
            For an odd width that is to be antisymmetric.
        """
        a, w, b = _core.draw_weights(
            core_law(law),
            _check.integer("dim", dim, 1),
            _check.integer("seed", seed, 0),
            bool(antisymmetric),
        )
        return cls(a, w, b)

    def _core(self) -> "_core.Start":
        return self.a, self.w, self.b


def core_start(argument: str, given: object, dim: int) -> "_core.Start | None":
    """Return the library's start of given weights, which must be of dimension `dim`."""
    if given is None:
        return None
    if not isinstance(given, Weights):
        _check.refuse(argument, given, "Weights, or None")
    if given.dim != dim:
        raise _core.InputError(f"{argument}.w has {given.dim} columns, but X has {dim}")
    return given._core()
