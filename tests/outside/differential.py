"""Random programs, computed by minigrad in all modes, and by NumPy and autograd.

    python tests/outside/differential.py --programs 10000 --seed 0 --minutes 30

A program that differs is made smaller, printed as a script, and counted by its kind.
"""

import argparse
import re
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import costs
import oracle
import programs

import minigrad
import minigrad.tensor as T
from minigrad.compile.programs import Programs
from minigrad.protocol.walks import ancestors

_OTHER_SIZES = (0, 1, 2, 3, 4, 5, 6)
_SHARE_OF_COSTS = 0.15
PLANNED = ["FAST_RUN", "DebugMode"]  # the modes


class Difference(AssertionError):
    """minigrad computes something else, or nothing."""


def assert_agrees(result, variable_dtype, exact, disturbed, what, units=0.5, dtype=None):
    """The result is the exact one, as far as rounding lets one tell."""
    exact = np.asarray(exact)
    if any(np.shape(other) != exact.shape for other in disturbed):
        return  # rounding decides how many there are
    if result.dtype != variable_dtype:
        raise Difference(f"{what}: its dtype is {result.dtype}, not {variable_dtype}")
    if result.shape != exact.shape:
        raise Difference(f"{what}: its shape is {result.shape}, not {exact.shape}")
    with np.errstate(all="ignore"):
        if result.dtype.kind != "f":
            unsure = np.zeros(exact.shape, bool)
            for other in disturbed:
                unsure |= np.asarray(other) != exact
            wrong = (result != exact) & ~unsure
        else:
            eps = max(float(np.finfo(d).eps) for d in (result.dtype, dtype or result.dtype))
            spread = np.zeros(exact.shape, np.longdouble)
            for other in disturbed:
                apart = np.abs(np.asarray(other) - exact)
                spread = np.maximum(spread, np.where(np.isnan(apart), np.inf, apart))
            finite = np.isfinite(exact)
            scale = np.max(np.abs(np.where(finite, exact, 0)), initial=0)
            allowed = (
                1.5 * spread + 40 * eps * np.abs(exact) + 2 * eps * scale + units * eps + 1e-300
            )
            allowed = np.where(np.isnan(allowed), 0, allowed)
            wide = result.astype(np.longdouble)
            same = np.isnan(wide) & np.isnan(exact) | (wide == exact)
            largest = min(float(np.finfo(d).max) for d in (result.dtype, dtype or result.dtype))
            if dtype:  # a gradient, whose factors and terms may leave the range on the way
                is_short = largest < 1e5  # float16's
                same |= ~np.isfinite(wide) & (is_short | (np.abs(exact) > 1e-6 * largest))
            same |= (wide == np.sign(exact) * np.inf) & (np.abs(exact) + allowed > largest)
            wrong = ~same & ~(np.abs(wide - exact) <= allowed)
            if disturbed:
                # Where it is not finite, or the result is NaN, some disturbed run must say so too.
                wrong &= ~(
                    (~finite | np.isnan(wide))
                    & np.isinf(spread)
                    & ~np.all([np.isnan(d) == np.isnan(exact) for d in disturbed], axis=0)
                )
    if wrong.any():
        at = tuple(map(int, np.argwhere(wrong)[0])) if wrong.ndim else ()
        places = f"in {wrong.sum()} of {wrong.size} places"
        raise Difference(f"{what}{list(at)} is {result[at]!r}, not {exact[at]!r}; {places}")


