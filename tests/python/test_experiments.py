"""Experiments run as the command runs them: the same numbers, to the bit."""

import subprocess
import tomllib
from pathlib import Path

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
