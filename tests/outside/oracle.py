"""The values and derivatives of random programs, by NumPy and autograd alone.

Every number is computed in long double. How far rounding may take a program from it is found by
computing again with the results of all operations disturbed: what moves by little, must agree; what
moves by much, says little. Results that a float holds exactly are not disturbed, so ties stay ties.
"""

import autograd.numpy as anp
import numpy as np
from autograd import make_vjp
from autograd.extend import defvjp, primitive
from autograd.scipy import special as autograd_special
from autograd.tracer import getval

WIDE = np.longdouble
# In units of the last place. Programs err by some units for each operation; this is far more, so
# that one disturbed run tells nearly always enough, and still little beside a mistake.
_DISTURBANCE = {"float64": 400, "float32": 400, "float16": 8}
# Multiples of one over these are mostly computed without any rounding, unless they are so large that
# their last digit is more than that.
_SHORT = {"float64": 4096, "float32": 4096, "float16": 32}


class DoesNotFit(Exception):
    """The program is not defined for these sizes."""


# ---- Functions that autograd lacks, or differentiates in another way where it is a convention -----


def where(condition, x, y):
    """Like autograd's, whose derivative is wrong where x or y broadcasts."""
    shape = np.broadcast_shapes(*[np.shape(getval(a)) for a in (condition, x, y)])
    return anp.where(condition, x + np.zeros(shape, WIDE), y + np.zeros(shape, WIDE))


@primitive
def erf(x):
    return autograd_special.erf(np.asarray(x, float)).astype(WIDE)


defvjp(erf, lambda y, x: lambda g: g * 2 / np.sqrt(WIDE(np.pi)) * anp.exp(-x * x))


@primitive
def logsumexp(x, axis):
    """log(sum(exp(x))) along an axis that stays, of size 1."""
    largest = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    largest = np.where(largest == -np.inf, 0, largest)
    return largest + np.log(np.sum(np.exp(x - largest), axis=axis, keepdims=True))


defvjp(logsumexp, lambda y, x, axis: lambda g: g * anp.exp(x - y))


# Derivatives that are made of the result, whose rounding they magnify where it is saturated.


@primitive
def tanh(x):
    return np.tanh(x)


@primitive
def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))


@primitive
def softmax(x, axis):
    if np.isinf(x).any():
        raise DoesNotFit("a softmax of infinities, whose shift may cancel")
    return np.exp(x - logsumexp(x, axis))


def _of_rounded(derivative):
    def vjp_maker(y, x, *more):
        rounded = CURRENT.of_result(y, CURRENT.dtype)
        return lambda g: derivative(g, rounded, *more)

    return vjp_maker


defvjp(tanh, _of_rounded(lambda g, y: g * (1 - y * y)))
defvjp(sigmoid, _of_rounded(lambda g, y: g * y * (1 - y)))
defvjp(
    softmax, _of_rounded(lambda g, y, axis: g * y - y * anp.sum(g * y, axis=axis, keepdims=True))
)


def gathered(x, move):
    """x with its elements moved, left out or repeated as `move` does it with any array."""
    return anp.ravel(x)[move(np.arange(getval(x).size).reshape(np.shape(getval(x))))]


def product(x, axis):
    """The product of the elements along an axis, one by one: autograd's own divides by them."""
    parts = anp.moveaxis(x, axis, 0)
    y = anp.ones(parts.shape[1:], dtype=getval(x).dtype)
    for i in range(parts.shape[0]):
        y = y * parts[i]
    return y


def largest(x, axis):
    """The largest; where several are, each has the whole derivative. But rounding shall not decide."""
    top = np.max(getval(x), axis=axis, keepdims=True)
    near = np.abs(getval(x) - top) <= 1e-3 * np.abs(top)
    if np.any((np.sum(near, axis=axis, keepdims=True) > 1) & ~_is_short(top, CURRENT.dtype)):
        raise DoesNotFit("nearly a tie")
    chosen = getval(x) == top
    still = np.where(np.isfinite(getval(x)), getval(x), 0)
    moved = anp.sum(where(chosen, x - still, 0), axis=axis)
    return anp.squeeze(top, axis) + moved


def norm(x, axis):
    return root(anp.sum(x * x, axis=axis))


def root(x):
    """The square root of a number of common size, which has no derivative at what may round to 0."""
    if np.any(getval(x) < max(1e-15, (50 * float(np.finfo(CURRENT.dtype).eps)) ** 2)):
        raise DoesNotFit("a root of 0")
    return anp.sqrt(x)


def variance(x, axis):
    return anp.mean(anp.square(x - rounded(anp.mean(x, axis=axis, keepdims=True))), axis=axis)


def written(x, key, y, adds):
    """x with y written to x[key], or added; by a table of which place takes which element."""
    x_size = getval(x).size
    places = np.arange(x_size).reshape(x.shape)[key]
    flat = anp.ravel(gathered(y, lambda places_of_y: np.broadcast_to(places_of_y, places.shape)))
    if adds:
        taken = np.arange(x_size)[:, None] == places.ravel()
        return x + anp.reshape(anp.sum(where(taken, flat, 0), axis=1), x.shape)
    source = np.full(x_size, -1)
    for element, place in enumerate(places.ravel()):
        source[place] = element
    if not places.size:
        return x
    return anp.reshape(where(source >= 0, flat[np.maximum(source, 0)], anp.ravel(x)), x.shape)


# How large x may be for 1 + exp(x) to be told from exp(x).
_BOUNDS = {"float64": 30, "float32": 14, "float16": 6}


def bounded(x):
    """x, unless it is so large that what is not rewritten overflows or is saturated."""
    if np.any(np.abs(getval(x)) > _BOUNDS[CURRENT.dtype]):
        raise DoesNotFit("too large for exp")
    return x


