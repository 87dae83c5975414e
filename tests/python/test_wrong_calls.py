"""Each wrong call has one clear error."""

import numpy as np
import pytest

import fprinciple as fp

X = np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]])
Y = np.array([0.0, 1.0, 2.0])
NAN = float("nan")
INF = float("inf")


def law(**changed):
    return fp.NetworkLaw(**{"width": 10, **changed})


def fit(x=X, y=Y, **parameters):
    return fp.LFP(**parameters).fit(x, y)


def weights(**changed):
    return fp.Weights(
        **{"a": [1.0, 2.0], "w": [[1.0, 2.0], [3.0, 4.0]], "b": [0.0, 0.0], **changed}
    )


WHOLE = "a whole number, at least 1"
LATTICE = "a dict with box, modes and perhaps zero_frequency"
BOX = {"box": 8.0, "modes": 4}
ACTIVATIONS = "one of relu relu2 tanh sigmoid softplus gaussian ricker sine"
WRONG = [
    # Laws.
    (lambda: law(width=0), f"law.width is 0, but must be {WHOLE}"),
    (lambda: law(width=-3), f"law.width is -3, but must be {WHOLE}"),
    (lambda: law(width=1.5), f"law.width is 1.5, but must be {WHOLE}"),
    (lambda: law(width="4"), f"law.width is '4', but must be {WHOLE}"),
    (lambda: law(width=True), f"law.width is True, but must be {WHOLE}"),
    (lambda: law(width=None), f"law.width is None, but must be {WHOLE}"),
    (lambda: law(width=2**70), f"law.width is {2**70}, but must be {WHOLE}"),
    (lambda: law(activation="rely"), f"law.activation is 'rely', but must be {ACTIVATIONS}"),
    (lambda: law(activation=1), f"law.activation is 1, but must be {ACTIVATIONS}"),
    (
        lambda: law(output_scale=0),
        "law.output_scale is 0, but must be a finite number above 0",
    ),
    (
        lambda: law(output_scale=-1.0),
        "law.output_scale is -1, but must be a finite number above 0",
    ),
    (
        lambda: law(output_scale=NAN),
        "law.output_scale is nan, but must be a finite number above 0",
    ),
    (
        lambda: law(output_scale="1"),
        "law.output_scale is '1', but must be a finite number above 0",
    ),
    (lambda: law(train=""), "law.train is '', but must be different letters of abw, at least one"),
    (
        lambda: law(train="abc"),
        "law.train is 'abc', but must be different letters of abw, at least one",
    ),
    (
        lambda: law(train="aa"),
        "law.train is 'aa', but must be different letters of abw, at least one",
    ),
    (
        lambda: law(train=("a",)),
        "law.train is ('a',), but must be different letters of abw, at least one",
    ),
    (lambda: law(a=0.1), "law.a is 0.1, but must be Uniform(bound) or Normal(std)"),
    (lambda: law(b="normal"), "law.b is 'normal', but must be Uniform(bound) or Normal(std)"),
    (lambda: law(w=fp.Normal(0)), "law.w.scale is 0, but must be a finite number above 0"),
    (lambda: law(b=fp.Uniform(0)), "law.b.scale is 0, but must be a finite number above 0"),
    (lambda: fp.Uniform(-1), "scale of Uniform is -1.0, but must be a finite number >= 0"),
    (lambda: fp.Normal(INF), "scale of Normal is inf, but must be a finite number >= 0"),
    (lambda: fp.Normal(NAN), "scale of Normal is nan, but must be a finite number >= 0"),
    (lambda: fp.Normal("1"), "scale of Normal is '1', but must be a number"),
    (
        lambda: law().set_params(widht=3),
        "'widht' is no parameter of NetworkLaw, which has width activation output_scale train a w b",
    ),
    # Laws of deep networks.
    (lambda: fp.DeepLaw(layers=0), f"law.layers is 0, but must be {WHOLE}"),
    (lambda: fp.DeepLaw(layers=2.0), f"law.layers is 2.0, but must be {WHOLE}"),
    (
        lambda: fp.DeepLaw(activation="elu"),
        f"law.activation is 'elu', but must be {ACTIVATIONS} erf gelu",
    ),
    (
        lambda: fp.DeepLaw(weight_std=[1.0, 2.0]),
        "law.weight_std is (1.0, 2.0), but must be a number, or 4 of them",
    ),
    (
        lambda: fp.DeepLaw(weight_std="1"),
        "law.weight_std is '1', but must be a number, or 4 of them",
    ),
    (lambda: fp.DeepLaw(weight_std=0.0), "law.weight_std is 0, but must be finite and above 0"),
    (
        lambda: fp.DeepLaw(layers=1, weight_std=[1.0, NAN]),
        "law.weight_std is nan, but must be finite and above 0",
    ),
    (
        lambda: fp.DeepLaw(layers=1, bias_std=[[1.0], 2.0]),
        "law.bias_std[0] is [1.0], but must be a number",
    ),
    (lambda: fp.DeepLaw(bias_std=-1), "law.bias_std is -1, but must be finite, 0 or above it"),
    (
        lambda: fp.DeepLaw(parameterisation="mup"),
        "law.parameterisation is 'mup', but must be one of ntk standard",
    ),
    (
        lambda: fp.DeepLaw(width=100),
        "law.width is 100, but must be None in the NTK parameterisation",
    ),
    (
        lambda: fp.DeepLaw(parameterisation="standard"),
        "law.width is None, but must be given for the standard parameterisation",
    ),
    (
        lambda: fp.DeepLaw(parameterisation="standard", width=0),
        "law.width is 0, but must be at least 1",
    ),
    (
        lambda: fp.DeepLaw().set_params(depth=3),
        "'depth' is no parameter of DeepLaw, which has layers activation weight_std bias_std "
        "parameterisation width",
    ),
    (
        lambda: fit(law=law(), model="deep"),
        f'law is {law()!r}, but must be a DeepLaw for the model "deep"',
    ),
    (lambda: fit(law=fp.DeepLaw()), f"law is {fp.DeepLaw()!r}, but must be a NetworkLaw"),
    (
        lambda: fit(model="deep", network=weights()),
        f"network is {weights()!r}, but must be None for the deep model, which starts at f = 0",
    ),
    (
        lambda: fit(model="deep", lattice=BOX),
        "lattice is {'box': 8.0, 'modes': 4}, but must be None for a model that is no LFP-2019 or -2020",
    ),
    (
        lambda: fp.tangent_kernel(X, law=fp.DeepLaw()),
        f"law is {fp.DeepLaw()!r}, but must be a NetworkLaw",
    ),
    (
        lambda: fp.tangent_kernel(X, law=fp.DeepLaw(), model="deep", weights=weights()),
        f"weights is {weights()!r}, but must be None for the deep model",
    ),
    (
        lambda: fp.nngp_kernel(X, law="relu"),
        "law is 'relu', but must be a DeepLaw for the model \"deep\"",
    ),
    (
        lambda: fp.nngp_kernel(X, X[:, :1], law=fp.DeepLaw()),
        "Z has shape (3, 1), but must be (N, 2), N at least 1",
    ),
    # Weights.
    (lambda: weights(a=[]), "a has shape (0,), but must be (m,), m at least 1"),
    (lambda: weights(a=[[1.0]]), "a has shape (1, 1), but must be (m,), m at least 1"),
    (lambda: weights(a=[1.0]), "w has shape (2, 2), but must be (1, d), as a has"),
    (lambda: weights(b=[1.0]), "b has shape (1,), but must be (2,), as a has"),
    (lambda: weights(b=[1.0, NAN]), "b[1] is nan, but must be finite"),
    (lambda: weights(w=[[1.0, 2.0], [INF, 4.0]]), "w[1, 0] is inf, but must be finite"),
    (lambda: weights(a=["x", "y"]), "a is '<U1', but must be an array of real numbers"),
    (lambda: weights(a=[1j, 2]), "a is 'complex128', but must be an array of real numbers"),
    (
        lambda: weights(w=np.zeros((2, 2, 2))),
        "w has shape (2, 2, 2), but must be (N, d), N at least 1",
    ),
    (lambda: fp.Weights.draw(law(), dim=0), f"dim is 0, but must be {WHOLE}"),
    (
        lambda: fp.Weights.draw(law(), 2, seed=-1),
        "seed is -1, but must be a whole number, at least 0",
    ),
    (lambda: fp.Weights.draw("relu", 2), "law is 'relu', but must be a NetworkLaw"),
    # Fits.
    (
        lambda: fit(model="lfp2018"),
        "model is 'lfp2018', but must be one of lfp2019 lfp2020 complete linearised deep",
    ),
    (
        lambda: fit(model=None),
        "model is None, but must be one of lfp2019 lfp2020 complete linearised deep",
    ),
    (lambda: fit(law="relu"), "law is 'relu', but must be a NetworkLaw"),
    (lambda: fit(ridge=-1.0), "theory.ridge is -1, but must be a finite number >= 0"),
    (lambda: fit(ridge=NAN), "theory.ridge is nan, but must be a finite number >= 0"),
    (lambda: fit(ridge="small"), "ridge is 'small', but must be a finite number >= 0"),
    (lambda: fit(network=3), "network is 3, but must be Weights, or None"),
    (
        lambda: fit(model="linearised"),
        "network is None, but must be Weights for the linearised model",
    ),
    (
        lambda: fit(X[:, :1], network=weights(), model="linearised"),
        "network.w has 2 columns, but X has 1",
    ),
    (
        lambda: fit(lattice=BOX),
        "lattice is {'box': 8.0, 'modes': 4}, but must be None for a model that is no LFP-2019 or -2020",
    ),
    (lambda: fit(model="lfp2019", lattice=8.0), f"lattice is 8.0, but must be {LATTICE}"),
    (
        lambda: fit(model="lfp2019", lattice={"box": 8.0}),
        f"lattice is {{'box': 8.0}}, but must be {LATTICE}",
    ),
    (
        lambda: fit(model="lfp2019", lattice={**BOX, "size": 3}),
        f"lattice is {{'box': 8.0, 'modes': 4, 'size': 3}}, but must be {LATTICE}",
    ),
    (
        lambda: fit(model="lfp2019", lattice={**BOX, "modes": 0}),
        f"lattice['modes'] is 0, but must be {WHOLE}",
    ),
    (
        lambda: fit(model="lfp2019", lattice={**BOX, "box": -1}),
        "theory.lattice.box is -1, but must be a finite number above 0",
    ),
    (
        lambda: fit(np.eye(4), np.ones(4), model="lfp2019", lattice=BOX),
        "theory.lattice.dim is 4, but must be the samples' dimension, which is 1, 2 or 3 with a lattice",
    ),
    (lambda: fit(y=None), "LFP requires y to be passed, but the target y is None"),
    (lambda: fit(y=Y[:2]), "Found input variables with inconsistent numbers of samples: [3, 2]"),
    (lambda: fit([[0.0, NAN], [1.0, 0.0], [2.0, 1.0]]), "Input X contains NaN"),
    (lambda: fit([[0.0, INF], [1.0, 0.0], [2.0, 1.0]]), "Input X contains infinity"),
    (lambda: fit(y=[0.0, NAN, 1.0]), "Input y contains NaN"),
    (lambda: fit(np.zeros((0, 2)), []), "Found array with 0 sample(s)"),
    (lambda: fit(np.zeros((3, 0))), "Found array with 0 feature(s)"),
    (lambda: fit(np.zeros((3, 2, 2))), "Found array with dim 3"),
    (lambda: fit(X + 1j), "Complex data not supported"),
    (lambda: fit([["a", "b"]] * 3), "could not convert string to float"),
    # Predictions.
    (lambda: fit().predict(X[:, :1]), "X has 1 features, but LFP is expecting 2 features as input"),
    (lambda: fit().predict(X[0]), "Expected 2D array, got 1D array instead"),
    (lambda: fit().predict([[NAN, 0.0]]), "Input X contains NaN"),
    (lambda: fit().predict(np.zeros((0, 2))), "Found array with 0 sample(s)"),
    (lambda: fit().predict(X, t=-1.0), "t is -1.0, but must be 0, above it, or infinite"),
    (lambda: fit().forecast(-1.0), "loss is -1.0, but must be 0 or above it"),
    (lambda: fit().forecast([[1.0]]), "loss has shape (1, 1), but must be a number or (T,)"),
    (lambda: fit().forecast(NAN), "loss is nan, but must be finite"),
    (lambda: fit().forecast("little"), "loss is '<U6', but must be an array of real numbers"),
    (lambda: fit().predict(X, t=[0.0, NAN]), "t is nan, but must be 0, above it, or infinite"),
    (
        lambda: fit().predict(X, t="late"),
        "t must be a number or a list of numbers, 0, above it, or infinite",
    ),
    (
        lambda: fit().loss([[1.0]]),
        "t must be a number or a list of numbers, 0, above it, or infinite",
    ),
    # Kernels.
    (
        lambda: fp.tangent_kernel(X, X[:, :1]),
        "Z has shape (3, 1), but must be (N, 2), N at least 1",
    ),
    (lambda: fp.tangent_kernel(X, X[0]), "Z has shape (2,), but must be (N, 2), N at least 1"),
    (lambda: fp.tangent_kernel(5.0), "X has shape (), but must be (N, d), N at least 1"),
    (lambda: fp.tangent_kernel(INF), "X is inf, but must be finite"),
    (lambda: fp.tangent_kernel([]), "X has shape (0, 1), but must be (N, d), N at least 1"),
    (lambda: fp.tangent_kernel([[1.0], [2.0, 3.0]]), "X is no array of numbers"),
    (lambda: fp.tangent_kernel([[None]]), "X[0, 0] is nan, but must be finite"),
    (lambda: fp.tangent_kernel([[NAN]]), "X[0, 0] is nan, but must be finite"),
    (
        lambda: fp.tangent_kernel(X, model="lfp2019"),
        "model is 'lfp2019', but must be one of complete linearised deep",
    ),
    (
        lambda: fp.tangent_kernel(X, model="linearised"),
        "weights is None, but must be given for the linearised model",
    ),
    (lambda: fp.tangent_kernel(X, weights=1), "weights is 1, but must be Weights, or None"),
]


@pytest.mark.parametrize(("call", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_wrong_call_says_what_is_wrong(call, message):
    with pytest.raises(fp.InputError) as caught:
        call()
    said = str(caught.value)
    whole = " but must be " in message
    assert said == message if whole else said.startswith(message), said
    assert isinstance(caught.value, ValueError)


def test_there_are_many():
    assert len(WRONG) >= 60


def test_unfitted_is_scikit_learns_error():
    from sklearn.exceptions import NotFittedError

    for ask in ("predict", "loss"):
        with pytest.raises(NotFittedError):
            getattr(fp.LFP(), ask)([[0.0]])
    with pytest.raises(NotFittedError):
        _ = fp.LFP().norm_


def test_what_fails_on_valid_input_is_a_run_error():
    with pytest.raises(fp.RunError, match="unpenalised polynomials"):
        fp.LFP(law=fp.NetworkLaw(train="a"), model="lfp2019").fit([[0.0, 0.0]], [1.0])
    assert issubclass(fp.RunError, RuntimeError)
    with pytest.raises(fp.RunError):
        fp.tangent_kernel([[1e200]])
