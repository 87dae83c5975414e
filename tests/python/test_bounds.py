"""Bounds: the command's numbers for waves, and true for functions that are sampled."""

from pathlib import Path

import numpy as np
import pytest

import fprinciple as fp

FILE = Path(__file__).resolve().parents[2] / "experiments" / "bounds.toml"
LAW = fp.NetworkLaw(width=4000, a=fp.Uniform(0.1), w=fp.Uniform(3.0), b=fp.Uniform(3.0))
SINE = {"kind": "sine", "frequency": [3.0]}
RNG = np.random.default_rng(5)
X = RNG.uniform(0.0, 1.0, (30, 1))


def sine(points):
    return np.sin(6.0 * np.pi * points[:, 0])


def square(points):
    return np.sign(np.sin(2.0 * np.pi * points[:, 0] + 1.0))


def bump(points):
    """Smooth, but on no lattice."""
    return np.exp(np.cos(2.0 * np.pi * points[:, 0])) * np.abs(np.sin(np.pi * points[:, 0])) ** 3


def fitted(target, x=X, modes=60, **how):
    lattice = {"box": 1.0, "modes": modes}
    return fp.LFP(law=LAW, model="lfp2019", lattice=lattice, **how).fit(x, target(x))


def test_the_numbers_are_the_commands(tmp_path):
    less = {"train.stop": {"steps": 3}, "lfp.ladder": False, "lfp.check": False, "grid.count": 20}
    run = fp.run(FILE, directory=tmp_path / "run", **less)
    theirs = run.summary["bounds"]
    x = run.dataset.x_train.to_numpy()
    y = run.dataset.y_train.to_numpy()
    lattice = {"box": 1.0, "modes": 1000}
    theory = fp.LFP(law=LAW, model="lfp2019", lattice=lattice).fit(x, y)
    net = fp.WideNetwork(law=LAW, stop={"steps": 3}, tolerance=1e-5).fit(x, y)
    at = run.dataset.x_grid.to_numpy()
    ours = fp.bounds(theory, SINE, range=[0.0, 1.0], X=at, net=net)
    for name, value in theirs.items():
        if not name.startswith("measured_nn"):
            assert getattr(ours, name) == value, name
    assert ours.measured_nn == pytest.approx(theirs["measured_nn"], rel=1e-6)
    np.testing.assert_array_equal(ours.at, run.dataset.power_function)
    assert (ours.beyond, ours.fp_norm_error) == (0.0, 0.0)

    sampled = fp.bounds(theory, sine, range=[0.0, 1.0])
    for name, value in theirs.items():
        if name not in ("tightness", "note", "measured_nn", "measured_nn_l2"):
            assert getattr(sampled, name) == pytest.approx(value, rel=1e-6, abs=1e-9), name
    assert sampled.note == ""
    assert sampled.beyond < 1e-12
    assert sampled.fp_norm_error < 1e-9
    assert sampled.at is None
    assert sampled.measured_nn is None


@pytest.mark.parametrize("ridge", [0.0, 1e-3])
@pytest.mark.parametrize("target", [bump, square])
def test_bounds_of_a_sampled_function_hold(target, ridge):
    theory = fitted(target, ridge=ridge)
    at = RNG.uniform(0.0, 1.0, (500, 1))
    b = fp.bounds(theory, target, range=[0.0, 1.0], X=at)
    error = np.abs(target(at) - theory.predict(at))
    assert (error <= b.at * (1.0 + 1e-9) + 1e-12).all()
    assert error.max() > 1e-3  # there is something to bound
    assert b.measured_lfp <= b.power_function
    assert b.measured_lfp_l2 <= b.radius
    assert b.measured_lfp <= b.sharper <= b.published
    assert b.beyond > 0.0
    assert "is added to each bound" in b.note
    # The square wave's norm is infinite, the other's is not.
    assert (b.fp_norm_error > 0.05) == (target is square)
    assert ("may be much larger, or infinite" in b.note) == (target is square)
    assert b.tightness["radius"] == b.radius / b.measured_lfp_l2


