"""Deep networks of infinite width against dense NumPy and SciPy, written from the formulas."""

import pickle

import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.special import erf
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks

import fprinciple as fp

X = np.random.default_rng(1).uniform(-1, 1, (12, 3))
Y = np.sin(3 * X[:, 0]) + X[:, 1]
XT = np.random.default_rng(2).uniform(-1, 1, (7, 3))
LAW = fp.DeepLaw(layers=3, activation="relu", weight_std=1.4, bias_std=0.3)


def relu_averages(q, r, c):
    """E[σσ] and E[σ'σ'] by the arc-cosine forms."""
    scale = np.sqrt(np.outer(q, r))
    angle = np.arccos(np.clip(c / scale, -1, 1))
    value = scale * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)
    return value, (np.pi - angle) / (2 * np.pi)


def erf_averages(q, r, c):
    scale = np.sqrt(np.outer(1 + 2 * q, 1 + 2 * r))
    value = 2 / np.pi * np.arcsin(2 * c / scale)
    return value, 4 / np.pi / np.sqrt(scale**2 - 4 * c**2)


def kernels(x, z, averages, weight_std, bias_std, width=None):
    """Σ^{L+1} and Θ^{L+1}; with widths the standard parameterisation's."""
    d = x.shape[1]

    def first(a, b):
        return weight_std[0] ** 2 * a @ b.T / d + bias_std[0] ** 2

    q, r, c = np.diag(first(x, x)), np.diag(first(z, z)), first(x, z)
    theta = c if width is None else x @ z.T + 1
    for layer, (w, b) in enumerate(zip(weight_std[1:], bias_std[1:], strict=True)):
        value, slope = averages(q, r, c)
        q = w**2 * np.diag(averages(q, q, np.outer(np.sqrt(q), np.sqrt(q)))[0]) + b**2
        r = w**2 * np.diag(averages(r, r, np.outer(np.sqrt(r), np.sqrt(r)))[0]) + b**2
        c = w**2 * value + b**2
        own = c if width is None else width[layer] * value + 1
        theta = own + w**2 * theta * slope
    return c, theta


@pytest.mark.parametrize(
    ("activation", "averages"), [("relu", relu_averages), ("erf", erf_averages)]
)
def test_kernels_are_the_recursion(activation, averages):
    stds = {"weight_std": (1.4, 1.1, 0.9, 1.2), "bias_std": (0.3, 0.0, 0.2, 0.1)}
    law = fp.DeepLaw(layers=3, activation=activation, **stds)
    covariance, tangent = kernels(X, XT, averages, **stds)
    np.testing.assert_allclose(fp.nngp_kernel(X, XT, law=law), covariance, rtol=1e-9)
    k = fp.tangent_kernel(X, XT, law=law, model="deep")
    assert k.shape == (12, 7)
    np.testing.assert_allclose(k, tangent, rtol=1e-9)
    widths = (30, 20, 10)
    standard = fp.DeepLaw(
        layers=3, activation=activation, parameterisation="standard", width=widths, **stds
    )
    _, tangent = kernels(X, XT, averages, **stds, width=widths)
    np.testing.assert_allclose(
        fp.tangent_kernel(X, XT, law=standard, model="deep"), tangent, rtol=1e-9
    )
    np.testing.assert_array_equal(
        fp.nngp_kernel(X, XT, law=standard), fp.nngp_kernel(X, XT, law=law)
    )
    square = fp.tangent_kernel(X, law=law, model="deep")
    np.testing.assert_array_equal(square, square.T)
    np.testing.assert_array_equal(square, fp.tangent_kernel(X, X, law=law, model="deep"))


def test_gelu_is_its_definition():
    """One layer, by adaptive quadrature of E[σ(u)σ(v)]."""
    law = fp.DeepLaw(layers=1, activation="gelu", weight_std=1.0, bias_std=0.5)
    x, z = np.array([[0.4, -1.0]]), np.array([[1.0, 0.3]])
    q, r, c = (a[0] @ b[0] / 2 + 0.25 for a, b in ((x, x), (z, z), (x, z)))

    def sigma(s):
        return 0.5 * s * (1 + erf(s / np.sqrt(2)))

    def integrand(g, h):
        u = np.sqrt(q) * g
        v = c / np.sqrt(q) * g + np.sqrt(r - c**2 / q) * h
        return sigma(u) * sigma(v) * np.exp(-(g * g + h * h) / 2) / (2 * np.pi)

    expected = dblquad(integrand, -9, 9, -9, 9, epsabs=1e-10)[0] + 0.25
    assert fp.nngp_kernel(x, z, law=law)[0, 0] == pytest.approx(expected, abs=1e-9)


