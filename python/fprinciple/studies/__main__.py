"""``python -m fprinciple.studies NAME``: train, measure, and write the page."""

import argparse
import sys
from pathlib import Path

from .._core import InputError
from ._frame import run
from .equal_amplitudes import STUDY as EQUAL_AMPLITUDES

STUDIES = {study.name: study for study in (EQUAL_AMPLITUDES,)}


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 where the study agrees with what was published, 1 where not."""
    parser = argparse.ArgumentParser(prog="python -m fprinciple.studies", description=__doc__)
    parser.add_argument("name", choices=sorted(STUDIES), help="the study")
    parser.add_argument("--full", action="store_true", help="the published length of training")
    parser.add_argument("--seeds", type=int, default=5, help="how many trainings (default: 5)")
    parser.add_argument("--jobs", type=int, default=2, help="trainings at a time (default: 2)")
    parser.add_argument("--out", type=Path, help="directory (default: results/studies/NAME)")
    given = parser.parse_args(arguments)
    study = STUDIES[given.name]
    out = given.out or Path("results") / "studies" / study.name
    try:
        found = run(study, out, seeds=given.seeds, jobs=given.jobs, full=given.full)
    except InputError as error:
        parser.error(str(error))
    except ImportError as error:
        parser.error(f"{error}: pip install fprinciple[torch,notebook]")
    print(f"{found.sentence}\n  page           {out / 'report.html'}")
    return 0 if found.agreed else 1


if __name__ == "__main__":
    sys.exit(main())
