"""Studies: the frame by a study of a second, the networks where PyTorch is installed."""

import json
import math

import numpy as np
import pytest

import fprinciple as fp
from fprinciple.studies import _frame

X = np.arange(32) / 32
T = np.array([1.0, 2.0, 4.0, 8.0])


def train(seed, full):
    """A linear flow whose higher frequency is learnt at 2, 4 or 8, or never, by the seed."""
    wave = np.sin(2 * np.pi * X) + np.sin(6 * np.pi * X)
    low = np.sin(2 * np.pi * X)
    f = np.where((2.0**seed <= T)[:, None], wave, low)
    measured = fp.measure.measure(X, wave, f, t=T, frequency=[1.0, 3.0], resamples=2)
    time = float(measured.crossing_time[1])
    return _frame.Outcome({"time": time, "length": 2.0 if full else 1.0}, measured)


def study(low, high):
    return _frame.Study(
        name="tiny",
        title="Tiny & small",
        source="nowhere",
        setting="Two sines.",
        published=(
            _frame.Published("time", "when", "≈ 4", low, high),
            _frame.Published("length", "length", "1", 0.0, 9.0),
        ),
        train=train,
        draw=fp.plot.spectrum,
    )


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_frame_takes_the_median_of_the_seeds(tmp_path, jobs):
    found = _frame.run(study(3.0, 5.0), tmp_path, seeds=3, jobs=jobs, full=True)
    assert found.agreed and found.sentence.startswith("agreed")
    assert found.rows[0].values == (2.0, 4.0, 8.0)
    assert found.rows[0].median == 4.0
    assert found.rows[1].values == (2.0, 2.0, 2.0)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["numbers"]["time"]["seeds"] == [2.0, 4.0, 8.0]
    page = (tmp_path / "report.html").read_text()
    for text in ("Tiny &amp; small", "<td>≈ 4<td>4<td>2 to 8<td>3 to 5<td>agreed", "<svg", "75 %"):
        assert text in page
    assert (tmp_path / "seed_1.nc").stat().st_size > 0


def test_a_study_that_differs_says_so(tmp_path):
    found = _frame.run(study(3.0, 5.0), tmp_path, seeds=5, jobs=1)
    assert found.rows[0].values == (2.0, 4.0, 8.0, math.inf, math.inf)
    assert not found.agreed
    assert found.sentence == "not agreed: when: 8, not from 3 to 5"
    page = (tmp_path / "report.html").read_text()
    assert "<td>8<td>2 to never<td>3 to 5<td>not agreed" in page
    assert (
        json.loads((tmp_path / "summary.json").read_text())["numbers"]["time"]["seeds"][4] is None
    )
    # A number that is none agrees with nothing.
    nothing = _frame._row(study(3.0, 5.0).published[0], [_frame.Outcome({"time": math.nan}, None)])
    assert not nothing.agreed


def test_wrong_numbers_of_seeds(tmp_path):
    with pytest.raises(fp.InputError, match="seeds is 0, but must be a whole number, at least 1"):
        _frame.run(study(3.0, 5.0), tmp_path / "out", seeds=0)
    with pytest.raises(fp.InputError, match="jobs is 0, but must be a whole number, at least 1"):
        _frame.run(study(3.0, 5.0), tmp_path / "out", jobs=0)
    assert not (tmp_path / "out").exists()


def test_the_networks_of_a_study_learn_the_lowest_frequency_first():
    pytest.importorskip("torch", reason="PyTorch is not installed")
    from fprinciple.studies.equal_amplitudes import STUDY, train

    first, again = train(3, False, epochs=60), train(3, False, epochs=60)
    assert set(first.numbers) == {"crossing_1", *(row.key for row in STUDY.published)}
    np.testing.assert_array_equal(first.measured.delta, again.measured.delta)
    delta = first.measured.delta.to_numpy()
    assert delta[0].min() > 0.9
    assert delta[-1][0] < 0.2 and (delta[-1][1:] > 0.5).all()
    assert (train(4, False, epochs=10).measured.delta[0] != delta[0]).all()
