"""``python -m minigrad.testing.fuzz``: random expressions, computed in every way.

Each is computed by the interpreter and by programs in all modes, with inputs in any layout, also
in blocks of few rows; its derivatives are checked. An expression that fails is reduced, and
written to a file that reproduces the failure.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import numpy as np

try:
    from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
except ModuleNotFoundError as error:
    if error.name != "hypothesis":
        raise
    needed = (
        "python -m minigrad.testing.fuzz draws expressions with Hypothesis: pip install hypothesis"
    )
    if __name__ == "__main__":
        sys.exit(needed)
    raise ImportError(needed) from error

import minigrad
import minigrad.tensor as T
from minigrad import testing

from .grammar import FAMILIES, SMOOTH
from .strategies import Expression, expressions

_SHAPES = ((), (3,), (1, 3), (2, 1), (2, 3), (0,), (0, 3), (24, 3), (24, 1), (2, 3, 2))
_BATCH = 100

# What is run, and written to a file if it fails. A check speaks of inputs, values and result.
CHECKS = {
    "programs": "testing.assert_program_agrees(inputs, [result], values, rtol=1e-7, atol=1e-8)",
    "layouts": """\
for layout in testing.strategies.LAYOUTS:
    moved = [layout(value) for value in values]
    testing.assert_program_agrees(inputs, [result], moved, rtol=1e-7, atol=1e-8)""",
    "DebugMode": """\
minigrad.function(inputs, result, mode="DebugMode", on_unused_input="ignore")(*values)""",
    "parts": """\
outputs = [result.shape, T.zeros_like(result), T.ones_like(result).sum()]
if result.ndim:
    outputs += [result[:0], result.shape[0] * 2]
    if len(result.eval(dict(zip(inputs, values)))):
        outputs.append(result[result.shape[0] - 1])
for output in outputs:
    testing.assert_program_agrees(inputs, [output], values, rtol=1e-7, atol=1e-8)
    minigrad.function(inputs, output, mode="DebugMode", on_unused_input="ignore")(*values)""",
}
CHECKS_OF_PLANS = {
    "blocks": """\
few = {"_BLOCK_BYTES": 64, "_FEWEST_ROWS": 5, "_FEWEST_BLOCKS": 2}  # as if the cache were tiny
with mock.patch.multiple("minigrad.planner.rows", **few):
    outputs = [result, result.sum()]
    testing.assert_program_agrees(inputs, outputs, values, rtol=1e-7, atol=1e-8)""",
}
CHECKS_OF_DERIVATIVES = {
    "programs of derivatives": """\
cost = (result * result).sum()
gradients = minigrad.grad(cost, inputs, disconnected_inputs="ignore")
testing.assert_program_agrees(inputs, gradients, values, rtol=1e-6, atol=1e-7)""",
    "derivatives": """\
