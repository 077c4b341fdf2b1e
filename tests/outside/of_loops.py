"""Steps that are loops: scan in all its forms, whose step is a random program of its own.

The oracle is a Python loop over arrays, which computes the step's operations one by one.
"""

import autograd.numpy as anp
import numpy as np
import oracle
from autograd.tracer import getval
from oracle import DoesNotFit
from results import Results
from steps import Step, elementwise, plain
from streams import makers_of_streams

import minigrad.tensor as T

_DEEPEST = 2
_TAPS = [[0], [0], [0], [-1, 0], [0, 1], [1], [-1], [0, -2], [-1, 1]]
_STATE_TAPS = [[-1, -2], [-2], [-1, -3], [-2, -1]]
_INDENT = "    "


def loops(p):
    """One loop; a step for each of its results that are used."""
    if p.depth == _DEEPEST:
        return None
    loop = _Loop(p)
    return loop.steps() if loop.is_drawn else None


class _Body(Results):
    """The computation in a step of a loop: of its arguments, and of all that there is outside."""

    def __init__(self, outside):
        families = dict(outside.families)
        for name in ("loops", "draws"):
            ask, times = families[name]
            families[name] = ask, times if outside.depth else 3 * times
        super().__init__(families, outside.rng, outside.arrays, outside.n, {}, outside.depth + 1)
        # What it draws at random while it is made up is drawn by generators of its own.
        self.scope = {**outside.scope, **makers_of_streams(1)}
        self.inputs = outside.inputs
        self.variables, self.values = list(outside.variables), list(outside.values)
        self.drawn = set(outside.drawn)
        self.first = len(self.values)
        self.arguments = []

    def argument(self, dtype, pattern, value):
        """An argument of the step's function; returns its number."""
        number = self.append(T.TensorType(dtype, pattern)(f"v{len(self.values)}"), value)
        self.arguments.append(number)
        return number

    def step_of(self, number):
        return self.steps[number - self.first - len(self.arguments)]

    def is_computed(self, number):
        return number >= self.first + len(self.arguments)

    def pick(self, kinds="f", least=0, most=4, where=None):
        """A result of the step, rather than what is the same in all of them."""
        if self.rng.random() < 0.15:
            return super().pick(kinds, least, most, where)
        inside = super().pick(
            kinds, least, most, lambda i: i >= self.first and (where is None or where(i))
        )
        return inside if inside is not None else super().pick(kinds, least, most, where)

    def needed(self, results):
        """The numbers of the steps that lead to the results, in order; and of what is used outside."""
        found, todo = set(), list(results)
        while todo:
            i = todo.pop()
            if i not in found:
                found.add(i)
                if self.is_computed(i):
                    todo += self.step_of(i).operands
        return (
            sorted(i for i in found if self.is_computed(i)),
            sorted(i for i in found if i < self.first),
        )


class _State:
    """A result that goes into later steps: its first values, and which of them a step takes."""

    def __init__(self, text, operands, first, taps):
        self.text, self.operands, self.taps = text, operands, taps
        self.first = first  # a function of the operands
        self.result = None  # its number in the body

    def told(self):
        if self.taps == [-1]:
            return self.text
        return f"dict(initial={self.text}, taps={self.taps})"


