"""Whatever the bindings are given: a finite answer or one of the two errors, and no crash."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import fprinciple as fp

odd_floats = st.floats(width=64)
small_floats = st.floats(-3, 3)
shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5)
anything = st.one_of(
    hnp.arrays(np.float64, shapes, elements=odd_floats),
    hnp.arrays(np.float64, shapes, elements=small_floats),
    hnp.arrays(hnp.scalar_dtypes(), shapes),
    st.lists(st.lists(small_floats, max_size=3), max_size=4),
    st.none(),
    st.text(max_size=3),
    st.integers(),
    odd_floats,
)
activations = st.sampled_from(["relu", "relu2", "tanh", "sine", "gaussian"])
groups = st.sampled_from(["a", "b", "aw", "wb", "abw"])
scales = st.sampled_from([1e-12, 0.1, 1.0, 7.0, 1e9])
laws = st.builds(
    fp.NetworkLaw,
    width=st.integers(1, 10**9),
    activation=activations,
    output_scale=scales,
    train=groups,
    a=st.builds(fp.Normal, scales),
    w=st.builds(fp.Normal, scales),
    b=st.builds(fp.Normal, scales),
)


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(
    x=anything, y=anything, at=anything, t=anything, model=st.sampled_from(["lfp2019", "complete"])
)
def test_any_objects(x, y, at, t, model):
    try:
        theory = fp.LFP(model=model).fit(x, y)
        values = theory.predict(at, t)
    except (fp.InputError, fp.RunError):
        return
    except TypeError as error:  # scikit-learn's word for what is no array at all
        assert "array" in str(error) or "number" in str(error) or "sample" in str(error)
        return
    assert not np.isnan(values).any()


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(
    law=laws,
    model=st.sampled_from(["lfp2019", "lfp2020", "complete"]),
    ridge=st.sampled_from([0.0, 1e-300, 1.0, 1e300]),
    x=hnp.arrays(
        np.float64, st.tuples(st.integers(1, 6), st.integers(1, 3)), elements=st.floats(-1e12, 1e12)
    ),
    t=st.lists(st.floats(0, allow_nan=False), min_size=1, max_size=3),
    data=st.data(),
)
def test_any_law_and_numbers(law, model, ridge, x, t, data):
    y = data.draw(hnp.arrays(np.float64, len(x), elements=st.floats(-1e12, 1e12)))
    try:
        theory = fp.LFP(law=law, model=model, ridge=ridge).fit(x, y)
        values = theory.predict(x, t=t)
    except (fp.InputError, fp.RunError):
        return
    assert values.shape == (len(t), len(x))
    assert not np.isnan(values).any()


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(x=anything, z=anything, a=anything, w=anything, b=anything)
def test_any_weights(x, z, a, w, b):
    try:
        k = fp.tangent_kernel(x, z, weights=fp.Weights(a, w, b))
    except (fp.InputError, fp.RunError):
        return
    assert k.ndim == 2
