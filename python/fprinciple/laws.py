"""The laws of wide networks before training."""

from typing import Any, Self

import numpy as np

from . import _check, _core

_ACTIVATIONS = ("relu", "relu2", "tanh", "sigmoid", "softplus", "gaussian", "ricker", "sine")
_DEEP_ACTIVATIONS = (*_ACTIVATIONS, "erf", "gelu")


class _Distribution:
    """The law of one coordinate of a parameter."""

    _kind: str
    __slots__ = ("_mean", "_scale")

    def __init__(self, scale: float, mean: float) -> None:
        name = type(self).__name__
        self._scale = scale = _check.number(f"scale of {name}", scale)
        if not 0.0 <= scale < float("inf"):
            _check.refuse(f"scale of {name}", scale, "a finite number >= 0")
        self._mean = mean = _check.number(f"mean of {name}", mean)
        if not abs(mean) < float("inf"):
            _check.refuse(f"mean of {name}", mean, "a finite number")

    @property
    def mean(self) -> float:
        """Its mean."""
        return self._mean

    def __repr__(self) -> str:
        mean = f", mean={self._mean:g}" if self._mean else ""
        return f"{type(self).__name__}({self._scale:g}{mean})"

    def __eq__(self, other: object) -> bool:
        return (
            type(other) is type(self) and other._scale == self._scale and other._mean == self._mean
        )

    def __hash__(self) -> int:
        return hash((self._kind, self._scale, self._mean))


class Uniform(_Distribution):
    """U(mean − bound, mean + bound)."""

    _kind = "uniform"
    __slots__ = ()

    def __init__(self, bound: float, mean: float = 0.0) -> None:
        super().__init__(bound, mean)

    @property
    def bound(self) -> float:
        """Half the width of the interval."""
        return self._scale


class Normal(_Distribution):
    """N(mean, std²)."""

    _kind = "normal"
    __slots__ = ()

    def __init__(self, std: float, mean: float = 0.0) -> None:
        super().__init__(std, mean)

    @property
    def std(self) -> float:
        """The standard deviation."""
        return self._scale


def _arguments(argument: str, law: object) -> tuple[str, float, float]:
    if not isinstance(law, (Uniform, Normal)):
        _check.refuse(argument, law, "Uniform(bound) or Normal(std)")
    return law._kind, law._scale, law._mean


class _Law:
    """A value with scikit-learn's parameters."""

    _names: tuple[str, ...]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name, as scikit-learn asks for them."""
        return {name: getattr(self, name) for name in self._names}

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name; on an error nothing is set."""
        name = type(self).__name__
        for key in params:
            if key not in self._names:
                raise _core.InputError(
                    f"{key!r} is no parameter of {name}, which has {' '.join(self._names)}"
                )
        type(self)(**{**self.get_params(), **params})  # refuses what makes no law
        for key, value in params.items():
            setattr(self, key, value)
        return self

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._names)
        return f"{type(self).__name__}({shown})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.get_params() == self.get_params()

    __hash__ = None  # type: ignore[assignment]  # it may change


class NetworkLaw(_Law):
    """The law of f(x) = s Σ_j a_j σ(w_j·x + b_j), j ≤ m, before training.

    All a, b and coordinates of w are independent. Theory and practice have the network from here.

    Parameters
    ----------
    width : int
        m, the number of neurons.
    activation : str
        σ: "relu", "relu2", "tanh", "sigmoid", "softplus", "gaussian", "ricker" or "sine".
    output_scale : float
        s > 0. The kernel, and with it every rate, goes as s²m.
    train : str
        The groups of parameters that move: letters of "abw".
    a, w, b : Uniform or Normal
        The laws of the output weights, of each coordinate of the input weights, and of the biases.
        Only `a` and `b` may have a mean.

    Raises
    ------
    InputError
        For a value that makes no network; the message names it.

    Notes
    -----
    It has scikit-learn's `get_params` and `set_params`, so that a search may vary
    ``law__activation``. Equal laws compare equal.
    """

    _names = ("width", "activation", "output_scale", "train", "a", "w", "b")

    def __init__(
        self,
        width: int = 1000,
        activation: str = "relu",
        output_scale: float = 1.0,
        train: str = "abw",
        a: Uniform | Normal = Normal(1.0),  # noqa: B008  # it never changes
        w: Uniform | Normal = Normal(1.0),  # noqa: B008
        b: Uniform | Normal = Normal(1.0),  # noqa: B008
    ) -> None:
        self.width = width
        self.activation = activation
        self.output_scale = output_scale
        self.train = train
        self.a = a
        self.w = w
        self.b = b
        self._core()

    def _core(self) -> _core.Law:
        """Return the library's law."""
        train = self.train
        if (
            not isinstance(train, str)
            or not train
            or not set(train) <= set("abw")
            or len(set(train)) != len(train)
        ):
            _check.refuse("law.train", train, "different letters of abw, at least one")
        return _core.make_law(
            _check.integer("law.width", self.width, 1),
            _check.choice("law.activation", self.activation, _ACTIVATIONS),
            _check.number("law.output_scale", self.output_scale, "a finite number above 0"),
            ("a" in train, "w" in train, "b" in train),
            _arguments("law.a", self.a),
            _arguments("law.w", self.w),
            _arguments("law.b", self.b),
        )


