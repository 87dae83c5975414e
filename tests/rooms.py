#!/usr/bin/env python3
"""Reads the includes and the CMake link lines, and fails where a room sees what it must not.

usage: rooms.py

Prints file, line and what is wrong; exit status 1. Then plants wrong lines in copies of the tree, and
fails if one of them is not seen. docs/architecture.md says what each room is for.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A room sees itself, the rooms named here, and whatever these see. Its CMake target links to exactly
# the targets of the rooms named here.
SEES = {
    "base": [],
    "data": ["base"],
    "io": ["data"],
    "lfp": ["data"],
    "nn": ["data"],
    "measure": ["data"],
    "compare": ["lfp", "nn", "measure"],
    "runs": ["compare", "io"],
    "reports": ["runs"],
    "cli": ["reports"],
    "python": ["runs"],
}
# These see every room, and no room sees them. Those outside build upon what is installed.
ABOVE = ["tests", "bench"]
OUTSIDE = ["examples"]

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<(fprinciple/[^>]+)>)')


def all_that(room):
    """The room and all that it sees."""
    return {room}.union(*(all_that(below) for below in SEES[room]))


def sources(folder):
    return sorted(p for p in folder.rglob("*") if p.suffix in (".cpp", ".hpp"))


def included(root, file, line):
    """The path below `root` that a line of `file` includes from the tree, or None."""
    match = INCLUDE.match(line)
    if not match:
        return None
    quoted, from_outside = match.groups()
    if from_outside:
        return Path(from_outside).relative_to("fprinciple")
    for folder in (file.parent, root / "tests", root):
        path = (folder / quoted).resolve()
        if path.is_file():
            return path.relative_to(root)
    return Path(quoted)


def wrong_includes(root):
    seen = {room: all_that(room) for room in SEES}
    seen.update((folder, {*SEES, folder}) for folder in ABOVE)
    seen["bench"].add("tests")
    for folder, allowed in seen.items():
        for file in sources(root / folder):
            for number, line in enumerate(file.read_text().splitlines(), 1):
                path = included(root, file, line)
                if path is None or path == Path("version.hpp"):  # CMake writes it, for all
                    continue
                if path.parts[0] not in allowed:
                    yield f"{file.relative_to(root)}:{number}: {folder} must not see {path}"
    for folder in OUTSIDE:
        for file in sources(root / folder):
            for number, line in enumerate(file.read_text().splitlines(), 1):
                path = included(root, file, line)
                if path is not None and "<fprinciple/" not in line and path.parts[0] != folder:
                    yield (f"{file.relative_to(root)}:{number}: {folder} must include "
                           f"<fprinciple/{path}>, as outsiders do")


def wrong_links(root):
    rooms = {room for room in SEES if (root / room).is_dir()}
    for folder in sorted(p.parent.name for p in root.glob("*/CMakeLists.txt")):
        if folder not in (*SEES, *ABOVE, *OUTSIDE):
            yield f"{folder}: not in the table of {Path(__file__).name}"
    for room in sorted(rooms):
        file = root / room / "CMakeLists.txt"
        code = re.sub(r"#.*", "", file.read_text())
        linked = set(re.findall(r"\bfprinciple(?:::|_)(\w+)", code)) & set(SEES) - {room}
        wanted = set(SEES[room]) & rooms
        if linked != wanted:
            yield (f"{file.relative_to(root)}: links to {sorted(linked)}, the table says "
                   f"{sorted(wanted)}")


def wrong(root):
    return [*wrong_includes(root), *wrong_links(root)]


def missed(root):
    """Plants what is wrong, one line at a time; yields what was not seen."""
    includes = [
        ("base", '#include "data/grid.hpp"'), ("data", '#include "io/csv.hpp"'),
        ("io", '#include "compare/compare.hpp"'), ("lfp", '#include "nn/network.hpp"'),
        ("nn", '#include "lfp/lattice.hpp"'), ("nn", '#include "../lfp/lattice.hpp"'),
        ("nn", "#  include <fprinciple/lfp/lattice.hpp>"), ("lfp", '#include "io/csv.hpp"'),
        ("compare", '#include "runs/sweep.hpp"'), ("compare", '#include "io/csv.hpp"'),
        ("runs", '#include "reports/page.hpp"'), ("reports", '#include "cli/commands.hpp"'),
        ("lfp", '#include "tests/problems.hpp"'), ("nn", '#include "problems.hpp"'),
        ("examples/cpp", '#include "lfp/lattice.hpp"'),
    ]
    planted = [(sources(root / folder)[0], line) for folder, line in includes]
    planted += [(root / room / "CMakeLists.txt",
                 f"target_link_libraries(fprinciple_{room} PRIVATE fprinciple::{other})")
                for room, other in (("lfp", "nn"), ("data", "io"), ("compare", "runs"))]
    for file, line in planted:
        text = file.read_text()
        file.write_text(f"{line}\n{text}")
        if len(wrong(root)) != 1:
            yield f"{file.relative_to(root)}: not seen when planted: {line}"
        file.write_text(text)


def main():
    findings = wrong(ROOT)
    if not findings:
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch).resolve()
            for folder in (*SEES, *ABOVE, *OUTSIDE):
                if (ROOT / folder).is_dir():
                    shutil.copytree(ROOT / folder, copy / folder)
            findings = list(missed(copy))
    print("\n".join(findings) or "rooms: each sees what it may")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