f = minigrad.function(inputs, result, on_unused_input="ignore")
testing.check_grad(f, *values, order=2)""",
}
_HEADER = """\
from unittest import mock
from minigrad import testing
import minigrad.testing.strategies
minigrad.config.fill_buffers = True
"""


class Fuzzer:
    """Draws expressions, checks them, and writes one failure of each kind to the directory."""

    def __init__(
        self, families: Sequence[str], directory: Path, checks: dict[str, str] | None = None
    ) -> None:
        self.families, self.directory = list(families), directory
        self.count = 0
        self.failures: dict[str, Path] = {}
        self._last: tuple[str, str] | None = None
        has_derivatives = set(families) <= set(SMOOTH)
        self._checks = checks or {
            **CHECKS,
            **(CHECKS_OF_PLANS if hasattr(minigrad, "planner") else {}),
            **(CHECKS_OF_DERIVATIVES if has_derivatives else {}),
        }
        self._dtypes = ["float64"] if has_derivatives else ["float64", "float32", "int64", "bool"]

    def run(self, until: float, first_seed: int) -> None:
        """Draw batch after batch, each from another seed, until the given time."""
        number = first_seed
        while time.monotonic() < until:
            self.batch(number, until)
            number += 1

    def batch(self, number: int, until: float = math.inf) -> None:
        """Draw a hundred expressions from a seed, fewer if one fails or time is up."""
        self._last = None

        @seed(number)
        @settings(
            max_examples=_BATCH,
            database=None,
            deadline=None,
            derandomize=False,
            phases=[Phase.generate, Phase.shrink],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        )
        @given(expressions(self.families, dtype=self._dtypes, of_shapes=_SHAPES))
        def check(expression: Expression) -> None:
            # What has failed is shrunk to the end.
            if time.monotonic() < until or self._last is not None:
                self.check(expression)

        try:
            check()
        except Exception:
            if self._last is None:
                raise
            # Hypothesis runs the smallest failure last.
            kind, program = self._last
            self.directory.mkdir(parents=True, exist_ok=True)
            path = self.directory / f"failure_{len(self.failures)}_of_seed_{number}.py"
            path.write_text(program, encoding="utf-8")
            self.failures[kind] = path

    def check(self, expression: Expression) -> None:
        """Run all checks of an expression; raise an error for a failure of a new kind."""
        self.count += 1
        scope = {"minigrad": minigrad, "testing": testing, "mock": mock, "T": T}
        scope |= {name: getattr(expression, name) for name in ("inputs", "values", "result")}
        for name, check in self._checks.items():
            try:
                with np.errstate(all="ignore"), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    exec(check, dict(scope))  # the text of a constant above
            except Exception as error:
                kind = _kind(name, error)
                if kind not in self.failures:
                    self._last = kind, _reproducer(expression, check, f"{name}: {error!r}")
                    raise


def _reproducer(expression: Expression, check: str, message: str) -> str:
    names = ", ".join(str(v) for v in expression.inputs)
    values = ", ".join(f"{v}_value" for v in expression.inputs)
    comment = "\n".join(f"# {line}" for line in message[:2000].split("\\n"))
    program = repr(expression)
    result = program.splitlines()[-1].removeprefix("print(").split(".eval")[0]
    given = f"inputs, values, result = [{names}], [{values}], {result}"
    return f"{comment}\n{_HEADER}{program}\n{given}\n{check}\n"


def _kind(name: str, error: Exception) -> str:
    """A key that is equal for failures that probably have the same cause."""
    head = (str(error).strip().splitlines() or [""])[0]
    return f"{name}: {type(error).__name__}: {re.sub(r'-?[0-9][-+.0-9e]*', '#', head)}"


def _as_minutes(text: str) -> float:
    minutes = float(text)
    if not 0 < minutes < math.inf:
        raise argparse.ArgumentTypeError(f"expected more than 0 minutes; got {text}")
    return minutes


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz as the command line says; return 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="python -m minigrad.testing.fuzz", description=__doc__)
    parser.add_argument(
        "--minutes", type=_as_minutes, default=1.0, help="how long to run (default: 1)"
    )
    parser.add_argument("--seed", type=int, default=None, help="the seed of the first batch")
    parser.add_argument(
        "--families", nargs="+", choices=FAMILIES, help="the families of operations to draw from"
    )
    parser.add_argument("--out", type=Path, default=Path("fuzz"), help="where failures are written")
    options = parser.parse_args(arguments)
    minigrad.config.fill_buffers = True
    first = options.seed if options.seed is not None else time.time_ns() % 2**31
    chosen = [options.families] if options.families else [list(SMOOTH), list(FAMILIES)]
    fuzzers = [Fuzzer(families, options.out) for families in chosen]
    start = time.monotonic()
    end = start + 60 * options.minutes
    while time.monotonic() < end:
        for fuzzer in fuzzers:
            fuzzer.run(min(end, time.monotonic() + 30), first)
            first += 10_000
        count = sum(fuzzer.count for fuzzer in fuzzers)
        minutes = (time.monotonic() - start) / 60
        print(f"{minutes:.1f} minutes: {count} expressions", flush=True)
    failures = {kind: path for fuzzer in fuzzers for kind, path in fuzzer.failures.items()}
    for kind, path in failures.items():
        print(f"{path}: {kind}")
    print(f"{len(failures)} kinds of failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
