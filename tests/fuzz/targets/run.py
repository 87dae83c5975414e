#!/usr/bin/env python3
"""Runs the coverage-guided targets, two at a time, each in a directory of its own with the corpus.

usage: run.py BUILD [--seconds N] [--executions N] [--jobs N] [TARGET...]

Inputs that crash a target are left in BUILD/crashes; BUILD/fuzz_TARGET FILE repeats one.
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
SEEDS = {"cell": "*.json", "csv": "*.csv", "experiment": "[!s]*.toml", "json": "*.json", "netcdf": "*.nc",
         "sweep": "sweep_*.toml"}


def run(target, options):
    crashes = options.build / "crashes"
    crashes.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fprinciple-fuzz-", dir="/dev/shm") as scratch:
        work, seeds, found = (Path(scratch) / name for name in ("work", "seeds", "found"))
        for folder in (work, seeds, found):
            folder.mkdir()
        for file in CORPUS.iterdir():
            shutil.copy(file, work)
        for file in CORPUS.glob("*.cdl"):
            subprocess.run(["ncgen", "-4", "-o", work / f"{file.stem}.nc", file], check=True)
        for file in work.glob(SEEDS[target]):
            shutil.copy(file, seeds)
        command = [options.build / f"fuzz_{target}", f"-max_total_time={options.seconds}", f"-runs={options.executions}",
                   "-timeout=20", "-rss_limit_mb=4096", "-malloc_limit_mb=3000", "-max_len=65536",
                   f"-artifact_prefix={crashes}/{target}-", "-print_final_stats=1", found, seeds]
        environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1", "OMP_NUM_THREADS": "1"}
        made = subprocess.run(command, cwd=work, capture_output=True, env=environment)
    said = made.stderr.decode(errors="replace")
    done = re.search(r"stat::number_of_executed_units:\s*(\d+)", said)
    covered = re.findall(r"cov: (\d+)", said)
    print(f"{target}: {done[1] if done else '?'} executions, {covered[-1] if covered else '?'} edges covered, "
          f"status {made.returncode}", flush=True)
    if made.returncode != 0:
        print(said[-6000:], flush=True)
    return made.returncode == 0 and done is not None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("targets", nargs="*", choices=[[], *SEEDS])
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default: 60)")
    parser.add_argument("--executions", type=int, default=-1, help="of each target at most")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    options.build = options.build.resolve()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        fine = list(pool.map(lambda target: run(target, options), options.targets or sorted(SEEDS)))
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
