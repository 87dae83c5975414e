"""LFP and tangent_kernel against dense NumPy, written from the formulas."""

import pickle
import threading

import numpy as np
import pytest
from scipy.interpolate import CubicSpline, RBFInterpolator, make_smoothing_spline
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.kernel_ridge import KernelRidge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import fprinciple as fp

LAW = fp.NetworkLaw(
    width=400, output_scale=0.1, a=fp.Normal(0.5), w=fp.Normal(1.2), b=fp.Normal(0.7)
)
X = np.random.default_rng(1).uniform(-1, 1, (12, 3))
Y = np.sin(3 * X[:, 0]) + X[:, 1]
XT = np.random.default_rng(2).uniform(-1, 1, (7, 3))


def arc_cosine(x, z, law):
    """K = s²m (E[σσ'] + E[a²](1 + x·z) E[σ'σ'']) for ReLU, normal w and b."""
    sw, sb, sa = law.w.std, law.b.std, law.a.std
    inner = sw**2 * x @ z.T + sb**2
    nx = np.sqrt(sw**2 * (x**2).sum(1) + sb**2)
    nz = np.sqrt(sw**2 * (z**2).sum(1) + sb**2)
    scale = np.outer(nx, nz)
    angle = np.arccos(np.clip(inner / scale, -1, 1))
    value = scale * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)
    derivative = (np.pi - angle) / (2 * np.pi)
    return law.output_scale**2 * law.width * (value + sa**2 * (1 + x @ z.T) * derivative)


def flow(k, k_points, y, t):
    """f(x, t) = k(x, X) K^{-1} (1 − e^{−Kt}) y."""
    rates, v = np.linalg.eigh(k)
    return np.array([k_points @ v @ (-np.expm1(-rates * s) / rates * (v.T @ y)) for s in t])


def test_the_band_is_what_the_mean_makes_of_random_starts():
    times = np.array([0.0, 1e-3, 1e-2, 1.0, np.inf])
    theory = fp.LFP(law=LAW, ridge=0.1).fit(X, np.column_stack([Y, 2 * Y]))
    mean, std = theory.predict(XT, t=times, return_std=True)
    assert mean.shape == std.shape == (5, 7, 2)
    assert (std[..., 0] == std[..., 1]).all()
    # By sums over signs and square roots: f = f_0 + k A (y − f_0(X)) is linear in f_0 = L g.
    outputs = fp.NetworkLaw(
        width=400, output_scale=0.1, train="a", a=fp.Normal(0.5), w=fp.Normal(1.2), b=fp.Normal(0.7)
    )
    both = np.concatenate([X, XT])
    c = 0.25 * fp.tangent_kernel(both, law=outputs)
    start = np.linalg.cholesky(c + 1e-13 * np.trace(c) * np.eye(19))
    k = fp.tangent_kernel(X, law=LAW) + 0.1 * np.eye(12)
    k_points = fp.tangent_kernel(XT, X, law=LAW)
    moved = np.array([start[12:, j] - flow(k, k_points, start[:12, j], times) for j in range(19)])
    np.testing.assert_allclose(std[..., 0], np.sqrt((moved**2).sum(0)), rtol=0, atol=1e-5)
    assert std[0].min() > 0.5 > 2 * std[-1].min() > 0  # it narrows where samples are near
    one = theory.predict(XT, return_std=True)
    np.testing.assert_allclose(one[0], mean[-1], rtol=1e-10)
    np.testing.assert_allclose(one[1], std[-1], rtol=1e-10)


def test_without_moving_features_the_band_is_the_posterior():
    law = fp.NetworkLaw(
        width=400, output_scale=0.1, train="a", a=fp.Normal(0.5), w=fp.Normal(1.2), b=fp.Normal(0.7)
    )
    c = 0.25 * fp.tangent_kernel(np.concatenate([X, XT]), law=law)
    posterior = c[12:, 12:] - c[12:, :12] @ np.linalg.solve(c[:12, :12], c[:12, 12:])
    _, std = fp.LFP(law=law).fit(X, Y).predict(XT, return_std=True)
    np.testing.assert_allclose(std, np.sqrt(np.diag(posterior)), rtol=1e-6)
    deep = fp.DeepLaw(layers=2)
    _, std = fp.LFP(law=deep, model="deep").fit(X, Y).predict(XT, t=[0.0], return_std=True)
    prior = np.sqrt(np.diag(fp.nngp_kernel(XT, law=deep)))
    np.testing.assert_allclose(std[0], prior, rtol=1e-12)


