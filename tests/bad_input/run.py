#!/usr/bin/env python3
"""Each malformed input gives its exact message, exit status 2 and no output.

usage: run.py COMMAND [--write]

Runs `COMMAND run NAME.toml` (`COMMAND sweep` for sweep_….toml) for every NAME.toml here, and
`COMMAND measure NAME.nc` for every measure_….cdl, in a scratch folder that also holds the CSV files,
the sweeps' experiment and the NetCDF files (built from the .cdl files by ncgen), and compares stderr
with NAME.expected.
With --write, NAME.expected is written instead: read the difference before you commit it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def prepare(scratch):
    for file in HERE.iterdir():
        if file.suffix in (".toml", ".csv", ".experiment"):
            shutil.copy(file, scratch)
        if file.suffix == ".cdl":
            made = scratch / (file.stem + ".nc")
            subprocess.run(["ncgen", "-4", "-o", made, file], check=True)


def without_machine(message):
    """The message, with the memory of this machine taken out."""
    return re.sub(r"this machine has [0-9.e+]+ GiB", "this machine has N GiB", message)


def faults(command, name, scratch, write):
    before = set(scratch.rglob("*"))
    what = name.split("_")[0] if name.startswith(("sweep_", "measure_")) else "run"
    file = f"{name}.nc" if what == "measure" else f"{name}.toml"
    result = subprocess.run([command, what, file], cwd=scratch, capture_output=True)
    message = without_machine(result.stderr.decode())
    expected = HERE / f"{name}.expected"
    if write:
        expected.write_text(message)
    found = []
    if result.returncode != 2:
        found.append(f"exit status {result.returncode}, not 2")
    if not expected.exists():
        found.append("there is no .expected file")
    elif message != expected.read_text():
        found.append(f"said      {message.strip()}\n    must say  {expected.read_text().strip()}")
    if result.stdout:
        found.append(f"wrote to stdout: {result.stdout.decode().strip()}")
    left = sorted(str(path.relative_to(scratch)) for path in set(scratch.rglob("*")) - before)
    if left:
        found.append(f"left behind {', '.join(left)}")
    return found


def main():
    command = os.path.abspath(sys.argv[1])
    write = "--write" in sys.argv[2:]
    names = sorted(file.stem for pattern in ("*.toml", "measure_*.cdl") for file in HERE.glob(pattern))
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        prepare(scratch)
        for name in names:
            found = faults(command, name, scratch, write)
            failed += bool(found)
            for fault in found:
                print(f"{name}: {fault}")
    orphans = {file.stem for file in HERE.glob("*.expected")} - set(names)
    for name in sorted(orphans):
        print(f"{name}: .expected without an input")
    print(f"{len(names)} malformed inputs, {failed} failed")
    return 1 if failed or orphans or not names else 0


if __name__ == "__main__":
    sys.exit(main())
