"""A loop: a graph that is computed once for each step, and hands values from one step to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any

import numpy as np

from ...core.axes import Size, as_tensor_variable
from ...core.elementwise import cast
from ...core.graph import Apply, Constant, Gradients, Variable, Variables
from ...core.types import TensorType
from ...protocol.axes import completed, infer_shapes
from ...protocol.closed import ClosedGraph
from ...protocol.op import (
    FloatForms,
    Floats,
    Merge,
    Names,
    Readers,
    Replacements,
    SeveralOutputs,
    Use,
    in_tuple,
    with_numbers,
)
from ...protocol.walks import clone_replace, known_integer, made_by
from ..shape import SpecifyShape, sizes_in_common
from .closing import inputs_reached
from .no_steps import shape_of, shapes_without_values

_OPTIONS = ("n_sequences", "states", "lasts", "outs", "until", "backwards", "truncate")


class Scan(SeveralOutputs):
    """Steps of a graph: state, rows of sequences → next state, rows of results.

    The inputs are the number of steps; the sequences, an element for each step; the first values of
    the states; and what is the same in all steps. Those of the graph are the same, but for the
    number. The outputs are the last values of some states, then *histories*, the results of all
    steps one below the other.

    Parameters
    ----------
    graph : ClosedGraph
        What is computed in a step.
    n_sequences : int
    states : sequence of int
        For each state, the output of the graph that is its next value.
    lasts : sequence of int
        The states whose last values are outputs.
    outs : sequence of int
        The outputs of the graph whose histories are outputs.
    until : int, optional
        The output of the graph that ends the loop after the step in which it is true.
    backwards : bool
        Whether the last elements come first. Histories are in the order of the sequences.
    truncate : int
        How many steps derivatives go back from the last one; -1 for all.
    name : str, optional
    """

    __props__ = ("graph", *_OPTIONS)
    storage = "new"

    def __init__(
        self,
        graph: ClosedGraph,
        n_sequences: int,
        states: Sequence[int],
        lasts: Sequence[int],
        outs: Sequence[int],
        until: int | None = None,
        backwards: bool = False,
        truncate: int = -1,
        name: str | None = None,
    ) -> None:
        # A result that is another one, too, is computed and handed over once.
        distinct = list(dict.fromkeys(graph.outputs))
        place = [distinct.index(v) for v in graph.outputs]
        is_distinct = len(distinct) == len(graph.outputs)
        self.graph = graph if is_distinct else ClosedGraph(graph.inputs, distinct)
        self.inner = (self.graph,)
        self.n_sequences = n_sequences
        self.states = tuple([place[i] for i in states])
        self.lasts = tuple(lasts)
        self.outs = tuple([place[i] for i in outs])
        self.until = None if until is None else place[until]
        self.backwards = backwards
        self.truncate = truncate
        self.name = name
        self._asked: tuple[TensorType, ...] | None = None  # the types that the graph was made for

    # ---- The parts of its inputs and outputs ------------------------------------------------------

    def parts(self, inputs: Sequence[Any]) -> tuple[list[Any], list[Any], list[Any]]:
        """Return the sequences, the states and the rest, of inputs without the number of steps."""
        a, b = self.n_sequences, self.n_sequences + len(self.states)
        return list(inputs[:a]), list(inputs[a:b]), list(inputs[b:])

    def with_graph(self, graph: ClosedGraph, **changes: Any) -> Scan:
        """Return a loop like this one, of another graph, or with other options."""
        options = {name: getattr(self, name) for name in (*_OPTIONS, "name")}
        return Scan(graph, **{**options, **changes})

    def with_inner(self, inner: Sequence[ClosedGraph]) -> Scan:
        (graph,) = inner
        return self.with_graph(graph)

    # ---- Types ------------------------------------------------------

    def make_node(self, n_steps: Any, *inputs: Variable) -> Apply:
        n_steps = as_tensor_variable(n_steps)
        op = self.for_types([v.type for v in inputs])
        n = known_integer(n_steps)
        # One step would be a size that broadcasts.
        length = n if op.until is None and n is not None and n > 1 else None
        _, states, _ = op.parts(op.graph.inputs)
        types = [states[k].type for k in op.lasts]
        for i in op.outs:
            type = op.graph.outputs[i].type
            types.append(type.clone(shape=(length, *type.shape)))
        return Apply(op, [n_steps, *inputs], [type() for type in types])

    def for_types(self, types: Sequence[TensorType]) -> Scan:
        """Return the loop for inputs of these types: the graph knows the sizes that they know.

        A size of a state is known only if it is the same before and after a step.
        """
        asked = tuple(types)
        if asked == self._asked:
            return self
        rows, states, rest = self.parts(types)
        rows = [type.clone(shape=type.shape[1:]) for type in rows]
        inputs = self.graph.inputs
        if [*rows, *states, *rest] == [v.type for v in inputs]:
            graph, settled = self.graph, self._is_settled()
        else:
            settled = False
        while not settled:
            new = [type(v.name) for type, v in zip([*rows, *states, *rest], inputs, strict=True)]
            graph = ClosedGraph(new, self.graph.on(new))
            settled = True
            for k, i in enumerate(self.states):
                before = states[k]
                shape = sizes_in_common(before, graph.outputs[i].type)
                if list(before.shape) != shape:
                    states[k], settled = before.clone(shape=shape), False
        op = self if graph is self.graph else self.with_graph(graph)
        op._asked = asked
        return op

    def _is_settled(self) -> bool:
        """Whether states have after a step all the sizes that they have before."""
        _, states, _ = self.parts(self.graph.inputs)
        return all(
            mine is None or mine == other
            for v, i in zip(states, self.states, strict=True)
            for mine, other in zip(v.type.shape, self.graph.outputs[i].type.shape, strict=True)
        )

    def on_floats(
        self,
        node: Apply,
        inputs: Sequence[Variable],
        places: Sequence[int],
        float_forms: FloatForms,
    ) -> tuple[Sequence[Variable], Floats]:
        """The loop with more inputs: floats of integers beside these, which may be indices, too.

        A state that is an integer has no derivative.
        """
        graph, n = self.graph, self.n_sequences
        outside = dict(zip(graph.inputs, node.inputs[1:], strict=True))
        rows, states, same = self.parts([*zip(graph.inputs, inputs[1:], strict=True)])
        possible = [graph.inputs[i - 1] for i in places if i]
        inner = [v for v in possible if v not in dict(states)]
        forms, new = float_forms(inner, graph.outputs, graph.inputs)
        floats, stand_ins = [], dict[Variable, Variable]()
        for v, form in [(v, form) for v, made in forms.items() for form in made]:
            stand_ins[form] = form.type(v.name)
            outer = cast(outside[v], form.type.dtype)
            floats.append((outside[v], outer))
            (rows if v in graph.inputs[:n] else same).append((stand_ins[form], outer))
        changed = [*rows, *states, *same]
        results = clone_replace([new.get(v, v) for v in graph.outputs], stand_ins)
        step = ClosedGraph([v for v, _ in changed], results)
        loop = self.with_graph(step, n_sequences=len(rows))
        return loop.make_node(inputs[0], *[v for _, v in changed]).outputs, floats

    # ---- Values ------------------------------------------------------

    def compute(self, n_steps: Any, *inputs: Any) -> Sequence[Any]:
        sequences, states, rest = self.parts(inputs)
        n = number_of_steps(n_steps, *map(len, sequences))
        order = range(n - 1, -1, -1) if self.backwards else range(n)
        histories: list[list[Any]] = [[] for _ in self.outs]
        for i in order:
            elements = [np.asarray(x[i]) for x in sequences]
            results = self.graph.compute([*elements, *states, *rest])
            for rows, j in zip(histories, self.outs, strict=True):
                rows.append(results[j])
            for k, j in enumerate(self.states):
                if results[j].shape != states[k].shape:
                    refuse_shape(states[k].shape, results[j].shape)
            states = [results[j] for j in self.states]
            if self.until is not None and results[self.until]:
                break
        made = [np.array(states[k]) for k in self.lasts]
        for rows, j in zip(histories, self.outs, strict=True):
            made.append(stacked(rows, self.backwards) if rows else self._no_rows(j, *inputs))
        return made

    def _no_rows(self, j: int, *inputs: Any) -> np.ndarray:
        """Return the history of an output of the graph if there is no step; 0 is a size unknown."""
        rows, states, same = self.parts(inputs)
        if j in self.states:  # which keeps its shape
            return np.empty((0, *states[self.states.index(j)].shape), self._dtype(j))
        inner = [*[x.shape[1:] for x in rows], *[x.shape for x in (*states, *same)]]
        shape = shapes_without_values(self.graph, inner, same)[j]
        return np.empty((0, *[size or 0 for size in shape]), self._dtype(j))

    def _dtype(self, j: int) -> np.dtype[Any]:
        return self.graph.outputs[j].type.numpy_dtype

    def statements(
        self, node: Apply, inputs: Names, outputs: Names, use: Use, inner: Names
    ) -> list[str]:
        """A loop that calls the function of a step."""
        n, before = self._counted(node, inputs, use)
        sequences, first, rest = self.parts(inputs[1:])
        _, inner_states, _ = self.parts(self.graph.inputs)
        states = [use(v.name or "state") for v in inner_states]
        before += [f"{state} = {value}" for state, value in zip(states, first, strict=True)]
        results, lines, moves = self._results(states, use)
        i = use("i")
        arguments = [*[f"{x}[{i}]" for x in sequences], *states, *rest]
        call = f"{inner[0]}({', '.join(arguments)})"
        lines.insert(0, f"{in_tuple(results)} = {call}")
        after = []
        lasts, histories = outputs[: len(self.lasts)], outputs[len(self.lasts) :]
        for name, j in zip(histories, self.outs, strict=True):
            shape = self._printed_shape(j, n, first)
            if shape is not None:
                dtype = use(self._dtype(j).name, self._dtype(j))
                before.append(f"{name} = {use('empty', np.empty)}({shape}, {dtype})")
                lines.append(f"{name}[{i}] = {results[j]}")
                if self.until is not None:
                    after.append(f"{name} = {name}[:{i} + 1]")
            else:
                before.append(f"{name} = []")
                lines.append(f"{name}.append({results[j]})")
                made = f"{use('stacked', stacked)}({name}, {self.backwards})"
                none = f"{use('no_rows', partial(self._no_rows, j))}({', '.join(inputs[1:])})"
                after.append(f"{name} = {made} if {name} else {none}")
        lines += moves
        if self.until is not None:
            before.append(f"{i} = -1")
            lines += [f"if {results[self.until]}:", "    break"]
        last = str(int(n) - 1) if n.isdigit() else f"{n} - 1"
        steps = f"range({last}, -1, -1)" if self.backwards else f"range({n})"
        copies = [
            f"{name} = {use('array', np.array)}({states[k]})"
            for name, k in zip(lasts, self.lasts, strict=True)
        ]
        loop = [f"for {i} in {steps}:", *[f"    {line}" for line in lines]]
        return [*before, *loop, *after, *copies] or ["pass"]

    def _counted(self, node: Apply, inputs: Names, use: Use) -> tuple[str, list[str]]:
        """Return what to call the number of steps, and the line that checks it, if one must."""
        (n,) = with_numbers(node.inputs[:1], inputs[:1])
        known = known_integer(node.inputs[0])
        sequences, _, _ = self.parts(node.inputs[1:])
        if known is not None and all(v.type.shape[0] == known for v in sequences):
            return n, []
        lengths = "".join(f", {x}.shape[0]" for x in inputs[1 : 1 + self.n_sequences])
        check, name = use("number_of_steps", number_of_steps), use("n_steps")
        return name, [f"{name} = {check}({n}{lengths})"]

    def _printed_shape(self, j: int, n: str, first: Names) -> str | None:
        """Return the shape of the history of a result; None if it is not known before the loop."""
        if j in self.states:  # which keeps its shape
            shape = f"*{first[self.states.index(j)]}.shape"
        elif None not in self.graph.outputs[j].type.shape:
            shape = ", ".join(map(str, self.graph.outputs[j].type.shape))
        else:
            return None
        return f"({n}, {shape})" if shape else f"({n},)"

    def _results(self, states: Names, use: Use) -> tuple[list[str], list[str], list[str]]:
        """Return what to call a step's results, checks of them, and how states take them over."""
        _, inner_states, _ = self.parts(self.graph.inputs)
        results: list[str] = []
        checks: list[str] = []
        moves: list[tuple[str, str]] = []
        for j, output in enumerate(self.graph.outputs):
            fed = [k for k, i in enumerate(self.states) if i == j]
            types = [inner_states[k].type for k in fed]
            if len(fed) == 1 and output.type == types[0] and None not in output.type.shape:
                results.append(states[fed[0]])
                continue
            results.append(use(f"new_{states[fed[0]]}" if fed else "result"))
            for k, type in zip(fed, types, strict=True):
                moves.append((states[k], results[j]))
                if None in type.shape:
                    shape, new = f"{states[k]}.shape", f"{results[j]}.shape"
                    refuse = use("refuse_shape", refuse_shape)
                    checks += [f"if {new} != {shape}:", f"    {refuse}({shape}, {new})"]
        left, right = (
            (", ".join(names) for names in zip(*moves, strict=True)) if moves else ("", "")
        )
        return results, checks, [f"{left} = {right}"] if moves else []

    # ---- What is known without computing ------------------------------------------------------

    def infer_shape(self, node: Apply, input_shapes: Sequence[tuple[Any, ...]]) -> Any:
        _, states, _ = self.parts(input_shapes[1:])
        n = known_integer(node.inputs[0])
        length = None if self.until is not None else node.inputs[0] if n is None else n
        _, _, same = self.parts(self.graph.inputs)
        outside = dict(zip(same, self.parts(node.inputs[1:])[2], strict=True))
        inside = self.shapes_inside(input_shapes[1:], outside=outside)
        rows = [inside[self.graph.outputs[j]] for j in self.outs]
        return [*[states[k] for k in self.lasts], *[(length, *row) for row in rows]]

    def shapes_inside(
        self,
        input_shapes: Sequence[tuple[Any, ...]],
        changing: Iterable[Variable] | None = None,
        outside: Mapping[Variable, Variable] = MappingProxyType({}),
    ) -> dict[Variable, tuple[Any, ...]]:
        """Return the shapes of the graph's variables from those of the op's inputs, n_steps left out.

        None stands for what depends on a step's values. If it is told which inputs change from step to
        step, a variable stands for a size that is not known, but the same in all of them. Sizes that
        inputs of the graph are made of are known if it is told what these are outside.
        """
        sequences, states, rest = self.parts(input_shapes)
        given = [*[shape[1:] for shape in sequences], *states, *rest]
        shapes = dict(zip(self.graph.inputs, map(tuple, given), strict=True))
        inside: set[Variable] = set(self.graph.inputs if changing is None else changing)
        for node in self.graph.nodes:
            of_inputs = [shape_of(v, shapes) for v in node.inputs]
            symbolic = [
                completed(shape, v) for v, shape in zip(node.inputs, of_inputs, strict=True)
            ]
            inferred = infer_shapes(node, symbolic)
            is_same = (
                changing is not None
                and not any(None in shape for shape in of_inputs)
                and inside.isdisjoint([node.inputs[i] for i in node.op.sized_by(node)])
            )
            unknown = TensorType("int64", ())() if is_same else None
            if not inside.isdisjoint(node.inputs):
                inside.update(node.outputs)
            for j, v in enumerate(node.outputs):
                sizes = v.type.shape if inferred is None else inferred[j]
                sizes = [unknown if size is None else size for size in sizes]
                shapes[v] = tuple(
                    [
                        _outer_size(size, shapes, inside, outside) if known is None else known
                        for known, size in zip(v.type.shape, sizes, strict=True)
                    ]
                )
        for j, k in zip(self.states, range(len(self.states)), strict=True):
            shapes[self.graph.outputs[j]] = tuple(states[k])
        return {v: shape_of(v, shapes) for v in [*shapes, *self.graph.outputs]}

    @cached_property
    def of_changing_shape(self) -> set[Variable]:
        """Variables that may have another shape in each step: no array holds those of all steps."""
        sizes = [
            tuple([TensorType("int64", ())() if size is None else size for size in v.type.shape])
            for v in self.graph.inputs
        ]
        sequences, states, rest = self.parts(sizes)
        rows, before, _ = self.parts(self.graph.inputs)
        shapes = self.shapes_inside(
            [*[(None, *row) for row in sequences], *states, *rest], [*rows, *before]
        )
        return {v for v, shape in shapes.items() if None in shape}

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        reached = self.connections
        inputs = range(len(self.graph.inputs))
        columns = [self.n_sequences + k for k in self.lasts]
        pattern = [
            [*[i in reached[c] for c in columns], *[i in reached[-1 - j] for j in self.outs]]
            for i in inputs
        ]
        return [[False] * node.nout, *pattern]

    @cached_property
    def connections(self) -> dict[int, set[int]]:
        """The graph's inputs on whose values an output or a state depends, differentiably, after any
        number of steps: by -1 - j for output j, and for a state by the number of its input."""
        reached = inputs_reached(self.graph)
        result = {-1 - j: set(reached[v]) for j, v in enumerate(self.graph.outputs)}
        first = self.n_sequences
        result |= {first + k: {first + k} for k in range(len(self.states))}
        grows = True
        while grows:
            grows = False
            for k, j in enumerate(self.states):
                more = result[-1 - j] - result[first + k]
                result[first + k] |= more
                grows = grows or bool(more)
            for key, found in result.items():
                through = [result[i] for i in found if first <= i < first + len(self.states)]
                more = set().union(*through) - found
                if key < 0 or more:
                    grows = grows or bool(more)
                    result[key] = found | more
        return result

    def L_op(self, inputs: Variables, outputs: Variables, output_grads: Variables) -> Gradients:
        from .backwards import derivatives  # which makes loops

        return derivatives(self, inputs, outputs, output_grads)

    # ---- Other loops in its place ------------------------------------------------------

    def as_read(self, node: Apply, readers: Readers) -> Replacements:
        from .remaking import as_read

        return as_read(node, readers)

    def merged_with(self, node: Apply, other: Apply, merge: Merge) -> Replacements:
        from .remaking import as_one

        return as_one(node, other, merge)

    def __str__(self) -> str:
        return f"scan_{self.name}" if self.name else "scan"


