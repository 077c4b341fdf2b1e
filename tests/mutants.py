"""Mutates every line of every derivative, and tells which mutants the test suite does not notice.

    python tests/mutants.py [--only elementwise reduction] [--sample 50]

The tests are run once, to see which derivatives each of them calls. Then each mutant gets a process
of its own, which runs the tests that call the mutated function, until one fails: first the one that
noticed the mutant before, then the quickest.
"""

from __future__ import annotations

import argparse
import ast
import gc
import importlib
import linecache
import os
import random
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from hypothesis import Phase, settings

from minigrad.course.mutations import changed, replaced

ROOT = Path(__file__).parents[1]
MODULES = [
    "core.axes",
    "core.backprop",
    "core.elementwise",
    "core.table",
    *(f"ops.{path.stem}" for path in sorted((ROOT / "minigrad/ops").glob("[a-z]*.py"))),
]
MODULES += ["ops.inner.backwards", "ops.inner.ifelse", "gradient"]
# What derivatives are called, and what only derivatives call, in NumPy too.
METHODS = {"grad", "L_op"}
HELPERS = {
    "core.axes": {"undo_broadcasting"},
    "core.backprop": {"backpropagate", "connected", "grad", "in_dtype", "vjp"},
    "core.table": {"one_less", "by_power"},
    "ops.indexing": {"_stays", "_undo_filling"},
    "ops.inner.backwards": {
        "_before",
        "_changing",
        "_kept_histories",
        "_of_first",
        "_placed",
        "_states_with_derivatives",
        "_window",
        "_without_the_other_loop",
        "derivatives",
    },
    "ops.reduction": {"_product_of_others", "_product_of_those_before"},
    "ops.shape": {"as_type"},
    "ops.undefined": {"derivatives_by"},
    "ops.windows": {
        "_meeting",
        "_meetings",
        "_slice_of",
        "add_to_windows",
        "add_where_largest",
        "correlate_filters",
        "correlate_inputs",
        "sum_where_largest",
    },
    "gradient": {
        "_from_stable_form",
        "_product",
        "_weighted_sum",
    },
}
LAST_ARGUMENTS = {"gy", "gz"}
SECONDS = 120
# The examples of docstrings draw by Hypothesis's own settings, which are others here.
LEFT_OUT = [
    f"tests/minigrad/test_{name}.py" for name in ("scale", "fuzz", "imports", "without_planner")
]

