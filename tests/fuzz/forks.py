"""Runs of the command that are forks of one that was loaded once (forks.c)."""

import os
import resource
import select
import signal
import struct
import subprocess

NUMBER = struct.Struct("=i")


class Run:
    """What subprocess.Popen would give."""

    def __init__(self, answers):
        self._answers = answers
        self.pid = self._read()
        self.returncode = None

    def _read(self):
        answer = os.read(self._answers, NUMBER.size)
        if len(answer) < NUMBER.size:
            raise RuntimeError("the command that runs are forked from has ended")
        return NUMBER.unpack(answer)[0]

    def wait(self, timeout=None):
        if self.returncode is None:
            if not select.select([self._answers], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a fork", timeout)
            self.returncode = os.waitstatus_to_exitcode(self._read())
        return self.returncode

    def terminate(self):
        os.kill(self.pid, signal.SIGTERM)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)


class Forks:
    """The program, loaded once with the library of forks.c; it ends with this process.

    environment: what libraries read while they are loaded.
    """

    def __init__(self, program, library, environment):
        self._program = os.fsencode(program)
        requests, self._requests = os.pipe()
        self._answers, answers = os.pipe()
        options = environment.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        self._server = subprocess.Popen(
            [program], stdin=subprocess.DEVNULL, pass_fds=(requests, answers),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
            # Threads do not survive a fork: OpenBLAS must not start any while it is loaded.
            env={**environment, "LD_PRELOAD": str(library), "ASAN_OPTIONS": options, "OPENBLAS_NUM_THREADS": "1", "LD_BIND_NOW": "1",
                 "FORKS_REQUESTS": str(requests), "FORKS_ANSWERS": str(answers)})
        os.close(requests)
        os.close(answers)

    def run(self, arguments, directory, environment, told, said):
        """Begins a run; told, said: the files of stdout and stderr."""
        variables = [f"{key}={value}" for key, value in environment.items()]
        texts = [directory, told, said, str(len(variables)), *variables, self._program, *arguments]
        request = b"".join(os.fsencode(text) + b"\0" for text in texts)
        os.write(self._requests, NUMBER.pack(len(request)))
        for at in range(0, len(request), 4096):
            os.write(self._requests, request[at:at + 4096])
        return Run(self._answers)