# ---- Evaluation ----------------------------------------------------------------------------------


def widened(x):
    """Floats in long double; integers and bools as they are."""
    x = np.asarray(x)
    return x.astype(WIDE) if x.dtype.kind == "f" else x


def _is_short(x, dtype):
    multiple = x * _SHORT[np.dtype(dtype).name]
    return (multiple == np.rint(multiple)) & (np.abs(multiple) < 1 / np.finfo(dtype).eps)


class Disturbance:
    """Multiplies what is inexact by 1 ± some units of the last place; nothing if it has no seed."""

    def __init__(self, seed=None, dtype="float64"):
        self.dtype = dtype  # of the step that is computed
        self._rng = None if seed is None else np.random.default_rng(seed)

    @property
    def is_none(self):
        return self._rng is None

    def tosses(self):
        """Either of two, by chance."""
        return self._rng.random() < 0.5

    def of_result(self, y, dtype):
        if self._rng is None:
            return y
        value = getval(y)
        inexact = ~_is_short(value, dtype)
        if not np.any(inexact):
            return y
        return y * (1 + inexact * self._signs(value) * self._size(dtype))

    def of_input(self, x, dtype):
        """Also where it is a tie or a kink, which have no one derivative."""
        if self._rng is None or x.dtype != WIDE:
            return x
        scale = np.max(np.abs(x), initial=0) + np.abs(x)
        return x + scale * self._signs(x) * self._size(dtype)

    def _signs(self, x):
        return self._rng.choice([-1, 1], x.shape) * self._rng.uniform(0.5, 1, x.shape)

    @staticmethod
    def _size(dtype):
        return _DISTURBANCE[np.dtype(dtype).name] * float(np.finfo(dtype).eps)


CURRENT = Disturbance()


def rounded(x):
    """An intermediate result, which a program rounds."""
    return CURRENT.of_result(x, CURRENT.dtype)


def log_of_one_and(z):
    """log(1 + z), for which a program may round 1 + z, or not: then it tells z = 1e-30 from 0."""
    return anp.log1p(z) if CURRENT.is_none or CURRENT.tosses() else anp.log(rounded(1 + z))


def in_declared_kind(y, dtype):
    """The result of an oracle: floats in long double, others in the dtype that was declared."""
    value = getval(y)
    if np.dtype(dtype).kind == "f":
        return y if np.asarray(value).dtype == WIDE else np.asarray(y).astype(WIDE)
    return np.asarray(value).astype(dtype)


# What sums may cancel, so that its error is not in proportion to the result.
_SUMMING = (
    *("reductions", "running", "products", "softmax", "matrices", "sizes", "joins"),
    *("convolutions", "pools"),
)


def _is_wide(x):
    return np.asarray(getval(x)).dtype == WIDE


def applied(step, operands):
    """The result of a step, rounded as the current run rounds."""
    step.check_sizes(operands)
    CURRENT.dtype = step.precision
    if step.family in _SUMMING:
        operands = [rounded(x) if _is_wide(x) else x for x in operands]
    y = in_declared_kind(step.oracle(*operands), step.dtype)
    if np.dtype(step.dtype).kind == "f":
        y = CURRENT.of_result(_in_range(y, step.precision), step.precision)
    return y


def run(program, values, disturbance):
    """All results of a program: its inputs', and its steps'."""
    global CURRENT
    CURRENT = disturbance
    program.generators.rewind()
    results = list(values)
    for step in program.steps:
        results.append(applied(step, [results[i] for i in step.operands]))
    if not program.generators.have_drawn_alike(disturbance.is_none):
        raise DoesNotFit("rounding decides how often is drawn")
    return results


def _in_range(y, dtype):
    """y, unless a narrow float holds some of it only with fewer digits, or not at all."""
    size = np.abs(getval(y))
    info = np.finfo(dtype)
    if np.any(np.isfinite(size) & ((size > info.max) | (0 < size) & (size < info.tiny))):
        raise DoesNotFit(f"it leaves the range of {dtype}")
    return y


def cost_of(program, results):
    """The sum over all float outputs, each in the form that the program's cost gives it."""
    total = WIDE(0)
    for place, form in program.costs:
        y = anp.ravel(results[place])
        if form == "weighted":
            y = y * np.cos(np.arange(getval(y).size, dtype=WIDE) + WIDE(0.5))
        elif form == "squares":
            y = y * y
        total = total + (anp.mean(y) if form == "mean" else anp.sum(y))
    return total


def values_and_gradients(program, values, seed=None):
    """The outputs, the cost, and its gradients; disturbed if there is a seed."""
    disturbance = Disturbance(seed)
    wide = [widened(value) for value in values]
    with np.errstate(all="ignore"):
        try:
            if not program.wrt:
                results = run(program, wide, disturbance)
                return [results[i] for i in program.outputs], None, []
            outputs = None
            if seed is not None:
                results = run(program, wide, disturbance)
                outputs = [results[i] for i in program.outputs]
                dtypes = [given.dtype for given in program.inputs]
                wide = [disturbance.of_input(v, d) for v, d in zip(wide, dtypes, strict=True)]

            def cost(chosen):
                nonlocal outputs
                given = dict(zip(program.wrt, chosen, strict=True))
                all_values = [given.get(i, value) for i, value in enumerate(wide)]
                results = run(program, all_values, disturbance)
                if outputs is None:
                    outputs = [getval(results[i]) for i in program.outputs]
                return cost_of(program, results)

            pullback, value = make_vjp(cost)(tuple(wide[i] for i in program.wrt))
            gradients = pullback(np.ones_like(value))
        except (ValueError, IndexError) as error:
            raise DoesNotFit(str(error)) from error
    return outputs, value, list(gradients)
