"""The fuzzer finds what is wrong, shrinks it, and writes a program that shows it."""

import re
import subprocess
import sys
from itertools import count
from types import SimpleNamespace
from unittest import mock

import pytest
from hypothesis import strategies as st

from minigrad.testing import fuzz, strategies
from minigrad.testing.grammar import FAMILIES, Family

# It is x, and so has the derivative 1; but at 0 each maximum says that it has that of x.
WRONG_AT_0 = "T.maximum({x}, 0) - T.maximum(-{x}, 0)"


def wrong_gradients(fuzzer):
    """The programs that show one."""
    kind = "derivatives: GradientError: the gradient is wrong"
    return [path for failure, path in fuzzer.failures.items() if failure.startswith(kind)]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    families = {"elementwise": Family(["T.tanh({x})", WRONG_AT_0])}
    with (
        mock.patch.dict(FAMILIES, families),
        mock.patch.multiple(fuzz, _BATCH=10, _SHAPES=((),)),
        # Few numbers, so that 0 is soon among them.
        mock.patch.object(strategies, "_elements", lambda *_: st.integers(-2, 2).map(float)),
    ):
        checks = {"derivatives": fuzz.CHECKS_OF_DERIVATIVES["derivatives"]}
        fuzzer = fuzz.Fuzzer(["elementwise"], tmp_path_factory.mktemp("fuzz"), checks)
        batches = iter(range(20))
        while not wrong_gradients(fuzzer):
            fuzzer.batch(next(batches))
        fuzzer.batch(next(batches))
    return fuzzer


def test_it_finds_a_wrong_derivative_and_writes_a_program_that_shows_it(found):
    assert found.count > 3
    (path,) = wrong_gradients(found)
    program = path.read_text()
    assert "y0 = T.maximum(x0, 0) - T.maximum(-x0, 0)" in program
    assert "tanh" not in program
    run = subprocess.run([sys.executable, path], capture_output=True, text=True, check=False)
    assert run.returncode
    assert "GradientError: the gradient is wrong" in run.stderr


def test_it_goes_on_after_a_failure_and_does_not_find_it_again(found):
    assert len(set(found.failures.values())) == len(found.failures) <= 4


def test_the_command_ends_in_time_and_tells_how_many_it_has_drawn(capsys, tmp_path, monkeypatch):
    looks = count()
    clock = SimpleNamespace(monotonic=lambda: next(looks) / 20)  # 24 looks are 0.02 minutes
    monkeypatch.setattr(fuzz, "time", clock)
    assert fuzz.main(["--minutes", "0.02", "--seed", "5", "--out", str(tmp_path)]) == 0
    report = capsys.readouterr().out
    (drawn,) = re.findall(r"(\d+) expressions", report)
    assert 0 < int(drawn) <= 24
    assert "0 kinds of failures" in report


def test_without_hypothesis_the_command_says_in_a_line_what_it_needs():
    program = (
        "import runpy, sys; sys.modules['hypothesis'] = None; sys.argv[1:] = ['--help']; "
        "runpy.run_module('minigrad.testing.fuzz', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        "python -m minigrad.testing.fuzz draws expressions with Hypothesis: pip install hypothesis\n"
    )