def test_predictions_over_time_are_the_flow_of_the_kernel():
    t = [0.0, 0.03, 1.0, np.inf]
    theory = fp.LFP(law=LAW, model="deep").fit(X, Y)
    k = fp.tangent_kernel(X, law=LAW, model="deep")
    rates, v = np.linalg.eigh(k)
    to_points = fp.tangent_kernel(XT, X, law=LAW, model="deep") @ v
    expected = [to_points @ (-np.expm1(-rates * s) / rates * (v.T @ Y)) for s in t]
    np.testing.assert_allclose(theory.predict(XT, t=t), expected, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(theory.predict(XT), expected[-1], rtol=1e-7)
    np.testing.assert_allclose(theory.predict(X), Y, rtol=1e-9)
    left = v @ (np.exp(-rates) * (v.T @ Y))
    assert theory.loss(1.0) == pytest.approx(0.5 * left @ left)
    assert theory.loss(0.0) > 10 * theory.loss(1.0) > 0
    np.testing.assert_allclose(theory.rates_, rates, rtol=1e-10)
    assert theory.norm_ == pytest.approx(np.sqrt(Y @ np.linalg.solve(k, Y)))
    ridge = fp.LFP(law=LAW, model="deep", ridge=0.1).fit(X, Y).predict(X)
    np.testing.assert_allclose(ridge, k @ np.linalg.solve(k + 0.1 * np.eye(12), Y), rtol=1e-9)
    two = fp.LFP(law=LAW, model="deep").fit(X, np.column_stack([Y, -2 * Y])).predict(XT, t=[0.5])
    np.testing.assert_allclose(two[..., 1], -2 * two[..., 0], rtol=1e-9)


def test_one_hidden_layer_is_the_two_layer_network():
    deep = fp.DeepLaw(layers=1, activation="tanh", weight_std=(1.5, 0.8), bias_std=(0.3, 0.0))
    law = {
        "width": 1,
        "activation": "tanh",
        "output_scale": 0.8,
        "a": fp.Normal(1.0),
        "w": fp.Normal(1.5 / 3**0.5),
        "b": fp.Normal(0.3),
    }
    part = {g: fp.tangent_kernel(X, XT, law=fp.NetworkLaw(train=g, **law)) for g in "awb"}
    ntk = part["a"] + 1.5**2 / 3 * part["w"] + 0.3**2 * part["b"]
    np.testing.assert_allclose(fp.nngp_kernel(X, XT, law=deep), part["a"], rtol=1e-10)
    np.testing.assert_allclose(fp.tangent_kernel(X, XT, law=deep, model="deep"), ntk, rtol=1e-10)


def test_a_law_is_a_value():
    assert fp.DeepLaw(layers=1, weight_std=[1.0, 2.0]) == fp.DeepLaw(
        layers=1, weight_std=np.array([1.0, 2.0])
    )
    assert fp.DeepLaw(layers=2) != fp.DeepLaw(layers=3)
    assert fp.DeepLaw() != fp.NetworkLaw()
    assert repr(fp.DeepLaw(bias_std=[0.1, 0.2, 0.3, 0.4])) == (
        "DeepLaw(layers=3, activation='relu', weight_std=1.4, bias_std=(0.1, 0.2, 0.3, 0.4), "
        "parameterisation='ntk', width=None)"
    )
    assert pickle.loads(pickle.dumps(LAW)) == LAW
    theory = fp.LFP(law=fp.DeepLaw(layers=1, weight_std=[1.0, 2.0]), model="deep")
    assert clone(theory).law == theory.law
    assert clone(theory).law is not theory.law
    expected = theory.fit(X, Y).predict(XT)
    theory.set_params(law__activation="gelu")
    np.testing.assert_array_equal(theory.predict(XT), expected)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(theory)).predict(XT), expected)
    assert np.abs(theory.fit(X, Y).predict(XT) - expected).max() > 1e-3


def test_scikit_learn_searches_over_depth():
    search = GridSearchCV(
        fp.LFP(law=fp.DeepLaw(), model="deep", ridge=1e-3),
        {"law__layers": [1, 4], "law__activation": ["relu", "erf", "gelu"]},
        cv=3,
    ).fit(X, Y)
    scores = search.cv_results_["mean_test_score"]
    assert np.isfinite(scores).all()
    assert len(set(scores)) == 6


def test_the_covariance_is_that_of_networks_before_training():
    """With one hidden layer at any width: 20,000 networks of 32 neurons, within 4 standard errors."""
    random = np.random.default_rng(3)
    networks, width = 20_000, 32
    law = fp.DeepLaw(layers=1, weight_std=(1.4, 0.8), bias_std=(0.3, 0.2))
    w = random.standard_normal((networks, width, 3))
    b = random.standard_normal((networks, width, 1))
    hidden = np.maximum(1.4 / 3**0.5 * w @ X[:3].T + 0.3 * b, 0)
    readout = random.standard_normal((networks, 1, width))
    bias = random.standard_normal((networks, 1))
    f = 0.8 / width**0.5 * (readout @ hidden)[:, 0] + 0.2 * bias
    products = f[:, :, None] * f[:, None, :]
    error = products.std(axis=0) / networks**0.5
    k = fp.nngp_kernel(X[:3], law=law)
    assert (np.abs(products.mean(axis=0) - k) < 4 * error).all()
    assert (error < 0.05 * np.diag(k)).all()


@parametrize_with_checks(
    [fp.LFP(model="deep", ridge=1e-3)],
    expected_failed_checks=lambda _: {"check_fit1d": "X of shape (n,) is n points on the line"},
)
def test_scikit_learn_finds_an_estimator(estimator, check):
    check(estimator)
