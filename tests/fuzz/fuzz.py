#!/usr/bin/env python3
"""Runs the command on hostile inputs, and checks what must hold after any run (docs/security.md).

Inputs are valid ones (corpus/, and what the command makes of them), mutated. A seed gives the same
inputs again. Each failing input is made smaller and kept, with the command that repeats it.
"""

import argparse
import collections
import dataclasses
import multiprocessing
import os
import random
import shlex
import shutil
import sys
import tempfile
import time
from pathlib import Path

from cases import Generator
from sandbox import HERE, Case, Sandbox

TRACED_EVERY = 40  # one run in so many is watched by strace
DRAWN_EVERY = 15  # one in so many draws with the real gnuplot
KEPT_OF_A_KIND = 3


def fault_class(faults):
    """What makes two findings the same one."""
    return faults[0][0] if faults else ""


def smaller(sandbox, case, sought, how, seconds=10.0):
    """The case without what the fault does not need: files, then lines, by halves."""
    end = time.monotonic() + seconds
    how = {**how, "traced": how["traced"] and sought in ("network", "written outside the output", "a child that is not gnuplot")}

    def fails(trial):
        return time.monotonic() < end and fault_class(sandbox.run(trial, **how).faults) == sought

    for name in list(case.files):
        trial = dataclasses.replace(case, files={n: c for n, c in case.files.items() if n != name})
        if fails(trial):
            case = trial
    for name, content in sorted(case.files.items(), key=lambda item: len(item[1])):
        separator = b"\n" if b"\n" in content and b"\0" not in content else b""
        parts = content.split(b"\n") if separator else [content[i:i + 64] for i in range(0, len(content), 64)]
        size = len(parts) // 2
        while size >= 1:
            at = 0
            while at < len(parts):
                fewer = parts[:at] + parts[at + size:]
                trial = dataclasses.replace(case, files={**case.files, name: separator.join(fewer)})
                if fewer and fails(trial):
                    parts, case = fewer, trial
                else:
                    at += size
            size //= 2
    return case


def keep(folder, case, faults, said, program):
    """Leaves the input, a script that repeats the run, and what was wrong."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in case.files.items():
        path = folder / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "work").mkdir(parents=True, exist_ok=True)
    words = [shlex.quote(os.fsdecode(word)) for word in [program, *case.arguments]]
    settings = [f"{key}={shlex.quote(value)}" for key, value in case.environment.items()]
    (folder / "command.sh").write_bytes(os.fsencode(
        f"#!/bin/sh\ncd \"$(dirname \"$0\")/work\" && {' '.join(settings + words)}\n"))
    (folder / "fault.txt").write_bytes("\n".join(": ".join(fault) for fault in faults).encode(errors="replace") + b"\n\n" + said)


def work(job, options, kinds, end, results):
    """One of the processes: executions job, job + jobs, …"""
    with tempfile.TemporaryDirectory(prefix="fprinciple-fuzz-", dir=options.scratch) as scratch:
        sandbox = Sandbox(options.program, scratch, options.sanitized, options.forks)
        generator = Generator(sandbox)
        weights = {kind: weight for kind, weight in generator.kinds().items() if not kinds or kind in kinds}
        number = options.first + job
        while time.monotonic() < end and number < options.first + options.executions:
            source = random.Random(f"{options.seed} {number}")
            kind = source.choices(list(weights), list(weights.values()))[0]
            case = generator.case(source, kind)
            if any("\0" in os.fsdecode(word) for word in case.arguments):
                number += options.jobs
                continue
            how = {"gnuplot": number % DRAWN_EVERY == 0, "traced": number % TRACED_EVERY == 0}
            outcome = sandbox.run(case, **how)
            results.put((number, case, outcome, how))
            number += options.jobs
        sandbox.clear()
    results.put(None)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--program", required=True, help="the command, best built with sanitizers")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (default: 60)")
    parser.add_argument("--executions", type=int, default=sys.maxsize, help="how many at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first execution; with --executions 1 that one alone")
    parser.add_argument("--forks", help="libfprinciple_forks.so: most runs are forks of one that was loaded once, several times as fast")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kind", action="append", default=[], help="of this kind only; may be given several times")
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz-failures"), help="where failing inputs go (default: build/fuzz-failures)")
    parser.add_argument("--scratch", help="where runs happen (default: TMPDIR or /tmp)")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    options.sanitized = b"__asan_init" in Path(options.program).read_bytes()
    return options


def main():
    options = arguments()
    begin = time.monotonic()
    results = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=work, args=(job, options, options.kind, begin + options.seconds, results))
               for job in range(options.jobs)]
    for worker in workers:
        worker.start()
    counts, statuses, failures = collections.Counter(), collections.Counter(), collections.Counter()
    longest, running = 0.0, len(workers)
    with tempfile.TemporaryDirectory(prefix="fprinciple-fuzz-", dir=options.scratch) as scratch:
        sandbox = Sandbox(options.program, scratch, options.sanitized)
        while running:
            try:
                result = results.get(timeout=1.0)
            except Exception:  # the queue's Empty: are they still there?
                if not any(worker.is_alive() for worker in workers):
                    break
                continue
            if result is None:
                running -= 1
                continue
            number, case, outcome, how = result
            counts[case.kind] += 1
            statuses["interrupted" if outcome.served else outcome.status] += 1
            longest = max(longest, outcome.seconds)
            if not outcome.faults:
                continue
            found = fault_class(outcome.faults)
            failures[found] += 1
            if failures[found] > KEPT_OF_A_KIND:
                continue
            case = smaller(sandbox, case, found, how)
            folder = options.keep / f"{case.kind}-{options.seed}-{number}"
            keep(folder, case, outcome.faults, outcome.said, options.program)
            print(f"FAILED: {folder}: {': '.join(outcome.faults[0])[:400]}", flush=True)
        sandbox.clear()
    for worker in workers:
        worker.join()
    total = sum(counts.values())
    print(f"{total} executions in {time.monotonic() - begin:.0f} s from seed {options.seed}, the longest {longest:.1f} s: "
          + ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())))
    print("status: " + ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items(), key=str)))
    for found, count in failures.most_common():
        print(f"{count} × {found}")
    crashed = any(worker.exitcode for worker in workers)
    if crashed:
        print("FAILED: a worker of the suite itself ended with an error")
    return 1 if failures or crashed or running or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
