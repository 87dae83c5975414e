"""One execution of the command in a fresh directory, and what must hold after any execution.

The directory `box` holds
  work/       the working directory: the case's files, and files of the user's
  bystander/  more files of the user's
  home/, tmp/ HOME and TMPDIR
and nothing in it may change but the case's output.
"""

import dataclasses
import hashlib
import json
import os
import re
import resource
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path

from forks import Forks

HERE = Path(__file__).resolve().parent
PATIENCE = 2.0  # s, after which a run that trains is interrupted
LONGEST = 20.0  # s, after which one that does not train hangs
SERVED = 5.0  # s, within which a signal must be served
SLOWER = 3  # with sanitizers everything takes so many times as long
DRAWN_LATER = b"the results are whole"  # status 1, and the new result is in place
TRAINING = b"interrupted after"  # what a signal says that has ended training, or a sweep
MEMORY = 3 << 30  # bytes of address space, where there is no AddressSanitizer, which needs terabytes
USERS = {
    "work/.git/HEAD": b"ref: refs/heads/main\n",
    "work/notes.txt": b"mine\n",
    "work/results/other/report.html": b"<html>mine</html>\n",
    "bystander/data.csv": b"x,y\n0,1\n",
    "home/.gnuplot": b"system 'touch PWNED'\n",
    "home/.profile": b"# mine\n",
}
TRACED = ("execve,connect,open,openat,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,"
          "symlink,symlinkat,truncate,chmod,fchmodat,chown,fchownat,utimensat,chdir,socket,bind,sendto,ptrace,mount")
LIBRARIES_SPEAK = re.compile(
    r"Sanitizer|runtime error:|HDF5-DIAG|terminate called|^[IWEF]\d{8} |WARNING: Logging before|json\.exception|"
    r"On entry to|basic_string|std::|vector::|stoul|stod|filesystem error|\[\w+ error\]|gnuplot>|line \d+: warning:|Assertion|assertion failed|\\.cpp\\s+line",
    re.M)


@dataclasses.dataclass
class Case:
    """A command line, the files that it finds, and where its output goes (None: it has none)."""
    kind: str
    arguments: list
    files: dict
    out: str | None = None
    environment: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Outcome:
    status: int = 0
    said: bytes = b""  # on stderr
    told: bytes = b""  # on stdout
    seconds: float = 0.0
    served: bool = False  # a signal that was sent, as it took long
    faults: list = dataclasses.field(default_factory=list)  # (kind, what happened)

    def fault(self, kind, what=""):
        self.faults.append((kind, what))


def snapshot(root):
    """What every path below root is."""
    seen = {}
    todo = [str(root)]
    while todo:
        with os.scandir(todo.pop()) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                name = os.path.relpath(entry.path, root)
                if stat.S_ISDIR(status.st_mode):
                    seen[name] = (status.st_mode,)
                    todo.append(entry.path)
                elif stat.S_ISREG(status.st_mode):
                    with open(entry.path, "rb") as file:
                        content = hashlib.blake2b(file.read(1 << 24)).digest()
                    seen[name] = (status.st_mode, status.st_size, status.st_mtime_ns, content)
                else:
                    seen[name] = (status.st_mode, status.st_mtime_ns)
    return seen


def unescaped(name):
    """A name as strace writes it: escapes for quotes, control characters, and all bytes beyond ASCII."""
    return os.fsdecode(name.encode().decode("unicode_escape").encode("latin-1"))


def within(path, folder):
    return path == folder or path.startswith(folder + "/")


