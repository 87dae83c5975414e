"""What the scripts beside this file share: a virtual environment of their peer's own."""
import os
import subprocess
import sys


def continue_in(venv, requirements, script):
    """Make the environment, install what is pinned, and run the script in it from its start.

    -I: "import neural_tangents" is the package, not the file here.
    """
    python = str(venv / "bin" / "python")
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                    "--no-deps", "-r", str(script.with_name(requirements))], check=True)
    os.execv(python, [python, "-I", str(script), *sys.argv[1:]])
