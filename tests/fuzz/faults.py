#!/usr/bin/env python3
"""Memory that runs out, disks that fill up, signals, and `ulimit -v`, at many places of a run.

usage: faults.py KIND --program COMMAND --shim LIBRARY [--places N] [--seed N]

KIND is memory, disk, signals or limits. After each: a status, a message where the status is not 0;
the old result byte for byte, or a whole new one; nothing left behind (after SIGKILL: when the
command has run again). --places is how many; the whole suite is 500, 40, 100 and 20.
"""

import argparse
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cases import Generator, read
from sandbox import LIBRARIES_SPEAK, Case, Sandbox, snapshot

PLACES = {"memory": 500, "disk": 40, "signals": 100, "limits": 20}
# What a process leaves that the system, or a library for want of memory, ends on the spot; the next run removes it.
UNCLEARED = (".out.partial-", ".out.lock")
# Of summary.json and of pages.
OF_ONE_RUN = re.compile(rb'"(seconds|peak_mib|foreseen_mib)": [^,\n]*|<data data-key="[^"]*(seconds|peak_mib|foreseen_mib)".*?</data>')


class Faults:
    def __init__(self, options, scratch):
        self.sandbox = Sandbox(options.program, scratch, False)
        self.shim, self.random, self.places = options.shim, random.Random(options.seed), options.places
        self.failed, self.statuses = 0, {}
        files = {**read("*.toml"), **read("*.csv")}
        generator = Generator(self.sandbox)
        old = {f"out/{name}": content for name, content in generator.results["least.toml"].items()}
        runs = {f"{name}/{file}": content for name in ("r0", "r1") for file, content in generator.results["line.toml"].items()}
        self.cases = [
            Case("run", ["run", "line.toml", "--out", "out"], {**files, **old}, "out"),
            Case("sweep", ["sweep", "sweep_width.toml", "--out", "out"], {**files, **old}, "out"),
            Case("bounds", ["bounds", "target.toml", "--out", "out"], {**files, **old}, "out"),
            Case("complete", ["run", "complete.toml", "--out", "out"], {**files, **old}, "out"),
            Case("report", ["report", "out"], {**files, **old}, "out"),
            Case("overlay", ["report", "r0", "r1", "--out", "out"], {**files, **old, **runs}, "out"),
        ]

    def start(self, case, environment=None, preexec=None):
        self.sandbox.prepare(case)
        return self.again(case, environment, preexec)

    def again(self, case, environment=None, preexec=None):
        return subprocess.Popen([self.sandbox.program, *case.arguments], cwd=self.sandbox.box / "work",
                                env={**self.sandbox.environment(case, False), **(environment or {})}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=preexec, start_new_session=True)

    def preloaded(self, **settings):
        return {"LD_PRELOAD": os.path.abspath(self.shim), **{f"FAILING_{k.upper()}": str(v) for k, v in settings.items()}}

    def state(self):
        """The box, without what differs from run to run."""
        seen = {}
        for name in snapshot(self.sandbox.box):
            path = self.sandbox.box / name
            if path.is_file():
                content = path.read_bytes()
                seen[name] = OF_ONE_RUN.sub(b"", content) if path.suffix in (".json", ".html") else content
            else:
                seen[name] = None
        return seen

    def reference(self, case):
        """Before and after a run without a fault, and its seconds."""
        self.sandbox.prepare(case)
        before = self.state()
        begin = time.monotonic()
        process = self.again(case)
        _, said = process.communicate()
        seconds = time.monotonic() - begin
        if process.returncode != 0:
            sys.exit(f"{case.kind}: status {process.returncode}: {said.decode()}")
        return before, self.state(), seconds

    def complain(self, what, said=b""):
        self.failed += 1
        print(f"FAILED: {what}" + (f": {said.decode(errors='replace').strip()[-600:]}" if said else ""), flush=True)

    def check(self, where, status, said, before, after, may_stay=()):
        """What must hold after any fault; `may_stay` are beginnings of names of what may be there."""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status not in (0, 1, 2):
            self.complain(f"{where}: status {status}", said)
        if status and not said:
            self.complain(f"{where}: status {status} without a message")
        odd = LIBRARIES_SPEAK.search(said.decode(errors="replace"))
        if odd:
            self.complain(f"{where}: a library speaks", said)
        self.check_files(where, status, said, before, after, may_stay)

    def check_files(self, where, status, said, before, after, may_stay=()):
        now = {name: content for name, content in self.state().items()
               if not any(name.startswith(f"work/{beginning}") for beginning in may_stay)}
        whole = [before, after] if status else [after]
        if status == 0 and b"there is not enough memory" in said and now.keys() <= after.keys():
            return  # a cell, or a rung of the ladder, is left out, and told
        if not any(now == state for state in whole):
            nearest = min(whole, key=lambda state: len(differing(now, state)))
            self.complain(f"{where}: status {status}, neither the old files nor the new ones: {differing(now, nearest)[:8]}", said)

    # Kinds ----------------------------------------------------------------------------------------

    def memory(self):
        counts = self.sandbox.scratch / "counts"
        for case in self.cases:
            before, after, _ = self.reference(case)
            self.start(case, self.preloaded(counts=counts)).communicate()
            total = int(counts.read_text().split()[0])
            share = max(1, self.places // len(self.cases))
            for k in range(share):
                # Once, or memory is full from then on; spread evenly, with a random place in each part.
                place = 1 + int(total * (k + self.random.random()) / share)
                settings = {"full": 1} if k % 2 == 0 else {}
                process = self.start(case, self.preloaded(allocation=place, **settings))
                said = self.finish(process)
                self.check(f"{case.kind}, allocation {place} of {total}{', memory full from then on' if settings else ''}",
                           process.returncode, said, before, after, ("out.cells", *(UNCLEARED if settings else ())))
                if settings:
                    self.run_again(case, f"{case.kind}, after allocation {place} of {total}", after)

    def run_again(self, case, where, after):
        """Nothing of the fault is left, and the result is whole."""
        options = ["--resume"] if case.arguments[0] != "report" else []
        process = self.again(Case(case.kind, case.arguments + options, {}, "out"))
        said = self.finish(process)
        self.check(f"{where}, run again", process.returncode, said, after, after)

    def disk(self):
        counts = self.sandbox.scratch / "counts"
        for case in self.cases:
            before, after, _ = self.reference(case)
            self.start(case, self.preloaded(counts=counts)).communicate()
            total = int(counts.read_text().split()[1])
            share = max(1, self.places // len(self.cases))
            for k in range(share):
                size = int(total * (k + self.random.random()) / share)
                process = self.start(case, self.preloaded(bytes=size))
                said = self.finish(process)
                if process.returncode == 0 and size < total * 0.9:
                    self.complain(f"{case.kind}, {size} of {total} bytes: status 0", said)
                self.check(f"{case.kind}, {size} of {total} bytes", process.returncode, said, before, after, ("out.cells",))

    def limits(self):
        lowest = 1 << 25
        # Below it the dynamic linker has no place for the libraries, and says so.
        while subprocess.run([self.sandbox.program, "--version"], capture_output=True, timeout=30,
                             preexec_fn=lambda: limit(lowest)).returncode != 0:
            lowest = lowest * 17 // 16
        for case in self.cases[:max(1, min(len(self.cases), self.places // 3))]:
            before, after, _ = self.reference(case)
            levels = max(2, self.places // len(self.cases))
            for k in range(levels):
                size = int(lowest * 8 ** (k / levels))
                process = self.start(case, preexec=lambda size=size: limit(size))
                said = self.finish(process)
                self.check(f"{case.kind}, ulimit -v {size >> 10}", process.returncode, said, before, after, ("out.cells",))

    def signals(self):
        names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
        for number in range(self.places):
            case = self.cases[number % len(self.cases)]
            if number < len(self.cases):
                case.reference = self.reference(case)
            before, after, seconds = case.reference
            sent = [self.random.choice(names) for _ in range(self.random.choice((1, 1, 2)))]
            process = self.start(case)
            for one in sent:
                time.sleep(self.random.uniform(0, seconds))
                process.send_signal(one)
            said = self.finish(process)
            status = process.returncode
            where = f"{case.kind}, {' and '.join(one.name for one in sent)}"
            self.statuses[status] = self.statuses.get(status, 0) + 1
            not_begun = not said and status in [-one for one in sent]  # as any program that is not yet there
            if status not in (0, -signal.SIGKILL, *(128 + one for one in sent)) and not not_begun:
                self.complain(f"{where}: status {status}", said)
            if status > 0 and not said:
                self.complain(f"{where}: status {status} without a message")
            kept = ("out.checkpoint.nc", "out.cells") + (UNCLEARED if status == -signal.SIGKILL else ())
            self.check_files(where, status, said, before, after, kept)
            self.run_again(case, where, after)

    def finish(self, process, seconds=30.0):
        """What it says."""
        try:
            return process.communicate(timeout=seconds)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            self.complain(f"{process.args[1:]}: still running after {seconds} s")
            return process.communicate()[1]


def limit(size):
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def differing(one, other):
    return sorted(f"{name}{' gone' if name not in one else ' new' if name not in other else ''}"
                  for name in one.keys() | other.keys() if one.get(name, 0) != other.get(name, 0))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("kind", choices=sorted(PLACES))
    parser.add_argument("--program", required=True)
    parser.add_argument("--shim", required=True, help="the library that fails allocations and writes (failing.c)")
    parser.add_argument("--places", type=int, help="how many (default: all)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.places = options.places or PLACES[options.kind]
    if b"__asan_init" in Path(options.program).read_bytes():
        print("skipped: AddressSanitizer's allocator does not fail")
        return 77
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fprinciple-faults-") as scratch:
        faults = Faults(options, scratch)
        getattr(faults, options.kind)()
        faults.sandbox.clear()
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(faults.statuses.items()))
    print(f"{options.kind}: {sum(faults.statuses.values())} runs in {time.monotonic() - begin:.0f} s, status {statuses}; "
          f"{faults.failed} faults")
    return 1 if faults.failed else 0


if __name__ == "__main__":
    sys.exit(main())
