from typing import Any

import numpy as np
from numpy.typing import NDArray

__version__: str

class RunError(RuntimeError): ...
class InputError(ValueError): ...

Floats = NDArray[np.float64]
Distribution = tuple[str, float]
Start = tuple[Floats, Floats, Floats]

class Law:
    @property
    def width(self) -> int: ...

def make_law(
    width: int,
    activation: str,
    output_scale: float,
    train: tuple[bool, bool, bool],
    a: Distribution,
    w: Distribution,
    b: Distribution,
) -> Law: ...

class Solution:
    def at(self, points: Floats, t: Floats, /) -> Floats: ...
    def loss(self, t: Floats, /) -> Floats: ...
    def rates(self) -> Floats: ...
    def norm(self) -> float: ...

def solve(
    law: Law,
    model: str,
    x: Floats,
    y: Floats,
    ridge: float,
    lattice: tuple[float, int, float] | None,
    start: Start | None,
) -> Solution: ...

class DeepLaw: ...

def make_deep_law(
    activation: str, weight_std: Floats, bias_std: Floats, parameterisation: str, width: Floats
) -> DeepLaw: ...
def solve_deep(law: DeepLaw, x: Floats, y: Floats, ridge: float) -> Solution: ...
def deep_tangent_kernel(law: DeepLaw, x: Floats, z: Floats, /) -> Floats: ...
def deep_covariance(law: DeepLaw, x: Floats, z: Floats, /) -> Floats: ...
def complete_kernel(law: Law, x: Floats, z: Floats, /) -> Floats: ...
def weights_kernel(law: Law, weights: Start, x: Floats, z: Floats | None) -> Floats: ...
def draw_weights(law: Law, dim: int, seed: int, antisymmetric: bool) -> Start: ...
def outputs(law: Law, weights: Start, points: Floats) -> Floats: ...
def train(
    law: Law,
    weights: Start,
    x: Floats,
    y: Floats,
    method: str,
    descent: tuple[float, str, float, int, int],
    tolerance: float,
    stop: tuple[float | None, float | None, int | None, float | None],
    points: Floats,
    times: list[float],
    count: int,
) -> dict[str, Any]: ...
def run(
    file: str, text: str | None, edits: list[tuple[str, str]], directory: str | None
) -> str: ...

class Recording:
    @property
    def dim(self) -> int: ...

def recording(x: Floats, y: Floats, t: Floats, f: Floats, weight: Floats | None) -> Recording: ...
def measure_projection(
    recording: Recording, direction: Floats | None, frequency: Floats | None
) -> dict[str, Any]: ...
def measure_filtering(recording: Recording, delta: Floats | None) -> dict[str, Any]: ...
def measure_kernel_modes(recording: Recording, kernel: Floats, count: int) -> dict[str, Any]: ...
def measure_all(
    recording: Recording,
    direction: Floats | None,
    frequency: Floats | None,
    delta: Floats | None,
    threshold: float,
    cut: float | None,
    kernel: float | None,
    modes: int,
    resamples: int,
    seed: int,
) -> dict[str, Any]: ...
def crossing_times(t: Floats, delta: Floats, threshold: float) -> Floats: ...
def present(target_energy: Floats, floor: float) -> NDArray[np.bool_]: ...
def kendall_tau(a: Floats, b: Floats) -> float: ...
def spectral_bias(
    frequency: Floats, residual_energy: Floats, target_energy: Floats, cut: float | None
) -> dict[str, Any]: ...
