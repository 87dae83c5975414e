#!/usr/bin/env python3
"""Plants one fault after another and requires the suite of theory against practice to turn red.

usage: mutations.py [--check] [--scratch DIR] [PATTERN...]

Copies the tree to a scratch directory (--scratch keeps it, and its build, for the next time),
builds fprinciple_regression there and runs its tests of [theory_vs_practice], which must pass; then
plants each fault whose description contains one of the PATTERNs (left out: all), builds what it
changes, and requires a failure. Prints a table: fault, file, the tests that caught it. The tree
itself is never touched. Exit status 0: all caught; 1: not. Takes some minutes.

--check only verifies that every fault can be planted: that its old text is found exactly once.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT = 900  # seconds for one run of the suite; a fault may make it endless

# Fault, file, (old text, new text)...
FAULTS = [
    ("κ off by 2: lattice", "lfp/spectral_weight.cpp",
     ("static_cast<double>(over.width) * over.p_b0 *",
      "static_cast<double>(over.width) * 0.5 * over.p_b0 *")),
    ("κ off by 2: mesh-free", "lfp/real_space_kernel.cpp",
     ("? 1.0 : data::density_at_zero(law.b));", "? 1.0 : 2.0 * data::density_at_zero(law.b));")),
    ("missing 1/4π²: lattice", "lfp/spectral_weight.cpp",
     ("law.train.b = law.train.w;", "law.train.b = law.train.w; law.output_scale *= 2.0 * pi;")),
    ("missing 1/4π²: mesh-free", "lfp/mesh_free.cpp",
     ("const double from_w = model.divergence ? 1.0 : 0.0;",
      "const double from_w = model.divergence ? 39.47841760435743 : 0.0;")),
    ("cycles/radians: γ² of 2πξ", "lfp/lattice.cpp",
     ("weight.gamma2(k / lattice.box)", "weight.gamma2(2.0 * std::numbers::pi * k / lattice.box)")),
    ("cycles/radians: 4π² between γ_a² and γ_b²", "lfp/spectral_weight.cpp",
     ("std::pow(2.0 * pi, 2 * p + 2)", "std::pow(2.0 * pi, 2 * p)")),
    ("cycles/radians: the spectrum's axis", "lfp/spectrum.cpp",
     ("frequency_ = delta *", "frequency_ = 2.0 * std::numbers::pi * delta *")),
    ("cycles/radians: the target", "data/target.cpp",
     ("(2.0 * kPi * turns + wave.phase)", "(turns + wave.phase)")),
    ("lost ½ in the loss: as recorded", "nn/kernels.cpp",
     ("return 0.5 * (f - y).squaredNorm();", "return (f - y).squaredNorm();")),
    ("lost ½ in the loss: prediction", "compare/prediction.cpp",
     ("return 0.5 * residuals(t)", "return 1.0 * residuals(t)")),
    ("lost ½ in the loss: descent's stop", "nn/gradient_descent.cpp",
     ("const double loss = 0.5 * u.squaredNorm();", "const double loss = u.squaredNorm();")),
    ("lost ½ in the loss: flow's stop", "nn/gradient_flow.cpp",
     ("loss_ = 0.5 * u.squaredNorm();", "loss_ = u.squaredNorm();")),
    ("lost ½ in the loss: Σ(f−y)² is descended", "nn/optimiser.cpp",
     ("theta[j] -= eta * g[j];", "theta[j] -= 2 * eta * g[j];")),
    ("w and b gradients swapped: ReLU", "nn/block_kernels.cpp",
     ("store(sums_w[v * D + k] * a *", "store(sums_b[v] * a *"),
     ("store(sums_b[v] * a * static_cast<Scalar>(scales.b)",
      "store(sums_w[v * D] * a * static_cast<Scalar>(scales.b)")),
    ("w and b gradients swapped: ReLU by cells", "nn/line_cells.cpp",
     ("g.w = rw * (a * s1 + c * as0);", "g.w = rw * as0;"),
     ("g.b = rb * as0;", "g.b = rb * (a * s1 + c * as0);")),
    ("w and b gradients swapped: any activation", "nn/block_kernels.cpp",
     ("g.data(), into.a, into.b);", "g.data(), into.a, row(0));"),
     ("for (; k < d; ++k) add_coordinates<1>(block, g.data(), x + k, count, row(k), into.stride);",
      "for (; k < d; ++k) add_coordinates<1>(block, g.data(), x + k, count, into.b, into.stride);")),
    ("ASI sign lost", "nn/initialise.cpp",
     ("weights.a.tail(drawn) = -weights.a.head(drawn);",
      "weights.a.tail(drawn) = weights.a.head(drawn);")),
    ("zero-frequency rule: γ²(0) := γ²(1/L)", "lfp/lattice.cpp",
     ("distinct[j] > 0.0 ? distinct[j] : lattice.zero_frequency;",
      "distinct[j] > 0.0 ? distinct[j] : 1.0;")),
    ("zero-frequency rule: γ²(0) := 0", "lfp/lattice.cpp",
     ("gamma[j] = weight.gamma2(k / lattice.box) / volume;",
      "gamma[j] = distinct[j] > 0.0 ? weight.gamma2(k / lattice.box) / volume : 0.0;")),
    ("one spectrum bin shifted: the axis", "lfp/spectrum.cpp",
     ("LinSpaced(shells, 0.0, static_cast<double>(shells - 1))",
      "LinSpaced(shells, 1.0, static_cast<double>(shells))")),
    ("one spectrum bin shifted: the values", "lfp/spectrum.cpp",
     ("std::lround(std::sqrt(square) / delta));", "std::lround(std::sqrt(square) / delta)) + 1;")),
    ("one spectrum bin shifted: the lattice", "lfp/lattice.cpp",
     ("static_cast<long double>(lattice.axis_start(axis) + j)",
      "static_cast<long double>(lattice.axis_start(axis) + j + 1)")),
]


def planted(tree, fault):
    """The file's text with the fault in it."""
    name, file, *patches = fault
    text = (tree / file).read_text()
    for old, new in patches:
        if text.count(old) != 1:
            sys.exit(f"{file}: {name}: found {text.count(old)} times, not once: {old}")
        text = text.replace(old, new)
    return text


