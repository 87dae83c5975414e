"""Figures show what they are given."""

import io

import matplotlib as mpl
import numpy as np
import pytest

import fprinciple as fp

mpl.use("Agg")
LAW = fp.NetworkLaw(width=400, output_scale=0.05)
X = np.linspace(-1, 1, 5)
Y = np.sin(3 * X)


@pytest.fixture(scope="module")
def theory():
    return fp.LFP(law=LAW).fit(X, Y)


@pytest.fixture(scope="module")
def net():
    return fp.WideNetwork(law=LAW, stop={"loss": 1e-4}).fit(X, Y)


@pytest.fixture(scope="module")
def ds(theory, net):
    return fp.compare(theory, net, np.linspace(-1, 1, 30)[::-1])


def test_curves_are_the_values_over_x(ds):
    ax = fp.plot.curves(ds, t=[0.0, ds.t[-1]])
    lines = {line.get_label(): line for line in ax.lines}
    network = lines[f"network, t = {float(ds.t[-1]):.3g}"]
    np.testing.assert_array_equal(network.get_ydata(), ds.f_nn[-1].to_numpy()[::-1])
    assert (np.diff(network.get_xdata()) > 0).all()
    np.testing.assert_array_equal(lines["samples"].get_ydata(), Y)
    assert fp.plot.curves(ds, ax) is ax
    svg = io.StringIO()
    with fp.plot.style():
        ax.figure.savefig(svg, format="svg")
    assert "<text" in svg.getvalue()


def test_the_other_figures(ds, theory, net):
    losses = fp.plot.loss(ds)
    np.testing.assert_array_equal(losses.lines[0].get_ydata(), ds.loss_nn[1:])
    assert losses.get_xscale() == "log"
    for name in ("f_nn", "f_lfp", "difference"):
        drawn = fp.plot.heat_map(ds, name=name).collections[0].get_array()
        assert drawn.size == 30 * (len(ds.t) - 1)
    rows = fp.ladder(theory, net, np.linspace(-1, 1, 30))
    bars = fp.plot.ladder(rows).patches
    assert [bar.get_width() for bar in bars] == [*rows.rmse, *rows.rmse_max]
    shown = fp.plot.rates(theory).lines[0].get_ydata()
    np.testing.assert_array_equal(shown, theory.rates_[::-1])


def test_measured_figures_are_the_measured():
    x = np.arange(32) / 32
    t = np.geomspace(0.1, 100.0, 40)
    slow, fast = np.sin(2 * np.pi * x), np.sin(2 * np.pi * 5 * x)
    f = (1 - np.exp(-t))[:, None] * slow + (1 - np.exp(-t / 20))[:, None] * fast
    ds = fp.measure.measure(x, slow + fast, f, t=t, frequency=[1, 2, 3, 4, 5], delta=[0.02, 0.1])
    ax = fp.plot.spectrum(ds)
    shown = ax.collections[0].get_array()
    np.testing.assert_array_equal(shown.reshape(5, 40)[0], np.clip(ds.delta[:, 0], 0, 1))
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), ds.crossing_time[[0, 4]])
    assert ax.get_xscale() == "log"
    lines = fp.plot.filtering(ds).lines
    assert [line.get_linestyle() for line in lines] == ["-", "--", "-", "--", "-", "--"]
    np.testing.assert_array_equal(lines[1].get_ydata(), ds.e_high[:, 0])
    with pytest.raises(fp.InputError, match="ds has 0 times above 0"):
        fp.plot.filtering(ds.assign_coords(t=-t[::-1]))
    with pytest.raises(fp.InputError, match="ds has no delta"):
        fp.plot.spectrum(ds.drop_vars("delta"))
    with pytest.raises(fp.InputError, match="ds has no e_low"):
        fp.plot.filtering(ds.drop_vars("e_low"))


def test_wrong_figures_say_what_is_wrong(ds):
    with pytest.raises(
        fp.InputError, match="name is 'f', but must be one of f_nn f_lfp difference"
    ):
        fp.plot.heat_map(ds, name="f")
    plane = np.random.default_rng(0).normal(size=(5, 2))
    theory = fp.LFP(law=LAW).fit(plane, Y)
    net = fp.WideNetwork(law=LAW, stop={"steps": 1}).fit(plane, Y)
    with pytest.raises(fp.InputError, match="ds has points in 2 dimensions, but must have 1"):
        fp.plot.curves(fp.compare(theory, net, plane))
