"""WideNetwork against formulas, and beside its theory."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

import fprinciple as fp

LAW = fp.NetworkLaw(width=2000, output_scale=0.02, a=fp.Normal(1.0))
X = np.random.default_rng(1).uniform(-1, 1, (8, 2))
Y = np.sin(3 * X[:, 0]) + X[:, 1]
XT = np.random.default_rng(2).uniform(-1, 1, (6, 2))


@pytest.fixture(scope="module")
def net():
    return fp.WideNetwork(law=LAW, stop={"loss": 1e-8}).fit(X, Y)


def outputs(weights, x):
    return LAW.output_scale * np.maximum(x @ weights.w.T + weights.b, 0) @ weights.a


def test_predictions_are_the_sum_over_neurons(net):
    np.testing.assert_allclose(net.predict(XT), outputs(net.weights_, XT), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(net.predict(X), Y, atol=2e-4)
    assert net.stopped_by_ == "loss"
    assert net.loss_[-1] <= 1e-8 < net.loss_[-2]
    assert net.loss_[0] == pytest.approx(0.5 * Y @ Y)
    assert net.t_[0] == 0
    assert (np.diff(net.t_) > 0).all()


def test_the_first_weights_are_those_of_the_seed(net):
    drawn = fp.Weights.draw(LAW, 2, seed=1)
    np.testing.assert_array_equal(net.start_.w, drawn.w)
    other = fp.WideNetwork(law=LAW, seed=2, stop={"steps": 1}).fit(X, Y)
    assert (other.start_.w != drawn.w).any()
    given = fp.WideNetwork(law=LAW, start=drawn, stop={"loss": 1e-8}).fit(X, Y)
    np.testing.assert_array_equal(given.weights_.w, net.weights_.w)


def test_a_step_of_descent_is_a_step_down_the_gradient():
    step = 1e-3
    net = fp.WideNetwork(law=LAW, method="gd", step=step, stop={"steps": 1}).fit(X, Y)
    first = net.start_
    z = X @ first.w.T + first.b
    residual = outputs(first, X) - Y
    back = LAW.output_scale * (z > 0) * first.a * residual[:, np.newaxis]
    gradient = LAW.output_scale * np.maximum(z, 0).T @ residual
    np.testing.assert_allclose(net.weights_.a, first.a - step * gradient, rtol=1e-9)
    np.testing.assert_allclose(net.weights_.w, first.w - step * back.T @ X, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(net.weights_.b, first.b - step * back.sum(0), rtol=1e-9, atol=1e-12)
    assert np.abs(net.weights_.a - first.a).max() > 1e-6
    assert net.t_[-1] == step


@pytest.mark.parametrize("method", ["momentum", "adam", "sgd"])
def test_the_other_methods_learn(method):
    # Adam's step is that of every weight, whatever the gradient.
    step = 1e-3 if method == "adam" else 0.05
    net = fp.WideNetwork(law=LAW, method=method, step=step, batch=4, stop={"steps": 300}).fit(X, Y)
    assert net.n_steps_ == 300
    assert net.loss_[-1] < 0.1 * net.loss_[0]


def test_a_trajectory_is_the_training(net):
    whole = net.trajectory(XT)
    assert whole.shape == (len(net.t_), 6)
    np.testing.assert_allclose(whole[0], outputs(net.start_, XT), atol=1e-12)
    np.testing.assert_allclose(whole[-1], net.predict(XT), rtol=1e-12)
    middle = net.t_[30]
    np.testing.assert_allclose(net.trajectory(XT, t=middle), whole[30], rtol=1e-9, atol=1e-12)
    assert net.trajectory(XT, t=[middle, 0.0]).shape == (2, 6)
    losses = 0.5 * ((net.trajectory(X) - Y) ** 2).sum(1)
    np.testing.assert_allclose(losses, net.loss_, rtol=1e-6, atol=1e-12)
    with pytest.raises(fp.InputError, match="the end of the training"):
        net.trajectory(XT, t=2 * net.t_[-1])


def test_a_wide_network_follows_its_theory(net):
    theory = fp.LFP(law=LAW).fit(X, Y)
    data = fp.compare(theory, net, XT)
    moved = np.abs(data.f_nn[-1] - data.f_nn[0]).max()
    assert data.rmse.max() < 0.05 * moved
    one = data.sel(t=net.t_[20] * 1.0001, method="nearest")
    np.testing.assert_array_equal(one.f_nn, net.trajectory(XT)[20])
    np.testing.assert_allclose(data.f_lfp_limit, theory.predict(XT), rtol=1e-6, atol=1e-9)
    linearised = fp.LFP(law=LAW, model="linearised", network=net.start_).fit(X, Y)
    assert fp.compare(linearised, net, XT).rmse.max() < data.rmse.max()
    narrow = fp.LFP(law=fp.NetworkLaw(output_scale=0.02, width=20)).fit(X, Y)
    # A theory of another network does not.
    assert fp.compare(narrow, net, XT).rmse.max() > 0.2 * moved


def test_a_network_that_does_not_start_at_zero_is_compared_from_its_start():
    law = fp.NetworkLaw(width=4000, output_scale=0.015)
    net = fp.WideNetwork(law=law, antisymmetric=False, stop={"loss": 1e-6}).fit(X, Y)
    data = fp.compare(fp.LFP(law=law).fit(X, Y), net, XT)
    assert np.abs(data.f_nn[0]).max() > 0.1
    np.testing.assert_allclose(data.f_lfp[0], data.f_nn[0], rtol=1e-9)
    assert data.rmse.max() < 0.1 * np.abs(data.f_nn[-1] - data.f_nn[0]).max()


def test_the_ladder_goes_from_the_network_to_lfp2019(net):
    rows = fp.ladder(fp.LFP(law=LAW).fit(X, Y), net, XT)
    assert rows.rung.tolist() == ["nonlinearity", "finite_width", "zero_frequency", "divergence"]
    assert (rows.rmse_max >= rows.rmse).all()
    assert (rows.rmse > 0).all()
    complete = fp.LFP(law=LAW).fit(X, Y).predict(XT)
    flat = fp.LFP(law=LAW, model="lfp2020").fit(X, Y).predict(XT)
    assert rows.rmse_limit[2] == pytest.approx(np.sqrt(np.mean((complete - flat) ** 2)), rel=1e-4)


def test_networks_are_values(net):
    again = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(again.trajectory(XT), net.trajectory(XT))
    assert clone(net).law == net.law


def test_steps_of_others_are_times_of_ours():
    assert fp.time(100, 0.1) == pytest.approx(10)
    assert fp.time(100, 0.1, loss="sum") == pytest.approx(20)
    assert fp.time(100, 0.1, loss="half_mean", samples=5, outputs=2) == pytest.approx(1)
    assert fp.time(100, 0.1, loss="mean", samples=5, momentum=0.9) == pytest.approx(40)
    for arguments, message in (
        ({"steps": -1, "lr": 1}, "steps is -1.0, but must be a finite number >= 0"),
        ({"steps": 1, "lr": "x"}, "lr is 'x', but must be a number"),
        ({"steps": 1, "lr": 1, "momentum": 1}, r"momentum is 1.0, but must be in \[0, 1\)"),
        ({"steps": 1, "lr": 1, "loss": "mse"}, "loss is 'mse', but must be one of half_sum sum"),
    ):
        with pytest.raises(fp.InputError, match=message):
            fp.time(**arguments)


class Linear:
    """What a torch.nn.Linear is to us."""

    def __init__(self, weight, bias):
        self.weight, self.bias = np.asarray(weight), None if bias is None else np.asarray(bias)


class Module:
    def __init__(self, *layers):
        self.layers = layers

    def modules(self):
        return iter([self, *self.layers])


def test_weights_come_from_other_libraries():
    w, b, a = np.arange(6.0).reshape(3, 2), np.ones(3), np.array([1.0, -2.0, 3.0])
    from_torch = fp.Weights.from_torch(Module(Linear(w, b), Linear(a[np.newaxis], None)))
    flax = {
        "Dense_0": {"kernel": w.T, "bias": b},
        "Dense_1": {"kernel": a[:, np.newaxis], "bias": np.zeros(1)},
    }
    stax = [(w.T, b), (), (a[:, np.newaxis], np.zeros(1))]
    for found in (from_torch, fp.Weights.from_jax(flax), fp.Weights.from_jax(stax)):
        np.testing.assert_array_equal(found.w, w)
        np.testing.assert_array_equal(found.a, a)
        np.testing.assert_array_equal(found.b, b)
    with pytest.raises(fp.InputError, match="the readout's bias is not 0"):
        fp.Weights.from_torch(Module(Linear(w, b), Linear(a[np.newaxis], [1.0])))
    with pytest.raises(fp.InputError, match="module has 1 Linear layers, but must have 2"):
        fp.Weights.from_torch(Module(Linear(w, b)))
    with pytest.raises(fp.InputError, match=r"params has \(2, 3\), but must have"):
        fp.Weights.from_jax([w.T])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"method": "newton"}, "method is 'newton', but must be one of flow gd momentum adam sgd"),
        ({"method": "gd"}, "step is None, but must be a number above 0"),
        ({"step": 0.1}, "step is 0.1, but must be None with the flow"),
        ({"stop": {}}, "stop is {}, but must be a dict with some of loss time steps gradient_norm"),
        ({"stop": 3}, "stop is 3, but must be a dict with some of loss time steps gradient_norm"),
        ({"stop": {"steps": 0}}, "stop['steps'] is 0, but must be a whole number, at least 1"),
        ({"seed": -1}, "seed is -1, but must be a whole number, at least 0"),
        ({"start": 1}, "start is 1, but must be Weights, or None"),
        ({"tolerance": "x"}, "tolerance is 'x', but must be a number"),
        (
            {"method": "gd", "step": 0.1, "precision": "half"},
            "precision is 'half', but must be one of double single",
        ),
    ],
)
def test_a_wrong_training_says_what_is_wrong(parameters, message):
    with pytest.raises(fp.InputError) as caught:
        fp.WideNetwork(**parameters).fit(X, Y)
    assert str(caught.value) == message


def test_a_step_that_is_too_large_is_told_with_advice():
    with pytest.raises(fp.RunError, match="largest stable one is about"):
        fp.WideNetwork(law=LAW, method="gd", step=1e3, stop={"steps": 100}).fit(X, Y)


SMALL = fp.NetworkLaw(width=200, output_scale=0.1)


def not_scikit_learns(_):
    return {"check_fit1d": "X of shape (n,) is n points on the line"}


@parametrize_with_checks(
    [fp.WideNetwork(law=SMALL, stop={"steps": 20, "loss": 1e-3})],
    expected_failed_checks=not_scikit_learns,
)
def test_scikit_learn_finds_an_estimator(estimator, check):
    check(estimator)
