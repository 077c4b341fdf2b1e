"""The planner is optional: without it everything is computed by general programs, and a bug shows."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minigrad
import minigrad.tensor as T
from minigrad.compile import programs
from minigrad.testing import assert_program_agrees, check_grad, check_op

plans = pytest.importorskip("minigrad.planner.plans")
pytestmark = pytest.mark.planner

# Quick ones that touch all that the planner does; without_planner.py runs any.
FILES = ["test_program", "test_updates", "test_source"]


def test_without_the_planner_all_tests_but_its_own_pass():
    here = Path(__file__).parent
    run = [sys.executable, here / "without_planner.py", "-q", *[here / f"{n}.py" for n in FILES]]
    result = subprocess.run(run, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]


@pytest.fixture
def bug(monkeypatch):
    """A bug in the planner."""

    def fail(*arguments):
        raise KeyError("a bug")

    monkeypatch.setattr(plans, "improve_for_sizes", fail)


@pytest.fixture
def x():
    return T.dmatrix("x")


def test_a_bug_in_the_planner_is_told_once_and_the_general_program_used(bug, x):
    f = minigrad.function([x], T.exp(x), name="f")
    with pytest.warns(programs.PlannerWarning, match=r"f: no plan .* KeyError: 'a bug'") as told:
        for _ in range(3):
            assert f(np.zeros((2, 2))).tolist() == [[1, 1], [1, 1]]
    assert [Path(warning.filename).name for warning in told] == [Path(__file__).name]


def test_a_bug_in_the_planner_fails_in_debug_mode(bug, x):
    with pytest.raises(KeyError, match="a bug"):
        minigrad.function([x], T.exp(x), mode="DebugMode")(np.zeros((2, 2)))


@pytest.mark.parametrize(
    "check",
    [
        lambda x: assert_program_agrees([x], [T.exp(x)], [np.zeros((2, 2))]),
        lambda x: check_grad(T.exp, np.zeros((2, 2))),
        lambda x: check_op(T.exp, np.zeros((2, 2)), max_examples=1),
    ],
    ids=["assert_program_agrees", "check_grad", "check_op"],
)
def test_a_bug_in_the_planner_fails_in_testing(bug, x, check):
    with pytest.raises(programs.PlannerWarning, match="a bug"):
        check(x)


def test_sizes_that_do_not_fit_are_no_bug_of_the_planner(x):
    f = minigrad.function([x], x[x.shape[0] + 2])
    with pytest.raises(IndexError):
        f(np.zeros((2, 2)))
