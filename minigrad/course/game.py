"""The game: functions beside their derivatives, of which some are wrong; which?"""

from __future__ import annotations

import ast
import random
from collections.abc import Collection
from functools import cache
from pathlib import Path

from .cutting import definition, derivative
from .folder import hand_out, make_empty, source
from .mutations import changed, replaced

# Lines of the table that need no other functions than these and comparisons.
NAMES = (
    *("sqr", "sqrt", "inv", "exp", "expm1", "log", "log1p", "sin", "cos", "tan", "sinh", "cosh"),
    *("tanh", "mul", "true_div", "maximum", "minimum"),
)
FEWEST, MOST = 3, 6  # wrong ones


def lay_out_game(folder: Path, seed: int) -> None:
    """Lay out the game in a new or empty folder; else a FileExistsError."""
    make_empty(folder)
    hand_out("wrong_derivatives", folder)
    wrong = wrong_ones(seed)
    lines = "\n".join(line(name, seed if name in wrong else None) for name in NAMES)
    path = folder / "functions.py"
    head = path.read_text(encoding="utf-8")
    path.write_text(f"{head}\n\nSEED = {seed}\n\n{lines}\n", encoding="utf-8")


def wrong_ones(seed: int) -> set[str]:
    """The names of the functions whose derivatives are wrong in the game of this seed."""
    rng = random.Random(seed)
    return set(rng.sample(NAMES, rng.randint(FEWEST, MOST)))


def line(name: str, seed: int | None) -> str:
    """The function's line of the table; with a seed, one whose derivative is wrong."""
    table_line = definition(_table(), name)
    right = derivative(table_line)
    shown: ast.AST = (
        right if seed is None else random.Random(f"{seed} {name}").choice(mutants(right))
    )
    assert isinstance(table_line, ast.Assign) and isinstance(table_line.value, ast.Call)
    kind, (_, function, *_) = table_line.value.func, table_line.value.args
    return f'{name} = {ast.unparse(kind)}("{name}", {ast.unparse(function)}, {ast.unparse(shown)})'


@cache
def _table() -> ast.Module:
    return ast.parse(source("table"))


def mutants(right: ast.Lambda) -> list[ast.AST]:
    """The derivative with one part changed, in every way that does not catch the eye."""
    changes = [(part, new) for part in ast.walk(right.body) for new in changed(part)]
    found = [replaced(right, part, new) for part, new in changes]
    return [mutant for mutant in found if _is_linear(mutant)]


def _is_linear(function: ast.AST) -> bool:
    """Whether each derivative is a multiple of the last argument, and not a quotient by it."""
    assert isinstance(function, ast.Lambda)
    last, body = function.args.args[-1].arg, function.body
    terms = body.elts if isinstance(body, ast.Tuple) else [body]
    quotients = [
        n for n in ast.walk(body) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div)
    ]
    return all(_has(term, last) for term in terms) and not any(
        _has(q.right, last) for q in quotients
    )


def _has(node: ast.AST, name: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def verdict(named: Collection[str], seed: int) -> str | None:
    """The answer to a player who has named these as wrong; None if it is just these."""
    unknown = sorted(set(named) - set(NAMES))
    if unknown:
        return f"functions.py has no {', '.join(unknown)}"
    wrong = wrong_ones(seed)
    found = wrong & set(named)
    if found == wrong == set(named):
        return None
    return (
        f"You have named {len(set(named))}, of which {len(found)} are wrong indeed; "
        f"still to be found: {len(wrong - found)}"
    )
