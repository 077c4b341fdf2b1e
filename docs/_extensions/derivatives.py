"""The directives `derivatives` and `derivatives-of-arrays`: derivatives, as mathematics."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docutils import nodes
from mathematics import drawn
from sphinx.util.docutils import SphinxDirective

import minigrad
import minigrad.tensor as T
from minigrad.core.elementwise import TABLE, Elementwise
from minigrad.core.graph import Variable, toposort
from minigrad.ops.functions import OfOrder
from minigrad.printing import latex
from minigrad.protocol.walks import made_by

COLUMN = 24  # how wide a formula may be that stands beside another, in letters


def equations(op: Elementwise) -> str:
    """Return the function and its derivative by each input, as `grad` writes it.

    The output is written by its letter there, and so is an exponent that is a distinction of cases,
    which would be too small.
    """
    *inputs, output, _ = op.vjp.__code__.co_varnames[: op.n_inputs + 2]
    variables = [T.dscalar(name) for name in inputs]
    result = op(*variables)
    wrt = variables[isinstance(op, OfOrder) :]
    derivatives = minigrad.grad(result, wrt, disconnected_inputs="ignore")
    written = {f"∂{output}/∂{x.name}": d for x, d in zip(wrt, derivatives, strict=True)}
    if op.name == "switch":
        del written["∂z/∂condition"]  # which has none
    named = {output: result, **dict(zip("k", exponents_of_cases(derivatives), strict=False))}
    letters = {part: T.dscalar(letter) for letter, part in named.items()}
    short = {key: minigrad.clone(d, replace=letters) for key, d in written.items()}
    return latex(named | short)


def exponents_of_cases(derivatives: list[Variable]) -> list[Variable]:
    """Return the exponents that are distinctions of cases."""
    powers = [node for node in toposort(derivatives) if node.op is TABLE["power"]]
    return [e for _, e in (node.inputs for node in powers) if made_by(e, TABLE["switch"])]


def equations_of_arrays() -> Iterator[tuple[str, str]]:
    """Yield operations on arrays, each with the derivative of a cost by its inputs."""
    X, Y, G = T.dmatrices("X", "Y", "G")
    x, y, g = T.dvectors("x", "y", "g")
    for written, output, inputs in [
        ("X + x", X + x, [X, x]),
        ("X * x", X * x, [X, x]),
        ("X.dot(Y)", X.dot(Y), [X, Y]),
        ("x.dot(y)", x.dot(y), [x, y]),
        ("X.T", X.T, [X]),
        ("X.sum()", X.sum(), [X]),
        ("X.sum(axis=0)", X.sum(axis=0), [X]),
        ("X.sum(axis=1)", X.sum(axis=1), [X]),
        ("X.mean()", X.mean(), [X]),
        ("X.max(axis=1)", X.max(axis=1), [X]),
        ("X.norm(2)", X.norm(2), [X]),
        ("T.cumsum(x)", T.cumsum(x), [x]),
        ("T.logsumexp(x)", T.logsumexp(x), [x]),
        ("T.nnet.softmax(X)", T.nnet.softmax(X), [X]),
        ("T.nnet.logsoftmax(X)", T.nnet.logsoftmax(X), [X]),
    ]:
        given = [T.dscalar("g"), g, G][output.ndim]
        letter = output.type("czZ"[output.ndim])
        derivatives = {
            f"∂cost/∂{x.name}": minigrad.clone(minigrad.Lop(output, x, given), {output: letter})
            for x in inputs
        }
        yield written, latex({letter.name: output, **derivatives})


def entry(name: str, formula: str) -> nodes.Node:
    """Return an entry: the name of an operation above the mathematics."""
    paragraph = nodes.paragraph("", "", nodes.literal("", name))
    width = float(re.search(r"width:([\d.]+)em", drawn(formula, inline=False))[1])
    size = ["wide"] if width > COLUMN else []
    return nodes.container("", paragraph, nodes.math_block("", formula), classes=size)


class Derivatives(SphinxDirective):
    """An entry for each function that has a derivative; then the names of the others."""

    def run(self) -> list[nodes.Node]:
        grid, flat = nodes.container(classes=["derivatives"]), []
        for name, op in TABLE.items():
            if op.vjp is None:
                flat.append(name)
            else:
                grid += entry(name, equations(op))
        names = [[nodes.literal("", name), nodes.Text(", ")] for name in flat]
        words = [
            nodes.Text("Without a derivative, or with 0 wherever there is one: "),
            *sum(names, [])[:-1],
        ]
        return [grid, nodes.paragraph("", "", *words, nodes.Text("."))]


class DerivativesOfArrays(SphinxDirective):
    """An entry for each operation on arrays that is shown."""

    def run(self) -> list[nodes.Node]:
        entries = [entry(*both) for both in equations_of_arrays()]
        return [nodes.container("", *entries, classes=["derivatives"])]


def setup(app):
    app.add_directive("derivatives-of-arrays", DerivativesOfArrays)
    app.add_directive("derivatives", Derivatives)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
