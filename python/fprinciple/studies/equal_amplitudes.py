"""Three sines of equal amplitudes, learnt one after another (arXiv 1901.06523)."""

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import measure
from ._frame import Outcome, Published, Study

if TYPE_CHECKING:
    import xarray as xr

_WAVES = np.array([1, 3, 5])
_SIZES = (1, 200, 200, 200, 100, 1)
_EVERY = 10  # epochs


def train(seed: int, full: bool, epochs: int | None = None) -> Outcome:
    """Train one network; Δ of the three frequencies every 10 epochs.

    Full-batch Adam on the mean of (f − y)², one thread, single precision.
    """
    import torch

    torch.set_num_threads(1)
    random = torch.Generator().manual_seed(seed)
    layers: list[torch.nn.Module] = []
    for inputs, outputs in itertools.pairwise(_SIZES):
        linear = torch.nn.Linear(inputs, outputs)
        for parameter in linear.parameters():
            torch.nn.init.normal_(parameter, std=math.sqrt(1 / 200), generator=random)
        layers += [linear, torch.nn.Tanh()]
    net = torch.nn.Sequential(*layers[:-1])
    x = torch.linspace(-math.pi, math.pi, 600)[:, None]
    y = torch.sin(x * torch.from_numpy(_WAVES)).sum(1, keepdim=True).float()
    descent = torch.optim.Adam(net.parameters(), lr=1e-4)
    recorder = measure.Recorder(x, y, most=2000)
    last = epochs if epochs is not None else 10_000 if full else 3_000
    for epoch in range(last + 1):
        f = net(x)
        if epoch % _EVERY == 0:
            recorder(epoch, f)
        descent.zero_grad()
        torch.nn.functional.mse_loss(f, y).backward()
        descent.step()
    kept = recorder.dataset()
    arrays = [kept[name].to_numpy() for name in ("x", "y", "f", "t")]
    measured = measure.measure(*arrays[:3], t=arrays[3], frequency=_WAVES / (2 * math.pi))
    times = measured["crossing_time"].to_numpy()
    numbers = {f"crossing_{k}": float(t) for k, t in zip(_WAVES, times, strict=True)}
    numbers["order"] = float(measured["crossing_order"])
    return Outcome(numbers, measured)


def _draw(measured: "xr.Dataset") -> Any:
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    t = measured["t"].to_numpy()
    for k, delta in zip(_WAVES, measured["delta"].to_numpy().T, strict=True):
        axes.plot(t[1:], delta[1:], label=f"sin {k}x" if k > 1 else "sin x")
    axes.axhline(measured.attrs["threshold"], color="black", lw=0.6, ls=":")
    axes.set(xscale="log", yscale="log", xlabel="epoch", ylabel="relative error Δ")
    axes.legend()
    return axes


STUDY = Study(
    name="equal_amplitudes",
    title="Three sines of equal amplitudes",
    source="Xu, Zhang, Luo, Xiao, Ma, arXiv 1901.06523, the authors' stored notebook",
    setting="sin x + sin 3x + sin 5x at 600 equispaced points of [−π, π]; tanh network "
    "1-200-200-200-100-1, all parameters normal with variance 1/200; full-batch Adam, step 1e-4. "
    "A frequency is learnt from the epoch on at which Δ = |f̂ − ŷ|/|ŷ| stays below 0.1.",
    published=(
        Published("crossing_3", "epoch at which sin 3x is learnt", "≈ 750", 562.5, 937.5),
        Published("crossing_5", "epoch at which sin 5x is learnt", "≈ 1,950", 1462.5, 2437.5),
        Published("order", "order of the crossings (Kendall's τ)", "1", 1.0, 1.0),
    ),
    train=train,
    draw=_draw,
)