class Case:
    """A program that is drawn, and compiled."""

    def __init__(self, program):
        self.program = program
        self._expected, self._calls = {}, 0
        program.generators.restart()
        p = program
        self.outputs = [p.variables[i] for i in p.outputs]
        self.cost, self.gradients = None, []
        if p.wrt:
            self.cost = sum((_cost(p.variables[i], form) for i, form in p.costs), T.constant(0.0))
            wrt = [p.variables[i] for i in p.wrt]
            self.gradients = minigrad.grad(self.cost, wrt, disconnected_inputs="ignore")
            for gradient, variable in zip(self.gradients, wrt, strict=True):
                if (
                    gradient.type.dtype != variable.type.dtype
                    or gradient.broadcastable != variable.broadcastable
                ):
                    raise Difference(
                        f"the derivative by {variable} of {variable.type} is of {gradient.type}"
                    )
        self.givens = {
            p.variables[i]: minigrad.shared(
                np.zeros(given.sizes(p.n), given.dtype),
                f"given_{i}",
                broadcastable=given.broadcastable,
            )
            for i, given in enumerate(p.inputs)
            if given.role == "given"
        }
        self.updates = [
            (
                p.variables[i],
                T.cast(
                    0.5 * p.variables[i] + 0.25 * T.tanh(p.variables[j])
                    if j >= 0
                    else p.variables[i] - 0.125 * self.gradients[p.wrt.index(i)],
                    p.inputs[i].dtype,
                ),
            )
            for i, j in p.updates
        ]
        dtypes = [variable.type.dtype for variable in ancestors(self.outputs)]
        dtypes += [step.precision for step in p.steps if step.definitions]  # what is in loops
        floats = [dtype for dtype in dtypes if dtype in programs.FLOATS]
        self.coarsest = max(floats, key=programs.FLOATS.index, default=None)
        self.returned = [
            *self.outputs,
            *([self.cost] if self.cost is not None else []),
            *self.gradients,
        ]
        self.more_updates, self.options = p.generators.options()
        written = [y for _, y in [*self.updates, *self.more_updates]]
        self.used = set(ancestors([*self.returned, *written]))

    def compiled(self, mode):
        p = self.program
        arguments = [p.variables[i] for i, given in enumerate(p.inputs) if given.role == "input"]
        return minigrad.function(
            arguments,
            self.returned,
            mode=mode,
            updates=[*self.updates, *self.more_updates],
            givens=self.givens,
            on_unused_input="ignore",
            **self.options,
        )

    def check(self):
        """Twice with the same sizes, once with others, and without plans.

        In FAST_COMPILE and, by turns, in the modes that plan, of which DebugMode runs the same
        program as FAST_RUN.
        """
        p = self.program
        first = [p.draw_value(given, p.n) for given in p.inputs]
        second = [p.draw_value(given, p.n) for given in p.inputs]
        other_n = p.rng.choice(_OTHER_SIZES)
        third = [p.draw_value(given, other_n) for given in p.inputs]
        for mode in (p.rng.choice(PLANNED), "FAST_COMPILE"):
            f = self.compiled(mode)
            self._call(f, first, mode)
            self._call(f, second, f"{mode}, again", keeps_state=True)
            if other_n != p.n and self._is_defined(third):
                self._call(f, third, f"{mode}, n = {other_n}")
            if mode != "FAST_COMPILE":
                _without_plans(f)
                self._call(f, first, f"{mode} without plans")
        if (
            p.rng.random() < 0.1
            and not self.givens
            and not any(given.role == "shared" for given in p.inputs)
        ):
            values = dict(zip(p.variables, first[: len(p.inputs)], strict=False))
            used = set(ancestors([self.outputs[0]]))
            result = self.outputs[0].eval({v: value for v, value in values.items() if v in used})
            self._compare([result], first, "eval", only=1)

    def _is_defined(self, values):
        try:
            self._oracle(values, 0)
        except oracle.DoesNotFit:
            return False
        return True

    def _oracle(self, values, runs):
        """Return what is right, and so many times what disturbed runs say."""
        p = self.program
        key = self._calls, *[(v.tobytes(), v.shape) for v in values]
        known = self._expected.setdefault(key, [])
        while len(known) <= runs:
            seed = None if not known else p.seed + 1000 * len(known)
            known.append(oracle.values_and_gradients(p, values, seed))
        for i, j in p.updates:
            if j >= 0 and np.shape(known[0][0][p.outputs.index(j)]) != values[i].shape:
                raise oracle.DoesNotFit("the update has another shape")
        return known[: runs + 1]

    def _call(self, f, values, what, keeps_state=False):
        p = self.program
        updated = {i for i, _ in p.updates}
        values, arguments = list(values), []
        for i, given in enumerate(p.inputs):
            if given.role == "input":
                arguments.append(_laid_out(values[i], p.rng))
            elif given.role == "given":
                self.givens[p.variables[i]].set_value(values[i])
            elif keeps_state and i in updated:
                values[i] = p.variables[i].get_value()
            else:
                p.variables[i].set_value(values[i])
        self._oracle(values, 0)
        before = [a.copy() for a in arguments]
        results = f(*arguments)
        for a, b in zip(arguments, before, strict=True):
            if not np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
                raise Difference(f"{what}: an argument was changed")
        self._compare(results, values, what)
        self._compare_state(values, what)
        if p.drawn:
            p.generators.go_on(self.used)
            self._calls += 1

    def _compare(self, results, values, what, only=None):
        p = self.program
        for runs in (1, 16):
            exact, *disturbed = [
                [*outputs, *([value] if value is not None else []), *gradients]
                for outputs, value, gradients in self._oracle(values, runs)
            ]
            try:
                for number, (result, variable) in enumerate(
                    zip(results, self.returned[:only], strict=True)
                ):
                    name = self._name(number)
                    others = [d[number] for d in disturbed]
                    is_output = number < len(p.outputs)
                    how = (
                        {} if is_output else {"units": self._units(values), "dtype": self.coarsest}
                    )
                    assert_agrees(
                        result, variable.type.dtype, exact[number], others, f"{what}: {name}", **how
                    )
                return
            except Difference:
                if runs == 16:
                    raise

    def _name(self, number):
        p = self.program
        if number < len(p.outputs):
            return f"v{p.outputs[number]}"
        return (
            "cost"
            if number == len(p.outputs)
            else f"d cost / d v{p.wrt[number - len(p.outputs) - 1]}"
        )

    def _compare_state(self, values, what):
        p = self.program
        for i, j in p.updates:
            for runs in (1, 16):
                expected = [
                    0.5 * oracle.widened(values[i])
                    + 0.25 * np.tanh(np.asarray(outputs[p.outputs.index(j)]))
                    if j >= 0
                    else oracle.widened(values[i]) - 0.125 * gradients[p.wrt.index(i)]
                    for outputs, _, gradients in self._oracle(values, runs)
                ]
                try:
                    assert_agrees(
                        p.variables[i].get_value(),
                        p.inputs[i].dtype,
                        expected[0],
                        expected[1:],
                        f"{what}: new v{i}",
                        self._units(values),
                        self._precision_of_update(i, j),
                    )
                    break
                except Difference:
                    if runs == 16:
                        raise

    def _units(self, values):
        """In a derivative terms as large as the cost may cancel."""
        cost = self._oracle(values, 0)[0][1]
        return 20 * max(1, abs(float(cost))) if cost is not None else 20

    def _precision_of_update(self, i, j):
        p = self.program
        other = p.variables[j].type.dtype if j >= 0 else self.coarsest
        return max(p.inputs[i].dtype, other, key=programs.FLOATS.index)


