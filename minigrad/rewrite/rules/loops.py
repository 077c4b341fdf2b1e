"""Rules on loops: what a step need not compute is computed for all steps at once, before or after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import reduce
from typing import Any

from ...core.axes import DimShuffle, Size, Sum
from ...core.credit import credited_to
from ...core.elementwise import Elementwise
from ...core.graph import Apply, Constant, Variable, toposort
from ...core.table import add, mul, neg
from ...ops.indexing import ALL, INPUT, IncSubtensor
from ...ops.inner.closing import is_filled_with_a_constant
from ...ops.inner.remaking import before_each_step, remade
from ...ops.inner.scan import Scan
from ...ops.linalg import Dot, joined_rows
from ...ops.shape import Reshape, transposed
from ...protocol.closed import ClosedGraph
from ...protocol.walks import Applied, clone_node, clone_replace, depending, is_zeros, made_by
from ..engine import Replacement, Rewriter, rule
from ..known import keeps_types


class _AllSteps:
    """Expressions outside of the loop for the variables of a step, as they are in all steps.

    What stays in the loop has a history, for which a variable stands until there is one.
    """

    def __init__(self, node: Apply, stays: Collection[Variable] | None) -> None:
        op: Any = node.op
        self._op, self._graph = op, op.graph
        sequences, _, rest = op.parts(node.inputs[1:])
        rows, self._states, same = op.parts(op.graph.inputs)
        self._stays = stays  # None: nothing that stays is known outside
        self.values: dict[Variable, tuple[Variable, bool]] = {
            **{row: (x, True) for row, x in zip(rows, sequences, strict=True)},
            **{v: (x, False) for v, x in zip(same, rest, strict=True)},
        }
        self.histories: dict[Variable, Variable] = {}

    def prepare(self, wanted: Iterable[Variable]) -> None:
        """Find the values of what the wanted variables are made of."""
        stops = {*self._graph.inputs, *(self._stays or ())}
        for node in toposort(wanted, stop_at=stops):
            self._add(node)

    def of(self, v: Variable) -> tuple[Variable, bool] | None:
        """Return the value, and whether it has an element for each step; None if there is none."""
        if v in self.values:
            return self.values[v]
        if isinstance(v, Constant):
            return v, False
        if self._stays is None or v in self._op.of_changing_shape:
            return None
        if v not in self.histories:
            self.histories[v] = v.type.clone(shape=(None, *v.type.shape))(v.name)
        return self.histories[v], True

    def _add(self, node: Apply) -> None:
        before = dict(self.histories)
        found = [self.of(v) for v in node.inputs]
        inputs = [entry for entry in found if entry is not None]
        changes = [changing for _, changing in inputs]
        if len(inputs) == len(found):
            if not any(changes):
                if all(x is v for v, (x, _) in zip(node.inputs, inputs, strict=True)):
                    self.values.update((v, (v, False)) for v in node.outputs)  # of constants
                    return
                made = clone_node(node, [x for x, _ in inputs]).outputs
                if keeps_types(node.outputs, made):
                    pairs = zip(node.outputs, made, strict=True)
                    self.values.update((v, (x, False)) for v, x in pairs)
                return
            if node.nout == 1 and not _repeats_elements(node, changes):
                value = credited_to(node.made_at, node.op.at_once, node, inputs)
                if value is not None and keeps_types([node.out], [_row_of(value)]):
                    self.values[node.out] = value, True
                    return
        self.histories = before


def _repeats_elements(node: Apply, changes: Sequence[bool]) -> bool:
    """Whether the result for all steps would be far larger than what it is made of."""
    ndim = max((v.type.ndim for v, c in zip(node.inputs, changes, strict=True) if c), default=0)
    return isinstance(node.op, Elementwise) and node.out.type.ndim > ndim


def _row_of(x: Variable) -> Variable:
    """Return a variable of the type that the elements of x have."""
    row: Variable = x.type.clone(shape=x.type.shape[1:])(x.name)
    return row


@rule("a constant that is the same in all steps is one of the step", Scan, needs=[Constant])
def _constants(node: Applied[Scan], rewriter: Rewriter) -> Replacement:
    op = node.op
    _, _, rest = op.parts(node.inputs[1:])
    if not any(isinstance(x, Constant) for x in rest):
        return None
    outs = [op.graph.outputs[j] for j in op.outs]
    return remade(node, range(len(op.states)), op.lasts, outs).outputs(node)


@rule("what depends on sequences alone is computed for all steps before the loop", Scan)
def _before(node: Applied[Scan], rewriter: Rewriter) -> Replacement:
    op = node.op
    all_steps = _AllSteps(node, None)
    all_steps.prepare(op.graph.outputs)
    computed = {
        v: x
        for v, x in all_steps.values.items()
        if v.owner is not None and x[0] is not v and not is_filled_with_a_constant(v)
    }
    if not computed:
        return None
    changing = {v: x for v, (x, changes) in computed.items() if changes}
    replaced: dict[Variable, Variable] = {v: _row_of(x) for v, x in changing.items()}
    rows = {replaced[v]: x for v, x in changing.items()}
    same = {v: x for v, (x, changes) in computed.items() if not changes}
    outs = [op.graph.outputs[j] for j in op.outs]
    outside = {v: changing[v] for v in outs if v in changing and op.until is None}
    made = remade(
        node,
        range(len(op.states)),
        op.lasts,
        [v for v in outs if v not in outside],
        rows,
        {**replaced, **same},
    )
    return made._replace(histories={**made.histories, **outside}).outputs(node)


@rule("terms that depend on no state are added up before the others", Scan)
def _free_terms(node: Applied[Scan], rewriter: Rewriter) -> Replacement:
    op = node.op
    _, states, _ = op.parts(op.graph.inputs)
    bound = depending(op.graph.nodes, states)
    uses = Counter([v for n in op.graph.nodes for v in n.inputs] + list(op.graph.outputs))
    inside = {
        v for n in op.graph.nodes if n.op is add for v in n.inputs if uses[v] == 1 and v in bound
    }
    replaced: dict[Variable, Variable] = {}
    for n in op.graph.nodes:
        if n.op is not add or n.out in inside or n.out not in bound or not n.out.type.is_float:
            continue
        terms, rest = [], [n.out]
        while rest:
            v = rest.pop()
            adds = v is n.out or (v in inside and made_by(v, add) is not None)
            terms += [] if adds else [v]
            rest += v.owner.inputs[::-1] if adds and v.owner else []
        free = [v for v in terms if v not in bound]
        others = [v for v in terms if v in bound]
        if len(free) > 1 and others:
            total = reduce(add, [*others, reduce(add, free)])
            if keeps_types([n.out], [total]):
                replaced[n.out] = total
    if not replaced:
        return None
    graph = ClosedGraph(op.graph.inputs, clone_replace(op.graph.outputs, replaced))
    new: list[Variable] = op.with_graph(graph).make_node(*node.inputs).outputs
    return new


def _feeds(op: Any, states: Iterable[int]) -> set[Variable]:
    """Return what the next values of these states are made of."""
    results = [op.graph.outputs[op.states[k]] for k in states]
    nodes = toposort(results, stop_at=op.graph.inputs)
    return {*results, *[v for n in nodes for v in n.outputs]} - set(op.graph.inputs)


@rule("what no state depends on is computed for all steps after the loop", Scan)
def _after(node: Applied[Scan], rewriter: Rewriter) -> Replacement:
    op = node.op
    if op.until is not None:
        return None
    stays = _feeds(op, range(len(op.states)))
    outs = [op.graph.outputs[j] for j in op.outs]
    free = [v for v in outs if v not in stays and v.owner is not None]
    all_steps = _AllSteps(node, stays)
    all_steps.prepare(free)
    moved = {
        v: all_steps.values[v][0] for v in free if v in all_steps.values and all_steps.values[v][1]
    }
    if not moved:
        return None
    return _with_expressions(node, all_steps, moved, {})


@rule("what is added up in each step is added up after the loop", Scan)
def _sums(node: Applied[Scan], rewriter: Rewriter) -> Replacement:
    op = node.op
    terms = _terms(op) if op.until is None else {}
    if not terms:
        return None
    others = [k for k in range(len(op.states)) if k not in terms]
    all_steps = _AllSteps(node, _feeds(op, others))
    products = [v for term in terms.values() for _, v in _summands(term)]
    all_steps.prepare([x for v in products for x in (*_factors(v), *_zeros(v))])
    _, first, _ = op.parts(node.inputs[1:])
    totals = {}
    for k, term in terms.items():
        total = _total(term, all_steps)
        if total is not None:
            total = total if is_zeros(first[k]) else add(first[k], total)
        if total is not None and keeps_types([first[k]], [total]):
            totals[k] = total
    if not totals:
        return None
    return _with_expressions(node, all_steps, {}, totals)


def _terms(op: Any) -> dict[int, Variable]:
    """Return the states that only add up terms, of which nothing else is read, with these."""
    _, states, _ = op.parts(op.graph.inputs)
    uses = Counter([v for n in op.graph.nodes for v in n.inputs])
    found = {}
    for k, j in enumerate(op.states):
        total, state = op.graph.outputs[j], states[k]
        node = made_by(total, add)
        if node is None or state not in node.inputs or uses[state] != 1:
            continue
        if total in uses or j in op.outs or op.states.count(j) > 1 or state in op.graph.outputs:
            continue
        x, y = node.inputs
        found[k] = y if x is state else x
    return found


def _summands(term: Variable) -> list[tuple[list[Any], Variable]]:
    """Return what adds up to the term: linear operations on elements, and what they are applied to."""
    found, rest = [], [term]
    while rest:
        v = rest.pop()
        node = made_by(v, add)
        if node is not None and all(x.type == v.type for x in node.inputs):
            rest += node.inputs[::-1]
            continue
        applied: list[Any] = []
        while v.owner and (v.owner.op is neg or made_by(v, DimShuffle)) and not _outer_factors(v):
            applied.append(v.owner.op)
            v = v.owner.inputs[0]
        found.append((applied[::-1], v))
    return found


def _factors(v: Variable) -> list[Variable]:
    """Return the factors of a product, or what is added to rows of zeros and where; else v."""
    product = made_by(v, Dot)
    placed = made_by(v, IncSubtensor)
    if placed is not None and _is_of_a_row(placed):
        return placed.inputs[1:]
    return _outer_factors(v) or (product.inputs if product else [v])


def _zeros(v: Variable) -> list[Variable]:
    """Return the zeros to a row of which something is added."""
    placed = made_by(v, IncSubtensor)
    return placed.inputs[:1] if placed is not None else []


def _is_of_a_row(node: Applied[IncSubtensor]) -> bool:
    """Return whether something is added to one row, whose number is computed."""
    first, *others = node.op.pattern
    is_row = first == INPUT and all(entry == ALL for entry in others)
    x, y = node.inputs[:2]
    return (
        is_row
        and not node.op.set_instead_of_inc
        and y.type.ndim == x.type.ndim - 1
        and not node.inputs[2].type.ndim
    )


def _total(term: Variable, all_steps: _AllSteps) -> Variable | None:
    """Return the sum of a term over all steps; None if it must be added up step by step."""
    total: Variable | None = None
    for applied, v in _summands(term):
        value = _total_of_product(v, all_steps)
        if value is None:
            return None
        for op in applied:
            value = op.make_node(value).out
        total = value if total is None else add(total, value)
    return total


def _total_of_product(v: Variable, all_steps: _AllSteps) -> Variable | None:
    factors = _factors(v)
    if factors == [v]:
        value = all_steps.values.get(v)
        return Sum((0,))(value[0]) if value is not None and value[1] else None
    values = [all_steps.of(factor) for factor in factors]
    placed = made_by(v, IncSubtensor)
    if placed is not None:
        zeros = all_steps.of(placed.inputs[0])
        if (
            zeros is None
            or zeros[1]
            or not is_zeros(zeros[0])
            or not all(value and value[1] for value in values)
        ):
            return None
        # An index that occurs in several steps counts as often.
        return placed.op(zeros[0], *[value[0] for value in values if value])
    found = [value for value, changes in filter(None, values) if changes]
    if len(found) < len(values):
        return None
    x, y = found
    if made_by(v, Dot) is None:
        return Dot()(transposed(x), y)
    if x.type.ndim == y.type.ndim == 2:  # products of vectors
        return Sum((0, 1))(mul(x, y))
    left = _flat(x) if x.type.ndim == 2 else transposed(joined_rows(transposed(x)))
    return Dot()(left, _flat(y) if y.type.ndim == 2 else joined_rows(y))


def _flat(x: Variable) -> Variable:
    """Return the vectors of all steps as one."""
    return Reshape()(x, Size(0)(x) * Size(1)(x))


def _outer_factors(term: Variable) -> list[Variable] | None:
    """Return the vectors x and y of which the term is x[i] · y[j]."""
    node = made_by(term, mul)
    if node is None or term.type.ndim != 2:
        return None
    found: dict[Any, Variable] = {}
    for v in node.inputs:
        shuffled = made_by(v, DimShuffle)
        if shuffled is not None and shuffled.inputs[0].type.ndim == 1:
            found[shuffled.op.new_order] = shuffled.inputs[0]
    if found.keys() != {(0, "x"), ("x", 0)}:
        return None
    return [found[0, "x"], found["x", 0]]


def _with_expressions(
    node: Apply,
    all_steps: _AllSteps,
    moved: dict[Variable, Variable],
    totals: dict[int, Variable],
) -> Replacement:
    """Return the outputs of a loop without what is now computed outside, and without those sums."""
    op: Any = node.op
    graph = op.graph
    _, states, _ = op.parts(graph.inputs)
    _, first, _ = op.parts(node.inputs[1:])
    placeholders = {x: v for v, x in all_steps.histories.items()}
    expressions = [*moved.values(), *totals.values()]
    used = [placeholders[v] for v in _leaves(expressions) if v in placeholders]
    outs = [v for v in (graph.outputs[j] for j in op.outs) if v not in moved]
    inside = [graph.outputs[op.states[states.index(v)]] if v in states else v for v in used]
    made = remade(
        node,
        [k for k in range(len(op.states)) if k not in totals],
        [k for k in op.lasts if k not in totals],
        [*outs, *inside],
    )
    histories = {}
    for v, kept in zip(used, inside, strict=True):
        history = made.histories[kept]
        if v in states:
            history = before_each_step(history, first[states.index(v)], op.backwards)
        histories[all_steps.histories[v]] = history
    expressions = clone_replace(expressions, histories)
    new = dict(zip([*moved, *totals], expressions, strict=True))
    return made._replace(
        lasts={**made.lasts, **{k: new[k] for k in totals}},
        histories={**made.histories, **{v: new[v] for v in moved}},
    ).outputs(node)


def _leaves(outputs: Sequence[Variable]) -> list[Variable]:
    found = [v for n in toposort(outputs) for v in n.inputs if v.owner is None]
    return list(dict.fromkeys([*found, *[v for v in outputs if v.owner is None]]))


LOOP_RULES = (_constants, _free_terms, _before, _sums, _after)
