"""Experiments run as the command runs them: the same numbers, to the bit."""

import subprocess
import tomllib
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

import fprinciple as fp

SMALL = Path(__file__).resolve().parents[1] / "cli" / "small.toml"


def test_the_command_has_the_same_bits(tmp_path):
    command = Path(fp.__file__).resolve().parents[2] / "fprinciple"
    if not command.exists():
        pytest.skip("the command is not beside the package")
    subprocess.run([command, "run", SMALL, "--out", tmp_path / "command"], check=True, timeout=300)
    ours = fp.run(SMALL, directory=tmp_path / "python")
    theirs = xr.open_dataset(tmp_path / "command" / "result.nc").load()
    assert len(theirs) > 10
    for name, array in theirs.items():
        np.testing.assert_array_equal(ours.dataset[name].to_numpy(), array.to_numpy(), err_msg=name)


def test_a_result_file_has_coordinates(tmp_path):
    line = fp.run(SMALL, directory=tmp_path / "line").directory
    with xr.open_dataset(line / "result.nc") as ds:
        assert ds.f_nn.dims == ("t", "x")
        assert ds.loss_nn.dims == ("t",)
        np.testing.assert_array_equal(ds.x, ds.x_grid[:, 0])
        near = ds.f_nn.sel(t=1.0, method="nearest")
        np.testing.assert_array_equal(near, ds.f_nn[np.abs(ds.t.to_numpy() - 1.0).argmin()])
        assert isinstance(ds.attrs["seed"], np.int64)
        assert all(name.isidentifier() for name in ds.sizes)
        ds.f_nn.plot()
        plt.close("all")

    plane = {
        "data": {"x": [[0.5, 0.0], [0.0, -0.5]], "y": [1.0, -1.0]},
        "grid": {"range": [[-1.0, 1.0], [0.0, 2.0]], "count": [5, 9]},
    }
    keys = tomllib.loads(SMALL.read_text()) | plane
    keys["lfp"] = {"model": "complete"}
    keys["network"]["w"] = {"dist": "normal", "scale": 1.0}
    keys.pop("report", None)
    with xr.open_dataset(fp.run(keys, directory=tmp_path / "p").directory / "result.nc") as ds:
        assert ds.f_nn.dims == ("t", "x1", "x2")
        assert ds.f_nn.shape[1:] == (5, 9)
        at = {"x1": -0.5, "x2": 1.25}
        point = np.argwhere((ds.x_grid.to_numpy() == [-0.5, 1.25]).all(axis=-1))
        assert len(point) == 1
        np.testing.assert_array_equal(
            ds.f_nn.sel(at), ds.f_nn.to_numpy()[:, point[0, 0], point[0, 1]]
        )


def test_a_file_and_a_dict_are_one(tmp_path):
    file = fp.run(SMALL, directory=tmp_path / "file", **{"network.width": 20})
    keys = tomllib.loads(SMALL.read_text())
    keys["network"]["width"] = 20
    given = fp.run(keys, directory=tmp_path / "dict")
    xr.testing.assert_identical(file.dataset.drop_attrs(), given.dataset.drop_attrs())
    other = fp.run(SMALL, directory=tmp_path / "other")
    assert (other.dataset.f_nn[-1].to_numpy() != file.dataset.f_nn[-1].to_numpy()).any()
    assert file.directory == tmp_path / "file"
    assert file.summary["error"]["rmse"] == pytest.approx(float(file.dataset.rmse[-1]))
    assert file.dataset.sel(t=1e9, method="nearest").t == file.dataset.t[-1]
    assert "trained network − prediction" in file._repr_html_()


def test_a_wrong_experiment_says_what_is_wrong(tmp_path):
    with pytest.raises(fp.InputError, match=r"network\.widht"):
        fp.run(SMALL, directory=tmp_path / "x", **{"network.widht": 20})
    with pytest.raises(fp.InputError, match=r"network\.width"):
        fp.run(SMALL, directory=tmp_path / "x", **{"network.width": -1})
    with pytest.raises(fp.InputError, match=r"none\.toml"):
        fp.run("none.toml")
    with pytest.raises(fp.InputError, match="experiment is 3, but must be the path"):
        fp.run(3)
    with pytest.raises(fp.InputError, match="train is None, but must be a number, a text"):
        fp.run({"train": None})
    assert not (tmp_path / "x").exists()