def number_of_steps(n: Any, *lengths: int) -> int:
    """Return the number of steps; a ValueError if it, or the length of a sequence, is wrong."""
    count = int(n)
    if count < 0:
        raise ValueError(f"scan: the number of steps is {count}; it is at least 0")
    for i, length in enumerate(lengths):
        if length != count:
            raise ValueError(
                f"scan: {count} steps, but sequence {i} has {length} elements for them; a sequence "
                "must be as long as n_steps, and longer by the taps"
            )
    return count


class ForEachStep(SpecifyShape):
    """A sequence, of which it is checked that it has an element for each step."""

    def compute(self, x: Any, *sizes: Any) -> Any:
        (axis,) = self.along  # another than 0 in a loop around this one, done for all its steps
        number_of_steps(sizes[0], x.shape[axis])
        return x

    def expression(self, node: Apply, inputs: Names, use: Use) -> str:
        return f"{use('for_each_step', self.compute)}({', '.join(inputs)})"


def refuse_shape(before: tuple[int, ...], after: tuple[int, ...]) -> None:
    """Raise the error about a state that has another shape after a step than before."""
    raise ValueError(
        f"scan: a step has made of a state of shape {before} one of shape {after}; the initial value "
        "must have the shape that fn returns"
    )


def stacked(rows: list[Any], reverse: bool) -> np.ndarray:
    """Return the rows of an array, the last first if reversed, as an array."""
    try:
        return np.stack(rows[::-1] if reverse else rows)
    except ValueError:
        first = rows[0].shape
        other = next(row.shape for row in rows if row.shape != first)
        raise ValueError(
            f"scan: results of steps have the shapes {first} and {other}; they must have the same"
        ) from None


def _outer_size(
    size: Any,
    shapes: dict[Variable, tuple[Any, ...]],
    inside: set[Variable],
    outside: Mapping[Variable, Variable],
) -> Any:
    """Return a size as a number or an expression of what is outside; None if it is neither."""
    if not isinstance(size, Variable):
        return size
    if isinstance(size, Constant):
        return int(size.data)
    node = made_by(size, Size)
    if node is not None and node.inputs[0] in shapes:
        return shapes[node.inputs[0]][node.op.axis]
    # An expression of sizes outside has been put together of these alone.
    found, rest = {size}, [size]
    while rest:
        v = rest.pop()
        if v in inside and v not in outside:
            return None
        new = [x for x in (v.owner.inputs if v.owner else ()) if x not in found]
        found.update(new)
        rest += new
    return clone_replace([size], outside)[0]
