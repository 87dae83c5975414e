"""The parameters of a two-layer network."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

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

    @classmethod
    def from_torch(cls, module: Any) -> "Weights":
        """Take the weights of a PyTorch module with two linear layers.

        Parameters
        ----------
        module : torch.nn.Module
            Its `Linear` layers, in order, are (m, d) with or without a bias, and (1, m) without
            one, or with one that is 0: the network here has none.

        Raises
        ------
        InputError
            For a module of another form.
        """
        if not hasattr(module, "modules"):
            _check.refuse("module", module, "a torch.nn.Module")
        layers = [part for part in module.modules() if type(part).__name__ == "Linear"]
        if len(layers) != 2:
            raise _core.InputError(f"module has {len(layers)} Linear layers, but must have 2")
        hidden, readout = layers
        out = _check.floats("the readout's weight", _check.array("weight", readout.weight))
        if out.shape[0] != 1:
            raise _core.InputError(f"module has {out.shape[0]} outputs, but must have 1")
        if readout.bias is not None and _check.array("bias", readout.bias).any():
            raise _core.InputError("the readout's bias is not 0, but must be, or left out")
        w = _check.floats("the first layer's weight", _check.array("weight", hidden.weight))
        bias = np.zeros(len(w)) if hidden.bias is None else _check.array("bias", hidden.bias)
        return cls(out[0].copy(), w, _check.floats("the first layer's bias", bias))

    @classmethod
    def from_jax(cls, params: Any) -> "Weights":
        """Take the weights of a network in JAX: nested dicts or lists of arrays.

        Parameters
        ----------
        params : dict, list or tuple
            Its arrays, in any order: a kernel (d, m) with or without a bias (m,), and a readout
            (m, 1) without a bias, or with one that is 0, as Flax, Haiku and stax have them.

        Raises
        ------
        InputError
            For arrays of other shapes.
        """

        def leaves(part: Any) -> Any:
            if isinstance(part, Mapping):
                part = part.values()
            if isinstance(part, (list, tuple)) or not hasattr(part, "shape"):
                if isinstance(part, (str, int, float)) or part is None:
                    _check.refuse("params", part, "nested dicts or lists of arrays")
                for inner in part:
                    yield from leaves(inner)
            else:
                yield _check.floats("params", _check.array("params", part))

        arrays = list(leaves(params))
        kernels = [part for part in arrays if part.ndim == 2]
        biases = [part for part in arrays if part.ndim == 1]
        readouts = [part for part in kernels if part.shape[1] == 1]
        if len(kernels) != 2 or not readouts:
            shapes = ", ".join(str(part.shape) for part in arrays)
            raise _core.InputError(f"params has {shapes}, but must have (d, m), (m, 1) and biases")
        readout = readouts[-1]
        hidden = kernels[0] if kernels[1] is readout else kernels[1]
        if hidden.shape[1] != len(readout):
            hidden, readout = readout, hidden
        m = len(readout)
        at_neurons = [part for part in biases if part.shape == (m,)]
        for part in biases:
            if part.shape == (1,) and m > 1 and part.any():
                raise _core.InputError("the readout's bias is not 0, but must be, or left out")
        b = at_neurons[0] if at_neurons else np.zeros(m)
        return cls(readout[:, 0].copy(), np.ascontiguousarray(hidden.T), b)

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