def test_a_band_is_refused_where_there_is_none():
    with pytest.raises(fp.InputError, match="return_std is True, but must be False but for"):
        fp.LFP(law=LAW, model="lfp2019").fit(X, Y).predict(XT, return_std=True)


def test_complete_kernel_is_the_arc_cosine_kernel():
    k = fp.tangent_kernel(X, XT, law=LAW)
    assert k.shape == (12, 7)
    np.testing.assert_allclose(k, arc_cosine(X, XT, LAW), rtol=1e-7)


def test_the_kernel_of_neural_tangents_is_a_sum_of_groups():
    """docs/python.md: stax.Dense, Relu, Dense in the NTK parameterisation."""
    w_std, b_std, v_std = 1.5, 0.3, 0.8
    law = {
        "width": 1,
        "output_scale": v_std,
        "a": fp.Normal(1.0),
        "w": fp.Normal(w_std / 3**0.5),
        "b": fp.Normal(b_std),
    }
    part = {g: fp.tangent_kernel(X, XT, law=fp.NetworkLaw(train=g, **law)) for g in "awb"}
    ntk = part["a"] + w_std**2 / 3 * part["w"] + b_std**2 * part["b"]

    def variance(x, z):
        return w_std**2 / 3 * x @ z.T + b_std**2

    norms = np.sqrt(np.outer(np.diag(variance(X, X)), np.diag(variance(XT, XT))))
    cosine = variance(X, XT) / norms
    angle = np.arccos(cosine)
    nngp = v_std**2 * norms * (np.sin(angle) + (np.pi - angle) * cosine) / (2 * np.pi)
    slope = v_std**2 * (np.pi - angle) / (2 * np.pi)
    np.testing.assert_allclose(part["a"], nngp, rtol=1e-9)
    np.testing.assert_allclose(ntk, nngp + variance(X, XT) * slope, rtol=1e-9)


