"""Print expressions as mathematics: `latex`, and `mathml` for pages that need no TeX."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import zip_longest
from typing import Any

from ..core.graph import Apply, Variable
from ..protocol.formula import Language
from ..protocol.formula import formula as expanded
from ..protocol.omissions import Wording
from ..protocol.precedence import Formula, Template
from ..protocol.values import as_list
from .formula import LONGEST
from .let import BECOMES, lines
from .mathematics import leaf, named, notation_of
from .notation import LATEX, MATHML, finished, formula, mark, sign, template

# What the part of a formula that stands for a variable is marked with, if it is.
Ids = Callable[[Variable], str | None]


def _unmarked(variable: Variable) -> None:
    return None


def latex(expression: Any, let: bool = False) -> str:
    r"""The expression in LaTeX, written as in textbooks.

    X Y is the product of matrices, ⊙ that of elements; sums name their axes i, j, k, …; [x > 0] is
    1 where x > 0, else 0; 𝟏 with an index is an array of ones with that shape, or with the shape of
    that variable. Inputs without names are called input₁, input₂, …

    Parameters
    ----------
    expression : Variable, list of them, or dict of str to Variable
        A list is written in lines, a dict in equations, with its keys on the left. A key with an
        arrow, ``"W ←"``, stands for the new value of W.
    let : bool
        Whether to write equations: a part that is used more than once, is long or has a name is
        written once, with a name; sizes are called n, m, …, as in `pp`.

    Returns
    -------
    str
        Put it between dollar signs. It needs the packages amsmath and amssymb; MathJax and
        KaTeX can show it, too.

    Raises
    ------
    TypeError
        If something is not a variable.

    Examples
    --------
    >>> import minigrad, minigrad.tensor as T
    >>> X, w, y = T.matrix("X"), T.vector("w"), T.vector("y")
    >>> print(latex(T.nnet.sigmoid(X.dot(w))))
    \sigma(X w)
    >>> cost = T.sqr(X.dot(w) - y).mean()
    >>> print(latex({"cost": cost}))
    \mathrm{cost} = \frac{1}{\operatorname{rows}(X)} \sum_i (X w - y)^2
    >>> print(latex({"∂cost/∂w": minigrad.grad(cost, w)}, let=True))
    \begin{aligned}
    n &= \operatorname{rows}(X) \\
    \frac{\partial \mathrm{cost}}{\partial w} &= X^\top \left(\frac{1}{n} \cdot 2 (X w - y)\right)
    \end{aligned}
    """
    equations = _equations(*_read(expression), LATEX, let)
    if len(equations) == 1:
        return "".join(equations[0])
    rows = [f"{left} &{relation.strip()} {right}".strip() for left, relation, right in equations]
    return "\n".join([r"\begin{aligned}", " \\\\\n".join(rows), r"\end{aligned}"])


def mathml(expression: Any, let: bool = False) -> str:
    """The expression in MathML, which browsers show without further software; otherwise as `latex`.

    Parameters
    ----------
    expression, let
        As in `latex`.

    Returns
    -------
    str
        An element ``<math>``.

    Examples
    --------
    >>> import minigrad.tensor as T
    >>> print(mathml(T.dscalar("x") ** 2))
    <math display="block"><msup><mi>x</mi><mn>2</mn></msup></math>
    """
    return in_mathml(*_read(expression), let)


def in_mathml(
    variables: Sequence[Variable], titles: Sequence[str], let: bool, id_of: Ids = _unmarked
) -> str:
    """Equations in MathML, the first with these titles; what has an id has it as ``data-id``."""
    equations = _equations(variables, titles, MATHML, let, id_of)
    if len(equations) == 1:
        body = "".join(equations[0])
    else:
        rows = "".join(
            f'<mtr><mtd style="text-align:-webkit-right">{left}</mtd>'
            f'<mtd style="text-align:left">{relation}{right}</mtd></mtr>'
            for left, relation, right in equations
        )
        body = f'<mtable displaystyle="true" columnalign="right left">{rows}</mtable>'
    return f'<math display="block">{body}</math>'


def _read(expression: Any) -> tuple[list[Variable], list[str]]:
    """The variables that people pass, and what they call them."""
    titles = [*expression] if isinstance(expression, Mapping) else []
    variables = [expression[title] for title in titles] or as_list(expression)
    for variable in variables:
        if not isinstance(variable, Variable):
            raise TypeError(f"mathematics is written for variables; got {variable!r}")
    return variables, titles


def _equations(
    variables: Sequence[Variable],
    titles: Sequence[str],
    language: int,
    let: bool,
    id_of: Ids = _unmarked,
) -> list[tuple[str, str, str]]:
    """The left side, sign and right side of each equation; a formula without a name has the last."""
    spoken = _language(language, id_of)
    if let:
        found = [(line.name, line.formula) for line in lines(variables, spoken, titles)]
    else:
        texts = [_expanded(variable, spoken, language, LONGEST) for variable in variables]
        names = [spoken.called(t, v) for t, v in zip(titles, variables, strict=False)]
        found = list(zip_longest(names, map(Formula, texts)))
    equations = []
    for name, right in found:
        left = "" if name is None else finished(name.text, language)
        relation = BECOMES if left.endswith(BECOMES) else "="
        relation = formula(sign(relation), language).text if left else ""
        equations.append((left.removesuffix(BECOMES), relation, finished(right.text, language)))
    return equations


def _expanded(
    variable: Variable, spoken: Language, language: int, limit: int, **options: Any
) -> str:
    dots = formula(mark("…"), language)
    return expanded(variable, limit, otherwise=lambda v: dots, language=spoken, **options)


def _language(language: int, id_of: Ids) -> Language:
    """Mathematics in LATEX or MATHML, as a language for formulas; parts with ids are marked.

    What has no name gets a number, in the order in which it is written.
    """
    numbers: defaultdict[Variable, int] = defaultdict(lambda: len(numbers) + 1)

    def marked(text: str, variable: Variable) -> str:
        identity = id_of(variable)
        if identity is None:
            return text
        return re.sub(r"^<(\w+)", rf'<\1 data-id="{escape(identity)}"', text)

    def template_of(node: Apply, index: int | None, wording: Wording) -> Template:
        found = template(notation_of(node, index, wording), language)
        output = node.outputs[index or 0]
        return found._replace(texts=[marked(found.texts[0], output), *found.texts[1:]])

    def leaf_of(variable: Variable) -> Formula:
        found = formula(leaf(variable, numbers.__getitem__), language)
        return found._replace(text=marked(found.text, variable))

    def called(name: str, variable: Variable) -> Formula:
        bare = name.removesuffix(BECOMES)
        found = formula(named(bare.strip()), language)
        return found._replace(text=marked(found.text, variable) + name[len(bare) :])

    return Language(template_of, leaf_of, called)


def in_short(variable: Variable, language: int, limit: int) -> str:
    """The variable in LATEX or MATHML, in about so many characters; what is named by its name."""
    spoken = _language(language, _unmarked)

    def by_name(v: Variable) -> Formula | None:
        return spoken.called(v.name, v) if v.name and v is not variable else None

    return finished(_expanded(variable, spoken, language, limit, name_of=by_name), language)
