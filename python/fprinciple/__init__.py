"""The linear frequency principle of wide neural networks.

>>> import fprinciple as fp
>>> theory = fp.LFP(law=fp.NetworkLaw(width=1000), model="complete")
>>> theory.fit([[-1.0], [0.0], [1.0]], [0.0, 1.0, 0.0]).predict([[0.0]]).round(6)
array([1.])

What is wrong with an argument raises `InputError`, a `ValueError`; what fails on valid input
raises `RunError`, a `RuntimeError`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._core import InputError, RunError, __version__

if TYPE_CHECKING:
    from . import measure, plot
    from .comparison import compare, ladder
    from .conventions import time
    from .experiments import Result, run
    from .generalisation import Bounds, bounds
    from .kernels import nngp_kernel, tangent_kernel
    from .laws import DeepLaw, NetworkLaw, Normal, Uniform
    from .lfp import LFP
    from .network import WideNetwork
    from .sweeps import sweep
    from .weights import Weights

# Where each name is; nothing is imported before it is used.
_HOME = {
    "Bounds": "generalisation",
    "DeepLaw": "laws",
    "LFP": "lfp",
    "NetworkLaw": "laws",
    "Normal": "laws",
    "Result": "experiments",
    "Uniform": "laws",
    "Weights": "weights",
    "WideNetwork": "network",
    "bounds": "generalisation",
    "compare": "comparison",
    "ladder": "comparison",
    "nngp_kernel": "kernels",
    "run": "experiments",
    "sweep": "sweeps",
    "tangent_kernel": "kernels",
    "time": "conventions",
}

__all__ = [
    "Bounds",
    "DeepLaw",
    "InputError",
    "LFP",
    "NetworkLaw",
    "Normal",
    "Result",
    "RunError",
    "Uniform",
    "Weights",
    "WideNetwork",
    "__version__",
    "bounds",
    "compare",
    "ladder",
    "measure",
    "nngp_kernel",
    "plot",
    "run",
    "sweep",
    "tangent_kernel",
    "time",
]


def __getattr__(name: str) -> Any:
    if name in ("measure", "plot"):
        return import_module(f".{name}", __name__)
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
