"""The law of a wide two-layer network before training."""

from typing import Any

from . import _check, _core

_ACTIVATIONS = ("relu", "relu2", "tanh", "sigmoid", "softplus", "gaussian", "ricker", "sine")


class _Distribution:
    """The law of one coordinate of a parameter."""

    _kind: str
    __slots__ = ("_scale",)

    def __init__(self, scale: float) -> None:
        self._scale = scale = _check.number(f"scale of {type(self).__name__}", scale)
        if not 0.0 <= scale < float("inf"):
            _check.refuse(f"scale of {type(self).__name__}", scale, "a finite number >= 0")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._scale:g})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._scale == self._scale

    def __hash__(self) -> int:
        return hash((self._kind, self._scale))


class Uniform(_Distribution):
    """U(−bound, bound)."""

    _kind = "uniform"
    __slots__ = ()

    def __init__(self, bound: float) -> None:
        super().__init__(bound)

    @property
    def bound(self) -> float:
        """Half the width of the interval."""
        return self._scale


class Normal(_Distribution):
    """N(0, std²)."""

    _kind = "normal"
    __slots__ = ()

    def __init__(self, std: float) -> None:
        super().__init__(std)

    @property
    def std(self) -> float:
        """The standard deviation."""
        return self._scale


def _arguments(argument: str, law: object) -> tuple[str, float]:
    if not isinstance(law, (Uniform, Normal)):
        _check.refuse(argument, law, "Uniform(bound) or Normal(std)")
    return law._kind, law._scale


class NetworkLaw:
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

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name, as scikit-learn asks for them."""
        return {name: getattr(self, name) for name in self._names}

    def set_params(self, **params: Any) -> "NetworkLaw":
        """Set parameters by name; on an error nothing is set."""
        for name in params:
            if name not in self._names:
                raise _core.InputError(
                    f"{name!r} is no parameter of NetworkLaw, which has {' '.join(self._names)}"
                )
        NetworkLaw(**{**self.get_params(), **params})  # refuses what makes no law
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._names)
        return f"NetworkLaw({shown})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NetworkLaw) and other.get_params() == self.get_params()

    __hash__ = None  # type: ignore[assignment]  # it may change


def core_law(law: object) -> _core.Law:
    """Return the library's law of an estimator's; None is NetworkLaw()."""
    if law is None:
        law = NetworkLaw()
    if not isinstance(law, NetworkLaw):
        _check.refuse("law", law, "a NetworkLaw")
    return law._core()
