"""The directive `derivatives`: each function of the table with its derivatives, as mathematics."""

from __future__ import annotations

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

import minigrad
import minigrad.tensor as T
from minigrad.core.elementwise import TABLE, Elementwise
from minigrad.printing import latex


def equations(op: Elementwise) -> str:
    """Return the function and its derivative by each input, as `grad` writes it."""
    *inputs, output, _ = op.vjp.__code__.co_varnames[: op.n_inputs + 2]
    variables = [T.dscalar(name) for name in inputs]
    result = op(*variables)
    derivatives = minigrad.grad(result, variables, disconnected_inputs="ignore")
    written = {f"∂{output}/∂{name}": d for name, d in zip(inputs, derivatives, strict=True)}
    if op.name == "switch":
        del written["∂z/∂condition"]  # which has none
    return latex({output: result, **written})


class Derivatives(SphinxDirective):
    """An entry for each function that has a derivative; then the names of the others."""

    def run(self) -> list[nodes.Node]:
        grid, flat = nodes.container(classes=["derivatives"]), []
        for name, op in TABLE.items():
            if op.vjp is None:
                flat.append(name)
            elif name != "tri_gamma":  # its derivative is lacking
                entry = nodes.container()
                entry += nodes.paragraph("", "", nodes.literal("", name))
                entry += nodes.math_block("", equations(op))
                grid += entry
        names = [[nodes.literal("", name), nodes.Text(", ")] for name in flat]
        words = [nodes.Text("Without one, or 0 wherever there is one: "), *sum(names, [])[:-1]]
        return [grid, nodes.paragraph("", "", *words, nodes.Text("."))]


def setup(app):
    app.add_directive("derivatives", Derivatives)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
