"""The pytest plugin: the fixture `check_grad`, its seed, and the worst entries in reports.

pytest loads it in every session if minigrad is installed. So it loads minigrad only when its
fixture is used; and it is installed as `minigrad_pytest`, outside the package, because importing a
module of a package imports the package.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from minigrad.testing import Report

_N_ROWS = 20


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--gradcheck-seed``."""
    parser.getgroup("minigrad").addoption(
        "--gradcheck-seed",
        type=_as_seed,
        default=None,
        metavar="N",
        help="the seed of the weights and directions that the fixture check_grad draws",
    )


def _as_seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a seed must be a whole number, 0 or more; got {text}")
    return int(text)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Report the seed, if one was given."""
    seed = config.getoption("gradcheck_seed")
    return [] if seed is None else [f"gradcheck seed: {seed}"]


@pytest.fixture(scope="session")  # so that tests of Hypothesis's can take it
def check_grad(pytestconfig: pytest.Config) -> Callable[..., Report]:
    """`minigrad.testing.check_grad`, with the seed of the command line."""
    from minigrad.testing import check_grad

    seed = pytestconfig.getoption("gradcheck_seed")
    return check_grad if seed is None else partial(check_grad, seed=seed)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the worst entries to the report of a test that a gradient check failed in."""
    report = yield
    judge = sys.modules.get("minigrad.testing.judge.report")  # if not loaded, it has raised nothing
    error = call.excinfo.value if call.excinfo is not None else None
    if judge and isinstance(error, judge.GradientError) and error.report is not None:
        count = len(error.report.entries)
        title = f"the worst of {count} comparisons" if count > _N_ROWS else "gradient check"
        report.sections.append((title, error.report.table(_N_ROWS)))
    return report
