"""The race that the benchmarks share, and the report at the end."""

from __future__ import annotations

import pytest
from contestants import installed
from report import Report
from turns import Arena


class RecordedClock:
    """A clock for pytest-benchmark that shows times measured before."""

    def __init__(self) -> None:
        self._readings = iter(())

    def rewind(self, durations) -> None:
        """Make each two readings from now on one of the durations apart."""
        self._readings = (reading for duration in durations for reading in (0.0, duration))

    def __call__(self) -> float:
        return next(self._readings)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config) -> None:
    """Run in one process: what runs beside a race would be timed, too."""
    if hasattr(config.option, "numprocesses"):
        config.option.numprocesses, config.option.dist = None, "no"


CLOCK = RecordedClock()
REPORT = pytest.StashKey[Report]()


@pytest.fixture(scope="session")
def arena():
    arena = Arena()
    yield arena
    arena.close()


@pytest.fixture(scope="session")
def report(pytestconfig):
    return pytestconfig.stash[REPORT]


@pytest.fixture(scope="session")
def races():
    """The races that have been run, by their tables and tasks."""
    return {}


@pytest.fixture
def race(benchmark, request, arena, races, report):
    """Time the test's contestant at its task, in turn with the others that were selected.

    pytest-benchmark runs one test after another. So the first test with a task times all of
    them, and every test passes its own contestant's times on to pytest-benchmark.
    """
    task, contestant = (request.node.callspec.params[name] for name in ("task", "contestant"))

    def run(table):
        if benchmark.disabled:
            return benchmark(task.prepare(contestant))
        if (table, task) not in races:
            seconds, rounds = map(
                request.config.getoption, ["benchmark_max_time", "benchmark_min_rounds"]
            )
            races[table, task] = arena.times(task, rivals(request.node), float(seconds), rounds)
            report.add(table, str(task), races[table, task])
        times = races[table, task][contestant]
        CLOCK.rewind(times)
        benchmark.group = f"{table.title}: {task}"
        benchmark.pedantic(lambda: None, rounds=len(times))

    return run


def rivals(item):
    """The installed contestants that are to run the item's test with the same task."""
    tests = [other for other in item.session.items if other.function is item.function]
    params = [test.callspec.params for test in tests]
    same = [each["contestant"] for each in params if each["task"] == item.callspec.params["task"]]
    return [contestant for contestant in same if installed(contestant.package)]


def pytest_configure(config):
    config.stash[REPORT] = Report()


def pytest_itemcollected(item):
    """Skip what needs a package that is not installed; give races to pytest-benchmark."""
    needed = [item.callspec.params["contestant"].package]
    if "race" in item.fixturenames:
        needed.append("pytest_benchmark")
    missing = [package for package in needed if not installed(package)]
    if missing:
        reason = f"{' and '.join(missing)} not installed; do: pip install -e '.[test,bench]'"
        item.add_marker(pytest.mark.skip(reason))
    elif "race" in item.fixturenames:
        item.add_marker(pytest.mark.benchmark(timer=CLOCK))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash[REPORT].lines():
        terminalreporter.write_line(line)
