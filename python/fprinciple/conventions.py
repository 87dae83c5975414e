"""How other people's training is ours."""

from . import _check


def time(
    steps: float,
    lr: float,
    *,
    loss: str = "half_sum",
    samples: int = 1,
    outputs: int = 1,
    momentum: float = 0.0,
) -> float:
    """Return the time t of the flow of ½ Σ (f − y)² after steps of gradient descent.

    Parameters
    ----------
    steps : float
        k, the number of steps.
    lr : float
        The learning rate.
    loss : {"half_sum", "sum", "half_mean", "mean"}
        What was descended: ½ Σ (f − y)² or Σ (f − y)² over samples and outputs, or their means.
        "mean" is PyTorch's MSELoss, "half_mean" neural-tangents' loss.
    samples, outputs : int
        n and k, which a mean divides by.
    momentum : float
        β in [0, 1): v ← β v + g multiplies the time by 1/(1 − β).

    Returns
    -------
    float
        t, where `LFP.predict(X, t=t)` is to be held against the network.

    Examples
    --------
    >>> import fprinciple as fp
    >>> fp.time(1000, 0.01, loss="mean", samples=5)
    4.0
    """
    _check.choice("loss", loss, ("half_sum", "sum", "half_mean", "mean"))
    k = _check.number("steps", steps)
    rate = _check.number("lr", lr)
    beta = _check.number("momentum", momentum)
    for name, value in (("steps", k), ("lr", rate)):
        if not 0.0 <= value < float("inf"):
            _check.refuse(name, value, "a finite number >= 0")
    if not 0.0 <= beta < 1.0:
        _check.refuse("momentum", beta, "in [0, 1)")
    share = 1.0 if loss.startswith("half") else 2.0
    if loss.endswith("mean"):
        share /= _check.integer("samples", samples, 1) * _check.integer("outputs", outputs, 1)
    return k * rate * share / (1.0 - beta)