def test_a_sampled_function_in_the_plane_is_the_waves():
    waves = {
        "kind": "waves",
        "waves": [
            {"frequency": [1.0, 2.0], "amplitude": 0.5, "phase": 0.7},
            {"frequency": [0.0, 1.0]},
        ],
    }

    def target(points):
        one = 0.5 * np.sin(2.0 * np.pi * points @ [1.0, 2.0] + 0.7)
        return one + np.sin(2.0 * np.pi * points[:, 1])

    x = RNG.uniform(-0.3, 0.7, (25, 2))  # the box does not begin at 0
    theory = fitted(target, x, modes=6)
    place = [[-0.3, 0.7], [-0.3, 0.7]]
    exact = fp.bounds(theory, waves, range=place)
    sampled = fp.bounds(theory, target, range=place)
    for name in ("fp_norm", "rho", "published", "power_function", "radius", "measured_lfp_l2"):
        assert getattr(sampled, name) == pytest.approx(getattr(exact, name), rel=1e-7), name
    assert exact.radius >= exact.measured_lfp_l2 > 0.0
    assert exact.note == ""
    assert "are not" in fp.bounds(theory, waves).note  # nobody says where the samples are from


def test_an_infinite_norm_bounds_nothing():
    theory = fitted(square)
    x = theory._x
    kind = {"kind": "square", "frequency": [1.0]}
    theory = theory.fit(x, np.sign(np.sin(2.0 * np.pi * x[:, 0])))
    b = fp.bounds(theory, kind, X=[0.1, 0.2])
    assert (b.fp_norm, b.published, b.at) == (None, None, None)
    assert b.tightness["radius"] is None
    assert b.measured_lfp > 0.0
    assert "square wave is infinite" in b.note


def test_what_a_function_raises_is_raised():
    def broken(points):
        raise ZeroDivisionError("in the target")

    with pytest.raises(ZeroDivisionError, match="in the target"):
        fp.bounds(fitted(sine), broken)


THEORY = fitted(sine, modes=20)
WRONG = [
    (lambda: fp.bounds(3, sine), "theory is 'int', but must be an LFP"),
    (lambda: fp.bounds(fp.LFP().fit(X, X), sine), "theory must be of the model 'lfp2019', on a"),
    (lambda: fp.bounds(fitted(lambda x: x), sine), "theory is fitted to y of shape (30, 1)"),
    (
        lambda: fp.bounds(THEORY, 3),
        "target is 3, but must be a function of points (N, d), or a dict",
    ),
    (lambda: fp.bounds(THEORY, sine, delta=1.0), "delta is 1.0, but must be between 0 and 1"),
    (lambda: fp.bounds(THEORY, sine, range=[0, 0.5]), "but must be where all samples are"),
    (
        lambda: fp.bounds(THEORY, sine, range=[[0, 1]] * 2),
        "range has shape (2, 2), but must be (1, 2)",
    ),
    (lambda: fp.bounds(THEORY, sine, range=[1, 0]), "but must be least and largest coordinates"),
    (lambda: fp.bounds(THEORY, sine, net=3), "net is 'int', but must be a WideNetwork"),
    (
        lambda: fp.bounds(THEORY, {"kind": "sin"}),
        "target['kind'] is 'sin', but must be one of sine",
    ),
    (lambda: fp.bounds(THEORY, {"kind": "sine"}), "but must be a dict with frequency and kind"),
    (
        lambda: fp.bounds(THEORY, {"kind": "sine", "frequency": [1.0, 2.0]}),
        "target['frequency'] has shape (2,), but must be (1,)",
    ),
    (
        lambda: fp.bounds(THEORY, {"kind": "waves", "waves": [{"amplitude": 1.0}]}),
        "target['waves'][0] is {'amplitude': 1.0}, but must be a dict with frequency",
    ),
    (
        lambda: fp.bounds(THEORY, {"kind": "sine", "frequency": [20.0]}),
        "the frequency (20) is not on the lattice",
    ),
    (
        lambda: fp.bounds(THEORY, lambda points: points[:3, 0]),
        "target(X) has shape (3,) for X of shape (39, 1), but must be (39,)",
    ),
    (lambda: fp.bounds(THEORY, bump), "the samples are off the target by up to"),
    (lambda: fp.bounds(THEORY, {"kind": "sine", "frequency": [2.0]}), "the samples are off the"),
]


@pytest.mark.parametrize("call, message", WRONG, ids=[message[:40] for _, message in WRONG])
def test_wrong_calls_say_what_is_wrong(call, message):
    with pytest.raises(fp.InputError) as caught:
        call()
    assert message in str(caught.value)