class DeepLaw(_Law):
    """The law of a fully connected network of L hidden layers before training.

    h¹ = σ_w W¹ x/√d + σ_b b¹, h^{l+1} = σ_w W^{l+1} σ(h^l)/√m + σ_b b^{l+1}, f = h^{L+1}; all
    entries of W and b are independent, standard normal, and trained. All layers are infinitely
    wide.

    Parameters
    ----------
    layers : int
        L ≥ 1, the number of hidden layers.
    activation : str
        σ: "relu", "relu2", "tanh", "sigmoid", "softplus", "gaussian", "ricker", "sine", "erf" or
        "gelu" (the exact one, z Φ(z)).
    weight_std : float or sequence of L + 1 floats
        σ_w > 0, of all layers or of each, the output's last.
    bias_std : float or sequence of L + 1 floats
        σ_b ≥ 0, likewise. In the NTK parameterisation 0 is no bias.
    parameterisation : {"ntk", "standard"}
        Which parameters the gradient is taken by: "ntk", those above; "standard", W ~ N(0,
        σ_w²/fan-in) and b ~ N(0, σ_b²), as PyTorch's layers have them. The function is the same.
    width : float or sequence of L floats, optional
        The widths of the hidden layers, for the standard parameterisation only, whose tangent
        kernel grows with them.

    Raises
    ------
    InputError
        For a value that makes no network; the message names it.

    Notes
    -----
    It has scikit-learn's `get_params` and `set_params`. Equal laws compare equal.
    docs/theory.md, section 15.
    """

    _names = ("layers", "activation", "weight_std", "bias_std", "parameterisation", "width")

    def __init__(
        self,
        layers: int = 3,
        activation: str = "relu",
        weight_std: Any = 1.4,
        bias_std: Any = 0.3,
        parameterisation: str = "ntk",
        width: Any = None,
    ) -> None:
        self.layers = layers
        self.activation = activation
        self.weight_std = _kept(weight_std)
        self.bias_std = _kept(bias_std)
        self.parameterisation = parameterisation
        self.width = _kept(width)
        self._core()

    def _core(self) -> _core.DeepLaw:
        """Return the library's law."""
        layers = _check.integer("law.layers", self.layers, 1)
        activation = _check.choice("law.activation", self.activation, _DEEP_ACTIVATIONS)
        names = ("ntk", "standard")
        parameterisation = _check.choice("law.parameterisation", self.parameterisation, names)
        if parameterisation == "ntk" and self.width is not None:
            _check.refuse("law.width", self.width, "None in the NTK parameterisation")
        if parameterisation == "standard" and self.width is None:
            _check.refuse("law.width", None, "given for the standard parameterisation")
        width = np.empty(0) if self.width is None else _each("law.width", self.width, layers)
        return _core.make_deep_law(
            activation,
            _each("law.weight_std", self.weight_std, layers + 1),
            _each("law.bias_std", self.bias_std, layers + 1),
            parameterisation,
            width,
        )


def _kept(value: Any) -> Any:
    """Return an array or a list as a tuple, so that laws compare and do not change unseen."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return tuple(value) if isinstance(value, list) else value


def _each(argument: str, value: object, count: int) -> _check.Floats:
    """Return one number for each layer; a single one is for all of them."""
    if not isinstance(value, tuple):
        return np.full(count, _check.number(argument, value, f"a number, or {count} of them"))
    if len(value) != count:
        _check.refuse(argument, value, f"a number, or {count} of them")
    return np.array([_check.number(f"{argument}[{i}]", item) for i, item in enumerate(value)])


def core_law(law: object) -> _core.Law:
    """Return the library's law of an estimator's; None is NetworkLaw()."""
    if law is None:
        law = NetworkLaw()
    if not isinstance(law, NetworkLaw):
        _check.refuse("law", law, "a NetworkLaw")
    return law._core()


def core_deep_law(law: object) -> _core.DeepLaw:
    """Return the library's law of a deep network; None is DeepLaw()."""
    if law is None:
        law = DeepLaw()
    if not isinstance(law, DeepLaw):
        _check.refuse("law", law, 'a DeepLaw for the model "deep"')
    return law._core()