# Mutants that compute the same, and why: the code as it was, and as it became; where that is not
# telling enough, after the line that it is in.
_CONDITION = "it is a condition, and any number but 0 is true"
_STAYS = "eq(Subtensor(self.pattern)(left, *indices), numbers)"
_BEFORE = "Recurrence()(Join(0)(one, x[:-1])[:n], Join(0)(one, zeros_like(x[1:])))"
_NEIGHBOURS = "the axes are exchanged either way"
_PIECES = "it decides how much is done at a time"
_PIECES_OF_X = (
    "for images, all_rows in _pieces(len(x), counts[0], _row_bytes(x, out, counts, dilation[0])):"
)
_PIECES_OF_Y = "for images, all_rows in _pieces(len(y), shape[2], _row_bytes(out, w, counts, 1)):"
EQUIVALENT: dict[tuple[str, ...], str] = {
    ("zeros_like(cast(x, 'int64'))", "ones_like(cast(x, 'int64'))"): "only what is set is read",
    (_STAYS, f"2 * {_STAYS}"): _CONDITION,
    (_STAYS, f"1.03 * {_STAYS}"): _CONDITION,
    (
        "return clone_replace([product], {row: zeros_like(output)})[0]",
        "zeros_like(output)",
        "ones_like(output)",
    ): "Rop asks for the shape alone",
    (_BEFORE, f"-{_BEFORE}"): "two of these are multiplied",
    ("zeros_like(output_grads[0])", "-zeros_like(output_grads[0])"): "it is 0",
    ("zeros_like(output_grads[0])", "2 * zeros_like(output_grads[0])"): "it is 0",
    ("zeros_like(output_grads[0])", "1.03 * zeros_like(output_grads[0])"): "it is 0",
    ("n = size_of(xt, 0)", "0", "1"): "the matrix is square",
    (
        "gz * log(y), gz * x / switch(eq(x, 0) & eq(y, 0), 1, y)))",
        "1",
        "2",
    ): "it divides 0",
    (
        "if {*self.pattern} <= {ALL, _REVERSED}:  # which undoes itself",
        "{*self.pattern} <= {ALL, _REVERSED}",
        "{*self.pattern} > {ALL, _REVERSED}",
    ): "the other way is longer",
    (
        "credited_to(line, add, grads[x], contribution)",
        "credited_to(line, add, contribution, grads[x])",
    ): "a sum is the same the other way round",
    ("np.moveaxis(columns, 1, 0)", "np.moveaxis(columns, 0, 1)"): _NEIGHBOURS,
    ("np.moveaxis(total, 1, 0)", "np.moveaxis(total, 0, 1)"): _NEIGHBOURS,
    ("part.swapaxes(1, 2)", "part.swapaxes(2, 1)"): _NEIGHBOURS,
    (_PIECES_OF_X, "0", "1"): f"that of the dilation: {_PIECES}",
    (_PIECES_OF_Y, "1", "2"): _PIECES,
    (
        _PIECES_OF_Y,
        "_pieces(len(y), shape[2], _row_bytes(out, w, counts, 1))",
        "_pieces(len(y), _row_bytes(out, w, counts, 1), shape[2])",
    ): _PIECES,
}
# Functions of two arguments, whose order does not matter.
SYMMETRIC = {"add", "max", "min", "minimum", "np.equal", "np.result_type"}


@dataclass(frozen=True)
class Derivative:
    """A function that makes a derivative, as source and as it runs."""

    module: str
    node: ast.Lambda | ast.FunctionDef
    function: FunctionType

    @property
    def mark(self) -> str:
        """The name of what it calls while it is found out which tests call it."""
        return f"_called_{self.node.lineno}_{self.node.col_offset}"


@dataclass(frozen=True)
class Mutant:
    """A change of a derivative."""

    derivative: Derivative
    line: int
    before: str
    after: str
    code: CodeType

    def __str__(self) -> str:
        path = self.derivative.module.replace(".", "/")
        return f"minigrad/{path}.py:{self.line}: {self.before}  →  {self.after}"

    @property
    def text(self) -> str:
        """The line that it is in."""
        filename = self.derivative.function.__code__.co_filename
        return linecache.getline(filename, self.line).strip()

    @property
    def reason(self) -> str | None:
        """Return the reason why it computes the same, if it does."""
        change = self.before, self.after
        functions = {text.partition("(")[0] for text in change}
        if functions <= SYMMETRIC and sorted(self.before) == sorted(self.after):
            return "the arguments are the same in another order"
        return EQUIVALENT.get(change) or EQUIVALENT.get((self.text, *change))


# ---- Mutants --------------------------------------------------------------------------------------


def terms(node: ast.Lambda | ast.FunctionDef) -> list[ast.expr]:
    """The expressions that are returned as derivatives: of each input one."""
    if isinstance(node, ast.Lambda):
        return node.body.elts if isinstance(node.body, ast.Tuple) else [node.body]
    returned = [n.value for n in ast.walk(node) if isinstance(n, ast.Return) and n.value]
    lists = [n.elts if isinstance(n, (ast.List, ast.Tuple)) else [n] for n in returned]
    return [
        term
        for elements in lists
        for term in elements
        if not isinstance(term, (ast.Starred, ast.ListComp, ast.Constant))
    ]


def of_a_term(node: ast.expr) -> Iterator[ast.expr]:
    """A derivative of the wrong sign, or twice as large, or 3 % off."""
    yield ast.UnaryOp(ast.USub(), node)
    yield ast.BinOp(ast.Constant(2), ast.Mult(), node)
    yield ast.BinOp(ast.Constant(1.03), ast.Mult(), node)


