"""What the command is given: a case for each kind of input, mutated from valid ones."""

import os
import signal
import subprocess
import time
from pathlib import Path

import mutate
from sandbox import Case

CORPUS = Path(__file__).resolve().parent / "corpus"
OUTS = ["out", "results/x/y", "out/", "./out", "a b", "it's", "é", "a\nb", "a\\b", "$(x)", "-o", ".hidden",
        os.fsdecode(b"\xff\xfe")]
ODD_OUTS = ["", ".", "..", "/", "/dev/null", "/proc/x", "notes.txt", "notes.txt/x", ".git", "results", "results/other",
            "x" * 300, "a/" * 2100, "../bystander", "line.toml", "../home"]


def read(pattern):
    return {path.name: path.read_bytes() for path in sorted(CORPUS.glob(pattern))}


class Generator:
    """Makes cases. Results, checkpoints and cells to mutate come from the command itself."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.experiments = {n: c for n, c in read("*.toml").items() if not n.startswith("sweep_")}
        self.sweeps = read("sweep_*.toml")
        self.json = read("*.json")
        self.files = read("*.csv")
        self.scratch = sandbox.scratch
        self.cdl = (CORPUS / "weights.cdl").read_text()
        for name in CORPUS.glob("*.cdl"):
            made = self.scratch / (name.stem + ".nc")
            subprocess.run(["ncgen", "-4", "-o", made, name], check=True)
            self.files[made.name] = made.read_bytes()
        self.results = {}  # of each seed the files of its result
        for name in [*self.experiments, *self.sweeps]:
            command = "sweep" if name in self.sweeps else "run"
            self.results[name] = self.result(Case("seed", [command, name, "--out", "out"], self.all_files(), "out"))
        self.measured = self.result(Case("seed", ["measure", "recording.nc", "--out", "out"], self.all_files(), "out"))
        self.checkpoint = self.interrupted(
            "line.toml", self.experiments["line.toml"].replace(b"loss = 1e-3, steps = 20", b"steps = 1000000000")
            .replace(b'method = "flow"', b'method = "gd"\ngd = { step = 1e-7 }').replace(b"tolerance = 1e-3\n", b""),
            "run", "out.checkpoint.nc")
        self.cells = self.interrupted(
            "sweep_width.toml", self.sweeps["sweep_width.toml"].replace(b"range = [1, 2]", b"range = [1, 400]"), "sweep",
            "out.cells")
        self.cells_json = [content for name, content in self.cells.items() if name.endswith(".json")]
        self.dumps = {}
        self.damaged = set()

    def all_files(self):
        return {**self.experiments, **self.sweeps, **self.files}

    def result(self, case):
        outcome = self.sandbox.run(case, whole=True)
        if outcome.status != 0 or outcome.faults:
            raise SystemExit(f"{case.arguments}: status {outcome.status}, {outcome.said.decode()}, {outcome.faults}")
        out = self.sandbox.box / "work" / "out"
        return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}

    def interrupted(self, name, text, command, kept):
        """The file as it was run, and what an interruption leaves beside the output directory."""
        case = Case("seed", [command, name, "--out", "out"], {**self.all_files(), name: text}, "out")
        self.sandbox.prepare(case)
        work = self.sandbox.box / "work"
        process = subprocess.Popen([self.sandbox.program, *case.arguments], cwd=work, stderr=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, env=self.sandbox.environment(case, False))
        path = work / kept
        if command == "run":
            while b"training" not in process.stderr.readline():
                pass
            time.sleep(0.3)
        while command == "sweep" and len(list(path.glob("cell_*.json"))) < 6:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        process.communicate()
        files = sorted(path.glob("cell_*.json"))[:6] if path.is_dir() else [path]
        return {name: text, **{str(p.relative_to(work)): p.read_bytes() for p in files}}

    # Kinds ----------------------------------------------------------------------------------------

    def kinds(self):
        return {"toml": 8, "bytes": 2, "sweep": 4, "csv": 3, "weights": 4, "recording": 4, "json": 3, "checkpoint": 2, "cells": 2,
                "report": 4, "overlay": 2, "reproduce": 1, "arguments": 2}

    def case(self, random, kind):
        case = getattr(self, f"{kind}_case")(random)
        case.kind = kind
        return case

    def of_experiment(self, random, files, name="e.toml"):
        """One of the commands that take an experiment."""
        command = random.choice(("run", "verify", "verify", "verify", "bounds"))
        if command == "verify":
            expected = random.choice((b'{"error":{"rmse":1}}', b'{"train":{"steps":1},"problem":{"width":20}}'))
            return self.with_options(random, Case("", [command, name, "--expect", "e.json"], {**files, "e.json": expected}))
        return self.with_options(random, Case("", [command, name], files, f"results/{name.removesuffix('.toml')}"))

    @staticmethod
    def with_options(random, case):
        arguments = list(case.arguments)
        if random.random() < 0.2:
            arguments.append("--quiet")
        if random.random() < 0.2:
            arguments += ["--threads", random.choice(("1", "2", "3"))]
        if case.out is not None and random.random() < 0.1:
            out = random.choice(OUTS)
            arguments.append(f"--out={out}")
            case.out = out
        if arguments[0] in ("run", "bounds", "sweep") and random.random() < 0.05:
            arguments.append("--resume")
        case.arguments = arguments
        return case

    def toml_case(self, random):
        name = random.choice(list(self.experiments))
        text = mutate.toml(random, self.experiments[name], list(self.experiments.values()))
        return self.of_experiment(random, {**self.all_files(), "e.toml": text})

    def bytes_case(self, random):
        name = random.choice([*self.experiments, *self.sweeps])
        text = self.all_files()[name]
        for _ in range(random.choice((1, 1, 3))):
            text = mutate.text(random, text) if text else b"\0"
        if name in self.sweeps:
            return self.of_sweep(random, text)
        return self.of_experiment(random, {**self.all_files(), "e.toml": text})

    def of_sweep(self, random, text, experiments=None):
        files = {**self.all_files(), **(experiments or {}), "s.toml": text}
        return self.with_options(random, Case("", ["sweep", "s.toml"], files, "results/s"))

    def sweep_case(self, random):
        name = random.choice(list(self.sweeps))
        text = mutate.toml(random, self.sweeps[name], list(self.sweeps.values()))
        experiments = {}
        if random.random() < 0.3:
            one = random.choice(("line.toml", "least.toml"))
            experiments[one] = mutate.toml(random, self.experiments[one], list(self.experiments.values()))
        return self.of_sweep(random, text, experiments)

    def csv_case(self, random):
        samples = random.choice(("samples.csv", "plane.csv"))
        files = self.all_files()
        text = files["file.toml"].replace(b"samples.csv", samples.encode())
        if random.random() < 0.6:
            text = text.replace(b'initial = "weights.nc"', self.law()).replace(b'moments = "weights"', b"") \
                .replace(b"bias_density = 0.3", b"")
        if random.random() < 0.5:
            text = text.replace(b'file = "points.csv"', b"count = %d" % random.choice((2, 5)))
        name = random.choice((samples, "points.csv"))
        files[name] = mutate.csv(random, files[name])
        return self.of_experiment(random, {**files, "e.toml": text})

    @staticmethod
    def law():
        one = b'{ dist = "normal", scale = 1.0 }\n'
        return b"width = 4\na = " + one + b"w = " + one + b"b = " + one

    def dump(self, content):
        if content not in self.dumps:
            path = self.scratch / "dumped.nc"
            path.write_bytes(content)
            self.dumps[content] = mutate.dumped(path)
        return self.dumps[content]

    def netcdf(self, random, content):
        if content in self.damaged:
            return mutate.damaged(random, content)
        out = mutate.netcdf(random, content, self.dump(content), self.scratch)
        self.damaged = {out}
        return out

    def weights_case(self, random):
        files = self.all_files()
        seed = random.choice((files["weights.nc"], files["weights.nc"], files["weights.nc"], self.checkpoint["out.checkpoint.nc"],
                              self.results["line.toml"]["weights_final.nc"], self.results["line.toml"]["result.nc"],
                              files["samples.csv"]))
        if seed == files["samples.csv"]:
            files["weights.nc"] = mutate.damaged(random, random.choice((b"\x89HDF\r\n\x1a\n", b"CDF\1", b"CDF\2", b"CDF\5", b"")) + seed)
        else:
            files["weights.nc"] = self.netcdf(random, seed)
        return self.of_experiment(random, {**files, "e.toml": files["file.toml"]})

    def recording_case(self, random):
        if random.random() < 0.4:
            files = self.damaged_files(random, self.measured, [self.measured["summary.json"]])
            return self.with_options_of_report(random, Case("", ["report", "out"], {f"out/{n}": c for n, c in files.items()}, "out"))
        files = self.all_files()
        arguments = ["measure", "r.nc"]
        for option, values in (("--direction", ("pca", "x1", "x9", "1,0", "0,0", "1e308,1e308", "nan,1", ",", "", "x")),
                               ("--frequencies", ("1", "0,1,2", "1e300", "1,1", "nan", "-1,1", "x")),
                               ("--delta", ("1", "1e-300,1e300", "0", "-1", "inf", "")),
                               ("--threshold", ("0.5", "0", "nan", "1e999")), ("--cut", ("0.5", "0", "nan")),
                               ("--kernel", ("1", "1e-200", "0")), ("--seed", ("7", "-1", "18446744073709551615"))):
            if random.random() < 0.15:
                arguments.append(f"{option}={random.choice(values)}")
        files["r.nc"] = self.netcdf(random, files["recording.nc"]) if random.random() < 0.9 else files["recording.nc"]
        return self.with_options(random, Case("", arguments, files, "results/r"))

    def json_case(self, random):
        seeds = [self.json["expected.json"], self.results["line.toml"]["summary.json"]]
        text = mutate.json_file(random, random.choice(seeds), seeds)
        arguments = ["verify", "line.toml", "--expect", "e.json"]
        for option in ("--rtol", "--atol"):
            if random.random() < 0.3:
                arguments.append(f"{option}={random.choice(('0', '1e300', '-1', 'nan', 'inf', '1e-6', 'x', '', '1e999'))}")
        if random.random() < 0.3:
            arguments += ["--only", random.choice(("/error", "/error/rmse", "/", "", "error", "/a~2", "/train/0", "/~", "x" * 5000,
                                                   "/warnings", "/\x1b"))]
        return self.with_options(random, Case("", arguments, {**self.all_files(), "e.json": text}))

    def checkpoint_case(self, random):
        files = {**self.all_files(), **self.checkpoint}
        files["line.toml"] = files["line.toml"].replace(b"steps = 1000000000", b"steps = 1000000000")
        content = files.pop("out.checkpoint.nc")
        kind = random.randrange(10)
        if kind == 0:
            name = random.choice(list(self.results))
            content = self.results[name]["result.nc"]
        elif kind > 1:
            content = self.netcdf(random, content)
        files["out.checkpoint.nc"] = content
        return Case("", ["run", "line.toml", "--out", "out", "--resume"], files, "out")

    def cells_case(self, random):
        files = {**self.all_files(), **self.cells}
        cells = [name for name in files if name.startswith("out.cells/")]
        for name in random.sample(cells, random.randrange(1, len(cells))):
            kind = random.randrange(6)
            if kind == 0:
                del files[name]
            elif kind == 1:
                files[name + ".partial"] = files.pop(name)[:random.randrange(200)]
            elif kind == 2:
                files["out.cells/" + random.choice(("cell_.json", "cell_99.json", "cell_" + "9" * 40 + ".json", "notes"))] = files[name]
            else:
                files[name] = mutate.json_file(random, files[name], self.cells_json)
        if random.random() < 0.8:  # few cells are left to be run; they are of another sweep then
            files["sweep_width.toml"] = files["sweep_width.toml"].replace(b"[1, 400]", b"[1, 4]")
        options = ["--resume"] if random.random() < 0.8 else []
        return Case("", ["sweep", "sweep_width.toml", "--out", "out", *options], files, "out")

    def damaged_result(self, random, name):
        """A result directory with one or two things amiss."""
        seeds = [self.results[n]["summary.json"] for n in ("line.toml", "sweep_map.toml", name)]
        return self.damaged_files(random, self.results[name], seeds)

    def damaged_files(self, random, result, seeds):
        files = dict(result)
        arrays = "measure.nc" if "measure.nc" in files else "result.nc"
        for _ in range(random.choice((0, 1, 1, 1, 2))):
            kind = random.randrange(8)
            target = random.choice(list(files)) if kind > 5 else "summary.json" if kind < 3 else arrays
            if target not in files:
                continue
            if kind == 7:
                del files[target]
            elif target.endswith(".json"):
                files[target] = mutate.json_file(random, files[target], seeds)
            elif target.endswith(".nc"):
                files[target] = self.netcdf(random, files[target])
            else:
                files[target] = mutate.damaged(random, files[target])
        if random.random() < 0.1:
            files[random.choice(("notes.txt", "figures/mine.gp", ".hidden", "data/train.csv"))] = b"mine\n"
        return files

    def report_case(self, random):
        result = self.damaged_result(random, random.choice(list(self.results)))
        files = {f"out/{name}": content for name, content in result.items()}
        return self.with_options_of_report(random, Case("", ["report", "out"], files, "out"))

    def overlay_case(self, random):
        files = {}
        names = ["r%d" % k for k in range(random.choice((2, 2, 3, 9)))]
        for name in names:
            seed = random.choice(list(self.results) if random.random() < 0.2 else ["line.toml", "line.toml", "target.toml"])
            files.update({f"{name}/{file}": content for file, content in self.damaged_result(random, seed).items()})
        out = random.choice(("results/overlay", "out", "r0", "r0/x", "."))
        options = [] if out == "results/overlay" else ["--out", out]
        return self.with_options_of_report(random, Case("", ["report", *names, *options], files, None if out[0] in "r." and
                                                        out != "results/overlay" else out))

    @staticmethod
    def with_options_of_report(random, case):
        if random.random() < 0.2:
            case.arguments.append("--quiet")
        return case

    def reproduce_case(self, random):
        files = {f"experiments/{n}.toml": mutate.toml(random, self.experiments["line.toml"], list(self.experiments.values()))
                 for n in ("fig1a", "fig1b")}
        files["experiments/studies/noise.toml"] = mutate.toml(random, self.sweeps["sweep_width.toml"], list(self.sweeps.values()))
        for name, content in self.all_files().items():
            files[f"experiments/{name}"] = content
            files[f"experiments/studies/{name}"] = content
        names = random.choice((["fig1a"], ["noise"], ["fig1a", "noise"], ["fig1a", "fig1a"], ["nothing"], ["fig1a", ""], ["\x1b[1m"]))
        return Case("", ["reproduce", *names, "--out", "out"], files, "out", {"FPRINCIPLE_EXPERIMENTS": "experiments"})

    def arguments_case(self, random):
        words = ["run", "bounds", "sweep", "report", "verify", "reproduce", "--out", "--resume", "--quiet", "--threads", "--expect",
                 "--only", "--rtol", "--atol", "--help", "--version", "--", "line.toml", "sweep_map.toml", "samples.csv", "nowhere",
                 ".", "", "-1", "0", "1e9", "--x", "-", "\x1b[31m", "a\nb", "x" * 5000, b"\xff\xfe", "results/other"]
        if random.random() < 0.4:
            arguments = [random.choice(words) for _ in range(random.randrange(7))]
            # What a valid command line among these would write is not known: nothing may be written.
            arguments = [a for a in arguments if a not in ("line.toml", "sweep_map.toml", "reproduce")]
            return Case("", arguments, self.all_files())
        out = random.choice(OUTS + ODD_OUTS + ODD_OUTS)
        command = random.choice((["run", "line.toml"], ["sweep", "sweep_map.toml"], ["report", "r0", "r1"]))
        files = self.all_files()
        if command[0] == "report":
            for name in command[1:]:
                files.update({f"{name}/{file}": content for file, content in self.results["line.toml"].items()})
        if random.random() < 0.3:  # an old result stands there
            files.update({f"out/{file}": content for file, content in self.results["line.toml"].items()})
        return Case("", [*command, b"--out=" + os.fsencode(out)], files, out if out in OUTS else None)