def _cost(y, form):
    y = y.flatten()
    if form == "weighted":
        y = y * T.cos(T.arange(y.shape[0]) + 0.5)
    elif form == "squares":
        y = y * y
    return T.mean(y) if form == "mean" else T.sum(y)


def _laid_out(value, rng):
    """The same numbers in another order in memory."""
    form = rng.choice(["C", "C", "F", "gaps", "backwards", "read-only"])
    if form == "F":
        return np.array(value, order="F")
    if form == "gaps" and value.ndim:
        wide = np.repeat(value, 2, axis=-1)
        return wide[..., ::2]
    if form == "backwards" and value.ndim:
        return np.ascontiguousarray(value[::-1])[::-1]
    value = value.copy()
    if form == "read-only":
        value.setflags(write=False)
    return value


def _without_plans(f):
    if type(f._programs) is Programs:  # there is no planner
        return
    f._programs._planned.clear()
    f._programs._last = None
    f._programs._most = 0


# ---- What failed ---------------------------------------------------------------------------------


def failure_of(program):
    """Return what is wrong with it; None if nothing is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with np.errstate(all="ignore"):
                Case(program).check()
    except oracle.DoesNotFit:
        return None
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def smaller(program):
    """The program with the first of its results that shows a failure as its only output."""
    for i in range(len(program.inputs), len(program.values)):
        variable = program.variables[i]
        outputs, costs_, wrt = program.outputs, program.costs, program.wrt
        updates = program.updates
        program.outputs, program.updates = [i], []
        is_float = variable.dtype in programs.FLOATS
        for form in ("none", "sum", "weighted", "squares"):
            program.costs = [(i, form)] if is_float and form != "none" else []
            program.wrt = wrt if program.costs else []
            failure = failure_of(program)
            if failure:
                return failure
        program.outputs, program.costs, program.wrt, program.updates = outputs, costs_, wrt, updates
    return None


def script_of(program):
    """The program as a user would write it."""
    needed, todo = (
        set(),
        [*program.outputs, *program.wrt, *[j for _, j in program.updates if j >= 0]],
    )
    while todo:
        i = todo.pop()
        if i not in needed:
            needed.add(i)
            if i >= len(program.inputs):
                todo += program.steps[i - len(program.inputs)].operands
    lines = ["import numpy as np, minigrad, minigrad.tensor as T", *program.generators.told()]
    for i, given in enumerate(program.inputs):
        if i in needed:
            lines.append(
                f"v{i} = T.TensorType({given.dtype!r}, {given.broadcastable})('v{i}')"
                f"  # {given.role}, of shape {given.sizes(program.n)}"
            )
    for number, step in enumerate(program.steps):
        i = number + len(program.inputs)
        if i in needed:
            lines += step.definitions.splitlines()
            lines.append(f"v{i} = {step.text}  # {step.dtype}")
    lines.append(
        f"# outputs {program.outputs}, costs {program.costs}, by {program.wrt}, "
        f"updates {program.updates}, n = {program.n}, seed {program.seed}"
    )
    return "\n".join(lines)


def kind_of(failure):
    head = failure.splitlines()[0]
    return re.sub(r"-?\d[-+.\de]*", "#", head)[:110]


class Run:
    """Checks program after program, and keeps the seeds of those that differ by kind."""

    def __init__(self, echo=print, family=None):
        self.families, self.failures, self.count, self.echo = Counter(), {}, 0, echo
        self.family = family

    def check(self, seed):
        """A program of all families, or a cost; the seed decides."""
        is_cost = (
            self.family is None and np.random.default_rng([seed, 1]).random() < _SHARE_OF_COSTS
        )
        (self.check_cost if is_cost else self.check_program)(seed)

    def check_cost(self, seed):
        """The cost of a seed, of a sigmoid or softmax."""
        self.families["costs"] += 1
        self._note(seed, *costs.failure_of(seed))

    def check_program(self, seed):
        """The program of a seed."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                program = programs.Program(seed, self.family)
        except Exception as error:
            self._note(seed, f"{type(error).__name__}: {error}", getattr(error, "text", ""))
            return
        self.families.update(program.met)
        self.families["gradients"] += bool(program.wrt)
        self.families["updates"] += bool(program.updates)
        self.families["givens"] += any(given.role == "given" for given in program.inputs)
        failure = failure_of(program)
        if failure:
            failure = smaller(program) or failure
        self._note(seed, failure, script_of(program) if failure else "")

    def _note(self, seed, failure, script):
        self.count += 1
        if failure is None:
            return
        kind = kind_of(failure)
        if kind not in self.failures:
            self.echo(f"\n---- seed {seed}: {failure[:600]}\n{script}\n", flush=True)
        self.failures.setdefault(kind, []).append(seed)