class _Loop:
    """A loop: what is told to minigrad, and what it computes."""

    def __init__(self, p):
        self.p, self.rng = p, p.rng
        self.number = len(p.values)
        self.body = _Body(p)
        self.kind = self.rng.choices(["scan", "map", "reduce", "foldl", "foldr"], [75, 8, 7, 5, 5])[
            0
        ]
        self.is_drawn = self._draw()

    # ---- Drawing ---------------------------------------------------------------------------------

    def _draw(self):
        rng = self.rng
        few = rng.choices([0, 1, 2], [25, 55, 20])[0] if self.kind == "scan" else 1
        self.sequences = [s for s in (self._sequence() for _ in range(few)) if s is not None]
        n_states = rng.choices([0, 1, 2], [20, 60, 20])[0] if self.kind == "scan" else 1
        n_states = 0 if self.kind == "map" else n_states
        self.states = [s for s in (self._state() for _ in range(n_states)) if s is not None]
        if self.kind != "scan" and not self.sequences or not (self.sequences or self.states):
            return False
        if self.kind not in ("scan", "map") and not self.states:
            return False
        self.backwards = {"foldl": False, "foldr": True}.get(self.kind, rng.random() < 0.25)
        self._draw_arguments()
        self.n_steps = self._draw_n_steps()
        self.body.draw_steps(rng.randint(1, 5))
        for state in self.states:
            state.result = self._next_value(state)
            if state.result is None:
                return False
        others = range(self.body.first, len(self.body.values))
        n_others = rng.choices([0, 1, 2], [60, 30, 10])[0] if self.states else rng.choice([1, 1, 2])
        n_others = 0 if self.kind in ("reduce", "foldl", "foldr") else n_others
        self.others = [rng.choice([others[-1], rng.choice(others)]) for _ in range(n_others)]
        self.until = self._draw_until()
        self.truncate = rng.choice([1, 2, 3]) if self.kind == "scan" and rng.random() < 0.15 else -1
        self.outputs = list(self.states)
        for i in self.others:
            self.outputs.insert(rng.randint(0, len(self.outputs)), i)
        self._draw_passing()
        return True

    def _sequence(self):
        """The number of a result and its taps."""
        p, rng = self.p, self.rng
        i = p.pick("fiub", least=1, where=lambda i: np.shape(p.values[i])[0])
        if i is None or p.variables[i].broadcastable[0] and rng.random() < 0.7:
            return None
        taps = rng.choice(_TAPS) if self.kind == "scan" else [0]
        if len(_element_places(len(p.values[i]), taps)[0]) == 0:
            taps = [0]
        return i, taps

    def _state(self):
        p, rng = self.p, self.rng
        form = rng.choices(["result", "taps", "zeros", "number"], [40, 25, 25, 10])[0]
        if form == "number":
            number = rng.choice([0.0, 1.5, -0.5])
            return _State(repr(number), (), lambda: oracle.WIDE(number), [-1])
        if form == "taps":
            taps = rng.choice(_STATE_TAPS)
            i = p.pick("fi", least=1, where=lambda i: len(p.values[i]) >= -min(taps))
            if i is not None and not p.variables[i].broadcastable[0]:
                return _State(f"v{i}", (i,), lambda x: x, taps)
        i = p.pick("fi", most=3)
        if i is None:
            return None
        if form == "zeros":
            kind = rng.choice(["zeros", "ones"])
            return _State(
                f"T.{kind}_like(v{i})", (i,), lambda x: getattr(np, kind)(x.shape, x.dtype), [-1]
            )
        return _State(f"v{i}", (i,), lambda x: x, [-1])

    def _draw_arguments(self):
        """The step's arguments, as they are in the first step."""
        p, body = self.p, self.body
        for i, taps in self.sequences:
            v = p.variables[i]
            for places in _element_places(len(p.values[i]), taps):
                at = places[-1 if self.backwards else 0]
                body.argument(v.dtype, v.broadcastable[1:], p.values[i][at])
        for state in self.states:
            first = state.first(*[p.values[i] for i in state.operands])
            v = eval(state.text, p.scope)
            v = T.as_tensor_variable(v) if state.taps == [-1] else v[0]
            state.type = v.type
            depth = -min(state.taps)
            state.arguments = [
                body.argument(
                    v.dtype, v.broadcastable, first if state.taps == [-1] else first[depth + tap]
                )
                for tap in state.taps
            ]

    def _next_value(self, state):
        """The number of the result that is the state's next value; a new one if there is none."""
        body, rng = self.body, self.rng
        here = state.arguments[0]
        v, shape = body.variables[here], np.shape(body.values[here])

        def fits(i):
            other = body.variables[i]
            return (
                body.is_computed(i)
                and (other.dtype, other.broadcastable) == (v.dtype, v.broadcastable)
                and np.shape(body.values[i]) == shape
            )

        kind = np.dtype(v.dtype).kind
        i = Results.pick(body, kind, where=fits)
        if i is not None and rng.random() < 0.6:
            return i
        if kind == "f" and i is not None:
            step = elementwise(
                body,
                f"T.cast(0.5 * {{0}} + 0.25 * T.sin({{1}}), {v.dtype!r})",
                lambda h, x: oracle.WIDE(0.5) * h + 0.25 * anp.sin(x),
                here,
                i,
            )
        elif kind == "f":
            step = plain(
                f"T.cast(0.5 * {{0}} + 0.25 * T.sin(T.sum({{1}})), {v.dtype!r})",
                lambda h, x: oracle.WIDE(0.5) * h + 0.25 * anp.sin(anp.sum(x)),
                here,
                body.pick("f"),
            )
        else:
            step = plain(f"T.cast({{0}} + 1, {v.dtype!r})", lambda h: h + 1, here)
        return len(body.values) - 1 if body.add(step._replace(family="reductions")) else None

    def _draw_until(self):
        """The number of the condition that ends the loop, if there is one."""
        body, rng = self.body, self.rng
        if self.kind != "scan" or rng.random() > 0.2:
            return None
        i = body.pick("f", where=lambda i: i >= body.first)
        if i is None:
            return None
        limit = rng.choice([-1.5, 0.0, 0.75, 2.5])
        form, sign = rng.choice([("T.gt(T.sum({0}), %s)", 1), ("T.lt(T.sum({0}), %s)", -1)])
        step = plain(form % limit, lambda x: sign * np.sum(getval(x)) > sign * limit, i)
        return len(body.values) - 1 if body.add(step._replace(family="reductions")) else None

    def _draw_n_steps(self):
        """Draw the number of steps, as text and a function of operands, and these; or None."""
        p, rng = self.p, self.rng
        if self.kind != "scan" or self.sequences and rng.random() < 0.6:
            return None
        most = min([4, *[self._length(p.values[i], taps) for i, taps in self.sequences]])
        count = rng.choice([most, most, max(0, most - 1), rng.randint(0, most)])
        i = p.pick("fiub", least=1)
        options = [
            (repr(count), lambda: count, ()),
            (f"T.constant({count})", lambda: count, ()),
        ]
        if i is not None and len(p.values[i]) <= most:
            options.append((f"v{i}.shape[0]", len, (i,)))
        j = p.pick("iu", most=0)
        if j is not None:
            options += [
                (
                    f"T.minimum(T.cast(v{j}, 'int64') % 4, {most})",
                    lambda x: min(int(x) % 4, most),
                    (j,),
                )
            ] * 2
        return rng.choice(options)

    def _draw_passing(self):
        """Draw the results from outside that are passed to the step's function; it finds the others."""
        rng, body = self.rng, self.body
        results = [self._number_of(y) for y in self.outputs]
        results += [] if self.until is None else [self.until]
        self.computed, self.used = body.needed(results)
        passes_all = rng.random() < 0.3
        # What is drawn outside would be drawn in each step anew, were it not passed.
        self.passed = [
            i for i in self.used if i in self.p.drawn or passes_all or rng.random() < 0.3
        ]
        self.is_strict = self.passed == self.used and self.kind == "scan" and rng.random() < 0.5
        operands = [*self.used, *[i for i, _ in self.sequences]]
        operands += [i for state in self.states for i in state.operands]
        operands += self.n_steps[2] if self.n_steps else ()
        self.operands = tuple(sorted(set(operands)))
        self.streams = tuple(s for i in self.computed for s in body.step_of(i).streams)

    @staticmethod
    def _number_of(output):
        return output.result if isinstance(output, _State) else output

    # ---- What is told to minigrad ------------------------------------------------------------------

    def steps(self):
        """A step of the program for each result that it has."""
        rng = self.rng
        dtypes = tuple(self.body.step_of(i).precision for i in self.computed)
        is_last = self.kind not in ("scan", "map")
        is_list = len(self.outputs) > 1 or self.kind == "scan" and rng.random() < 0.3
        text = f"loop_{self.number}" + ("[0]" if is_list else "")
        takes_last = not is_last and rng.random() < 0.3

        def value(k):
            y = self.results[k]
            if (is_last or takes_last) and not len(y):
                raise DoesNotFit("there is no last step")
            return y[-1] if is_last or takes_last else y

        def first(*operands):
            self.results = self.computed_results(dict(zip(self.operands, operands, strict=True)))
            return value(0)

        end = "[-1]" if takes_last else ""
        steps = [
            Step(
                "",
                text + end,
                first,
                self.operands,
                definitions=self._definitions(is_list),
                dtypes=dtypes,
                streams=self.streams,
                updates=f"updates_{self.number}" if self.streams else "",
            )
        ]
        for k in range(1, len(self.outputs)):
            # The first has computed it, too.
            steps.append(
                Step(
                    "",
                    f"loop_{self.number}[{k}]{end}",
                    lambda _, k=k: value(k),
                    (self.number,),
                    dtypes=dtypes,
                )
            )
        return steps

    def _definitions(self, is_list):
        body, n = self.body, self.number
        arguments = ", ".join(f"v{i}" for i in [*body.arguments, *self.passed])
        lines = [f"def step_{n}({arguments}):"]
        for i in self.computed:
            step = body.step_of(i)
            lines += [_INDENT + line for line in step.definitions.splitlines()]
            lines.append(f"{_INDENT}v{i} = {step.text}")
        lines.append(f"{_INDENT}return {self._returned()}")
        told = [f"step_{n}"]
        if self.sequences:
            told.append(f"sequences=[{', '.join(map(self._told_sequence, self.sequences))}]")
        if self.states:
            infos = [y.told() if isinstance(y, _State) else "None" for y in self.outputs]
            told.append(f"outputs_info=[{', '.join(infos)}]")
        if self.passed:
            told.append(f"non_sequences=[{', '.join(f'v{i}' for i in self.passed)}]")
        if self.n_steps:
            told.append(f"n_steps={self.n_steps[0]}")
        if self.backwards and self.kind != "foldr":
            told.append("go_backwards=True")
        if self.truncate >= 0:
            told.append(f"truncate_gradient={self.truncate}")
        if self.is_strict:
            told.append("strict=True")
        if is_list and len(self.outputs) == 1:
            told.append("return_list=True")
        lines.append(f"loop_{n}, updates_{n} = minigrad.{self.kind}({', '.join(told)})")
        return "\n".join(lines)

    def _returned(self):
        results = ", ".join(f"v{self._number_of(y)}" for y in self.outputs)
        if len(self.outputs) > 1:
            results = f"[{results}]"
        if self.updates_of_step():
            results += ", {" + ", ".join(self.updates_of_step()) + "}"
        if self.until is not None:
            results += f", minigrad.tensor.loops.until(v{self.until})"
        return results

    def updates_of_step(self):
        """The updates of loops in the loop, which its step has to return."""
        updates = [self.body.step_of(i).updates for i in self.computed]
        return [f"**{name}" for name in updates if name]

    @staticmethod
    def _told_sequence(sequence):
        i, taps = sequence
        return f"v{i}" if taps == [0] else f"dict(input=v{i}, taps={taps})"

    # ---- What it computes ----------------------------------------------------------------------------

    @staticmethod
    def _length(x, taps):
        return len(_element_places(len(x), taps)[0])

    def computed_results(self, known):
        """The results of all steps."""
        lengths = [self._length(getval(known[i]), taps) for i, taps in self.sequences]
        if self.n_steps is None:
            n = min(lengths)
        else:
            _, count, operands = self.n_steps
            n = int(count(*[getval(known[i]) for i in operands]))
            if any(length < n for length in lengths):
                raise DoesNotFit("a sequence is too short")
        if not n:
            return self._results_of_no_step(known)
        if self.truncate < 0:
            return self._run(known, n)
        first = n
        if self.until is not None:
            states = [s.now() for s in self.streams]
            first = len(self._run(known, n)[0])
            for stream, state in zip(self.streams, states, strict=True):
                stream.set(state)
        results = self._run(known, n, max(0, first - self.truncate))
        if len(results[0]) != first:
            raise DoesNotFit("rounding decides how many steps there are")
        return results

    def _run(self, known, n, n_without=0):
        """The results of n steps; derivatives do not pass the first so many."""
        still = {i: getval(x) for i, x in known.items()}
        past = [self._first_values(state, known) for state in self.states]
        rows = [[] for _ in self.outputs]
        for t in range(n):
            values = still if t < n_without else known
            if t < n_without:
                past = [[getval(x) for x in values] for values in past]
            results = self._step({**values, **self._arguments(values, past, t)})
            for row, output in zip(rows, self.outputs, strict=True):
                row.append(results[self._number_of(output)])
            for state, values in zip(self.states, past, strict=True):
                new = results[state.result]
                if np.shape(new) != np.shape(values[-1]):
                    raise DoesNotFit("a state has another shape")
                values.append(new)
            if self.until is not None and getval(results[self.until]):
                break
        if any(np.shape(y) != np.shape(row[0]) for row in rows for y in row):
            raise DoesNotFit("steps have results of other shapes")
        if n_without:
            rows = [[getval(y) for y in row[:n_without]] + row[n_without:] for row in rows]
        return [anp.stack(row) for row in rows]

    @staticmethod
    def _first_values(state, known):
        first = state.first(*[known[i] for i in state.operands])
        if state.taps == [-1]:
            return [first]
        depth = -min(state.taps)
        if len(getval(first)) < depth:
            raise DoesNotFit("too few initial values")
        return [first[i] for i in range(depth)]

    def _arguments(self, known, past, t):
        """The values of the step's arguments, by their numbers."""
        values = []
        for i, taps in self.sequences:
            x = known[i]
            for places in _element_places(len(getval(x)), taps):
                values.append(x[places[-1 - t if self.backwards else t]])
        for state, so_far in zip(self.states, past, strict=True):
            values += [so_far[tap] for tap in state.taps]
        return dict(zip(self.body.arguments, values, strict=True))

    def _step(self, values):
        """All results of a step, by their numbers."""
        for i in self.computed:
            step = self.body.step_of(i)
            values[i] = oracle.applied(step, [values[j] for j in step.operands])
        return values

    def _results_of_no_step(self, known):
        """Arrays without rows, of the shapes that a step of zeros has."""
        drawn = [s.now() for s in self.streams]
        still = {i: getval(x) for i, x in known.items()}
        values = dict(still)
        arguments = iter(self.body.arguments)
        for i, taps in self.sequences:
            for _ in taps:
                values[next(arguments)] = np.zeros(still[i].shape[1:], still[i].dtype)
        for state in self.states:
            first = self._first_values(state, still)
            for tap in state.taps:
                values[next(arguments)] = first[tap]
        values = self._step(values)
        for state in self.states:
            before = getval(self._first_values(state, still)[-1])
            if np.shape(getval(values[state.result])) != np.shape(before):
                raise DoesNotFit("a state would have another shape after a step")
        for stream, state in zip(self.streams, drawn, strict=True):
            stream.set(state)
        results = [np.asarray(getval(values[self._number_of(y)])) for y in self.outputs]
        return [np.zeros((0, *y.shape), y.dtype) for y in results]


def _element_places(length, taps):
    """For each tap the places of the elements that steps take, the first step's first."""
    first, last = min(0, *taps), max(0, *taps)
    count = max(0, length - (last - first))
    return [range(tap - first, tap - first + count) for tap in taps]