class Sandbox:
    def __init__(self, program, scratch, sanitized, forks=None):
        """forks: the library of forks.c, if runs shall be forks."""
        self.program = os.path.abspath(program)
        self.scratch = Path(scratch).resolve()
        self.box = self.scratch / "box"
        self.sanitized = sanitized
        self.longest = LONGEST * (SLOWER if sanitized else 1)
        self.forks = Forks(self.program, os.path.abspath(forks), self.environment(Case("", [], {}), False)) if forks else None

    def clear(self):
        if self.box.exists():
            subprocess.run(["chmod", "-R", "u+rwX", self.box], check=False)
            shutil.rmtree(self.box)

    def prepare(self, case):
        self.clear()
        for folder in ("work", "home", "tmp", "bystander"):
            (self.box / folder).mkdir(parents=True)
        for name, content in {**USERS, **{f"work/{name}": content for name, content in case.files.items()}}.items():
            path = self.box / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def environment(self, case, gnuplot):
        path = os.environ.get("PATH", "/usr/bin:/bin") if gnuplot else f"{HERE}:/usr/bin:/bin"
        return {
            "PATH": path, "HOME": str(self.box / "home"), "TMPDIR": str(self.box / "tmp"), "LANG": "C.UTF-8",
            "OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "passive",
            "ASAN_OPTIONS": "detect_leaks=0:exitcode=99:allocator_may_return_null=1",
            "UBSAN_OPTIONS": "print_stacktrace=1:exitcode=99", **case.environment}

    def run(self, case, gnuplot=False, traced=False, whole=False):
        """Runs the case; gnuplot: the real one, not the one that stands in; whole: to its end."""
        self.prepare(case)
        before = snapshot(self.box)
        outcome = self.execute(case, gnuplot, traced, self.longest if traced or whole else PATIENCE)
        if outcome.served and TRAINING not in outcome.said:
            # Training may be as long as was asked for; all else must have an end.
            self.prepare(case)
            before = snapshot(self.box)
            outcome = self.execute(case, gnuplot, traced, self.longest)
            if outcome.served and TRAINING not in outcome.said:
                outcome.fault("hang", f"still not training, and running, after {self.longest} s")
        after = snapshot(self.box)
        self.check_status(case, outcome)
        self.check_messages(case, outcome)
        self.check_files(case, outcome, before, after)
        if outcome.status == 0:
            self.check_result(case, outcome, gnuplot)
        if traced:
            self.check_trace(case, outcome)
        return outcome

    def execute(self, case, gnuplot, traced, patience):
        command = [self.program, *case.arguments]
        if traced:
            command = ["strace", "-f", "-y", "-qq", "-s", "4096", "-e", f"trace={TRACED}", "-e", "signal=none",
                       "-o", self.scratch / "trace", "--", *command]

        def limit():
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if not self.sanitized:
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

        outcome = Outcome()
        begin = time.monotonic()
        environment = self.environment(case, gnuplot)
        with open(self.scratch / "told", "w+b") as told, open(self.scratch / "said", "w+b") as said:
            # What libraries read while they are loaded is only of a run that begins by itself.
            if self.forks and not traced and not case.environment:
                process = self.forks.run(case.arguments, self.box / "work", environment, told.name, said.name)
            else:
                process = subprocess.Popen(command, cwd=self.box / "work", env=environment, stdin=subprocess.DEVNULL,
                                           stdout=told, stderr=said, preexec_fn=limit, start_new_session=True)
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                self.interrupt(process, outcome, traced)
            outcome.status = process.returncode
            outcome.seconds = time.monotonic() - begin
            if not self.all_gone(process.pid):
                os.killpg(process.pid, signal.SIGKILL)
                outcome.fault("a child outlived the command")
            told.seek(0)
            outcome.told = told.read(1 << 20)
            said.seek(0)
            outcome.said = said.read(1 << 20)
        return outcome

    @staticmethod
    def all_gone(group):
        """Whether no process of the group is left; children that their parent's end kills take a moment."""
        for _ in range(50):
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                return True
            time.sleep(0.02)
        return False

    @staticmethod
    def interrupt(process, outcome, traced):
        """Long training is no hang, as long as it ends at a signal."""
        if traced:
            os.killpg(process.pid, signal.SIGTERM)  # strace, which lets it pass, and the command
        else:
            process.terminate()
        outcome.served = True
        try:
            process.wait(SERVED)
        except subprocess.TimeoutExpired:
            outcome.fault("signal not served", f"SIGTERM, within {SERVED} s")
            process.kill()
            process.wait()

    @staticmethod
    def check_status(case, outcome):
        status = outcome.status
        if outcome.served and status == 128 + signal.SIGTERM:
            return
        if status not in (0, 1, 2) and not outcome.faults:
            outcome.fault(f"status {status}", outcome.said[-300:].decode(errors="replace"))
        if status in (1, 2) and not outcome.said and case.arguments[:1] != ["verify"]:
            outcome.fault("no message", f"status {status}")

    @staticmethod
    def library_kind(text, match):
        """The words of a library, and of a sanitizer's report the first of our functions."""
        ours = re.search(r"#\d+ 0x\S+ in (fprinciple::\S+?)[(\s]", text[match.start():])
        what = re.search(r"(\w+Sanitizer: [\w-]+|runtime error: \D{0,40})", text[match.start():])
        return f"{what[1]} in {ours[1] if ours else '?'}" if what else f"a library speaks: {match[0]}"

    def check_messages(self, case, outcome):
        for stream in (outcome.said, outcome.told):
            try:
                text = stream.decode()
            except UnicodeDecodeError:
                outcome.fault("message that is not UTF-8", repr(stream[:300]))
                continue
            odd = re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", text)
            if odd:
                outcome.fault("control character in a message", repr(text[max(0, odd.start() - 100):][:200]))
            library = LIBRARIES_SPEAK.search(text)
            if library:
                outcome.fault(self.library_kind(text, library), text[max(0, library.start() - 300):][:5000])
            longest = max((len(line) for file in case.files.values() for line in file.split(b"\n")), default=0)
            longest = min(longest, 2000)
            for line in text.split("\n"):
                if len(line) > 1000 + longest + sum(len(str(a)) for a in case.arguments):
                    outcome.fault("long message", f"{len(line)} characters: {line[:300]}…")
                    break

    def may_change(self, case, outcome):
        """A function that tells whether a path of the box may be other than before."""
        if case.out is None or outcome.status == 2:
            return lambda path: False
        out = os.path.normpath(os.path.join("work", case.out))
        kept = (out + ".checkpoint.nc", out + ".cells", out + ".fig1a.checkpoint.nc", out + ".noise.cells")
        above = [str(path) for path in Path(out).parents][:-2]
        placed = outcome.status == 0 or DRAWN_LATER in outcome.said
        users = any(within(user, out) for user in USERS)

        def allowed(path):
            if placed and not users and within(path, out):
                return True
            return path in above or any(within(path, name) for name in kept)
        return allowed

    def check_files(self, case, outcome, before, after):
        allowed = self.may_change(case, outcome)
        changed = sorted(p for p in before.keys() | after.keys() if before.get(p) != after.get(p) and not allowed(p))
        if changed:
            kinds = ", ".join(f"{p} {'new' if p not in before else 'gone' if p not in after else 'changed'}"
                              for p in changed[:5])
            outcome.fault("files changed", kinds)
        pwned = [p for p in after if os.path.basename(p) == "PWNED"]
        if pwned:
            outcome.fault("a command of the input was run", pwned[0])

    def check_result(self, case, outcome, gnuplot):
        if case.out is None or any(word in case.arguments for word in ("--help", "-h", "--version")):
            return
        out = self.box / "work" / case.out
        for name in ("summary.json", "report.html"):
            if not (out / name).is_file():
                outcome.fault(f"result without {name}")
                return
        try:
            summary = json.loads((out / "summary.json").read_bytes(), parse_constant=str)
        except ValueError as error:
            outcome.fault("summary.json that is no JSON", str(error))
            return
        if case.arguments[0] in ("run", "bounds") and not isinstance(summary.get("error", {}).get("rmse"), float):
            outcome.fault("status 0, but error.rmse is no number")
        page = (out / "report.html").read_bytes()
        try:
            page.decode()
        except UnicodeDecodeError:
            outcome.fault("report.html that is not UTF-8")
        if b"<script>alert(1)" in page:
            outcome.fault("markup of the input in report.html")
        if gnuplot:
            self.check_pictures(out, outcome)

    @staticmethod
    def check_pictures(out, outcome):
        import xml.etree.ElementTree as tree
        for picture in out.rglob("*.svg"):
            try:
                root = tree.parse(picture).getroot()
            except tree.ParseError as error:
                outcome.fault("picture that is not XML", f"{picture.name}: {error}")
                continue
            if any(node.tag.endswith("}script") for node in root.iter() if isinstance(node.tag, str)):
                outcome.fault("picture with a script", picture.name)

    def check_trace(self, case, outcome):
        """No child but gnuplot, no network, nothing opened for writing elsewhere."""
        home = {}
        first = True
        for line in (self.scratch / "trace").read_text(errors="surrogateescape").splitlines():
            match = re.match(r"(\d+)\s+(\w+)\((.*)", line)
            if not match:
                continue
            pid, call, rest = match.groups()
            failed = re.search(r"\) = -1 ", rest)
            names = [unescaped(name) for name in re.findall(r'"((?:[^"\\]|\\.)*)"', rest)]
            if call == "execve":
                if not first and not failed and not names[0].endswith("/gnuplot") and case.kind:
                    outcome.fault("a child that is not gnuplot", rest[:200])
                first = False
            elif call in ("connect", "socket", "bind", "sendto"):
                # The C library asks its cache of names, where there is one, when it is loaded.
                if "AF_INET" in rest or "AF_UNIX" in rest and call == "connect" and "/nscd/" not in rest:
                    outcome.fault("network", f"{call}({rest[:200]}")
            elif call == "chdir" and names and not failed:
                home[pid] = os.path.normpath(os.path.join(home.get(pid, self.box / "work"), names[0]))
            elif call in ("open", "openat", "creat") and not re.search("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", rest) \
                    and call != "creat":
                continue
            elif not failed:
                folder = re.match(r"\d+<([^>]*)>", rest)
                base = folder[1] if folder else str(home.get(pid, self.box / "work"))
                for name in names[:2]:
                    self.check_written(case, os.path.normpath(os.path.join(base, name)), f"{call}({rest[:200]}", outcome)

    def check_written(self, case, path, what, outcome):
        if path.startswith(("/dev/null", "/dev/tty", "/dev/full", "/proc/self/")):
            return
        inside = os.path.relpath(path, self.box)
        if case.out is not None:
            out = os.path.normpath(os.path.join("work", case.out))
            name = os.path.basename(out)
            beside = os.path.relpath(inside, os.path.dirname(out)).split("/")[0]
            if within(out, inside) or beside == name or beside.startswith((name + ".", f".{name}.")):
                return
        outcome.fault("written outside the output", what)
