#!/usr/bin/env python3
"""Uses the library as strangers do: from what is installed, moved elsewhere, and as a part of a project.

usage: consumer.py cmake CMAKE BUILD COMPILER    installs BUILD; examples/cpp by find_package, each
                                                 component and its headers by themselves
       consumer.py pkg-config CMAKE BUILD COMPILER   examples/cpp by pkg-config, for this machine
       consumer.py command CMAKE BUILD COMPILER      the installed command has its own experiments
       consumer.py subproject CMAKE BUILD COMPILER   a project that adds the source tree to its own

The numbers that examples/cpp prints are held against closed forms written here. Exit status 1, with
what was run and what it said, when something fails.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
EXAMPLE = ROOT / "examples/cpp"


def run(*command, status=0, **options):
    done = subprocess.run([str(c) for c in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode != status:
        sys.exit(f"{shlex.join(map(str, command))}\n{done.stdout}exit status {done.returncode}, "
                 f"not {status}")
    return done.stdout


def install(cmake, build, scratch):
    """The installed tree, in another place than it was installed to."""
    run(cmake, "--install", build, "--prefix", scratch / "first")
    prefix = scratch / "a prefix"
    (scratch / "first").rename(prefix)
    for file in prefix.rglob("*"):
        if file.suffix in (".hpp", ".cmake", ".pc"):
            text = file.read_text()
            for place in (ROOT, build, scratch):
                if str(place) in text:
                    sys.exit(f"{file.relative_to(prefix)} names {place}")
    return prefix


def closed_form():
    """Complete LFP of examples/cpp. For normal w and b, with u = (σ_w x, σ_b), θ the angle between u
    and u': E[σσ'] = |u||u'| (sin θ + (π − θ) cos θ)/2π and E[σ'σ''] = (π − θ)/2π, and
    f = k(·, X) K^{-1} y."""
    x = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    y = np.array([1.0, -1.0, -1.0, 1.0])
    points = np.array([[1.0, 1.0], [0.5, 0.5], [0.0, 0.0], [-0.3, 0.8], [2.0, 1.5]])

    def kernel(p, q):
        u, v = (np.column_stack([r, np.full(len(r), 0.7)]) for r in (p, q))
        lengths = np.outer(np.linalg.norm(u, axis=1), np.linalg.norm(v, axis=1))
        angle = np.arccos(np.clip(u @ v.T / lengths, -1.0, 1.0))
        value = lengths * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)
        derivative = (np.pi - angle) / (2 * np.pi)
        return 1000 * (value + 0.3**2 * (1 + p @ q.T) * derivative)

    return points, kernel(points, x) @ np.linalg.solve(kernel(x, x), y)


def check_numbers(printed):
    points, f = closed_form()
    got = np.loadtxt(printed.splitlines())
    if got.shape != (5, 3) or abs(got - np.column_stack([points, f])).max() > 1e-9:
        sys.exit(f"examples/cpp prints\n{printed}and the closed form gives {f}")
    assert np.ptp(f) > 1.0  # not the same everywhere


def configure(cmake, source, build, compiler, prefix, *definitions):
    run(cmake, "-G", "Ninja", "-S", source, "-B", build, f"-DCMAKE_CXX_COMPILER={compiler}",
        f"-DCMAKE_PREFIX_PATH={prefix}", *definitions)


def check_cmake(cmake, build, compiler, scratch):
    prefix = install(cmake, build, scratch)
    example = scratch / "example"
    shutil.copytree(EXAMPLE, example)
    configure(cmake, example, scratch / "build", compiler, prefix)
    run(cmake, "--build", scratch / "build")
    check_numbers(run(scratch / "build/complete_lfp"))

    # Each component by itself, with all its headers in one file.
    headers = prefix / "include/fprinciple"
    project = scratch / "components"
    project.mkdir()
    shutil.copy(HERE / "components.cmake", project / "CMakeLists.txt")
    for room in sorted(p for p in headers.iterdir() if p.is_dir()):
        (project / room.name).mkdir()
        shutil.copy(HERE / "component.cmake", project / room.name / "CMakeLists.txt")
        lines = [f"#include <fprinciple/{room.name}/{p.name}>\n" for p in sorted(room.glob("*.hpp"))]
        (project / room.name / "main.cpp").write_text("".join([*lines, "int main() {}\n"]))
    configure(cmake, project, scratch / "build_components", compiler, prefix)
    run(cmake, "--build", scratch / "build_components", "--parallel", "2")

    # One that is not there.
    (project / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(p LANGUAGES CXX)\n"
        "find_package(fprinciple REQUIRED COMPONENTS lfp cellar)\n")
    said = run(cmake, "-S", project, "-B", scratch / "refused", f"-DCMAKE_CXX_COMPILER={compiler}",
               f"-DCMAKE_PREFIX_PATH={prefix}", status=1)
    if "cellar" not in said:
        sys.exit(f"an unknown component is not named:\n{said}")


def check_pkg_config(cmake, build, compiler, scratch):
    prefix = install(cmake, build, scratch)
    file = next(prefix.rglob("fprinciple.pc"))
    environment = {**os.environ, "PKG_CONFIG_PATH": str(file.parent)}
    flags = shlex.split(run("pkg-config", "--cflags", "--libs", "fprinciple", env=environment))
    # With the widest vectors of this machine, for which Eigen would align memory otherwise.
    run(compiler, "-std=c++20", "-O1", "-march=native", EXAMPLE / "complete_lfp.cpp", "-o",
        scratch / "complete_lfp", *flags)
    check_numbers(run(scratch / "complete_lfp"))


def check_command(cmake, build, _, scratch):
    prefix = install(cmake, build, scratch)
    # Another experiment than that of the source tree, and a quick one.
    file = prefix / "share/fprinciple/experiments/fig1b.toml"
    text = file.read_text().replace("width = 10000", "width = 520")
    file.write_text(text.replace('model = "lfp2019"', 'model = "lfp2019"\nladder = false'))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FPRINCIPLE_")}
    run(prefix / "bin/fprinciple", "reproduce", "fig1b", "--out", scratch / "out", "--quiet",
        env=environment, cwd=scratch)
    summary = json.loads((scratch / "out/fig1b/summary.json").read_text())
    if summary["problem"]["width"] != 520:
        sys.exit("the installed command does not read the installed experiments")


def check_subproject(cmake, _, compiler, scratch):
    project = scratch / "host"
    project.mkdir()
    for name in ("CMakeLists.txt", "host.cpp"):
        shutil.copy(HERE / "host" / name, project)
    configure(cmake, project, scratch / "build", compiler, "", f"-DFPRINCIPLE_ROOT={ROOT}")
    run(cmake, "--build", scratch / "build", "--target", "host", "--parallel", "2")
    said = run(scratch / "build/host")
    if f"VERSION {said.strip()} " not in (ROOT / "CMakeLists.txt").read_text():
        sys.exit(f"the host prints {said}")
    commands = json.loads((scratch / "build/compile_commands.json").read_text())
    own = next(c["command"] for c in commands if c["file"].endswith("host.cpp"))
    if "-Wconversion" in own or "-Werror" in own or f"-I{ROOT} " in own:
        sys.exit(f"our warnings or folders are the host's: {own}")
    if any("/tests/" in c["file"] for c in commands):
        sys.exit("our tests are the host's")
    installed = scratch / "installed"
    run(cmake, "--install", scratch / "build", "--prefix", installed)
    if installed.exists() and any(installed.iterdir()):
        sys.exit("our files are among those that the host installs")


def main():
    kind, cmake, build, compiler = sys.argv[1:]
    checks = {"cmake": check_cmake, "pkg-config": check_pkg_config, "command": check_command,
              "subproject": check_subproject}
    with tempfile.TemporaryDirectory() as scratch:
        checks[kind](cmake, Path(build), compiler, Path(scratch).resolve())
    print(f"consumer: {kind} passed")


if __name__ == "__main__":
    main()