def copy_tree(to):
    """Leaves what is there and the same, so that a kept build is not begun anew."""
    def copy(source, target):
        source, target = Path(source), Path(target)
        if not target.exists() or source.read_bytes() != target.read_bytes():
            shutil.copy(source, target)
    shutil.copytree(ROOT, to, dirs_exist_ok=True, copy_function=copy,
                    ignore=shutil.ignore_patterns(".git", "build", "results", "__pycache__"))


def build(tree):
    def quietly(*command):
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True,
                              env={**os.environ, "CCACHE_BASEDIR": str(tree)})
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    if not (tree / "build/release/build.ninja").exists():
        launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
        quietly("cmake", "--preset", "release", *launcher)
    quietly("cmake", "--build", "--preset", "release", "--parallel", str(os.cpu_count()),
            "--target", "fprinciple_regression")


def failures(tree):
    """The names of the tests that fail; what ended the run when it did not come to its end."""
    try:
        run = subprocess.run([tree / "build/release/tests/fprinciple_regression",
                              "[theory_vs_practice]", "--reporter", "xml"],
                             capture_output=True, text=True, timeout=TIMEOUT,
                             env={**os.environ, "OMP_WAIT_POLICY": "passive"})
        cases = list(xml.fromstring(run.stdout).iter("TestCase"))
    except (subprocess.TimeoutExpired, xml.ParseError) as error:
        return [f"no end: {type(error).__name__}"]
    if not cases:
        sys.exit("the suite is empty")
    failed = [case.get("name") for case in cases
              if case.find("OverallResult").get("success") != "true"]
    if (run.returncode != 0) != bool(failed):
        sys.exit(f"status {run.returncode}, but {len(failed)} failures reported")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--scratch", type=Path)
    parser.add_argument("patterns", nargs="*", metavar="PATTERN")
    arguments = parser.parse_args()
    faults = [fault for fault in FAULTS
              if not arguments.patterns or any(p in fault[0] for p in arguments.patterns)]
    if not faults:
        sys.exit("no fault is called so")
    for fault in faults:
        planted(ROOT, fault)
    if arguments.check:
        print(f"{len(faults)} faults can be planted")
        return 0

    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fprinciple-mutations-") as temporary:
        tree = (arguments.scratch or Path(temporary)).resolve()
        if ROOT == tree or ROOT in tree.parents:
            sys.exit("the scratch directory must lie outside of the tree")
        copy_tree(tree)
        build(tree)
        if failed := failures(tree):
            sys.exit(f"the suite is red without any fault: {', '.join(failed)}")
        print(f"green without a fault, {time.monotonic() - start:.0f} s\n", flush=True)
        print("| fault | file | caught by |\n|---|---|---|", flush=True)
        missed = 0
        for fault in faults:
            name, file, *_ = fault
            (tree / file).write_text(planted(ROOT, fault))
            build(tree)
            failed = failures(tree)
            shutil.copy(ROOT / file, tree / file)
            missed += not failed
            print(f"| {name} | {file} | {' · '.join(failed) or 'NOTHING'} |", flush=True)
    print(f"\n{len(faults) - missed} of {len(faults)} faults caught, "
          f"{time.monotonic() - start:.0f} s")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