def mutants(derivative: Derivative) -> Iterator[Mutant]:
    """The mutants of a derivative that are programs at all."""
    node = derivative.node
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    inside = [part for statement in body for part in ast.walk(statement)]
    changes = [(part, new) for part in inside for new in changed(part)]
    if derivative.module != "gradient":
        changes += [(term, new) for term in terms(node) for new in of_a_term(term)]
    for part, new in changes:
        code = _compiled(derivative, replaced(node, part, new))
        if code is not None:
            yield Mutant(derivative, part.lineno, ast.unparse(part), ast.unparse(new), code)


def _compiled(derivative: Derivative, node: ast.AST) -> CodeType | None:
    """The code of the mutated function; None if it takes cells that the function has not."""
    wrapped = ast.Module([ast.Expr(node) if isinstance(node, ast.Lambda) else node], [])
    code = compile(ast.fix_missing_locations(wrapped), "mutant", "exec")
    (own,) = [c for c in code.co_consts if isinstance(c, CodeType)]
    return own if own.co_freevars == derivative.function.__code__.co_freevars else None


def telling(derivative: Derivative) -> CodeType | None:
    """The code of the function as it is, but that it calls its mark first."""
    node = derivative.node
    call = ast.Call(ast.Name(derivative.mark, ast.Load()), [], [])
    if isinstance(node, ast.Lambda):
        old, both = node.body, ast.Tuple([call, node.body], ast.Load())
        new: ast.AST = ast.Subscript(both, ast.Constant(1), ast.Load())
    else:
        old = node.body[0]
        new = ast.If(ast.Constant(True), [ast.Expr(call), old], [])
    return _compiled(derivative, replaced(node, old, new))


# ---- Derivatives: where they are in the source, and in the running program -------------------------


def derivatives(module: str) -> Iterator[Derivative]:
    """All functions of a module that make derivatives."""
    source = Path(importlib.import_module(f"minigrad.{module}").__file__)
    running = {
        (f.__code__.co_firstlineno, f.__name__): f
        for f in gc.get_objects()
        if isinstance(f, FunctionType) and f.__code__.co_filename == str(source)
    }
    for node in ast.walk(ast.parse(source.read_text())):
        match node:
            case ast.Lambda(ast.arguments(args=[_, *_] as arguments)):
                name, wanted = "<lambda>", arguments[-1].arg in LAST_ARGUMENTS
            case ast.FunctionDef(name):
                wanted = name in METHODS and module != "gradient"
                wanted |= name in HELPERS.get(module, ())
            case _:
                continue
        if wanted and (node.lineno, name) in running:
            yield Derivative(module, node, running[node.lineno, name])


# ---- Running the tests -----------------------------------------------------------------------------