def test_predictions_over_time_are_the_flow_of_the_kernel():
    t = [0.0, 0.03, 1.0, np.inf]
    theory = fp.LFP(law=LAW).fit(X, Y)
    k = arc_cosine(X, X, LAW)
    expected = flow(k, arc_cosine(XT, X, LAW), Y, t)
    np.testing.assert_allclose(theory.predict(XT, t=t), expected, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(theory.predict(XT), expected[-1], rtol=1e-6)
    np.testing.assert_array_equal(theory.predict(XT, t=1.0), theory.predict(XT, t=[1.0])[0])
    left = Y - flow(k, k, Y, t).T[:, 1]
    assert theory.loss(0.03) == pytest.approx(0.5 * left @ left, rel=1e-6)
    assert theory.loss(0.0) > 10 * theory.loss(1.0) > 0
    np.testing.assert_allclose(theory.rates_, np.linalg.eigvalsh(k), rtol=1e-5)
    assert theory.norm_ == pytest.approx(np.sqrt(Y @ np.linalg.solve(k, Y)), rel=1e-6)


def test_linearised_is_the_kernel_of_the_jacobian():
    weights = fp.Weights.draw(LAW, dim=3, seed=4, antisymmetric=False)

    def outputs(x):
        return LAW.output_scale * np.maximum(x @ weights.w.T + weights.b, 0) @ weights.a

    def jacobian(x):
        z = x @ weights.w.T + weights.b
        step = (z > 0) * weights.a
        columns = [np.maximum(z, 0), step, *(step * x[:, [j]] for j in range(3))]
        return LAW.output_scale * np.hstack(columns)

    k = jacobian(X) @ jacobian(X).T
    np.testing.assert_allclose(fp.tangent_kernel(X, law=LAW, weights=weights), k, rtol=1e-12)
    k_points = jacobian(XT) @ jacobian(X).T
    np.testing.assert_allclose(
        fp.tangent_kernel(XT, X, law=LAW, weights=weights), k_points, rtol=1e-12
    )
    theory = fp.LFP(law=LAW, model="linearised", network=weights).fit(X, Y)
    expected = outputs(XT) + flow(k, k_points, Y - outputs(X), [0.1, np.inf])
    np.testing.assert_allclose(theory.predict(XT, t=[0.1, np.inf]), expected, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(theory.predict(XT, t=0.0), outputs(XT), rtol=1e-12, atol=1e-14)


def test_lfp2019_has_the_splines_as_its_limits():
    x = np.array([-1.0, -0.4, 0.1, 0.5, 1.0])
    y = np.array([0.1, -0.3, 0.2, 0.0, 0.4])
    at = np.linspace(-1, 1, 41)
    cubic = fp.LFP(law=fp.NetworkLaw(train="a"), model="lfp2019").fit(x, y)
    spline = CubicSpline(x, y, bc_type="natural")
    np.testing.assert_allclose(cubic.predict(at), spline(at), atol=1e-9)
    linear = fp.LFP(law=fp.NetworkLaw(train="wb"), model="lfp2019").fit(x, y)
    np.testing.assert_allclose(linear.predict(at), np.interp(at, x, y), atol=1e-9)
    radial = fp.LFP(law=fp.NetworkLaw(train="a"), model="lfp2019").fit(X, Y)
    reference = RBFInterpolator(X, Y, kernel="cubic", degree=1)
    np.testing.assert_allclose(radial.predict(XT), reference(XT), atol=1e-8)


def test_a_large_lattice_is_near_the_mesh_free_model():
    x = np.array([-0.5, 0.0, 0.3, 0.5])
    y = np.array([0.1, -0.3, 0.2, 0.0])
    at = np.linspace(-0.5, 0.5, 21)
    for model in ("lfp2019", "lfp2020"):
        free = fp.LFP(model=model).fit(x, y)
        lattice = fp.LFP(model=model, lattice={"box": 20.0, "modes": 4000}).fit(x, y)
        near = np.abs(lattice.predict(at) - free.predict(at)).max()
        assert near < 0.01 * np.abs(free.predict(at)).max()
        assert near > 0
        assert lattice.rates_.shape == (4,)
        assert lattice.norm_ > 0


def test_rows_are_samples_and_outputs_are_columns():
    two = fp.LFP(law=LAW).fit(X, np.column_stack([Y, -2 * Y]))
    one = fp.LFP(law=LAW).fit(X, Y)
    assert two.predict(XT).shape == (7, 2)
    assert two.predict(XT, t=[1, 2, 3]).shape == (3, 7, 2)
    np.testing.assert_array_equal(two.predict(XT)[:, 0], one.predict(XT))
    np.testing.assert_allclose(two.predict(XT)[:, 1], -2 * one.predict(XT), rtol=1e-9)
    assert two.loss(0.0) == pytest.approx(5 * one.loss(0.0))
    assert two.norm_ == pytest.approx([one.norm_, 2 * one.norm_])


def test_what_holds_numbers_is_taken():
    expected = fp.LFP(law=LAW).fit(X, Y).predict(XT)
    for convert in (np.asfortranarray, np.ndarray.tolist, lambda a: a.astype(object)):
        theory = fp.LFP(law=LAW).fit(convert(X), convert(Y))
        np.testing.assert_array_equal(theory.predict(convert(XT)), expected)
    single = fp.LFP(law=LAW).fit(X.astype(np.float32), Y.astype(np.float32))
    np.testing.assert_allclose(single.predict(XT.astype(np.float32)), expected, atol=1e-4)
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abc"))
    theory = fp.LFP(law=LAW).fit(frame, pandas.Series(Y))
    assert theory.feature_names_in_.tolist() == list("abc")
    at = pandas.DataFrame(XT, columns=list("abc"))
    np.testing.assert_array_equal(theory.predict(at), expected)


def test_a_fit_is_a_value_of_its_own():
    x, y = X.copy(), Y.copy()
    theory = fp.LFP(law=LAW).fit(x, y)
    expected = theory.predict(XT)
    x[:] = 0
    y[:] = 0
    np.testing.assert_array_equal(theory.predict(XT), expected)
    again = pickle.loads(pickle.dumps(theory))
    np.testing.assert_array_equal(again.predict(XT), expected)
    assert again.norm_ == theory.norm_
    theory.set_params(law__width=10)
    changed = pickle.loads(pickle.dumps(theory))
    np.testing.assert_array_equal(changed.predict(XT), expected)
    assert clone(theory).law == theory.law
    assert clone(theory).law is not theory.law


def test_threads_share_nothing_and_get_the_same_bits():
    expected = fp.LFP(law=LAW).fit(X, Y).predict(XT)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(fp.LFP(law=LAW).fit(X, Y).predict(XT)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for values in found:
        np.testing.assert_array_equal(values, expected)


def test_scikit_learn_searches_over_the_law():
    x, y = load_diabetes(return_X_y=True)
    x, y = x[:150], y[:150]
    search = GridSearchCV(
        make_pipeline(StandardScaler(), fp.LFP(law=fp.NetworkLaw(output_scale=1e-2))),
        {"lfp__ridge": [1e-6, 1.0], "lfp__law__activation": ["relu", "sine"]},
        cv=3,
    ).fit(x, y - y.mean())
    scores = search.cv_results_["mean_test_score"]
    assert np.isfinite(scores).all()
    assert np.ptp(scores) > 0.1
    assert search.best_params_["lfp__ridge"] == 1.0
    assert search.best_score_ > 0.2


def test_the_kernel_serves_scikit_learn():
    k = fp.tangent_kernel(X, law=LAW)
    np.testing.assert_allclose(k, k.T, rtol=1e-14)
    ridge = KernelRidge(alpha=1e-3, kernel="precomputed").fit(k, Y)
    ours = fp.LFP(law=LAW, ridge=1e-3).fit(X, Y)
    np.testing.assert_allclose(
        ours.predict(XT), ridge.predict(fp.tangent_kernel(XT, X, law=LAW)), rtol=1e-6
    )


def test_a_law_is_a_value():
    law = fp.NetworkLaw(width=10, a=fp.Uniform(0.1))
    assert law == fp.NetworkLaw(width=10, a=fp.Uniform(0.1))
    assert law != fp.NetworkLaw(width=10, a=fp.Normal(0.1))
    assert repr(law) == (
        "NetworkLaw(width=10, activation='relu', output_scale=1.0, train='abw', a=Uniform(0.1), "
        "w=Normal(1), b=Normal(1))"
    )
    assert pickle.loads(pickle.dumps(law)) == law
    with pytest.raises(fp.InputError):
        law.set_params(width=20, activation="none")
    assert law.width == 10


def test_weights_are_those_of_the_command():
    weights = fp.Weights.draw(fp.NetworkLaw(width=6, w=fp.Uniform(3.0)), dim=2, seed=3)
    assert weights.w.shape == (6, 2)
    np.testing.assert_array_equal(weights.a[3:], -weights.a[:3])
    np.testing.assert_array_equal(weights.w[3:], weights.w[:3])
    wider = fp.Weights.draw(fp.NetworkLaw(width=8, w=fp.Uniform(3.0)), dim=2, seed=3)
    np.testing.assert_array_equal(wider.w[:3], weights.w[:3])


def not_scikit_learns(estimator):
    # Notebooks have points on the line as (n,), where scikit-learn wants an error.
    why = {"check_fit1d": "X of shape (n,) is n points on the line"}
    if estimator.model == "lfp2019":
        # The error is right, but scikit-learn wants other words.
        why["check_fit2d_1sample"] = "one sample does not determine the free polynomials"
    return why


@parametrize_with_checks(
    [fp.LFP(), fp.LFP(model="lfp2019", ridge=1e-3)],
    expected_failed_checks=not_scikit_learns,
)
def test_scikit_learn_finds_an_estimator(estimator, check):
    check(estimator)


def test_many_samples_on_the_line_are_splines():
    """With b frozen LFP-2019 in one dimension is the natural cubic (smoothing) spline."""
    law = fp.NetworkLaw(
        width=400, output_scale=0.1, train="a", a=fp.Normal(0.5), w=fp.Normal(1.2), b=fp.Normal(0.7)
    )
    rng = np.random.default_rng(3)
    # Evenly but for a little: where two samples nearly meet, SciPy loses digits.
    x = -1 + (np.arange(5000) + rng.uniform(0.2, 0.8, 5000)) / 2500
    y = np.sin(9 * x) + 0.1 * rng.standard_normal(len(x))
    points = np.linspace(-1, 1, 1001)
    limit = fp.LFP(law=law, model="lfp2019").fit(x, y)
    natural = CubicSpline(x, y, bc_type="natural")
    inside = points[(points >= x[0]) & (points <= x[-1])]
    np.testing.assert_allclose(limit.predict(inside), natural(inside), atol=1e-10, rtol=1e-10)
    # ∫f''² = ‖f‖² · 12 k₃, 12 k₃ = s² m p_b(0) E|w|³
    bend = 0.1**2 * 400 / (np.sqrt(2 * np.pi) * 0.7) * 2 * np.sqrt(2 / np.pi) * 1.2**3
    lam = 1e-5
    smooth = fp.LFP(law=law, model="lfp2019", ridge=lam * bend).fit(x, y)
    expected = make_smoothing_spline(x, y, lam=lam)(inside)
    np.testing.assert_allclose(smooth.predict(inside), expected, atol=1e-8)
    assert np.abs(expected - natural(inside)).max() > 0.1
    assert smooth.loss(0.0) == pytest.approx(0.5 * np.sum(y**2))


def test_the_forecast_is_the_loss_inverted():
    x = np.array([[-0.7], [0.1], [0.5], [0.9]])
    y = np.array([0.3, -0.2, 0.4, 0.1])
    one = fp.LFP().fit(x[:1], y[:1])
    # One sample: ½ y² e^{−2kt}.
    level = 1e-7
    expected = np.log(0.5 * y[0] ** 2 / level) / (2.0 * one.rates_[0])
    assert one.forecast(loss=level) == pytest.approx(expected, rel=1e-12)

    for k in (1.0, 1e-150):  # times far from 1
        law = fp.NetworkLaw(output_scale=k**0.5 * 0.03)
        theory = fp.LFP(law=law).fit(x, np.stack([y, y**2], axis=1))
        levels = np.array([1e-2, 1e-12])
        t = theory.forecast(levels)
        assert (np.diff(t) > 0).all()
        np.testing.assert_allclose(theory.loss(t), levels, rtol=1e-9)
        assert theory.forecast(1e-12) == t[1]

    first = one.loss(0.0)
    np.testing.assert_array_equal(
        one.forecast([first, 2.0 * first, np.nextafter(first, 0.0)])[:2], 0
    )
    smooth = fp.LFP(ridge=0.1, law=fp.NetworkLaw(output_scale=0.01)).fit(x, y)
    floor = smooth.loss(np.inf)
    assert smooth.forecast(0.999 * floor) == np.inf
    assert smooth.loss(smooth.forecast(1.001 * floor)) == pytest.approx(1.001 * floor, rel=1e-9)


def test_a_wide_network_keeps_to_the_forecast():
    x = np.array([-0.7, 0.1, 0.9])
    y = np.array([0.3, -0.2, 0.4])
    law = fp.NetworkLaw(
        width=2000, output_scale=0.06, a=fp.Normal(1.0), w=fp.Normal(1.0), b=fp.Normal(1.0)
    )
    level = 1e-4
    t = fp.LFP(law=law).fit(x, y).forecast(loss=level)
    net = fp.WideNetwork(law=law, stop={"time": 2.0 * t}).fit(x, y)
    reached = np.exp(np.interp(-np.log(level), -np.log(net.loss_[1:]), np.log(net.t_[1:])))
    assert reached == pytest.approx(t, rel=0.1)
    assert net.loss_[0] > 100.0 * level
