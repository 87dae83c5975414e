"""fp.measure: dense NumPy, the command, and closed forms say the same."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

import fprinciple as fp

RNG = np.random.default_rng(5)
N, D, K, T = 30, 3, 2, 7
X = RNG.normal(size=(N, D))
Y = RNG.normal(size=(N, K))
TIMES = np.geomspace(1.0, 100.0, T)
F = (1.0 - np.exp(-TIMES / 20.0))[:, None, None] * Y + 0.05 * RNG.normal(size=(T, N, K))
WEIGHT = RNG.integers(1, 4, size=N).astype(float)


def coefficients(g, p, k, w):
    phase = np.exp(-2j * np.pi * np.outer(k, X @ p))  # (K, n)
    return np.einsum("n,kn,...no->...ko", w / w.sum(), phase, g)


def test_projection_is_the_sum():
    p = np.array([1.0, 2.0, -1.0])
    k = np.array([0.3, 0.7, 1.1])
    ds = fp.measure.projection(X, Y, F, direction=p, frequency=k, t=TIMES, weight=WEIGHT)
    p = p / np.linalg.norm(p)
    f_hat, y_hat = (coefficients(g, p, k, WEIGHT) for g in (F, Y))
    norm = np.linalg.norm(y_hat, axis=-1)
    assert np.allclose(ds["spectrum"], f_hat, rtol=0, atol=1e-13)
    assert np.allclose(ds["spectrum_target"], y_hat, rtol=0, atol=1e-13)
    assert np.allclose(ds["amplitude"], norm, rtol=1e-12)
    assert np.allclose(ds["delta"], np.linalg.norm(f_hat - y_hat, axis=-1) / norm, rtol=1e-10)
    magnitude = np.linalg.norm(np.abs(f_hat) - np.abs(y_hat), axis=-1) / norm
    assert np.allclose(ds["delta_magnitude"], magnitude, rtol=1e-10)
    assert np.allclose(ds["direction"], p)
    assert list(ds["t"].to_numpy()) == list(TIMES)


def test_projection_along_pca_and_axis():
    centred = X - X.mean(axis=0)
    first = np.linalg.svd(centred)[2][0]
    p = fp.measure.projection(X, Y, F)["direction"].to_numpy()
    assert abs(abs(p @ first) - 1.0) < 1e-12
    along = fp.measure.projection(X, Y, F, direction=1)["direction"].to_numpy()
    assert list(along) == [0.0, 1.0, 0.0]


def test_filtering_is_the_dense_matrix():
    delta = [0.5, 2.0]
    ds = fp.measure.filtering(X, Y, F, delta=delta, weight=WEIGHT)
    w = WEIGHT / WEIGHT.sum()
    square = ((X[:, None] - X[None]) ** 2).sum(-1)

    def norm(g):
        return np.sqrt(np.einsum("n,...nk->...", w, g**2))

    for j, width in enumerate(delta):
        g = w * np.exp(-square / (2 * width**2))
        g /= g.sum(axis=1, keepdims=True)
        low, high = g @ (F - Y), (F - Y) - g @ (F - Y)
        assert np.allclose(ds["e_low"][:, j], norm(low) / norm(g @ Y), rtol=1e-10)
        assert np.allclose(ds["e_high"][:, j], norm(high) / norm(Y - g @ Y), rtol=1e-10)
        assert np.isclose(ds["share_high"][j], norm(Y - g @ Y) ** 2 / norm(Y) ** 2, rtol=1e-10)


def test_kernel_modes_are_its_eigenvectors():
    kernel = fp.tangent_kernel(X, law=fp.NetworkLaw(width=1))
    ds = fp.measure.kernel_modes(X, Y, F, kernel, count=4)
    values, vectors = np.linalg.eigh(kernel / N)
    v = vectors[:, ::-1][:, :4]
    target = np.linalg.norm(v.T @ Y, axis=1)
    left = np.linalg.norm(v.T @ (F - Y), axis=2)
    assert np.allclose(ds["eigenvalue"], values[::-1][:4], rtol=1e-10)
    assert np.allclose(ds["share"], left / target, rtol=1e-8)


def test_crossing_and_bias_of_exponentials():
    x = np.arange(16) / 16
    waves = [np.sin(2 * np.pi * k * x) for k in (1, 2, 4)]
    t = np.linspace(0.0, 40.0, 2001)
    f = sum((1 - np.exp(-t * r))[:, None] * s for r, s in zip((2.0, 1.0, 0.25), waves, strict=True))
    ds = fp.measure.crossing_times(x, sum(waves), f, frequency=[1, 2, 4], t=t)
    exact = np.log(10.0) / np.array([2.0, 1.0, 0.25])
    assert (ds["time"].to_numpy() >= exact - 1e-9).all()
    assert (ds["time"].to_numpy() <= exact + 0.02 + 1e-9).all()
    assert float(ds["order"]) == 1.0
    assert ds["counted"].to_numpy().all()
    two = fp.measure.spectral_bias(
        x,
        waves[0] + waves[2],
        (1 - np.exp(-2 * t))[:, None] * waves[0] + (1 - np.exp(-0.25 * t))[:, None] * waves[2],
        frequency=[1, 4],
        t=t,
    )
    # (λ_low − λ_high)/(λ_low + λ_high), by the trapezoidal rule.
    assert abs(float(two["value"]) - (2 - 0.25) / (2 + 0.25)) < 1e-3
    assert float(two["cut"]) == 1.0


def test_everything_is_what_the_command_says(tmp_path):
    program = Path(fp.__file__).resolve().parents[2] / "fprinciple"
    if not program.exists():
        pytest.skip("the command is not beside the package")
    rec = fp.measure.Recorder(X, Y, weight=WEIGHT)
    for t, f in zip(TIMES, F, strict=True):
        rec(t, f)
    rec.save(tmp_path / "r.nc")
    out = tmp_path / "out"
    subprocess.run([program, "measure", tmp_path / "r.nc", "--out", out, "--quiet"], check=True)
    summary = json.loads((out / "summary.json").read_text())
    ds = fp.measure.measure(X, Y, F, t=TIMES, weight=WEIGHT)

    def same(key, value):
        got = np.array(summary_at(key), dtype=float)
        assert np.array_equal(got, np.where(np.isfinite(value), value, np.nan), equal_nan=True), key

    def summary_at(key):
        found = summary
        for part in key.split("."):
            found = found[part]
        return found

    same("projection.frequency", ds["frequency"])
    same("projection.delta", ds["delta"])
    same("projection.delta_magnitude", ds["delta_magnitude"])
    same("projection.amplitude", ds["amplitude"])
    same("crossing.time", ds["crossing_time"])
    same("crossing.time_low", ds["crossing_time_low"])
    same("crossing.time_high", ds["crossing_time_high"])
    same("crossing.order", ds["crossing_order"])
    same("crossing.order_low", ds["crossing_order_low"])
    same("crossing.order_high", ds["crossing_order_high"])
    same("spectral_bias.value", ds["spectral_bias"])
    same("spectral_bias.low", ds["spectral_bias_low"])
    same("spectral_bias.high", ds["spectral_bias_high"])
    same("spectral_bias.cut", ds["cut"])
    same("filtering.delta", ds["width"])
    same("filtering.e_low", ds["e_low"])
    same("filtering.e_high", ds["e_high"])
    same("filtering.share_high", ds["share_high"])
    same("kernel.eigenvalue", ds["kernel_eigenvalue"])
    assert summary["kernel"]["width"] == ds.attrs["kernel_width"]


def test_the_parts_are_the_whole():
    ds = fp.measure.measure(X, Y, F, t=TIMES)
    part = fp.measure.projection(X, Y, F, t=TIMES)
    assert np.array_equal(ds["delta"], part["delta"])
    crossing = fp.measure.crossing_times(X, Y, F, t=TIMES)
    assert np.array_equal(ds["crossing_time"], crossing["time"])
    assert float(crossing["order"]) == float(ds["crossing_order"])
    bias = fp.measure.spectral_bias(X, Y, F, t=TIMES)
    assert float(bias["value"]) == float(ds["spectral_bias"])
    assert np.array_equal(fp.measure.filtering(X, Y, F, t=TIMES)["e_low"], ds["e_low"])


def test_recorder_keeps_by_the_logarithm_and_the_last():
    rec = fp.measure.Recorder(X, Y, per_decade=10)
    for step in range(1001):
        rec(step, (step / 1000.0) * Y)
    ds = rec.dataset()
    t = ds["t"].to_numpy()
    assert t[0] == 0 and t[-1] == 1000 and (np.diff(t) > 0).all()
    assert (t[t >= 10][1:-1] / t[t >= 10][:-2] >= 10**0.1 * (1 - 1e-9)).all()
    assert 20 <= len(t) <= 33 and len(rec) == len(t)
    assert np.array_equal(ds["f"][-1], Y)
    for at, f in zip(t, ds["f"].to_numpy(), strict=True):
        assert np.array_equal(f, (at / 1000.0) * Y)


@pytest.mark.parametrize("per_decade", [None, 1000])
def test_recorder_is_bounded(per_decade):
    rec = fp.measure.Recorder(X[:, 0], Y[:, 0], most=16, per_decade=per_decade)
    for step in range(1, 5000):
        rec(step, step * Y[:, 0])
        assert len(rec) <= 16
    t = rec.dataset()["t"].to_numpy()
    assert len(t) >= 8 and t[0] == 1 and t[-1] == 4999
    if per_decade is None:
        assert len(set(np.diff(t[:-1]))) == 1  # evenly


def test_recorder_takes_functions_tests_and_copies():
    calls = []

    def model(points):
        calls.append(len(points))
        return np.asarray(points)[:, 0]

    rec = fp.measure.Recorder(
        X.tolist(), X[:, 0], x_test=X[:4], y_test=X[:4, 0], per_decade=1, title="Mine"
    )
    for step in (1, 2, 3, 10, 20):
        rec(step, model)
    assert calls == [N, 4, N, 4]  # at 1 and 10 alone
    ds = rec.dataset()
    assert ds.attrs["title"] == "Mine"
    assert list(ds["t"].to_numpy()) == [1, 10]
    assert np.array_equal(ds["f_test"][1], X[:4, 0])
    f = np.zeros(N)
    rec = fp.measure.Recorder(X, np.ones(N))
    rec(0, f)
    f += 1.0
    rec(1, f[:, None])
    assert ds["f"].dims == ("time", "sample")
    assert rec.dataset()["f"].to_numpy()[:, 0].tolist() == [0.0, 1.0]


def test_recorder_takes_pytorch():
    torch = pytest.importorskip("torch")
    rec = fp.measure.Recorder(torch.tensor(X), torch.tensor(Y))
    layer = torch.nn.Linear(D, K, dtype=torch.float64)
    rec(0, layer)
    rec(1, layer(torch.tensor(X)))
    ds = rec.dataset()
    assert np.array_equal(ds["f"][0], ds["f"][1])


def test_low_and_high_pass():
    i = np.arange(8) / 8
    slow, fast = np.cos(2 * np.pi * i), np.cos(2 * np.pi * 3 * i)
    image = 2.0 + slow[:, None] * np.ones(8) + fast[:, None] * slow
    low = fp.measure.low_pass(image[None], 1.0)[0]
    assert np.allclose(low, 2.0 + slow[:, None] * np.ones(8), atol=1e-14)
    assert np.allclose(fp.measure.high_pass(image[None], 1.0)[0], fast[:, None] * slow, atol=1e-14)
    assert np.allclose(fp.measure.low_pass(image[None], 0.0), 2.0)
    assert np.allclose(fp.measure.low_pass(image[None], np.sqrt(10.0)), image, atol=1e-13)
    colours = np.stack([image, 2 * image], axis=-1)[None]
    assert np.allclose(fp.measure.low_pass(colours, 1.0)[0, ..., 1], 2 * low)


def test_smooth_kernels():
    flat = np.full((2, 3, 3, 5), 4.0)
    assert np.allclose(fp.measure.smooth_kernels(flat, 1.0), flat)
    spike = np.zeros((1, 3))
    spike[0, 0] = 1.0
    e = np.exp(-0.5)
    wanted = [1 / (1 + e + e**4), e / (1 + 2 * e), e**4 / (1 + e + e**4)]
    assert np.allclose(fp.measure.smooth_kernels(spike, 1.0)[0], wanted)
    assert np.array_equal(fp.measure.smooth_kernels(spike, 0.0), spike)


def test_heat_map_of_a_classifier_of_one_frequency():
    images = np.zeros((40, 7, 7))

    def predict(shifted):
        # Errs wherever there is more of frequency (2, 0) than 1/2.
        return (np.abs(np.fft.fft2(shifted)[:, 2, 0]) / 7 > 0.5).astype(int)

    heat = fp.measure.fourier_heat_map(predict, images, np.zeros(40, int), norm=1.0)
    wanted = np.zeros((7, 7))
    wanted[3 + 2, 3] = wanted[3 - 2, 3] = 1.0
    assert np.array_equal(heat, wanted)
    small = fp.measure.fourier_heat_map(
        lambda s: np.eye(2)[predict(s)], images, np.zeros(40), norm=1.0, frequencies=2
    )
    assert np.array_equal(small, wanted[1:-1, 1:-1])


@pytest.mark.parametrize("norm", [0.5, 3.0])
def test_heat_map_shifts_by_the_norm(norm):
    shifts = []
    images = np.zeros((40, 6, 7))
    fp.measure.fourier_heat_map(
        lambda s: shifts.append(s) or np.zeros(40), images, np.zeros(40), norm=norm
    )
    assert len(shifts) == 13  # one of each pair of 5 × 5, and the mean
    for shift in shifts:
        assert np.allclose(np.linalg.norm(shift, axis=(1, 2)), norm)


WRONG = [
    (
        lambda: fp.measure.projection(X, Y[:-1], F),
        "y has shape (29, 2), but must be (30,) or (30, k)",
    ),
    (
        lambda: fp.measure.projection(X, Y, F[:, :, 0]),
        "f has shape (7, 30), but must be (T, 30, 2), T at least 1",
    ),
    (lambda: fp.measure.projection(X, Y, F, t=[1, 2]), "t has shape (2,), but must be (7,)"),
    (
        lambda: fp.measure.projection(X, Y, F, weight=[1.0]),
        "weight has shape (1,), but must be (30,)",
    ),
    (
        lambda: fp.measure.projection(X, Y, F, direction="x"),
        "direction is 'x', but must be 'pca', an axis from 0 to 2, or 3 numbers",
    ),
    (
        lambda: fp.measure.projection(X, Y, F, direction=3),
        "direction is 3, but must be 'pca', an axis from 0 to 2, or 3 numbers",
    ),
    (
        lambda: fp.measure.projection(X, Y, F, direction=[1.0]),
        "direction has shape (1,), but must be (3,)",
    ),
    (
        lambda: fp.measure.filtering(X, Y, F, delta=[[1.0]]),
        "delta has shape (1, 1), but must be a list of numbers",
    ),
    (
        lambda: fp.measure.measure(X, Y, F, resamples=1),
        "resamples is 1, but must be a whole number, at least 2",
    ),
    (
        lambda: fp.measure.kernel_modes(X, Y, F, X[:, 0]),
        "kernel has shape (30,), but must be (n, n)",
    ),
    (
        lambda: fp.measure.Recorder(X, Y, x_test=X),
        "x_test and y_test belong together: give both or none",
    ),
    (
        lambda: fp.measure.Recorder(X, Y, most=2),
        "most is 2, but must be a whole number, at least 4",
    ),
    (
        lambda: fp.measure.Recorder(X, Y).dataset(),
        "nothing has been recorded: call the recorder with a step and outputs",
    ),
    (
        lambda: fp.measure.Recorder(X, Y)(0, Y[:, 0]),
        "f has shape (30,), but must be (30, 2), as the targets",
    ),
    (lambda: fp.measure.Recorder(X, Y)(np.nan, Y), "step is nan, but must be a finite number"),
    (
        lambda: [rec := fp.measure.Recorder(X, Y), rec(1, Y), rec(1, Y)],
        "step is 1, but must be above the last one, 1",
    ),
    (
        lambda: fp.measure.Recorder(X, Y)(0, Y, Y),
        "f_test is given, but there are no test points: give x_test, y_test",
    ),
    (lambda: fp.measure.Recorder(X, Y)(0, Y * np.inf), "f[0, 0] is "),
    (
        lambda: fp.measure.low_pass(X, 1.0),
        "images has shape (30, 3), but must be (n, h, w) or (n, h, w, channels)",
    ),
    (lambda: fp.measure.low_pass(F, -1.0), "radius is -1.0, but must be at least 0"),
    (lambda: fp.measure.smooth_kernels(F, -1.0), "width is -1.0, but must be at least 0"),
    (
        lambda: fp.measure.fourier_heat_map(len, F, [0], 1.0),
        "labels has shape (1,), but must be (7,)",
    ),
    (
        lambda: fp.measure.fourier_heat_map(lambda s: s, F, np.zeros(7), 1.0),
        "predict gave shape (7, 30, 2), but must give (7,) or (7, classes)",
    ),
    (
        lambda: fp.measure.fourier_heat_map(len, F, np.zeros(7), 1.0, frequencies=9),
        "frequencies is 9, but must be at most 0, as the images have no more",
    ),
]


@pytest.mark.parametrize("wrong, message", WRONG, ids=range(len(WRONG)))
def test_wrong_calls_are_named(wrong, message):
    with pytest.raises(fp.InputError) as error:
        wrong()
    assert str(error.value).startswith(message)