class Survey:
    """A pytest plugin that runs all tests, and then the mutants against them."""

    def __init__(self, chosen: list[Mutant]) -> None:
        self.mutants = chosen
        self.survivors: list[Mutant] = []
        self.is_complete, self._failure = False, ""
        self._telling = {m.derivative: telling(m.derivative) for m in chosen}
        self._tests: dict[Derivative, list[tuple[float, pytest.Item]]] = defaultdict(list)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for number, item in enumerate(session.items):
            following = session.items[number + 1] if number + 1 < len(session.items) else None
            called, seconds = self._called_by(item, following)
            for derivative in called:
                self._tests[derivative].append((seconds, item))
        for tests in self._tests.values():
            tests.sort(key=lambda test: test[0])
        for number, mutant in enumerate(self.mutants):
            if not self._is_killed(mutant):
                self.survivors.append(mutant)
                print(f"\nsurvives: {mutant}", file=sys.__stderr__, flush=True)
            elif number % 50 == 0:
                print(f"{number}/{len(self.mutants)}", file=sys.__stderr__, flush=True)
        self.is_complete = True
        return True

    def _called_by(self, item, following) -> tuple[set[Derivative], float]:
        called: set[Derivative] = set()
        originals = {derivative: derivative.function.__code__ for derivative in self._telling}
        for derivative, code in self._telling.items():
            derivative.function.__globals__[derivative.mark] = partial(called.add, derivative)
            derivative.function.__code__ = code
        start = time.perf_counter()
        try:
            has_failed = self._fails(item, following)
        finally:
            for derivative, code in originals.items():
                derivative.function.__code__ = code
        if has_failed:
            raise SystemExit(f"{item.nodeid} fails without any mutant:\n{self._failure}")
        return called, time.perf_counter() - start

    def _is_killed(self, mutant: Mutant) -> bool:
        tests = self._tests[mutant.derivative]
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            self._run_with(mutant, tests, writing)
        os.close(writing)
        with open(reading) as pipe:
            killer = pipe.read()
        if killer:  # what notices one mutant notices the next
            tests.insert(0, tests.pop(int(killer)))
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0

    def _run_with(self, mutant: Mutant, tests: list[tuple[float, pytest.Item]], pipe: int) -> None:
        """Run the tests with the mutant, until the first that fails; its number goes to the pipe."""
        mutant.derivative.function.__code__ = mutant.code
        for number, (_, item) in enumerate(tests):
            signal.alarm(SECONDS)  # a mutant with which a test does not end is killed too
            if self._fails(item, None):
                os.write(pipe, str(number).encode())
                os._exit(1)
        os._exit(0)

    def _fails(self, item: pytest.Item, following: pytest.Item | None) -> bool:
        self._failure = ""
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return bool(self._failure)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failure += f"{report.when}: {report.longreprtext}\n"


def report(all_mutants: list[Mutant], survivors: list[Mutant]) -> str:
    """A table of the modules, and the mutants that no test has noticed."""
    lines = [f"{'module':18}{'mutants':>8}{'equivalent':>12}{'killed':>8}"]
    for module in MODULES:
        own = [m for m in all_mutants if m.derivative.module == module]
        left = [m for m in survivors if m.derivative.module == module]
        equivalent = [m for m in own if m.reason]
        if own:
            killed = len(own) - len(equivalent) - len([m for m in left if not m.reason])
            lines.append(f"{module:18}{len(own):8}{len(equivalent):12}{killed:8}")
    unnoticed = [m for m in survivors if not m.reason]
    count = len([m for m in all_mutants if not m.reason])
    lines += [f"survives: {mutant}" for mutant in unnoticed]
    score = 100 * (count - len(unnoticed)) / max(1, count)
    lines.append(f"{count - len(unnoticed)} of {count} mutants killed: {score:.1f} %")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    names = {name: module for module in MODULES for name in (module, module.split(".")[-1])}
    parser.add_argument("--only", nargs="+", choices=names, metavar="MODULE", default=list(names))
    parser.add_argument("--sample", type=int, help="so many mutants, chosen at random")
    parser.add_argument("--tests", nargs="+", default=["tests/minigrad"], help="what to run")
    options = parser.parse_args()
    modules = list(dict.fromkeys(names[name] for name in options.only))
    importlib.import_module("minigrad")
    chosen = [m for module in modules for d in derivatives(module) for m in mutants(d)]
    if options.sample:
        chosen = random.Random(0).sample(chosen, min(options.sample, len(chosen)))
    os.chdir(ROOT)
    # A mutant is killed by the first example that fails: there is none to make small.
    importlib.import_module("conftest")
    settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate])
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"
    survey = Survey(chosen)
    arguments = [
        "-n0",
        "--assert=plain",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:terminal",
        *options.tests,
    ]
    pytest.main([*arguments, *(f"--deselect={name}" for name in LEFT_OUT)], plugins=[survey])
    if not survey.is_complete:
        sys.exit("the tests must pass before mutants can fail them")
    print(report(chosen, survey.survivors))
    return 1 if any(not m.reason for m in survey.survivors) else 0


if __name__ == "__main__":
    sys.exit(main())