def plan_in_c(seed):
    """Plan loops in C as for large sizes: blocks and shares of few rows, and tiles of few columns.

    The seed decides how blocks are held, row by row or feature by feature, and which products are
    small.
    """
    from minigrad.native import pass_writing, products

    random = np.random.default_rng([seed, 2])
    PLANNED[:] = ["C"]
    pass_writing._BLOCK_BYTES, pass_writing._WORTH_SHARING = 128, 8
    pass_writing._WORTH_SUMS = pass_writing._WORTH_TILES = 2
    pass_writing._SHORT = pass_writing._MOST_FEATURES = random.choice([0, 48])
    products._SMALL = random.choice([4, 256])
    products._FEWEST_COLUMNS = products._MANY_ROWS = 1


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument(
        "--seed", type=int, default=0, help="of the first program; the others follow"
    )
    parser.add_argument("--minutes", type=float, default=float("inf"), help="at most so long")
    parser.add_argument("--family", choices=programs.FAMILIES, help="that all programs begin with")
    parser.add_argument("--floatx", choices=["float64", "float32"], default="float64")
    parser.add_argument("--in-c", action="store_true", help="plan loops in C")
    options = parser.parse_args(arguments)
    minigrad.config.fill_buffers, minigrad.config.floatX = True, options.floatx
    run, start = Run(family=options.family), time.monotonic()
    for number in range(options.programs):
        minutes = (time.monotonic() - start) / 60
        if minutes > options.minutes:
            break
        if number % 1000 == 999:
            differ = sum(map(len, run.failures.values()))
            print(f"{minutes:.1f} minutes: {run.count} programs, {differ} differ", flush=True)
        if options.in_c:
            plan_in_c(options.seed + number)
        run.check(options.seed + number)
    print(f"{run.count} programs, {(time.monotonic() - start) / 60:.1f} minutes")
    print(", ".join(f"{name} {count}" for name, count in sorted(run.families.items())))
    for kind, seeds in sorted(run.failures.items(), key=lambda item: -len(item[1])):
        print(f"{len(seeds)} times, seeds {seeds[:8]}: {kind}")
    return bool(run.failures)


if __name__ == "__main__":
    sys.exit(main())
