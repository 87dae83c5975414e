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
