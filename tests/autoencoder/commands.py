"""Run the command in this process, which spares it the seconds that the libraries take to load."""

import io
import subprocess
from contextlib import redirect_stderr, redirect_stdout

from matplotlib.figure import Figure

from autoencoder.__main__ import main

# The columns of numbers in the table of `verbs/conftest.py`.
NAMES = [f"sensor {i}" for i in range(20)]
SHORT = ["--epochs", 30, "--hidden", 3, "--quiet"]


def run(*options, stdout=None):
    """Run the command in the current folder, with this file for what it prints."""
    stdout = io.StringIO() if stdout is None else stdout
    with redirect_stdout(stdout), redirect_stderr(io.StringIO()) as stderr:
        try:
            status = main([str(option) for option in options])
        except SystemExit as exit_:
            status = exit_.code
    printed = stdout.getvalue() if isinstance(stdout, io.StringIO) else ""
    return subprocess.CompletedProcess(options, status, printed, stderr.getvalue())


def done(*options):
    """Return what the command prints; it must end well, without a complaint."""
    result = run(*options)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def leave_blank(monkeypatch):
    """Have pictures drawn with nothing in them: to draw one takes a second."""

    def blank(*args, figure=None, **options):
        return figure or Figure()

    monkeypatch.setattr("autoencoder.command.pictures.draw", blank)
